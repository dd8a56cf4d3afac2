"""Verdicts: what may count, several claims at once, what is published, and the state of today."""

import doctest
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.claims import verdict
from analysis.claims.entries import EvidenceLink, Register
from analysis.claims.evidence import Evidence, Grade
from analysis.claims.register import load_links, load_register
from analysis.claims.verdict import (
    Interval,
    PointInterval,
    Verdict,
    admissibility,
    holm,
    judge_register,
    outward_points,
    robust_interval,
)
from analysis.errors import ClaimsError

FOLDER = Path(__file__).resolve().parents[3] / "data" / "claims"
SPLIT_MARGIN = 0.001  # how much wider a made-up split interval is
TINY = 1e-9  # rounding of floats, far below anything published
PASSED = {"planned_n": True}


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register(FOLDER / "claims.yml", FOLDER / "FROZEN.sha256")


def made_up(estimand: str = "E99_x", low: float | None = None, high: float | None = None, **more: Any) -> Evidence:
    """Admissible field evidence about nobody, in the middle of its interval unless an estimate is given."""
    middle = None if low is None or high is None else (low + high) / 2
    defaults: dict[str, Any] = {"claim_id": "C99", "unit": "share", "estimate": middle, "is_known_at_freeze": False}
    return Evidence(
        estimand_id=estimand,
        evidence_class=more.pop("evidence_class", "field"),
        grade=more.pop("grade", "none"),
        is_population_matched=more.pop("is_population_matched", True),
        is_period_matched=more.pop("is_period_matched", True),
        low=low,
        high=high,
        **{**defaults, **more},
    )


# --- admissibility ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evidence_class", "grade", "population", "period", "expected"),
    [
        ("field", "none", True, True, "admissible"),
        ("replicated", "A", True, True, "admissible"),
        ("published", "A", True, True, "admissible"),
        ("published", "B", True, True, "admissible"),
        ("published", "C", True, True, "context"),
        ("published", "D", True, True, "context"),
        ("published", "none", True, True, "context"),
        ("replicated", "C", True, True, "context"),
        ("field", "D", True, True, "context"),
        ("field", "none", False, True, "context"),
        ("field", "none", True, False, "context"),
        ("published", "A", False, True, "context"),
        ("published", "B", True, False, "context"),
        ("synthetic", "A", True, True, "context"),
        ("synthetic", "none", True, True, "context"),
    ],
)
def test_admissibility(evidence_class: str, grade: str, population: bool, period: bool, expected: str) -> None:
    item = made_up(
        evidence_class=evidence_class, grade=grade, is_population_matched=population, is_period_matched=period
    )
    assert admissibility(item).code == expected
    assert admissibility(item).reason.endswith(".")


# --- Holm, rounding, envelope -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "adjusted"),
    [
        ([], []),
        ([0.03], [0.03]),
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.02, 0.02], [0.04, 0.04]),
        ([0.0, 1.0, 0.5], [0.0, 1.0, 1.0]),
    ],
)
def test_holm_by_hand(p: list[float], adjusted: list[float]) -> None:
    assert holm(p) == pytest.approx(adjusted, abs=TINY)


@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan])
def test_holm_refuses_what_is_no_probability(wrong: float) -> None:
    with pytest.raises(ClaimsError, match="holm: received"):
        holm([0.1, wrong])


P_VALUES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12)


@settings(database=None, deadline=None)
@given(P_VALUES, st.randoms(use_true_random=False))
def test_holm_is_monotone_equivariant_and_conservative(p: list[float], shuffler: Any) -> None:
    adjusted = holm(p)
    order = list(range(len(p)))
    shuffler.shuffle(order)
    assert holm([p[i] for i in order]) == tuple(adjusted[i] for i in order)
    assert all(before <= after <= 1.0 for before, after in zip(p, adjusted, strict=True))
    ranked = [after for _, after in sorted(zip(p, adjusted, strict=True))]
    assert ranked == sorted(ranked)
    assert min(adjusted) == min(1.0, len(p) * min(p))


@pytest.mark.parametrize(
    ("low", "high", "first", "last"),
    [
        (0.0, 0.004, 0, 1),
        (0.0, 0.0, 0, 1),
        (1.0, 1.0, 99, 100),
        (0.996, 1.0, 99, 100),
        (0.05, 0.05, 5, 6),
        (0.07, 0.14, 7, 14),
        (0.29, 0.57, 29, 57),
        (0.0701, 0.1399, 7, 14),
        (0.0699, 0.1401, 6, 15),
        (-0.03, 0.02, 0, 2),
        (0.9, 1.03, 90, 100),
        (-0.05, -0.02, 0, 1),
    ],
)
def test_shares_are_rounded_outward_and_clipped(low: float, high: float, first: int, last: int) -> None:
    assert outward_points(low, high) == PointInterval(first, last)


@pytest.mark.parametrize(("low", "high", "first", "last"), [(-0.034, 0.021, -4, 3), (-0.05, -0.02, -5, -2)])
def test_differences_of_shares_keep_their_sign(low: float, high: float, first: int, last: int) -> None:
    assert outward_points(low, high, is_share=False) == PointInterval(first, last)


@settings(database=None, deadline=None)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_outward_points_hold_the_interval_and_little_more(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    points = outward_points(low, high)
    assert 0 <= points.low < points.high <= 100
    assert points.low <= 100 * low + TINY
    assert points.high >= 100 * high - TINY
    assert points.high - points.low <= 100 * (high - low) + 2


@pytest.mark.parametrize(("low", "high"), [(4.8, 5.2), (0.3, 0.2), (math.nan, 0.2), (0.1, math.inf)])
def test_outward_points_refuse_percentages_and_broken_intervals(low: float, high: float) -> None:
    with pytest.raises(ClaimsError):
        outward_points(low, high)


def test_robust_interval_is_the_envelope() -> None:
    given_intervals = [Interval(0.02, 0.05), Interval(0.03, 0.09), Interval(0.01, 0.02)]
    assert robust_interval(given_intervals) == Interval(0.01, 0.09)


@pytest.mark.parametrize("wrong", [[], [Interval(0.2, 0.1)], [Interval(0.1, 0.2), Interval(math.nan, 0.2)]])
def test_robust_interval_refuses_nothing_and_nonsense(wrong: list[Interval]) -> None:
    with pytest.raises(ClaimsError, match="robust_interval"):
        robust_interval(wrong)


# --- the whole register -----------------------------------------------------------------------------------------------


def row(register: Register, *items: Evidence, claim_id: str, scope: str | None = None) -> Verdict:
    rows = [one for one in judge_register(register, items) if one.claim_id == claim_id]
    return next(one for one in rows if scope is None or one.scope == scope)


SIZE = "E01b_public_support_service_household"
SIZE_OK = {"planned_n": True, "host_coverage": True, "legal_safety": True}


def size(low: float, high: float, **more: Any) -> Evidence:
    more = {"claim_id": "C01.2", "screens": SIZE_OK, "p_supported": 0.001, "p_contradicted": 0.001, **more}
    return made_up(SIZE, low, high, **more)


def share_of_others(low: float, high: float, **more: Any) -> Evidence:
    more = {"claim_id": "C13.1", "screens": PASSED, **more}
    return made_up("E13a_share_not_favourable", low, high, **more)


@pytest.mark.parametrize(
    ("low", "high", "expected", "points"),
    [
        (0.061, 0.118, "supported", (6, 12)),
        (0.0, 0.004, "contradicted", (0, 1)),
        (0.02, 0.08, "inconclusive", (2, 8)),
    ],
)
def test_field_evidence_moves_a_verdict(
    register: Register, low: float, high: float, expected: str, points: tuple[int, int]
) -> None:
    found = row(register, size(low, high), claim_id="C01.2")
    assert (found.verdict, (found.low_points, found.high_points)) == (expected, points)
    assert (found.is_post_hoc, found.admissible_n, found.context_n) == (False, 1, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"evidence_class": "synthetic"},
        {"evidence_class": "published", "grade": "C"},
        {"evidence_class": "published", "grade": "D"},
        {"is_population_matched": False},
        {"is_period_matched": False},
    ],
)
@pytest.mark.parametrize(("low", "high"), [(0.06, 0.12), (0.0, 0.004)])
def test_context_moves_nothing_and_publishes_nothing(
    register: Register, change: dict[str, Any], low: float, high: float
) -> None:
    found = row(register, replace(size(low, high), **change), claim_id="C01.2")
    assert (found.verdict, found.low_points, found.points) == ("not_yet_answerable", None, ())
    assert (found.admissible_n, found.context_n) == (0, 1)


def test_synthetic_evidence_moves_no_claim_of_any_kind(register: Register) -> None:
    nothing = judge_register(register, [])
    everything = [
        Evidence(
            claim_id=claim.id,
            estimand_id=estimand.id,
            evidence_class="synthetic",
            grade="A",
            is_population_matched=True,
            is_period_matched=True,
            n_qualifying_reports=9,
            n_near_miss_reports=9,
            n_denials=9,
            series={host: (1.0,) for host in ("USA", "DEU", "FRA", "GBR", "AUT", "SWE")},
            screens=dict.fromkeys(register.conventions.screens, True),
        )
        for claim in register.claims
        for estimand in claim.estimands
    ]
    moved = judge_register(register, everything)
    assert [one.verdict for one in moved] == [one.verdict for one in nothing]
    assert sum(one.context_n for one in moved) == len(everything) > 0
    real = [replace(one, evidence_class="field", grade="none") for one in everything]
    assert [one.verdict for one in judge_register(register, real)] != [one.verdict for one in nothing]


def test_interval_of_evidence_that_failed_a_screen_is_not_published(register: Register) -> None:
    failed = size(0.06, 0.12, screens={**SIZE_OK, "list_floor_ceiling": False})
    found = row(register, failed, claim_id="C01.2")
    assert (found.verdict, found.points) == ("inconclusive", ())


def test_rule_on_evidence_that_was_known_is_marked_post_hoc(register: Register) -> None:
    known = size(0.06, 0.12, is_known_at_freeze=True)
    assert row(register, known, claim_id="C01.2").is_post_hoc
    assert not row(register, replace(known, is_known_at_freeze=False), claim_id="C01.2").is_post_hoc
    assert not row(register, replace(known, grade="D"), claim_id="C01.2").is_post_hoc


def test_each_scope_has_its_own_row(register: Register) -> None:
    foil = {
        "planned_n": True,
        "three_waves": True,
        "same_instrument": True,
        "fixed_composition": True,
        "no_recall_items": True,
        "foil_does_not_reproduce": True,
    }
    change = made_up("E02_change_public_support", 0.01, 0.09, claim_id="C02.1", unit="share_difference", screens=foil)
    change = replace(change, p_supported=0.001)
    future = row(register, change, claim_id="C02.1", scope="future_study")
    past = row(register, change, claim_id="C02.1", scope="events_2025")
    assert (future.verdict, future.low_points, future.high_points) == ("supported", 1, 9)
    assert (past.verdict, past.points, past.admissible_n, past.is_post_hoc) == ("not_answerable", (), 0, False)


def test_evidence_for_an_unanswerable_claim_is_context(register: Register) -> None:
    offered = made_up("", claim_id="C09", low=0.4, high=0.5)
    found = row(register, offered, claim_id="C09")
    assert (found.verdict, found.admissible_n, found.context_n, found.points) == ("not_answerable", 0, 1, ())


def frame(name: str, low: float, high: float, **more: Any) -> Evidence:
    screens = dict.fromkeys(
        [
            "planned_n",
            "channels_named_beforehand",
            "weeks_after",
            "known_inclusion_probability",
            "channel_clustering",
            "coder_alpha",
            "frames_kept_apart",
            "weightings_agree",
        ],
        True,
    )
    more = {
        "claim_id": "C06.1",
        "screens": screens,
        "split_low": low - SPLIT_MARGIN,
        "split_high": high + SPLIT_MARGIN,
        **more,
    }
    return made_up(f"E06_frame_share[{name}]", low, high, **more)


def test_claim_with_several_parts_shows_one_interval_per_part(register: Register) -> None:
    parts = frame("NU", 0.2, 0.3, p_supported=0.001), frame("IB", 0.15, 0.25, p_supported=0.001)
    found = row(register, *parts, claim_id="C06.1")
    assert found.verdict == "supported"
    assert [(one.estimand_id[-4:], one.low, one.high) for one in found.points] == [("[NU]", 20, 30), ("[IB]", 15, 25)]
    assert (found.low_points, found.high_points) == (None, None)


def test_partly_measured_claim_names_the_part_that_is_missing(register: Register) -> None:
    found = row(register, frame("NU", 0.2, 0.3), claim_id="C06.1")
    assert found.verdict == "not_yet_answerable"
    assert "E06_frame_share[IB]" in found.reason


@pytest.mark.parametrize(("direction", "low", "high"), [("supported", 0.06, 0.12), ("contradicted", 0.0, 0.02)])
def test_holm_over_the_family_in_both_directions(register: Register, direction: str, low: float, high: float) -> None:
    def verdict_at(p: float, *others: Evidence) -> str:
        given_p: dict[str, Any] = {"p_supported": None, "p_contradicted": None, f"p_{direction}": p}
        item = replace(size(low, high), **given_p)
        return row(register, item, *others, claim_id="C01.2").verdict

    other = share_of_others(0.7, 0.9, p_supported=0.9, p_contradicted=0.9)
    assert verdict_at(0.03) == direction
    assert verdict_at(0.03, other) == "inconclusive"
    assert verdict_at(0.02, other) == direction
    assert verdict_at(0.03, replace(other, evidence_class="synthetic")) == direction
    assert verdict_at(0.06) == "inconclusive"


def test_missing_p_value_does_not_survive_holm(register: Register) -> None:
    found = row(register, size(0.06, 0.12, p_supported=None), claim_id="C01.2")
    assert found.verdict == "inconclusive"
    assert "Holm" in found.reason


def test_p_value_of_the_other_direction_does_not_help(register: Register) -> None:
    item = size(0.06, 0.12, p_supported=0.2, p_contradicted=0.0)
    assert row(register, item, claim_id="C01.2").verdict == "inconclusive"


def test_claims_outside_the_family_need_no_p_value_and_cost_nothing(register: Register) -> None:
    hostility = made_up("E13b_anecdote_vs_rate", 0.05, 0.25, claim_id="C13.2", unit="standard_deviation")
    hostility = replace(hostility, screens={"planned_n": True, "vignette_ethics": True})
    alone = row(register, size(0.06, 0.12, p_supported=0.04), hostility, claim_id="C01.2")
    outside = row(register, hostility, claim_id="C13.2")
    assert (alone.verdict, outside.verdict) == ("supported", "supported")
    assert (outside.points, outside.low_points) == ((), None)


def test_intersection_takes_the_largest_p_and_disjunction_bonferronis(register: Register) -> None:
    def supported(nu: float, ib: float) -> str:
        parts = frame("NU", 0.2, 0.3, p_supported=nu), frame("IB", 0.2, 0.3, p_supported=ib)
        return row(register, *parts, claim_id="C06.1").verdict

    def contradicted(p: float) -> str:
        parts = frame("NU", 0.2, 0.3, p_contradicted=1.0), frame("IB", 0.01, 0.05, p_contradicted=p)
        return row(register, *parts, claim_id="C06.1").verdict

    assert (supported(0.001, 0.04), supported(0.001, 0.06)) == ("supported", "inconclusive")
    assert (contradicted(0.024), contradicted(0.026)) == ("contradicted", "inconclusive")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"claim_id": "C99"}, "field claim_id: received 'C99'"),
        ({"estimand_id": "E01b_other"}, "field estimand_id: received 'E01b_other'"),
        ({"estimand_id": ""}, "field estimand_id: received ''"),
        ({"screens": {"gut_feeling": True}}, "field screens: received 'gut_feeling'"),
    ],
)
def test_evidence_that_the_register_does_not_know_is_refused(
    register: Register, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClaimsError, match=message):
        judge_register(register, [replace(size(0.06, 0.12), **change)])


def test_without_evidence_every_reason_names_the_data_it_takes(register: Register) -> None:
    open_rows = [one for one in judge_register(register, []) if one.verdict == "not_yet_answerable"]
    needed = {claim.id: claim.evidence_needed.data for claim in register.claims}
    assert len(open_rows) == 20
    assert all(needed[one.claim_id] in one.reason and not one.is_post_hoc for one in open_rows)


# --- the state of today -----------------------------------------------------------------------------------------------

# Grades of the sources in the table of published figures; events are not graded.
GRADES: dict[str, Grade] = {
    "B020": "A",
    "B038": "B",
    "B049": "C",
    "B050": "C",
    "B051": "C",
    "B052": "C",
    "B059": "C",
    "B060": "C",
    "B109": "A",
    "B201": "B",
    "B202": "B",
    **{f"B{number:03d}": "A" for number in (*range(78, 95), 96, *range(104, 109))},
}
# Refugees from Afghanistan, 2021 to 2025 (UNHCR Refugee Data Finder, CC BY 4.0).
UNHCR_REFUGEES: dict[str, tuple[float | None, ...]] = {
    "USA": (1649, 8931, 32348, 46137, 46611),
    "DEU": (159409, 180810, 255077, 279737, 288286),
    "FRA": (49990, 63506, 79184, 93482, 104443),
    "GBR": (9642, 11265, 45376, 54908, 64160),
    "AUT": (42685, 45282, 41456, 44714, 46505),
    "SWE": (27562, 26197, 22279, 25499, 20832),
}


def known(link: EvidenceLink) -> Evidence:
    is_series = link.source_id == "population_host_year"
    is_table = link.source_id[0].islower()
    return Evidence(
        claim_id=link.claim_id,
        estimand_id=link.estimand_id,
        evidence_class="replicated" if is_table or link.source_id == "B020" else "published",
        grade="A" if is_table else GRADES.get(link.source_id, "none"),
        is_population_matched=link.is_population_matched,
        is_period_matched=link.is_period_matched,
        n_qualifying_reports=int(link.is_qualifying),
        n_near_miss_reports=int(not link.is_qualifying),
        report_group=link.report_group,
        series=UNHCR_REFUGEES if is_series else {},
        note=link.relation,
    )


def today(register: Register) -> list[Evidence]:
    return [known(link) for link in load_links(FOLDER / "evidence_links.csv", register)]


def test_state_of_today_follows_from_the_evidence_of_today(register: Register) -> None:
    found = {(one.claim_id, one.scope): one.verdict for one in judge_register(register, today(register))}
    expected = {(claim.id, scope.id): "not_yet_answerable" for claim in register.claims for scope in claim.scopes}
    expected |= {(claim, "claim"): "not_answerable" for claim in ("C05.3", "C09", "C10", "C14.2", "C15")}
    expected |= {(claim, "events_2025"): "not_answerable" for claim in ("C02.1", "C02.2", "C08")}
    expected |= {("C01.1", "claim"): "inconclusive"}
    expected |= {("C05.1", "claim"): "supported", ("C14.1", "claim"): "supported"}
    assert found == expected
    assert len(found) == 28


def test_verdicts_of_today_that_rest_on_evidence_are_post_hoc(register: Register) -> None:
    rows = judge_register(register, today(register))
    assert [one.claim_id for one in rows if one.is_post_hoc] == ["C01.1", "C05.1", "C14.1"]


def test_state_of_today_publishes_no_interval(register: Register) -> None:
    assert {one.points for one in judge_register(register, today(register))} == {()}


def test_state_of_today_would_change_with_the_evidence(register: Register) -> None:
    items = today(register)
    without_series = [one for one in items if one.claim_id != "C14.1"]
    without_report = [one for one in items if one.claim_id != "C01.1"]
    ungraded = [replace(one, grade="none") if one.claim_id == "C05.1" else one for one in items]
    missing = [replace(one, series={**one.series, "SWE": (None,)}) if one.series else one for one in items]
    assert row(register, *without_series, claim_id="C14.1").verdict == "not_yet_answerable"
    assert row(register, *missing, claim_id="C14.1").verdict == "inconclusive"
    assert row(register, *without_report, claim_id="C01.1").verdict == "not_yet_answerable"
    assert row(register, *ungraded, claim_id="C05.1").verdict == "not_yet_answerable"


def test_examples_in_docstrings_run() -> None:
    result = doctest.testmod(verdict)
    assert result.failed == 0
    assert result.attempted > 0
