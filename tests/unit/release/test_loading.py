"""Whoever downloads the dataset opens a table in one line."""

import importlib.util
import shutil
import subprocess

import pandas as pd
import polars as pl
import pytest


@pytest.fixture
def table(release):
    return release / "tables/open__estimates.parquet"


def test_pandas_and_polars_read_the_same(table):
    expected = pd.read_csv(table.with_suffix(".csv"))
    assert pd.read_parquet(table).estimate_id.tolist() == expected.estimate_id.tolist()
    assert pl.read_parquet(table)["estimate_id"].to_list() == expected.estimate_id.tolist()
    assert pl.read_csv(table.with_suffix(".csv")).height == len(expected)


def test_duckdb_reads_it(table):
    if importlib.util.find_spec("duckdb") is None:
        pytest.skip("DuckDB is not installed")
    import duckdb

    assert duckdb.read_parquet(str(table)).shape[0] == 2


def test_r_reads_it(table):
    if not shutil.which("Rscript"):
        pytest.skip("R is not installed")
    if subprocess.run(["Rscript", "-e", "library(arrow)"], capture_output=True, check=False).returncode:
        pytest.skip("R's package arrow is not installed")
    code = f'cat(nrow(arrow::read_parquet("{table}")))'
    assert subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True).stdout == "2"


def test_the_codebook_page_needs_nothing_beside_it(release):
    page = (release / "codebook.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "src=" not in page
    assert "<link" not in page
    assert "<code>value</code>" in page
