"""Network scale-up: the ratio by hand, its interval by simulation, and the check on groups of known size."""

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.estimators.scale_up import scale_up
from analysis.estimators.weighting.design import survey_design

SIZES, NAMES = [1000.0, 3000.0, 5000.0, 800.0, 2000.0], list("abcde")


def acquaintances(n=400, size=500, seed=1, transmission=1.0, odd=1.0):
    """Counts of people who know more or fewer; `odd` multiplies how often members of group a are known."""
    rng = np.random.default_rng(seed)
    degree = np.exp(rng.normal(4.5, 0.8, n))
    x = rng.poisson(degree[:, None] * np.array(SIZES) * np.array([odd, 1, 1, 1, 1]) / 100_000)
    return rng.poisson(degree * size * transmission / 100_000).astype(float), x.astype(float)


def test_the_size_is_the_ratio_of_acquaintances():
    y, x = acquaintances()
    w = np.random.default_rng(2).uniform(0.5, 2, 400)
    made = scale_up(y, x, SIZES, NAMES, survey_design(400, weights=w), population=100_000)
    ratio = (w @ y) / (w @ x.sum(axis=1))
    assert made.size.value == pytest.approx(ratio * 11_800)
    score = w * (y - ratio * x.sum(axis=1)) / (w @ x.sum(axis=1))
    assert made.size.se == pytest.approx(11_800 * np.sqrt(400 / 399 * ((score - score.mean()) ** 2).sum()))
    assert made.mean_degree == pytest.approx(100_000 / 11_800 * (w @ x.sum(axis=1)) / w.sum())
    assert np.sqrt(made.size.low * made.size.high) == pytest.approx(made.size.value)


def test_without_weights_it_is_the_maximum_of_the_likelihood():
    """Killworth et al.: degrees from the known groups, then the size that makes the counts most likely."""
    y, x = acquaintances()
    degree = x.sum(axis=1) / sum(SIZES) * 100_000
    assert scale_up(y, x, SIZES, NAMES, survey_design(400)).size.value == pytest.approx(
        y.sum() / degree.sum() * 100_000
    )


@pytest.mark.parametrize(("n", "size"), [(300, 2000), (1000, 200), (300, 100)])
def test_the_interval_holds_the_size_unless_membership_is_hidden(n, size):
    hits, hidden = [], []
    for seed in range(200):
        for found, transmission in ((hits, 1.0), (hidden, 0.5)):
            made = scale_up(*acquaintances(n, size, seed, transmission), SIZES, NAMES, survey_design(n))
            found.append(made.size.low <= size <= made.size.high)
            if transmission == 0.5:
                half = next(a for a in made.sensitivity if (a.transmission, a.relative_degree) == (0.5, 1.0))
                assert half.value == pytest.approx(2 * made.size.value)
    assert np.mean(hits) >= 0.9
    assert np.mean(hidden) < 0.6


def test_a_group_that_is_known_in_another_way_is_named():
    fine = scale_up(*acquaintances(1000), SIZES, NAMES, survey_design(1000))
    assert not any(c.is_far_off for c in fine.checks)
    odd = scale_up(*acquaintances(1000, odd=4.0), SIZES, NAMES, survey_design(1000))
    assert [c.group for c in odd.checks if c.is_far_off] == ["a"]
    assert any("the other groups miss a by more than twofold" in w for w in odd.size.warnings)


def test_nobody_known_is_an_upper_limit():
    _, x = acquaintances()
    made = scale_up(np.zeros(400), x, SIZES, NAMES, survey_design(400)).size
    assert (made.value, made.se, made.low) == (0.0, None, 0.0)
    assert made.high == pytest.approx(-np.log(0.025) * 11_800 / x.sum())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"counts": [1.0, -1.0, 0.0]}, "counts is missing or negative at position 2"),
        ({"known": [[1.0, np.nan]] * 3}, "known is missing or negative at position 1"),
        ({"sizes": [10.0, 0.0]}, "size of 'b' is 0"),
        ({"known": [[1.0, 0.0]] * 3}, "nobody knows a member of 'b'; leave the group out"),
        ({"known": [[1.0]] * 3, "sizes": [10.0], "names": ["a"]}, "give at least 2 of known size"),
        ({"known": [[1.0, 1.0, 1.0]] * 3}, "give a column for each"),
    ],
)
def test_what_gives_no_size_is_refused(change, message):
    given = {"counts": [1.0, 2.0, 0.0], "known": [[1.0, 2.0]] * 3, "sizes": [10.0, 20.0], "names": ["a", "b"]} | change
    with pytest.raises(EstimationError, match=message):
        scale_up(**given, design=survey_design(3))
