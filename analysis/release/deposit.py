"""What a repository takes in: the bundle, the book as one file, metadata and checksums, nothing else.

What must not be here: a network, a token, an identifier that nobody has assigned.
"""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from analysis.errors import ReleaseError
from analysis.release.bundle import bundle_bytes
from analysis.release.description import Description
from analysis.release.metadata import as_json, sha256, zenodo
from analysis.release.verification import SUMS, verify_bundle

AUDITED = "audit_publication"
"""The stage that attacked what is published: its part of the lock names the bytes that it saw."""

BUNDLE, BOOK, RELEASE = "dist/afghan-diaspora-attitudes.zip", "dist/book", "data/release"
REPORTS = ("dist/audit_tables.json", "dist/audit_publication.json")
RECORDS = f"{RELEASE}/tables/open__disclosure_records.csv"
METADATA = "zenodo.json"


@dataclass(frozen=True)
class Finished:
    """A project whose pipeline has run: where it lies, and the lock that the run wrote."""

    root: Path
    lock: Path


def demand_audited(finished: Finished) -> None:
    """Refuse what the audits did not pass, and bytes that they did not see.

    Raises
    ------
    ReleaseError
        The gate did not clear a table; an audit is missing or found something; release, book or bundle differ from
        what was audited; the bundle is not whole.
    """
    for name in REPORTS:
        _demand_passed(finished.root / name, name)
    _demand_cleared(finished.root / RECORDS)
    seen = _seen(finished.lock)
    for name in (RELEASE, BOOK, BUNDLE):
        path = finished.root / name
        if not path.exists():
            raise ReleaseError(f"{name}: is not there; run `./run repro` to its end")
        if seen.get(name) != _digest(path):
            raise ReleaseError(
                f"{name}: is not what the audit saw; run `./run repro` to its end, and publish nothing edited by hand"
            )
    problems = verify_bundle(finished.root / BUNDLE).problems
    if problems:
        raise ReleaseError(f"{BUNDLE}: {problems[0][0]} {problems[0][1]}; run `./run repro` to its end")


def _demand_cleared(records: Path) -> None:
    """Refuse what the gate did not let pass, or wants to be looked at."""
    if not records.is_file():
        raise ReleaseError(f"{RECORDS}: no record of the gate; run `./run repro` to its end")
    with records.open(encoding="utf-8", newline="") as stream:
        stopped = [row["table_name"] for row in csv.DictReader(stream) if row["outcome_code"] != "pass"]
    if stopped:
        raise ReleaseError(f"{RECORDS}: {stopped[0]} did not pass the gate; read data/release/disclosure_report.md")


def _demand_passed(path: Path, name: str) -> None:
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        passed = report["passed"] is True and not any(each["findings"] for each in report["attacks"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{name}: no report of an audit; run `./run repro` to its end") from error
    if not passed:
        raise ReleaseError(f"{name}: the audit found something; nothing is published until it finds nothing")


def _seen(lock: Path) -> dict[str, str]:
    try:
        stage = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"][AUDITED]
        return {entry["path"]: entry["md5"] for entry in stage["deps"]}
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ReleaseError(f"{lock}: names no audited release; run `./run repro` to its end") from error


def _digest(path: Path) -> str:
    """MD5 of a file, or of a folder's listing, as DVC names what a stage saw."""
    if path.is_file():
        return _md5(path.read_bytes())
    files = sorted(each for each in path.rglob("*") if each.is_file())
    listing = [{"md5": _md5(each.read_bytes()), "relpath": each.relative_to(path).as_posix()} for each in files]
    listing.sort(key=lambda entry: entry["relpath"])
    return _md5(json.dumps(listing, sort_keys=True).encode()) + ".dir"


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def deposit(finished: Finished, about: Description, name: str, notes: str) -> dict[str, bytes]:
    """Files of a deposit by name: bundle, book, metadata, and the checksums of all three.

    Parameters
    ----------
    finished, about
    name
        Of the study, in file names.
    notes
        What the deposit is of, for the metadata.
    """
    top = f"{name}-{about.version}"
    book = finished.root / BOOK
    pages = {f"{top}-book/{each.relative_to(book).as_posix()}": each.read_bytes()
             for each in sorted(book.rglob("*")) if each.is_file()}  # fmt: skip
    files = {
        f"{top}.zip": (finished.root / BUNDLE).read_bytes(),
        f"{top}-book.zip": bundle_bytes(pages, about.day),
        METADATA: as_json(zenodo(about, notes)),
    }
    sums = "".join(f"{sha256(content)}  {each}\n" for each, content in sorted(files.items()))
    return files | {SUMS: sums.encode()}
