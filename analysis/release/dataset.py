"""The release folder: cleared tables as Parquet and CSV, codebook, data package, disclosure report, checksums."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.disclosure.gate import Cleared
from analysis.schemas import TABLES
from analysis.schemas.publish import codebook_markdown, frictionless_resource
from analysis.store import csv_bytes, parquet_bytes, write_atomically

TITLE = "Measuring sensitive political attitudes in the Afghan diaspora"
NAME = "afghan-diaspora-attitudes"
STATEMENT_FILES = ("CITATION.cff", "LICENSE-data.md", "RESPONSIBLE_USE.md", "KNOWN_ISSUES.md")
"""Written by people, kept at the top of the repository, carried along with every release."""


@dataclass(frozen=True)
class Edition:
    """Version and day of a release."""

    version: str
    day: date


def write_release(cleared: Cleared, edition: Edition, statements: Path, folder: Path) -> None:
    """Write the whole release folder.

    Parameters
    ----------
    cleared : Cleared
        What the gate handed over.
    edition : Edition
        Version and day.
    statements : Path
        Folder that holds the statement files.
    folder : Path
        Empty or new folder.

    Raises
    ------
    DisclosureError
        The bytes of a table are not the cleared ones; that table and everything after it stays unwritten.
    """
    files: dict[str, bytes] = {}
    for name, frame in cleared.tables.items():
        parquet = parquet_bytes(frame, TABLES[name])
        cleared.clearance.demand(name, parquet)
        files[f"tables/open__{name}.parquet"] = parquet
        files[f"tables/open__{name}.csv"] = csv_bytes(frame, TABLES[name])
    files |= {name: (statements / name).read_bytes() for name in STATEMENT_FILES}
    files["codebook.md"] = _codebook(cleared).encode()
    files["disclosure_report.md"] = _disclosure_report(cleared.tables["disclosure_records"]).encode()
    files["datapackage.json"] = _json(_data_package(cleared, edition, files))
    files["SHA256SUMS"] = _checksums(files)
    for path, data in files.items():
        write_atomically(folder / path, data)


def _codebook(cleared: Cleared) -> str:
    tables = [(TABLES[name], len(frame)) for name, frame in cleared.tables.items()]
    return codebook_markdown(tables, f"Codebook: {TITLE}")


def _disclosure_report(records: pd.DataFrame) -> str:
    lines = [
        "# Disclosure report\n",
        "Every table was checked against the disclosure policy before it left. Each line is one check.\n",
        "| table | check | outcome | evidence |",
        "|---|---|---|---|",
        *(
            f"| {row.table_name} | {row.gate_check_code} | {row.outcome_code} | {row.outcome_text} |"
            for row in records.itertuples()
        ),
    ]
    return "\n".join(lines) + "\n"


def _data_package(cleared: Cleared, edition: Edition, files: dict[str, bytes]) -> dict[str, Any]:
    """Frictionless Data Package (v1) over the CSV files."""
    resources = []
    for name in cleared.tables:
        path = f"tables/open__{name}.csv"
        resources.append(frictionless_resource(TABLES[name], path, sha256(files[path]), len(files[path])))
    return {
        "profile": "tabular-data-package",
        "name": NAME,
        "title": TITLE,
        "version": edition.version,
        "created": f"{edition.day.isoformat()}T00:00:00Z",
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
                "title": "Creative Commons Attribution 4.0",
            }
        ],
        "contributors": [{"title": f"Contributors to {NAME}", "role": "author"}],
        "resources": resources,
    }


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False, sort_keys=False) + "\n").encode()


def _checksums(files: dict[str, bytes]) -> bytes:
    """In the format of `sha256sum --check`."""
    return "".join(f"{sha256(data)}  {path}\n" for path, data in sorted(files.items())).encode()


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()
