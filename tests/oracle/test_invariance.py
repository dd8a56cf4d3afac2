"""Measurement invariance against lavaan, ordinal regression against MASS::polr, on a scale of our own."""

import numpy as np
import pytest

from analysis.estimators.invariance import measurement_invariance
from analysis.estimators.item_function import ordered_logit
from tests.oracle.survey_files import cases, numbers, own_columns

EXPECTED = cases("own_synthetic", "scale.json")
STATISTIC = 1e-6
PARAMETER = 1e-4  # both stop a search
ITEMS = [f"i{k}" for k in range(1, 6)]


def scale():
    columns = own_columns("scale.csv")
    return numbers(columns, *ITEMS), columns["group"]


def test_every_step_equals_lavaan():
    made = measurement_invariance(*scale())
    for fit in made.fits:
        expected = EXPECTED[fit.step]
        assert fit.chi_square == pytest.approx(expected["chisq"], abs=STATISTIC)
        assert fit.degrees_of_freedom == expected["df"]
        assert [fit.p_value, fit.cfi, fit.rmsea] == pytest.approx(
            [expected["pvalue"], expected["cfi"], expected["rmsea"]], abs=STATISTIC
        )
        assert pytest.approx(np.array(expected["loadings"]), abs=PARAMETER) == fit.loadings.T
        assert fit.factor_mean == pytest.approx(expected["factor_mean"], abs=PARAMETER)
        assert fit.factor_variance == pytest.approx(expected["factor_variance"], abs=PARAMETER)
    assert made.highest == "configural"
    assert "compare nothing but that" in made.meaning


def test_ordinal_regression_equals_polr():
    items, group = scale()
    answers = np.digitize(items, [1.8, 2.6, 3.4, 4.2], right=True)
    rest = np.delete(answers, 2, axis=1).sum(axis=1)
    z, g = (rest - rest.mean()) / rest.std(), (np.array(group) == "german").astype(float)
    designs = (z[:, None], np.column_stack([z, g]), np.column_stack([z, g, z * g]))
    fits = [ordered_logit(X, answers[:, 2].astype(np.int64)) for X in designs]
    expected = EXPECTED["polr"]
    assert [f.log_likelihood for f in fits] == pytest.approx(expected["llik"], abs=STATISTIC)
    assert fits[1].slopes[1] == pytest.approx(expected["effect"], abs=PARAMETER)
