"""SPSS portable files: what the format is known for, and what has to be refused."""

import shutil
import subprocess

import pytest

from analysis import limits
from analysis.corpora.absence import Absence, UserMissing
from analysis.corpora.exports import open_export
from analysis.corpora.surveys import Codebook
from analysis.errors import ExportError
from tests.formats.miniatures import Read
from tests.formats.portables import MINIATURE, header, labels, lines, text, variable, whole


def read(*variables, cases=b"", after=b""):
    found = Read(lines(header(*variables, after=after) + cases), "spss_portable")
    codebook = next(each for each in found.entries if isinstance(each, Codebook))
    return {each.name: each for each in codebook.variables}, [each.answers for each in found.respondents]


def test_every_value_of_the_miniature():
    found = Read(MINIATURE)
    first, second, third = found.respondents
    assert [each.respondent_id for each in found.respondents] == ["1", "2", "3"]
    assert first.answers == {"CASEID": "1", "TA1": "1", "NOTE": "متن", "MINUTES": "93600"}
    assert second.answers["TA1"] == UserMissing("98", "refused")
    assert (second.answers["NOTE"], second.answers["MINUTES"]) == (Absence.EMPTY, Absence.NULL)
    assert (third.answers["TA1"], third.answers["MINUTES"]) == (Absence.NULL, "-60")


def test_the_dictionary_keeps_labels_ranges_and_units():
    variables, _ = read(
        variable("A", missing=b"9" + whole(-5) + b"8" + b"37.F/", label="Frage ä"),
        variable("B", missing=b"A" + whole(98)),
        variable("S", 2, 1, missing=b"8" + text("x ") + b"8" + text("zz")),
        variable("T", form=21),
        after=labels(["A", "B"], [(whole(1), "yes")]) + labels(["S"], [(text("x "), "no word")]),
    )
    assert variables["A"].user_missing == ("-inf to -5", "97.5")
    assert (variables["A"].label, variables["B"].value_labels) == ("Frage ä", {"1": "yes"})
    assert variables["B"].user_missing == ("98 to inf",)
    assert (variables["S"].user_missing, variables["S"].value_labels) == (("x", "zz"), {"x": "no word"})
    assert [variables[name].unit for name in "AT"] == ["", "seconds"]


def test_a_range_counts_on_both_sides_and_nothing_beyond():
    _, rows = read(
        variable("A", missing=b"9" + whole(-5)),
        variable("B", missing=b"A" + whole(98)),
        cases=whole(-5) + whole(98) + whole(-4) + whole(97),
    )
    assert rows[0] == {"A": UserMissing("-5", ""), "B": UserMissing("98", "")}
    assert rows[1] == {"A": "-4", "B": "97"}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (b".3/", "0.1"),
        (b"  -1.F/", "-1.5"),
        (b"1.7139TLO9/", "1.2345679"),
        (b"F77CI.3L39B/", "12345678.123456"),
        (b"1+2/", "900"),
        (b"1-1/", repr(1 / 30)),
        (b"0/", "0"),
        (b"J4BKC00/", "13957660800"),
    ],
)
def test_numbers_are_those_that_were_written(written, value):
    _, (row,) = read(variable("A"), cases=written)
    assert float(row["A"]) == pytest.approx(float(value), rel=1e-7)
    if len(value) < 16:
        assert row["A"] == value or value == "1.2345679"


@pytest.mark.parametrize(
    ("form", "value", "shown"),
    [
        (20, 13_957_660_800, "2025-01-31"),
        (22, 13_955_112_794, "2025-01-01T12:13:14"),
        (25, 183_845, "183845"),
        (86, 13_955_112_794, "2025-01-01T12:13:14"),
        (20, 10**15, Absence.UNPARSEABLE),
        (5, 13_957_660_800, "13957660800"),
    ],
)
def test_moments_follow_the_print_format(form, value, shown):
    _, (row,) = read(variable("A", form=form), cases=whole(value))
    assert row["A"] == shown


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_that_lost_their_trailing_blanks_are_filled_up(end):
    whole_file = lines(header(variable("A", 200, 1), variable("B")) + text("x".ljust(200)) + whole(7), end)
    bare = b"".join(line.rstrip() + end for line in whole_file.split(end)[:-1])
    assert len(bare) < len(whole_file)
    assert Read(bare).respondents == Read(whole_file).respondents
    assert Read(bare).respondents[0].answers == {"A": "x", "B": "7"}


def test_text_in_a_code_page_needs_to_be_told():
    data = lines(header(variable("A", 10, 1)) + text("Grüße".encode("cp1252")))
    with pytest.raises(ExportError, match=r"does not state its encoding; it could be windows-1252"):
        Read(data)


def test_a_long_text_may_be_cut_and_says_so():
    found = Read(lines(header(variable("A", 255, 1)) + text("x" * 255)))
    assert "texts may be cut" in found.notices[0]
    assert not Read(MINIATURE).notices


SOUND = header(variable("A"), variable("B", 2, 1))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lines(SOUND + whole(1) + text("xx") + b"!"), "line 7: a number was expected"),
        (lines(SOUND + whole(1) + text("xx"))[:-300], "the file ends too early"),
        (lines(header(variable("A"), count=2)), "another number of variables than it states"),
        (lines(header(variable("A"), variable("A"))), "two variables have one name"),
        (lines(header(variable("A"), variable("B"), count=1)), "more variables than the dictionary states"),
        (lines(header(variable("A"), after=labels(["B"], []))), "belong to a variable that there is not"),
        (lines(header(variable("A"), after=b"Y")), "no record has the mark"),
        (lines(header(variable("A", missing=b"A" + b"1+6S/"))), "variable A: a range of missing values .* lower bound"),
        (lines(SOUND).replace(b"SPSSPORT", b"SPSSPORX"), "not that of a portable file"),
        (lines(SOUND + whole(1) + text("xx")).replace(b"Invented", b"Inv\xc3\xa9nted"), "longer than 80 bytes"),
    ],
)
def test_a_broken_structure_is_refused_with_its_place(data, words):
    with pytest.raises(ExportError, match=words):
        Read(data, "spss_portable")


def test_stated_sizes_are_bounded(monkeypatch):
    monkeypatch.setattr(limits, "CELLS_IN_ROW", 3)
    with pytest.raises(ExportError, match="states 4 variables, more than 3"):
        Read(lines(header(*[variable(f"A{n}") for n in range(4)])))
    monkeypatch.setattr("analysis.corpora.portable_file.LABELS", 3)
    twice = labels(["A", "B"], [(whole(1), "x")])
    assert Read(lines(header(variable("A"), variable("B"), after=twice)))
    with pytest.raises(ExportError, match="more than 3 value labels"):
        Read(lines(header(variable("A"), variable("B"), after=twice * 2)))


SYNTAX = """\
SET DECIMAL=DOT.
DATA LIST LIST /caseid (F4) view (F4) minutes (DTIME12) word (A20) share (F10.8).
BEGIN DATA
1 2 "2 03:04:05" سلام 1.23456789
2 97 "0 00:10:00" x .7
END DATA.
VALUE LABELS view 1 'good' 2 'bad' 97 'refused'.
MISSING VALUES view (97).
VARIABLE LABELS view 'How do you view them?'.
SAVE OUTFILE='{folder}/a.sav'.
EXPORT OUTFILE='{folder}/a.por'.
"""


@pytest.mark.skipif(not shutil.which("pspp"), reason="PSPP is not installed")
def test_pspp_writes_the_same_answers_into_both_formats(tmp_path):
    script = tmp_path / "write.sps"
    script.write_text(SYNTAX.format(folder=tmp_path), encoding="utf-8")
    subprocess.run(["pspp", script], check=True, capture_output=True, cwd=tmp_path)
    system, portable = (
        [each for each in open_export(tmp_path / name).entries() if not isinstance(each, Codebook)]
        for name in ("a.sav", "a.por")
    )
    assert len(portable) == 2
    for one, other in zip(system, portable, strict=True):
        assert {name.upper(): value for name, value in one.answers.items()} == other.answers
    assert portable[1].answers["VIEW"] == UserMissing("97", "refused")
