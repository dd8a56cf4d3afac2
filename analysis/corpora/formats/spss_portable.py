"""SPSS portable files (`.por`).

Item: a case. Values that the file declares as user-missing keep their code and label; system-missing is null. Spans of
time are seconds; a date that no calendar has costs its cell. Names have eight letters, as the format has them.
"""

from collections.abc import Iterator

from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.outline import Outline
from analysis.corpora.portable_file import WIDEST_OF_SPSS, PortableFile
from analysis.corpora.quarantine import Notice
from analysis.corpora.sources import Source
from analysis.corpora.spss_values import is_duration, missing, moment
from analysis.corpora.statistical_files import ID_COLUMNS, Dialect, block_rows, entries

_ID_COLUMNS = (*ID_COLUMNS, "responde")
"""The last is `respondent_id`, cut to eight letters."""


ABOUT = About(
    code="spss_portable",
    title="SPSS portable .por",
    rank=15,
    fields=(
        "every variable",
        "value labels",
        "user-missing values",
        "formats of dates and spans of time",
    ),
    never=(
        "documents in the file",
        "its author",
    ),
    seen_by="columns of a survey system, where the file has kept them",
    times="local clock, as the file has no zone",
    set_aside="a date that no calendar has costs its cell; a range of missing values without its bound stops the file",
    checked=(("files of PSPP 1.6 and ReadStat", "PSPP's description of the portable file format"),),
    is_survey=True,
)


def recognises(outline: Outline) -> bool:
    """The file's first lines say so."""
    return outline.kind == "por"


def read(source: Source) -> Iterator[Entry]:
    """Cases in the order of the file."""
    with source.open_bytes() as stream:
        file = PortableFile(source.name, stream)
        rows = block_rows(source, file.dictionary)
        yield from entries(source, Dialect(missing, moment, is_duration, id_columns=_ID_COLUMNS), file.blocks(rows))
    cut = [name for name, width in file.dictionary.variable_storage_width.items() if width == WIDEST_OF_SPSS]
    if cut:
        yield Notice(
            f"{len(cut)} variables hold the most that SPSS writes into a portable file: texts may be cut there"
        )
