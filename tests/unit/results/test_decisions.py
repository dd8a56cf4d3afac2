import pandas as pd
import pytest

from analysis.measures.population import frames_side_by_side
from analysis.results.decisions import protection_rows, quarter_rows
from analysis.schemas import TABLES
from analysis.schemas.check import check


def decisions(*rows):
    names = ["host_iso3", "year", "decision_stage_code", "recognised_n", "other_positive_n", "rejected_n"]
    return pd.DataFrame(rows, columns=names).assign(host_name="Host", otherwise_closed_n=7, source="somebody")


def test_the_share_is_of_decisions_on_the_substance_and_stages_stay_apart():
    made = protection_rows(
        decisions(("AAA", 2024, "first_instance", 30, 10, 60), ("AAA", 2024, "repeat_application", 5, 0, 0))
    )
    first, repeat = (
        made[made.decision_stage_code == code].iloc[0] for code in ("first_instance", "repeat_application")
    )
    assert (first.decided_n, first.protection_share) == (100, 0.4)
    assert (repeat.decided_n, repeat.protection_share) == (5, 1.0)
    assert first.process_low_share == pytest.approx(0.3094, abs=1e-4)  # Wilson, 40 of 100
    assert first.process_high_share == pytest.approx(0.4980, abs=1e-4)
    assert len(check(made, TABLES["asylum_protection"])) == 2


def test_a_gap_breaks_a_series_and_a_host_begins_one():
    years = (2019, 2020, 2023, 2024)
    made = protection_rows(decisions(*(("AAA", year, "first_instance", 1, 1, 1) for year in years)))
    assert made.is_series_break.tolist() == [True, False, True, False]


def test_where_nothing_was_decided_there_is_no_share():
    made = check(protection_rows(decisions(("AAA", 2024, "first_instance", 0, 0, 0))), TABLES["asylum_protection"])
    assert made[["protection_share", "process_low_share", "process_high_share"]].isna().all(axis=None)
    assert made.decided_n.tolist() == [0]


def test_quarters_have_the_share_that_the_source_prints():
    row = {"quarter_text": "2024 Q3", "granted_n": 503, "rejected_n": 438, "otherwise_closed_n": 109, "source": "s"}
    made = check(quarter_rows(pd.DataFrame([row])), TABLES["asylum_protection_uk"])
    assert made.protection_share.tolist() == [pytest.approx(0.534538, abs=1e-6)]


def test_frames_are_compared_in_the_last_year_of_both_and_by_hosts_of_both():
    stock = pd.DataFrame(
        [("AAA", 2020, "female", 1), ("AAA", 2024, "female", 60), ("AAA", 2024, "male", 40), ("BBB", 2024, "male", 0),
         ("CCC", 2024, "male", 5)],
        columns=["host_iso3", "year", "sex_code", "migrants_n"],
    ).assign(stock_basis_code="citizenship", has_refugees_added=True, is_imputed=False, source="desa")  # fmt: skip
    protected = pd.DataFrame(
        [("AAA", "A", 2024, 25), ("AAA", "A", 2025, 99), ("BBB", "B", 2024, 5)],
        columns=["host_iso3", "host_name", "year", "protected_n"],
    ).assign(source="unhcr")
    made = check(frames_side_by_side(stock, protected), TABLES["diaspora_frames"]).set_index("host_iso3")
    assert made.migrants_n.to_dict() == {"AAA": 100, "BBB": 0}
    assert made.protected_to_migrants_ratio["AAA"] == 0.25
    assert pd.isna(made.protected_to_migrants_ratio["BBB"])
