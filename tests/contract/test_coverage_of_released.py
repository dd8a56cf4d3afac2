"""No estimator with an interval in a released table is outside the tables that show coverage."""

import pandas as pd
import pytest

from analysis.results.method_edges import SHOWN_BY, shown_by_plan
from analysis.store import Store
from tests.contract.closure import ROOT
from tests.studies import SHIPPED

RELEASED = ROOT / "data/release/tables"
SHOWN = SHOWN_BY | shown_by_plan(SHIPPED)
BY_ESTIMATOR = ("synthetic_survey_estimates", "synthetic_text_prevalence", "synthetic_stance_periods")
"""Tables whose rows name their estimator."""
BY_TABLE = {
    "synthetic_label_agreement": "Krippendorff's alpha",
    "synthetic_shock_inference": "segmented regression",
}
"""Tables of one estimator."""
POSTS = ("segmented regression", "dsl", "share of posts", "mean over accounts")
"""How the methods of table post_estimates begin."""


def uncovered(estimators):
    """Estimators that no coverage table speaks of."""
    return sorted(set(estimators) - set(SHOWN))


def with_interval(name):
    file = RELEASED / f"open__{name}.parquet"
    if not file.is_file():
        pytest.skip("the release is not built; ./run repro builds it")
    frame = pd.read_parquet(file)
    return frame[frame.ci_low.notna()]


@pytest.mark.parametrize("name", BY_ESTIMATOR)
def test_every_estimator_of_a_released_table_is_in_a_coverage_table(name):
    assert uncovered(with_interval(name).estimator_text) == []


@pytest.mark.parametrize(("name", "estimator"), BY_TABLE.items())
def test_tables_of_one_estimator_have_a_row(name, estimator):
    with_interval(name)
    assert uncovered([estimator]) == []


def test_every_method_of_posts_has_a_row():
    methods = with_interval("synthetic_post_estimates").method_text.unique()
    assert [m for m in methods if not any(m.startswith(start) for start in POSTS)] == []
    assert uncovered(POSTS) == []


@pytest.mark.parametrize(("estimator", "place"), SHOWN.items())
def test_the_row_that_is_named_is_there(estimator, place):
    table, column, value = place
    shown = Store(ROOT).read(f"reference__{table}")
    assert shown[column].str.startswith(value).any(), f"{estimator} is shown by {value} in {table}"


def test_a_new_estimator_would_be_noticed():
    """Negative twin."""
    assert uncovered(["share of answers", "mrp", "an estimator that nobody simulated"]) == [
        "an estimator that nobody simulated"
    ]
