"""Simulated surveys with indirect questions, one estimator each, and the truth that its interval should hold.

What belongs here: how each kind of survey is drawn, which estimator answers it, and what the truth was.
What must not: counting (`method_coverage`), real answers. Nobody in these surveys exists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from analysis.estimators.endorsement.answers import endorsement_answers
from analysis.estimators.endorsement.quick import quick_endorsement
from analysis.estimators.estimate import Estimate
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.list_experiment.direct import combine_with_direct
from analysis.estimators.list_experiment.double import double_list
from analysis.estimators.list_experiment.joint import joint_regression
from analysis.estimators.list_experiment.misreport import misreport_likelihood
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.modified import modified_list
from analysis.estimators.list_experiment.nonlinear import nonlinear_least_squares
from analysis.estimators.list_experiment.prediction import average, difference, predict
from analysis.estimators.list_experiment.regression import (
    ListRegression,
    RegressionData,
    linear_regression,
    regression_data,
)
from analysis.estimators.list_experiment.robust import robust_regression
from analysis.estimators.list_experiment.several_items import likelihood_several, several_items_data
from analysis.estimators.list_experiment.with_endorsement import list_endorsement_correlations
from analysis.estimators.randomised_response.designs import device
from analysis.estimators.randomised_response.prevalence import prevalence
from analysis.estimators.randomised_response.regression import (
    masked_average,
    masked_data,
    masked_predictions,
    masked_regression,
)
from analysis.estimators.variance import FloatArray, IntArray

Rng = np.random.Generator
ITEMS = 4
RESPONDENTS = 1200
OTHER_LOGIT = (0.2, 0.3, -0.2)
SENSITIVE_LOGIT = (-1.2, 0.6, -0.5)
NAMES = ("Intercept", "x", "g")


@dataclass(frozen=True, slots=True)
class Trial:
    """One simulated survey answered: the estimate, and what it should have found."""

    estimate: Estimate
    truth: float


@dataclass(frozen=True, slots=True)
class Method:
    """A method whose interval is checked: name, what is simulated in words, respondents or posts, and one trial."""

    method_id: str
    survey_text: str
    respondents_n: int
    trial: Callable[[Rng], Trial]


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    """Respondents of a list survey: design matrix, arm, whether they hold the item, with what chance, other items."""

    X: FloatArray
    treat: IntArray
    held: FloatArray
    chance: FloatArray
    others: FloatArray

    @property
    def truth(self) -> float:
        """Mean chance among these respondents: what an average prediction is of."""
        return float(self.chance.mean())

    def data(self, y: FloatArray | None = None) -> RegressionData:
        """The list answers, or others, as regression data."""
        answers = self.others + self.treat * self.held if y is None else y
        return regression_data(answers, self.treat, ITEMS, self.X, NAMES)


def _world(rng: Rng, n: int = RESPONDENTS, *, overdispersion: float = 0.0) -> _World:
    matrix = np.column_stack([np.ones(n), rng.normal(size=n), rng.integers(0, 2, n)])
    chance, p = special.expit(matrix @ np.array(SENSITIVE_LOGIT)), special.expit(matrix @ np.array(OTHER_LOGIT))
    if overdispersion:
        p = rng.beta(p * (1 / overdispersion - 1), (1 - p) * (1 / overdispersion - 1))
    treat = rng.permutation(np.arange(n) % 2)
    return _World(matrix, treat, (rng.random(n) < chance).astype(float), chance, rng.binomial(ITEMS, p).astype(float))


def _prediction(fit: ListRegression, truth: float) -> Trial:
    return Trial(predict(fit, {"prediction": average(fit)})[0], truth)


def _likelihood(model: str, overdispersion: float = 0.0) -> Callable[[Rng], Trial]:
    def trial(rng: Rng) -> Trial:
        world = _world(rng, overdispersion=overdispersion)
        return _prediction(maximum_likelihood(world.data(), model), world.truth)  # type: ignore[arg-type]

    return trial


def _group_difference(model: str) -> Callable[[Rng], Trial]:
    """Predicted share if everybody had g = 1, minus if everybody had g = 0."""

    def trial(rng: Rng) -> Trial:
        world = _world(rng)
        fit = maximum_likelihood(world.data(), model)  # type: ignore[arg-type]
        ones, zeros = (np.column_stack([world.X[:, :2], np.full(len(world.X), g)]) for g in (1.0, 0.0))
        truth = np.mean([special.expit(ones @ SENSITIVE_LOGIT) - special.expit(zeros @ SENSITIVE_LOGIT)])
        gap = difference(average(fit, ones), average(fit, zeros))
        return Trial(predict(fit, {"prediction_difference": gap})[0], float(truth))

    return trial


def _coefficient(model: str) -> Callable[[Rng], Trial]:
    def trial(rng: Rng) -> Trial:
        fit = maximum_likelihood(_world(rng).data(), model)  # type: ignore[arg-type]
        return Trial(fit.estimates()[1], SENSITIVE_LOGIT[1])

    return trial


def _regression(fit: Callable[[RegressionData], ListRegression]) -> Callable[[Rng], Trial]:
    def trial(rng: Rng) -> Trial:
        world = _world(rng)
        return _prediction(fit(world.data()), world.truth)

    return trial


def _difference(rng: Rng) -> Trial:
    n, share = 1000, 0.15
    treat = rng.permutation(np.arange(n) % 2)
    y = rng.binomial(ITEMS, 0.45, n) + treat * (rng.random(n) < share)
    return Trial(difference_in_means(y, treat, ITEMS).difference, share)


def _difference_in_clusters(rng: Rng) -> Trial:
    """Sixty villages of twenty in six districts; villages differ in the other items and in the sensitive one."""
    villages, size, share = 60, 20, 0.2
    village = np.repeat(np.arange(villages), size)
    treat = rng.permutation(np.arange(villages * size) % 2)
    other = special.expit(rng.normal(-0.2, 0.5, villages))[village]
    holds = rng.beta(4 * share, 4 * (1 - share), villages)[village]
    y = rng.binomial(ITEMS, other) + treat * (rng.random(villages * size) < holds)
    found = difference_in_means(y, treat, ITEMS, strata=village % 6, clusters=village)
    return Trial(found.difference, share)


def _ceiling(rng: Rng) -> Trial:
    """Long-list holders hide: 40 % of holders who hold every other item answer as if they did not hold it."""
    world = _world(rng, 3000)
    hides = (world.treat == 1) & (world.others == ITEMS) & (rng.random(3000) < 0.4)
    y = world.others + world.treat * np.where(hides, 0.0, world.held)
    return _prediction(misreport_likelihood(world.data(y), "ceiling"), world.truth)


def _careless(model: str, share: float) -> Callable[[Rng], Trial]:
    def trial(rng: Rng) -> Trial:
        world = _world(rng, 3000)
        careless, largest = rng.random(3000) < share, ITEMS + world.treat
        wrong = largest if model == "top-code" else rng.integers(0, largest + 1)
        y = np.where(careless, wrong, world.others + world.treat * world.held)
        return _prediction(misreport_likelihood(world.data(y), model), world.truth)  # type: ignore[arg-type]

    return trial


def _with_direct(rng: Rng) -> Trial:
    n, share = 1000, 0.2
    treat, held = rng.permutation(np.arange(n) % 2), rng.random(n) < share
    y = rng.binomial(ITEMS, 0.45, n) + treat * held
    admits = held & (rng.random(n) < 0.5)
    return Trial(combine_with_direct(y, treat, ITEMS, admits.astype(float)).combined, share)


def _double(rng: Rng) -> Trial:
    n, share = 1000, 0.15
    treat, held = rng.permutation(np.arange(n) % 2), rng.random(n) < share
    lean = special.expit(rng.normal(-0.2, 0.4, n))
    a, b = rng.binomial(ITEMS, lean), rng.binomial(ITEMS, lean)
    return Trial(double_list(a + treat * held, b + (1 - treat) * held, treat, ITEMS).average, share)


def _modified(rng: Rng) -> Trial:
    n, shares = 1000, np.array([0.3, 0.5, 0.6])
    treat = rng.permutation(np.arange(n) % 2)
    x = rng.normal(size=n)
    chance = special.expit(-1 + 0.5 * x)
    items = (rng.random((n, 3)) < shares).astype(float)
    count = items.sum(axis=1) + (rng.random(n) < chance)
    opened = np.where((treat == 0)[:, None], items, np.nan)
    fit = modified_list(count, treat, opened, np.column_stack([np.ones(n), x]), NAMES[:2])
    return _prediction(fit, float(chance.mean()))


def _several(rng: Rng) -> Trial:
    world = _world(rng)
    level = rng.permutation(np.arange(RESPONDENTS) % 3)
    second = rng.random(RESPONDENTS) < 0.3
    y = world.others + (level == 1) * world.held + (level == 2) * second
    fit = likelihood_several(several_items_data(y, level, ITEMS, world.X, NAMES, labels=("1", "2")))
    return _prediction(fit, world.truth)


def _predictor(rng: Rng) -> Trial:
    world, effect = _world(rng, 2000), 0.8
    o = world.X @ np.array([0.3, 0.2, -0.1]) + effect * world.held + rng.normal(size=2000)
    fit = joint_regression(world.data(), o, "linear")
    return Trial(next(e for e in fit.predictions if e.term == "outcome_difference"), effect)


def _beside_endorsement(rng: Rng) -> Trial:
    """One attitude is behind the item and the mean answer; its correlation with the others' sum is 0."""
    n, load = 1500, 0.6
    treat, attitude = rng.permutation(np.arange(n) % 2), rng.normal(size=n)
    count = rng.binomial(ITEMS, 0.45, n) + treat * (attitude > 0)
    answer = load * attitude + np.sqrt(1 - load**2) * rng.normal(size=n)
    covariance, variance = load / np.sqrt(2 * np.pi), ITEMS * 0.45 * 0.55 + 0.25
    found = list_endorsement_correlations(count, treat, ITEMS, answer)
    return Trial(found[0], float(covariance / np.sqrt(variance)))


def _masked(design: str, p: float, **options: float) -> Callable[[Rng], Trial]:
    how = device(design, p, **options)

    def trial(rng: Rng) -> Trial:
        share = 0.1
        yes = rng.random(1000) < how.c0 + how.c1 * (rng.random(1000) < share)
        return Trial(prevalence(yes.astype(float), how), share)

    return trial


def _masked_regression(rng: Rng) -> Trial:
    how, n = device("forced", 2 / 3, p1=1 / 6, p0=1 / 6), 1500
    matrix = np.column_stack([np.ones(n), rng.normal(size=n)])
    chance = special.expit(matrix @ np.array([-1.2, 0.5]))
    yes = rng.random(n) < how.c0 + how.c1 * (rng.random(n) < chance)
    fit = masked_regression(masked_data(yes.astype(float), how, matrix, NAMES[:2]))
    return Trial(masked_predictions(fit, {"prediction": masked_average(fit)})[0], float(chance.mean()))


def _endorsement(rng: Rng) -> Trial:
    """Four policies of five points, one endorser; the truth is the effect in latent units, carried to answers."""
    n, effect, cuts = 1000, 0.25, np.array([-1.2, -0.4, 0.4, 1.2])
    arm = rng.integers(0, 2, (n, 4))
    latent = 0.6 * rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, 4)) + effect * arm
    y = 1.0 + np.digitize(latent, cuts)
    means = [1 + special.ndtr(move - cuts).sum() for move in (0.0, effect)]
    square = np.sum((2 * np.arange(4) + 3) * special.ndtr(-cuts)) + 1
    truth = (means[1] - means[0]) / np.sqrt(square - means[0] ** 2)
    answers = endorsement_answers(y, arm, ("a", "b", "c", "d"), ("e",))
    return Trial(quick_endorsement(answers).pooled[0], float(truth))


_LIST = "list of 4 others, two covariates; average prediction"
_GROUPS = "list of 4 others, two covariates; predicted difference between groups"
_COEFFICIENT = "list of 4 others, two covariates; one coefficient"
SURVEY_METHODS = (
    Method("list_difference", "list of 4 others, 15 % hold the item", 1000, _difference),
    Method("list_difference_clusters", "the same, 60 villages of 20 in 6 districts", 1200, _difference_in_clusters),
    Method("list_linear", _LIST, RESPONDENTS, _regression(linear_regression)),
    Method("list_nls", _LIST, RESPONDENTS, _regression(nonlinear_least_squares)),
    Method("list_ml_constrained", _LIST, RESPONDENTS, _likelihood("constrained")),
    Method("list_ml_unconstrained", _LIST, RESPONDENTS, _likelihood("unconstrained")),
    Method("list_ml_difference", f"{_GROUPS}; constrained", RESPONDENTS, _group_difference("constrained")),
    Method("list_ml_unconstrained_difference", _GROUPS, RESPONDENTS, _group_difference("unconstrained")),
    Method("list_ml_coefficient", f"{_COEFFICIENT}; constrained", RESPONDENTS, _coefficient("constrained")),
    Method("list_ml_unconstrained_coefficient", _COEFFICIENT, RESPONDENTS, _coefficient("unconstrained")),
    Method("list_ml_beta_binomial", f"{_LIST}, overdispersed", RESPONDENTS, _likelihood("beta-binomial", 0.15)),
    Method("list_ml_robust", _LIST, RESPONDENTS, _regression(lambda d: robust_regression(d, "ml")[0])),
    Method("list_nls_robust", _LIST, RESPONDENTS, _regression(lambda d: robust_regression(d, "nls")[0])),
    Method("list_ceiling", f"{_LIST}; 40 % of holders at the ceiling hide", 3000, _ceiling),
    Method("list_top_code", f"{_LIST}; 3 % answer the largest number", 3000, _careless("top-code", 0.03)),
    Method("list_uniform", f"{_LIST}; 10 % answer any number", 3000, _careless("uniform", 0.1)),
    Method("list_direct", "list and direct question, half of the holders admit", 1000, _with_direct),
    Method("list_double", "double list, 15 % hold the item", 1000, _double),
    Method("list_modified", "3 open items, one covariate; average prediction", 1000, _modified),
    Method("list_several_items", "two sensitive items; average prediction of the first", RESPONDENTS, _several),
    Method("list_predictor", "effect of the item on a continuous outcome", 2000, _predictor),
    Method("list_endorsement", "difference of correlations with 4 endorsed policies", 1500, _beside_endorsement),
    Method("masked_forced", "forced response, 10 % hold the trait", 1000, _masked("forced", 2 / 3, p1=1 / 6, p0=1 / 6)),
    Method("masked_mirrored", "mirrored question, 10 % hold the trait", 1000, _masked("mirrored", 0.75)),
    Method("masked_unrelated", "unrelated question, 10 % hold the trait", 1000, _masked("unrelated", 0.7, q=0.5)),
    Method("masked_crosswise", "crosswise, 10 % hold the trait", 1000, _masked("crosswise", 0.2)),
    Method("masked_triangular", "triangular, 10 % hold the trait", 1000, _masked("triangular", 0.2)),
    Method("masked_regression", "forced response, one covariate; average prediction", 1500, _masked_regression),
    Method("endorsement_quick", "4 policies of 5 points, one endorser; pooled effect", 1000, _endorsement),
)
