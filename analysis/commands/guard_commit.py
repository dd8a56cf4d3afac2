"""`guard-commit`: refuse files that look like a vault's before they enter a commit.

What must not be here: reading an export, or a word of what a file holds in a message.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from analysis.corpora.chat_lines import begins_chat
from analysis.errors import CustodyError

PUBLIC_DATA = ("claims", "codelists", "external", "reference", "release_history", "study")
TEMPLATES = (
    "data/codelists/governance_template.yml",
    "data/codelists/sources_template.yml",
    *(f"tests/plans/{name}/sources.yml" for name in ("election", "returns", "team", "trust")),
)
MAGIC = {
    b"$FL2": "an SPSS file", b"$FL3": "an SPSS file", b"<stata_dta>": "a Stata file", b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a workbook or archive", b"\x1f\x8b": "a packed file", b"BZh": "a packed file",
    b"\xfd7zXZ": "a packed file", b"\x28\xb5\x2f\xfd": "a packed file", b"SQLite format 3": "a database",
}  # fmt: skip
TEXTS = (
    (re.compile(rb"^\s*\{[^\n]*\"wording_sha256\"[^\n]*\"previous\"", re.MULTILINE), "a line of a consent ledger"),
    (re.compile(rb"^compelled_disclosure_plan:", re.MULTILINE), "a governance file"),
    (re.compile(rb"consent_subject:"), "a manifest of exports"),
    (re.compile(rb"(?:restricted|candidate)__vault_\w+\.parquet\n\s+hash:"), "the lock of a vault study"),
    (re.compile(rb"\A[0-9a-f]{64,}\s*\Z"), "a key"),
    (re.compile(rb"\A.{0,192}SPSS PORT FILE", re.DOTALL), "an SPSS file"),
)
SOURCE = (".py", ".md")
"""Files that speak of such files; `dvc.yaml` names tables and holds no hash."""
LARGEST_TEXT = 2**24


def guard_commit(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files to look at; without any, all that git tracks")
    ] = None,
) -> None:
    """Refuse a commit that holds an export, a ledger, a governance file, a manifest, a key or the lock of a vault."""
    found = [f"{path}: {reason}" for path in files or tracked() for reason in reasons(path)]
    if found:
        raise CustodyError(f"{len(found)} file(s) may not be committed: {'; '.join(found)}; git rm --cached them")


def tracked() -> list[Path]:
    """What git would publish: every file of the index."""
    result = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=False)  # noqa: S607 (whichever git it is)
    if result.returncode:
        raise CustodyError("guard-commit looks at a git repository, and this folder is none; name the files")
    return [Path(name.decode("utf-8", "surrogateescape")) for name in result.stdout.split(b"\0") if name]


def reasons(path: Path) -> Iterator[str]:
    """Why a file may not be committed."""
    parts = path.parts
    if parts[:1] == ("data",) and parts[1:2] and parts[1] not in PUBLIC_DATA:
        yield "lies in a folder of data/ that is never committed"
    if not path.is_file() or path.as_posix() in TEMPLATES or path.suffix in SOURCE:
        return
    with path.open("rb") as file:
        content = file.read(LARGEST_TEXT)
    yield from (f"is {what}" for start, what in MAGIC.items() if content.startswith(start))
    if begins_chat(content[:320].decode("utf-8", "ignore")):
        yield "is an exported chat"
    yield from (f"is, or holds, {what}" for pattern, what in TEXTS if pattern.search(content))
