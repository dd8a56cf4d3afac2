"""Regressions on texts: each estimator from its equations, written out on a small sample."""

import numpy as np
import pytest
from scipy.special import expit

from analysis.errors import EstimationError
from analysis.estimators.text_prevalence.moments import Piece, cross_product, root, sandwich
from analysis.estimators.text_prevalence.regressions import (
    REGRESSIONS,
    Model,
    _Parts,
    design_based_regression,
    labelled_regression,
    naive_regression,
    prediction_powered_regression,
)
from analysis.estimators.text_prevalence.sample import labelled_texts

N = 160
RNG = np.random.default_rng(4)
AGE = RNG.normal(size=N)
TRUTH = (RNG.random(N) < expit(0.3 + 0.8 * AGE)).astype(float)
G = np.clip(0.2 + 0.5 * TRUTH + RNG.normal(0, 0.15, N), 0.01, 0.99)
R = np.arange(N) % 5 < 2
PI = np.where(AGE > 0, 0.5, 0.3)
CLUSTER = np.arange(N) // 8
X = np.column_stack([np.ones(N), AGE])
NAMES = ("Intercept", "age")


def texts(probability=PI, cluster=None, labelled=R):
    return labelled_texts(np.where(labelled, TRUTH, np.nan), labelled, probability, G, cluster)


def logistic(x, y, w=None):
    """Weighted logistic regression by Newton's steps."""
    w, beta = np.ones(len(y)) if w is None else w, np.zeros(x.shape[1])
    for _ in range(60):
        p = expit(x @ beta)
        beta = beta + np.linalg.solve(x.T @ (x * (w * p * (1 - p))[:, None]), x.T @ (w * (y - p)))
    return beta


def linear(x, y, w=None):
    w = np.ones(len(y)) if w is None else w
    return np.linalg.solve(x.T @ (x * w[:, None]), x.T @ (w * y))


FIT = {"linear": linear, "logistic": logistic}


def residual(family, x, y, beta):
    return y - (x @ beta if family == "linear" else expit(x @ beta))


def information(family, x, w, beta):
    slope = np.ones(len(x)) if family == "linear" else expit(x @ beta) * (1 - expit(x @ beta))
    return x.T @ (x * (w * slope)[:, None])


def inverse_root(matrix):
    values, axes = np.linalg.eigh(matrix)
    return axes @ np.diag(values**-0.5) @ axes.T


def spread(scores, parts, cluster):
    """Rows: bread · Σ s s' · bread. Clusters: CR2, each total times (I − J_g J⁻¹)^−½ in the symmetric form."""
    J = np.sum(parts, axis=0)
    if cluster is None:
        return np.linalg.inv(J) @ scores.T @ scores @ np.linalg.inv(J)
    root = inverse_root(J)
    total = np.zeros(J.shape)
    for c in np.unique(cluster):
        left = np.eye(len(J)) - root @ np.sum(parts[cluster == c], axis=0) @ root
        moved = root @ inverse_root(left) @ root @ scores[cluster == c].sum(axis=0)
        total += np.outer(moved, moved)
    return total


def row_information(family, x, w, beta):
    slope = np.ones(len(x)) if family == "linear" else expit(x @ beta) * (1 - expit(x @ beta))
    return np.einsum("n,ni,nj->nij", w * slope, x, x)


@pytest.mark.parametrize("family", ["linear", "logistic"])
def test_naive_takes_predictions_or_their_class_for_labels(family):
    made = naive_regression(texts(), G, Model(family, X, NAMES))
    y = G if family == "linear" else (G > 0.5).astype(float)
    beta = FIT[family](X, y)
    assert made.coefficients == pytest.approx(beta, rel=1e-8)
    wanted = np.linalg.inv(information(family, X, np.ones(N), beta))
    if family == "linear":
        wanted = wanted * (residual(family, X, y, beta) ** 2).sum() / (N - 2)
    assert made.covariance == pytest.approx(wanted, rel=1e-7)
    assert made.details == {}


@pytest.mark.parametrize("family", ["linear", "logistic"])
@pytest.mark.parametrize("clustered", [False, True])
def test_labels_alone_are_weighted_by_their_probability(family, clustered):
    cluster = CLUSTER if clustered else None
    made = labelled_regression(texts(cluster=cluster), G, Model(family, X, NAMES))
    w = 1 / PI[R]
    beta = FIT[family](X[R], TRUTH[R], w)
    scores = X[R] * (w * residual(family, X[R], TRUTH[R], beta))[:, None]
    wanted = spread(scores, row_information(family, X[R], w, beta), None if cluster is None else cluster[R])
    assert made.coefficients == pytest.approx(beta, rel=1e-8)
    assert made.covariance == pytest.approx(wanted, rel=1e-7)


@pytest.mark.parametrize("family", ["linear", "logistic"])
def test_equally_likely_labels_are_an_ordinary_regression_unless_clustered(family):
    flat = np.full(N, 0.4)
    made = labelled_regression(texts(flat), G, Model(family, X, NAMES))
    beta = FIT[family](X[R], TRUTH[R])
    bread = np.linalg.inv(information(family, X[R], np.ones(R.sum()), beta))
    left = residual(family, X[R], TRUTH[R], beta)
    ordinary = bread * (left @ left / (R.sum() - 2)) if family == "linear" else bread
    assert made.coefficients == pytest.approx(beta, rel=1e-8)
    assert made.covariance == pytest.approx(ordinary, rel=1e-7)
    clustered = labelled_regression(texts(flat, CLUSTER), G, Model(family, X, NAMES))
    wanted = spread(X[R] * left[:, None], row_information(family, X[R], np.ones(R.sum()), beta), CLUSTER[R])
    assert clustered.covariance == pytest.approx(wanted, rel=1e-7)
    assert (clustered.degrees_of_freedom < len(np.unique(CLUSTER))).all()


@pytest.mark.parametrize("clustered", [False, True])
def test_dsl_of_a_linear_model_regresses_corrected_labels(clustered):
    cluster = CLUSTER if clustered else None
    made = design_based_regression(texts(cluster=cluster), G, Model("linear", X, NAMES))
    corrected = G + np.where(R, (TRUTH - G) / PI, 0.0)
    beta = linear(X, corrected)
    scores = X * residual("linear", X, corrected, beta)[:, None]
    assert made.coefficients == pytest.approx(beta, rel=1e-8)
    wanted = spread(scores, row_information("linear", X, np.ones(N), beta), cluster)
    assert made.covariance == pytest.approx(wanted, rel=1e-7)


def test_dsl_of_a_logistic_model_solves_corrected_moments():
    made = design_based_regression(texts(), G, Model("logistic", X, NAMES))
    corrected = G + np.where(R, (TRUTH - G) / PI, 0.0)
    assert X.T @ (corrected - expit(X @ made.coefficients)) == pytest.approx([0, 0], abs=1e-8)


def parts(family):
    w, u = 1 / PI[R], 1 / (1 - PI[~R])
    return w / w.mean(), u / u.mean(), R.sum(), (~R).sum()


@pytest.mark.parametrize("family", ["linear", "logistic"])
def test_ppi_adds_the_regression_of_predictions_to_what_corrects_it(family):
    made = prediction_powered_regression(texts(), G, Model(family, X, NAMES), tuned=False)
    w, u, n, m = parts(family)
    assert made.details == {"lambda": 1.0}
    if family == "linear":
        wanted = linear(X[R], TRUTH[R] - G[R], w) + linear(X[~R], G[~R], u)
        assert made.coefficients == pytest.approx(wanted, rel=1e-8)
    else:
        beta = made.coefficients
        moments = (
            X[R].T @ (w * residual(family, X[R], TRUTH[R], beta)) / n
            - X[R].T @ (w * residual(family, X[R], G[R], beta)) / n
            + X[~R].T @ (u * residual(family, X[~R], G[~R], beta)) / m
        )
        assert moments == pytest.approx([0, 0], abs=1e-9)


def inverse(family, beta):
    w, u, n, m = parts(family)
    both = information(family, X[R], w, beta) + information(family, X[~R], u, beta)
    return np.linalg.inv(both / (n + m))


@pytest.mark.parametrize("family", ["linear", "logistic"])
@pytest.mark.parametrize("clustered", [False, True])
def test_the_covariance_of_ppi_adds_labelled_and_unlabelled_rows(family, clustered):
    cluster = CLUSTER if clustered else None
    made = prediction_powered_regression(texts(cluster=cluster), G, Model(family, X, NAMES), tuned=True)
    beta, weight = made.coefficients, made.details["lambda"]
    w, u, n, m = parts(family)
    own = X[R] * (w * residual(family, X[R], TRUTH[R], beta))[:, None]
    paired = X[R] * (w * residual(family, X[R], G[R], beta))[:, None]
    rest = weight * X[~R] * (u * residual(family, X[~R], G[~R], beta))[:, None]
    total = np.zeros((N, 2))
    for rows, values, count in ((R, own - weight * paired, n), (~R, rest, m)):
        small = 1.0 if clustered else np.sqrt(count / (count - 1))
        total[rows] = (values - values.mean(axis=0)) / count * small
    parts_of_rows = np.zeros((N, 2, 2))
    parts_of_rows[R] = row_information(family, X[R], w, beta) / (n + m)
    parts_of_rows[~R] = row_information(family, X[~R], u, beta) / (n + m)
    assert made.covariance == pytest.approx(spread(total, parts_of_rows, cluster), rel=1e-7)


@pytest.mark.parametrize("family", ["linear", "logistic"])
def test_the_weight_of_predictions_is_equation_8(family):
    model = Model(family, X, NAMES)
    first = prediction_powered_regression(texts(), G, model, tuned=False).coefficients
    w, u, n, m = parts(family)
    own = X[R] * (w * residual(family, X[R], TRUTH[R], first))[:, None]
    paired = X[R] * (w * residual(family, X[R], G[R], first))[:, None]
    rest = X[~R] * (u * residual(family, X[~R], G[~R], first))[:, None]
    bread = inverse(family, first)
    cross = (own - own.mean(axis=0)).T @ (paired - paired.mean(axis=0)) / n
    spread = np.cov(np.vstack([paired, rest]).T)
    wanted = np.trace(bread @ (cross + cross.T) @ bread) / (2 * (1 + n / m) * np.trace(bread @ spread @ bread))
    made = prediction_powered_regression(texts(), G, model, tuned=True)
    assert 0 < wanted < 1
    assert made.details["lambda"] == pytest.approx(wanted)
    if family == "linear":
        beta = linear(X[R], TRUTH[R] - wanted * G[R], w) + linear(X[~R], wanted * G[~R], u)
        assert made.coefficients == pytest.approx(beta, rel=1e-8)
    assert np.trace(made.covariance) <= np.trace(
        prediction_powered_regression(texts(), G, model, tuned=False).covariance
    )


def test_predictions_that_say_nothing_get_no_weight_and_too_good_ones_at_most_1():
    model = Model("linear", X, NAMES)
    against = prediction_powered_regression(texts(), 1 - G, model, tuned=True)
    assert against.details["lambda"] == 0.0
    assert against.coefficients == pytest.approx(linear(X[R], TRUTH[R], parts("linear")[0]))
    shy = expit(0.3 + 0.8 * AGE) + 0.3 * (TRUTH - expit(0.3 + 0.8 * AGE))
    assert prediction_powered_regression(texts(), shy, model, tuned=True).details["lambda"] == 1.0
    flat = _Parts.of(texts(), np.full(N, 0.0), Model("linear", X[:, :1], NAMES[:1]))
    assert flat.power(np.zeros(1)) == 0.0


@pytest.mark.parametrize("estimator", ["ppi", "ppi++", "dsl", "labelled", "naive"])
def test_a_predicted_covariate_is_put_into_its_column(estimator):
    outcome = 1.0 + 2.0 * TRUTH + RNG.normal(0, 0.5, N)
    model = Model("linear", np.column_stack([np.ones(N), np.full(N, np.nan)]), ("Intercept", "topic"), outcome, 1)
    made = REGRESSIONS[estimator](texts(np.full(N, 0.4)), G, model)
    predicted, true = np.column_stack([np.ones(N), G]), np.column_stack([np.ones(N), TRUTH])
    if estimator == "naive":
        assert made.coefficients == pytest.approx(linear(predicted, outcome), rel=1e-8)
    if estimator == "labelled":
        assert made.coefficients == pytest.approx(linear(true[R], outcome[R]), rel=1e-8)
    if estimator == "dsl":
        moments = predicted.T @ (residual("linear", predicted, outcome, made.coefficients) * (1 - R / 0.4))
        moments = moments + true[R].T @ residual("linear", true[R], outcome[R], made.coefficients) / 0.4
        assert moments == pytest.approx([0, 0], abs=1e-7)
    if estimator in {"ppi", "ppi++"}:
        weight = made.details["lambda"]
        beta, n, m = made.coefficients, R.sum(), (~R).sum()
        moments = (
            true[R].T @ residual("linear", true[R], outcome[R], beta) / n
            - weight * predicted[R].T @ residual("linear", predicted[R], outcome[R], beta) / n
            + weight * predicted[~R].T @ residual("linear", predicted[~R], outcome[~R], beta) / m
        )
        assert moments == pytest.approx([0, 0], abs=1e-8)
    assert made.coefficients[1] > 1
    assert np.isnan(model.X[:, 1]).all()


def test_what_is_predicted_must_be_said():
    with pytest.raises(EstimationError, match="outcome and predicted_column go together: give both, or neither"):
        Model("linear", X, NAMES, outcome=TRUTH)
    with pytest.raises(EstimationError, match="outcome and predicted_column go together"):
        Model("linear", X, NAMES, predicted_column=1)
    with pytest.raises(EstimationError, match="names has 1 entries; X has 2 columns"):
        Model("linear", X, ("Intercept",))
    everybody = texts(np.ones(N), labelled=np.ones(N, dtype=bool))
    with pytest.raises(
        EstimationError, match="labelled marks every row: predictions add nothing; use the labelled-only"
    ):
        prediction_powered_regression(everybody, G, Model("linear", X, NAMES), tuned=True)


def test_pieces_add_up_in_the_moments_and_in_the_sandwich():
    rows = np.arange(N)
    one, two = Piece(rows, X, TRUTH, np.full(N, 0.5)), Piece(rows[R], X[R], G[R], np.ones(R.sum()))
    theta = root([one, two], "linear")
    moment = 0.5 * X.T @ X + X[R].T @ X[R]
    wanted = np.linalg.solve(moment, 0.5 * X.T @ TRUTH + X[R].T @ G[R])
    assert theta == pytest.approx(wanted, rel=1e-9)
    total = 0.5 * X * (TRUTH - X @ theta)[:, None]
    total[R] += X[R] * (G[R] - X[R] @ theta)[:, None]
    bread = np.linalg.inv(moment)
    made = sandwich([one, two], theta, "linear", N, None)
    assert made.covariance == pytest.approx(bread @ total.T @ total @ bread)
    assert made.degrees_of_freedom is None
    parts_of_rows = row_information("linear", X, 0.5 + R, theta)
    made = sandwich([one, two], theta, "linear", N, CLUSTER)
    assert made.covariance == pytest.approx(spread(total, parts_of_rows, CLUSTER))
    with pytest.raises(EstimationError, match="clusters holds one cluster only"):
        sandwich([one, two], theta, "linear", N, np.zeros(N, dtype=np.int64))
    assert cross_product(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 0])).tolist() == [[29.0]]
    assert cross_product(np.array([[1.0], [2.0], [4.0]]), None).tolist() == [[21.0]]


def test_equations_without_a_root_are_refused():
    rows = np.arange(4)
    zero = Piece(rows, np.column_stack([np.ones(4), np.zeros(4)]), np.arange(4.0), np.ones(4))
    with pytest.raises(
        EstimationError, match="covariates have 2 columns but a lower rank; remove the one that repeats"
    ):
        root([zero], "linear")
    x = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    with pytest.raises(
        EstimationError, match="y is separated by the covariates, or too few labels: no finite coeffici"
    ):
        root([Piece(rows, x, np.array([0.0, 0.0, 1.0, 1.0]), np.ones(4))], "logistic")
    against = Piece(rows, x, np.ones(4), -np.ones(4))
    with pytest.raises(
        EstimationError, match="the corrected equations are singular; use fewer covariates or more labels"
    ):
        root([Piece(rows, x, np.arange(4.0), np.ones(4)), against], "linear")
