"""Tables and columns are declared once, used, named by the rules, and every published fact cites its source."""

import re

import pandas as pd
import pytest

from analysis.errors import SchemaError
from analysis.params import STUDIES
from analysis.schemas import TABLES, study_table
from analysis.schemas.check import check
from analysis.schemas.columns import COLUMNS
from analysis.stages.gate_release import CANDIDATES, STUDY_CANDIDATES
from analysis.store import TIER_FOLDERS, Store
from tests.contract.closure import ROOT, for_study, stage_modules, tables_named

SUFFIXES = {
    "boolean": r"(is|has|holds)_.*",
    "code": r".*_code",
    "date": r".*_date",
}
REFERENCE = sorted(path.stem for path in (ROOT / "data/reference").glob("*.csv"))


def test_every_declared_column_is_used():
    used = {name for table in TABLES.values() for name in table.column_names}
    assert sorted(COLUMNS.keys() - used) == []


def written_by_stages():
    names = {name for stage in stage_modules() for name in tables_named(stage, "write")}
    return {for_study(name, study) for name in names for study in STUDIES}


def test_every_declared_table_is_written_or_kept_by_people():
    written = {name.partition("__")[2] for name in written_by_stages()}
    assert sorted(TABLES.keys() - written - set(REFERENCE)) == ["disclosure_records"]


def test_every_candidate_is_gated():
    gated = {*CANDIDATES, *(study_table(study, name) for study in STUDIES for name in STUDY_CANDIDATES)}
    assert {name for name in written_by_stages() if name.startswith("candidate__")} == gated


def test_rows_about_persons_are_never_candidates():
    gated = {name.partition("__")[2] for name in written_by_stages() if name.startswith("candidate__")}
    assert {name for name in gated if TABLES[name].output_kind == "microdata"} == set()


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_names_say_their_kind(column):
    assert re.fullmatch(r"[a-z0-9_]+", column.name)
    if column.kind in SUFFIXES:
        assert re.fullmatch(SUFFIXES[column.kind], column.name)
    for kind, pattern in SUFFIXES.items():
        if re.fullmatch(pattern, column.name):
            assert column.kind in (kind, "text"), f"{column.name} is named like a {kind}"


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_measures_have_a_unit(column):
    if column.role == "measure":
        assert column.unit


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_keys_are_columns_that_are_never_empty(table):
    for name in table.key:
        assert not table.column(name).is_nullable


@pytest.mark.parametrize("name", REFERENCE)
def test_reference_tables_hold_and_cite_their_source(name):
    frame = Store(ROOT).read(f"reference__{name}")
    assert frame.source.notna().all()


def test_a_column_without_a_declaration_is_caught():
    frame = Store(ROOT).read("reference__series_breaks").assign(opinion="x")
    with pytest.raises(SchemaError, match="column opinion: got a column; the table declares no such column"):
        check(frame, TABLES["series_breaks"])


def test_every_tier_has_a_folder_of_its_own():
    assert len(set(TIER_FOLDERS.values())) == len(TIER_FOLDERS)


class TestFacts:
    """The transcribed counts agree with each other."""

    population = Store(ROOT).read("reference__unhcr_population_host_year")
    cells = Store(ROOT).read("reference__unhcr_population_host_sex_age")
    benchmarks = Store(ROOT).read("reference__benchmarks").set_index("benchmark_id")

    def protected(self) -> pd.Series:
        parts = self.population[["refugees_n", "asylum_seekers_n", "other_protection_n"]].fillna(0).sum(axis=1)
        return parts.groupby([self.population.host_iso3, self.population.year]).sum()

    def test_the_hosts_listed_hold_nearly_everybody(self):
        world = self.benchmarks.figure_value["B088"]
        listed = self.protected().xs(2025, level="year").sum()
        assert 0.997 < listed / world <= 1

    def test_totals_by_sex_and_age_are_the_totals_by_host(self):
        by_cell = self.cells.groupby("host_iso3").persons_n.sum()
        by_host = self.protected().xs(2025, level="year")
        assert (by_cell - by_host[by_cell.index]).abs().max() == 0

    @pytest.mark.parametrize(
        ("benchmark", "host"), [("B090", "DEU"), ("B093", "USA"), ("B102", "IRN"), ("B103", "PAK")]
    )
    def test_host_totals_are_the_published_ones(self, benchmark, host):
        assert self.protected()[host, 2025] == self.benchmarks.figure_value[benchmark]
