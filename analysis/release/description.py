"""What the dataset says of itself, read from the citation file once and used in every metadata format.

What belongs here: title, abstract, keywords, licence, makers, version and day. What must not: a second wording of any.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from analysis.errors import ReleaseError
from analysis.schemas.declaration import Table

LICENCE_NAME = "CC-BY-4.0"
LICENCE_TITLE = "Creative Commons Attribution 4.0 International"
LICENCE_ADDRESS = "https://creativecommons.org/licenses/by/4.0/"
NAME = "afghan-diaspora-attitudes"


@dataclass(frozen=True)
class Description:
    """The dataset in the words of its citation file, with the version and day of this release."""

    title: str
    abstract: str
    keywords: tuple[str, ...]
    makers: tuple[str, ...]
    version: str
    day: date


@dataclass(frozen=True)
class ReleasedTable:
    """One table of a release: its declaration and the two files that hold it."""

    table: Table
    rows_n: int
    csv_path: str
    csv: bytes
    parquet_path: str
    parquet: bytes


def read_description(citation: Path, version: str, day: date) -> Description:
    """Read the citation file.

    Raises
    ------
    ReleaseError
        Unreadable, a field is missing, or the file speaks of another version or day than this release.
    """
    try:
        content = yaml.safe_load(citation.read_text(encoding="utf-8"))
        makers = tuple(author["name"] for author in content["authors"])
        title, abstract, keywords = content["title"], content["abstract"], tuple(content["keywords"])
        stated = (str(content["version"]), str(content["date-released"]))
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ReleaseError(f"{citation}: unreadable or incomplete ({error}); restore it from git") from error
    if stated != (version, day.isoformat()):
        raise ReleaseError(
            f"{citation}: says version {stated[0]} of {stated[1]}, params.yaml says {version} of {day}; make them agree"
        )
    return Description(title, " ".join(abstract.split()), keywords, makers, version, day)
