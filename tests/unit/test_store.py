import csv
import fcntl
import io
import os

import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.atomic import replace_folder, write_atomically
from analysis.errors import SchemaError, StoreError
from analysis.schemas import TABLES
from analysis.spreadsheet import cell_text, csv_text, inert, inert_cell, outspoken
from analysis.store import Store, canonical, content_hash, csv_bytes, parquet_bytes, parse_csv

RATES = TABLES["base_rates"]
BREAKS = TABLES["series_breaks"]


def rates(prevalences=(0.01, 0.001)):
    return pd.DataFrame(
        {
            "prevalence_share": prevalences,
            "sensitivity_share": 0.8,
            "specificity_share": 0.95,
            "labelled_share": 0.0575,
            "predictive_value_share": [8 / 57.5, None],
            "wrong_labels_per_1000": 49.5,
            "right_labels_per_1000": 8.0,
        }
    )


def test_what_is_written_is_read_back_sorted_and_rounded(tmp_path):
    store = Store(tmp_path)
    store.write("candidate__base_rates", rates())
    read = store.read("candidate__base_rates")
    assert list(read.prevalence_share) == [0.001, 0.01]
    assert read.predictive_value_share[1] == 0.13913
    assert pd.isna(read.predictive_value_share[0])


def test_row_order_and_float_dust_do_not_change_the_bytes():
    dusty = rates().iloc[::-1].assign(wrong_labels_per_1000=49.5 + 1e-12)
    assert parquet_bytes(canonical(dusty, RATES), RATES) == parquet_bytes(canonical(rates(), RATES), RATES)


def test_another_value_changes_the_content_hash():
    other = rates().assign(wrong_labels_per_1000=49.6)
    assert content_hash(other, RATES) != content_hash(rates(), RATES)


def test_negative_zero_is_zero():
    frame = canonical(rates().assign(wrong_labels_per_1000=-0.0), RATES)
    assert b"-0" not in csv_bytes(frame, RATES)


def test_parquet_carries_nothing_but_the_table(tmp_path):
    Store(tmp_path).write("candidate__base_rates", rates())
    file = pq.ParquetFile(tmp_path / "data/candidate/candidate__base_rates.parquet")
    assert set(file.metadata.metadata) == {b"title", b"row_is", b"source"}
    assert not file.metadata.row_group(0).column(0).is_stats_set


def test_a_bad_frame_writes_nothing(tmp_path):
    with pytest.raises(SchemaError):
        Store(tmp_path).write("candidate__base_rates", rates(prevalences=(2.0, 0.1)))
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("name", ["open__base_rates", "reference__base_rates"])
def test_stages_cannot_write_these_tiers(tmp_path, name):
    with pytest.raises(StoreError, match="stages write restricted and candidate tables only"):
        Store(tmp_path).write(name, rates())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("base_rates", "want <tier>__<table>"),
        ("vault__base_rates", "with a tier of"),
        ("open__nothing", "no table 'nothing' is declared"),
    ],
)
def test_an_unknown_name_is_refused(tmp_path, name, reason):
    with pytest.raises(StoreError, match=reason):
        Store(tmp_path).read(name)


def test_a_missing_file_says_what_to_run(tmp_path):
    with pytest.raises(StoreError, match=r"no file .*run `./run repro`"):
        Store(tmp_path).read("candidate__base_rates")


def test_csv_round_trip_keeps_every_value():
    frame = canonical(rates(), RATES)
    pd.testing.assert_frame_equal(parse_csv(csv_bytes(frame, RATES), RATES), frame)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"host_iso3,year,series_break_note,source\nIRN,twenty,n,s\n", "line 2, column year: got 'twenty'"),
        (b"host_iso3,year,note,source\nIRN,2022,n,s\n", r"header is \[host_iso3, year, note, source\], declared is"),
        (b"", "not a UTF-8 CSV file"),
        (b"host_iso3,year,series_break_note,source\nIRN,2022,\xff,s\n", "not a UTF-8 CSV file"),
        (b"host_iso3,year,series_break_note,source\nIRN,2022,n,s,more,cells\n", "."),
    ],
)
def test_a_bad_csv_names_the_place(data, reason):
    with pytest.raises(SchemaError, match=reason):
        parse_csv(data, BREAKS)


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "table.parquet"
    write_atomically(target, b"old")

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fchmod", full_disk)
    with pytest.raises(
        StoreError, match=r"table\.parquet: not written, .*untouched \(No space left on device\); make room"
    ):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["table.parquet"]


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path):
    dead = tmp_path / ".table.parquet.dead.part"
    alive = tmp_path / ".table.parquet.alive.part"
    of_another_table = tmp_path / ".table.parquet2.dead.part"
    for left in (dead, alive, of_another_table):
        left.write_bytes(b"half")
    with alive.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        write_atomically(tmp_path / "table.parquet", b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {"table.parquet", alive.name, of_another_table.name}


def test_a_folder_is_replaced_whole(tmp_path):
    folder = tmp_path / "release"
    replace_folder(folder, {"a/b.csv": b"1", "c.csv": b"2"})
    (tmp_path / ".release.new.part").mkdir()
    (tmp_path / ".release.new.part/of_a_killed_run.csv").write_bytes(b"half")
    replace_folder(folder, {"d.csv": b"3"})
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["release", "release/d.csv"]


def test_a_folder_that_cannot_be_completed_stays_as_it_was(tmp_path, monkeypatch):
    folder = tmp_path / "release"
    replace_folder(folder, {"a.csv": b"1"})

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fchmod", full_disk)
    with pytest.raises(StoreError, match="No space left"):
        replace_folder(folder, {"b.csv": b"2"})
    assert (folder / "a.csv").read_bytes() == b"1"
    assert [path.name for path in folder.iterdir()] == ["a.csv"]


FORMULAS = ["=cmd|'/c calc'!A1", "+1", "-2+3", "@SUM(1)", "\tx", "\rx", "'quoted", "''", "plain", "1-2", "", "a'b"]


def test_no_cell_is_a_formula_and_every_text_comes_back():
    for text in FORMULAS:
        cell = inert_cell(text)
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert cell_text(cell) == text
    assert inert_cell("plain") == "plain"


def test_a_frame_is_made_inert_and_read_back_with_its_numbers():
    texts = FORMULAS
    frame = pd.DataFrame({"=a": texts, "n": range(len(texts)), "x": [-1.5] * len(texts)})
    frame.loc[3, "=a"] = None
    text = csv_text(inert(frame))
    assert not [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row if cell[:1] in "=+@" and cell]
    back = outspoken(pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=["NA"]))
    assert back.columns.tolist() == ["=a", "n", "x"]
    assert back["=a"].tolist() == [text if n != 3 else "" for n, text in enumerate(texts)]
    assert back.x.tolist() == frame.x.tolist()


def test_figures_follow_the_rule_of_the_tables():
    from analysis.reading import figures

    drawn = figures.drawn_csv(pd.DataFrame({"a": FORMULAS}), ["open__claims"]).decode()
    assert [row[0] for row in csv.reader(io.StringIO(drawn, newline=""))][1:] == [inert_cell(text) for text in FORMULAS]
