"""A team's whole plan: strata and units in one country, recruits in another, a second wave; planted truths decide.

Eighteen items, one list of four, two endorsements, scales of five and eleven points; Qualtrics, KoboToolbox and
LimeSurvey. The claims lie beside the plan and are judged by the code that judges a study.
"""

from itertools import count

import pandas as pd
import pytest

from analysis.claims.register import with_own
from analysis.commands.rehearsal_studies import repeated, study_once
from tests.rehearsals import CUT_AT, PLANS, REGISTER, design_of

RESPONDENTS = 2_400
ABOVE = {"E50_return": 0.75, "E51_join": 0.95, "E13a_share_not_favourable": 0.97}
BELOW = {"E50_return": 0.3, "E51_join": 0.05, "E13a_share_not_favourable": 0.6}
NEAR = {"E50_return": 0.48, "E51_join": 0.45, "E13a_share_not_favourable": 0.82}
WRONG = {"supported": "contradicted", "contradicted": "supported"}


def studied(shares, studies, folder, **truths):
    """Claims and estimates of repeated studies of one truth."""
    register = with_own(REGISTER, PLANS / "team/claims.yml", is_frozen=False)
    numbers = count()

    def run(lean, world):
        place = folder / str(next(numbers))
        place.mkdir()
        return study_once(lean, world, place, register, CUT_AT)

    found = list(repeated(design_of("team", shares=shares, **truths), RESPONDENTS, 1, studies, run))
    claims = pd.DataFrame([vars(each) for one in found for each in one.claims])
    return claims, pd.concat([one.rows for one in found], ignore_index=True)


def share_of(claims, claim_id, verdict):
    return float((claims[claims.claim_id == claim_id].verdict == verdict).mean())


DECIDED = ("C13.1", "C50", "C51", "C52")


@pytest.mark.slow
@pytest.mark.parametrize(("shares", "deserved"), [(ABOVE, "supported"), (BELOW, "contradicted")])
def test_a_truth_far_from_the_threshold_gets_its_verdict(shares, deserved, tmp_path):
    claims, rows = studied(shares, 4, tmp_path)
    assert sorted(set(claims.claim_id)) == list(DECIDED)
    for claim in DECIDED:
        # Nothing changes between the waves of this world.
        wanted = "contradicted" if claim == "C52" else deserved
        assert share_of(claims, claim, wanted) == 1.0
    assert set(claims.unlinked) == {"not_yet_answerable"}
    assert claims.unlinked_reason.str.contains("Nobody has written down whether population and period").all()
    everybody = rows[(rows.group_kind_code == "all") & rows.truth.notna() & rows.is_covered.notna()]
    # In points of a scale of eleven, support near an end moves less than the stated effect: it has no share's truth.
    shares_only = everybody[everybody.quantity_code != "points_of_scale"]
    assert shares_only.is_covered.astype(float).mean() > 0.85


@pytest.mark.slow
def test_near_the_threshold_it_stays_open(tmp_path):
    claims, _ = studied(NEAR, 4, tmp_path)
    for claim in ("C13.1", "C50", "C51"):
        assert share_of(claims, claim, "inconclusive") >= 0.75


@pytest.mark.slow
@pytest.mark.parametrize(("later", "verdict"), [(0.9, "supported"), (0.3, "contradicted")])
def test_a_change_between_the_waves_is_recovered_in_either_direction(later, verdict, tmp_path):
    claims, rows = studied(BELOW, 4, tmp_path, waves={"november": {"E50_return": later}})
    assert share_of(claims, "C52", verdict) == 1.0
    changes = rows[(rows.estimand_id == "E52_change") & (rows.group_kind_code == "all")]
    assert changes.truth.to_numpy() == pytest.approx(later - BELOW["E50_return"], abs=0.001)
    assert changes.is_covered.astype(float).mean() > 0.85


@pytest.mark.slow
def test_a_sample_of_one_country_says_nothing_about_both(tmp_path):
    _, rows = studied(BELOW, 1, tmp_path)
    alone = rows[rows.weighting_code.isin(["rds", "design"]) & (rows.group_kind_code == "all")]
    assert len(alone)
    assert not alone.is_usable.astype(bool).any()
    assert alone.unusable_reason.str.contains("does not reach every place").all()


@pytest.mark.deep
@pytest.mark.parametrize(
    ("shares", "deserved", "least"), [(ABOVE, "supported", 0.95), (BELOW, "contradicted", 0.95), (NEAR, "", 0.0)]
)
def test_over_two_hundred_studies_the_wrong_verdict_is_rare(shares, deserved, least, tmp_path):
    """The rule's error is one in forty on either side; four in two hundred more are three standard errors."""
    claims, _ = studied(shares, 200, tmp_path)
    for claim in ("C13.1", "C50", "C51"):
        one = claims[claims.claim_id == claim]
        wrong = WRONG[one.deserved.iloc[0]]
        assert share_of(claims, claim, wrong) <= 0.025 + 0.02
        assert share_of(claims, claim, deserved) >= least
    assert share_of(claims, "C52", "supported") <= 0.025 + 0.02
    assert share_of(claims, "C52", "contradicted") >= 0.9
    assert set(claims.unlinked) == {"not_yet_answerable"}
