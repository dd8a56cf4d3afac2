"""Linear and logistic regressions when the outcome, or a covariate, is predicted for all rows and labelled for some.

What belongs here: one function for each estimator, giving coefficients and covariance. What must not: means, formulas.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.text_prevalence.moments import (
    Family,
    Piece,
    Spread,
    clustered,
    cross_product,
    information_by_cluster,
    root,
    sandwich,
)
from analysis.estimators.text_prevalence.sample import LabelledTexts

FloatArray = npt.NDArray[np.float64]
CUT = 0.5


@dataclass(frozen=True, eq=False)
class Model:
    """A regression of one thing on others, one of which is predicted.

    Attributes
    ----------
    family : linear or logistic
    X : (n, k)
        Design with intercept first; the column that is predicted may hold anything.
    names : k names
    outcome : (n,) or None
        When a covariate is predicted; None when the outcome is.
    predicted_column : int or None
        Which column of X is predicted; None when the outcome is.
    """

    family: Family
    X: FloatArray
    names: tuple[str, ...]
    outcome: FloatArray | None = None
    predicted_column: int | None = None

    def __post_init__(self) -> None:
        """Refuse a design that does not say what is predicted."""
        if (self.outcome is None) != (self.predicted_column is None):
            raise EstimationError("outcome and predicted_column go together: give both, or neither")
        if len(self.names) != self.X.shape[1]:
            raise EstimationError(f"names has {len(self.names)} entries; X has {self.X.shape[1]} columns")

    def with_values(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Design and outcome when the predicted quantity takes these values."""
        if self.predicted_column is None:
            return self.X, values
        design = self.X.copy()
        design[:, self.predicted_column] = values
        assert self.outcome is not None  # noqa: S101  # they go together
        return design, self.outcome


@dataclass(frozen=True, eq=False)
class RegressionFit:
    """Coefficients (k,), their covariance (k, k), numbers that explain them, and with clusters degrees of freedom."""

    coefficients: FloatArray
    covariance: FloatArray
    details: dict[str, float] = field(default_factory=dict)
    degrees_of_freedom: FloatArray | None = None


def naive_regression(texts: LabelledTexts, g: FloatArray, model: Model) -> RegressionFit:
    """Predictions as if they were labels: for a logistic outcome the predicted class, else the prediction itself.

    Its covariance is the ordinary one of the model, as whoever takes predictions for data would print it.
    """
    as_label = g
    if model.family == "logistic" and model.predicted_column is None:
        as_label = (g > CUT).astype(np.float64)
    X, y = model.with_values(as_label)
    return _ordinary(Piece(np.arange(len(g)), X, y, np.ones(len(g))), texts, model)


def labelled_regression(texts: LabelledTexts, g: FloatArray, model: Model) -> RegressionFit:
    """Labelled rows alone: an ordinary regression when all are equally likely, else weighted by 1/π with a sandwich."""
    equal = np.ptp(texts.probability) == 0
    weight = np.ones(len(texts)) if equal else 1 / texts.probability
    piece = _observed(texts, model, weight)
    return _ordinary(piece, texts, model) if equal else _solved([piece], texts, model)


def design_based_regression(texts: LabelledTexts, g: FloatArray, model: Model) -> RegressionFit:
    """DSL: moments of predicted rows, corrected by the labelled rows' difference over π.

    Source
        Egami, Hinck, Stewart & Wei 2024, arXiv:2306.04746, equations 5 to 8.
    """
    X, y = model.with_values(g)
    weight = texts.labelled / texts.probability
    predicted = Piece(np.arange(len(g)), X, y, 1 - weight)
    return _solved([predicted, _observed(texts, model, 1 / texts.probability)], texts, model)


def _observed(texts: LabelledTexts, model: Model, weight: FloatArray) -> Piece:
    X, y = model.with_values(texts.value)
    rows = np.flatnonzero(texts.labelled)
    return Piece(rows, X[rows], y[rows], weight[rows])


def _ordinary(piece: Piece, texts: LabelledTexts, model: Model) -> RegressionFit:
    """Unweighted regression with the model's own covariance; with clusters a sandwich."""
    if texts.cluster is not None:
        return _solved([piece], texts, model)
    theta = root([piece], model.family)
    covariance = np.linalg.inv(piece.information(theta, model.family))
    if model.family == "linear":
        residual = piece.residual(theta, "linear")
        covariance = covariance * float(residual @ residual) / max(len(residual) - len(theta), 1)
    return RegressionFit(theta, np.asarray(covariance, dtype=np.float64))


def _solved(pieces: list[Piece], texts: LabelledTexts, model: Model) -> RegressionFit:
    theta = root(pieces, model.family)
    made = sandwich(pieces, theta, model.family, len(texts), texts.cluster)
    return RegressionFit(theta, made.covariance, degrees_of_freedom=made.degrees_of_freedom)


def prediction_powered_regression(texts: LabelledTexts, g: FloatArray, model: Model, *, tuned: bool) -> RegressionFit:
    """PPI, or PPI++ with one weight on predictions tuned to the smallest total variance.

    Source
        Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453. For a linear model the imputed and the rectifying regression
        are fitted apart, as in the authors' library. Unequal probabilities: weights 1/π and 1/(1 − π).
    """
    if not (~texts.labelled).any():
        raise EstimationError("labelled marks every row: predictions add nothing; use the labelled-only estimator")
    parts = _Parts.of(texts, g, model)
    theta = parts.root(1.0)
    weight = 1.0
    if tuned:
        weight = parts.power(theta)
        theta = parts.root(weight)
    made = parts.covariance(theta, weight, texts)
    return RegressionFit(theta, made.covariance, {"lambda": weight}, made.degrees_of_freedom)


@dataclass(frozen=True, eq=False)
class _Parts:
    """Labelled rows with labels, then with predictions; unlabelled rows with predictions; weights of mean 1."""

    observed: Piece
    paired: Piece
    rest: Piece
    family: Family

    @staticmethod
    def of(texts: LabelledTexts, g: FloatArray, model: Model) -> _Parts:
        """Rows, answers and weights of the three pieces."""
        X, y = model.with_values(g)
        label, rest = np.flatnonzero(texts.labelled), np.flatnonzero(~texts.labelled)
        w, u = 1 / texts.probability[label], 1 / (1 - texts.probability[rest])
        observed = _observed(texts, model, np.ones(len(g)))
        return _Parts(
            Piece(label, observed.X, observed.y, w / w.mean()),
            Piece(label, X[label], y[label], w / w.mean()),
            Piece(rest, X[rest], y[rest], u / u.mean()),
            model.family,
        )

    def root(self, weight: float) -> FloatArray:
        """Coefficients that solve the combined score equations at this weight of the predictions."""
        n, rest_n = len(self.paired.row), len(self.rest.row)
        if self.family == "linear" and np.array_equal(self.observed.X, self.paired.X):
            difference = self.observed.y - weight * self.paired.y
            rectifier = root([_reweighted(self.observed, 1 / n, difference)], "linear")
            return rectifier + root([_reweighted(self.rest, 1 / rest_n, weight * self.rest.y)], "linear")
        pieces = [_reweighted(self.observed, 1 / n)]
        if weight > 0:
            pieces += [_reweighted(self.paired, -weight / n), _reweighted(self.rest, weight / rest_n)]
        return root(pieces, self.family)

    def _inverse(self, theta: FloatArray) -> FloatArray:
        total = self.observed.information(theta, self.family) + self.rest.information(theta, self.family)
        return np.asarray(np.linalg.inv(total / (len(self.observed.row) + len(self.rest.row))))

    def power(self, theta: FloatArray) -> float:
        """Weight on predictions (equation 8), summed over coefficients, kept within 0 and 1."""
        s, p, r = (piece.scores(theta, self.family) for piece in (self.observed, self.paired, self.rest))
        inverse = self._inverse(theta)
        cross = (s - s.mean(axis=0)).T @ (p - p.mean(axis=0)) / len(s)
        spread = np.atleast_2d(np.cov(np.concatenate([p, r]).T))
        bottom = 2 * (1 + len(s) / len(r)) * float(np.trace(inverse @ spread @ inverse))
        top = float(np.trace(inverse @ (cross + cross.T) @ inverse))
        return min(max(top / bottom, 0.0), 1.0) if bottom > 0 else 0.0

    def covariance(self, theta: FloatArray, weight: float, texts: LabelledTexts) -> Spread:
        """Labelled and unlabelled contributions, each about its own mean; the factor m/(m − 1) without clusters."""
        difference = self.observed.scores(theta, self.family) - weight * self.paired.scores(theta, self.family)
        total = np.zeros((len(texts), len(theta)))
        for rows, values in (
            (self.observed.row, difference),
            (self.rest.row, weight * self.rest.scores(theta, self.family)),
        ):
            small = 1.0 if texts.cluster is not None else np.sqrt(len(rows) / max(len(rows) - 1, 1))
            total[rows] = (values - values.mean(axis=0)) / len(rows) * small
        if texts.cluster is not None:
            pieces = [self.observed, self.rest]
            by_cluster = information_by_cluster(pieces, theta, self.family, texts.cluster)
            return clustered(total, by_cluster / (len(self.observed.row) + len(self.rest.row)), texts.cluster)
        inverse = self._inverse(theta)
        return Spread(np.asarray(inverse @ cross_product(total, None) @ inverse))


def _reweighted(piece: Piece, factor: float, y: FloatArray | None = None) -> Piece:
    return Piece(piece.row, piece.X, piece.y if y is None else y, piece.c * factor)


REGRESSIONS: dict[str, Callable[[LabelledTexts, FloatArray, Model], RegressionFit]] = {
    "naive": naive_regression,
    "labelled": labelled_regression,
    "ppi": lambda texts, g, model: prediction_powered_regression(texts, g, model, tuned=False),
    "ppi++": lambda texts, g, model: prediction_powered_regression(texts, g, model, tuned=True),
    "dsl": design_based_regression,
}
