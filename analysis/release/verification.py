"""Check a downloaded bundle against its own checksums, as whoever downloaded it would.

What belongs here: what a zip must hold to be the bundle that was published. What must not: trust in anything but bytes.
"""

from __future__ import annotations

import hashlib
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from analysis.errors import LimitError, ReleaseError
from analysis.limits import demand_small_zip
from analysis.release.bundle import bundle_bytes

SUMS = "SHA256SUMS"
LARGEST = 2**27
"""Bytes of a bundle, packed or unpacked; those of this project have a tenth."""
UNREADABLE = (
    EOFError, KeyError, NotImplementedError, OSError, RuntimeError, ValueError, struct.error, zipfile.BadZipFile,
    zlib.error, lzma.LZMAError,
)  # fmt: skip
"""What the standard library's reader raises on damaged archives."""


@dataclass(frozen=True)
class Verification:
    """What the bundle holds and what is wrong with it.

    Attributes
    ----------
    top
        Folder inside the zip, or the folder itself: name and version of the release.
    files_n
        Files listed in the checksums.
    problems
        (path, what is wrong); empty when the bundle is whole.
    """

    top: str
    files_n: int
    problems: tuple[tuple[str, str], ...]


def verify_bundle(path: Path) -> Verification:
    """Compare every byte of a bundle with its checksums.

    Parameters
    ----------
    path
        The zip, or the folder that it was unpacked into.

    Returns
    -------
    Verification

    Raises
    ------
    ReleaseError
        Not a readable zip, or one without a single folder that holds SHA256SUMS; or a folder without them.
    """
    if path.is_dir():
        return _verified_folder(path)
    try:
        with path.open("rb") as stream:
            _demand_small(stream, path)
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            top = _top(path, names)
            listed = _listed(path, archive.read(f"{top}/{SUMS}"))
            present = [name.removeprefix(f"{top}/") for name in names]
            compared = _problems(present, listed, lambda name: _digest(lambda: archive.read(f"{top}/{name}")))
            problems = sorted(compared) or _outer_problems(path, archive)
            return Verification(top, len(listed), tuple(problems))
    except LimitError as error:
        raise ReleaseError(str(error)) from error
    except UNREADABLE as error:
        raise ReleaseError(f"{path}: not a readable zip ({error}); download it again") from error


def _verified_folder(path: Path) -> Verification:
    """An unpacked bundle; the folder around it serves as well. Its files may be cleaner than the zip was."""
    found = sorted({each.parent for each in (path / SUMS, *path.glob(f"*/{SUMS}")) if each.is_file()})
    if len(found) != 1:
        raise ReleaseError(f"{path}: want one folder with {SUMS} in it; this is no bundle of this project")
    top = found[0]
    present = [each.relative_to(top).as_posix() for each in top.rglob("*") if each.is_file() or each.is_symlink()]
    listed = _listed(path, (top / SUMS).read_bytes())
    problems = sorted(_problems(present, listed, lambda name: _digest((top / name).read_bytes)))
    return Verification(top.resolve().name, len(listed), tuple(problems))


def _demand_small(stream: BinaryIO, path: Path) -> None:
    """A bundle is held in memory to be compared: its size and that of its files are asked first."""
    if path.stat().st_size > LARGEST:
        raise LimitError(f"{path}: is larger than {LARGEST} bytes; this is no bundle of this project")
    demand_small_zip(stream, str(path))
    with zipfile.ZipFile(stream) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
            raise LimitError(f"{path}: unpacks to more than {LARGEST} bytes; this is no bundle of this project")


def _top(path: Path, names: list[str]) -> str:
    tops = {name.partition("/")[0] for name in names}
    if len(tops) != 1 or f"{next(iter(tops))}/{SUMS}" not in names:
        raise ReleaseError(f"{path}: want one folder with {SUMS} in it; this is no bundle of this project")
    return tops.pop()


def _listed(path: Path, data: bytes) -> dict[str, str]:
    listed = {}
    for line in data.decode("utf-8", errors="replace").splitlines():
        digest, separator, name = line.partition("  ")
        if not separator or not name:
            raise ReleaseError(f"{path}: {SUMS} holds a line that is no checksum: {line[:40]!r}; download it again")
        listed[name] = digest
    return listed


def _problems(
    present: list[str], listed: dict[str, str], digest: Callable[[str], str | None]
) -> Iterator[tuple[str, str]]:
    for name in sorted(set(present)):
        if present.count(name) > 1:
            yield name, "is in the zip more than once"
    for name in listed.keys() - set(present):
        yield name, "is listed but missing"
    for name in set(present) - listed.keys() - {SUMS}:
        yield name, "was added: it is not listed"
    for name in listed.keys() & set(present):
        if digest(name) != listed[name]:
            yield name, "differs from its checksum"


def _outer_problems(path: Path, archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """A byte between the files that is not the published one: the zip is made again from its files and compared."""
    day = date(*archive.infolist()[0].date_time[:3])
    again = bundle_bytes({name: archive.read(name) for name in archive.namelist()}, day)
    return [] if again == path.read_bytes() else [(path.name, "holds bytes beside its files that were not published")]


def _digest(read: Callable[[], bytes]) -> str | None:
    """SHA-256 of a file; None where it cannot be read, as where the zip's own check fails."""
    try:
        return hashlib.sha256(read()).hexdigest()
    except UNREADABLE:
        return None
