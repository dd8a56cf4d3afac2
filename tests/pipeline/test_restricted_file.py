"""`restricted-file` on the fictional respondents: made under the policy, refused when the keys are too fine."""

import json
import os
import re
import shutil
import subprocess
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.store import Store
from tests.contract.closure import ROOT

TABLE, PLAN = "restricted__synthetic_survey_responses", "data/study/study.yml"


@pytest.fixture
def project(tmp_path):
    source = Store(ROOT).path(TABLE)
    if not source.is_file():
        pytest.skip("the fictional respondents are not built here: ./run repro")
    for path in ("params.yaml", "data/codelists/disclosure_policy.yml", PLAN, "data/study/frames.csv"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, tmp_path / path)
    (tmp_path / "data/restricted").mkdir()
    shutil.copyfile(source, Store(tmp_path).path(TABLE))
    return tmp_path


def restricted_file(project, *options):
    command = [sys.executable, "-m", "analysis", "restricted-file", *options]
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "COLUMNS": "200", **measured}
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)


def test_the_file_holds_keys_and_answers_of_those_who_allow_it(project):
    result = restricted_file(project, "--json")
    assert result.returncode == 0, result.stderr
    rows = pd.read_csv(project / "data/restricted/product/restricted__synthetic_persons.csv", dtype=str)
    respondents = Store(project).read(TABLE)
    assert len(rows) == respondents.is_microdata_allowed.sum()
    assert list(rows.columns) == ["sc3", "sc4", "sc5", "ta1", "ta6"]
    assert rows.groupby(["sc3", "sc4", "sc5"], dropna=False).size().min() >= 11
    assert all(rule["holds"] for rule in json.loads(result.stdout)["rules"])


def test_people_read_the_rules_and_what_was_lost_in_two_tables(project):
    result = restricted_file(project)
    assert result.returncode == 0, result.stderr
    for heading in ("rule", "found", "allowed", "categories before → after", "cells blanked", "entropy kept"):
        assert heading in result.stdout
    for key in ("sc3", "sc4", "sc5"):
        assert re.search(rf"{key} .*\d+ → \d+", result.stdout), result.stdout


def test_a_file_that_everybody_is_in_cannot_be_attacked_and_is_not_made(project):
    store = Store(project)
    rows = store.read(TABLE)
    rows["is_microdata_allowed"] = True
    pq.write_table(pa.Table.from_pandas(rows, preserve_index=False), store.path(TABLE))
    result = restricted_file(project)
    assert result.returncode == 2
    assert "0 persons are outside the file" in result.stderr
    assert not (project / "data/restricted/product").exists()


def test_keys_that_are_too_fine_are_refused_and_nothing_is_written(project):
    plan = project / PLAN
    text = plan.read_text(encoding="utf-8")
    fine = "\n".join("    sc3: {}" if line.startswith("    sc3: {") else line for line in text.splitlines())
    assert fine.count("    sc4: {}") == 1
    plan.write_text(fine.replace("    sc4: {}", "    sc4: {}\n    sc7: {}"), encoding="utf-8")
    result = restricted_file(project)
    assert result.returncode == 2
    assert "no restricted file is made" in result.stderr
    assert not (project / "data/restricted/product").exists()
