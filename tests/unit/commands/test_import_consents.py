"""A table of consents enters the ledger whole or not at all, in one pass."""

import json
from datetime import date

import openpyxl
import pytest

from analysis.__main__ import command_line
from analysis.commands import import_consents as command
from analysis.custody import ledger as ledgers
from analysis.custody.ledger import read_ledger, wording_hash
from analysis.errors import CustodyError, InputError
from tests.rehearsals import ROOT

HEAD = "subject,event,day,scopes,form_version,wording,language,proof,expires"
ROWS = (
    "A-1,granted,2026-01-08,survey_analysis aggregate_publication,2,form.txt,prs,sheet 1,",
    "A-2,granted,2026-01-09,survey_analysis;aggregate_publication,2,form.txt,ps,sheet 2,2027-01-09",
    "A-1,withdrawn,2026-02-01,,2,form.txt,prs,letter 1,",
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "form.txt").write_text("We ask you …", encoding="utf-8")
    return tmp_path


def table(folder, *rows, head=HEAD):
    path = folder / "consents.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return path


def run(path, folder):
    arguments = ["import-consents", str(path), "--ledger", str(folder / "ledger.jsonl")]
    command_line(arguments)(arguments, standalone_mode=False)
    return [entry.event for entry in read_ledger(folder / "ledger.jsonl")]


def test_every_row_becomes_an_event_in_order(folder):
    events = run(table(folder, *ROWS), folder)
    assert [(each.subject, each.event, each.day) for each in events] == [
        ("A-1", "granted", date(2026, 1, 8)), ("A-2", "granted", date(2026, 1, 9)),
        ("A-1", "withdrawn", date(2026, 2, 1)),
    ]  # fmt: skip
    assert events[1].scopes == ("survey_analysis", "aggregate_publication")
    assert (events[0].expires, events[1].expires) == (None, date(2027, 1, 9))
    assert {each.wording_sha256 for each in events} == {wording_hash("We ask you …")}
    assert (folder / "ledger.jsonl").stat().st_mode & 0o077 == 0


def test_a_workbook_says_the_same(folder):
    book = openpyxl.Workbook()
    for row in (HEAD, *ROWS):
        book.active.append([cell or None for cell in row.split(",")])
    book.active["C2"] = date(2026, 1, 8)
    book.save(folder / "consents.xlsx")
    (folder / "other").mkdir()
    assert run(folder / "consents.xlsx", folder) == run(table(folder, *ROWS), folder / "other")


def test_a_growing_table_may_be_given_again(folder, capsys):
    run(table(folder, *ROWS[:2]), folder)
    assert len(run(table(folder, *ROWS), folder)) == 3
    assert "decisions appended: 1; already there: 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("A-9,grants,2026-01-08,recontact,2,form.txt,prs,s,", "line 3: event: none of granted"),
        ("A-9,granted,8.1.2026,recontact,2,form.txt,prs,s,", "line 3: day: no day such as"),
        ("A-9,granted,2026-02-30,recontact,2,form.txt,prs,s,", "line 3: day: no day such as"),
        ("A-9,granted,2999-01-01,recontact,2,form.txt,prs,s,", "line 3: its day lies in the future"),
        ("A-9,granted,2026-01-08,everything,2,form.txt,prs,s,", "line 3: scopes: holds what is none of"),
        ("A-9,granted,2026-01-08,,2,form.txt,prs,s,", "line 3: scopes is empty"),
        ("A-9,granted,2026-01-08,recontact,2,none.txt,prs,s,", "line 3: wording: neither a SHA-256 nor a text file"),
        ("A-9,granted,2026-01-08,recontact,2,../form.txt,prs,s,", "line 3: wording: neither"),
        ("A-9,granted,2026-01-08,recontact,2,form.txt,Dari,s,", "line 3: language is 'Dari'"),
        (",granted,2026-01-08,recontact,2,form.txt,prs,s,", "line 3: subject is empty"),
        ("A-9,granted,2026-01-08,recontact,2,form.txt,prs,s,2025-01-01", "line 3: expires is 2025-01-01"),
    ],
)
def test_a_row_that_breaks_a_rule_stops_all_and_names_line_and_fix_but_nobody(row, fault, folder):
    with pytest.raises(CustodyError, match="nothing was appended") as refused:
        run(table(folder, ROWS[0], row, ROWS[1]), folder)
    assert fault in str(refused.value)
    assert "A-9" not in str(refused.value)
    assert not (folder / "ledger.jsonl").exists()


def test_every_row_to_mend_is_named_up_to_a_bound(folder):
    with pytest.raises(CustodyError, match="and 5 more") as refused:
        run(table(folder, *["A-9,grants,2026-01-08,recontact,2,form.txt,prs,s,"] * (command.SHOWN + 5)), folder)
    assert str(refused.value).count("event: none of") == command.SHOWN


@pytest.mark.parametrize(
    ("head", "fault"),
    [(HEAD.replace("proof", "evidence"), "no column 'proof'"), (HEAD + ",name", "unknown column 'name'")],
)
def test_other_columns_are_refused(head, fault, folder):
    with pytest.raises(InputError, match=fault):
        run(table(folder, *(f"{row},x" if "name" in head else row for row in ROWS), head=head), folder)


def test_the_template_has_the_columns():
    assert (ROOT / "data/codelists/consents_template.csv").read_text("utf-8").strip() == HEAD


@pytest.mark.parametrize("size", [40, 160])
def test_the_ledger_is_hashed_once_an_event_however_long_it_is(size, folder, monkeypatch):
    """A first import of n rows hashes n lines; nothing is read again for each of them."""
    hashed = []
    actual = ledgers._hash
    monkeypatch.setattr(ledgers, "_hash", lambda content: hashed.append(json.dumps(content)) or actual(content))
    path = table(folder, *(f"B-{number},granted,2026-01-08,recontact,2,form.txt,prs,s," for number in range(size)))
    arguments = ["import-consents", str(path), "--ledger", str(folder / "ledger.jsonl")]
    command_line(arguments)(arguments, standalone_mode=False)
    assert len(hashed) == size
