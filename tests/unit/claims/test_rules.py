"""Rules: every outcome of every kind, in both directions, on made-up evidence, and evidence that is refused."""

import doctest
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from analysis.claims import rules
from analysis.claims.evidence import Evidence
from analysis.claims.rules import (
    Conjunction,
    Effect,
    EverySeriesPositive,
    Existence,
    NamedDocument,
    Rule,
    Threshold,
    Unanswerable,
    judge,
)
from analysis.errors import ClaimsError


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


def code(rule: Rule, *admissible: Evidence, context: tuple[Evidence, ...] = ()) -> str:
    return judge(rule, admissible, context).code


# --- thresholds -------------------------------------------------------------------------------------------------------

QUANTITY = Threshold("E99_x", 0.05, ("planned_n",), ())
PASSED = {"planned_n": True}


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.051, 0.09, "supported"),
        (0.05, 0.09, "inconclusive"),
        (0.01, 0.049, "contradicted"),
        (0.01, 0.05, "inconclusive"),
        (0.0, 1.0, "inconclusive"),
        (0.0, 0.001, "contradicted"),
    ],
)
def test_threshold(low: float, high: float, expected: str) -> None:
    assert code(QUANTITY, made_up(low=low, high=high, screens=PASSED)) == expected


def test_threshold_without_evidence_is_not_yet_answerable() -> None:
    assert code(QUANTITY) == "not_yet_answerable"


def test_threshold_without_interval_is_inconclusive() -> None:
    assert code(QUANTITY, made_up(estimate=0.9, screens=PASSED)) == "inconclusive"


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.3), (0.0, 0.01)])
@pytest.mark.parametrize("screens", [{}, {"planned_n": False}, {"planned_n": True, "list_floor_ceiling": False}])
def test_failed_or_unreported_screen_stops_both_directions(
    low: float, high: float, screens: Mapping[str, bool]
) -> None:
    item = made_up(low=low, high=high, screens=screens)
    assert code(QUANTITY, item) == "inconclusive"
    assert code(QUANTITY, replace(item, screens=PASSED)) in ("supported", "contradicted")


def test_failed_screen_is_named_in_words() -> None:
    assert "planned n" in judge(QUANTITY, [made_up(low=0.2, high=0.3)]).reason


def test_threshold_refuses_another_unit() -> None:
    with pytest.raises(ClaimsError, match="claim C99, estimand E99_x, field unit: received 'ratio'; allowed: share"):
        code(QUANTITY, made_up(low=0.2, high=0.3, unit="ratio", screens=PASSED))


def test_results_that_disagree_are_inconclusive_and_results_that_agree_are_not() -> None:
    above, below = made_up(low=0.1, high=0.2, screens=PASSED), made_up(low=0.0, high=0.01, screens=PASSED)
    assert code(QUANTITY, above, below) == "inconclusive"
    assert code(QUANTITY, above, above) == "supported"


# --- effects ----------------------------------------------------------------------------------------------------------

CHANGE = Effect("E99_x", 0.0, {"share_difference": 0.03}, (), ("foil_does_not_reproduce",))
FOIL_OK = {"foil_does_not_reproduce": True}


@pytest.mark.parametrize(
    ("low", "estimate", "high", "expected"),
    [
        (0.001, 0.03, 0.06, "supported"),
        (0.001, 0.029, 0.06, "inconclusive"),
        (0.0, 0.03, 0.06, "inconclusive"),
        (-0.02, 0.0, 0.029, "contradicted"),
        (0.0, 0.01, 0.029, "contradicted"),
        (-0.02, 0.0, 0.03, "inconclusive"),
        (0.005, 0.01, 0.02, "inconclusive"),
        (-0.5, 0.0, 0.5, "inconclusive"),
        (-0.2, -0.1, -0.05, "contradicted"),
    ],
)
def test_additive_effect(low: float, estimate: float, high: float, expected: str) -> None:
    item = made_up(low=low, estimate=estimate, high=high, unit="share_difference", screens=FOIL_OK)
    assert code(CHANGE, item) == expected


@pytest.mark.parametrize("width", [0.03, 0.1, 0.5, 0.9])
def test_wide_null_is_never_a_contradiction(width: float) -> None:
    item = made_up(low=-width, estimate=0.0, high=width, unit="share_difference", screens=FOIL_OK)
    assert code(CHANGE, item) == "inconclusive"
    narrow = replace(item, low=-0.01, high=0.01)
    assert code(CHANGE, narrow) == "contradicted"


@pytest.mark.parametrize("screens", [{}, {"foil_does_not_reproduce": False}])
def test_support_condition_guards_support_and_nothing_else(screens: Mapping[str, bool]) -> None:
    effect = made_up(low=0.02, estimate=0.05, high=0.08, unit="share_difference", screens=screens)
    null = replace(effect, low=-0.01, estimate=0.0, high=0.01)
    assert code(CHANGE, effect) == "inconclusive"
    assert "foil does not reproduce" in judge(CHANGE, [effect]).reason
    assert code(CHANGE, replace(effect, screens=FOIL_OK)) == "supported"
    assert code(CHANGE, null) == "contradicted"


def test_effect_without_estimate_cannot_be_supported() -> None:
    item = made_up(low=0.04, high=0.08, estimate=None, unit="share_difference", screens=FOIL_OK)
    assert code(CHANGE, item) == "inconclusive"
    assert code(CHANGE, replace(item, estimate=0.06)) == "supported"


RATIO = Effect("E99_x", 1.0, {"ratio": 1.25}, (), ())


@pytest.mark.parametrize(
    ("low", "estimate", "high", "expected"),
    [
        (1.01, 1.25, 1.6, "supported"),
        (1.01, 1.2, 1.6, "inconclusive"),
        (1.0, 1.3, 1.6, "inconclusive"),
        (0.9, 1.0, 1.2, "contradicted"),
        (1.0, 1.1, 1.2, "contradicted"),
        (0.9, 1.0, 1.25, "inconclusive"),
        (0.4, 1.0, 2.5, "inconclusive"),
        (1.05, 1.1, 1.2, "inconclusive"),
    ],
)
def test_ratio_effect(low: float, estimate: float, high: float, expected: str) -> None:
    assert code(RATIO, made_up(low=low, estimate=estimate, high=high, unit="ratio")) == expected


def test_smallest_effect_depends_on_the_unit() -> None:
    jump = Effect("E99_x", 0.0, {"share_difference": 0.03, "standard_deviation": 0.5}, (), ())
    item = made_up(low=0.1, estimate=0.4, high=0.7, unit="standard_deviation")
    assert code(jump, item) == "inconclusive"
    assert code(jump, replace(item, unit="share_difference")) == "supported"
    with pytest.raises(ClaimsError, match="field unit: received 'share'"):
        code(jump, replace(item, unit="share"))


# --- conjunctions -----------------------------------------------------------------------------------------------------

NU, IB = Threshold("E99_nu", 0.1, (), ()), Threshold("E99_ib", 0.1, (), ())
BOTH = Conjunction((NU, IB), "any_part", 0.975, ("coder_alpha",))
ALPHA_OK = {"coder_alpha": True}


def part(name: str, low: float, high: float, split: float = 0.005, **more: Any) -> Evidence:
    """A part with a split interval that is wider by `split` on both sides."""
    more = {"screens": ALPHA_OK, "split_low": low - split, "split_high": high + split, **more}
    return made_up(f"E99_{name}", low, high, **more)


def test_conjunction_is_supported_only_by_all_parts() -> None:
    assert code(BOTH, part("nu", 0.11, 0.2), part("ib", 0.12, 0.2)) == "supported"
    assert code(BOTH, part("nu", 0.11, 0.2), part("ib", 0.09, 0.2)) == "inconclusive"


def test_conjunction_is_contradicted_by_one_part_at_the_split_level() -> None:
    assert code(BOTH, part("nu", 0.11, 0.2), part("ib", 0.02, 0.09)) == "contradicted"
    assert "E99_ib" in judge(BOTH, [part("nu", 0.11, 0.2), part("ib", 0.02, 0.09)]).reason


def test_part_that_is_contradicted_only_at_the_full_level_leaves_the_claim_open() -> None:
    close = part("ib", 0.02, 0.098)
    assert close.split_high == pytest.approx(0.103)
    assert code(BOTH, part("nu", 0.11, 0.2), close) == "inconclusive"
    assert code(IB, close) == "contradicted"


def test_conjunction_without_split_interval_cannot_be_contradicted() -> None:
    bare = made_up("E99_ib", 0.02, 0.05, screens=ALPHA_OK)
    assert code(BOTH, part("nu", 0.11, 0.2), bare) == "inconclusive"
    assert code(BOTH, part("nu", 0.11, 0.2), replace(bare, split_low=0.01, split_high=0.06)) == "contradicted"


def test_conjunction_with_an_unmeasured_part_is_not_yet_answerable_unless_it_is_contradicted() -> None:
    assert code(BOTH) == "not_yet_answerable"
    assert code(BOTH, part("nu", 0.11, 0.2)) == "not_yet_answerable"
    assert code(BOTH, part("nu", 0.01, 0.02)) == "contradicted"


@pytest.mark.parametrize(("low", "high"), [(0.11, 0.2), (0.01, 0.05)])
def test_screens_of_a_conjunction_hold_for_every_part(low: float, high: float) -> None:
    failing = part("ib", low, high, screens={"coder_alpha": False})
    assert code(BOTH, part("nu", 0.11, 0.2), failing) == "inconclusive"
    assert code(BOTH, part("nu", 0.11, 0.2), replace(failing, screens=ALPHA_OK)) != "inconclusive"


EACH = Conjunction(
    (
        Effect("E99_nu", 0.0, {"share_difference": 0.05}, (), ()),
        Effect("E99_ib", 0.0, {"share_difference": 0.05}, (), ()),
    ),
    "every_part",
    None,
    (),
)


def test_conjunction_that_needs_every_part_for_contradiction() -> None:
    def null(name: str) -> Evidence:
        return made_up(f"E99_{name}", -0.02, 0.02, unit="share_difference")

    wide = made_up("E99_ib", -0.2, 0.2, unit="share_difference")
    rise = made_up("E99_ib", 0.04, 0.1, unit="share_difference")
    assert code(EACH, null("nu"), null("ib")) == "contradicted"
    assert code(EACH, null("nu"), wide) == "inconclusive"
    assert code(EACH, null("nu"), rise) == "inconclusive"
    assert code(EACH, null("nu")) == "not_yet_answerable"
    assert code(EACH, replace(rise, estimand_id="E99_nu"), rise) == "supported"


# --- existence, documents, series, unanswerable -----------------------------------------------------------------------

EXISTS = Existence("E99_x", 2, True)


def report(**more: Any) -> Evidence:
    return made_up(**{"evidence_class": "published", "grade": "B", "n_qualifying_reports": 1, **more})


def test_existence_needs_enough_independent_reports() -> None:
    assert code(EXISTS, report(), report()) == "supported"
    assert code(EXISTS, report(n_qualifying_reports=2)) == "supported"
    assert code(EXISTS, report()) == "inconclusive"
    assert code(EXISTS) == "not_yet_answerable"


def test_copies_of_one_wire_story_count_once() -> None:
    copies = [report(report_group="wire"), report(report_group="wire")]
    assert code(EXISTS, *copies) == "inconclusive"
    assert code(EXISTS, *copies, report(report_group="other")) == "supported"


def test_existence_is_never_contradicted() -> None:
    empty_search = report(n_qualifying_reports=0, n_denials=5, low=0.0, high=0.0)
    assert code(EXISTS, empty_search) == "inconclusive"


@pytest.mark.parametrize("counts", [{"n_near_miss_reports": 1}, {"n_qualifying_reports": 9}])
@pytest.mark.parametrize(
    ("evidence_class", "grade", "expected"),
    [
        ("published", "C", "inconclusive"),
        ("published", "B", "inconclusive"),
        ("published", "none", "not_yet_answerable"),
        ("published", "D", "not_yet_answerable"),
        ("synthetic", "A", "not_yet_answerable"),
    ],
)
def test_context_reports_leave_existence_open_but_never_support_it(
    counts: dict[str, int], evidence_class: str, grade: str, expected: str
) -> None:
    context = report(**{"n_qualifying_reports": 0, **counts, "evidence_class": evidence_class, "grade": grade})
    assert code(EXISTS, context=(context,)) == expected
    assert code(replace(EXISTS, unsettled_reports_count=False), context=(context,)) == "not_yet_answerable"


DOCUMENT = NamedDocument("E99_x", 1)


@pytest.mark.parametrize(
    ("found", "denials", "expected"),
    [(1, 0, "supported"), (0, 0, "inconclusive"), (0, 1, "contradicted"), (1, 1, "inconclusive")],
)
def test_named_document(found: int, denials: int, expected: str) -> None:
    assert code(DOCUMENT, report(n_qualifying_reports=found, n_denials=denials)) == expected


def test_named_document_before_the_search_is_not_yet_answerable() -> None:
    assert code(DOCUMENT) == "not_yet_answerable"


HOSTS = EverySeriesPositive("E99_x", "USA", ("DEU", "FRA"))


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ({"USA": (1, 2), "DEU": (3, 4), "FRA": (5, 6)}, "supported"),
        ({"USA": (0, 2), "DEU": (3, None), "FRA": (5, 6)}, "supported"),
        ({"USA": (0, 0), "DEU": (3, 4), "FRA": (5, 6)}, "contradicted"),
        ({"USA": (0, 0), "DEU": (3, 4)}, "contradicted"),
        ({"USA": (1, 2), "DEU": (0, 0), "FRA": (0, 0)}, "contradicted"),
        ({"USA": (1, 2), "DEU": (0, 0), "FRA": (5, 6)}, "inconclusive"),
        ({"USA": (1, 2), "DEU": (3, 4)}, "inconclusive"),
        ({"DEU": (3, 4), "FRA": (5, 6)}, "inconclusive"),
        ({"USA": (-1, 0), "DEU": (3, 4), "FRA": (5, 6)}, "inconclusive"),
        ({"USA": (1, 2), "DEU": (3, 4), "FRA": ()}, "inconclusive"),
        ({"USA": (0, None), "DEU": (3, 4), "FRA": (5, 6)}, "inconclusive"),
        ({"USA": (1, 2), "DEU": (0, 0), "FRA": (0, None)}, "inconclusive"),
    ],
)
def test_every_series_positive(series: Mapping[str, tuple[float | None, ...]], expected: str) -> None:
    assert code(HOSTS, made_up(series=series)) == expected


def test_series_may_come_host_by_host_but_each_host_once() -> None:
    us, europe = made_up(series={"USA": (1,)}), made_up(series={"DEU": (1,), "FRA": (1,)})
    assert code(HOSTS, us, europe) == "supported"
    assert code(HOSTS) == "not_yet_answerable"
    with pytest.raises(ClaimsError, match="field series: received 'USA'"):
        code(HOSTS, us, us)


def test_unanswerable_stays_so_whatever_is_offered() -> None:
    assert code(Unanswerable(), made_up(low=0.9, high=1.0)) == "not_answerable"


# --- malformed evidence ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"evidence_class": "rumour"}, "field evidence_class: received 'rumour'"),
        ({"grade": "E"}, "field grade: received 'E'"),
        ({"unit": "points"}, "field unit: received 'points'"),
        ({"low": 0.1}, "field low"),
        ({"low": 0.3, "high": 0.2}, "field low"),
        ({"low": math.nan, "high": 0.2}, "field low"),
        ({"low": 0.1, "high": math.inf}, "field low"),
        ({"low": 0.1, "high": 0.2, "estimate": 0.3}, "field estimate: received 0.3"),
        ({"estimate": 4.8}, "a fraction from -1 to 1, not a percentage"),
        ({"low": 0.1, "high": 0.2, "split_low": 0.15, "split_high": 0.2}, "field split_low"),
        ({"split_low": 0.1, "split_high": 0.2}, "the 95 % interval beside the split one"),
        ({"p_supported": 1.1}, "field p_supported: received 1.1"),
        ({"p_contradicted": math.nan}, "field p_contradicted: received nan"),
        ({"n_qualifying_reports": -1}, "field n_qualifying_reports: received -1"),
    ],
)
def test_malformed_evidence_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ClaimsError, match=message):
        made_up(**wrong)


def test_evidence_at_the_edges_is_accepted() -> None:
    item = made_up(low=0.1, high=0.1, split_low=0.1, split_high=0.1, p_supported=0.0, p_contradicted=1.0)
    assert item.estimate == item.low


def test_examples_in_docstrings_run() -> None:
    result = doctest.testmod(rules)
    assert result.failed == 0
    assert result.attempted > 0
