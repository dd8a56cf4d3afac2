"""Network scale-up: the size of a group that nobody can sample, from how many of it people know.

What belongs here: the estimate, its error, what it would be under other assumptions, and the check on groups of known
size. What must not: samples, files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, quantile
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.design import SurveyDesign
from analysis.estimators.weighting.estimates import kish_effect, survey_ratio

METHOD = "network scale-up (ratio of acquaintances), linearised, interval on the log scale"
UNIT = "people"
FEWEST_KNOWN = 2
FAR_OFF = 2.0
"""A group of known size that the others miss by more than this factor says that acquaintances are not counted alike."""
NO_ACQUAINTANCE = "nobody knows a member: the upper limit is what Poisson counts allow"
ASSUMES = (
    "assumes that acquaintances know of each other's membership and that members are known as widely as others; see "
    "the sizes under other assumptions"
)


@dataclass(frozen=True, slots=True)
class BackEstimate:
    """A group of known size, estimated from the others.

    Attributes
    ----------
    group, size, estimated, ratio
        Name, known size, size from the other groups, and the second over the first.
    is_far_off
        More than twice, or less than half.
    """

    group: str
    size: float
    estimated: float
    ratio: float
    is_far_off: bool


@dataclass(frozen=True, slots=True)
class UnderAssumption:
    """The size if membership is transmitted and members are connected as assumed."""

    transmission: float
    relative_degree: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ScaleUp:
    """What a scale-up says.

    Attributes
    ----------
    size
        Members of the group.
    mean_degree
        Acquaintances of a person in the population, None without its size.
    checks
        Every known group estimated from the others.
    sensitivity
        Sizes under other assumptions.
    """

    size: Estimate
    mean_degree: float | None
    checks: tuple[BackEstimate, ...]
    sensitivity: tuple[UnderAssumption, ...]


def scale_up_standard_error(
    n: float, share: float, degree: float, known_share: float, *, barrier: float = 0.0, spread: float = 0.0
) -> float:
    """Give the standard error of a hidden group's share of the population before anybody is asked.

    Parameters
    ----------
    n
        Respondents.
    share, known_share
        Of the population: the hidden group, and the groups of known size together.
    degree
        Acquaintances of a respondent.
    barrier
        Coefficient of variation between respondents of how far they mix with the hidden group; 0 for alike.
    spread
        Coefficient of variation of the number of acquaintances; it matters with a barrier only.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        When a number is not above 0, or a share not below 1.

    Source
        Linearised ratio of Poisson counts; the ratio as in Killworth et al. 1998, Social Networks 20(1), 23–50.

    Example
    -------
    >>> round(scale_up_standard_error(400, 0.005, 200, 0.1), 6)
    0.000256
    """
    if not (n > 0 and degree > 0 and 0 < share < 1 and 0 < known_share < 1 and barrier >= 0 and spread >= 0):
        raise EstimationError(
            f"share is {share:g}, known-share {known_share:g}, degree {degree:g}; give shares between 0 and 1, and a "
            "degree above 0"
        )
    met, met_known = degree * share, degree * known_share
    return share * math.sqrt((1 / met + 1 / met_known + barrier**2 * (1 + spread**2)) / n)


def scale_up(
    counts: npt.ArrayLike,
    known: npt.ArrayLike,
    sizes: Sequence[float],
    names: Sequence[str],
    design: SurveyDesign,
    *,
    population: float | None = None,
    transmission: Sequence[float] = (0.5, 0.8, 1.0),
    relative_degree: Sequence[float] = (0.8, 1.0, 1.2),
    term: str = "size",
    confidence: float = DEFAULT_CONFIDENCE,
) -> ScaleUp:
    """Estimate the size of a hidden group from answers to "how many do you know".

    Use it for a group that cannot be sampled or asked, from a sample of the people around it; a respondent-driven
    sample enters with its weights. It stands and falls with three assumptions that the data do not test: that people
    know who of their acquaintances belongs to the group (transmission), that its members are known by as many as others
    are (relative degree), and that everybody mixes with it alike (barriers). The back-estimates test the last one on
    groups of known size.

    Parameters
    ----------
    counts
        (n,) acquaintances in the hidden group.
    known
        (n, k) acquaintances in each group of known size.
    sizes, names
        (k,) members of the known groups, and their names.
    design
        Of n rows.
    population
        Size of the population, for the mean number of acquaintances only.
    transmission, relative_degree
        Values that sizes are shown under; 1 and 1 is the estimate.
    term, confidence
        Name, coverage of the interval.

    Returns
    -------
    ScaleUp

    Raises
    ------
    EstimationError
        A negative or missing count, fewer than two known groups, a size that is not above 0, or known groups of which
        nobody knows anybody.

    Source
        Killworth et al. 1998, Social Networks 20(1), 23–50 (the maximum likelihood estimator); ratio estimator and
        adjustment factors: Feehan & Salganik 2016, Sociological Methodology 46(1), 153–186.

    Example
    -------
    >>> from analysis.estimators.weighting.design import survey_design
    >>> made = scale_up([1, 0, 2, 1], [[2, 2], [1, 0], [3, 1], [2, 1]], [600, 600], ["a", "b"], survey_design(4))
    >>> made.size.value
    400.0
    """
    y, x = np.asarray(counts, dtype=np.float64), np.asarray(known, dtype=np.float64)
    total = _checked(y, x, sizes, names, design)
    together = x.sum(axis=1)
    made = survey_ratio(y, together, design)
    df = float(made.degrees_of_freedom)
    value, se = total * float(made.values[0]), total * float(made.standard_errors[0])
    low, high, said = _limits((value, se), total, together, design, (df, confidence))
    size = Estimate(
        term=term, value=value, se=se if value > 0 else None, low=low, high=high, confidence=confidence, n=made.n,
        effective_n=None, degrees_of_freedom=df, unit=UNIT, method=METHOD, warnings=(ASSUMES, *said),
    )  # fmt: skip
    checks = _back_estimates(x, sizes, names, design)
    far = [c.group for c in checks if c.is_far_off]
    if far:
        size = replace(size, warnings=(*size.warnings, f"the other groups miss {', '.join(far)} by more than twofold"))
    degree = None if population is None else population / total * _mean(together, design)
    shown = tuple(
        UnderAssumption(t, d, value / (t * d), low / (t * d), high / (t * d))
        for t in transmission
        for d in relative_degree
    )
    return ScaleUp(size, degree, checks, shown)


def _checked(y: FloatArray, x: FloatArray, sizes: Sequence[float], names: Sequence[str], design: SurveyDesign) -> float:
    if (
        x.ndim != 2
        or y.shape != (design.n,)
        or len(x) != design.n
        or x.shape[1] != len(sizes)
        or len(names) != len(sizes)
    ):
        raise EstimationError(
            f"known has shape {x.shape} for {design.n} rows and {len(sizes)} sizes; give a column for each"
        )
    if len(sizes) < FEWEST_KNOWN:
        raise EstimationError(f"known holds {len(sizes)} group(s); give at least {FEWEST_KNOWN} of known size")
    for name, size in zip(names, sizes, strict=True):
        if not (size > 0 and math.isfinite(size)):
            raise EstimationError(f"size of '{name}' is {size:g}; give the number of its members, above 0")
    for what, values in (("counts", y[:, None]), ("known", x)):
        wrong = ~(values >= 0) | ~np.isfinite(values)
        if wrong.any():
            row = int(wrong.any(axis=1).argmax())
            raise EstimationError(f"{what} is missing or negative at position {row + 1}; give 0 or more acquaintances")
    if not (design.weights @ x > 0).all():
        name = names[int((design.weights @ x <= 0).argmax())]
        raise EstimationError(f"nobody knows a member of '{name}'; leave the group out")
    return float(math.fsum(sizes))


def _limits(
    size: tuple[float, float], total: float, together: FloatArray, design: SurveyDesign, rule: tuple[float, float]
) -> tuple[float, float, tuple[str, ...]]:
    (value, se), (df, confidence) = size, rule
    if value > 0:
        spread = math.exp(quantile((1 + confidence) / 2, df) * se / value)
        return value / spread, value * spread, ()
    # As many independent answers as Kish's effective sample holds could have missed −log(α/2) acquaintances.
    effective = kish_effect(design.weights).effective_n
    return 0.0, -math.log((1 - confidence) / 2) * total / (effective * _mean(together, design)), (NO_ACQUAINTANCE,)


def _mean(values: FloatArray, design: SurveyDesign) -> float:
    return float(design.weights @ values / design.weights.sum())


def _back_estimates(
    x: FloatArray, sizes: Sequence[float], names: Sequence[str], design: SurveyDesign
) -> tuple[BackEstimate, ...]:
    mean, total = design.weights @ x, math.fsum(sizes)
    found = []
    for k, (name, size) in enumerate(zip(names, sizes, strict=True)):
        estimated = float(mean[k] / (mean.sum() - mean[k]) * (total - size))
        ratio = estimated / size
        found.append(BackEstimate(name, float(size), estimated, ratio, not 1 / FAR_OFF <= ratio <= FAR_OFF))
    return tuple(found)
