"""Respondents as SPSS, Stata, Qualtrics, KoboToolbox and LimeSurvey export them, equal rows to equal bytes.

Each vendor names variables, answers and missing answers in its own way; clocks that a library writes into a file are
set to fixed values.
"""

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat

from analysis.synthetic.exports.survey_rows import SurveyRow
from analysis.synthetic.questionnaire import QUESTIONS, Question

Rows = Sequence[SurveyRow]
MISSING = ("pns", "dk", "not_asked")
SPSS_CODES = {"pns": 998.0, "dk": 997.0, "not_asked": 996.0}
SPSS_LABELS = {998.0: "refused", 997.0: "do not know", 996.0: "not applicable"}
STATA_LETTERS = {"pns": "r", "dk": "d", "not_asked": "n"}
KOBO_NAMES = {"pns": "PNS", "dk": "DK", "not_asked": "N/A"}
LIMESURVEY_CODES = {"pns": "-98", "dk": "-97", "not_asked": "-96"}
QUALTRICS_WORDS = {"pns": "Prefer not to say", "dk": "Don't know", "not_asked": "Not asked"}
SAV_CLOCK = slice(92, 109)
"""Nine bytes of the day and eight of the time at which the library wrote the header."""

NO_CLOCK = b"01 Jan 0000:00:00"
DTA_CLOCK = re.compile(rb"<timestamp>(.).*?</timestamp>", re.DOTALL)
XLSX_CLOCK = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms)")
ZIP_CLOCK = (1980, 1, 1, 0, 0, 0)


def spss(rows: Rows) -> bytes:
    """`.sav`: numbers with value labels, missing answers as declared user-missing codes."""
    frame, labels = _numeric(rows, SPSS_CODES)
    coded = [question.flat_name for question in QUESTIONS if question.kind != "text"]
    with_missing = {name: labels.get(name, {}) | SPSS_LABELS for name in coded}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.sav"
        pyreadstat.write_sav(
            frame, path, column_labels=_column_labels(frame), variable_value_labels=with_missing,
            missing_ranges={name: [{"lo": 996.0, "hi": 998.0}] for name in coded},
        )  # fmt: skip
        content = bytearray(path.read_bytes())
    content[SAV_CLOCK] = NO_CLOCK
    return bytes(content)


def stata(rows: Rows) -> bytes:
    """`.dta`: numbers with value labels, missing answers as extended missing values."""
    frame, labels = _numeric(rows, STATA_LETTERS)
    coded = [question.flat_name for question in QUESTIONS if question.kind != "text"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.dta"
        pyreadstat.write_dta(
            frame, path, column_labels=_column_labels(frame), variable_value_labels=labels, version=15,
            missing_user_values={name: sorted(STATA_LETTERS.values()) for name in coded},
        )  # fmt: skip
        content = path.read_bytes()
    return DTA_CLOCK.sub(lambda match: b"<timestamp>\x1101 Jan 1900 00:00</timestamp>", content)


def _numeric(rows: Rows, missing: dict[str, Any]) -> tuple[pd.DataFrame, dict[str, dict[float, str]]]:
    """Ids as text, answers as numbers, and the labels of the numbers by variable."""
    columns: dict[str, list[Any]] = {
        "respondent_id": [row.respondent_id for row in rows],
        "consent_key": [row.consent_key for row in rows],
        "recruiter_id": [row.recruiter_id for row in rows],
        "wave": [float(row.wave) for row in rows],
        "interview_seconds": [float(row.seconds) for row in rows],
        "interview_day": [row.day for row in rows],
        "phonenumber": [row.trace.phone for row in rows],
        "lastname": [row.trace.name for row in rows],
    }
    for question in QUESTIONS:
        columns[question.flat_name] = [_as_number(question, row, missing) for row in rows]
    labels = {
        question.flat_name: {float(n): label for n, (_, _, label) in enumerate(question.choices, question.first)}
        for question in QUESTIONS
        if question.choices
    }
    return pd.DataFrame({name: pd.Series(values, dtype=_dtype(values)) for name, values in columns.items()}), labels


def _dtype(values: list[Any]) -> str:
    return "float64" if all(isinstance(value, float) for value in values) else "object"


def _as_number(question: Question, row: SurveyRow, missing: dict[str, Any]) -> Any:
    drawn = row.answers[question.source]
    if question.kind == "text":
        return drawn
    if drawn in missing:
        return missing[drawn]
    if question.kind == "number":
        return float(drawn)
    return float(question.first + [choice[0] for choice in question.choices].index(drawn))


def _column_labels(frame: pd.DataFrame) -> list[str | None]:
    labels = {question.flat_name: question.label for question in QUESTIONS}
    return [labels.get(name, name) for name in frame.columns]


def qualtrics(rows: Rows) -> bytes:
    """CSV with three header rows, a byte order mark and answers in words."""
    own = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished",
           "RecordedDate", "ResponseId", "RecipientLastName", "RecipientEmail", "DistributionChannel", "UserLanguage",
           "respondent_id", "consent_key"]  # fmt: skip
    names = [question.flat_name for question in QUESTIONS]
    wording = [*own, *(question.label for question in QUESTIONS)]
    imports = [f'{{"ImportId":"{name}"}}' for name in (*own, *names)]
    body = [_qualtrics_row(row, "IP Address") for row in rows]
    trial = [_qualtrics_row(row, "Survey Preview") for row in rows[:12]]
    broken = [body_row[:20] for body_row in body[:12]]
    return b"\xef\xbb\xbf" + _csv([[*own, *names], wording, imports, *trial, *broken, *body])


def _qualtrics_row(row: SurveyRow, status: str) -> list[str]:
    day = f"{row.day} 00:00:00"
    own = [day, day, status, row.address, "100", str(row.seconds), "True", day, f"R_{row.respondent_id}",
           row.trace.name, row.trace.email, "anonymous", "EN", row.respondent_id, row.consent_key]  # fmt: skip
    return [*own, *(_in_words(question, row, 2, QUALTRICS_WORDS) for question in QUESTIONS)]


def _in_words(question: Question, row: SurveyRow, field: int, missing: dict[str, str]) -> str:
    """An answer as a number, a text, or the option's name (1) or label (2)."""
    drawn = row.answers[question.source]
    if question.kind == "text":
        return drawn
    if drawn in missing:
        return missing[drawn]
    return drawn if not question.choices else next(choice[field] for choice in question.choices if choice[0] == drawn)


def kobo(rows: Rows) -> bytes:
    """XLSX with group paths, option names, and one column per choice of the multiple-choice question."""
    names = ["start", "end", "deviceid", "phonenumber", "consent_key", "respondent_id", "recruiter_id", "wave",
             "interview_seconds"]  # fmt: skip
    for question in QUESTIONS:
        names += [_kobo_name(question), *(f"{_kobo_name(question)}/{choice[1]}" for choice in _choices(question))]
    names += ["_id", "_uuid", "_submission_time", "_index"]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("synthetic")
    sheet.append(names)
    for row in rows:
        sheet.append(_kobo_row(row))
    sink = io.BytesIO()
    book.save(sink)
    return _without_clock(sink.getvalue())


def _kobo_name(question: Question) -> str:
    return f"group_{question.name[:2].lower()}/{question.flat_name}"


def _choices(question: Question) -> tuple[tuple[str, str, str], ...]:
    return question.choices if question.kind == "several" else ()


def _kobo_row(row: SurveyRow) -> list[Any]:
    cells: list[Any] = [f"{row.day}T00:00:00.000+00:00"] * 2
    cells += [
        f"device:{row.trace.handle}",
        row.trace.phone,
        row.consent_key,
        row.respondent_id,
        row.recruiter_id,
        row.wave,
    ]
    cells.append(row.seconds)
    for question in QUESTIONS:
        answer = _in_words(question, row, 1, KOBO_NAMES)
        cells += [answer, *(int(choice[1] == answer) for choice in _choices(question))]
    return [*cells, 1_000_000 + row.number, f"uuid-{row.respondent_id}", "2100-01-01T00:00:00", row.number]


def _without_clock(workbook: bytes) -> bytes:
    """The same workbook with fixed clocks in its entries and its properties."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist()):
            content = XLSX_CLOCK.sub(rb"\g<1>1900-01-01T00:00:00Z\g<3>", old.read(name))
            new.writestr(zipfile.ZipInfo(name, ZIP_CLOCK), content)
    return sink.getvalue()


def limesurvey(rows: Rows) -> bytes:
    """CSV under question codes with sub-questions in brackets, answers as codes; a few were never submitted."""
    names = ["id", "submitdate", "lastpage", "startlanguage", "seed", "token", "ipaddr", "startdate", "datestamp",
             "respondent_id", "consent_key", "interview_seconds"]  # fmt: skip
    for question in QUESTIONS:
        parts = [choice[1] for choice in _choices(question)]
        names += [f"{question.name}[{part}]" for part in parts] or [
            f"{question.name}[{question.part}]" if question.part else question.name
        ]
    unsubmitted = [_limesurvey_row(row, "") for row in rows[:12]]
    broken = [[*_limesurvey_row(row, "1980-01-01 00:00:00"), "one cell too many"] for row in rows[:12]]
    body = [_limesurvey_row(row, f"{row.day} 00:00:00") for row in rows]
    return _csv([names, *unsubmitted, *broken, *body])


def _limesurvey_row(row: SurveyRow, submitted: str) -> list[str]:
    cells = [str(row.number), submitted, "9", "en", "1", row.trace.handle, row.address, submitted, submitted,
             row.respondent_id, row.consent_key, str(row.seconds)]  # fmt: skip
    for question in QUESTIONS:
        if _choices(question):
            cells += ["Y" if row.answers[question.source] == drawn else "" for drawn, _, _ in question.choices]
        else:
            cells.append(_limesurvey_answer(question, row))
    return cells


def _limesurvey_answer(question: Question, row: SurveyRow) -> str:
    drawn = row.answers[question.source]
    if question.kind != "text" and drawn in LIMESURVEY_CODES:
        return LIMESURVEY_CODES[drawn]
    names = [choice[0] for choice in question.choices]
    return str(question.first + names.index(drawn)) if drawn in names else drawn


def _csv(rows: list[list[str]]) -> bytes:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\r\n").writerows(rows)
    return sink.getvalue().encode()


VENDORS: dict[str, tuple[str, Callable[[Rows], bytes]]] = {
    "spss": ("surveys/synthetic_survey_spss.sav", spss),
    "stata": ("surveys/synthetic_survey_stata.dta", stata),
    "kobo": ("surveys/synthetic_survey_kobo.xlsx", kobo),
    "qualtrics": ("surveys/synthetic_survey_qualtrics.csv", qualtrics),
    "limesurvey": ("surveys/synthetic_survey_limesurvey.csv", limesurvey),
}
"""Format → file under the exports folder, and its writer."""
