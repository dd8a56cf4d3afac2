import pandas as pd
import pytest

from analysis.errors import SchemaError
from analysis.schemas import TABLES
from analysis.schemas.check import SHOWN_IN_ERROR, check
from analysis.schemas.declaration import Column

EVENTS = TABLES["events"]
COUNTS = TABLES["list_experiment_counts"]


def counts(**changes):
    row = {
        "experiment_code": "afghanistan_2011",
        "arm_code": "control",
        "answer_count": 0,
        "respondents_n": 188,
        "source": "somebody",
    }
    return pd.DataFrame([{**row, **changes}])


def test_a_good_table_passes_in_declared_order_and_types():
    shuffled = counts()[["source", "respondents_n", "answer_count", "arm_code", "experiment_code"]]
    checked = check(shuffled, COUNTS)
    assert list(checked.columns) == list(COUNTS.column_names)
    assert str(checked.respondents_n.dtype) == "Int64"


@pytest.mark.parametrize(
    ("changes", "column", "value", "rule"),
    [
        ({"arm_code": "isis"}, "arm_code", "'isis'", "allowed codes: control, isaf, taliban"),
        ({"respondents_n": -1}, "respondents_n", "-1", "at least 0"),
        ({"answer_count": 11}, "answer_count", "11", "at most 10"),
        ({"respondents_n": 1.5}, "respondents_n", "1.5", "kind 'integer'"),
        ({"respondents_n": "188"}, "respondents_n", "'188'", "kind 'integer'"),
        ({"respondents_n": True}, "respondents_n", "True", "kind 'integer'"),
        ({"source": None}, "source", "nan", "may not be empty"),
        ({"source": ""}, "source", "''", "at least one character"),
        ({"source": 7}, "source", "7", "kind 'text'"),
    ],
)
def test_a_bad_value_is_named_with_table_row_column_and_rule(changes, column, value, rule):
    with pytest.raises(SchemaError) as error:
        check(counts(**changes), COUNTS)
    message = str(error.value)
    assert "list_experiment_counts" in message
    assert f"column {column}: got {value}" in message
    assert rule in message


def test_missing_and_undeclared_columns_are_both_named():
    frame = counts().drop(columns="source").assign(surprise=1)
    with pytest.raises(SchemaError, match=r"(?s)column source: got no such column.*column surprise: got a column"):
        check(frame, COUNTS)


def test_a_repeated_key_is_named_by_its_values():
    with pytest.raises(SchemaError, match=r"row 1 \(afghanistan_2011 control 0\).*the key is unique"):
        check(pd.concat([counts(), counts()]), COUNTS)


def test_every_violation_is_counted_even_when_not_all_are_shown():
    frame = pd.concat([counts(answer_count=number % 5, respondents_n=-number - 1) for number in range(50)])
    with pytest.raises(SchemaError) as error:
        check(frame, COUNTS)
    assert "in 95 place(s)" in str(error.value)
    assert f"and {95 - SHOWN_IN_ERROR} more" in str(error.value)


def test_a_rule_between_columns_names_all_its_values():
    row = {
        "host_iso3": "DEU", "host_name": "Germany", "region_name": "Europe", "year": 2025, "refugees_n": 5,
        "asylum_seekers_n": 5, "other_protection_n": None, "protected_n": 6, "registered_n": 10,
        "is_series_break": False,
        "series_break_note": None, "source": "somebody",
    }  # fmt: skip
    with pytest.raises(SchemaError, match=r"protected_n, registered_n.*got 6, 10, 5, 5.*protected_n is the sum"):
        check(pd.DataFrame([row]), TABLES["population_host_year"])
    assert len(check(pd.DataFrame([{**row, "protected_n": 5}]), TABLES["population_host_year"])) == 1


def test_a_date_that_is_none_is_named():
    row = {
        "event_id": "V01", "event_date": "2021-13-01", "event_text": "x", "event_category_code": "regime",
        "hosts_text": None, "date_status_code": "seen", "source_quality_code": "aggregator", "good_sources_n": 0,
        "source": "s",
    }  # fmt: skip
    with pytest.raises(
        SchemaError, match=r"column event_date: got '2021-13-01'; values of this column are of kind 'date'"
    ):
        check(pd.DataFrame([row]), EVENTS)


def test_a_code_column_without_codes_cannot_be_declared():
    with pytest.raises(ValueError, match="a code list belongs to columns of kind 'code'"):
        Column("x_code", "code", "something")


def test_a_number_without_decimals_cannot_be_declared():
    with pytest.raises(ValueError, match="declare their decimals"):
        Column("x_share", "number", "something")
