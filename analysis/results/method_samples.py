"""Simulated samples and corpora, one estimator each, and the truth that its interval should hold.

What belongs here: shares under a sampling design, shares of texts that a classifier read, jumps of weekly series.
What must not: counting (`method_coverage`), indirect questions (`method_surveys`). Nobody wrote these posts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import special

from analysis.estimators.estimate import usable_estimate
from analysis.estimators.event_study import event_study
from analysis.estimators.text_prevalence.estimators import Estimator, estimate_text
from analysis.estimators.text_prevalence.sample import labelled_texts
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.calibration import rake
from analysis.estimators.weighting.design import SurveyDesign, survey_design, with_weights
from analysis.estimators.weighting.estimates import survey_share
from analysis.estimators.weighting.margins import margin
from analysis.results.method_surveys import Method, Rng, Trial

POSTS, CHANNELS = 3000, 150
LABELLED_SHARE = 0.15
CHANNEL_LOGIT, CHANNEL_SPREAD = -1.2, 0.7
# Channels are drawn anew, so the truth is the mean over all that could be: the normal by 20,000 midpoints.
_EVERY_CHANNEL = special.ndtri((np.arange(20_000) + 0.5) / 20_000)
STANCE_SHARE = float(np.mean(special.expit(CHANNEL_LOGIT + CHANNEL_SPREAD * _EVERY_CHANNEL)))
WEEKS, EVENT, RATE, LIFT = 104, 70, 40.0, 0.35


def _share(yes: FloatArray, design: SurveyDesign, truth: float) -> Trial:
    made, (limits,) = survey_share(yes, design)
    shown = usable_estimate(
        "share", float(made.values[0]), float(made.standard_errors[0]), n=made.n, unit="share", method="linearised"
    )
    return Trial(replace(shown, low=limits.low, high=limits.high), truth)


def _clustered_share(rng: Rng) -> Trial:
    """Forty clusters of fifteen in four strata, with weights that follow the stratum."""
    clusters, size, weight = 40, 15, np.array([1.0, 2.0, 1.5, 0.5])
    cluster, shares = np.repeat(np.arange(clusters), size), np.array([0.15, 0.25, 0.3, 0.1])
    of_cluster = shares[np.arange(clusters) % 4]
    chance = rng.beta(6 * of_cluster, 6 * (1 - of_cluster))
    yes = (rng.random(clusters * size) < chance[cluster]).astype(float)
    design = survey_design(len(yes), weights=weight[cluster % 4], strata=cluster % 4, clusters=cluster)
    return _share(yes, design, float(weight @ shares / weight.sum()))


def _raked_share(rng: Rng) -> Trial:
    """Answers depend on two traits with known margins; the young and the women are reached too rarely."""
    n, people = 1200, 10_000.0
    is_young, is_woman = rng.random(n) < 0.35, rng.random(n) < 0.3
    yes = (rng.random(n) < 0.15 + 0.2 * is_young + 0.1 * is_woman).astype(float)
    start = np.full(n, people / n)
    margins = [
        margin("age", np.where(is_young, "young", "old"), {"young": 0.6 * people, "old": 0.4 * people}),
        margin("sex", np.where(is_woman, "female", "male"), {"female": 0.45 * people, "male": 0.55 * people}),
    ]
    raked = rake(start, margins)
    design = with_weights(survey_design(n, weights=start), raked.weights, raked.projection)
    return _share(yes, design, 0.15 + 0.2 * 0.6 + 0.1 * 0.45)


def _text(estimator: Estimator) -> Callable[[Rng], Trial]:
    """Posts of channels that lean, a classifier that sees the stance too often, labels of a stratified sample."""

    def trial(rng: Rng) -> Trial:
        channel = rng.integers(0, CHANNELS, POSTS)
        chance = special.expit(CHANNEL_LOGIT + CHANNEL_SPREAD * rng.normal(size=CHANNELS))
        is_so = rng.random(POSTS) < chance[channel]
        said = (rng.random(POSTS) < np.where(is_so, 0.85, 0.25)).astype(float)
        probability = LABELLED_SHARE * np.where(said == 1, 1.6, 0.7)
        labelled = rng.random(POSTS) < probability
        texts = labelled_texts(np.where(labelled, is_so, np.nan), labelled, probability, said, channel)
        return Trial(estimate_text(texts, estimator).estimates[0], STANCE_SHARE)

    return trial


def _jump(rng: Rng) -> Trial:
    """Two years of weekly counts whose rate wanders, and rises by the same factor from the event on."""
    wander = np.zeros(WEEKS)
    for week in range(1, WEEKS):
        wander[week] = 0.5 * wander[week - 1] + 0.08 * rng.normal()
    rate = RATE * np.exp(wander + LIFT * (np.arange(WEEKS) >= EVENT))
    return Trial(event_study(rng.poisson(rate).astype(float), EVENT).jump, LIFT)


ESTIMATORS: dict[str, Estimator] = {
    "naive": "naive",
    "labelled": "labelled",
    "adjusted_count": "acc",
    "ppi": "ppi",
    "ppi_tuned": "ppi++",
    "dsl": "dsl",
}
_TEXT = "posts of 150 leaning channels, a classifier that errs to one side, 15 % labelled"
SAMPLE_METHODS = (
    Method("sample_clusters", "weighted share, 40 clusters of 15 in 4 strata", 600, _clustered_share),
    Method("sample_raked", "raked share; the young and the women reached too rarely", 1200, _raked_share),
    *(Method(f"text_{name}", _TEXT, POSTS, _text(estimator)) for name, estimator in ESTIMATORS.items()),
    Method("shock_jump", "104 weeks of counts, a lasting rise; jump by placebo dates", WEEKS, _jump),
)
