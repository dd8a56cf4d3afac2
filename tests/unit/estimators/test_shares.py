"""The one interval of shares: exact at the ends, honest with few clusters, and the rules it replaces as twins."""

import numpy as np
import pytest
from scipy import special

from analysis.errors import EstimationError
from analysis.estimators.shares import ShareEvidence, share_evidence, share_interval, variance_pieces
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import survey_share
from analysis.estimators.weighting.intervals import proportion_interval


def test_independent_answers_have_the_exact_binomial_interval():
    for yes, n in ((0, 50), (1, 50), (25, 50), (50, 50)):
        share = yes / n
        made = share_interval(share, share * (1 - share) / (n - 1), ShareEvidence(n, n - 1))
        effective = n if yes in (0, n) else n - 1
        low = 0.0 if yes == 0 else special.betaincinv(effective * share, effective * (1 - share) + 1, 0.025)
        high = 1.0 if yes == n else special.betaincinv(effective * share + 1, effective * (1 - share), 0.975)
        assert (made.low, made.high) == pytest.approx((low, high))


def test_a_small_variance_gives_no_more_than_the_sample_holds():
    lucky = share_interval(0.02, 1e-9, ShareEvidence(200, 199))
    exact = share_interval(0.02, 0.02 * 0.98 / 200, ShareEvidence(200, 199))
    assert (lucky.low, lucky.high) == pytest.approx((exact.low, exact.high))


def test_few_clusters_widen_a_rare_share_and_leave_an_even_one():
    for share, ratio in ((0.02, 1.5), (0.5, 1.0)):
        variance = share * (1 - share) / 200
        alone = share_interval(share, variance, ShareEvidence(200, 9))
        few = share_interval(share, variance, ShareEvidence(200, 9, 10.0, 9))
        wider = (few.high - few.low) / (alone.high - alone.low)
        assert wider >= ratio * (1 - 1e-12)
        assert wider < 2.5


def test_zero_in_five_clusters_is_not_zero_among_independent_people():
    rows, psu = np.zeros(500), np.arange(500) // 100
    (clustered,) = survey_share(rows, survey_design(500, clusters=psu))[1]
    (alone,) = survey_share(rows, survey_design(500))[1]
    assert alone.high == pytest.approx(1 - 0.025 ** (1 / 500))
    assert clustered.high > 0.1
    # Deff of 1 + (100 − 1)·0.2 on 500 people.
    assert clustered.high == pytest.approx(1 - 0.025 ** ((1 + 99 * 0.2) / 500))


@pytest.mark.parametrize(
    ("share", "df", "message"),
    [
        (1.0000001, 5, "share is 1; a share interval needs a value from 0 to 1"),
        (-0.1, 5, "share is -0.1"),
        (0.5, 0, "degrees of freedom are 0; 1 is needed: more clusters than strata"),
    ],
)
def test_what_is_no_share_is_refused(share, df, message):
    with pytest.raises(EstimationError, match=message):
        share_interval(share, 0.01, ShareEvidence(10, df))


def test_pieces_count_the_parts_that_carry_a_variance():
    assert variance_pieces(np.zeros(5)) == 0
    assert variance_pieces([1.0, 0, 0, 0, 0, 0, 0, 0]) == pytest.approx(2 / (1 - 1 / 8))
    assert variance_pieces(np.random.default_rng(1).normal(size=4000)) == pytest.approx(4000, rel=0.1)
    assert variance_pieces([1.0, -1.0]) == float("inf")


def test_evidence_counts_weights_and_clusters():
    w = np.array([1.0, 1.0, 2.0, 0.0])
    made = share_evidence(w, 1, [0, 0, 1, 1], [1.0, -1.0])
    assert made.effective_n == pytest.approx(16 / 6)
    assert made.effective_clusters == pytest.approx(2.0)
    assert made.pieces == float("inf")
    assert share_evidence(w, 3, [0, 1, 2, 3]).effective_clusters is None


SETTINGS = [(5, 100, 0.05, 0.02, 0.0), (10, 50, 0.2, 0.02, 0.0), (10, 50, 0.2, 0.05, 2.0), (200, 1, 0.0, 0.02, 2.0),
            (40, 15, 0.05, 0.5, 0.0)]  # fmt: skip


@pytest.mark.parametrize(("clusters", "size", "alike", "share", "spread"), SETTINGS)
def test_the_interval_holds_the_share(clusters, size, alike, share, spread):
    """A slice of table `share_coverage`; Korn–Graubard as it is in the packages is the negative twin."""
    hits, plain = worlds(200, clusters, size, alike, share, spread)
    assert hits >= 0.9
    if share < 0.5 and (spread or alike > 0.1):
        assert plain < 0.9


def worlds(count, clusters, size, alike, share, spread):  # noqa: PLR0917
    """Share of worlds that this rule and the packages' Korn–Graubard interval hold the truth in."""
    n, cluster = clusters * size, np.repeat(np.arange(clusters), size)
    ours = theirs = 0
    for world in range(count):
        rng = np.random.default_rng([world, clusters, int(1000 * share), int(100 * alike)])
        chance = rng.beta(share * (1 / alike - 1), (1 - share) * (1 / alike - 1), clusters) if alike else share
        y = (rng.random(n) < np.broadcast_to(chance, clusters)[cluster]).astype(float)
        w = np.exp(rng.normal(0, np.sqrt(np.log(1 + spread**2)), n)) if spread else np.ones(n)
        made, (limits,) = survey_share(y, survey_design(n, weights=w, clusters=cluster))
        value, variance = float(made.values[0]), float(made.covariance[0, 0])
        old = proportion_interval(value, variance, n, made.degrees_of_freedom, "beta")
        ours += limits.low <= share <= limits.high
        theirs += old.low <= share <= old.high
    return ours / count, theirs / count
