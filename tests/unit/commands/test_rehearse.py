"""`rehearse` reads a study folder, writes only where it is told to, and says plainly what would come of the plan."""

import hashlib
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis.__main__ import command_line
from analysis.commands import new_study, rehearse
from analysis.commands.rehearsal_folder import open_design
from analysis.commands.rehearsal_report import ESTIMATES, REPEATED, REPORT, VERDICTS
from analysis.errors import CustodyError, InputError, StudyError
from tests.rehearsals import PLANS, ROOT


def run(*arguments):
    command_line(["rehearse"])(["rehearse", *map(str, arguments), "--no-pipeline"], standalone_mode=False)


def state(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def study(tmp_path):
    return Path(shutil.copytree(PLANS / "trust", tmp_path / "study"))


@pytest.mark.parametrize(("plan", "respondents"), [("trust", 300), ("returns", 400), ("../../data/study", 300)])
def test_every_plan_is_rehearsed_at_once(plan, respondents, tmp_path, capsys):
    before = state(PLANS / plan)
    run(PLANS / plan, "--respondents", respondents, "--to", tmp_path / "out")
    said = capsys.readouterr().out
    assert "nothing here is evidence" in said
    assert (tmp_path / "out" / REPORT).read_text(encoding="utf-8") in said
    rows = pd.read_csv(tmp_path / "out" / ESTIMATES)
    assert rows.truth.notna().sum() > 5
    assert rows[rows.truth.notna() & rows.is_usable].is_covered.astype("boolean").mean() > 0.7
    assert state(PLANS / plan) == before


def test_a_new_study_is_rehearsed_at_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(new_study, "ROOT", tmp_path)
    for template in (*new_study.TEMPLATES.values(), new_study.SURVEY, new_study.FRAMES, new_study.TRUTHS[1]):
        (tmp_path / template).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / template, tmp_path / template)
    command_line(["new-study"])(["new-study", "trust_2027"], standalone_mode=False)
    run(tmp_path / "data/vault", "--respondents", 200)
    assert "Rehearsal of trust_2027" in capsys.readouterr().out


def test_the_same_plan_and_seed_give_the_same_bytes(study, tmp_path):
    for name in ("first", "second"):
        run(study, "--respondents", 200, "--draws", 2, "--to", tmp_path / name)
    for name in (ESTIMATES, REPEATED, VERDICTS, REPORT):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    run(study, "--respondents", 200, "--draws", 2, "--seed", 2, "--to", tmp_path / "third")
    assert (tmp_path / "first" / ESTIMATES).read_bytes() != (tmp_path / "third" / ESTIMATES).read_bytes()


def test_repeated_studies_say_what_could_be_decided(study, tmp_path):
    (study / "truths.yml").write_text("shares: {E13a_share_not_favourable: 0.2}\n", encoding="utf-8")
    run(study, "--respondents", 600, "--draws", 4, "--to", tmp_path / "out")
    assert (
        "C13.1 can be decided with so many respondents: 100% of the studies" in (tmp_path / "out" / REPORT).read_text()
    )
    (study / "truths.yml").write_text("shares: {E13a_share_not_favourable: 0.79}\n", encoding="utf-8")
    run(study, "--respondents", 600, "--draws", 4, "--to", tmp_path / "near")
    assert "C13.1 cannot be decided with so many respondents" in (tmp_path / "near" / REPORT).read_text()


def test_a_folder_that_holds_something_else_is_refused(study, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/other.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds other files; name an empty folder"):
        run(study, "--respondents", 200, "--to", tmp_path / "out")
    assert state(tmp_path / "out").keys() == {tmp_path / "out/other.txt"}


def test_a_folder_of_another_rehearsal_is_refused_and_of_the_same_goes_on(study, tmp_path):
    run(study, "--respondents", 200, "--to", tmp_path / "out")
    run(study, "--respondents", 200, "--to", tmp_path / "out")
    with pytest.raises(InputError, match="holds another rehearsal"):
        run(study, "--respondents", 201, "--to", tmp_path / "out")
    (study / "truths.yml").write_text("together: 0.1\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds another rehearsal"):
        run(study, "--respondents", 200, "--to", tmp_path / "out")


def test_nothing_is_written_into_the_project(study):
    with pytest.raises(InputError, match="lies in the project"):
        run(study, "--to", ROOT / "data/vault/rehearsal")
    assert not (ROOT / "data/vault/rehearsal").exists()


def test_too_few_respondents_are_refused(study):
    with pytest.raises(StudyError, match="give at least 30 for each, by --respondents"):
        run(study, "--respondents", 20)


def test_a_folder_without_a_plan_is_refused(tmp_path):
    with pytest.raises(StudyError, match=r"holds no study\.yml; write a plan with `new-study NAME`"):
        run(tmp_path)


def test_a_manifest_that_cannot_be_read_stops_it(study):
    (study / "sources.yml").write_text("surveys: 1\n", encoding="utf-8")
    with pytest.raises(CustodyError, match=r"sources\.yml"):
        run(study)


def test_a_format_that_cannot_be_written_is_named(study):
    text = (study / "sources.yml").read_text(encoding="utf-8")
    (study / "sources.yml").write_text(text.replace("mode: web", "mode: web\n    format: x_archive"), encoding="utf-8")
    with pytest.raises(StudyError, match="x_archive cannot be rehearsed; formats: spss, stata"):
        run(study)


def test_a_name_that_a_system_cannot_hold_is_named_with_the_fix(study):
    text = (study / "study.yml").read_text(encoding="utf-8")
    (study / "study.yml").write_text(text.replace("variables: [TRUST, Q2.1]", "variables: [Q2.1]"), encoding="utf-8")
    text = (study / "sources.yml").read_text(encoding="utf-8")
    (study / "sources.yml").write_text(text.replace("web.csv", "web.dta"), encoding="utf-8")
    with pytest.raises(StudyError, match=r"items\.TRUST: stata holds no variable 'Q2\.1'; add the name it has there"):
        run(study, "--respondents", 100)


def test_totals_of_the_study_are_taken_and_joined_answers_shared(tmp_path):
    study = Path(shutil.copytree(PLANS / "returns", tmp_path / "study"))
    plan = (study / "study.yml").read_text(encoding="utf-8")
    (study / "study.yml").write_text(plan.replace("crossed: [land, sex]", "crossed: [land, age], joined: age"), "utf-8")
    (study / "margins.csv").write_text(
        "variable,level,total,population,source\n"
        "land:age,Northland:young+middle,300,adults,office\nland:age,Northland:old,100,adults,office\n",
        encoding="utf-8",
    )
    assert open_design(study).cells == {
        ("Northland", "middle"): 150.0, ("Northland", "old"): 100.0, ("Northland", "young"): 150.0,
    }  # fmt: skip


def test_the_place_of_the_project_is_where_it_looks_for_parameters():
    assert (rehearse.ROOT / "params.yaml").is_file()
