"""The tracked coverage of methods, a slice of it run again, and the rule for failure."""

import pytest

from analysis.results.method_coverage import METHODS, REQUIRED_COVERAGE, SLICE, clopper_pearson, covered
from analysis.store import Store
from tests.contract.closure import ROOT

TRACKED = Store(ROOT).read("reference__method_coverage").set_index("method_id")
QUICK = (
    "list_difference", "list_nls", "list_direct", "list_double", "list_prior", "masked_forced", "endorsement_quick",
    "share_silent_worst_case",
)  # fmt: skip
BY_ID = {method.method_id: method for method in METHODS}


@pytest.mark.parametrize("name", QUICK)
def test_a_slice_gives_the_tracked_hits(name):
    hits = sum(covered(BY_ID[name], survey)[1] for survey in range(SLICE))
    assert (SLICE, hits) == (TRACKED.slice_n[name], TRACKED.slice_covered_n[name])


def test_every_row_is_of_a_method_and_follows_the_rule():
    assert set(TRACKED.index) <= set(BY_ID)
    for row in TRACKED.itertuples():
        low, high = clopper_pearson(round(row.coverage_share * row.answered_n), row.answered_n)
        assert (row.coverage_low_share, row.coverage_high_share) == pytest.approx((low, high), abs=1e-6)
        assert row.is_failed == (high < REQUIRED_COVERAGE)
        assert row.surveys_n >= 2000


def test_a_method_that_covers_too_rarely_fails():
    """Negative twin: 90 % of two thousand surveys is not what chance makes of 94 %."""
    assert clopper_pearson(1800, 2000)[1] < REQUIRED_COVERAGE < clopper_pearson(1880, 2000)[1]
