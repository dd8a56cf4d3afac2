"""Over many studies of a plan, a planted truth gets the verdict that it deserves at that size, in both directions."""

from itertools import count

import pytest

from analysis.commands.rehearsal_studies import repeated, study_once
from tests.rehearsals import CUT_AT, REGISTER, design_of

CLAIM = "C13.1"
"""At least four in five do not view them favourably: supported above .8, contradicted below."""

FEW = 6


def verdicts(name, share, respondents, studies, folder):
    """What repeated studies of one truth say, with the match written down and without it."""
    design = design_of(name, shares={"E13a_share_not_favourable": share})
    numbers = count()

    def run(lean, world):
        place = folder / str(next(numbers))
        place.mkdir()
        return study_once(lean, world, place, REGISTER, CUT_AT)

    found = repeated(design, respondents, 1, studies, run)
    return [next(each for each in one.claims if each.claim_id == CLAIM) for one in found]


def share_of(found, verdict):
    return sum(each.verdict == verdict for each in found) / len(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["trust", "returns"])
@pytest.mark.parametrize(("share", "deserved"), [(0.97, "supported"), (0.4, "contradicted")])
def test_a_truth_far_from_the_threshold_gets_its_verdict(name, share, deserved, tmp_path):
    found = verdicts(name, share, 1_600, FEW, tmp_path)
    assert {each.deserved for each in found} == {deserved}
    assert share_of(found, deserved) == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["trust", "returns"])
def test_without_a_written_match_nothing_is_answerable_and_the_reason_says_so(name, tmp_path):
    for each in verdicts(name, 0.97, 1_600, 2, tmp_path):
        assert (each.verdict, each.unlinked) == ("supported", "not_yet_answerable")
        assert "Nobody has written down whether population and period of this estimate are the claim's" in (
            each.unlinked_reason
        )


@pytest.mark.slow
def test_few_respondents_leave_it_open(tmp_path):
    assert share_of(verdicts("trust", 0.9, 200, FEW, tmp_path), "inconclusive") == 1.0


@pytest.mark.deep
@pytest.mark.parametrize(
    ("name", "share", "deserved", "least"),
    [
        ("trust", 0.97, "supported", 0.95),
        ("trust", 0.81, "supported", 0.0),
        ("trust", 0.79, "contradicted", 0.0),
        ("trust", 0.4, "contradicted", 0.95),
        ("returns", 0.97, "supported", 0.95),
        ("returns", 0.79, "contradicted", 0.0),
        ("returns", 0.4, "contradicted", 0.95),
    ],
)
def test_over_two_hundred_studies_the_wrong_verdict_is_rare(name, share, deserved, least, tmp_path):
    """The rule's error is one in forty on either side; four in two hundred more are three standard errors."""
    wrong = {"supported": "contradicted", "contradicted": "supported"}[deserved]
    found = verdicts(name, share, 1_600, 200, tmp_path)
    assert share_of(found, deserved) >= least
    assert share_of(found, wrong) <= 0.025 + 0.02
