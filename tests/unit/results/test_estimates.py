import pandas as pd
import pytest

from analysis.errors import SchemaError
from analysis.estimators.estimate import unusable_estimate, usable_estimate
from analysis.results.estimates import Context, estimate_row, replicated_rows
from analysis.schemas import TABLES
from analysis.schemas.check import check
from analysis.store import Store
from tests.contract.closure import ROOT

CONTEXT = Context("K01_made_up", "nobody", "never", "published", "A", "made up")


def table(estimate, **changes):
    row = estimate_row("K01_made_up_share", "prevalence", estimate, CONTEXT)
    return check(pd.DataFrame([{**row, **changes}]), TABLES["estimates"])


def test_a_usable_estimate_keeps_its_numbers():
    row = table(usable_estimate("share", 0.2, 0.1, n=50, unit="share", method="by hand")).iloc[0]
    assert (row.value, row.standard_error, row.respondents_n, row.is_usable) == (0.2, 0.1, 50, True)


def test_an_unusable_estimate_has_a_reason_and_no_number():
    row = table(unusable_estimate("share", "the design failed", n=50, unit="share", method="by hand")).iloc[0]
    assert pd.isna(row.value)
    assert row.unusable_reason == "the design failed"


def test_a_number_beside_a_reason_against_it_is_refused():
    usable = usable_estimate("share", 0.2, 0.1, n=50, unit="share", method="by hand")
    with pytest.raises(SchemaError, match="a value that may not be used as what it claims to be is null"):
        table(usable, is_usable=False, unusable_reason="failed")


def test_a_synthetic_estimate_must_say_so_in_its_name():
    usable = usable_estimate("share", 0.2, 0.1, n=50, unit="share", method="by hand")
    with pytest.raises(SchemaError, match="a synthetic estimate says so in its identifier"):
        table(usable, evidence_class_code="synthetic")


def test_replicated_figures_are_of_class_replicated():
    rows = check(replicated_rows(Store(ROOT).read("reference__replication_results")), TABLES["estimates"])
    assert set(rows.evidence_class_code) == {"replicated"}
    assert rows.is_usable.all()
