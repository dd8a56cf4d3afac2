"""What self-selection and bogus answers could do to a share: bounds and sensitivity curves.

What belongs here: arithmetic from an observed share to the shares that are still possible. What must not: weights,
sampling error of complex designs (`weighting`), the envelope that claims are judged by (`robust_interval`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import optimize
from scipy.special import ndtr, ndtri

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Interval

Contamination = Literal["contaminated", "corrupted", "missing"]
Target = Literal["parameter", "set"]
# Shares of bogus answers found in opt-in samples: none, typical, high.
BOGUS_SHARES = (0.0, 0.04, 0.07)
MIXING_WEIGHTS = (0.0, 0.5, 1.0)


def _check_share(name: str, value: float, highest: float = 1.0) -> None:
    if not (0 <= value <= highest and math.isfinite(value)):
        raise EstimationError(f"{name} is {value:g}; give a share from 0 to {highest:g}")


def contamination_bounds(share: float, contaminated: float, kind: Contamination = "contaminated") -> Interval:
    """Bound a share when part of the data comes from elsewhere.

    Parameters
    ----------
    share
        Observed, from 0 to 1.
    contaminated
        Largest part of the data (or of the population, for `missing`) that may tell nothing, from 0 to below 1.
    kind
        `contaminated`: the target is the share among the genuine answers. `corrupted`: the target is the true share
        among
        everybody observed, part of whose answers are wrong. `missing`: the target is the share in a population part of
        which did not answer.

    Returns
    -------
    Interval
        Sharp bounds, both ways: the contamination may raise or lower what is seen.

    Raises
    ------
    EstimationError
        When a share is out of range or the kind is unknown.

    Source
        Horowitz & Manski 1995, Econometrica 63(2), 281–302, corollary 1.2; `missing`: Manski 1989, Journal of Human
        Resources 24(3), 343–360.

    Example
    -------
    >>> bounds = contamination_bounds(0.059, 0.04)
    >>> round(bounds.low, 3), round(bounds.high, 3)
    (0.02, 0.061)
    """
    if kind not in get_args(Contamination):
        raise EstimationError(f"kind is '{kind}'; choose one of {', '.join(get_args(Contamination))}")
    _check_share("share", share)
    _check_share("contaminated", contaminated)
    if contaminated == 1:
        return Interval(0.0, 1.0)
    low, high = {
        "contaminated": ((share - contaminated) / (1 - contaminated), share / (1 - contaminated)),
        "corrupted": (share - contaminated, share + contaminated),
        "missing": (share * (1 - contaminated), share * (1 - contaminated) + contaminated),
    }[kind]
    return Interval(max(low, 0.0), min(high, 1.0))


def interval_of_bounds(
    bounds: Interval,
    standard_errors: tuple[float, float],
    target: Target = "parameter",
    confidence: float = DEFAULT_CONFIDENCE,
) -> Interval:
    """Give sampling limits to estimated bounds.

    Parameters
    ----------
    bounds, standard_errors
        Estimated lower and upper bound, and their standard errors.
    target
        `parameter`: covers the true value wherever it lies between the bounds; `set`: covers both bounds.
    confidence
        Coverage.

    Returns
    -------
    Interval

    Raises
    ------
    EstimationError
        When a standard error is negative, or the target unknown.

    Source
        Imbens & Manski 2004, Econometrica 72(6), 1845–1857, eq. (7).

    Example
    -------
    >>> round(interval_of_bounds(Interval(0.2, 0.2), (0.1, 0.1)).low, 3)
    0.004
    """
    low_se, high_se = standard_errors
    c = bound_quantile(bounds.high - bounds.low, standard_errors, target, confidence)
    return Interval(bounds.low - c * low_se, bounds.high + c * high_se)


def bound_quantile(
    width: float,
    standard_errors: tuple[float, float],
    target: Target = "parameter",
    confidence: float = DEFAULT_CONFIDENCE,
) -> float:
    """Give the multiple of a standard error that limits each of two bounds.

    Parameters
    ----------
    width
        Upper minus lower bound, 0 or more.
    standard_errors, target, confidence
        As in `interval_of_bounds`.

    Returns
    -------
    float
        From the one-sided quantile, where the bounds are far apart, to the two-sided one, where they meet.

    Raises
    ------
    EstimationError
        As `interval_of_bounds`.

    Source
        Imbens & Manski 2004, Econometrica 72(6), 1845–1857, eq. (7).

    Example
    -------
    >>> round(bound_quantile(0.0, (0.1, 0.1)), 3), round(bound_quantile(1.0, (0.1, 0.1)), 3)
    (1.96, 1.645)
    """
    if target not in get_args(Target):
        raise EstimationError(f"target is '{target}'; choose one of {', '.join(get_args(Target))}")
    low_se, high_se = standard_errors
    if low_se < 0 or high_se < 0:
        raise EstimationError(f"standard errors are {low_se:g} and {high_se:g}; they are 0 or more")
    widest = max(low_se, high_se)
    outer = float(-ndtri((1 - confidence) / 2))
    if target == "set" or widest == 0:
        return outer
    apart = width / widest

    def missing_coverage(c: float) -> float:
        return float(ndtr(c + apart) - ndtr(-c)) - confidence

    return float(optimize.brentq(missing_coverage, 0.0, outer + 1e-9)) if missing_coverage(outer + 1e-9) > 0 else outer


@dataclass(frozen=True, slots=True)
class BogusCase:
    """What a share would be if part of the answers were bogus.

    Attributes
    ----------
    bogus_share
        Assumed share of bogus answers.
    low, high
        True shares if bogus answers all said yes, and if they all said no.
    read_from_two_percent
        What a true 2 % would read if bogus answers all said yes.
    """

    bogus_share: float
    low: float
    high: float
    read_from_two_percent: float


def bogus_sensitivity(share: float, bogus_shares: Sequence[float] = BOGUS_SHARES) -> tuple[BogusCase, ...]:
    """Show what bogus respondents could have made of a share.

    Parameters
    ----------
    share
        Observed.
    bogus_shares
        Each from 0 to below 1.

    Returns
    -------
    tuple of BogusCase

    Raises
    ------
    EstimationError
        As `contamination_bounds`.

    Source
        Kennedy et al. 2021, Public Opinion Quarterly 85(4), 1050–1075 (bogus respondents mostly say yes); bounds as
        `contaminated`.

    Example
    -------
    >>> round(bogus_sensitivity(0.059)[1].read_from_two_percent, 3)
    0.059
    """
    made = []
    for b in bogus_shares:
        bounds = contamination_bounds(share, b)
        made.append(BogusCase(b, bounds.low, bounds.high, (1 - b) * 0.02 + b))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class DefectPoint:
    """Truths that a data defect correlation leaves.

    Attributes
    ----------
    correlation
        Between having answered and the answer, in the population.
    share
        True share if the correlation had this sign.
    bias
        Observed minus true.
    effective_n
        Size of a simple random sample with the same mean squared error.
    """

    correlation: float
    share: float
    bias: float
    effective_n: float | None


def data_defect_curve(
    share: float, n: int, population: float, correlations: Sequence[float]
) -> tuple[DefectPoint, ...]:
    """Follow the true share over assumed correlations between answering and the answer.

    Parameters
    ----------
    share
        Observed among n.
    n, population
        Respondents and members; n below the population.
    correlations
        Each strictly between −1 and 1; estimates for voter surveys are around 0.005.

    Returns
    -------
    tuple of DefectPoint

    Raises
    ------
    EstimationError
        When n is not between 1 and the population, or a correlation is out of range.

    Source
        Meng 2018, Annals of Applied Statistics 12(2), 685–726, eq. (2.3) solved for the truth with σ² = θ(1 − θ), and
        eq. (3.5) for the effective size.

    Example
    -------
    >>> data_defect_curve(0.5, 1000, 100000, [0.0])[0].bias
    0.0
    """
    _check_share("share", share)
    if not 1 <= n < population:
        raise EstimationError(f"n is {n} in a population of {population:g}; give at least 1, and fewer than all")
    return tuple(_defect(share, n / population, rho) for rho in correlations)


def _defect(share: float, fraction: float, rho: float) -> DefectPoint:
    if not -1 < rho < 1:
        raise EstimationError(f"correlation is {rho:g}; give a number strictly between -1 and 1")
    k = rho * rho * (1 - fraction) / fraction
    root = math.sqrt(max(k * (k + 4 * share * (1 - share)), 0.0))
    truth = (2 * share + k - math.copysign(root, rho)) / (2 * (1 + k)) if rho else share
    effective = fraction / (1 - fraction) / (rho * rho) if rho * rho else math.inf
    return DefectPoint(
        rho, min(max(truth, 0.0), 1.0), share - min(max(truth, 0.0), 1.0), None if math.isinf(effective) else effective
    )


@dataclass(frozen=True, slots=True)
class UnadjustedBias:
    """Bias of a mean if selection depended on a mix of proxy and outcome.

    Attributes
    ----------
    mixing_weight
        0: selection depends on the proxy only (ignorable); 1: on the outcome only.
    standardised
        SMUB: bias in standard deviations of the outcome.
    bias, adjusted_mean
        In the outcome's unit; observed mean minus bias.
    """

    mixing_weight: float
    standardised: float
    bias: float
    adjusted_mean: float


def unadjusted_bias(
    y: npt.ArrayLike,
    proxy: npt.ArrayLike,
    population_proxy_mean: float,
    mixing_weights: Sequence[float] = MIXING_WEIGHTS,
) -> tuple[UnadjustedBias, ...]:
    """Measure how far selection could have moved a mean, given a proxy that is known for the population.

    Parameters
    ----------
    y, proxy
        (n,) outcome of respondents, and the best prediction of it from what is known of everybody.
    population_proxy_mean
        Mean of the proxy in the population.
    mixing_weights
        φ from 0 to 1; the source suggests 0, 0.5 and 1.

    Returns
    -------
    tuple of UnadjustedBias

    Raises
    ------
    EstimationError
        When shapes differ, a value is missing, outcome or proxy does not vary, they are not positively correlated (a
        useless proxy), or a weight is out of range.

    Source
        Little, West, Boonstra & Hu 2020, Journal of Survey Statistics and Methodology 8(5), 932–964, eq. (2.6).

    Example
    -------
    >>> unadjusted_bias([0.0, 1.0, 2.0], [0.0, 1.0, 2.0], 1.0)[0].bias
    0.0
    """
    outcome, x = np.asarray(y, dtype=np.float64), np.asarray(proxy, dtype=np.float64)
    if outcome.shape != x.shape or outcome.ndim != 1 or not (np.isfinite(outcome).all() and np.isfinite(x).all()):
        raise EstimationError("y and proxy differ in length or hold a missing value; give complete pairs")
    sy, sx = float(outcome.std(ddof=1)), float(x.std(ddof=1))
    if not (sy > 0 and sx > 0):
        raise EstimationError("y or proxy does not vary; sensitivity to selection is not defined")
    r = float(np.corrcoef(outcome, x)[0, 1])
    if r <= 0:
        raise EstimationError(f"proxy and y correlate {r:.3f}; turn the proxy's sign, or find a better one")
    shift = (float(x.mean()) - population_proxy_mean) / sx
    return tuple(_unadjusted(phi, r, shift, sy, float(outcome.mean())) for phi in mixing_weights)


def _unadjusted(phi: float, r: float, shift: float, sy: float, mean: float) -> UnadjustedBias:
    _check_share("mixing weight", phi)
    standardised = (phi + (1 - phi) * r) / (phi * r + (1 - phi)) * shift
    return UnadjustedBias(phi, standardised, standardised * sy, mean - standardised * sy)
