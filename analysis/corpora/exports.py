"""The one door to an export: open it, say its format, and yield its entries.

What must not be here: counting, or a vendor's fields. Every failure that leaves this module is an `ExportError`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.corpora.containers import inside
from analysis.corpora.detect import Format, detect, stated
from analysis.corpora.encodings import known_encoding
from analysis.corpora.entries import Entry
from analysis.corpora.sources import Source, damage_named, source_at
from analysis.errors import ExportError


@dataclass(frozen=True)
class Export:
    """A file whose format is known; `entries` reads it from the start, each time anew."""

    source: Source
    format: Format
    is_stated: bool

    def entries(self) -> Iterator[Entry]:
        """Every entry in the order of the file, one in memory at a time.

        Raises
        ------
        ExportError
            The file is damaged, ends too early or is not of this format.
        """
        with damage_named(self.source):
            yield from self.format.read(self.source)


def open_export(
    source: Source | Path, format_code: str | None = None, encoding: str = "", day_order: str = ""
) -> Export:
    """Open an export.

    Parameters
    ----------
    source : Source or Path
        The file.
    format_code : str or None
        A format code to insist on; None detects it from the content.
    encoding : str
        What a person states about a file that is not UTF-8 and does not say what it is; "" states nothing.
    day_order : str
        What a person states about the dates of a chat whose rows do not decide it, such as `day/month/year`.

    Returns
    -------
    Export
        Not yet read.

    Raises
    ------
    ExportError
        No such file, no such format, no such encoding, or a file of no known format.
    """
    opened = source if isinstance(source, Source) else source_at(source)
    if day_order:
        opened = replace(opened, day_order=day_order)
    if encoding:
        opened = replace(opened, encoding=known_encoding(encoding, opened.name))
    with damage_named(opened):
        opened = inside(opened, _is_export)
        found = stated(format_code) if format_code else detect(opened)
    return Export(opened, found, format_code is not None)


def _is_export(source: Source) -> bool:
    """Whether a file of an archive is an export, and not a table that belongs to one, or something else."""
    try:
        with damage_named(source):
            return bool(detect(source))
    except ExportError:
        return False
