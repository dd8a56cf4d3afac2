"""How strong an unmeasured cause would have to be to explain a regression coefficient away.

What belongs here: functions of a coefficient, its classical standard error and its degrees of freedom. What must not:
fitting the regression, or a judgement whether such a cause exists.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.errors import EstimationError
from analysis.estimators.estimate import quantile


@dataclass(frozen=True, slots=True)
class Robustness:
    """What an unmeasured cause would have to explain.

    Attributes
    ----------
    partial_r2
        Share of the outcome's remaining variance that the treatment explains, 0 to 1.
    value
        Robustness value: a cause that explains this share of what remains of BOTH treatment and outcome takes the
        coefficient to (1 − q) of itself; one that explains less of either cannot.
    value_significance
        The same for the coefficient to be told from that at `alpha`; 0 where it is not told from it as it stands.
    """

    partial_r2: float
    value: float
    value_significance: float


def robustness(
    coefficient: float, se: float, degrees_of_freedom: int, *, q: float = 1.0, alpha: float = 0.05
) -> Robustness:
    """Robustness values of a least-squares coefficient.

    Use it beside a coefficient from observation whose causes were not randomised. It says how strong a confounder
    would have to be, never that there is none.

    Parameters
    ----------
    coefficient, se
        Of least squares with the classical (homoskedastic) standard error, which is above 0.
    degrees_of_freedom
        Of the residuals, 2 or more.
    q
        Share of the coefficient to be explained away, above 0; 1 takes it to zero.
    alpha
        Level of the test, between 0 and 1.

    Raises
    ------
    EstimationError
        When an argument is outside its range.

    Source
        Cinelli & Hazlett 2020, Journal of the Royal Statistical Society B 82(1), robustness value:
        RV_q = ½ (√(f⁴ + 4 f²) − f²) with f = q |t| / √df.

    Example
    -------
    >>> round(robustness(0.5, 0.1, 100).value, 3)
    0.39
    """
    if not (se > 0 and degrees_of_freedom >= 2 and q > 0 and 0 < alpha < 1):
        raise EstimationError(
            f"se {se:g}, degrees of freedom {degrees_of_freedom}, q {q:g} and alpha {alpha:g}: give an error and a q "
            "above 0, 2 degrees of freedom or more, and an alpha between 0 and 1"
        )
    t = abs(coefficient) / se
    f = q * t / math.sqrt(degrees_of_freedom)
    critical = quantile(1 - alpha / 2, degrees_of_freedom - 1) / math.sqrt(degrees_of_freedom - 1)
    return Robustness(t**2 / (t**2 + degrees_of_freedom), _value(f), _value_above(f, critical))


def _value(f: float) -> float:
    return (math.sqrt(f**4 + 4 * f**2) - f**2) / 2


def _value_above(f: float, critical: float) -> float:
    """Two cases: the bound is the root, or where the share of the treatment that is left binds alone."""
    if f <= critical:
        return 0.0
    if f > 1 / critical:
        return (f**2 - critical**2) / (1 + f**2)
    return _value(f - critical)
