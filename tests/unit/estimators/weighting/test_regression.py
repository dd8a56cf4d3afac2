"""Regression under a design: the fit by its normal equations, the variance by hand, and what is refused."""

import numpy as np
import pytest
from scipy.special import expit

from analysis.errors import EstimationError
from analysis.estimators.weighting.design import survey_design
from analysis.estimators.weighting.regression import survey_regression

N = 60
RNG = np.random.default_rng(12)
AGE = RNG.normal(size=N)
X = np.column_stack([np.ones(N), AGE])
W = RNG.uniform(0.5, 3.0, N)
CLUSTER = np.arange(N) // 4
DESIGN = survey_design(N, weights=W, clusters=CLUSTER)
DOMAIN = np.arange(N) % 3 != 0


def by_hand(score, bread):
    """With-replacement variance of linearised totals over clusters in one stratum."""
    sums = np.array([score[c == CLUSTER].sum(axis=0) for c in np.unique(CLUSTER)]) @ bread
    centred = sums - sums.mean(axis=0)
    return len(sums) / (len(sums) - 1) * centred.T @ centred


def test_least_squares_solve_the_weighted_equations_and_vary_by_cluster():
    y = 1.0 + 0.5 * AGE + RNG.normal(size=N)
    made = survey_regression(y, X, DESIGN)
    beta = np.linalg.solve(X.T @ (X * W[:, None]), X.T @ (W * y))
    assert made.coefficients == pytest.approx(beta)
    bread = np.linalg.inv(X.T @ (X * W[:, None]))
    wanted = by_hand(X * (W * (y - X @ beta))[:, None], bread)
    assert made.covariance == pytest.approx(wanted)
    assert made.standard_errors == pytest.approx(np.sqrt(np.diag(wanted)))
    assert (made.n, made.degrees_of_freedom) == (N, N // 4 - 1 + 1 - 2)


def test_a_logistic_fit_solves_its_score_equations_inside_a_domain():
    y = (RNG.random(N) < expit(0.4 * AGE)).astype(float)
    made = survey_regression(y, X, DESIGN, "logistic", DOMAIN)
    w = np.where(DOMAIN, W, 0.0)
    mean = expit(X @ made.coefficients)
    assert X.T @ (w * (y - mean)) == pytest.approx(np.zeros(2), abs=1e-9)
    bread = np.linalg.inv(X.T @ (X * (w * mean * (1 - mean))[:, None]))
    assert made.covariance == pytest.approx(by_hand(X * (w * (y - mean))[:, None], bread))
    assert made.n == DOMAIN.sum()


def test_shares_may_be_outcomes_of_a_logistic_fit():
    share = expit(0.2 + AGE)
    assert survey_regression(share, X, DESIGN, "logistic").coefficients == pytest.approx([0.2, 1.0])


def test_weights_may_be_scaled():
    y = AGE + RNG.normal(size=N)
    one, ten = (survey_regression(y, X, survey_design(N, weights=k * W, clusters=CLUSTER)) for k in (1, 10))
    assert ten.coefficients == pytest.approx(one.coefficients)
    assert ten.covariance == pytest.approx(one.covariance)


@pytest.mark.parametrize(
    ("y", "x", "family", "words"),
    [
        (AGE, X, "poisson", "family is 'poisson'; choose gaussian or logistic"),
        (AGE, np.column_stack([X, 2 * AGE]), "gaussian", "X has 3 columns but a lower rank; remove the column"),
        (AGE, X, "logistic", "y lies outside 0 to 1; a logistic regression needs shares or 0/1"),
        ((AGE > 0).astype(float), X, "logistic", "y is separated by a covariate: the logistic fit does not converge"),
    ],
)
def test_what_has_no_fit_is_refused(y, x, family, words):
    with pytest.raises(EstimationError, match=words):
        survey_regression(y, x, DESIGN, family)
