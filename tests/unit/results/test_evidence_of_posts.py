"""A share of posts moves the verdict of the claim that names its estimand, where a link says so and no screen fails."""

from datetime import date

import pandas as pd
import pytest

from analysis.claims.register import load_field_links, load_register, with_own
from analysis.claims.verdict import judge_register
from analysis.results.field_evidence import field_pieces
from analysis.results.post_evidence import COLUMNS
from analysis.schemas.evidence_levels import LEVELS
from analysis.study.loading import parse_plan
from tests.pipeline.own_posts import CLAIMS, FRAMES, LINKS, PLAN
from tests.studies import ROOT


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "frames.csv").write_text(FRAMES, encoding="utf-8")
    (tmp_path / "claims.yml").write_text(CLAIMS, encoding="utf-8")
    return tmp_path


def rows_of(shares, width=0.02, posts_n=2000, is_publishable=True):
    """Intervals around shares that widen with the level."""
    found = []
    for estimand, value in shares.items():
        quantity = "post_share" if estimand == "E50_thankful" else "channel_share"
        about = (estimand, "item", "foundation", quantity, posts_n, 60, is_publishable)
        seen = (None, None, None if is_publishable else "too few accounts carry it")
        halves = {level: width / (1.01 - level) ** 0.2 for level in LEVELS}
        found += [(*about, level, value, value - half, value + half, *seen) for level, half in halves.items()]
    return pd.DataFrame(found, columns=COLUMNS)


def judged(folder, rows, links=LINKS, changes=()):
    register = load_register(ROOT / "data/claims/claims.yml", ROOT / "data/claims/FROZEN.sha256")
    register = with_own(register, folder / "claims.yml", is_frozen=False)
    (folder / "links.csv").write_text(links, encoding="utf-8")
    text = PLAN
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    pieces = field_pieces(
        register, rows, load_field_links(folder / "links.csv", register), parse_plan(text, "p", folder)
    )
    made = judge_register(register, [piece.evidence for piece in pieces])
    return {each.claim_id: each for each in made if each.claim_id in ("C50", "C51")}, pieces


def codes(verdicts):
    return [verdicts[claim].verdict for claim in ("C50", "C51")]


def test_both_directions(folder):
    verdicts, pieces = judged(folder, rows_of({"E50_thankful": 0.6, "E51_money": 0.5}))
    assert codes(verdicts) == ["supported", "contradicted"]
    assert {piece.evidence.unit for piece in pieces} == {"share"}
    verdicts, _ = judged(folder, rows_of({"E50_thankful": 0.3, "E51_money": 0.97}, width=0.005))
    assert codes(verdicts) == ["contradicted", "supported"]
    verdicts, _ = judged(folder, rows_of({"E50_thankful": 0.51, "E51_money": 0.9}))
    assert codes(verdicts) == ["inconclusive", "inconclusive"]


@pytest.mark.parametrize(
    ("given", "links", "changes"),
    [
        ({"is_publishable": False}, LINKS, ()),
        ({}, LINKS.splitlines()[0] + "\n", ()),
        ({}, LINKS.replace("readers_agree", "").replace("codebook_read", ""), ()),
        (
            {"posts_n": 900},
            LINKS,
            (("study: reach", "study: reach\nplanned_n: {E50_thankful: 1000, E51_money: 1000}"),),
        ),
    ],
    ids=["not estimated", "no link", "screens that nobody vouches for", "too few posts"],
)
def test_nothing_moves_without_an_estimate_a_link_or_its_screens(folder, given, links, changes):
    claims = CLAIMS.replace("screens: [readers_agree]", "screens: [readers_agree, planned_n]")
    (folder / "claims.yml").write_text(
        claims.replace("[codebook_read]", "[codebook_read, planned_n]"), encoding="utf-8"
    )
    enough = (("study: reach", "study: reach\nplanned_n: {E50_thankful: 100, E51_money: 100}"),)
    verdicts, _ = judged(folder, rows_of({"E50_thankful": 0.6, "E51_money": 0.5}), LINKS, enough)
    assert codes(verdicts) == ["supported", "contradicted"]
    verdicts, _ = judged(folder, rows_of({"E50_thankful": 0.6, "E51_money": 0.5}, **given), links, changes or enough)
    assert not {"supported", "contradicted"} & set(codes(verdicts))


def test_posts_that_began_before_the_rule_were_known_to_it(folder):
    verdicts, _ = judged(folder, rows_of({"E50_thankful": 0.6, "E51_money": 0.5}))
    assert not verdicts["C50"].is_post_hoc
    (folder / "claims.yml").write_text(CLAIMS.replace("2025-05-01", str(date(2025, 6, 3))), encoding="utf-8")
    verdicts, _ = judged(folder, rows_of({"E50_thankful": 0.6, "E51_money": 0.5}))
    assert verdicts["C50"].is_post_hoc
