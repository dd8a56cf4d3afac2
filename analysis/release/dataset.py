"""The release folder: cleared tables as Parquet and CSV, codebook, metadata, disclosure report, checksums."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.atomic import replace_folder
from analysis.disclosure.gate import Cleared
from analysis.release import metadata
from analysis.release.description import ReleasedTable, read_description
from analysis.release.page import page
from analysis.schemas import TABLES
from analysis.schemas.publish import codebook_markdown
from analysis.store import csv_bytes, parquet_bytes

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
        Replaced when everything is written.

    Raises
    ------
    DisclosureError
        The bytes of a table are not the cleared ones; nothing is written.
    """
    about = read_description(statements / "CITATION.cff", edition.version, edition.day)
    tables = [_released(name, frame, cleared) for name, frame in cleared.tables.items()]
    files = {path: data for t in tables for path, data in ((t.parquet_path, t.parquet), (t.csv_path, t.csv))}
    files |= {name: (statements / name).read_bytes() for name in STATEMENT_FILES}
    codebook = _codebook(cleared, about.title)
    files |= {"codebook.md": codebook.encode(), "codebook.html": page(codebook, about.title).encode()}
    files["disclosure_report.md"] = _disclosure_report(cleared.tables["disclosure_records"]).encode()
    files["datapackage.json"] = metadata.as_json(metadata.data_package(about, tables))
    files["croissant.json"] = metadata.as_json(metadata.croissant(about, tables))
    files["schema-org.json"] = metadata.as_json(metadata.schema_org(about, tables))
    files["datacite.json"] = metadata.as_json(metadata.datacite(about))
    files["ddi-codebook.xml"] = metadata.ddi_codebook(about, tables)
    files["ro-crate-metadata.json"] = metadata.as_json(metadata.ro_crate(about, files))
    files["SHA256SUMS"] = _checksums(files)
    replace_folder(folder, files)


def _released(name: str, frame: pd.DataFrame, cleared: Cleared) -> ReleasedTable:
    """Both files of a table; DisclosureError unless the gate cleared exactly these bytes."""
    table, parquet = TABLES[name], parquet_bytes(frame, TABLES[name])
    cleared.clearance.demand(name, parquet)
    stem = f"tables/open__{name}"
    return ReleasedTable(table, len(frame), f"{stem}.csv", csv_bytes(frame, table), f"{stem}.parquet", parquet)


def _codebook(cleared: Cleared, title: str) -> str:
    tables = [(TABLES[name], frame) for name, frame in cleared.tables.items()]
    return codebook_markdown(tables, f"Codebook: {title}")


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


def _checksums(files: dict[str, bytes]) -> bytes:
    """In the format of `sha256sum --check`."""
    return "".join(f"{metadata.sha256(data)}  {path}\n" for path, data in sorted(files.items())).encode()
