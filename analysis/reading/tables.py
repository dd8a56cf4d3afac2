"""Open a cleared release: its tables, what each column means, and the checksum of every file.

What must not be here: drawing, wording, or a number that is not in a table.
"""

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from analysis.errors import ReleaseError

REMEDY = "run `./run repro`, which writes the release"


@dataclass(frozen=True)
class Release:
    """A release folder: `tables/open__<name>.parquet` and `.csv`, `datapackage.json`, `SHA256SUMS`."""

    folder: Path

    def table(self, name: str) -> pd.DataFrame:
        """Read one table.

        Parameters
        ----------
        name : str
            Table name without its tier.

        Returns
        -------
        DataFrame
            The rows as released.

        Raises
        ------
        ReleaseError
            The release has no such table, or its bytes are not the ones in `SHA256SUMS`.
        """
        return pq.read_table(self.path(name, "parquet")).to_pandas()

    def path(self, name: str, suffix: str) -> Path:
        """The file of one table, checked against its checksum."""
        relative = f"tables/open__{name}.{suffix}"
        path = self.folder / relative
        if not path.is_file():
            raise ReleaseError(f"table {name!r}: the release has no file {relative}; {REMEDY}")
        self.sha256(relative)
        return path

    def sha256(self, relative: str) -> str:
        """SHA-256 of one file of the release; ReleaseError when it differs from the one in `SHA256SUMS`."""
        digest = _digest(self.folder / relative)
        recorded = _checksums(self.folder).get(relative, digest)
        if digest != recorded:
            raise ReleaseError(f"{relative}: the file has SHA-256 {digest}, SHA256SUMS says {recorded}; {REMEDY}")
        return digest

    def fingerprint(self, name: str) -> str:
        """First 12 hexadecimal digits of the SHA-256 of a table's CSV."""
        self.path(name, "csv")
        return self.sha256(f"tables/open__{name}.csv")[:12]

    @property
    def package(self) -> dict[str, Any]:
        """The Frictionless descriptor; ReleaseError when the release has none that can be read."""
        return _package(self.folder)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the tables, in the descriptor's order."""
        return tuple(table_name(resource) for resource in self.package["resources"])

    @property
    def study(self) -> str:
        """Whose corpora the release holds: `synthetic` or `vault`."""
        ending = "_survey_admission"
        found = [name.removesuffix(ending) for name in self.names if name.endswith(ending)]
        if len(found) != 1:
            raise ReleaseError(
                f"datapackage.json describes {len(found)} tables of a study's admission, want 1; {REMEDY}"
            )
        return found[0]

    def resource(self, name: str) -> dict[str, Any]:
        """What the descriptor says about one table; ReleaseError when it does not know the table."""
        for resource in self.package["resources"]:
            if table_name(resource) == name:
                return dict(resource)
        raise ReleaseError(f"table {name!r}: datapackage.json does not describe it; {REMEDY}")

    def codes(self, name: str, column: str) -> dict[str, str]:
        """Codes of one column with their meanings, in declared order; ReleaseError for a column without codes."""
        for field in self.resource(name)["schema"]["fields"]:
            if field["name"] == column and "codes" in field:
                return dict(field["codes"])
        raise ReleaseError(f"table {name!r}: datapackage.json gives no codes for column {column!r}; {REMEDY}")


def table_name(resource: dict[str, Any]) -> str:
    """Table name of a resource, from the name of its file."""
    return Path(resource["path"]).stem.removeprefix("open__")


@functools.cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.cache
def _checksums(folder: Path) -> dict[str, str]:
    path = folder / "SHA256SUMS"
    if not path.is_file():
        return {}
    pairs = (line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return {name.lstrip("*"): digest for digest, name in pairs}


@functools.cache
def _package(folder: Path) -> dict[str, Any]:
    path = folder / "datapackage.json"
    try:
        package: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{path.name}: the release has no readable descriptor ({error}); {REMEDY}") from error
    return package
