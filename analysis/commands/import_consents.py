"""`import-consents`: a table of consents into the ledger of the vault, all of its rows or none.

What must not be here: an edit of a line that stands in the ledger, a key of a person in a message.
"""

import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from analysis.admission.study import MANIFESTS, VAULT
from analysis.commands.table_file import read_rows
from analysis.custody.clock import utc_day
from analysis.custody.ledger import (
    EVENTS,
    SCOPES,
    SHA256,
    ConsentEvent,
    append_all,
    read_ledger,
    violations,
    wording_hash,
)
from analysis.custody.manifest import load_manifest
from analysis.custody.modes import PRIVATE_UMASK
from analysis.errors import CustodyError, InputError

COLUMNS = ("subject", "event", "day", "scopes", "form_version", "wording", "language", "proof")
OPTIONAL = ("expires",)
SHOWN = 20
"""Faults that are listed; the others are counted."""

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00(?::00)?)?")
_BETWEEN = re.compile(r"[\s;,|]+")


def import_consents(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX as data/codelists/consents_template.csv")],
    ledger: Annotated[Path | None, typer.Option(help="Default: that of the vault's sources.yml")] = None,
) -> None:
    """Append the decisions of a table to the consent ledger: every row, or none and the reasons by row.

    One row is one decision: the key under which the ledger knows the person, one of granted, amended, withdrawn,
    expired, refused, its UTC day, scopes with spaces between, the form's version, its wording (a text file beside the
    table, or the SHA-256 of it), the language shown (ISO 639), where the proof is kept, and the last day on which it
    holds, if any.
    A decision that stands in the ledger already is passed over, so a growing table may be given again and again.
    Example: ./run python -m analysis import-consents consents.xlsx. Exit code 0, or 2 with the rows to mend.
    """
    os.umask(PRIVATE_UMASK)
    root = Path.cwd()
    path = ledger or root / VAULT / load_manifest(root / MANIFESTS["vault"]).ledger
    events = read_events(file, utc_day())
    known = {entry.event for entry in read_ledger(path)} if path.exists() else set()
    new = [event for event in dict.fromkeys(events) if event not in known]
    if new:
        append_all(path, new)
    print(f"{path}: decisions appended: {len(new)}; already there: {len(events) - len(new)}")


def read_events(path: Path, today: date) -> list[ConsentEvent]:
    """The decisions of a table in the order of its rows.

    Raises
    ------
    InputError
        The file cannot be read, or lacks a column.
    CustodyError
        Rows that break a rule, each with its line, column and the fix; a person's key is not repeated.
    """
    rows = read_rows(path, as_text=True)
    absent = [name for name in COLUMNS if name not in rows.columns]
    unknown = [str(name) for name in rows.columns if name not in (*COLUMNS, *OPTIONAL)]
    if absent or unknown:
        what = f"no column '{absent[0]}'" if absent else f"unknown column {unknown[0]!r}"
        raise InputError(f"{path.name}: {what}; want {', '.join((*COLUMNS, *OPTIONAL))}")
    events: list[ConsentEvent] = []
    faults: list[str] = []
    wordings = _Wordings(path.parent)
    for line, row in enumerate(_texts(rows), start=2):
        found = list(_cell_faults(row, wordings))
        if not found:
            events.append(_event(row, wordings))
            found = list(violations(events[-1], today))
        faults += [f"{path.name}, line {line}: {fault}" for fault in found]
    if faults:
        more = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        raise CustodyError("\n".join(["nothing was appended", *faults[:SHOWN], *more]))
    return events


def _texts(rows: pd.DataFrame) -> Iterator[dict[str, str]]:
    names = [*COLUMNS, *(name for name in OPTIONAL if name in rows.columns)]
    cells = rows[names].astype("object").where(rows[names].notna(), "")
    yield from ({name: str(cell).strip() for name, cell in zip(names, row, strict=True)} for row in cells.to_numpy())


class _Wordings:
    """Hashes of wordings: given as such, or made of a text file beside the table, which is read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, str] = {}

    def hash(self, given: str) -> str:
        """The SHA-256 of a wording; empty where there is no such file."""
        if SHA256.fullmatch(given):
            return given
        if given not in self.known:
            path = self.folder / given
            is_beside = given and path.resolve().is_relative_to(self.folder.resolve()) and path.is_file()
            self.known[given] = wording_hash(path.read_text(encoding="utf-8")) if is_beside else ""
        return self.known[given]


def _cell_faults(row: dict[str, str], wordings: _Wordings) -> Iterator[str]:
    for name in ("day", "expires"):
        given = row.get(name, "")
        if (given or name == "day") and _day(given) is None:
            yield f"{name}: no day such as 2027-05-31; write year, month and day"
    if row["event"] not in EVENTS:
        yield f"event: none of {', '.join(EVENTS)}; choose one"
    if set(_scopes(row)) - set(SCOPES):
        yield f"scopes: holds what is none of {', '.join(SCOPES)}; spaces between them"
    if not wordings.hash(row["wording"]):
        yield "wording: neither a SHA-256 nor a text file beside the table; put the form's text there and name it"


def _event(row: dict[str, str], wordings: _Wordings) -> ConsentEvent:
    return ConsentEvent(
        subject=row["subject"],
        event=row["event"],
        scopes=_scopes(row),
        form_version=row["form_version"],
        wording_sha256=wordings.hash(row["wording"]),
        language=row["language"],
        day=_day(row["day"]) or date.max,
        proof=row["proof"],
        expires=_day(row.get("expires", "")),
    )


def _scopes(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(scope for scope in _BETWEEN.split(row["scopes"]) if scope)


def _day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
