import pandas as pd
import pytest

from analysis.results.base_rates import base_rate_rows
from analysis.schemas import TABLES
from analysis.schemas.check import check

HALF_OF_THE_LAST_DIGIT = 0.0005000001
"""The compiled figures have three decimals."""


def test_the_grid_is_every_prevalence_with_every_quality():
    rows = check(base_rate_rows((0.01, 0.1), ((0.8, 0.95), (0.9, 0.99))), TABLES["base_rates"])
    assert len(rows) == 4


@pytest.mark.parametrize(
    ("rates", "value", "wrong", "right"),
    [
        ((0.01, 0.8, 0.95), 0.139, 49.5, 8.0),
        ((0.1, 0.9, 0.99), 0.909, 9.0, 90.0),
        ((0.001, 0.6, 0.9), 0.006, 99.9, 0.6),
    ],
)
def test_figures_are_the_compiled_ones(rates, value, wrong, right):
    row: pd.Series = base_rate_rows(rates[:1], (rates[1:],)).iloc[0]
    assert row.predictive_value_share == pytest.approx(value, abs=HALF_OF_THE_LAST_DIGIT)
    assert (row.wrong_labels_per_1000, row.right_labels_per_1000) == pytest.approx((wrong, right))
