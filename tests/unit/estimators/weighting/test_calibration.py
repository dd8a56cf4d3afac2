"""Calibration and its margins: the conditions that the weights must meet, and every way in which they cannot."""

import math

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.weighting import calibration
from analysis.estimators.weighting.calibration import calibrate, poststratify, projection, rake
from analysis.estimators.weighting.margins import check_margins, indicators, margin, starting_weights

N = 240
RNG = np.random.default_rng(1)
SEX, AGE = RNG.choice(["f", "m"], N, p=[0.4, 0.6]), RNG.choice(["young", "middle", "old"], N, p=[0.5, 0.3, 0.2])
START = RNG.uniform(0.5, 2.0, N)
START[:3] = 0.0
MARGINS = [margin("sex", SEX, {"f": 520, "m": 480}), margin("age", AGE, {"young": 300, "middle": 450, "old": 250})]
AGES = RNG.normal(40, 12, N)
X = np.column_stack([np.ones(N), SEX == "f", AGES])
TOTALS = np.array([260.0, 130.0, 10_600.0])
NAMES = ("all", "women", "age")


def held(weights, m):
    return np.bincount(m.code, weights=weights, minlength=len(m.levels))


def test_raked_weights_are_a_product_of_margins_that_meets_each():
    made = rake(START, MARGINS)
    for m in MARGINS:
        assert held(made.weights, m) == pytest.approx(m.totals, rel=1e-9)
    used = START > 0
    assert made.ratio[used] == pytest.approx(made.weights[used] / START[used])
    assert made.ratio[~used].tolist() == [1.0] * 3
    assert made.weights[~used].tolist() == [0.0] * 3
    # a product of two factors: the log of the ratio is additive, so its cross difference is 0
    log = {(s, a): np.log(made.ratio[used & (s == SEX) & (a == AGE)]) for s in "fm" for a in ("young", "middle", "old")}
    assert all(np.ptp(values) < 1e-12 for values in log.values())
    for a in ("middle", "old"):
        cross = log["f", a][0] - log["m", a][0] - log["f", "young"][0] + log["m", "young"][0]
        assert cross == pytest.approx(0, abs=1e-9)
    assert made.largest_misfit < 1e-9
    assert made.iterations > 2
    assert made.method == "raking (iterative proportional fitting)"
    assert made.start.tolist() == START.tolist()
    assert made.variables == tuple(MARGINS)


def test_one_margin_is_met_in_a_sweep_and_seen_to_be_met_in_the_next():
    made = rake(START, MARGINS[:1])
    assert made.iterations == 2
    assert made.weights == pytest.approx(poststratify(START, MARGINS[0]).weights)
    loose = rake(START, MARGINS, tolerance=0.05)
    assert loose.iterations < rake(START, MARGINS).iterations
    assert 0 < loose.largest_misfit < 0.05


def test_crosses_of_many_margins_are_renumbered(monkeypatch):
    wanted = rake(START, MARGINS).weights
    monkeypatch.setattr(calibration, "MOST_CELLS", 4)
    more = [*MARGINS, margin("all", ["x"] * N, {"x": 1000})]
    assert rake(START, more).weights == pytest.approx(wanted, rel=1e-9)


def test_empty_crosses_may_leave_no_weights():
    margins = [margin("a", list("xxyy"), {"x": 10, "y": 30}), margin("b", list("ppqq"), {"p": 20, "q": 20})]
    with pytest.raises(
        EstimationError, match=r"margins are not met after 50 sweeps \(largest misfit .* of a total\); the s"
    ):
        rake(np.ones(4), margins, max_sweeps=50)


def test_poststratified_weights_keep_their_proportions_in_a_cell():
    made = poststratify(START, MARGINS[1])
    assert held(made.weights, MARGINS[1]) == pytest.approx([300, 450, 250])
    for code, total in enumerate(MARGINS[1].totals):
        rows = (MARGINS[1].code == code) & (START > 0)
        assert made.ratio[rows] == pytest.approx(np.full(rows.sum(), total / START[MARGINS[1].code == code].sum()))
    assert (made.iterations, made.method, made.variables) == (1, "poststratification", (MARGINS[1],))
    assert made.largest_misfit < 1e-12


def test_a_level_without_people_gets_no_weight():
    m = margin("sex", ["f", "m", "x"], {"f": 6, "m": 4, "x": 0})
    for made in (poststratify([1, 1, 1], m), rake([1, 1, 1], [m])):
        assert made.weights == pytest.approx([6, 4, 0])


@pytest.mark.parametrize("distance", ["linear", "raking", "logit"])
def test_calibrated_weights_meet_totals_with_a_ratio_that_depends_on_one_predictor(distance):
    made = calibrate(START, X, TOTALS, NAMES, distance)
    assert X.T @ made.weights == pytest.approx(TOTALS, rel=1e-9)
    low, high = 0.1, 10.0
    a = (high - low) / ((1 - low) * (high - 1))
    back = {
        "linear": lambda g: g - 1,
        "raking": np.log,
        "logit": lambda g: np.log((g - low) * (high - 1) / ((high - g) * (1 - low))) / a,
    }[distance]
    used = START > 0
    predictor = back(made.ratio[used])
    fit = np.linalg.lstsq(X[used], predictor, rcond=None)[0]
    assert X[used] @ fit == pytest.approx(predictor, abs=1e-8)
    assert made.method == f"calibration ({distance})"
    assert made.largest_misfit <= 1e-10
    assert made.ratio[~used].tolist() == [1.0] * 3


def test_linear_calibration_is_the_regression_estimator():
    made = calibrate(START, X, TOTALS, NAMES)
    moment = X.T @ (X * START[:, None])
    wanted = START * (1 + X @ np.linalg.solve(moment, TOTALS - X.T @ START))
    assert made.weights == pytest.approx(wanted, rel=1e-9)
    assert made.iterations == 1


def test_bounds_hold_and_are_reached():
    free = calibrate(START, X, TOTALS, NAMES)
    used = START > 0
    low, high = float(free.ratio[used].min()) + 0.01, float(free.ratio[used].max()) - 0.01
    made = calibrate(START, X, TOTALS, NAMES, bounds=(low, high))
    assert X.T @ made.weights == pytest.approx(TOTALS, rel=1e-9)
    assert made.ratio[used].min() == pytest.approx(low, rel=1e-12)
    assert made.ratio[used].max() == pytest.approx(high, rel=1e-12)
    assert made.method == f"calibration (linear, ratios from {low:g} to {high:g})"
    smooth = calibrate(START, X, TOTALS, NAMES, "logit", bounds=(low - 0.05, high + 0.05))
    assert X.T @ smooth.weights == pytest.approx(TOTALS, rel=1e-9)
    assert low - 0.05 < smooth.ratio.min() < smooth.ratio.max() < high + 0.05


def test_raking_as_a_distance_is_raking():
    columns = np.column_stack([indicators(m) for m in MARGINS])
    totals, names = np.concatenate([m.totals for m in MARGINS]), [level for m in MARGINS for level in m.levels]
    made = calibrate(START, columns, totals, names, "raking")
    assert made.weights == pytest.approx(rake(START, MARGINS).weights, rel=1e-8)


@pytest.mark.parametrize(("factor", "is_scaled"), [(1000.0, True), (1 / 1000, True), (10.0, False)])
def test_weights_that_grow_everywhere_are_scaled_first(factor, is_scaled):
    """Bounds hold after the scaling: without it a ratio near 1,000 lies outside them."""
    x, totals = X[:, :2], np.array([START.sum(), START @ X[:, 1]]) * [1.0, 1.1] * factor
    if is_scaled:
        made = calibrate(START, x, totals, NAMES[:2], "logit", bounds=(0.5, 2.0))
        assert x.T @ made.weights == pytest.approx(totals, rel=1e-9)
        assert 0.5 * factor < made.ratio[START > 0].min() < made.ratio[START > 0].max() < 2.0 * factor
        assert made.weights[START > 0] == pytest.approx((START * made.ratio)[START > 0])
    else:
        with pytest.raises(
            EstimationError, match=r"is missed by .* after 200 steps; no weights within the bounds meet all"
        ):
            calibrate(START, x, totals, NAMES[:2], "logit", bounds=(0.5, 2.0))


def test_the_projection_is_an_orthonormal_basis_of_the_weighted_columns():
    double = np.column_stack([X, X[:, 0] - X[:, 1]])
    made = projection(double, START)
    assert made.basis.shape == (N, 3)
    assert made.basis.T @ made.basis == pytest.approx(np.eye(3), abs=1e-12)
    weighted = double * np.sqrt(START)[:, None]
    assert made.basis @ (made.basis.T @ weighted) == pytest.approx(weighted, abs=1e-9)
    assert made.regression_weights is START
    raked = rake(START, MARGINS).projection
    assert raked.basis.shape == (N, 4)
    assert calibrate(START, X, TOTALS, NAMES).projection.basis.shape == (N, 3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"distance": "chi"}, "method is 'chi'; choose linear, raking or logit"),
        ({"totals": [1.0, 2.0]}, r"totals has shape \(2,\) for X of shape \(240, 3\); give one total for each column"),
        ({"names": ("a", "b")}, r"totals has shape \(3,\) for X"),
        ({"X": np.ones(N)}, r"totals has shape \(3,\) for X of shape \(240,\)"),
        ({"X": np.where(X[5, 2] == X, np.nan, X)}, "X or totals hold a missing value; drop the row or give the total"),
        ({"totals": [1.0, np.nan, 3.0]}, "X or totals hold a missing value"),
        ({"X": X * [1, 0, 1]}, "margin 'women' has no respondent with weight; merge it with another level"),
        ({"bounds": (1.0, 2.0)}, "bounds are 1 to 2; give a range with 1 inside, such as 0.3 to 3"),
        ({"bounds": (0.5, 1.0)}, "bounds are 0.5 to 1; give a range with 1 inside"),
        ({"bounds": (0.5, 2.0), "distance": "raking"}, "bounds go with linear or logit; raking takes none"),
        (
            {"bounds": (0.99, 1.01)},
            "margin '(all|women|age)' is missed by .* after 200 steps; no weights within the bounds",
        ),
    ],
)
def test_calibrations_that_cannot_be_made_are_refused(changed, message):
    given = {"X": X, "totals": TOTALS, "names": NAMES, "distance": "linear", "bounds": None, **changed}
    with pytest.raises(EstimationError, match=message):
        calibrate(START, given["X"], given["totals"], given["names"], given["distance"], bounds=given["bounds"])


def test_totals_of_repeated_columns_must_agree():
    double = np.column_stack([X[:, :2], 1 - X[:, 1]])
    made = calibrate(START, double, [260.0, 130.0, 130.0], ("all", "women", "men"))
    assert double.T @ made.weights == pytest.approx([260, 130, 130])
    with pytest.raises(
        EstimationError, match=r"margins contradict each other \((all|women|men), .*\); give totals of one p"
    ):
        calibrate(START, double, [260.0, 130.0, 150.0], ("all", "women", "men"))


def test_margins_match_levels_as_text():
    m = margin("wave", np.array([2, 1, 2]), {"1": 5, "2": 7.5})
    assert m.code.tolist() == [1, 0, 1]
    assert (m.name, m.levels, m.totals.tolist()) == ("wave", ("1", "2"), [5.0, 7.5])
    assert indicators(m).tolist() == [[0, 1], [1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("values", "totals", "message"),
    [
        (["f", "x"], {"f": 1, "m": 2}, r"margin 'sex' has no total for 'x' \(position 2\); add the level, or merge it"),
        (["f", "m"], {"f": 1, "m": -2}, "margin 'sex' has total -2 for 'm'; totals are 0 or more"),
        (["f", "m"], {"f": math.nan, "m": 2}, "margin 'sex' has total nan for 'f'"),
        (["f", "m"], {"f": math.inf, "m": 2}, "margin 'sex' has total inf for 'f'"),
    ],
)
def test_margins_that_fit_no_sample_are_refused(values, totals, message):
    with pytest.raises(EstimationError, match=message):
        margin("sex", values, totals)


def test_margins_of_two_populations_are_refused():
    one, ones = margin("sex", list("fm"), {"f": 60, "m": 40}), np.ones(2)
    check_margins([one, margin("age", list("ab"), {"a": 60, "b": 40 + 1e-8})], ones)
    with pytest.raises(
        EstimationError, match="margin 'age' adds up to 101 and 'sex' to 100; give margins of one popul"
    ):
        check_margins([one, margin("age", list("ab"), {"a": 61, "b": 40})], ones)
    with pytest.raises(EstimationError, match="margin 'sex' adds up to 0; give totals above 0"):
        check_margins([margin("sex", list("fm"), {"f": 0, "m": 0})], ones)
    with pytest.raises(EstimationError, match="margins are empty; give the totals of at least one variable"):
        check_margins([], ones)
    with pytest.raises(
        EstimationError, match="margin 'sex' has total 40 for 'm', which no respondent with weight holds; "
    ):
        check_margins([one], np.array([1.0, 0.0]))
    check_margins([margin("sex", list("fm"), {"f": 60, "m": 0})], np.array([1.0, 0.0]))


def test_starting_weights_are_given_and_not_negative():
    assert starting_weights([1, 2], 0).tolist() == [1.0, 2.0]
    assert starting_weights([1, 2], 2).tolist() == [1.0, 2.0]
    with pytest.raises(
        EstimationError, match="weights are missing; give starting weights, 1 for each row if there are n"
    ):
        starting_weights(None, 2)
    for wrong, n in (([1, 2], 3), ([1, -2], 2), ([1, np.nan], 0)):
        with pytest.raises(EstimationError, match="weight"):
            starting_weights(wrong, n)


@pytest.mark.parametrize(("apart", "is_sure"), [(1.0, True), (1e-3, False), (0.0, False)])
def test_columns_close_to_redundant_are_looked_at_more_closely(apart, is_sure):
    """Products square the distance, so they settle the rank only where there is no doubt; totals are met anyhow."""
    near = np.column_stack([X, X[:, 2] + apart * RNG.normal(size=N)])
    assert calibration._is_surely_full(calibration._moments(near, START)[1]) == is_sure
    asked = np.append(TOTALS, TOTALS[2] + apart * (START @ (near[:, 3] - near[:, 2])))
    made = calibrate(START, near, asked, (*NAMES, "again"))
    assert near.T @ made.weights == pytest.approx(asked, rel=1e-9)
    if apart == 0:
        with pytest.raises(EstimationError, match="contradict each other"):
            calibrate(START, near, asked + np.array([0, 0, 0, 100]), (*NAMES, "again"))


@pytest.mark.parametrize(("number", "message"), [(0.0, "no respondent with weight"), (1e-200, "contradict each other")])
def test_a_column_of_tiny_numbers_is_not_an_empty_one(number, message):
    """Their squares are 0, and the column is not."""
    with pytest.raises(EstimationError, match=message):
        calibrate(START, X * [1, number, 1], TOTALS, NAMES)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_missing_value_is_refused_where_its_weight_is_zero_too(value):
    assert START[0] == 0
    with pytest.raises(EstimationError, match="hold a missing value"):
        calibrate(START, np.where((np.arange(N) == 0)[:, None], [1.0, value, 1.0], X), TOTALS, NAMES)
