"""Look for strings in every byte that runs of the pipeline wrote: raw, inside Parquet, inside zip and gzip files."""

import gzip
import io
import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import re2

MEMORY = 2**30
ALWAYS_LEFT_OUT = (".venv", "__pycache__")
"""The environment, and compiled source: the source itself spells what it plants."""


def written_since(project: Path, before: dict[str, int], left_out: Iterable[str]) -> list[Path]:
    """Files that are new or changed since `inventory`, outside some folders."""
    skipped = (*ALWAYS_LEFT_OUT, *left_out)
    return [
        project / name
        for name, stamp in inventory(project).items()
        if before.get(name) != stamp and not any(name == folder or name.startswith(f"{folder}/") for folder in skipped)
    ]


def inventory(project: Path) -> dict[str, int]:
    """Every file with the time of its last change; links are not followed."""
    found = {}
    for place, names, files in os.walk(project):
        folder = Path(place)
        names[:] = [name for name in names if name not in ALWAYS_LEFT_OUT and not (folder / name).is_symlink()]
        found |= {
            (folder / name).relative_to(project).as_posix(): (folder / name).stat().st_mtime_ns
            for name in files
            if not (folder / name).is_symlink()
        }
    return found


def traces(files: Iterable[Path], strings: Iterable[str]) -> dict[str, set[str]]:
    """File → which of the strings stand in it."""
    options = re2.Options()
    options.max_mem = MEMORY
    pattern = re2.compile("|".join(re2.escape(each) for each in sorted(set(strings), key=len, reverse=True)), options)
    found: dict[str, set[str]] = {}
    for path in files:
        for content in readings(path):
            hits = {match.group() for match in pattern.finditer(content)}
            if hits:
                found.setdefault(str(path), set()).update(hits)
    return found


def readings(path: Path) -> Iterator[str]:
    """A file's name and bytes, and what a program that knows its format would see."""
    data = path.read_bytes()
    yield path.name + "\n" + data.decode("utf-8", "replace")
    if data[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(data))
        for name in table.column_names:
            yield "\n".join(str(value) for value in table.column(name).to_pylist() if value is not None)
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.namelist():
                yield entry + "\n" + archive.read(entry).decode("utf-8", "replace")
    elif data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data).decode("utf-8", "replace")
