"""Floors that no plan can lower, and ways around them that no plan can take."""

import pytest

from analysis.errors import StudyError
from analysis.study.protection import IDENTIFYING
from tests.studies import SHIPPED, edited

QUESTION = "  - {estimand: K45_contacted, "
HELD = "  - {estimand: K60_held, words: served, item: sc9, yes: [state_security]}\n"
GROUP = "  - kind: service_household\n"
AGAIN = (
    "  - {kind: renamed, item: sc9, words: another name, "
    "holder: {code: state_security, who: one kind, others: the rest}}\n"
)
IN_ONE_HOST = "  - {estimand: K60_place, words: live there, item: sc5, yes: [2023+]}\n"
GIVEN = "  - {estimand: K61_given, words: view them well there, of: K20_approval_share, given: K60_place}\n"
BOTH = "  - {estimand: K61_given, words: both, all_of: [K20_approval_share, K60_place]}\n"
SENSITIVE = "sensitive: [ta1, ta6]"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (QUESTION, HELD + QUESTION, "got 'sc9': a sensitive group is made of this item"),
        (GROUP, AGAIN + GROUP, "got 'sc9': a sensitive group is made of this item"),
        ("    - {item: sc6}", "    - {item: sc6}\n    - {item: sc9}", "got 'sc9': a sensitive group is made"),
        ("covariates: [sc4", "covariates: [sc9, sc4", "covariates[0]: got 'sc9': a sensitive group is made"),
        ("    by: sc6\n    first: dari", "    by: sc9\n    first: state_security", "got 'sc9': a sensitive"),
        ("    sc4: {}", "    sc4: {}\n    sc9: {}", "microdata.keys.sc9: got 'sc9': a sensitive group is made"),
        ("    version: ta6_version", "    version: sc9", "version: got 'sc9'"),
        ("    is_sensitive: true", "    is_sensitive: true\n    is_domain: true", "a sensitive kind of group is no"),
        ("    version: ta6_version", "    version: sc2", "got 'sc2': what is drawn at random is none of the items"),
        ("arm: lx1_arm", "arm: sc5", "got 'sc5': what is drawn at random is none of the items"),
        ("endorser: en1_endorser", "endorser: sc6", "got 'sc6': what is drawn at random is none of the items"),
        (QUESTION, IN_ONE_HOST + GIVEN + QUESTION, "got 'K60_place': sc5 makes groups"),
        (QUESTION, IN_ONE_HOST + BOTH + QUESTION, "got 'K60_place': sc5 makes groups"),
        ("    is_sensitive: true\n", "", "'service_household' is sensitive; add is_sensitive: true"),
        ("item: ta3, yes: [a_lot, a_little]", "item: qc2, yes: [given]", "got 'qc2': free text is deleted"),
        ("    sc4: {}", "    qc2: {}", "microdata.keys.qc2: got 'qc2': free text is deleted at admission"),
        ("place: sc2", "place: sc4", "place: got 'sc4': the place is an item with free_text: true"),
        ("pashto: language 2", "pashto: language 1", "got 'language 1': every group has a name of its own"),
        ("pashto: language 2", "pashto: all", "got 'all': every group has a name of its own"),
        (SENSITIVE, "sensitive: [ta1, qc2]", "got 'qc2': give an item with at most 20 different answers"),
        (SENSITIVE, "sensitive: [ta1, nw1]", "got 'nw1': give an item with at most 20 different answers"),
        (SENSITIVE, "sensitive: [ta1, sc9]", None),
        ("whole_number: [0, 200]", "whole_number: [0, 799999999]", "more than 100000 numbers can be somebody's"),
        ("    groups: [service_household]\n\n# One", "    groups: [ballot_version]\n\n# One", "no such kind"),
    ],
)  # fmt: skip
def test_a_way_around_a_floor_is_refused_with_its_line(old, new, told):
    if told is None:
        edited((old, new))
        return
    with pytest.raises(StudyError, match="line ") as caught:
        edited((old, new))
    assert told in str(caught.value)


def test_a_variable_that_names_a_person_is_no_item():
    with pytest.raises(StudyError, match=r"got 'Email Address': the variable points at a person"):
        edited(("  QC2:\n", '  QC2:\n    variables: ["Email Address"]\n'))
    assert {name.casefold() for name in SHIPPED.identifying} - IDENTIFYING <= {
        "attribute_1", "submitterid", "refurl",
    }  # fmt: skip
