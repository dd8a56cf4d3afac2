"""`assess`, `suppress-local` and `protect-table` as a researcher calls them."""

import json

import pandas as pd
import pytest

from tests.unit.commands.told import run

PERSONS = "age,sex,region,view,w\n01,f,A,yes,2\n1,f,A,no,3\n1,f,A,no,3\n2,m,,yes,9\n2,m,,yes,8\n,m,B,no,5\n"


@pytest.fixture
def persons(tmp_path):
    path = tmp_path / "persons.csv"
    path.write_text(PERSONS, encoding="utf-8")
    return path


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("place,answer,n\n1,yes,2\n1,no,20\n2,yes,30\n2,no,40\n", encoding="utf-8")
    return path


def refusal(*arguments):
    result = run(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_assess_gives_aggregates_and_keeps_cells_as_written(persons):
    result = run(
        "assess", persons, "--quasi-identifiers", "age,sex,region", "--sensitive", "view", "--weights", "w", "--json"
    )
    found = json.loads(result.stdout)
    assert (found["n"], found["classes"], found["sample_uniques"]) == (6, 4, 2)  # `01` and `1` differ, blanks agree
    assert found["violations"] == {"2": 2, "3": 6, "5": 6, "11": 6}
    assert found["l_diversity"] == {"min": 1, "violations_2": 6}
    assert found["mean_prosecutor_risk"] == pytest.approx(4 / 6)
    assert found["individual_risk"]["sum"] > 0
    assert set(found["suda2"]) == {"sum", "max", "records"}


def test_assess_without_weights_or_sensitive_says_null_and_prints_tables(persons):
    found = json.loads(run("assess", persons, "--quasi-identifiers", "age", "--json").stdout)
    assert (found["individual_risk"], found["l_diversity"]) == ({"sum": None}, None)
    assert "records alone" in run("assess", persons, "--quasi-identifiers", "age").stdout


def test_suppress_local_writes_a_safe_copy_with_everything_else_as_it_was(persons, tmp_path):
    out = tmp_path / "safe.csv"
    result = run("suppress-local", persons, "--quasi-identifiers", "age,sex,region", "--k", "2", "--out", out, "--json")
    assert json.loads(result.stdout)["violations"] == 0
    before, after = (pd.read_csv(path, dtype=str, keep_default_na=False) for path in (persons, out))
    pd.testing.assert_frame_equal(before[["view", "w"]], after[["view", "w"]])
    assert after.groupby(["age", "sex", "region"]).size().min() >= 2
    kept = after[["age", "sex", "region"]] != ""
    assert (
        (after[["age", "sex", "region"]].where(kept) == before[["age", "sex", "region"]].where(kept))
        .to_numpy()[kept.to_numpy()]
        .all()
    )


def test_protect_table_reports_kinds_and_intervals_and_writes_the_table(table, tmp_path):
    out = tmp_path / "out.csv"
    arguments = ("protect-table", table, "--rows", "place", "--columns", "answer", "--value", "n", "--threshold", "5")
    found = json.loads(run(*arguments, "--out", out, "--json").stdout)
    assert (found["primary"], found["secondary"], found["method"]) == (1, 3, "exact")
    small = next(cell for cell in found["suppressed"] if cell["kind"] == "primary")
    assert (small["row"], small["column"], small["low"], small["high"]) == ("1", "yes", 1.0, 21.0)
    written = pd.read_csv(out)
    assert len(written) == 9
    assert written.n.isna().sum() == 4
    assert "unbounded" not in run(*arguments).stdout


def test_refusals_name_the_fix(persons, table, tmp_path):
    keys = ("--quasi-identifiers", "age,sex")
    assert "column 'agee' (--quasi-identifiers) is not in the file; did you mean 'age'?" in refusal(
        "assess", persons, "--quasi-identifiers", "agee"
    )
    assert "names column 'age' twice" in refusal("assess", persons, "--quasi-identifiers", "age,age")
    assert "is the input" in refusal("suppress-local", persons, *keys, "--k", "2", "--out", persons)
    assert "cannot form a class of 99" in refusal(
        "suppress-local", persons, *keys, "--k", "99", "--out", tmp_path / "x"
    )
    cells = ("--rows", "place", "--columns", "answer", "--value", "n")
    assert "--threshold is 0" in refusal("protect-table", table, *cells, "--threshold", "0")
    for line, message in (
        ("1,yes,3", "cell '1' × 'yes' appears twice"),
        ("3,yes,-4", "column 'n' holds '-4' in row 5"),
        ("3,yes,4.5", "column 'n' holds '4.5' in row 5"),
        ("3,,4", "column 'answer' is empty in row 5"),
        ("Total,yes,99", "cell Total × yes is 99, but the cells it sums up give 32"),
    ):
        broken = tmp_path / "broken.csv"
        broken.write_text(table.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
        assert message in refusal("protect-table", broken, *cells, "--threshold", "5")
