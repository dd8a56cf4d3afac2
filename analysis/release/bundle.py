"""The citable download: one zip whose bytes depend on its content alone."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from analysis.atomic import write_atomically
from analysis.errors import ReleaseError

EARLIEST_ZIP_YEAR = 1980


def write_bundle(release_folder: Path, top: str, day: date, path: Path) -> None:
    """Zip a release folder.

    Parameters
    ----------
    release_folder : Path
        Folder that `write_release` wrote.
    top : str
        Name of the folder inside the zip.
    day : date
        Date of every entry.
    path : Path
        Zip to write, in one step.

    Raises
    ------
    ReleaseError
        The folder holds no files, or a day that the zip format cannot hold.
    """
    files = sorted(file for file in release_folder.rglob("*") if file.is_file())
    if not files:
        raise ReleaseError(f"{release_folder}: nothing to bundle; run the stage gate_release first")
    if day.year < EARLIEST_ZIP_YEAR:
        raise ReleaseError(f"release date {day}: a zip entry cannot be dated before {EARLIEST_ZIP_YEAR}")
    content = {f"{top}/{file.relative_to(release_folder).as_posix()}": file.read_bytes() for file in files}
    write_atomically(path, bundle_bytes(content, day))


def bundle_bytes(content: Mapping[str, bytes], day: date) -> bytes:
    """The zip of these files: sorted by path, every entry dated `day`, nothing compressed."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as bundle:
        for name in sorted(content):
            bundle.writestr(_entry(name, day), content[name])
    return sink.getvalue()


def _entry(name: str, day: date) -> zipfile.ZipInfo:
    """A zip entry with fixed time, permissions and system."""
    entry = zipfile.ZipInfo(name, date_time=(day.year, day.month, day.day, 0, 0, 0))
    # Stored, not deflated: compressed bytes differ between builds of zlib, and Parquet is compressed already.
    entry.compress_type = zipfile.ZIP_STORED
    entry.create_system = 3
    entry.external_attr = 0o100644 << 16
    return entry
