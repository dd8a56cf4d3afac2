"""The codebook of frames as people keep it in a spreadsheet: CSV, one row a frame.

What belongs here: rows to the entries of a plan, with the row and column of what does not fit. What must not: matching.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any, get_args

from analysis.errors import InputError
from analysis.reserved import RESERVED
from analysis.study.posts import Frame, Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
NEEDED = {"frame_code": "code", "frame_name": "words", "definition": "definition", "source": "source"}
PHRASES, EXCLUDED, TRAP = "phrases_", "excluded_phrases", "trap"
BETWEEN = ";"


def frame_entries(text: str, name: str) -> list[dict[str, Any]]:
    """Rows of a codebook as they would stand in a plan.

    Parameters
    ----------
    text : str
        CSV with frame_code, frame_name, definition, source, and phrases_fa, phrases_ps, … for the languages of the
        study, phrases with semicolons between; excluded_phrases and trap may be left out.
    name : str
        Of the file, for messages.

    Raises
    ------
    InputError
        Every fault with its row, column, value and fix.
    """
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    header = [column or "" for column in (rows[0] if rows else {})]
    faults = [*_of_header(header, name), *(fault for fault in _of_rows(rows, header, name))]
    if faults:
        raise InputError("\n".join(faults))
    return [_entry(row, header) for row in rows]


def frames_of(text: str, name: str) -> tuple[Frame, ...]:
    """The same as parts of a plan."""
    return tuple(Frame(**entry | _tuples(entry)) for entry in frame_entries(text, name))


def _tuples(entry: dict[str, Any]) -> dict[str, Any]:
    """Lists as a plan holds them once it is read."""
    phrases = {language: tuple(each) for language, each in entry["phrases"].items()}
    return {"phrases": phrases, "excluded": tuple(entry["excluded"])}


def _of_header(header: list[str], name: str) -> Iterator[str]:
    """Columns that are missing or of no known language."""
    known = [f"{PHRASES}{language}" for language in LANGUAGES]
    spoken = [column for column in header if column.startswith(PHRASES)]
    for column in NEEDED:
        if column not in header:
            yield f"{name}: the frame codebook has no column '{column}'; it needs {', '.join([*NEEDED, known[0]])}"
    if header and not spoken:
        yield f"{name}: the frame codebook has no column of phrases; add one or more of {', '.join(known)}"
    for column in spoken:
        if column not in known:
            yield f"{name}: column '{column}' is of no language that is told apart; known: {', '.join(known)}"


def _of_rows(rows: list[dict[str, str]], header: list[str], name: str) -> Iterator[str]:
    seen: set[str] = set()
    for number, row in enumerate(rows, start=2):
        code = _cell(row, "frame_code")
        if code in seen or code in RESERVED:
            why = f"stands for {RESERVED[code]}" if code in RESERVED else "is listed already"
            yield f"{name}, row {number}: frame_code is '{code}', which {why}; each once, by a code of its own"
        seen.add(code)
        for column in header:
            is_needed = column in NEEDED or column.startswith(PHRASES)
            if is_needed and not _phrases(row, column):
                fix = f"give one, or drop the frame {code}"
                yield f"{name}, row {number}: column '{column}' is empty; {fix}"


def _entry(row: dict[str, str], header: list[str]) -> dict[str, Any]:
    spoken = [language for language in LANGUAGES if f"{PHRASES}{language}" in header]
    trap = {"trap": _cell(row, TRAP)} if _cell(row, TRAP) else {}
    return {
        **{key: _cell(row, column) for column, key in NEEDED.items()},
        "words": _cell(row, "frame_name").replace("_", " "),
        "phrases": {language: _phrases(row, f"{PHRASES}{language}") for language in spoken},
        "excluded": _phrases(row, EXCLUDED),
        **trap,
    }


def _cell(row: dict[str, str], column: str) -> str:
    return (row.get(column) or "").strip()


def _phrases(row: dict[str, str], column: str) -> list[str]:
    return [phrase.strip() for phrase in _cell(row, column).split(BETWEEN) if phrase.strip()]
