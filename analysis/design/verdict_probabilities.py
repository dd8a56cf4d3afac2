"""How often each verdict would be given, if the truth were known: for every quantity rule of the register.

A share is counted exactly: every number of yes answers in a sample of the effective size, its robust interval, its
verdict, weighted by its probability. A change or an effect is taken as normal with its design-based standard error.
What must not be here: the rules themselves; they are the frozen ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import stats

from analysis.claims.evidence import Evidence
from analysis.claims.rules import Effect, Threshold, judge, required_screens
from analysis.estimators.selection import contamination_bounds
from analysis.estimators.shares import ShareEvidence, share_interval

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
ErrorOf = Callable[[int, float], float]
VERDICTS = ("supported", "inconclusive", "contradicted")
CONFIDENCE = 0.95
WANTED_PROBABILITY = 0.8
EFFECT_POINTS = 4001
"""Points at which the distribution of an estimated effect is cut."""


@dataclass(frozen=True)
class PlannedStudy:
    """A study that might be done.

    Attributes
    ----------
    respondents_n
        People who answer; per wave or group for a change.
    design_effect
        Variance over that of a simple random sample, 1 or more.
    bogus_share
        Largest share of answers that may be bogus; 0 leaves the envelope out.
    """

    respondents_n: int
    design_effect: float
    bogus_share: float


@dataclass(frozen=True)
class Probabilities:
    """P(verdict | truth, plan); they add up to one."""

    supported: float
    inconclusive: float
    contradicted: float


def threshold_probabilities(rule: Threshold, truth: float, plan: PlannedStudy) -> Probabilities:
    """Probability of each verdict on a share.

    Parameters
    ----------
    rule
        Frozen threshold rule; every screen is taken as passed.
    truth
        True share, 0 to 1.
    plan
        The study. The sample counts as one of n / design effect independent answers.

    Returns
    -------
    Probabilities

    Source
    ------
    Declaration of a design and its diagnosis: Blair, Cooper, Coppock & Humphreys 2019, APSR 113(3), 838–859.
    """
    n = round(plan.respondents_n / plan.design_effect)
    chances = stats.binom.pmf(np.arange(n + 1), n, truth)
    return _gathered(_threshold_verdicts(rule, n, plan.bogus_share), chances)


@cache
def _threshold_verdicts(rule: Threshold, n: int, bogus: float) -> Codes:
    """The verdict for every number of yes answers among n independent ones."""
    return searched_verdicts(lambda yes: _verdict(rule, "share", yes / n, *_share_limits(yes, n, bogus)), n + 1)


def searched_verdicts(verdict_at: Callable[[int], str], size: int) -> Codes:
    """Verdicts of an ordered series of results, asked for only around the places where they change.

    Parameters
    ----------
    verdict_at
        Verdict of result 0 … size - 1. Estimate and both limits must not fall from one result to the next: then no rule
        gives a verdict, another one, and the first one again.
    size
        Results, 1 or more.

    Returns
    -------
    (size,) int
        Positions in `VERDICTS`.
    """
    codes = np.empty(size, dtype=np.int8)
    ends = [(0, size - 1)]
    while ends:
        first, last = ends.pop()
        codes[first], codes[last] = (VERDICTS.index(verdict_at(place)) for place in (first, last))
        if codes[first] == codes[last]:
            codes[first : last + 1] = codes[first]
        elif last - first > 1:
            middle = (first + last) // 2
            ends += [(first, middle), (middle, last)]
    return codes


def _share_limits(yes: int, n: int, bogus: float) -> tuple[float, float]:
    """The robust interval of a share: the project's share interval, bogus answers both ways."""
    share = yes / n
    variance = share * (1 - share) / (n - 1)
    limits = share_interval(share, variance, ShareEvidence(n, n - 1), CONFIDENCE)
    return contamination_bounds(limits.low, bogus).low, contamination_bounds(limits.high, bogus).high


def effect_probabilities(
    rule: Effect, truth: float, share: float, plan: PlannedStudy, private_error: ErrorOf | None = None
) -> Probabilities:
    """Probability of each verdict on a difference of two shares, such as a change between two waves.

    Parameters
    ----------
    rule
        Frozen effect rule with a smallest effect in share differences; every screen is taken as passed.
    truth
        True difference.
    share
        Share at which the difference starts; it sets the standard error.
    plan
        The study; `respondents_n` in each wave or group, `bogus_share` is not used: it is equal in both and drops out.
    private_error
        Where the difference is a public share minus a private one: standard error of the private share by n and share,
        as the way of asking gives it. None where both shares are asked directly.
    """
    later = min(max(share - truth if private_error else share + truth, 0.0), 1.0)
    other = private_error(plan.respondents_n, later) ** 2 if private_error else later * (1 - later) / plan.respondents_n
    error = np.sqrt(plan.design_effect * (share * (1 - share) / plan.respondents_n + other))
    reach = float(stats.norm.ppf((1 + CONFIDENCE) / 2)) * error
    points = np.linspace(truth - 6 * error, truth + 6 * error, EFFECT_POINTS)
    chances = stats.norm.pdf(points, truth, error)

    def verdict_at(place: int) -> str:
        point = float(points[place])
        shown = min(max(point, -1.0), 1.0)
        return _verdict(rule, "share_difference", shown, max(-1.0, point - reach), min(1.0, point + reach))

    return _gathered(searched_verdicts(verdict_at, len(points)), chances / chances.sum())


def _verdict(rule: Threshold | Effect, unit: str, estimate: float, low: float, high: float) -> str:
    """The frozen rule applied to one possible result."""
    screens = dict.fromkeys((*required_screens(rule, rule), *rule.support_conditions), True)
    evidence = Evidence(
        claim_id="C00", estimand_id=rule.estimand, evidence_class="field", grade="A", is_population_matched=True,
        is_period_matched=True, estimate=min(max(estimate, low), high), low=low, high=high, unit=unit, screens=screens,  # type: ignore[arg-type]
    )  # fmt: skip
    return judge(rule, [evidence]).code


def _gathered(codes: Codes, chances: Floats) -> Probabilities:
    return Probabilities(*(float(chances[codes == code].sum()) for code in range(len(VERDICTS))))


def required_n(
    rule: Threshold, truth: float, design_effect: float, bogus_share: float, sizes: Sequence[int]
) -> int | None:
    """The smallest of the sizes at which the right verdict is given with probability `WANTED_PROBABILITY`.

    Returns
    -------
    int or None
        None where none of the sizes is enough: more people do not narrow an envelope of bogus answers.
    """
    wanted = "supported" if truth > rule.threshold else "contradicted"
    for size in sizes:
        found = threshold_probabilities(rule, truth, PlannedStudy(size, design_effect, bogus_share))
        if getattr(found, wanted) >= WANTED_PROBABILITY:
            return size
    return None


def truths_around(threshold: float) -> Iterator[float]:
    """True shares worth asking about: fractions and multiples of the threshold, and steps towards both ends."""
    if threshold <= 0.2:
        yield from (round(threshold * factor, 6) for factor in (0.2, 0.6, 1.0, 1.6, 2.4, 4.0))
        return
    yield from (
        round(threshold + step, 6) for step in (-0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15) if threshold + step < 1
    )
