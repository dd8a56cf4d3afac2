import pandas as pd
import pytest

from analysis.measures.quality import NOT_ANSWERS, flag_counts, flagged, sentence
from tests.studies import SHIPPED

SCREEN = SHIPPED.quality


def responses(*changes):
    """Respondents of one sample, each sound but for its changes."""
    sound = {name: None for name in NOT_ANSWERS} | {
        "sample_source_code": "opt_in", "interview_minutes": 30.0, "dm1": "agree", "dm2": "disagree", "dm3": "agree",
        "dm4": "disagree", "ta7": "neither", "qc1": "4", "ex2_foil": "never", "qc2": "given", "nw1": "1",
    }  # fmt: skip
    rows = [sound | {"respondent_pseudonym": f"{n:032x}", "nw1": str(n)} | each for n, each in enumerate(changes)]
    return pd.DataFrame(rows)


def only_flag(**changes):
    flags = flagged(responses(changes, {}, {}), SCREEN)
    assert not flags.iloc[1:].filter(like="is_").any(axis=None)
    return [name for name in flags.columns if name.startswith("is_") and name != "is_excluded" and flags[name].iloc[0]]


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"interview_minutes": 9.9}, ["is_speeder"]),
        ({"interview_minutes": 10.1}, []),
        ({"interview_minutes": None}, []),
        (dict.fromkeys(("dm1", "dm2", "dm3", "dm4", "ta7"), "agree"), ["is_straight_liner"]),
        (dict.fromkeys(("dm1", "dm2", "dm3", "dm4", "ta7"), ".refused"), []),
        ({"qc1": "3"}, ["is_inattentive"]),
        ({"qc1": ".not_asked"}, []),
        ({"ex2_foil": "daily"}, ["is_foil_claimed"]),
        ({"ex2_foil": ".dont_know"}, []),
        ({"qc2": "repeated"}, ["is_text_repeated"]),
    ],
)
def test_each_rule_flags_its_own_and_a_missing_answer_is_no_offence(changes, flag):
    assert only_flag(**changes) == flag


def test_all_but_one_of_equal_sheets_are_duplicates_and_are_left_out():
    flags = flagged(responses({"nw1": "7"}, {"nw1": "7"}, {"nw1": "8"}), SCREEN)
    assert flags.is_duplicate_answers.tolist() == [False, True, False]
    assert flags.is_excluded.tolist() == [False, True, False]


def test_two_broken_rules_exclude_and_one_does_not():
    counting = SCREEN.model_copy(update={"foil": SCREEN.foil.model_copy(update={"is_excluding": True})})
    rows = responses({"qc1": "1"}, {"qc1": "1", "ex2_foil": "once"}, {})
    flags = flagged(rows, counting)
    assert flags.is_excluded.tolist() == [False, True, False]
    assert flags.flags_count.tolist() == [1, 2, 0]
    # Where a battery is estimated net of the invented message, its claim is flagged and leaves nobody out.
    flags = flagged(rows, SCREEN)
    assert flags.is_excluded.tolist() == [False, False, False]
    assert flags.flags_count.tolist() == [1, 2, 0]
    assert "beside that on the invented message" in sentence(SCREEN, "excluded")


def test_counts_of_few_and_of_all_but_few_are_not_listed():
    changes = [{"qc1": "1"}] * 9 + [{"ex2_foil": "once"}] * 10 + [{}] * 20
    rows = responses(*changes)
    counts = flag_counts(flagged(rows, SCREEN), rows, SCREEN, minimum=10)
    assert dict(zip(counts.quality_rule_code, counts.respondents_n, strict=True)) == {"foil_claimed": 10, "any": 19}
    rows = responses(*([{"ex2_foil": "once"}] * 15 + [{}] * 5))
    assert flag_counts(flagged(rows, SCREEN), rows, SCREEN, minimum=10).empty
