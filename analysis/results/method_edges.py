"""Simulated studies at the edges: rare answers, few clusters, unequal weights, fits that run to a boundary.

What belongs here: how each study is drawn, which estimator answers it, and what the truth was; which table shows the
coverage of every estimator that is released. What must not: counting (`method_coverage`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import special

from analysis.estimators.agreement import Annotations, krippendorff_alpha
from analysis.estimators.blending import blend
from analysis.estimators.estimate import usable_estimate
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.list_experiment.double import placebo_list
from analysis.estimators.list_experiment.length_error import length_envelope, own_errors
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.posterior import DRAWS, FLAT, BetaPrior, list_posterior
from analysis.estimators.list_experiment.prediction import average, predict
from analysis.estimators.list_experiment.regression import regression_data
from analysis.estimators.randomised_response.anchored import anchored_prevalence
from analysis.estimators.randomised_response.designs import device
from analysis.estimators.randomised_response.prevalence import prevalence
from analysis.estimators.randomised_response.regression import (
    masked_average,
    masked_data,
    masked_predictions,
    masked_regression,
)
from analysis.estimators.scale_up import scale_up
from analysis.estimators.text_prevalence.estimators import Estimator, estimate_text
from analysis.estimators.text_prevalence.regressions import Model
from analysis.estimators.text_prevalence.sample import labelled_texts
from analysis.estimators.text_prevalence.strata import labelling_chances
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import survey_share
from analysis.estimators.weighting.nonresponse import WORST, Difference, nonresponse_bounds
from analysis.results.method_surveys import Method, Rng, Trial
from analysis.strategy.comparisons import way
from analysis.study import Plan

# What an earlier study said, a sceptic, and a prior that is sure of something wrong.
EARLIER, SCEPTIC, WRONG = BetaPrior(2, 18), BetaPrior(1, 19), BetaPrior(4, 196)
LENGTH_ERROR = 0.08
_LENGTH = "list of 4 others, 15 % hold the item, a longer list adds 8 points"

_PRIOR = "list of 3 others with a prior of 10 % worth 20 answers"
_GUESSES = "classifier that is sure but for a third of the posts"
_SILENT, _SIDES = "share with nonresponse: of those who would say yes", Difference(-0.18, 0.18)

# Clusters, rows of each, correlation within, share, coefficient of variation of the weights.
Setting = tuple[int, int, float, float, float]
SHARES: dict[str, Setting] = {
    "share_zero": (200, 1, 0.0, 0.0, 2.0),
    "share_rare_small": (50, 1, 0.0, 0.02, 0.0),
    "share_rare": (1000, 1, 0.0, 0.005, 0.0),
    "share_rare_weighted": (1000, 1, 0.0, 0.02, 2.0),
    "share_even_weighted": (200, 1, 0.0, 0.5, 2.0),
    "share_few_clusters": (5, 100, 0.05, 0.05, 0.0),
    "share_few_clusters_rare": (10, 50, 0.2, 0.02, 0.0),
    "share_few_clusters_weighted": (10, 50, 0.05, 0.05, 2.0),
    "share_few_clusters_even": (5, 40, 0.1, 0.5, 0.0),
    "share_many_clusters_rare": (40, 75, 0.2, 0.005, 0.0),
    "share_many_clusters_weighted": (40, 15, 0.05, 0.05, 2.0),
}


def _share(setting: Setting) -> Callable[[Rng], Trial]:
    clusters, size, alike, share, spread = setting
    cluster, n = np.repeat(np.arange(clusters), size), clusters * size

    def trial(rng: Rng) -> Trial:
        chance: FloatArray = np.full(clusters, share)
        if alike:
            chance = rng.beta(share * (1 / alike - 1), (1 - share) * (1 / alike - 1), clusters)
        yes = (rng.random(n) < chance[cluster]).astype(float)
        w = np.exp(rng.normal(0, np.sqrt(np.log(1 + spread**2)), n))
        made, (limits,) = survey_share(yes, survey_design(n, weights=w, clusters=cluster))
        value, se = float(made.values[0]), float(made.standard_errors[0])
        shown = usable_estimate("share", value, se, n=n, unit="share", method="linearised")
        return Trial(replace(shown, low=limits.low, high=limits.high), share)

    return trial


def _silent(difference: Difference | None, share: float, yes: float, no: float) -> Callable[[Rng], Trial]:
    """Fifty clusters of twelve; who would say yes answers with another chance than who would say no.

    The limits are those under the assumption, None for nonresponse at random; the share is at the end of the bounds.
    """
    cluster = np.arange(600) // 12

    def trial(rng: Rng) -> Trial:
        chance = rng.beta(share * 19, (1 - share) * 19, 50)[cluster]
        truth = rng.random(600) < chance
        y = np.where(rng.random(600) < np.where(truth, yes, no), truth.astype(float), np.nan)
        made = nonresponse_bounds(y, survey_design(600, clusters=cluster), (difference or WORST,))
        limits = made.answered if difference is None else made.bounds[0].limits
        return Trial(replace(made.answered, low=limits.low, high=limits.high), share)

    return trial


def _words(setting: Setting) -> str:
    clusters, size, alike, share, spread = setting
    who = f"{clusters} people" if size == 1 else f"{clusters} clusters of {size}, correlation {alike:g}"
    weights = f", weights of variation {spread:g}" if spread else ""
    return f"share of {100 * share:g} %, {who}{weights}"


def _texts(clusters: int, share_logit: float, estimator: Estimator) -> Callable[[Rng], Trial]:
    """Posts of few leaning channels; the truth is the mean over all channels that could be."""
    every = special.ndtri((np.arange(20_000) + 0.5) / 20_000)
    truth = float(np.mean(special.expit(share_logit + 0.8 * every)))
    channel, rows = np.repeat(np.arange(clusters), 60), clusters * 60

    def trial(rng: Rng) -> Trial:
        so = (rng.random(rows) < special.expit(share_logit + 0.8 * rng.normal(size=clusters))[channel]).astype(float)
        said = np.clip(0.25 + 0.5 * so + rng.normal(0, 0.15, rows), 0.01, 0.99)
        labelled = rng.random(rows) < 0.3
        given = labelled_texts(np.where(labelled, so, np.nan), labelled, np.full(rows, 0.3), said, channel)
        return Trial(estimate_text(given, estimator).estimates[0], truth)

    return trial


def _text_slope(clusters: int) -> Callable[[Rng], Trial]:
    """The effect of something that is the same for all posts of a channel, which is none."""
    channel, rows = np.repeat(np.arange(clusters), 60), clusters * 60

    def trial(rng: Rng) -> Trial:
        x = rng.normal(size=clusters)[channel]
        so = (rng.random(rows) < special.expit(-0.5 + 0.8 * rng.normal(size=clusters))[channel]).astype(float)
        said = np.clip(0.25 + 0.5 * so + rng.normal(0, 0.15, rows), 0.01, 0.99)
        labelled = rng.random(rows) < 0.3
        given = labelled_texts(np.where(labelled, so, np.nan), labelled, np.full(rows, 0.3), said, channel)
        model = Model("logistic", np.column_stack([np.ones(rows), x]), ("Intercept", "x"))
        return Trial(estimate_text(given, "dsl", model).estimates[1], 0.0)

    return trial


def _rare_texts(estimator: Estimator) -> Callable[[Rng], Trial]:
    """Two per cent of 2,000 posts, 300 labels; a classifier that finds most of them and errs now and then."""

    def trial(rng: Rng) -> Trial:
        so = (rng.random(2000) < 0.02).astype(float)
        said = (rng.random(2000) < np.where(so == 1, 0.8, 0.03)).astype(float)
        labelled = rng.random(2000) < 0.15
        given = labelled_texts(np.where(labelled, so, np.nan), labelled, np.full(2000, 0.15), said)
        return Trial(estimate_text(given, estimator).estimates[0], 0.02)

    return trial


def _guessed_in_the_middle(rng: Rng, rows: int = 3000) -> tuple[FloatArray, FloatArray]:
    """Posts that a classifier is sure and right about, but for a third in the middle, where it only guesses."""
    g = np.where(rng.random(rows) < 0.33, 0.5, np.where(rng.random(rows) < 0.3, 0.97, 0.03))
    g = np.clip(g + rng.uniform(-0.03, 0.03, rows), 0, 1)
    return (rng.random(rows) < np.where(np.abs(g - 0.5) < 0.1, 0.3, g)).astype(float), g


# The noise of ±.03 is cut off nowhere, so a sure prediction is right on average.
GUESSED_SHARE = 0.33 * 0.3 + 0.67 * (0.3 * 0.97 + 0.7 * 0.03)


def _stratified_texts(rng: Rng) -> Trial:
    so, said = _guessed_in_the_middle(rng)
    labelled = rng.random(3000) < 0.15
    given = labelled_texts(np.where(labelled, so, np.nan), labelled, np.full(3000, 0.15), said)
    return Trial(estimate_text(given, "ppi++-strata").estimates[0], GUESSED_SHARE)


def _doubts_labelled(estimator: Estimator, *, flip: bool = False) -> Callable[[Rng], Trial]:
    """Labels go to doubtful posts; `flip` turns the classifier round, so that it is sure and wrong."""

    def trial(rng: Rng) -> Trial:
        so, said = _guessed_in_the_middle(rng)
        said = 1 - said if flip else said
        chance = labelling_chances(said, 0.15, 0.3)
        labelled = rng.random(3000) < chance
        given = labelled_texts(np.where(labelled, so, np.nan), labelled, chance, said)
        return Trial(estimate_text(given, estimator).estimates[0], GUESSED_SHARE)

    return trial


def _rare_list(rng: Rng) -> Trial:
    """Two per cent hold the item: every third likelihood runs to the boundary."""
    arm, held = np.arange(800) % 2, rng.random(800) < 0.02
    fit = maximum_likelihood(regression_data(rng.binomial(4, 0.45, 800) + arm * held, arm, 4))
    return Trial(predict(fit, {"prediction": average(fit)})[0], 0.02)


def _world_of_the_prior(*, is_direct: bool) -> Callable[[Rng], Trial]:
    """Prevalence, honesty and everybody's other items come from the prior: the posterior's ranks must be uniform."""

    def trial(rng: Rng) -> Trial:
        share, honest, arm = rng.beta(EARLIER.a, EARLIER.b), rng.beta(FLAT.a, FLAT.b), np.arange(400) % 2
        held = rng.random(400) < share
        admits = held & (rng.random(400) < honest)
        kind = held.astype(np.int64) + (admits if is_direct else 0)
        others = (rng.random(400)[:, None] > np.cumsum(rng.dirichlet(np.ones(4), 3), axis=1)[kind, :3]).sum(axis=1)
        direct = admits.astype(float) if is_direct else None
        made = list_posterior(others + arm * held, arm, 3, rng, direct=direct, prior=EARLIER, most_draws=DRAWS)
        return Trial(made.prevalence, share)

    return trial


def _believed(share: float, prior: BetaPrior) -> Callable[[Rng], Trial]:
    """The usual list, and a belief about the share."""

    def trial(rng: Rng) -> Trial:
        arm, held = np.arange(800) % 2, rng.random(800) < share
        y = rng.binomial(4, 0.45, 800) + arm * held
        return Trial(list_posterior(y, arm, 4, rng, prior=prior, most_draws=DRAWS).prevalence, share)

    return trial


def _lengthened(rng: Rng, n: int, share: float) -> tuple[FloatArray, FloatArray]:
    """Counts on a list of four others, and an arm; in the treated arm some hold one item more, in truth or not."""
    arm = rng.permutation(np.arange(n) % 2).astype(float)
    return rng.binomial(4, 0.45, n) + arm * (rng.random(n) < share), arm


def _equal_length(rng: Rng) -> Trial:
    """Fifteen per cent hold the item; eight more name the fifth item of a list, whichever it is."""
    count, arm = _lengthened(rng, 1000, 0.15 + LENGTH_ERROR)
    count += (1 - arm) * (rng.random(1000) < LENGTH_ERROR)
    return Trial(difference_in_means(count, arm, 4, design="placebo-list").difference, 0.15)


def _longer(errors: str) -> Callable[[Rng], Trial]:
    """The same people and a conventional list: nothing allowed for, other studies' errors, an own placebo list's."""

    def trial(rng: Rng) -> Trial:
        made = difference_in_means(*_lengthened(rng, 1000, 0.15 + LENGTH_ERROR), 4).difference
        own = own_errors(placebo_list(*_lengthened(rng, 1000, LENGTH_ERROR), 4).difference)
        taken = {"none": (0.0,), "others": None, "own": own}[errors]
        envelope = length_envelope(made, errors=taken)
        return Trial(replace(made, low=envelope.low, high=envelope.high), 0.15)

    return trial


def _rare_trait(rng: Rng) -> Trial:
    how = device("forced", 0.7, p1=0.15, p0=0.15)
    yes = rng.random(500) < how.c0 + how.c1 * 0.02
    fit = masked_regression(masked_data(yes.astype(float), how))
    return Trial(masked_predictions(fit, {"prediction": masked_average(fit)})[0], 0.02)


def _alpha(prevalence: float, items: int) -> Callable[[Rng], Trial]:
    """Two readers who miss a fifth of the positives and see one in a hundred where there is none."""
    both = prevalence * 0.8**2 + (1 - prevalence) * 0.01**2
    split = 2 * (prevalence * 0.8 * 0.2 + (1 - prevalence) * 0.01 * 0.99)
    share = both + split / 2
    truth = 1 - split / (2 * share * (1 - share))
    item, coder = np.repeat(np.arange(items), 2), np.tile([0, 1], items)

    def trial(rng: Rng) -> Trial:
        is_so = rng.random(items) < prevalence
        labels = rng.random((items, 2)) < np.where(is_so, 0.8, 0.01)[:, None]
        given = Annotations(item, coder, labels.ravel().astype(np.int64), np.array([0.0, 1.0]))
        return Trial(krippendorff_alpha(given, "nominal", generator=rng, draws=500), truth)

    return trial


def _blend(rng: Rng) -> Trial:
    """An opt-in sample at the largest bias that its bound allows."""
    own = usable_estimate("y", 0.2 + rng.normal(0, 0.04), 0.04, n=200, unit="share", method="reference")
    other = usable_estimate("y", 0.25 + rng.normal(0, 0.01), 0.01, n=2000, unit="share", method="opt-in")
    return Trial(blend(own, other, 0.05).composite, 0.2)


def _anchored(rng: Rng) -> Trial:
    """One in five answers both questions at random."""
    n, attends = 1000, rng.random(1000) < 0.8
    held, beside, anchors = rng.random(n) < 0.05, rng.random(n) < 0.15, rng.random(n) < 0.15
    y = np.where(attends, held == beside, rng.random(n) < 0.5)
    a = np.where(attends, ~anchors, rng.random(n) < 0.5)
    return Trial(anchored_prevalence(y.astype(float), a.astype(float), 0.15, 0.15).corrected, 0.05)


def _inattentive(rng: Rng) -> Trial:
    """The same answers without the anchor: what the correction is for."""
    n, attends = 1000, rng.random(1000) < 0.8
    held, beside = rng.random(n) < 0.05, rng.random(n) < 0.15
    y = np.where(attends, held == beside, rng.random(n) < 0.5)
    return Trial(prevalence(y.astype(float), device("crosswise", 0.15)), 0.05)


def _scale_up(rng: Rng) -> Trial:
    """Acquaintances of 400 people in clusters who know more or fewer; a group of 500 among 100,000."""
    sizes, cluster = np.array([1000.0, 3000.0, 5000.0, 800.0, 2000.0]), np.arange(400) // 10
    degree = np.exp(rng.normal(4.5, 0.7, 400) + 0.3 * rng.normal(size=40)[cluster])
    known = rng.poisson(degree[:, None] * sizes / 100_000)
    hidden = rng.poisson(degree * 500 / 100_000)
    made = scale_up(hidden, known, sizes.tolist(), list("abcde"), survey_design(400, clusters=cluster))
    return Trial(made.size, 500.0)


EDGE_METHODS = (
    *(Method(name, _words(s), s[0] * s[1], _share(s)) for name, s in SHARES.items()),
    Method(
        "share_silent_worst_case", f"{_SILENT} 40 %, nobody else does; worst case", 600, _silent(WORST, 0.1, 0.6, 1)
    ),
    Method(
        "share_silent_limited", f"{_SILENT} 40 %, others 20 %; within 18 points", 600, _silent(_SIDES, 0.2, 0.6, 0.8)
    ),
    Method(
        "share_silent_at_random", f"{_SILENT} 40 %, others 20 %; as if at random", 600, _silent(None, 0.2, 0.6, 0.8)
    ),
    Method("text_dsl_five_channels", "posts of 5 leaning channels, 30 % labelled", 300, _texts(5, -0.5, "dsl")),
    Method("text_dsl_twelve_channels", "posts of 12 leaning channels, 30 % labelled", 720, _texts(12, -0.5, "dsl")),
    Method("text_labelled_eight_channels", "posts of 8 channels, 30 % labelled", 480, _texts(8, -0.5, "labelled")),
    Method("text_ppi_tuned_eight_channels", "posts of 8 channels, 30 % labelled", 480, _texts(8, -0.5, "ppi++")),
    Method("text_slope_eight_channels", "logistic slope of a trait of 8 channels", 480, _text_slope(8)),
    Method("text_dsl_rare", "2 % of 2,000 posts, 15 % labelled", 2000, _rare_texts("dsl")),
    Method("text_labelled_rare", "2 % of 2,000 posts, 15 % labelled", 2000, _rare_texts("labelled")),
    Method("text_ppi_tuned_rare", "2 % of 2,000 posts, 15 % labelled", 2000, _rare_texts("ppi++")),
    Method("text_ppi_strata", f"{_GUESSES}, 15 % labelled", 3000, _stratified_texts),
    Method("text_active_dsl", f"{_GUESSES}, 15 % labelled, doubts more often", 3000, _doubts_labelled("dsl")),
    Method("text_active_labelled", f"{_GUESSES}, 15 % labelled, doubts more often", 3000, _doubts_labelled("labelled")),
    Method(
        "text_active_wrong",
        "the same with a classifier turned round: sure and wrong",
        3000,
        _doubts_labelled("dsl", flip=True),
    ),
    Method("list_ml_rare", "list of 4 others, 2 % hold the item; average prediction", 800, _rare_list),
    Method("list_prior", f"{_PRIOR}; worlds from the prior", 400, _world_of_the_prior(is_direct=False)),
    Method("list_prior_direct", f"{_PRIOR} and direct answers; same", 400, _world_of_the_prior(is_direct=True)),
    Method("list_prior_rare", "list of 4 others, 2 % hold the item; prior 5 %", 800, _believed(0.02, SCEPTIC)),
    Method("list_prior_wrong", "list of 4 others, 15 % hold the item; prior sure of 2 %", 800, _believed(0.15, WRONG)),
    Method("list_equal_length", f"{_LENGTH}; both lists equally long", 1000, _equal_length),
    Method("list_longer", f"{_LENGTH}; nothing allowed for", 1000, _longer("none")),
    Method("list_length_allowed", f"{_LENGTH}; what other studies measured allowed for", 1000, _longer("others")),
    Method("list_length_measured", f"{_LENGTH}; an own placebo list allowed for", 1000, _longer("own")),
    Method("masked_regression_rare", "forced response, 2 % hold the trait; average prediction", 500, _rare_trait),
    Method("agreement_rare", "two readers, 150 items, 1.5 % positive; alpha", 150, _alpha(0.015, 150)),
    Method("agreement_rare_many", "two readers, 500 items, 1.5 % positive; alpha", 500, _alpha(0.015, 500)),
    Method("agreement_small", "two readers, 50 items, half positive; alpha", 50, _alpha(0.5, 50)),
    Method(
        "masked_crosswise_anchored", "crosswise with anchor, 5 % hold the trait, 20 % answer at random", 1000, _anchored
    ),
    Method("masked_crosswise_inattentive", "crosswise, 5 % hold the trait, 20 % answer at random", 1000, _inattentive),
    Method("scale_up", "acquaintances in a group of 500 among 100,000, 40 clusters of 10", 400, _scale_up),
    Method("blend_bounded", "reference and opt-in sample, bias at its bound", 2200, _blend),
)

SHOWN_BY: dict[str, tuple[str, str, str]] = {
    "share of answers": ("method_coverage", "method_id", "share_rare_weighted"),
    "difference in shares": ("method_coverage", "method_id", "sample_clusters"),
    "real messages minus foil": ("synthetic_deep_diagnosis", "estimator_text", "real messages minus foil"),
    "rds-ii": ("rds_coverage", "estimator_text", "rds-ii"),
    "ss": ("rds_coverage", "estimator_text", "ss"),
    "gradient": ("synthetic_deep_diagnosis", "estimator_text", "gradient"),
    "robust interval": ("synthetic_deep_diagnosis", "estimator_text", "robust interval"),
    "crosswise": ("method_coverage", "method_id", "masked_crosswise"),
    "difference in means": ("method_coverage", "method_id", "list_difference"),
    "difference in means, lists of equal length": ("method_coverage", "method_id", "list_equal_length"),
    "list, error of length allowed for": ("method_coverage", "method_id", "list_length_measured"),
    "double list": ("method_coverage", "method_id", "list_double"),
    "linear regression": ("method_coverage", "method_id", "list_linear"),
    "maximum likelihood": ("method_coverage", "method_id", "list_ml_constrained"),
    "acc": ("method_coverage", "method_id", "text_adjusted_count"),
    "dsl": ("method_coverage", "method_id", "text_dsl"),
    "labelled": ("method_coverage", "method_id", "text_labelled"),
    "naive": ("method_coverage", "method_id", "text_naive"),
    "ppi": ("method_coverage", "method_id", "text_ppi"),
    "ppi++": ("method_coverage", "method_id", "text_ppi_tuned"),
    "Krippendorff's alpha": ("method_coverage", "method_id", "agreement_rare"),
    "share of posts": ("method_coverage", "method_id", "share_many_clusters_weighted"),
    "mean over accounts": ("method_coverage", "method_id", "share_many_clusters_weighted"),
    "segmented regression": ("method_coverage", "method_id", "shock_jump"),
    "mrp": ("method_coverage", "method_id", "mrp_medium"),
}
"""Estimator with an interval in a released table → table, column and value that show its coverage."""


def shown_by_plan(plan: Plan) -> dict[str, tuple[str, str, str]]:
    """The same for estimators that a plan names itself: endorsers, and sides that are compared."""
    endorsers = [words for endorsement in plan.endorsements for words in endorsement.endorsers.values()]
    methods = dict.fromkeys(endorsers, "endorsement_quick") | {
        contrast.method: "sample_clusters" for contrast in plan.contrasts
    }
    methods |= {way(difference): "sample_clusters" for difference in plan.differences}
    return {estimator: ("method_coverage", "method_id", method) for estimator, method in methods.items()}
