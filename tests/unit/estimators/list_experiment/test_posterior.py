"""The posterior of a list experiment: exact enumeration on small data, conjugacy, edges, conflict with the prior."""

from itertools import product
from math import lgamma

import numpy as np
import pytest
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.posterior import (
    FLAT,
    MOST_DRAWS,
    BetaPrior,
    _cells,
    _Density,
    is_mixed,
    list_posterior,
    prior_conflict,
)
from analysis.estimators.list_experiment.prediction import average, predict
from analysis.estimators.list_experiment.regression import regression_data
from analysis.estimators.list_experiment.responses import list_responses

NAN = float("nan")
# Three times the error of a mean over draws of effective size 1,000, in posterior standard deviations.
MONTE_CARLO = 0.1


def beta(a, b):
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def enumerated(y, z, items, prior, direct=None):
    """Posterior mean and variance of the prevalence by summing over who may be of which type; no sampling."""
    d = np.full(len(y), NAN) if direct is None else np.asarray(direct, dtype=float)
    rows = {}
    for cell in zip(y, z, d, strict=True):
        key = tuple(-1.0 if np.isnan(v) else float(v) for v in cell)
        rows[key] = rows.get(key, 0) + 1
    choices = []
    for (count, arm, said), n in sorted(rows.items()):
        kinds = [k for k in (0, 1, 2)[: 2 if direct is None else 3] if said in (-1, float(k == 2))]
        kinds = [(k, int(count - arm * (k > 0))) for k in kinds if 0 <= count - arm * (k > 0) <= items]
        choices.append([list(zip(kinds, split, strict=True)) for split in splits(n, len(kinds))])
    logs, means, squares = [], [], []
    for chosen in product(*choices):
        held, log = np.zeros((3, items + 1)), 0.0
        for cell in chosen:
            log += lgamma(1 + sum(n for _, n in cell)) - sum(lgamma(1 + n) for _, n in cell)
            for (kind, others), n in cell:
                held[kind, others] += n
        yes, no = prior.a + held[1:].sum(), prior.b + held[0].sum()
        log += beta(yes, no) + sum(sum(lgamma(1 + n) for n in row) - lgamma(items + 1 + row.sum()) for row in held)
        if direct is not None:
            log += beta(1 + held[2].sum(), 1 + held[1].sum())
        logs.append(log)
        means.append(yes / (yes + no))
        squares.append(yes * (yes + 1) / (yes + no) / (yes + no + 1))
    weight = np.exp(np.array(logs) - max(logs))
    mean = float(weight @ means / weight.sum())
    return mean, float(weight @ squares / weight.sum()) - mean**2


def splits(n, parts):
    if parts == 1:
        return [(n,)]
    return [(first, *rest) for first in range(n + 1) for rest in splits(n - first, parts - 1)]


SMALL = np.array([0] * 5 + [1] * 5 + [0] * 4 + [1] * 4 + [2] * 2), np.repeat([0, 1], 10)
SAID = np.array([0, 0, 0, 0, 1, 0, 0, 0, 1, 0] + [0] * 4 + [0, 0, 0, 1, 0, 1], dtype=float)


@pytest.mark.parametrize("prior", [FLAT, BetaPrior(2, 18), BetaPrior(6, 2)])
@pytest.mark.parametrize("asked", ["nobody", "all", "controls"])
def test_it_is_the_sum_over_everything_that_could_be(prior, asked):
    y, z = SMALL
    direct = {"nobody": None, "all": SAID, "controls": np.where(z == 0, SAID, NAN)}[asked]
    made = list_posterior(y, z, 1, np.random.default_rng(3), direct=direct, prior=prior).prevalence
    mean, variance = enumerated(y, z, 1, prior, direct)
    assert made.value == pytest.approx(mean, abs=MONTE_CARLO * variance**0.5)
    assert made.se == pytest.approx(variance**0.5, rel=MONTE_CARLO)


def test_the_gradient_is_that_of_the_density():
    y, z = SMALL
    for direct, honest in ((None, None), (SAID, BetaPrior(1, 2))):
        density = _Density(_cells(list_responses(y, z, 1), direct), 1, BetaPrior(2, 8), honest)
        points = np.random.default_rng(1).normal(size=(4, density.size))
        step = 1e-5 * np.eye(density.size)
        numeric = np.column_stack([(density.at(points + e)[0] - density.at(points - e)[0]) / 2e-5 for e in step])
        assert density.at(points)[1] == pytest.approx(numeric, abs=1e-6)


def test_where_types_are_seen_it_is_the_beta_of_conjugacy():
    """All said yes: everybody is known to hold the item."""
    y, z = np.array([0, 1] * 10 + [1, 2] * 10), np.repeat([0, 1], 20)
    made = list_posterior(y, z, 1, np.random.default_rng(1), direct=np.ones(40), prior=BetaPrior(2, 5)).prevalence
    exact = stats.beta(42, 5)
    assert (made.low, made.high) == pytest.approx(exact.interval(0.95), abs=0.01)
    assert made.value == pytest.approx(exact.mean(), abs=0.005)


def study(n=1000, share=0.1, seed=1, honest=0.6):
    rng = np.random.default_rng(seed)
    z, held = np.arange(n) % 2, rng.random(n) < share
    return rng.binomial(4, 0.45, n) + z * held, z, (held & (rng.random(n) < honest)).astype(float)


def test_where_the_likelihood_claims_certainty_the_posterior_does_not():
    """Cure of the boundary: the fitted share is 0, and has no error."""
    y, z, _ = study(share=0.0, seed=4)
    fit = maximum_likelihood(regression_data(y, z, 4))
    fitted = predict(fit, {"prediction": average(fit)})[0]
    assert fitted.value < 1e-4
    assert fitted.se is None
    made = list_posterior(y, z, 4, np.random.default_rng(1), prior=BetaPrior(1, 9)).prevalence
    assert 0 < made.low < made.value < made.high < 0.2
    assert made.high - made.low > 0.02


def test_evidence_narrows_and_direct_answers_narrow_more():
    y, z, d = study()
    found = [
        list_posterior(y, z, 4, np.random.default_rng(1), **given)
        for given in ({}, {"prior": BetaPrior(4, 36)}, {"prior": BetaPrior(4, 36), "direct": d})
    ]
    widths = [one.prevalence.high - one.prevalence.low for one in found]
    assert widths[0] > widths[1] > widths[2]
    assert all(is_mixed(one.diagnostics) for one in found)
    assert found[2].admitting.low < 0.6 < found[2].admitting.high
    assert found[0].admitting is None


def test_the_same_seed_gives_the_same_numbers_and_another_does_not():
    y, z, _ = study()
    one, same, other = (list_posterior(y, z, 4, np.random.default_rng(s)).prevalence for s in (1, 1, 2))
    assert one == same
    assert one.value != other.value
    assert one.value == pytest.approx(other.value, abs=MONTE_CARLO * one.se)


def test_draws_that_end_too_early_are_not_called_mixed():
    y, z, d = study(share=0.15, seed=2)
    assert not is_mixed(list_posterior(y, z, 4, np.random.default_rng(1), direct=d, most_draws=10).diagnostics)
    assert MOST_DRAWS > 10


def test_a_prior_that_the_list_contradicts_is_told():
    y, z, _ = study(share=0.4)
    assert prior_conflict(y, z, 4, BetaPrior(2, 198)).p_value < 0.001
    assert prior_conflict(y, z, 4, BetaPrior(4, 6)).p_value > 0.05
    assert prior_conflict(y, z, 4, FLAT).p_value > 0.05


@pytest.mark.parametrize(
    ("direct", "words"),
    [
        ([0.0] * 19 + [2.0], "direct is 2 at position 20"),
        ([0.0] * 3, "direct has shape"),
        ([NAN] * 20, "no answer"),
        ([0.0] * 10 + [1.0] + [0.0] * 9, "direct is 1 at position 11, where the long list counts 0, and so for 1 resp"),
    ],
)
def test_direct_answers_that_do_not_fit_are_refused(direct, words):
    with pytest.raises(EstimationError, match=words):
        list_posterior(*SMALL, 1, np.random.default_rng(1), direct=direct)


@pytest.mark.parametrize("numbers", [(0, 1), (1, -1), (float("inf"), 1), (NAN, 1)])
def test_a_prior_that_is_none_is_refused(numbers):
    with pytest.raises(EstimationError, match="two numbers above 0"):
        BetaPrior(*numbers)
