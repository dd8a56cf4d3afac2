"""A jump of a frame at an event moves the verdict of the claim that names its estimand, where no screen fails.

Evidence is estimated from posts whose truth is stated; what a screen does is tried on rows.
"""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.claims.register import load_field_links, load_register, with_own
from analysis.claims.verdict import judge_register
from analysis.commands.rehearsal_posts import posts_once
from analysis.errors import ClaimsError
from analysis.results.field_evidence import field_pieces
from analysis.results.post_evidence import COLUMNS
from analysis.schemas import TABLES
from analysis.schemas.evidence_levels import LEVELS
from analysis.store import canonical
from analysis.study.loading import parse_plan
from tests.pipeline.own_posts import CLAIM, CLAIMS
from tests.studies import ROOT
from tests.unit.rehearsal.test_posts import PLAN, design_of, vault

EVIDENCE = "  evidence: [{estimand: E50_strike, words: jobs at the strike, frame: JO, event: the strike}]\n"
LONG = PLAN.replace("last_day: 2027-05-09", "last_day: 2028-01-02") + EVIDENCE
"""A hundred and four weeks."""

RULE = """\
      type: effect
      estimand: E50_strike
      null_value: 1.0
      smallest_effect: {ratio: 1.6}
      screens: [codebook_read]
      support_conditions: [placebo_rank, covariates_do_not_jump]
"""
LINK = """claim_id,estimand_id,is_population_matched,is_period_matched,screens_passed,decided_by,decided_on,reason
C50,E50_strike,true,true,{screens},the investigators,2028-02-01,The accounts and the event are the claim's.
"""


def claims(rule=RULE, frozen_on="2026-01-02"):
    text = CLAIMS[: CLAIMS.index("  - id: C50")].replace("2025-05-01", frozen_on)
    claim = CLAIM.format(claim="C50", statement="The strike made papers write of jobs.", estimand="E50_strike",
                         threshold=0.5, screen="codebook_read")  # fmt: skip
    start, end = claim.index("      type: threshold"), claim.index("    supported_if")
    return text + claim[:start] + rule + claim[end:]


def judged(folder, rows, plan=LONG, screens="codebook_read", **claim):
    (folder / "claims.yml").write_text(claims(**claim), encoding="utf-8")
    (folder / "links.csv").write_text(LINK.format(screens=screens) if screens else LINK.splitlines()[0] + "\n", "utf-8")
    register = load_register(ROOT / "data/claims/claims.yml", ROOT / "data/claims/FROZEN.sha256")
    register = with_own(register, folder / "claims.yml", is_frozen=False)
    links = load_field_links(folder / "links.csv", register)
    pieces = field_pieces(register, rows, links, parse_plan(plan, "p", folder))
    made = judge_register(register, [piece.evidence for piece in pieces])
    return next(each for each in made if each.claim_id == "C50"), pieces[0]


def estimated(folder, factor, plan=LONG, posts=24_000):
    truths = f"posts: {{frames: {{JO: 0.5}}, jumps: {{JO: {{the strike: {factor}}}}}, sharing: 0, labelled: 20}}\n"
    design = design_of(folder, plan, truths, posts)
    world, study = vault(design, folder / "vault")
    rows = posts_once(design, world, study, np.random.default_rng(1)).evidence
    canonical(rows, TABLES["vault_post_evidence"])
    return rows


def rows_of(jump, *, is_ranked=True, is_steady=True, half=0.1):
    about = ("E50_strike", "JO", "all", "rate_ratio", 5_000, 60, True)
    ends = [(level, jump, jump - half / (1.01 - level) ** 0.2, jump + half / (1.01 - level) ** 0.2) for level in LEVELS]
    return pd.DataFrame([(*about, *each, is_ranked, is_steady, None) for each in ends], columns=COLUMNS)


def test_a_stated_jump_is_supported_and_its_interval_holds_it(tmp_path):
    rows = estimated(tmp_path, 4.0)
    verdict, piece = judged(tmp_path, rows)
    assert verdict.verdict == "supported"
    assert piece.evidence.low < 4.0 < piece.evidence.high
    assert piece.evidence.unit == "ratio"
    assert piece.evidence.screens["placebo_rank"]
    # No more is said than so many placebo dates allow, and none of the interval is published in points.
    assert piece.evidence.p_supported >= 1 / 80
    assert (verdict.low_points, verdict.high_points) == (None, None)
    assert "at the strike" in piece.text


def test_no_jump_contradicts_one(tmp_path):
    verdict, piece = judged(tmp_path, estimated(tmp_path, 1.0))
    assert verdict.verdict == "contradicted"
    assert piece.evidence.low <= 1.0 < piece.evidence.high < 1.6
    assert "placebo_rank" not in piece.evidence.screens


def test_a_series_with_too_few_placebo_dates_is_not_yet_answerable_and_says_why(tmp_path):
    """Seventy weeks describe a jump; the rule waits for more of them."""
    rows = estimated(tmp_path, 4.0, PLAN + EVIDENCE, 8_000)
    verdict, _ = judged(tmp_path, rows, PLAN + EVIDENCE)
    assert verdict.verdict == "not_yet_answerable"
    assert "placebo dates describe a jump; a verdict takes 39: a longer series" in verdict.reason


def test_a_plan_that_asks_for_more_placebo_dates_waits_for_them(tmp_path):
    plan = LONG.replace("  frame_share", "  fewest_placebos: 90\n  frame_share")
    verdict, _ = judged(tmp_path, estimated(tmp_path, 4.0, plan, 8_000), plan)
    assert verdict.verdict == "not_yet_answerable"
    assert "a verdict takes 90" in verdict.reason


def test_a_frame_that_nobody_uses_is_not_yet_answerable(tmp_path):
    plan = LONG.replace("code: HO", "code: XX").replace("frame: JO, event", "frame: XX, event").replace(
        "frames: [HO, JO]", "frames: [XX, JO]"
    )  # fmt: skip
    truths = "posts: {frames: {XX: 0.0, JO: 0.5}}\n"
    design = design_of(tmp_path, plan.replace("مکان کا کام", "کام"), truths, 3_000)
    world, study = vault(design, tmp_path / "vault")
    rows = posts_once(design, world, study, np.random.default_rng(1)).evidence
    verdict, _ = judged(tmp_path, rows, plan)
    assert verdict.verdict == "not_yet_answerable"
    assert verdict.reason.startswith("This study has no estimate: multiverse has 0 specification")


def test_nobody_wrote_that_population_and_period_match(tmp_path):
    verdict, _ = judged(tmp_path, rows_of(math.log(4)), screens="")
    assert verdict.verdict == "not_yet_answerable"
    assert "Nobody has written down" in verdict.reason


@pytest.mark.parametrize(
    ("given", "screens", "told"),
    [
        ({"is_steady": False}, "codebook_read", "covariates do not jump"),
        ({"is_ranked": False}, "codebook_read", "placebo rank"),
        ({"is_ranked": False}, "codebook_read placebo_rank", "placebo rank"),
        ({"is_steady": False}, "codebook_read covariates_do_not_jump", "covariates do not jump"),
        ({"is_steady": None}, "codebook_read covariates_do_not_jump", "covariates do not jump"),
        ({}, "placebo_rank", "codebook read"),
    ],
)
def test_a_screen_that_fails_stops_support_and_nobody_overrules_what_is_seen(given, screens, told, tmp_path):
    assert judged(tmp_path, rows_of(math.log(4)))[0].verdict == "supported"
    verdict, _ = judged(tmp_path, rows_of(math.log(4), **given), screens=screens)
    assert verdict.verdict == "inconclusive"
    assert told in verdict.reason


def test_no_rise_still_contradicts_where_the_rank_guards_support_alone(tmp_path):
    assert judged(tmp_path, rows_of(0.0, is_ranked=False))[0].verdict == "contradicted"
    bare = RULE.replace("[placebo_rank, covariates_do_not_jump]", "[]")
    assert judged(tmp_path, rows_of(0.0, is_ranked=False), rule=bare)[0].verdict == "contradicted"


def test_other_posts_than_before_the_event_stop_a_rule_that_does_not_ask(tmp_path):
    bare = RULE.replace("[placebo_rank, covariates_do_not_jump]", "[]")
    assert judged(tmp_path, rows_of(0.0, is_steady=False), rule=bare)[0].verdict == "inconclusive"


def test_a_rule_in_another_unit_is_refused_with_the_fix(tmp_path):
    rule = RULE.replace("null_value: 1.0", "null_value: 0.0").replace("ratio: 1.6", "share_difference: 0.05")
    with pytest.raises(ClaimsError, match="E50_strike is a ratio, and the rule has a limit for share_difference only"):
        judged(tmp_path, rows_of(1.0), rule=rule)
    assert judged(tmp_path, rows_of(1.0), rule=rule, screens="")[0].verdict == "not_yet_answerable"


def test_a_rule_older_than_the_event_is_not_post_hoc(tmp_path):
    """What was written before the event is what it is held against: the event is what the rule could not know."""
    assert not judged(tmp_path, rows_of(math.log(4)), frozen_on="2026-10-01")[0].is_post_hoc
    assert judged(tmp_path, rows_of(math.log(4)), frozen_on="2026-10-14")[0].is_post_hoc


def test_one_kind_of_account_is_looked_at_alone(tmp_path):
    plan = LONG.replace("frame: JO, event", "accounts: paper, frame: JO, event")
    whole, one = (estimated(folder(tmp_path, name), 4.0, each, 8_000) for name, each in (("a", LONG), ("b", plan)))
    assert one.group_text.unique().tolist() == ["paper"]
    assert 0 < one.basis_posts_n.iloc[0] < whole.basis_posts_n.iloc[0]


def folder(root, name):
    (root / name).mkdir()
    return root / name
