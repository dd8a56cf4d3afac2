"""Replicate weights by hand, and the variance that they give where a closed form is known."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.weighting.calibration import poststratify
from analysis.estimators.weighting.design import survey_design, with_weights
from analysis.estimators.weighting.estimates import survey_mean
from analysis.estimators.weighting.margins import margin
from analysis.estimators.weighting.replicates import (
    ReplicateDesign,
    _canty_davison,
    given_replicates,
    replicate_design,
    replicate_rank,
    replicate_statistic,
)

Y = np.array([3.0, 5.0, 4.0, 9.0, 7.0, 2.0, 8.0, 6.0])
WEIGHTS = np.array([2.0, 2.0, 1.0, 3.0, 2.0, 4.0, 1.0, 5.0])
STRATA = np.array(["a", "a", "a", "a", "b", "b", "b", "b"])
CLUSTERS = np.array([1, 1, 2, 3, 1, 2, 2, 2])


def total(w):
    return np.array([w @ Y])


def stratified(**more):
    return survey_design(8, weights=WEIGHTS, strata=STRATA, clusters=CLUSTERS, **more)


def test_the_stratified_jackknife_leaves_out_one_cluster_after_another():
    made = replicate_design(stratified(fpc=[6, 6, 6, 6, 10, 10, 10, 10]), "jkn")
    a, b = 3 / 2, 2.0
    factors = [
        [0, 0, a, a, 1, 1, 1, 1], [a, a, 0, a, 1, 1, 1, 1], [a, a, a, 0, 1, 1, 1, 1],
        [1, 1, 1, 1, 0, b, b, b], [1, 1, 1, 1, b, 0, 0, 0],
    ]  # fmt: skip
    assert made.replicates == pytest.approx(WEIGHTS[:, None] * np.array(factors).T)
    assert made.rscales == pytest.approx([0.5 * 2 / 3] * 3 + [0.8 / 2] * 2)
    assert (made.scale, made.degrees_of_freedom, made.kind, made.mse) == (1.0, 3, "jkn", False)
    assert made.weights.tolist() == WEIGHTS.tolist()


def test_the_jackknife_of_a_total_is_the_linearised_variance():
    """A total is linear in the weights, so each way to take its variance gives one number."""
    design = stratified(fpc=[6, 6, 6, 6, 10, 10, 10, 10])
    made = replicate_statistic(replicate_design(design, "jkn"), total)
    assert made.values == pytest.approx([WEIGHTS @ Y])
    totals_a, totals_b = np.array([16.0, 4.0, 27.0]), np.array([14.0, 46.0])
    by_hand = 0.5 * 3 * totals_a.var(ddof=1) + 0.8 * 2 * totals_b.var(ddof=1)
    # about the mean of all replicates, a stratum's replicates average to the full total, so nothing is lost
    assert made.covariance[0, 0] == pytest.approx(by_hand)
    assert made.standard_errors[0] == pytest.approx(np.sqrt(by_hand))
    assert (made.replicates_n, made.discarded_n) == (5, 0)


def test_the_unstratified_jackknife_has_one_scale():
    design = survey_design(8, weights=WEIGHTS, clusters=CLUSTERS, fpc=np.full(8, 12))
    made = replicate_design(design, "jk1")
    assert made.scale == pytest.approx(0.75 * 2 / 3)
    assert made.rscales.tolist() == [1, 1, 1]
    assert made.degrees_of_freedom == 2
    clusters = np.array([16 + 14.0, 4 + 46.0, 27.0])
    variance = replicate_statistic(made, total).covariance[0, 0]
    assert variance == pytest.approx(0.75 * 3 * clusters.var(ddof=1))


PAIRS = np.array([1, 1, 2, 2, 1, 1, 2, 2])


@pytest.mark.parametrize("fay", [0.0, 0.3])
def test_balanced_half_samples_keep_one_of_two_and_agree_with_the_linearised_variance(fay):
    design = survey_design(8, weights=WEIGHTS, strata=STRATA, clusters=PAIRS)
    made = replicate_design(design, "brr", fay=fay)
    factors = made.replicates / WEIGHTS[:, None]
    assert made.replicates.shape == (8, 4)
    assert np.unique(factors.round(12)).tolist() == pytest.approx(sorted({fay, 2 - fay}))
    assert (factors[::2] == factors[1::2]).all()
    assert factors[0] + factors[2] == pytest.approx(np.full(4, 2.0))
    signs = (factors[[0, 4]] - 1) / (1 - fay)
    assert signs @ signs.T == pytest.approx(4 * np.eye(2))
    assert signs.sum(axis=1) == pytest.approx([0, 0])
    assert made.scale == pytest.approx(1 / (4 * (1 - fay) ** 2))
    assert (made.degrees_of_freedom, made.rscales.tolist(), made.kind) == (2, [1.0] * 4, "brr")
    sums = [WEIGHTS[k : k + 2] @ Y[k : k + 2] for k in (0, 2, 4, 6)]
    by_hand = (sums[0] - sums[1]) ** 2 + (sums[2] - sums[3]) ** 2
    assert replicate_statistic(made, total).covariance[0, 0] == pytest.approx(by_hand)


def test_half_samples_of_three_strata_need_four_signs():
    design = survey_design(6, strata=[1, 1, 2, 2, 3, 3])
    made = replicate_design(design, "brr")
    assert made.replicates.shape == (6, 4)
    four = survey_design(8, strata=[1, 1, 2, 2, 3, 3, 4, 4])
    assert replicate_design(four, "brr").replicates.shape == (8, 8)


def test_the_bootstrap_draws_clusters_within_strata():
    made = replicate_design(stratified(), "bootstrap", replicates_n=4000, rng=np.random.default_rng(1))
    factors = made.replicates / WEIGHTS[:, None]
    assert (factors[0] == factors[1]).all()
    assert (factors[5] == factors[6]).all()
    assert set(np.unique(factors)) == {0, 1, 2, 3}
    assert factors[[0, 2, 3]].sum(axis=0) == pytest.approx(np.full(4000, 3))
    assert factors[[4, 5]].sum(axis=0) == pytest.approx(np.full(4000, 2))
    harmonic = 2 / (1 / 3 + 1 / 2)
    assert made.scale == pytest.approx(harmonic / ((harmonic - 1) * 3999))
    assert (made.rscales == 1).all()
    assert (made.degrees_of_freedom, made.kind, len(made.rscales)) == (3, "bootstrap", 4000)
    # multinomial counts: variance of one is 1 − 1/n
    assert factors[0].var() == pytest.approx(2 / 3, rel=0.1)


def test_the_bootstrap_of_rao_and_wu_draws_one_less():
    made = replicate_design(stratified(), "subbootstrap", replicates_n=4000, rng=np.random.default_rng(2))
    factors = made.replicates / WEIGHTS[:, None]
    assert np.unique(factors[[0, 2, 3]]) == pytest.approx([0, 1.5, 3])
    assert np.unique(factors[[4, 5]]) == pytest.approx([0, 2])
    assert factors[[0, 2, 3]].sum(axis=0) == pytest.approx(np.full(4000, 3))
    assert made.scale == pytest.approx(1 / 3999)
    assert len(made.rscales) == 4000
    assert (made.rscales == 1).all()
    linearised = 3 * np.var([16, 4, 27], ddof=1) + 2 * np.var([14, 46], ddof=1)
    found = replicate_statistic(made, total).covariance[0, 0]
    assert found == pytest.approx(linearised, rel=4.5 * np.sqrt(2 / 4000))


def test_the_bootstrap_with_a_finite_population_draws_from_copies_of_the_sample():
    made = _canty_davison(4, 0.4, 3000, np.random.default_rng(3))
    assert made.sum(axis=0).tolist() == [4] * 3000
    assert made.max() == 3  # of ten units, two of four have three copies
    assert made.mean(axis=1) == pytest.approx(np.ones(4), abs=4.5 / np.sqrt(3000))
    census = _canty_davison(5, 1.0, 10, np.random.default_rng(4))
    assert census.tolist() == [[1] * 10] * 5
    design = survey_design(8, weights=WEIGHTS, strata=STRATA, fpc=[4] * 4 + [1000] * 4)
    replicates = replicate_design(design, "bootstrap", replicates_n=50, rng=np.random.default_rng(5)).replicates
    assert (replicates[:4] == WEIGHTS[:4, None]).all()
    assert (replicates[4:] != WEIGHTS[4:, None]).any()


@pytest.mark.filterwarnings("error")
def test_replicates_without_an_estimate_are_counted():
    weights = np.ones(3)
    replicates = np.array([[0.0, 1.5, 1.5, 0.0, 0.0], [1.5, 0.0, 1.5, 0.0, 0.0], [1.5, 1.5, 0.0, 1.0, 0.0]])
    given = given_replicates(weights, replicates, scale=2 / 3)

    def ratio(w):
        return np.array([w @ [1.0, 2.0, 6.0] / (w @ [1.0, 1.0, 0.0])])

    made = replicate_statistic(given, ratio)
    assert (made.replicates_n, made.discarded_n) == (3, 2)
    each = np.array([(3 + 9) / 1.5, (1.5 + 9) / 1.5, 4.5 / 3])
    assert made.covariance[0, 0] == pytest.approx(2 / 3 * ((each - each.mean()) ** 2).sum())
    with pytest.raises(
        EstimationError, match="replicates give fewer than two finite estimates; check the replicate wei"
    ):
        replicate_statistic(given, lambda w: np.array([np.nan if w[0] else 1.0]) if w[1] else np.array([np.nan]))


def test_squares_are_taken_about_the_full_estimate_when_asked():
    replicates = np.array([[1.0, 3.0, 9.0], [2.0, 1.0, 9.0]])
    about = {
        mse: replicate_statistic(
            given_replicates([1, 1], replicates, scale=0.5, rscales=[1, 2, 0], mse=mse),
            lambda w: np.array([w[0], w[1]]),
        )
        for mse in (False, True)
    }
    each, factors = replicates.T, np.array([1.0, 2.0, 0.0])
    # a replicate of factor 0 does not count in the mean either
    for mse, centre in ((False, [2.0, 1.5]), (True, [1.0, 1.0])):
        left = (each - centre) * np.sqrt(factors)[:, None]
        assert about[mse].covariance == pytest.approx(0.5 * left.T @ left)


def test_given_replicates_may_hold_factors_and_know_their_rank():
    weights = np.array([2.0, 3.0, 4.0])
    factors = np.array([[0, 1, 1, 0], [1, 0, 1, 1], [1, 1, 0, 1]])
    made = given_replicates(weights, factors, scale=0.5, combined=False, kind="from a file")
    assert made.replicates.tolist() == (weights[:, None] * factors).tolist()
    assert made.rscales.tolist() == [1, 1, 1, 1]
    assert (made.scale, made.degrees_of_freedom, made.kind, made.mse) == (0.5, 2, "from a file", False)
    complete = given_replicates(weights, factors, scale=1.0, rscales=[1, 2, 3, 4], mse=True)
    assert complete.replicates.tolist() == factors.tolist()
    assert (complete.rscales.tolist(), complete.mse, complete.kind) == ([1, 2, 3, 4], True, "given")
    assert given_replicates(weights, np.ones((3, 2)), scale=1.0).degrees_of_freedom == 1
    # a direction that is less than 1e-5 of the whole adds nothing, one of 1e-4 of it does
    for small, rank in ((1.0, 2), (1e2, 3)):
        nearly = np.array([[1e6, 1e6, 0], [0, small, 0], [0, 0, 1e6]])
        assert given_replicates(weights, nearly, scale=1.0).degrees_of_freedom == rank - 1


@pytest.mark.parametrize(
    ("weights", "replicates", "more", "message"),
    [
        ([1, 1], [1, 2], {}, r"replicates has shape \(2,\) for 2 rows; give at least two columns"),
        ([1, 1], [[1, 2]], {}, r"replicates has shape \(1, 2\) for 2 rows"),
        ([1, 1], [[1], [2]], {}, r"replicates has shape \(2, 1\)"),
        ([1, 1], [[1, np.nan], [2, 1]], {}, "replicates hold a missing weight; give a number for every row"),
        (
            [1, -1],
            [[1, 1], [2, 1]],
            {},
            "weights hold -1; full weights are 0 or more; where linear calibration left negative ones, calibrate by",
        ),
        ([1, np.inf], [[1, 1], [2, 1]], {}, "weights hold a missing number; give every respondent a full weight"),
        (
            [1, 1],
            [[1, 1], [2, 1]],
            {"rscales": [1, 1, 1]},
            r"rscales has shape \(3,\); give one factor for each of 2 rep",
        ),
    ],
)
def test_replicates_of_a_file_are_checked(weights, replicates, more, message):
    with pytest.raises(EstimationError, match=message):
        given_replicates(weights, replicates, scale=1.0, **more)


def test_a_weight_of_zero_may_be_given():
    assert given_replicates([0, 1], [[0, 0], [2, 1]], scale=1.0).weights.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("kind", "design", "more", "message"),
    [
        ("sdr", survey_design(4), {}, "replicates is 'sdr'; choose one of jk1, jkn, bootstrap, subbootstrap, brr"),
        ("jk1", survey_design(4, strata=[1, 1, 2, 2]), {}, "replicates jk1 ignore strata; choose jkn for a stratified"),
        ("jkn", survey_design(3, strata=["x", "x", "y"]), {}, "strata 'y' holds one cluster only; merge it with a nei"),
        ("jk1", survey_design(2, clusters=[1, 1]), {}, "strata 'all' holds one cluster only"),
        ("brr", survey_design(5, strata=list("xxyyy")), {}, "strata 'y' holds 3 clusters; brr needs exactly 2"),
        ("brr", survey_design(3), {}, "strata 'all' holds 3 clusters; brr needs exactly 2"),
        ("bootstrap", survey_design(3), {}, "replicates bootstrap need a Generator; pass rng"),
        ("subbootstrap", survey_design(3), {}, "replicates subbootstrap need a Generator"),
        ("brr", survey_design(2), {"fay": 1.0}, "fay is 1; give a share from 0 to below 1"),
        ("brr", survey_design(2), {"fay": -0.1}, "fay is -0.1; give a share"),
    ],
)
def test_designs_that_do_not_fit_are_refused(kind, design, more, message):
    with pytest.raises(EstimationError, match=message):
        replicate_design(design, kind, **more)


def test_calibrated_weights_have_no_replicates():
    design = survey_design(4)
    made = poststratify(design.weights, margin("sex", list("ffmm"), {"f": 30, "m": 10}))
    with pytest.raises(
        EstimationError, match="replicates of calibrated weights are not defined; make replicates, then"
    ):
        replicate_design(with_weights(design, made.weights, made.projection), "jk1")


def test_the_jackknife_of_a_mean_is_close_to_the_linearised_variance():
    rng = np.random.default_rng(6)
    y, w = rng.normal(5, 2, 400), rng.uniform(1, 3, 400)
    design = survey_design(400, weights=w, strata=np.arange(400) % 4)
    made = replicate_statistic(replicate_design(design, "jkn"), lambda v: np.array([v @ y / v.sum()]))
    assert made.standard_errors == pytest.approx(survey_mean(y, design).standard_errors, rel=0.01)
    assert ReplicateDesign(w, w[:, None], 1.0, np.ones(1), 3, "by hand").mse is False


def test_negative_replicate_weights_count_as_they_are():
    """Linear calibration leaves such in a replicate: by hand, mean by mean."""
    rng = np.random.default_rng(4)
    w, y = rng.uniform(1, 3, 30), rng.normal(size=30)
    each = w[:, None] * (1 + rng.normal(0, 0.7, (30, 8)))
    assert (each < 0).any()
    made = replicate_statistic(given_replicates(w, each, scale=0.125), lambda v: np.array([v @ y / v.sum()]))
    means = np.array([column @ y / column.sum() for column in each.T])
    assert made.covariance[0, 0] == pytest.approx(0.125 * ((means - means.mean()) ** 2).sum())


@pytest.mark.parametrize("kind", ["jkn", "bootstrap"])
def test_factors_of_units_give_what_complete_weights_give(kind):
    """Totals and ranks, of everybody and of a domain, without writing out a weight for each row and replicate."""
    made = replicate_design(stratified(), kind, replicates_n=30, rng=np.random.default_rng(1))
    assert (made.factors.shape[0], made.replicates_n) == (5, made.replicates.shape[1])
    values = np.column_stack([Y, Y**2])
    for rows in (np.ones(8, bool), CLUSTERS == 1, Y == 9):
        inside = values * rows[:, None]
        assert made.totals(inside) == pytest.approx(made.replicates.T @ inside)
        assert made.rank(rows) == replicate_rank(made.replicates[rows]) == np.linalg.matrix_rank(made.replicates[rows])
    given = given_replicates(WEIGHTS, made.replicates, scale=made.scale)
    assert (given.totals(values), given.rank(Y > 4)) == (pytest.approx(made.totals(values)), made.rank(Y > 4))
