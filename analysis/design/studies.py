"""Studies of fictional worlds, one after the other: what each estimator says beside what is true there.

Every study draws a population, recruits and interviews it, and estimates; the same answers are estimated again after
consent loss and after the gate, which is the price of privacy. What must not be here: exports, files, field data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.design.estimators import ESTIMATORS, Answer, Sample
from analysis.errors import EstimationError
from analysis.synthetic.answers import interview
from analysis.synthetic.recruitment import recruit
from analysis.synthetic.world import populate

POPULATION = 10_000
RDS_SHARE = 0.6
CONSENT_KEPT_SHARE = 0.91
"""Share of respondents whose consent holds at the cut-off in the fictional world."""

RELEASED_DECIMALS = 3

Study = Mapping[tuple[str, str], Answer]
"""(estimand and estimator, privacy step) → answer."""


def simulate_study(respondents: int, generator: np.random.Generator) -> Study:
    """Draw one world, ask it, and estimate at every step of privacy.

    Parameters
    ----------
    respondents
        People interviewed; most through the network, the others from an opt-in panel. For changes between waves a
        random half of them is the second wave, in a world that stands still.
    generator
        Of this study alone.
    """
    population = populate(POPULATION, generator)
    recruits = recruit(population, round(RDS_SHARE * respondents), generator)
    opt_in = generator.choice(population.size, respondents - len(recruits.person), replace=False)
    answers = interview(population, recruits, opt_in, generator)
    everybody = np.ones(len(answers.person), dtype=bool)
    consenting = generator.random(len(answers.person)) < CONSENT_KEPT_SHARE
    is_second = generator.random(len(answers.person)) < 0.5
    found = {}
    for step, kept in (("all answers", everybody), ("consenting only", consenting)):
        sample = Sample(population, answers, kept, is_second)
        for name, estimate in ESTIMATORS.items():
            found[name, step] = estimate(sample)
    for name in ESTIMATORS:
        found[name, "after the gate"] = _gated(found[name, "consenting only"])
    return found


def _gated(answer: Answer) -> Answer:
    """What is released of an estimate: three decimals, interval rounded outward."""
    if answer.value is None or answer.low is None or answer.high is None:
        return answer
    scale = 10.0**RELEASED_DECIMALS
    low, high = np.floor(answer.low * scale) / scale, np.ceil(answer.high * scale) / scale
    return Answer(answer.truth, round(answer.value, RELEASED_DECIMALS), float(low), float(high))


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
