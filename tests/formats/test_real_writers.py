"""Files that the vendors' own programs write, read back; each is skipped where its program is not installed."""

import shutil
import subprocess

import pytest

from analysis.corpora.absence import Absence, UserMissing
from analysis.corpora.exports import open_export
from analysis.corpora.surveys import Codebook, Respondent

SYNTAX = """\
SET DECIMAL=DOT.
DATA LIST LIST /id (F4) view (F4) minutes (TIME8) word (A20).
BEGIN DATA
1 2 26:20:30 سلام
2 97 00:10:00 x
END DATA.
VALUE LABELS view 1 'good' 2 'bad' 97 'refused'.
MISSING VALUES view (97).
VARIABLE LABELS view 'How do you view them?'.
SAVE OUTFILE='{file}'.
"""
HAVEN = """\
d <- data.frame(id = c(1, 2), word = c("سلام", "x"))
d$view <- haven::labelled(c(2, haven::tagged_na("b")), c(bad = 2, refused = haven::tagged_na("b")), "How?")
haven::write_dta(d, "{file}", version = {version})
"""

FOREIGN = """\
d <- data.frame(id = c(1, NA), word = c("سلام", "x"), view = factor(c("schlecht", "gut")), stringsAsFactors = FALSE)
foreign::write.dta(d, "{file}", version = {version})
"""


def entries_of(path):
    found = list(open_export(path).entries())
    codebook = next(each for each in found if isinstance(each, Codebook))
    return {each.name: each for each in codebook.variables}, [each for each in found if isinstance(each, Respondent)]


@pytest.mark.skipif(not shutil.which("pspp"), reason="PSPP is not installed")
def test_a_file_of_pspp_keeps_labels_missing_values_and_spans_beyond_a_day(tmp_path):
    script = tmp_path / "write.sps"
    script.write_text(SYNTAX.format(file=tmp_path / "a.sav"), encoding="utf-8")
    subprocess.run(["pspp", script], check=True, capture_output=True, cwd=tmp_path)
    variables, (first, second) = entries_of(tmp_path / "a.sav")
    assert (variables["view"].label, variables["view"].value_labels["2"]) == ("How do you view them?", "bad")
    assert (first.answers["minutes"], first.answers["word"]) == (str(26 * 3600 + 20 * 60 + 30), "سلام")
    assert second.answers["view"] == UserMissing("97", "refused")


def demand_r(package):
    if not shutil.which("Rscript"):
        pytest.skip("R is not installed")
    asked = subprocess.run(["Rscript", "-e", f"library({package})"], capture_output=True, check=False)
    if asked.returncode:
        pytest.skip(f"R has no package {package}")


@pytest.mark.parametrize("version", [8, 13, 14, 15])
def test_a_file_of_haven_keeps_tagged_missing_values_in_every_release(version, tmp_path):
    demand_r("haven")
    path = tmp_path / "a.dta"
    program = HAVEN.format(file=path, version=version)
    subprocess.run(["Rscript", "-e", program], check=True, capture_output=True)
    _, (first, second) = entries_of(path)
    assert (first.answers["view"], first.answers["word"]) == ("2", "سلام")
    assert isinstance(second.answers["view"], UserMissing)
    assert second.answers["view"] is not Absence.NULL


@pytest.mark.parametrize("version", [7, 8, 10])
def test_a_file_of_foreign_holds_utf_8_that_its_release_does_not_state(version, tmp_path):
    demand_r("foreign")
    path = tmp_path / "a.dta"
    program = FOREIGN.format(file=path, version=version)
    subprocess.run(["Rscript", "-e", program], check=True, capture_output=True)
    variables, (first, second) = entries_of(path)
    assert (first.answers["id"], first.answers["word"], second.answers["id"]) == ("1", "سلام", Absence.NULL)
    assert variables["view"].value_labels[first.answers["view"]] == "schlecht"


def test_a_workbook_of_xlsxwriter_has_no_number_where_nobody_calculated(tmp_path):
    xlsxwriter = pytest.importorskip("xlsxwriter", reason="XlsxWriter is not installed")
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate(
            [["_uuid", "_submission_time", "minutes", "word"], ["u", "2030-01-01", "=1+1", "سلام"]]
        ):
            sheet.write_row(row, 0, cells)
    _, (only,) = entries_of(tmp_path / "a.xlsx")
    assert (only.answers["minutes"], only.answers["word"]) == (Absence.UNPARSEABLE, "سلام")
