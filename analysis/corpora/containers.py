"""Archives as vendors hand them out: the one export inside a zip or tar file, with the files beside it.

What must not be here: unpacking to disk, decoding, or bounds: those stand in `limits`.
"""

import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from fnmatch import fnmatch
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from analysis import limits
from analysis.corpora.sources import Source
from analysis.errors import ExportError, LimitError

Opened = Callable[[Source, str], BinaryIO]
IsExport = Callable[[Source], bool]

_ZIP, _TAR, _TAR_AT = b"PK\x03\x04", b"ustar", 257
_EXPORTS = ("tweets.js", "tweet.js", "outbox.json", "result.json")
"""Files by which known archives are recognised: X, Mastodon, Telegram Desktop."""

_DATA = (
    "*.csv", "*.tsv", "*.txt", "*.json", "*.jsonl", "*.ndjson", "*.sav", "*.zsav", "*.por", "*.dta", "*.xlsx", "*.car",
)  # fmt: skip
_ENCRYPTED = 1
"""Bit of a member's flags."""
_NOT_DELIVERED = ("__MACOSX/*", "*/__MACOSX/*", "*/._*", "._*")
"""What programs add when they pack."""


def inside(source: Source, is_export: IsExport) -> Source:
    """The export inside an archive; any other file as it is.

    Parameters
    ----------
    source : Source
        The file.
    is_export : callable
        Tells an export from the files beside it, such as a list of choices or a repeat group's table.

    Raises
    ------
    ExportError
        The archive is damaged, or holds no export or several.
    LimitError
        It holds or unpacks to more than any archive does.
    """
    head = source.head(_TAR_AT + len(_TAR))
    if head.startswith(_ZIP) and not _is_workbook(source):
        return _chosen(source, _zip_members(source), _open_zipped, is_export)
    if head[_TAR_AT:] == _TAR:
        return _chosen(source, _tar_members(source), _open_tarred, is_export)
    return source


def _is_workbook(source: Source) -> bool:
    try:
        with source.open_bytes() as stream:
            limits.demand_small_zip(stream, source.name, limits.ARCHIVE)
            with zipfile.ZipFile(stream) as archive:
                return any(name.startswith("xl/") for name in archive.namelist())
    except zipfile.BadZipFile:
        return True  # cut short: the reader of workbooks says so


def _zip_members(source: Source) -> list[str]:
    with source.open_bytes() as stream, zipfile.ZipFile(stream) as archive:
        # `is_dir` of the standard library fails at a member without a name, which no export has.
        return [name for name in archive.namelist() if name and not name.endswith("/")]


def _tar_members(source: Source) -> list[str]:
    found: list[str] = []
    with _tar(source) as archive:
        for each in archive:
            found += [each.name] if each.isfile() and not each.issparse() else []
            if len(found) > limits.ARCHIVE.members:
                raise LimitError(
                    f"{source.name}: holds more than {limits.ARCHIVE.members} files; unpack what is needed"
                )
            archive.members = []  # type: ignore[attr-defined]  # the library keeps every header for itself
    return found


def _tar(source: Source) -> tarfile.TarFile:
    return tarfile.open(fileobj=cast(BinaryIO, limits.SmallReads(source.open_bytes(), source.name)), mode="r:")


def _open_zipped(source: Source, member: str) -> BinaryIO:
    archive = zipfile.ZipFile(source.open_bytes())
    if archive.getinfo(member).flag_bits & _ENCRYPTED:
        raise ExportError(f"{source.name}: its files are encrypted; unpack it with its password and name the export")
    try:
        return cast(BinaryIO, archive.open(member))
    except (NotImplementedError, KeyError, ValueError) as error:
        raise ExportError(f"{source.name}: packed in a way that is not read here, or damaged; unpack it") from error


def _open_tarred(source: Source, member: str) -> BinaryIO:
    return cast(BinaryIO, _tar(source).extractfile(member))


def _chosen(source: Source, members: list[str], opened: Opened, is_export: IsExport) -> Source:
    """The member that is the export: a known archive's own file, else the only data file that is one."""
    delivered = [each for each in members if not any(fnmatch(each, pattern) for pattern in _NOT_DELIVERED)]
    found = [each for each in delivered if PurePosixPath(each).name in _EXPORTS]
    if not found:
        data = [each for each in delivered if any(fnmatch(each.lower(), pattern) for pattern in _DATA)]
        found = data if len(data) < 2 else _exports(source, data, opened, is_export)
    if len(found) != 1:
        what = f"{len(found)} exports" if found else "no export"
        raise ExportError(f"{source.name}: an archive with {what}; unpack it and name each file that is to be read")
    return _member(source, found[0], delivered, opened)


def _exports(source: Source, data: list[str], opened: Opened, is_export: IsExport) -> list[str]:
    """Which of several data files are exports; more than can be looked at are not guessed about."""
    if len(data) > limits.MEMBERS_LOOKED_INTO:
        return data
    return [each for each in data if is_export(_member(source, each, [], opened))]


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
        is_member=True,
    )
