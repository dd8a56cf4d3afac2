"""Studies of fictional worlds, one after the other: what each estimator says beside what is true there.

Every study draws a population, recruits and interviews it, and estimates; the same answers are estimated again after
consent loss and after the gate, which is the price of privacy. What must not be here: exports, files, field data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from analysis.errors import EstimationError
from analysis.estimators.estimate import Estimate
from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.list_experiment.double import double_list
from analysis.estimators.randomised_response.designs import device
from analysis.estimators.randomised_response.prevalence import prevalence
from analysis.estimators.rds.weights import volz_heckathorn_weights
from analysis.estimators.weighting.calibration import rake
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.estimates import survey_mean
from analysis.estimators.weighting.margins import margin
from analysis.synthetic import answers as asked
from analysis.synthetic.answers import Answers, interview
from analysis.synthetic.recruitment import recruit
from analysis.synthetic.world import HOSTS, Population, populate

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

POPULATION = 10_000
RDS_SHARE = 0.6
LIST_ITEMS = len(asked.LIST_ITEM_SHARES)
CONSENT_KEPT_SHARE = 0.91
"""Share of respondents whose consent holds at the cut-off in the fictional world."""

RELEASED_DECIMALS = 3
Z = float(stats.norm.ppf(0.975))


@dataclass(frozen=True)
class Answer:
    """One estimator in one study: the truth there, and the estimate with its interval; None where it was withheld."""

    truth: float
    value: float | None
    low: float | None
    high: float | None


Study = Mapping[tuple[str, str], Answer]
"""(estimand and estimator, privacy step) → answer."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Respondents of one study: positions in the population, answers, and whether they came through the network."""

    population: Population
    answers: Answers
    kept: Bools

    def item(self, name: str) -> npt.NDArray[np.str_]:
        """Answers of the kept respondents."""
        return self.answers.by_item[name][self.kept]

    @property
    def is_recruited(self) -> Bools:
        """Came through the network."""
        return np.asarray(self.answers.source[self.kept] == "web_rds")

    @property
    def host(self) -> npt.NDArray[np.int64]:
        """Host code of each kept respondent."""
        return self.population.host[self.answers.person[self.kept]]


def simulate_study(respondents: int, generator: np.random.Generator) -> Study:
    """Draw one world, ask it, and estimate at every step of privacy.

    Parameters
    ----------
    respondents
        People interviewed; most through the network, the others from an opt-in panel.
    generator
        Of this study alone.
    """
    population = populate(POPULATION, generator)
    recruits = recruit(population, round(RDS_SHARE * respondents), generator)
    opt_in = generator.choice(population.size, respondents - len(recruits.person), replace=False)
    answers = interview(population, recruits, opt_in, generator)
    everybody = np.ones(len(answers.person), dtype=bool)
    consenting = generator.random(len(answers.person)) < CONSENT_KEPT_SHARE
    found = {}
    for step, kept in (("all answers", everybody), ("consenting only", consenting)):
        sample = Sample(population, answers, kept)
        for name, estimate in ESTIMATORS.items():
            found[name, step] = _answered(estimate, sample)
    for name in ESTIMATORS:
        found[name, "after the gate"] = _gated(found[name, "consenting only"])
    return found


def _answered(estimate: Callable[[Sample], tuple[float, Estimate | tuple[float, float]]], sample: Sample) -> Answer:
    truth, made = estimate(sample)
    if isinstance(made, Estimate):
        return Answer(truth, made.value, made.low, made.high)
    value, error = made
    return Answer(truth, value, value - Z * error, value + Z * error)


def _gated(answer: Answer) -> Answer:
    """What is released of an estimate: three decimals, interval rounded outward."""
    if answer.value is None or answer.low is None or answer.high is None:
        return answer
    scale = 10.0**RELEASED_DECIMALS
    low, high = np.floor(answer.low * scale) / scale, np.ceil(answer.high * scale) / scale
    return Answer(answer.truth, round(answer.value, RELEASED_DECIMALS), float(low), float(high))


def _favourable(sample: Sample) -> tuple[Floats, Bools]:
    """Approval as reported to the direct question, and who answered it."""
    item = sample.item("TA1")
    return np.isin(item, ("3", "4")).astype(np.float64), ~np.isin(item, ("dk", "pns"))


def _direct(sample: Sample, chosen: Bools, weights: Floats | None) -> tuple[float, tuple[float, float]]:
    yes, answered = _favourable(sample)
    rows = chosen & answered
    design = survey_design(int(rows.sum()), weights=None if weights is None else weights[rows])
    made = survey_mean(yes[rows], design)
    return _approval(sample), (float(made.values[0]), float(np.sqrt(made.covariance[0, 0])))


def _approval(sample: Sample) -> float:
    return float(sample.population.approves.mean())


def _direct_unweighted(sample: Sample) -> tuple[float, tuple[float, float]]:
    return _direct(sample, np.ones(len(sample.host), dtype=bool), None)


def _direct_opt_in(sample: Sample) -> tuple[float, tuple[float, float]]:
    return _direct(sample, ~sample.is_recruited, None)


def _direct_network(sample: Sample) -> tuple[float, tuple[float, float]]:
    degree = np.maximum(sample.item("NW1").astype(np.float64), 1.0)
    weights = np.ones(len(degree))
    weights[sample.is_recruited] = volz_heckathorn_weights(degree[sample.is_recruited])
    return _direct(sample, sample.is_recruited, weights)


def _direct_raked(sample: Sample) -> tuple[float, tuple[float, float]]:
    counts = np.bincount(sample.population.host, minlength=len(HOSTS))
    women = float(sample.population.is_woman.sum())
    hosts = {name: float(count) for name, count in zip(HOSTS, counts, strict=True)}
    sexes = {"female": women, "male": sample.population.size - women}
    start = np.full(len(sample.host), sample.population.size / len(sample.host))
    margins = [margin("host", sample.item("SC2"), hosts), margin("sex", sample.item("SC4"), sexes)]
    return _direct(sample, np.ones(len(start), dtype=bool), rake(start, margins).weights)


def _genuine(sample: Sample) -> Bools:
    """Respondents left when those who fail the instructed item are out: what a quality screen can do."""
    return np.asarray(sample.item("QC1") == asked.INSTRUCTED)


def _lists(sample: Sample) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    chosen = _genuine(sample)
    counts = [sample.item(name)[chosen].astype(np.float64) for name in ("LX1", "LX2")]
    treated = (sample.item("LX1_arm")[chosen] == "treatment").astype(np.int64)
    return counts[0], counts[1], treated


def _single_list(sample: Sample) -> tuple[float, Estimate]:
    first, _, treated = _lists(sample)
    return _approval(sample), difference_in_means(first, treated, LIST_ITEMS).difference


def _double_list(sample: Sample) -> tuple[float, Estimate]:
    first, second, treated = _lists(sample)
    return _approval(sample), double_list(first, second, treated, LIST_ITEMS).average


def _placebo_list(sample: Sample) -> tuple[float, Estimate]:
    chosen = _genuine(sample)
    treated = (sample.item("LX3_arm")[chosen] == "treatment").astype(np.int64)
    return 0.0, difference_in_means(sample.item("LX3")[chosen].astype(np.float64), treated, LIST_ITEMS).difference


def _crosswise(sample: Sample) -> tuple[float, Estimate]:
    public = sample.population.approves & sample.population.speaks_in_public
    same = (sample.item("RR1")[_genuine(sample)] == "same").astype(np.float64)
    return float(public.mean()), prevalence(same, device("crosswise", p=asked.CROSSWISE_INNOCUOUS_SHARE))


def _regime_given_defence(sample: Sample) -> tuple[float, tuple[float, float]]:
    yes, answered = _favourable(sample)
    rows = answered & (sample.item("TA6") == "support")
    made = survey_mean(yes[rows], survey_design(int(rows.sum())))
    truth = float(sample.population.approves[sample.population.defends].mean())
    return truth, (float(made.values[0]), float(np.sqrt(made.covariance[0, 0])))


ESTIMATORS: dict[str, Callable[[Sample], tuple[float, Estimate | tuple[float, float]]]] = {
    "K20_approval_share: direct question, unweighted": _direct_unweighted,
    "K20_approval_share: direct question, opt-in only": _direct_opt_in,
    "K20_approval_share: direct question, RDS-II": _direct_network,
    "K20_approval_share: direct question, raked": _direct_raked,
    "K20_approval_share: single list": _single_list,
    "K20_approval_share: double list": _double_list,
    "K29_placebo_item: placebo list": _placebo_list,
    "E01b_public_support: crosswise question": _crosswise,
    "E03_regime_given_defence: direct question, unweighted": _regime_given_defence,
}


@dataclass(frozen=True)
class Characteristics:
    """How one estimator did over all studies, at one step of privacy.

    Attributes
    ----------
    worlds_n, answered_n
        Studies; those in which the estimator gave an interval.
    truth, bias, rmse, mean_width
        Means over the answered studies, in the unit of the estimate.
    coverage, coverage_low, coverage_high
        Share of nominal 95 % intervals that held the truth, with 99 % Clopper–Pearson limits.
    power
        Share of intervals that leave out zero.
    """

    worlds_n: int
    answered_n: int
    truth: float
    bias: float
    rmse: float
    mean_width: float
    coverage: float
    coverage_low: float
    coverage_high: float
    power: float


def characteristics(answers: list[Answer]) -> Characteristics:
    """Summarise one estimator.

    Raises
    ------
    EstimationError
        The estimator answered in no study.
    """
    given = [(a.truth, a.value, a.low, a.high) for a in answers if a.value is not None and a.low is not None]
    if not given:
        raise EstimationError("an estimator answered in no simulated study; look at its warnings on one of them")
    truth, value, low, high = np.array(given, dtype=np.float64).T
    held = int(((low <= truth) & (truth <= high)).sum())
    limits = stats.binomtest(held, len(given)).proportion_ci(0.99, method="exact")
    return Characteristics(
        worlds_n=len(answers),
        answered_n=len(given),
        truth=float(truth.mean()),
        bias=float((value - truth).mean()),
        rmse=float(np.sqrt(((value - truth) ** 2).mean())),
        mean_width=float((high - low).mean()),
        coverage=held / len(given),
        coverage_low=float(limits.low),
        coverage_high=float(limits.high),
        power=float(((low > 0) | (high < 0)).mean()),
    )
