"""What the dataset says of itself, read from the citation file once and used in every metadata format.

What belongs here: title, abstract, keywords, licence, makers, version and day. What must not: a second wording of any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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


ORCID = re.compile(r"(?:https://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])")


@dataclass(frozen=True)
class Maker:
    """Who made the dataset: an organisation by its name, or a person.

    Attributes
    ----------
    name : of an organisation; of a person both names, the given first
    family, given : of a person; empty for an organisation
    orcid : sixteen digits with hyphens; empty where none is stated
    affiliation : empty where none is stated
    """

    name: str
    family: str = ""
    given: str = ""
    orcid: str = ""
    affiliation: str = ""

    @property
    def is_person(self) -> bool:
        """Whether it is a person."""
        return bool(self.family)

    @property
    def listed(self) -> str:
        """As catalogues list it, the family name first."""
        return f"{self.family}, {self.given}" if self.given else self.family or self.name


@dataclass(frozen=True)
class Description:
    """The dataset in the words of its citation file, with the version and day of this release."""

    title: str
    abstract: str
    keywords: tuple[str, ...]
    makers: tuple[Maker, ...]
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
        makers = tuple(_maker(author) for author in content["authors"])
        title, abstract, keywords = content["title"], content["abstract"], tuple(content["keywords"])
        stated = (str(content["version"]), str(content["date-released"]))
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ReleaseError(f"{citation}: unreadable or incomplete ({error}); mend it, or take it from git") from error
    if stated != (version, day.isoformat()):
        raise ReleaseError(
            f"{citation}: says version {stated[0]} of {stated[1]}, params.yaml says {version} of {day}; make them agree"
        )
    return Description(title, " ".join(abstract.split()), keywords, makers, version, day)


def _maker(author: Mapping[str, str]) -> Maker:
    """An author of the citation file (CFF 1.2): an entity with `name`, or a person with `family-names`."""
    orcid = str(author["orcid"]) if "orcid" in author else ""
    found = ORCID.fullmatch(orcid) if orcid else None
    if orcid and found is None:
        raise ValueError(f"orcid {orcid!r} is none; write https://orcid.org/ and sixteen digits")
    more = {"orcid": found[1] if found else "", "affiliation": author.get("affiliation", "")}
    if "name" in author:
        return Maker(author["name"], **more)
    family = " ".join(part for part in (author.get("name-particle", ""), author["family-names"]) if part)
    given = author.get("given-names", "")
    return Maker(f"{given} {family}".strip(), family, given, **more)
