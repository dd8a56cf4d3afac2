"""Qualtrics, KoboToolbox, LimeSurvey, REDCap, SurveyMonkey and Google Forms: delimited text and workbooks.

Each names variables, answers and missing answers in its own way; equal rows give equal bytes. What must not be here: a
format of a statistics package.
"""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl

from analysis.vendors.form import LINES_OF_TRIALS, Form, Question, Row

Rows = Sequence[Row]
XLSX_CLOCK = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms)")
ZIP_CLOCK = (1980, 1, 1, 0, 0, 0)


def qualtrics(rows: Rows, form: Form) -> bytes:
    """CSV with three header rows, a byte order mark and answers in words."""
    own = list(_qualtrics_own(rows[0], form, ""))
    names = [question.flat_name for question in form.questions]
    wording = [*own, *(question.label for question in form.questions)]
    imports = [f'{{"ImportId":"{name}"}}' for name in (*own, *names)]
    body = [_qualtrics_row(row, form, "IP Address") for row in rows]
    trial = [_qualtrics_row(row, form, "Survey Preview") for row in rows[:LINES_OF_TRIALS]]
    broken = [body_row[: len(own) + 5] for body_row in body[:LINES_OF_TRIALS]]
    return b"\xef\xbb\xbf" + _csv([[*own, *names], wording, imports, *trial, *broken, *body])


def _qualtrics_own(row: Row, form: Form, status: str) -> dict[str, Any]:
    day = f"{row.day} 00:00:00"
    own = {
        "StartDate": day, "EndDate": day, "Status": status, "IPAddress": row.address, "Progress": "100",
        "Duration (in seconds)": str(row.seconds), "Finished": "True", "RecordedDate": day,
        "ResponseId": f"R_{row.respondent_id}", "RecipientLastName": row.trace.name, "RecipientEmail": row.trace.email,
        "DistributionChannel": "anonymous", "UserLanguage": row.language.upper(),
    }  # fmt: skip
    return form.cells(row, own)


def _qualtrics_row(row: Row, form: Form, status: str) -> list[str]:
    own = [str(cell) for cell in _qualtrics_own(row, form, status).values()]
    return [*own, *(_in_words(question, row, 2, form) for question in form.questions)]


def _in_words(question: Question, row: Row, field: int, form: Form, between: str = ",") -> str:
    """An answer as a number, a text, or the option's name (1) or label (2)."""
    drawn = row.answers[question.source]
    if question.kind == "text":
        return form.missing.get(drawn, drawn) if drawn.startswith(".") else drawn
    if drawn in form.missing:
        return form.missing[drawn]
    if question.kind == "several":
        return between.join(question.named(each, field) for each in drawn.split())
    return drawn if not question.choices else question.named(drawn, field)


def kobo(rows: Rows, form: Form) -> bytes:
    """XLSX with group paths, option names, and one column per choice of a multiple-choice question."""
    names = list(_kobo_own(rows[0], form))
    for question in form.questions:
        names += [_kobo_name(question), *(f"{_kobo_name(question)}/{choice[1]}" for choice in _choices(question))]
    names += [name for name in _kobo_last(rows[0]) if name not in form.office]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("synthetic")
    sheet.append(names)
    for row in rows:
        sheet.append(_kobo_row(row, form))
    sink = io.BytesIO()
    book.save(sink)
    return without_clock(sink.getvalue())


def _kobo_name(question: Question) -> str:
    return f"group_{question.name[:2].lower()}/{question.flat_name}"


def _choices(question: Question) -> tuple[tuple[str, str, str], ...]:
    return question.choices if question.kind == "several" else ()


def _kobo_own(row: Row, form: Form) -> dict[str, Any]:
    moment = f"{row.day}T00:00:00.000+00:00"
    own = {"start": moment, "end": moment, "deviceid": f"device:{row.trace.handle}", "phonenumber": row.trace.phone}
    return form.cells(row, own)


def _kobo_last(row: Row) -> dict[str, Any]:
    return {"_id": 1_000_000 + row.number, "_uuid": f"uuid-{row.respondent_id}",
            "_submission_time": "2100-01-01T00:00:00", "_index": row.number}  # fmt: skip


def _kobo_row(row: Row, form: Form) -> list[Any]:
    cells = list(_kobo_own(row, form).values())
    for question in form.questions:
        answer = _in_words(question, row, 1, form, " ")
        cells += [answer, *(int(choice[1] in answer.split()) for choice in _choices(question))]
    return [*cells, *(cell for name, cell in _kobo_last(row).items() if name not in form.office)]


def without_clock(workbook: bytes) -> bytes:
    """The same workbook with fixed clocks in its entries and its properties."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist()):
            content = XLSX_CLOCK.sub(rb"\g<1>1900-01-01T00:00:00Z\g<3>", old.read(name))
            new.writestr(zipfile.ZipInfo(name, ZIP_CLOCK), content)
    return sink.getvalue()


def limesurvey(rows: Rows, form: Form) -> bytes:
    """CSV under question codes with sub-questions in brackets, answers as codes; a few were never submitted."""
    names = list(_limesurvey_own(rows[0], form, ""))
    for question in form.questions:
        parts = [choice[1] for choice in _choices(question)]
        names += [f"{question.name}[{part}]" for part in parts] or [
            f"{question.name}[{question.part}]" if question.part else question.name
        ]
    unsubmitted = [_limesurvey_row(row, form, "") for row in rows[:LINES_OF_TRIALS]]
    day = "1980-01-01 00:00:00"
    broken = [[*_limesurvey_row(row, form, day), "one cell too many"] for row in rows[:LINES_OF_TRIALS]]
    return _csv([names, *unsubmitted, *broken, *(_limesurvey_row(row, form, f"{row.day} 00:00:00") for row in rows)])


def _limesurvey_own(row: Row, form: Form, submitted: str) -> dict[str, Any]:
    own = {"id": str(row.number), "submitdate": submitted, "lastpage": "9", "startlanguage": row.language,
           "seed": "1", "token": row.trace.handle,
           "ipaddr": row.address, "startdate": submitted, "datestamp": submitted}  # fmt: skip
    return form.cells(row, own)


def _limesurvey_row(row: Row, form: Form, submitted: str) -> list[str]:
    cells = [str(cell) for cell in _limesurvey_own(row, form, submitted).values()]
    for question in form.questions:
        chosen = row.answers[question.source].split()
        if _choices(question):
            cells += ["Y" if drawn in chosen else "" for drawn, _, _ in question.choices]
        else:
            cells.append(_as_code(question, row, form))
    return cells


def _as_code(question: Question, row: Row, form: Form) -> str:
    """An answer under the number of its option, where it is one."""
    drawn = row.answers[question.source]
    if drawn in form.missing and (question.kind != "text" or drawn.startswith(".")):
        return form.missing[drawn]
    if not question.choices or question.kind == "several":
        return drawn
    return str(question.number(drawn)) if question.is_numbered else question.named(drawn, 1)


def redcap(rows: Rows, form: Form) -> bytes:
    """Raw CSV: fields in small letters, one column a choice of a checkbox, the state of the instrument last."""
    names = list(_redcap_own(rows[0], form))
    for question in form.questions:
        field = question.flat_name.lower()
        names += [f"{field}___{choice[1].lower()}" for choice in _choices(question)] or [field]
    body = [_redcap_row(row, form, "2") for row in rows]
    begun = [_redcap_row(row, form, "0") for row in rows[:LINES_OF_TRIALS]]
    return _csv([[*names, "survey_complete"], *begun, *body])


def _redcap_own(row: Row, form: Form) -> dict[str, Any]:
    return form.cells(row, {"record_id": row.number + 1, "redcap_survey_identifier": row.trace.handle})


def _redcap_row(row: Row, form: Form, state: str) -> list[str]:
    cells = [str(cell) for cell in _redcap_own(row, form).values()]
    for question in form.questions:
        chosen = row.answers[question.source].split()
        marks = [str(int(drawn in chosen)) for drawn, _, _ in _choices(question)]
        cells += marks or [_as_code(question, row, form)]
    return [*cells, state]


def surveymonkey(rows: Rows, form: Form) -> bytes:
    """CSV of all responses with two header rows: questions, and the choices below them."""
    own = list(_surveymonkey_own(rows[0], form, ""))
    first, second = list(own), [""] * len(own)
    for question in form.questions:
        below = [choice[2] for choice in _choices(question)] or ["Response"]
        first += [question.flat_name, *[""] * (len(below) - 1)]
        second += below
    begun = [_surveymonkey_row(row, form, "") for row in rows[:LINES_OF_TRIALS]]
    body = [_surveymonkey_row(row, form, f"{_american(row.day)} 12:00:00 AM") for row in rows]
    return _csv([first, second, *begun, *body])


def _surveymonkey_own(row: Row, form: Form, ended: str) -> dict[str, Any]:
    own = {"Respondent ID": 10_000_000 + row.number, "Collector ID": "1",
           "Start Date": f"{_american(row.day)} 12:00:00 AM",
           "End Date": ended, "IP Address": row.address, "Email Address": row.trace.email, "First Name": "",
           "Last Name": row.trace.name}  # fmt: skip
    return form.cells(row, own)


def _surveymonkey_row(row: Row, form: Form, ended: str) -> list[str]:
    cells = [str(cell) for cell in _surveymonkey_own(row, form, ended).values()]
    for question in form.questions:
        chosen = row.answers[question.source].split()
        marks = [label if drawn in chosen else "" for drawn, _, label in _choices(question)]
        cells += marks or [_in_words(question, row, 2, form)]
    return cells


def google_forms(rows: Rows, form: Form) -> bytes:
    """CSV of the sheet that collects answers: the time of sending first, several choices in one cell."""
    own = [{"Timestamp": f"{_american(row.day)} 12:00:00", **form.cells(row, {})} for row in rows]
    names = [question.flat_name for question in form.questions]
    body = [
        [
            *(str(cell) for cell in cells.values()),
            *(_in_words(question, row, 2, form, ", ") for question in form.questions),
        ]
        for cells, row in zip(own, rows, strict=True)
    ]
    return _csv([[*own[0], *names], *body])


def _american(day: str) -> str:
    """A day as month, day and year."""
    return date.fromisoformat(day).strftime("%m/%d/%Y")


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\r\n").writerows(rows)
    return sink.getvalue().encode()
