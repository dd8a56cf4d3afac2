"""Means, totals, ratios and domains under a sampling design, with both design effects.

What belongs here: linearised estimators. What must not: how the design or its weights came about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Interval
from analysis.estimators.shares import ShareEvidence, share_evidence, share_interval
from analysis.estimators.variance import FloatArray
from analysis.estimators.weighting.design import SurveyDesign, first_stage_contributions, total_covariance

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class SurveyStatistic:
    """Several estimates of one kind with their joint covariance.

    Attributes
    ----------
    values, covariance
        (k,) and (k, k).
    design_effect
        (k,) realised: variance over that of a simple random sample of the same size without replacement from a
        population of the weights' sum; None for ratios.
    design_effect_replace
        (k,) the same against sampling with replacement.
    degrees_of_freedom
        Primary units minus strata.
    n
        Rows that count: with weight, and in the domain.
    """

    values: FloatArray
    covariance: FloatArray
    design_effect: FloatArray | None
    design_effect_replace: FloatArray | None
    degrees_of_freedom: int
    n: int

    @property
    def standard_errors(self) -> FloatArray:
        """Square roots of the diagonal, (k,)."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))


def survey_mean(y: npt.ArrayLike, design: SurveyDesign, domain: npt.ArrayLike | None = None) -> SurveyStatistic:
    """Estimate means (shares, for 0/1 columns) and their covariance.

    Use it for the whole sample or a domain: rows outside a domain stay in the design, so that its random size counts.

    Parameters
    ----------
    y
        (n,) or (n, k).
    design
        Of n rows.
    domain
        (n,) true for rows that count; None for all.

    Returns
    -------
    SurveyStatistic

    Raises
    ------
    EstimationError
        When a value that counts is missing, the domain is empty or has no weight; and as `total_covariance`.

    Source
        Särndal, Swensson & Wretman 1992, sections 5.7 and 5.8. Equals `svymean` of R survey 4.1, design effects
        included (`deff=TRUE` and `deff="replace"`).

    Example
    -------
    >>> from analysis.estimators.weighting.design import survey_design
    >>> survey_mean([0.0, 1.0, 1.0, 1.0], survey_design(4)).values.tolist()
    [0.75]
    """
    x, inside = _checked(y, design, domain)
    w = np.where(inside, design.weights, 0.0)
    total = float(w.sum())
    if not total > 0:
        raise EstimationError(f"weights add up to {total:g} in the domain; a mean needs a row with weight")
    values = _within_data(w @ x / total, x, w)
    centred = x - values
    covariance = total_covariance(design, w[:, None] * centred / total, inside)
    n = int((w != 0).sum())
    effects = design_effects(np.diag(covariance), centred, w, n)
    return SurveyStatistic(values, covariance, *effects, design.degrees_of_freedom(inside), n)


def _within_data(values: FloatArray, x: FloatArray, w: FloatArray) -> FloatArray:
    """Weighted means without what rounding adds: with weights of 0 or more none leaves the range of its data.

    A share of everybody is 1, not 1 ± 1e-16.
    """
    if (w < 0).any():
        return values
    held = x[w > 0]
    return np.asarray(np.clip(values, held.min(axis=0), held.max(axis=0)), dtype=np.float64)


def share_evidences(y: npt.ArrayLike, design: SurveyDesign, domain: npt.ArrayLike | None = None) -> list[ShareEvidence]:
    """Give what the variance of each share that `survey_mean` estimates rests on.

    Parameters
    ----------
    y, design, domain
        As in `survey_mean`.

    Returns
    -------
    list of ShareEvidence
        One for each column of y.

    Example
    -------
    >>> from analysis.estimators.weighting.design import survey_design
    >>> share_evidences([0.0, 1.0, 1.0, 1.0], survey_design(4))[0].effective_n
    4.0
    """
    x, inside = _checked(y, design, domain)
    w = np.where(inside, design.weights, 0.0)
    total = float(w.sum())
    centred = x - _within_data(w @ x / total, x, w)
    made = first_stage_contributions(design, w[:, None] * centred / total)
    df = design.degrees_of_freedom(inside)
    return [share_evidence(w, df, design.stages[0].unit, column) for column in made.T]


def survey_share(
    y: npt.ArrayLike,
    design: SurveyDesign,
    domain: npt.ArrayLike | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> tuple[SurveyStatistic, list[Interval]]:
    """Estimate shares with the interval that every share of the project gets.

    Parameters
    ----------
    y, design, domain
        As in `survey_mean`; y holds 0 and 1.
    confidence
        Coverage.

    Returns
    -------
    tuple
        Statistic, and one interval for each column.

    Raises
    ------
    EstimationError
        As `survey_mean` and `share_interval`.

    Source
        See `share_interval`.

    Example
    -------
    >>> from analysis.estimators.weighting.design import survey_design
    >>> survey_share([1.0, 1.0, 1.0, 1.0], survey_design(4))[1][0].high
    1.0
    """
    made = survey_mean(y, design, domain)
    evidences = share_evidences(y, design, domain)
    # Negative weights may carry a share outside.
    values = np.clip(made.values, 0.0, 1.0)
    variances = np.diag(made.covariance)
    return made, [
        share_interval(float(v), max(float(s), 0.0), e, confidence)
        for v, s, e in zip(values, variances, evidences, strict=True)
    ]


def _checked(y: npt.ArrayLike, design: SurveyDesign, domain: npt.ArrayLike | None) -> tuple[FloatArray, BoolArray]:
    x = np.asarray(y, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    if len(x) != design.n:
        raise EstimationError(f"y has {len(x)} rows and the design {design.n}; give one value for each row")
    inside = np.ones(design.n, dtype=bool) if domain is None else np.asarray(domain, dtype=bool)
    if inside.shape != (design.n,):
        raise EstimationError(f"domain has shape {inside.shape}; give true or false for each of the {design.n} rows")
    missing = inside & ~np.isfinite(x).all(axis=1)
    if missing.any():
        row = int(missing.argmax())
        raise EstimationError(f"y is missing at position {row + 1}; leave the row out of the domain")
    return np.where(inside[:, None], x, 0.0), inside


def design_effects(
    variance: FloatArray, centred: FloatArray, w: FloatArray, n: int
) -> tuple[FloatArray | None, FloatArray | None]:
    """Variance over that of simple random sampling of n from Σw, without replacement and with.

    Parameters
    ----------
    variance, centred, w, n
        (k,) variances of means; (n, k) values less their means; (n,) weights, 0 outside a domain; rows with weight.

    Returns
    -------
    tuple
        (k,) each, NaN where a column does not vary. None where none does, and without replacement where Σw is no more
        than n.

    Source
        `svymean` of R survey 4.1 with `deff=TRUE` and `deff="replace"`.
    """
    total = float(w.sum())
    if n < 2:
        return None, None
    spread = (w @ centred**2) / total * n / (n - 1)
    if not (spread > 0).any():
        return None, None
    replace = np.divide(variance, spread / n, out=np.full(len(spread), np.nan), where=spread > 0)
    return (replace / ((total - n) / total) if total > n else None), replace


def survey_total(y: npt.ArrayLike, design: SurveyDesign, domain: npt.ArrayLike | None = None) -> SurveyStatistic:
    """Estimate totals and their covariance.

    Parameters
    ----------
    y, design, domain
        As in `survey_mean`.

    Returns
    -------
    SurveyStatistic
        Without design effects.

    Raises
    ------
    EstimationError
        As `survey_mean`.

    Source
        Särndal, Swensson & Wretman 1992, section 4.3. Equals `svytotal` of R survey 4.1.

    Example
    -------
    >>> from analysis.estimators.weighting.design import survey_design
    >>> survey_total([0.0, 1.0], survey_design(2, weights=[2, 3])).values.tolist()
    [3.0]
    """
    x, inside = _checked(y, design, domain)
    w = np.where(inside, design.weights, 0.0)
    covariance = total_covariance(design, w[:, None] * x, inside)
    df = design.degrees_of_freedom(inside)
    return SurveyStatistic(w @ x, covariance, None, None, df, int((w != 0).sum()))


def survey_ratio(
    numerator: npt.ArrayLike, denominator: npt.ArrayLike, design: SurveyDesign, domain: npt.ArrayLike | None = None
) -> SurveyStatistic:
    """Estimate the ratio of two totals.

    Parameters
    ----------
    numerator, denominator
        (n,) each.
    design, domain
        As in `survey_mean`.

    Returns
    -------
    SurveyStatistic
        One value, without design effects.

    Raises
    ------
    EstimationError
        When the denominator's total is 0; and as `survey_mean`.

    Source
        Särndal, Swensson & Wretman 1992, section 5.6. Equals `svyratio` of R survey 4.1.

    Example
    -------
    >>> from analysis.estimators.weighting.design import survey_design
    >>> survey_ratio([1.0, 2.0], [2.0, 4.0], survey_design(2)).values.tolist()
    [0.5]
    """
    x, inside = _checked(np.column_stack([np.asarray(numerator), np.asarray(denominator)]), design, domain)
    w = np.where(inside, design.weights, 0.0)
    top, bottom = w @ x
    if bottom == 0:
        raise EstimationError("denominator adds up to 0; a ratio needs a total other than 0")
    ratio = top / bottom
    covariance = total_covariance(design, (w * (x[:, 0] - ratio * x[:, 1]) / bottom)[:, None], inside)
    df = design.degrees_of_freedom(inside)
    return SurveyStatistic(np.array([ratio]), covariance, None, None, df, int((w != 0).sum()))


@dataclass(frozen=True, slots=True)
class KishEffect:
    """What unequal weights alone cost.

    Attributes
    ----------
    design_effect
        n Σw² / (Σw)², 1 for equal weights, over weights that are not 0.
    effective_n
        n over the design effect.
    coefficient_of_variation
        Of the weights.
    """

    design_effect: float
    effective_n: float
    coefficient_of_variation: float


def kish_effect(weights: npt.ArrayLike) -> KishEffect:
    """Compute Kish's design effect of unequal weighting.

    It assumes weights unrelated to the answers; compare it with the realised design effect of `survey_mean`.

    Parameters
    ----------
    weights
        (n,) 0 or more; rows of weight 0 do not count.

    Returns
    -------
    KishEffect

    Raises
    ------
    EstimationError
        When no weight is positive.

    Source
        Kish 1965, Survey Sampling, section 11.7; Kish 1992, Journal of Official Statistics 8(2), 183–200.

    Example
    -------
    >>> kish_effect([1.0, 1.0, 1.0]).design_effect
    1.0
    """
    w = np.asarray(weights, dtype=np.float64)
    w = w[w != 0]
    if not len(w) or not w.sum() > 0:
        raise EstimationError("weights are all zero; give some respondents a positive weight")
    effect = len(w) * float(w @ w) / float(w.sum()) ** 2
    return KishEffect(effect, len(w) / effect, float(np.sqrt(max(effect - 1, 0.0))))
