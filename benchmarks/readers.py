"""`bench readers`: every vendor's export of the fictional world, beside the fastest parser, which understands nothing.

What belongs here: files and calls. What must not: what a reader finds in them.
"""

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import orjson
import polars
import pyreadstat

from analysis.commands.cpu_time import cpu_seconds
from analysis.corpora.exports import Export, open_export
from analysis.synthetic.fiction import Sizes, write_fiction
from benchmarks.report import Comparison

SEED = 12
SIZES = Sizes(population=40_000, respondents=4_000, posts=60_000)
REPEATS = 10
EXPORTS = "exports/"


def measure() -> list[Comparison]:
    """Read one export of every format, once to warm up and then for the clock."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        made: dict[str, Comparison] = {}
        for name, content in write_fiction(SEED, SIZES).files.items():
            if name.startswith(EXPORTS):
                path = Path(folder) / Path(name).name
                path.write_bytes(content)
                export = open_export(path)
                if export.format.code not in made:
                    made[export.format.code] = _compared(path, export)
    return list(made.values())


def _compared(path: Path, export: Export) -> Comparison:
    parser, parse = PARSERS[path.suffix]
    rows = sum(1 for _ in export.entries())
    ours = cpu_seconds(lambda: [sum(1 for _ in export.entries()) for _ in range(REPEATS)]) / REPEATS
    parse(path)
    alone = cpu_seconds(lambda: [parse(path) for _ in range(REPEATS)]) / REPEATS
    what = f"reading {export.format.title}"
    return Comparison(what, parser, "items per CPU second", rows / ours, rows / alone, f"{rows:,} items", kind="limit")


def _lines(path: Path) -> None:
    """The fictional export has a line that was cut: a plain parser passes it by."""
    for line in path.read_bytes().splitlines():
        with contextlib.suppress(ValueError):
            orjson.loads(line)


def _sheet(path: Path) -> None:
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book.worksheets:
        for _ in sheet.iter_rows(values_only=True):
            pass


PARSERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    ".csv": ("polars", lambda path: polars.read_csv(path, infer_schema=False, truncate_ragged_lines=True)),
    ".json": ("orjson", lambda path: orjson.loads(path.read_bytes())),
    ".jsonl": ("orjson", _lines),
    ".xlsx": ("openpyxl", _sheet),
    ".sav": ("pyreadstat", pyreadstat.read_sav),
    ".dta": ("pyreadstat", pyreadstat.read_dta),
}
"""Ending of a file → the parser's name, and how it parses."""
