"""Variance of a total under a design: each formula by hand on eight rows, and each design that is refused."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.weighting.design import (
    Projection,
    first_stage_contributions,
    survey_design,
    total_covariance,
    with_weights,
)

X = np.array([[3.0, 1.0], [5.0, 0.0], [4.0, 2.0], [9.0, 1.0], [7.0, 5.0], [2.0, 3.0], [8.0, 1.0], [6.0, 4.0]])
STRATA = np.array(list("aaaabbbb"))
CLUSTERS = np.array([1, 1, 2, 3, 1, 2, 2, 2])


def between(totals):
    """n/(n − 1) times the sum of squares about the mean, for one stratum."""
    t = np.asarray(totals, dtype=float)
    left = t - t.mean(axis=0)
    return len(t) / (len(t) - 1) * left.T @ left


def sums(*groups):
    return [X[list(g)].sum(axis=0) for g in groups]


def test_rows_are_units_without_clusters():
    assert total_covariance(survey_design(8), X) == pytest.approx(between(X))


def test_strata_add_up_and_clusters_are_summed_first():
    design = survey_design(8, strata=STRATA, clusters=CLUSTERS)
    a, b = between(sums((0, 1), (2,), (3,))), between(sums((4,), (5, 6, 7)))
    assert total_covariance(design, X) == pytest.approx(a + b)
    assert design.degrees_of_freedom() == 3
    assert design.degrees_of_freedom(STRATA == "a") == 2
    assert design.n == 8


def test_sizes_and_shares_give_one_correction():
    a, b = between(X[:4]), between(X[4:])
    by_size = survey_design(8, strata=STRATA, fpc=[5] * 4 + [16] * 4)
    by_share = survey_design(8, strata=STRATA, fpc=[0.8] * 4 + [0.25] * 4)
    for design in (by_size, by_share):
        assert total_covariance(design, X) == pytest.approx(0.2 * a + 0.75 * b)
        assert design.weights == pytest.approx([1.25] * 4 + [4.0] * 4)
    census = survey_design(8, strata=STRATA, fpc=[4] * 4 + [np.inf] * 4, weights=np.ones(8))
    assert total_covariance(census, X) == pytest.approx(b)


def test_later_stages_are_multiplied_by_the_shares_of_earlier_ones():
    households = np.array([1, 1, 2, 2, 3, 3, 4, 4])
    persons = np.arange(8)
    design = survey_design(8, clusters=[households, persons], fpc=[np.full(8, 10), [2, 2, 4, 4, 5, 5, 8, 8]])
    first = between(sums((0, 1), (2, 3), (4, 5), (6, 7)))
    within = [between(X[2 * h : 2 * h + 2]) for h in range(4)]
    later = sum(0.4 * (1 - f) * v for f, v in zip((1, 0.5, 0.4, 0.25), within, strict=True))
    assert total_covariance(design, X) == pytest.approx(0.6 * first + later)
    assert design.weights == pytest.approx(np.repeat([2.5, 5.0, 6.25, 10.0], 2))
    once = survey_design(8, clusters=[households, persons], fpc=[np.full(8, 10)])
    assert total_covariance(once, X) == pytest.approx(0.6 * first + 0.4 * sum(within))
    with_replacement = survey_design(8, clusters=[households, persons])
    assert total_covariance(with_replacement, X) == pytest.approx(first)
    assert with_replacement.degrees_of_freedom() == 3


def test_names_of_clusters_count_within_strata_only():
    same = survey_design(8, strata=STRATA, clusters=[1, 1, 2, 2, 1, 1, 2, 2])
    other = survey_design(8, strata=STRATA, clusters=list("ppqqrrss"))
    assert total_covariance(same, X) == pytest.approx(total_covariance(other, X))
    assert same.degrees_of_freedom() == 2


LONELY = np.array(list("aaaabbbc"))


@pytest.mark.parametrize("rule", ["certainty", "remove", "adjust", "average"])
def test_rules_for_a_stratum_with_one_unit(rule):
    made = total_covariance(survey_design(8, strata=LONELY, lonely=rule), X)
    rest = between(X[:4]) + between(X[4:7])
    alone = {
        "certainty": 0.0, "remove": 0.0, "adjust": np.outer(X[7], X[7]), "average": rest / 2,
    }[rule]  # fmt: skip
    assert made == pytest.approx(rest + alone)


def test_only_strata_of_the_domain_are_averaged():
    design = survey_design(8, strata=LONELY, lonely="average")
    rows = LONELY != "b"
    scores = np.where(rows[:, None], X, 0.0)
    assert total_covariance(design, scores, rows) == pytest.approx(2 * between(X[:4]))
    two = survey_design(2, strata=["a", "b"], lonely="average")
    with pytest.raises(
        EstimationError, match="strata hold one cluster each; a variance needs a stratum with at least 2"
    ):
        total_covariance(two, X[:2])


def test_a_census_of_one_unit_is_no_lonely_stratum():
    design = survey_design(8, strata=LONELY, fpc=[8] * 4 + [6] * 3 + [1], weights=np.ones(8))
    assert total_covariance(design, X) == pytest.approx(0.5 * between(X[:4]) + 0.5 * between(X[4:7]))


@pytest.mark.parametrize(
    ("design", "message"),
    [
        (
            {"strata": LONELY},
            "strata 'c' holds one cluster only; merge it with a neighbouring stratum, or choose certainty, adj",
        ),
        (
            {"clusters": np.ones(8)},
            "clusters holds one unit only; a variance needs at least 2, or choose another rule than fail",
        ),
        (
            {"clusters": [[1, 1, 1, 1, 2, 2, 2, 2], [1, 2, 3, 4, 5, 5, 5, 5]], "fpc": [np.full(8, 4)]},
            "clusters: a unit of stage 1 holds one unit; a variance needs at least 2",
        ),
    ],
)
def test_one_unit_has_no_variance_unless_a_rule_is_chosen(design, message):
    with pytest.raises(EstimationError, match=message):
        total_covariance(survey_design(8, **design), X)


@pytest.mark.parametrize(
    ("design", "message"),
    [
        ({"lonely": "skip"}, "lonely is 'skip'; choose one of fail, certainty, remove, adjust, average"),
        (
            {"fpc": [np.full(8, 20), np.full(8, 20)]},
            r"fpc has 2 columns for 1 stage\(s\); give one for each stage at mos",
        ),
        ({"clusters": [1, 2, 3]}, r"clusters or fpc has shape \(3,\); give one value for each of the 8 rows"),
        ({"fpc": [20] * 7 + [21]}, "fpc is 21 at position 8 and 20 elsewhere in its stratum; give one population size"),
        (
            {"fpc": [7] * 8},
            "fpc is 7 at position 1 where 8 units were sampled; a population is at least as large as its",
        ),
        ({"fpc": ["many"] * 8}, "fpc holds text; give population sizes, or sampled shares of 1 or less"),
        ({"fpc": [20, 0, *[20] * 6]}, "fpc is 0 at position 2; give a population size above 0"),
        ({"fpc": [20, np.nan, *[20] * 6]}, "fpc is nan at position 2"),
        ({"fpc": [-np.inf] * 8}, "fpc is -inf at position 1"),
        (
            {"fpc": [0.5] * 4 + [20] * 4, "strata": STRATA},
            "fpc mixes population sizes with shares below 1; give one kind",
        ),
        ({"fpc": [np.inf] * 8}, "fpc is infinite and no weights are given; give weights"),
        ({"weights": [1] * 7 + [-1]}, "weight"),
    ],
)
def test_designs_that_contradict_themselves_are_refused(design, message):
    with pytest.raises(EstimationError, match=message):
        survey_design(8, **design)


def test_a_population_may_be_as_large_as_the_sample():
    assert survey_design(8, fpc=[8] * 8).weights.tolist() == [1.0] * 8
    assert survey_design(8, fpc=[1.0] * 8).weights.tolist() == [1.0] * 8
    assert total_covariance(survey_design(8, fpc=[8] * 8), X).tolist() == [[0, 0], [0, 0]]


def test_rows_without_weight_do_not_count_in_the_degrees_of_freedom():
    design = survey_design(8, weights=[1, 1, 1, 1, 1, 1, 1, 0], strata=LONELY, lonely="remove")
    assert design.degrees_of_freedom() == 5


def test_calibration_takes_what_its_variables_explain_out_of_the_scores():
    """The variance is that of the residuals of a weighted regression, times the calibrated weights."""
    start = np.array([1.0, 2.0, 1.0, 3.0, 2.0, 1.0, 2.0, 0.0])
    w = np.array([2.0, 2.0, 1.5, 3.0, 1.0, 1.0, 4.0, 0.0])
    z, basis = X[:, :1], np.column_stack([np.ones(8), np.arange(8.0)])
    root = np.sqrt(start)[:, None]
    triangle = np.linalg.qr(basis * root, mode="r")
    projection = Projection(basis, np.linalg.inv(triangle), start)
    assert projection.basis.T @ projection.basis == pytest.approx(np.eye(2), abs=1e-12)
    design = with_weights(survey_design(8, weights=start), w, projection)
    fit = np.linalg.lstsq((basis * root)[:7], (z * root)[:7], rcond=None)[0]
    residual = np.where(w[:, None] > 0, z - basis @ fit, 0.0) * w[:, None]
    assert total_covariance(design, w[:, None] * z) == pytest.approx(between(residual))
    assert design.weights.tolist() == w.tolist()
    again = with_weights(design, start)
    assert len(again.projections) == 1
    assert again.stages is design.stages


def test_rows_of_negative_weight_carry_variance():
    """Linear calibration may turn weights negative; leaving such rows out would overstate the variance."""
    start = np.ones(8)
    w = np.array([2.0, 2.0, 1.5, 3.0, 1.0, 1.0, 4.0, -0.5])
    z, basis = X[:, :1], np.column_stack([np.ones(8), np.arange(8.0)])
    projection = Projection(basis, np.linalg.inv(np.linalg.qr(basis, mode="r")), start)
    residual = (z - basis @ np.linalg.lstsq(basis, z, rcond=None)[0]) * w[:, None]
    design = with_weights(survey_design(8, weights=start), w, projection)
    assert total_covariance(design, w[:, None] * z) == pytest.approx(between(residual))
    without = np.where(w[:, None] > 0, residual, 0.0)
    assert total_covariance(design, w[:, None] * z) != pytest.approx(between(without))


def test_contributions_of_units_square_to_the_variance():
    design = survey_design(8, weights=np.arange(1.0, 9.0), clusters=np.arange(8) // 2)
    made = first_stage_contributions(design, X)
    assert made.shape == (4, X.shape[1])
    assert made.T @ made == pytest.approx(total_covariance(design, X))
