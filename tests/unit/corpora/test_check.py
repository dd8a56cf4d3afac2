import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import analysis.__main__ as command_line
from analysis.commands.check import check as check_command
from analysis.corpora.detect import FORMATS
from tests.formats.miniatures import MINIATURES

ROOT = Path(__file__).resolve().parents[3]
PLAN = str(ROOT / "data/study/study.yml")


@dataclass(frozen=True)
class Run:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def check(monkeypatch, capsys):
    """The command line in this process: `main` without the restart into the stated environment."""
    monkeypatch.setattr(command_line, "enter_stated_environment", lambda package: None)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["analysis", "check", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        return Run(ended.value.code or 0, *capsys.readouterr())

    return run


@pytest.fixture
def files(tmp_path):
    paths = {}
    for code, data in MINIATURES.items():
        paths[code] = tmp_path / f"{code}.bin"
        paths[code].write_bytes(data)
    return paths


def test_one_json_object_per_file_and_line(check, files):
    run = check("--json", *files.values())
    assert run.returncode == 0, run.stderr
    reports = [json.loads(line) for line in run.stdout.splitlines()]
    assert [report["format"] for report in reports] == list(files)
    assert set(files) == set(FORMATS)
    keys = {"file", "format", "items", "quarantined", "reasons", "identifiers", "standing", "gone", "warnings"}
    assert all(report.keys() == keys for report in reports)
    assert all(report["items"] >= report["quarantined"] == sum(report["reasons"].values()) for report in reports)


def test_the_report_for_a_person_names_format_and_missing_values(check, files):
    run = check(files["spss"], "--study", PLAN)
    assert run.returncode == 0, run.stderr
    for words in (
        "SPSS",
        "detected from the content",
        "items",
        "declared missing 98",
        ", of 4 characters (letters), is not in the instrument",
    ):
        assert words in " ".join(run.stdout.split())


def test_an_unreadable_file_is_one_error_line_and_exit_code_2(check, files, tmp_path):
    page = tmp_path / "result.json"
    page.write_bytes(b"<html>Sign in</html>")
    cut = tmp_path / "cut.json"
    cut.write_bytes(MINIATURES["telegram_desktop"][:200])
    for path in (page, cut, tmp_path / "none"):
        run = check("--json", path)
        assert (run.returncode, run.stdout) == (2, "")
        assert run.stderr.startswith(f"error: {path}")
        assert len(run.stderr.splitlines()) == 1


def test_good_files_are_reported_beside_bad_ones(check, files, tmp_path):
    bad = tmp_path / "bad"
    bad.write_bytes(b"nothing")
    run = check("--json", bad, files["kobo"], bad)
    assert (run.returncode, len(run.stdout.splitlines()), len(run.stderr.splitlines())) == (2, 1, 2)


def test_a_stated_format_is_insisted_on(check, files):
    assert '"format": "pushshift"' in check("--json", "--format", "pushshift", files["x_v1_1"]).stdout
    assert check("--format", "none", files["x_v1_1"]).returncode == 2


def test_the_command_itself_ends_with_code_2(tmp_path):
    page = tmp_path / "result.json"
    page.write_bytes(b"<html>Sign in</html>")
    command = [sys.executable, "-m", "analysis", "check", "--json", str(page)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("error: ")


def test_identifiers_are_counted_by_kind_and_never_shown(check, tmp_path):
    chat = {
        "name": "c", "type": "public_channel", "id": 1,
        "messages": [
            {"id": 1, "type": "message", "date": "2030-01-01T00:00:00", "date_unixtime": "1893456000", "from": "c",
             "from_id": "channel1", "text": "write to someone@example.org or @somebody_else", "text_entities": []},
        ],
    }  # fmt: skip
    path = tmp_path / "result.json"
    path.write_text(json.dumps(chat), encoding="utf-8")
    found = check(path, "--json")
    assert json.loads(found.stdout)["identifiers"] == {"EMAIL": 1, "HANDLE": 1}
    assert "someone" not in found.stdout


UNKNOWN = (
    "_uuid,_id,_submission_time,consent_key,SC1,NW1,Invented Column\n"
    'u1,1,2026-01-01,A-1,yes,"5, ask Invented Name +12025550101",none\n'
    "u2,2,2026-01-01,A-2,yes,12,my brother Invented Name\n"
)
HEADLESS = '"Invented Name","+12025550101","Invented Street 1"\n"Invented Other","+12025550102","Invented Street 2"\n'
SAID_BY_PERSONS = ("Invented", "12025550101", "Street")


@pytest.mark.parametrize("options", [(), ("--json",), ("--study", PLAN), ("--json", "--study", PLAN)])
@pytest.mark.parametrize(
    ("text", "how"),
    [(UNKNOWN, ()), (HEADLESS, ()), (HEADLESS, ("--format", "kobo")), (HEADLESS, ("--format", "4cat")),
     ('{"Invented Name +12025550101": {"messages": 1}}', ()), ("phone +12025550101 Invented Name\n", ())],
)  # fmt: skip
def test_nothing_that_a_person_may_have_written_is_shown(check, tmp_path, text, how, options):
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    run = check(path, *how, *options)
    assert not [word for word in SAID_BY_PERSONS if word in run.stdout + run.stderr]
    assert run.stdout + run.stderr


def test_unknown_answers_are_counted_by_their_shape(check, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(UNKNOWN, encoding="utf-8")
    run = check(path, "--json", "--study", PLAN)
    warnings = json.loads(run.stdout)["warnings"]
    assert "variable 7, of 15 characters (letters, spaces), is not in the instrument" in warnings
    assert any(
        "NW1 has answers" in each and "33 characters (letters, digits, spaces, signs) × 1" in each for each in warnings
    )


def test_values_are_shown_on_a_terminal_only(check, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(UNKNOWN, encoding="utf-8")
    run = check(path, "--show-values", "--study", PLAN)
    assert (run.returncode, run.stdout) == (2, "")
    assert "--show-values is for a person at a terminal" in run.stderr


def test_somebody_at_a_terminal_may_see_them(tmp_path, monkeypatch, capsys):
    path = tmp_path / "a.csv"
    path.write_text(UNKNOWN, encoding="utf-8")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    check_command([path], study=Path(PLAN), show_values=True)
    assert "+12025550101'" in capsys.readouterr().out


def test_items_of_the_plan_that_an_export_lacks_are_named(check, tmp_path):
    plan = tmp_path / "study.yml"
    text = (ROOT / "tests/plans/trust/study.yml").read_text(encoding="utf-8")
    plan.write_text(text, encoding="utf-8")
    export = tmp_path / "web.csv"
    head = "ResponseId,Finished,REGION,GENDER,VOTE,TRUST,AWAKE,S1,S2,S3,S4,S5,S6"
    imports = ",".join(f'"{{""ImportId"":""{name}""}}"' for name in head.split(","))
    export.write_text(f"{head}\n{head}\n{imports}\nR_1,True,North,w,yes,high,b,1,2,3,4,5,6\n", encoding="utf-8")
    run = check(export, "--study", plan)
    assert run.returncode == 0, run.stderr
    assert "in no variable of this export, items of the instrument: S7" in " ".join(run.stdout.split())
    plan.write_text(text.replace("  S7: ", "  # S7: ").replace("s5, s6, s7", "s5, s6"), encoding="utf-8")
    assert "in no variable" not in check(export, "--study", plan).stdout
