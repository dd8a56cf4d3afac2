"""Commands of a few lines: what they refuse, what they write, what they say."""

import csv
import hashlib
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.commands import coverage as coverage_command
from analysis.commands import diagnose as diagnose_command
from analysis.commands import rds_coverage
from analysis.commands.archive_release import archive_release
from analysis.commands.coverage import coverage
from analysis.commands.create_key import create_key
from analysis.commands.diagnose import diagnose
from analysis.commands.freeze_claims import freeze_claims
from analysis.design.studies import Answer, Key
from analysis.disclosure.history import EVIDENCE
from analysis.errors import CustodyError, InputError
from analysis.estimators.rds.coverage import SPOT_CHECK, CoverageRow
from analysis.results.method_coverage import METHODS
from analysis.schemas import TABLES
from analysis.store import Store

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project folder to stand in, with the committed parameters."""
    shutil.copyfile(ROOT / "params.yaml", tmp_path / "params.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("kept", [("synthetic", "data", 0o644), ("vault", "data/vault", 0o600)])
def test_a_release_is_archived_under_its_version(project, monkeypatch, capsys, kept):
    """And who stands behind it: beside the release where nobody is real, else in the vault."""
    study, where, mode = kept
    monkeypatch.setattr("analysis.commands.archive_release.load_params", lambda path: SimpleNamespace(study=study))
    shutil.copytree(ROOT / "data/codelists", project / "data/codelists", symlinks=True)
    row = {"corpus_code": "survey", "member_digest": "0" * 32, "content_digest": "1" * 32, "member_group_text": "all"}
    Store(project).write(f"restricted__{study}_release_members", pd.DataFrame([row]))
    for name in EVIDENCE.values() if study == "vault" else ():
        none = pd.DataFrame(columns=[column.name for column in TABLES[f"vault_{name}"].columns])
        Store(project).write(f"restricted__vault_{name}", none)
    (project / "data/release").mkdir(parents=True)
    (project / "data/release/a.csv").write_text("x\n", encoding="utf-8")
    package = {"version": "3.1", "resources": [{"name": "a", "path": "a.csv", "outputKind": "frequency"}]}
    (project / "data/release/datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    archive_release()
    members = f"{where}/release_history/3.1/{study}_release_members.parquet"
    assert capsys.readouterr().out.splitlines() == [
        "data/release_history/3.1: 1 tables kept; commit the folder with the release",
        f"{members}: who stands behind them, for the gate of the next release alone",
    ]
    assert (project / members).stat().st_mode & 0o777 == mode
    beside = {path.name for path in (project / members).parent.glob("*evidence.parquet")}
    assert beside == ({"vault_survey_evidence.parquet", "vault_post_evidence.parquet"} if study == "vault" else set())
    assert (project / "data/release_history/3.1/a.csv").read_text(encoding="utf-8") == "x\n"


def test_a_register_is_frozen_by_its_hash(project, capsys):
    folder = project / "data/claims"
    shutil.copytree(ROOT / "data/claims", folder)
    (folder / "FROZEN.sha256").unlink()
    freeze_claims()
    digest = hashlib.sha256((folder / "claims.yml").read_bytes()).hexdigest()
    assert capsys.readouterr().out == f"frozen: {digest}\n"
    assert (folder / "FROZEN.sha256").read_text() == f"{digest}  claims.yml\n"


def test_a_key_is_made_outside_the_project_and_not_shown(tmp_path, capsys):
    create_key(tmp_path / "study.key")
    said = capsys.readouterr().out
    assert said.startswith(f"created: {tmp_path / 'study.key'}\nfingerprint: ")
    assert f"now set STUDY_KEY_FILE={tmp_path / 'study.key'}" in said
    assert (tmp_path / "study.key").read_text().strip() not in said
    with pytest.raises(CustodyError, match="move it out of"):
        create_key(ROOT / "study.key")


def covered(share, *, is_failed):
    row = {
        "method_id": METHODS[0].method_id, "coverage_share": share, "answered_n": 40, "is_failed": is_failed,
    }  # fmt: skip
    return lambda method, surveys: row | {"method_id": method.method_id, "surveys_n": surveys}


@pytest.mark.parametrize(("is_failed", "verdict"), [(True, "FAILS"), (False, "passes")])
def test_coverage_names_methods_that_fail_and_writes_nothing_unasked(project, monkeypatch, capsys, is_failed, verdict):
    monkeypatch.setattr(coverage_command, "coverage_row", covered(0.91, is_failed=is_failed))
    coverage([METHODS[0].method_id], surveys=40)
    assert capsys.readouterr().out.strip() == f"{METHODS[0].method_id}: 0.9100 of 40, {verdict}"
    assert [path.name for path in project.iterdir()] == ["params.yaml"]


def test_an_unknown_method_is_named_with_the_known_ones():
    with pytest.raises(InputError, match=rf"^method 'guess' is unknown; choose from {METHODS[0].method_id}, "):
        coverage([METHODS[0].method_id, "guess"])


def test_a_tracked_row_takes_the_place_of_an_earlier_one(project, monkeypatch):
    tracked = coverage_command.Store(ROOT).read(coverage_command.RESULTS).to_dict("records")
    made = {row["method_id"]: row for row in tracked}
    one, other = sorted(made)[:2]
    monkeypatch.setattr(coverage_command, "coverage_row", lambda method, surveys: dict(made[method.method_id]))
    for names in ([one], [other], [one]):
        coverage(names, surveys=2, update=True)
    kept = coverage_command.Store(project).read(coverage_command.RESULTS)
    assert sorted(kept.method_id) == sorted([one, other])
    assert (kept.source == coverage_command.SOURCE).all()


def rds_row(name, worlds):
    return CoverageRow(name, "estimator", "interval", worlds, 0.3, -0.00001, 0.05, None, 0.9, 0.85, 0.94, 0.2, 1.5)


@pytest.fixture
def simulated(monkeypatch):
    monkeypatch.setattr(rds_coverage, "coverage_table", lambda scenario, worlds, *_: [rds_row(scenario.name, worlds)])
    monkeypatch.setattr(rds_coverage, "track", lambda wanted, description: wanted)


def read(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_table_of_rds_keeps_kinds_that_were_not_asked_for(simulated, tmp_path):
    path = tmp_path / "rds.csv"
    rds_coverage.write_coverage(path, 5, ["homophily", "rare_trait"])
    rds_coverage.write_coverage(path, 9, ["rare_trait"])
    rows = read(path)
    assert [(row["simulation_code"], row["worlds_n"]) for row in rows] == [
        (SPOT_CHECK.name, str(rds_coverage.SPOT_WORLDS)), ("homophily", "5"), ("rare_trait", "9"),
    ]  # fmt: skip
    assert rows[1]["bias_share"] == "0.0000"
    assert rows[1]["mean_standard_error"] == ""
    assert rows[1]["truth_share"] == "0.3000"
    assert {row["source"] for row in rows} == {rds_coverage.SOURCE}


def test_an_unknown_kind_of_population_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(InputError, match=r"^--scenario knows random_mixing, homophily, "):
        rds_coverage.write_coverage(tmp_path / "rds.csv", 5, ["homophily", "guess"])


def test_a_deep_diagnosis_goes_on_where_it_stopped(project, monkeypatch, capsys):
    calls = []
    shutil.copytree(ROOT / "data/study", project / "data/study")
    monkeypatch.setattr(diagnose_command, "BATCH", 2)
    monkeypatch.setattr(diagnose_command, "track", lambda wanted, description: wanted)

    def simulated(what, generator):
        calls.append(what.respondents)
        return {Key("a", "b", "c", "d", "e", "f"): Answer(1 / 3, 0.1, None, np.float64(0.2))}

    monkeypatch.setattr(diagnose_command, "simulate_study", simulated)
    monkeypatch.setattr(
        diagnose_command, "characteristic_rows", lambda studies, plan: pd.DataFrame({"studies_n": [len(studies)]})
    )
    monkeypatch.setattr(diagnose_command, "canonical", lambda frame, table: frame)
    monkeypatch.setattr(diagnose_command, "csv_bytes", lambda frame, table: frame.to_csv(index=False).encode())
    diagnose(worlds=3)
    assert capsys.readouterr().out == f'studies_n,source\n3,"{diagnose_command.SOURCE}"\n'
    assert len(calls) == 3
    diagnose(worlds=5, update=True)
    # The first batch was kept; the second was cut short at three worlds and is made whole.
    assert len(calls) == 3 + 2 + 1
    batch = next(project.glob("build/diagnosis/*_0_2.json"))
    (kept,) = diagnose_command._read(json.loads(batch.read_text())["0"]).values()
    assert kept == Answer(1 / 3, 0.1, None, 0.2)
    assert (project / diagnose_command.RESULT).read_text().startswith("studies_n,source\n5,")


def test_a_diagnosis_of_no_world_is_refused(project):
    with pytest.raises(InputError, match=r"^--worlds is 0; give at least 1$"):
        diagnose(worlds=0)
