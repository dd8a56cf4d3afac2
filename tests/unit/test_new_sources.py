"""Third-party tables in miniature: what is chosen, and what is refused."""

import pandas as pd
import pytest

from analysis.errors import ReplicationError
from analysis.replication import decisions, lists_and_direct, migrant_stock, zodiac
from analysis.replication.files import Source
from analysis.schemas import TABLES
from analysis.schemas.check import check

SOURCE = Source("made_up", "https://example.org", "some/where", "abc", "CC0", "Somebody 2026", "0" * 64, 1)


@pytest.fixture
def frame(monkeypatch):
    """Stands in for the R data file: what the reader would find in it."""

    def given(module, rows):
        monkeypatch.setattr(module, "r_frame", lambda data, name: rows)

    return given


def unhcr(**changes):
    row = {
        "coo_iso": "AFG", "coa_iso": "DEU", "coa_name": "Germany", "year": 2024.0, "procedure_type": "G", "dec_pc": "P",
        "dec_level": "FI", "dec_recognized": 1.0, "dec_other": 2.0, "dec_rejected": 3.0, "dec_closed": 4.0,
    }  # fmt: skip
    return row | changes


def test_only_persons_decided_by_states_at_named_stages_are_kept(frame):
    others = [{"coo_iso": "IRQ"}, {"dec_pc": "C"}, {"procedure_type": "U"}, {"dec_level": "AR"}, {"year": 2014.0}]
    rows = [unhcr(), unhcr(dec_level="RA"), unhcr(coa_iso="AUT", dec_level="FA"), *(unhcr(**o) for o in others)]
    frame(decisions, pd.DataFrame(rows))
    made = check(decisions.by_host(b"", SOURCE), TABLES["asylum_decisions"])
    assert sorted(made.decision_stage_code) == ["first_instance", "first_instance_and_appeal", "repeat_application"]
    assert made.recognised_n.tolist() == [1, 1, 1]


def test_a_host_year_and_stage_that_stands_twice_is_refused(frame):
    frame(decisions, pd.DataFrame([unhcr(), unhcr()]))
    with pytest.raises(ReplicationError, match="stands twice"):
        decisions.by_host(b"", SOURCE)


def test_the_basis_of_a_stock_is_birth_before_citizenship(frame):
    rows = [("AAA", 1, 1, 0), ("BBB", 0, 1, 1), ("CCC", 0, 0, 1), ("DDD", 1, 0, 0)]
    table = pd.DataFrame(rows, columns=["geo", "type_b", "type_c", "type_r"])
    frame(migrant_stock, table.assign(**{"from": "AFG"}, t=2024, sex="male", n=3, type_i=0))
    made = check(migrant_stock.by_host(b"", SOURCE), TABLES["migrant_stock"])
    assert made.stock_basis_code.tolist() == ["country_of_birth", "citizenship", "not_stated", "country_of_birth"]


def test_three_arms_give_three_differences_that_add_up():
    columns = {"b_control": [1, 2] * 10, "b_placebo": [1, 3] * 10, "b_treatment": [2, 4] * 10}
    rows = pd.concat([pd.DataFrame({name: values}) for name, values in columns.items()])
    made = zodiac.recompute(rows.to_csv(index=False, sep=";").encode(), SOURCE).set_index("replication_id").value
    assert made.tolist() == [1.5, 0.5, 1.0]


def test_a_file_without_a_column_or_a_value_is_another_version(monkeypatch):
    good = {name: [0.1] for name in (*lists_and_direct.COLUMNS, lists_and_direct.OPTIONAL)}
    monkeypatch.setattr(lists_and_direct.rdata, "read_rds", lambda _: pd.DataFrame(good).drop(columns="list_se"))
    with pytest.raises(ReplicationError, match="no column 'list_se'"):
        lists_and_direct.read_studies(b"")
    monkeypatch.setattr(lists_and_direct.rdata, "read_rds", lambda _: pd.DataFrame(good | {"list_se": [None]}))
    with pytest.raises(ReplicationError, match="no value in a column"):
        lists_and_direct.read_studies(b"")


def test_every_experiment_is_in_one_band_of_each_kind(monkeypatch):
    n = 40
    studies = pd.DataFrame(
        {
            "paper_id": [f"p{i % 8}" for i in range(n)],
            "list_se": [0.01 + 0.19 * i / n for i in range(n)],
            "list_n": 500.0,
            "predicted_se": None,
            "direct_est": [i / (n - 1) for i in range(n)],
            "difference": 0.01,
            "difference_se": 0.05,
            "final_category": None,
        }
    )
    monkeypatch.setattr(lists_and_direct.rdata, "read_rds", lambda _: studies)
    made = check(lists_and_direct.practice(b"", SOURCE), TABLES["list_practice"])
    assert made.groupby("band_kind_code").experiments_n.sum().tolist() == [n, n]
    assert made[made.band_kind_code == "direct_share"].list_minus_direct.tolist() == pytest.approx([-0.01] * 5)
