"""Archives as vendors hand them out: the one export inside a zip or tar file, with the files beside it.

What must not be here: unpacking to disk, or decoding. A member that is packed more than any text can be is refused.
"""

import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from fnmatch import fnmatch
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from analysis.corpora.sources import Source
from analysis.errors import ExportError

Opened = Callable[[Source, str], BinaryIO]

MOST_PACKED = 1_000
"""Bytes that one packed byte may become; text and tables stay below a tenth of it."""

MOST_MEMBERS = 100_000
_ZIP, _TAR, _TAR_AT = b"PK\x03\x04", b"ustar", 257
_EXPORTS = ("tweets.js", "tweet.js", "outbox.json", "result.json")
"""Files by which known archives are recognised: X, Mastodon, Telegram Desktop."""

_DATA = ("*.csv", "*.tsv", "*.txt", "*.json", "*.jsonl", "*.ndjson", "*.sav", "*.zsav", "*.dta", "*.xlsx")


def inside(source: Source) -> Source:
    """The export inside an archive; any other file as it is.

    Raises
    ------
    ExportError
        The archive is damaged, holds no export or several, or is packed beyond `MOST_PACKED`.
    """
    head = source.head(_TAR_AT + len(_TAR))
    if head.startswith(_ZIP) and not _is_workbook(source):
        return _chosen(source, _zip_members(source), _open_zipped)
    if head[_TAR_AT:] == _TAR:
        return _chosen(source, _tar_members(source), _open_tarred)
    return source


def _is_workbook(source: Source) -> bool:
    try:
        with source.open_bytes() as stream, zipfile.ZipFile(stream) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except zipfile.BadZipFile:
        return True  # cut short: the reader of workbooks says so


def _zip_members(source: Source) -> list[str]:
    with source.open_bytes() as stream, zipfile.ZipFile(stream) as archive:
        found = archive.infolist()
        if len(found) > MOST_MEMBERS:
            raise ExportError(f"{source.name}: holds {len(found)} files; unpack it and name the export inside")
        bomb = next((each for each in found if each.file_size > MOST_PACKED * max(each.compress_size, 1)), None)
        if bomb:
            raise ExportError(
                f"{source.name}: a file inside would unpack to {bomb.file_size} bytes from {bomb.compress_size}; no "
                "export packs so well: do not open it, and ask for it again"
            )
        return [each.filename for each in found if not each.is_dir()]


def _tar_members(source: Source) -> list[str]:
    with source.open_bytes() as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        return [each.name for each in archive if each.isfile()]


def _open_zipped(source: Source, member: str) -> BinaryIO:
    return cast(BinaryIO, zipfile.ZipFile(source.open_bytes()).open(member))


def _open_tarred(source: Source, member: str) -> BinaryIO:
    archive = tarfile.open(fileobj=source.open_bytes())  # noqa: SIM115 (lives as long as the member is read)
    return cast(BinaryIO, archive.extractfile(member))


def _chosen(source: Source, members: list[str], opened: Opened) -> Source:
    """The member that is the export: a known archive's own file, else the only data file."""
    known = [each for name in _EXPORTS for each in members if PurePosixPath(each).name == name]
    data = [each for each in members if any(fnmatch(each.lower(), pattern) for pattern in _DATA)]
    found = known[:1] or data
    if len(found) != 1:
        what = f"{len(found)} data files" if found else "no data file"
        raise ExportError(f"{source.name}: an archive with {what}; unpack it and name the export inside")
    return _member(source, found[0], members, opened)


def _member(source: Source, name: str, members: list[str], opened: Opened) -> Source:
    def neighbours() -> Iterator[Source]:
        folder = PurePosixPath(name).parent
        for each in members:
            if each != name and PurePosixPath(each).parent == folder:
                yield replace(source, name=f"{source.name}/{each}", open_raw=partial(opened, source, each))

    return replace(
        source,
        name=f"{source.name}/{name}",
        open_raw=partial(opened, source, name),
        neighbours=neighbours,
    )
