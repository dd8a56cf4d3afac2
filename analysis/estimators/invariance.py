"""Whether a scale means the same in every language: one-factor models over groups, step by step.

What belongs here: configural, metric and scalar invariance of a one-factor scale by maximum likelihood, and what may be
compared after each step. What must not: single items (they have no factor; see `item_function`), scores of persons.

Step        held equal over groups          what may be compared then
configural  which items belong              nothing but the pattern
metric      loadings                        correlations and effects, no means
scalar      loadings and intercepts         means as well
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from analysis.errors import EstimationError
from analysis.estimators.variance import FloatArray

Step = Literal["configural", "metric", "scalar"]
STEPS: tuple[Step, ...] = ("configural", "metric", "scalar")
# A step is kept when the comparative fit index falls by no more than this and RMSEA rises by no more than that.
LARGEST_CFI_LOSS = 0.010
LARGEST_RMSEA_GAIN = 0.015
FEWEST_ITEMS = 3
# Below this part of an item's variance its residual variance counts as gone.
SMALLEST_RESIDUAL = 1e-4
MAY_COMPARE = {
    None: "not even the pattern of items is the same: compare nothing across these languages",
    "configural": "the same items belong together, on different scales: compare nothing but that",
    "metric": "effects and correlations may be compared across languages, means may not",
    "scalar": "means and effects may be compared across languages",
}


@dataclass(frozen=True, slots=True, eq=False)
class FactorFit:
    """One step.

    Attributes
    ----------
    step
        Which.
    loadings, intercepts, residuals
        (g, p) each.
    factor_mean, factor_variance
        (g,) with 0 and 1 in the first group.
    chi_square, degrees_of_freedom, p_value
        Test of fit.
    cfi, rmsea
        Comparative fit index; root mean square error of approximation.
    """

    step: Step
    loadings: FloatArray
    intercepts: FloatArray
    residuals: FloatArray
    factor_mean: FloatArray
    factor_variance: FloatArray
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    cfi: float
    rmsea: float


@dataclass(frozen=True, slots=True)
class InvarianceStep:
    """A step against the one before.

    Attributes
    ----------
    step
        Which.
    difference, degrees_of_freedom, p_value
        Likelihood-ratio test of what was added; None for the first.
    cfi_loss, rmsea_gain
        Changes of the indices; None for the first.
    holds
        By the indices (first step: CFI of 0.9 and RMSEA of 0.1 at least), since the test rejects anything in large
        samples.
    """

    step: Step
    difference: float | None
    degrees_of_freedom: int | None
    p_value: float | None
    cfi_loss: float | None
    rmsea_gain: float | None
    holds: bool


@dataclass(frozen=True, slots=True, eq=False)
class Invariance:
    """All steps, and what they allow.

    Attributes
    ----------
    groups
        Names.
    fits, steps
        Three each.
    highest
        Last step of an unbroken row, None if not even the first holds.
    meaning
        What may be compared.
    """

    groups: tuple[str, ...]
    fits: tuple[FactorFit, ...]
    steps: tuple[InvarianceStep, ...]
    highest: Step | None
    meaning: str


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    n: FloatArray
    mean: FloatArray
    covariance: FloatArray


def measurement_invariance(items: npt.ArrayLike, group: Sequence[str] | npt.NDArray[np.generic]) -> Invariance:
    """Test whether one factor behind several items is measured alike in several groups.

    Items are taken as continuous: five or more answer categories. Use `item_function` for fewer, or for one item.

    Parameters
    ----------
    items
        (n, p) answers, p of 3 or more, complete rows.
    group
        (n,) names; two groups or more.

    Returns
    -------
    Invariance

    Raises
    ------
    EstimationError
        When there are too few items or groups, a value is missing, an item does not vary in a group, a group is smaller
        than its number of moments allows, or a fit does not converge.

    Source
        Meredith 1993, Psychometrika 58(4), 525–543; normal-theory maximum likelihood, χ² = N·F as lavaan 0.6 has it;
        criteria: Chen 2007, Structural Equation Modeling 14(3), 464–504.
    """
    x, names, code = _checked(items, group)
    moments = _moments(x, code, len(names))
    null = _independence(moments)
    fits = tuple(_fit(step, moments, null) for step in STEPS)
    steps = tuple(_compare(fits[i - 1] if i else None, fit) for i, fit in enumerate(fits))
    highest: Step | None = None
    for step in steps:
        if not step.holds:
            break
        highest = step.step
    return Invariance(names, fits, steps, highest, MAY_COMPARE[highest])


def _checked(
    items: npt.ArrayLike, group: Sequence[str] | npt.NDArray[np.generic]
) -> tuple[FloatArray, tuple[str, ...], npt.NDArray[np.int64]]:
    x = np.asarray(items, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] < FEWEST_ITEMS:
        raise EstimationError(
            f"items has shape {x.shape}; a factor needs {FEWEST_ITEMS} items, see item_function for one"
        )
    if len(group) != len(x):
        raise EstimationError(f"group has {len(group)} rows and items {len(x)}; give one group for each row")
    if not np.isfinite(x).all():
        row = int((~np.isfinite(x).all(axis=1)).argmax())
        raise EstimationError(f"items is missing at position {row + 1}; keep complete rows")
    found, code = np.unique(np.asarray([str(v) for v in group]), return_inverse=True)
    if len(found) < 2:
        raise EstimationError(f"group has one level, '{found[0]}'; invariance compares two or more")
    for g, name in enumerate(found):
        rows = x[code == g]
        if len(rows) <= x.shape[1] * 2 or not (rows.std(axis=0) > 0).all():
            raise EstimationError(
                f"group '{name}' has {len(rows)} rows or an item without variance; pool it, or leave it out"
            )
    return x, tuple(str(v) for v in found), code.astype(np.int64)


def _moments(x: FloatArray, code: npt.NDArray[np.int64], groups_n: int) -> _Moments:
    parts = [x[code == g] for g in range(groups_n)]
    return _Moments(
        np.array([len(p) for p in parts], dtype=np.float64),
        np.stack([p.mean(axis=0) for p in parts]),
        np.stack([np.cov(p.T, bias=True) for p in parts]),
    )


def _independence(moments: _Moments) -> tuple[float, int]:
    """χ² and degrees of freedom of the model in which items are unrelated."""
    p = moments.mean.shape[1]
    chi = 0.0
    for n, s in zip(moments.n, moments.covariance, strict=True):
        chi += n * float(np.log(np.diag(s)).sum() - np.linalg.slogdet(s)[1])
    return chi, len(moments.n) * p * (p - 1) // 2


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    step: Step
    groups_n: int
    items_n: int

    @property
    def sizes(self) -> tuple[int, int, int, int, int]:
        """Free loadings, intercepts, residuals, factor variances, factor means."""
        g, p = self.groups_n, self.items_n
        loadings = g * p if self.step == "configural" else p
        intercepts = p if self.step == "scalar" else g * p
        variances = 0 if self.step == "configural" else g - 1
        means = g - 1 if self.step == "scalar" else 0
        return loadings, intercepts, g * p, variances, means

    def unpack(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
        """Full matrices; variances are free as logarithms."""
        g, p = self.groups_n, self.items_n
        cuts = np.cumsum(self.sizes)
        loading, intercept, residual, variance, mean = np.split(theta, cuts[:-1])
        return (
            np.broadcast_to(loading.reshape(-1, p), (g, p)),
            np.broadcast_to(intercept.reshape(-1, p), (g, p)),
            np.exp(residual.reshape(g, p)),
            np.concatenate([[1.0], np.exp(variance)]) if len(variance) else np.ones(g),
            np.concatenate([[0.0], mean]) if len(mean) else np.zeros(g),
        )

    def pack_gradient(self, parts: tuple[FloatArray, ...]) -> FloatArray:
        """Sum the full gradients over what is held equal."""
        loading, intercept, residual, variance, mean = parts
        sizes = self.sizes
        return np.concatenate(
            [
                (loading if sizes[0] == loading.size else loading.sum(axis=0)).ravel(),
                (intercept if sizes[1] == intercept.size else intercept.sum(axis=0)).ravel(),
                residual.ravel(),
                variance[1:] if sizes[3] else np.empty(0),
                mean[1:] if sizes[4] else np.empty(0),
            ]
        )


def _fit(step: Step, moments: _Moments, null: tuple[float, int]) -> FactorFit:
    g, p = moments.mean.shape
    layout = _Layout(step, g, p)
    try:
        found = optimize.minimize(
            lambda theta: _discrepancy(theta, layout, moments), _start(layout, moments), jac=True, method="L-BFGS-B",
            options={"maxiter": 5000, "maxfun": 20000, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 30},
        )  # fmt: skip
    except np.linalg.LinAlgError as error:
        raise EstimationError(
            f"items lose a residual variance in the {step} model (a Heywood case); look for a useless item"
        ) from error
    gradient = float(np.max(np.abs(found.jac))) / float(moments.n.sum())
    if not np.isfinite(found.fun) or gradient > 1e-4:
        raise EstimationError(
            f"items do not settle in the {step} model (gradient {gradient:.1e}); look for a useless item"
        )
    loading, intercept, residual, variance, mean = layout.unpack(found.x)
    least = residual / np.stack([np.diag(s) for s in moments.covariance])
    if least.min() < SMALLEST_RESIDUAL:
        item = int(np.unravel_index(least.argmin(), least.shape)[1])
        raise EstimationError(f"items column {item + 1} has no residual variance left (a Heywood case); leave it out")
    sign = np.where(loading.sum(axis=1) < 0, -1.0, 1.0)
    chi, df = max(float(found.fun), 0.0), g * (p + p * (p + 1) // 2) - int(np.sum(layout.sizes))
    excess, null_excess = max(chi - df, 0.0), max(null[0] - null[1], 0.0)
    return FactorFit(
        step, loading * sign[:, None], np.array(intercept), residual, mean * sign, variance, chi, df,
        float(stats.chi2.sf(chi, df)) if df else 1.0,
        float(1 - excess / max(excess, null_excess, 1e-12)),
        float(np.sqrt(excess / df / moments.n.sum() * g)) if df else 0.0,
    )  # fmt: skip


def _start(layout: _Layout, moments: _Moments) -> FloatArray:
    sd = np.sqrt(np.stack([np.diag(s) for s in moments.covariance]))
    first = [np.linalg.eigh(s)[1][:, -1] for s in moments.covariance]
    loading = 0.6 * sd * np.stack([np.where(v.sum() < 0, -1.0, 1.0) * np.sign(v) for v in first])
    sizes = layout.sizes
    return np.concatenate(
        [
            (loading if sizes[0] == loading.size else loading.mean(axis=0)).ravel(),
            (moments.mean if sizes[1] == moments.mean.size else moments.mean.mean(axis=0)).ravel(),
            np.log(0.5 * sd**2).ravel(),
            np.zeros(sizes[3]),
            np.zeros(sizes[4]),
        ]
    )


def _discrepancy(theta: FloatArray, layout: _Layout, moments: _Moments) -> tuple[float, FloatArray]:
    """N·F of normal-theory maximum likelihood, and its gradient."""
    loading, intercept, residual, variance, mean = layout.unpack(theta)
    total = 0.0
    d_loading, d_intercept, d_residual = (np.zeros((layout.groups_n, layout.items_n)) for _ in range(3))
    d_variance, d_mean = np.zeros(layout.groups_n), np.zeros(layout.groups_n)
    for g, n in enumerate(moments.n):
        s, lam = moments.covariance[g], loading[g]
        sigma = np.outer(lam, lam) * variance[g] + np.diag(residual[g])
        inverse = np.linalg.inv(sigma)
        gap = moments.mean[g] - intercept[g] - lam * mean[g]
        total += n * float(
            np.linalg.slogdet(sigma)[1]
            - np.linalg.slogdet(s)[1]
            + np.trace(s @ inverse)
            - len(lam)
            + gap @ inverse @ gap
        )
        slope = n * (inverse - inverse @ (s + np.outer(gap, gap)) @ inverse)
        pull = -2 * n * (inverse @ gap)
        d_loading[g] = 2 * variance[g] * (slope @ lam) + pull * mean[g]
        d_intercept[g] = pull
        d_residual[g] = np.diag(slope) * residual[g]
        d_variance[g] = float(lam @ slope @ lam) * variance[g]
        d_mean[g] = float(pull @ lam)
    return total, layout.pack_gradient((d_loading, d_intercept, d_residual, d_variance, d_mean))


def _compare(before: FactorFit | None, fit: FactorFit) -> InvarianceStep:
    if before is None:
        return InvarianceStep(fit.step, None, None, None, None, None, bool(fit.cfi >= 0.9 and fit.rmsea <= 0.1))
    difference = max(fit.chi_square - before.chi_square, 0.0)
    df = fit.degrees_of_freedom - before.degrees_of_freedom
    loss, gain = before.cfi - fit.cfi, fit.rmsea - before.rmsea
    holds = bool(loss <= LARGEST_CFI_LOSS and gain <= LARGEST_RMSEA_GAIN)
    return InvarianceStep(fit.step, difference, df, float(stats.chi2.sf(difference, df)), loss, gain, holds)
