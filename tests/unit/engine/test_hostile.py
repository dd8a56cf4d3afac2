"""Corpora that nobody would call well-behaved: right counts, bounded memory, one clear sentence where it cannot go on.

The other half, shares of objects, is in `tests/unit/estimators/coordination`.
"""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.commands.posts_table import CODEBOOK
from analysis.custody.scrub import scrubbed
from analysis.engine.local import posts_table
from analysis.errors import InputError
from analysis.measures.codebooks import parse_codebook

ROOT = Path(__file__).resolve().parents[3]
BOOK = parse_codebook(CODEBOOK.read_text(encoding="utf-8"))
MEGABYTE = 1_000_000


def write(path, texts, languages, weeks, channels):
    columns = {
        "post_text": pa.array(texts, pa.string()),
        "language_code": pa.array(languages, pa.string()),
        "week_index": pa.array(weeks, pa.int64()),
        "channel_pseudonym": pa.array(channels, pa.string()),
    }
    # A page is read whole: this many rows at a time are put into one.
    pq.write_table(pa.table(columns), path, write_batch_size=16)
    return path


def table_of(path, out):
    return pl.read_parquet(posts_table([path], out, BOOK, scrubbed, processes=1))


def cells(table, frame):
    found = table.filter(pl.col("frame_code") == frame)
    return found.select(
        "language_code", "posts_n", "negated_posts_n", "channels_n", "post_share", "channel_share"
    ).rows()


@pytest.mark.slow
def test_one_link_shared_by_all_in_one_week_half_of_it_by_one_account(tmp_path):
    """Half of 200,000 posts by one account, the others by as many accounts; everything in the same week."""
    half = 100_000
    texts = ["national unity https://fiction.example/hub"] * half + ["see https://fiction.example/hub"] * half
    channels = ["one"] * half + [f"c{i}" for i in range(half)]
    path = write(tmp_path / "p.parquet", texts, ["en"] * 2 * half, [0] * 2 * half, channels)
    table = table_of(path, tmp_path / "out")
    assert cells(table, "ALL") == [("en", 2 * half, 0, half + 1, 1.0, 1.0)]
    assert cells(table, "NU") == [("en", half, 0, 1, 0.5, 1 / (half + 1))]
    rows = pl.read_parquet(tmp_path / "out/rows/*.parquet")["post_text"].value_counts().sort("post_text").rows()
    assert rows == [("national unity [URL]", half), ("see [URL]", half)]


def test_empty_long_mixed_and_unknown_texts(tmp_path):
    long = "слово " * (MEGABYTE // 12) + "+93 70 123 4567" + " nothing" * (MEGABYTE // 16)
    texts = [
        "", None, " \u200f\u200c\n", "\u0301" * 500, "😀" * 500,
        "وحدت ملی national unity nationale Einheit ملي یووالی", "not national unity وحدت", long, "x" * MEGABYTE,
        "national unity", "national unity", "national unity " + "@" * MEGABYTE,
    ]  # fmt: skip
    languages = ["en"] * 9 + ["tlh", None, "en"]
    path = write(tmp_path / "p.parquet", texts, languages, [1] * 12, ["c"] * 12)
    table = table_of(path, tmp_path / "out")
    assert cells(table, "ALL") == [("en", 10, 0, 1, 1.0, 1.0)]
    assert cells(table, "NU") == [("en", 3, 1, 1, 0.3, 0.3)]
    assert cells(table, "NONE") == [("en", 7, 0, 1, 0.7, 0.7)]
    rows = pl.read_parquet(tmp_path / "out/rows/*.parquet")["post_text"].to_list()
    assert rows[7] == long.replace("+93 70 123 4567", "[PHONE]")
    assert rows[:7] + rows[8:] == texts[:7] + texts[8:]


def peak_of_a_run(folder, texts_n, text):
    """Most memory of a process that reads so many texts of a megabyte, in bytes."""
    folder.mkdir(parents=True)
    texts = [text(number) for number in range(texts_n)]
    path = write(folder / "p.parquet", texts, ["fa"] * texts_n, [0] * texts_n, ["c"] * texts_n)
    del texts
    # The high-water mark of the process itself: getrusage would count what this one held when it started it.
    code = (
        "import pathlib; from analysis.__main__ import command_line; "
        f"command_line(['posts-table'])(['posts-table', {str(path)!r}, '--out', {str(folder / 'out')!r}, "
        "'--processes', '1'], standalone_mode=False); "
        "print(pathlib.Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "POLARS_MAX_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert cells(pl.read_parquet(folder / "out/post_weeks.parquet"), "RC")[0][1] == texts_n
    return int(done.stdout.split()[-1]) * 1024


def copied(_):
    return "سرکوب words " * (MEGABYTE // 18)


def different(number):
    return f"{number} سرکوب words " * (MEGABYTE // 20)


FEW, MANY = 110, 260
HELD = 1.5
"""How often the added texts may stand in memory: once as the page that is read, and half as what an allocator keeps."""


@pytest.mark.slow
@pytest.mark.parametrize("text", [pytest.param(copied, marks=pytest.mark.deep), different])
def test_memory_holds_no_more_of_long_texts_than_the_page_that_is_read(tmp_path, text):
    """A page is read whole, so what is added may stand in memory once; copies that work makes leave as they come."""
    few, many = (peak_of_a_run(tmp_path / str(texts_n), texts_n, text) for texts_n in (FEW, MANY))
    added = (MANY - FEW) * len(text(FEW).encode())
    assert many - few < HELD * added, f"{(many - few) / added:.1f} times the added texts are held at once"


def test_bytes_that_are_no_text_are_named(tmp_path):
    wrong = pa.array([b"fine", b"\xff\xfe no"], pa.binary()).view(pa.string())
    columns = {"post_text": wrong, "language_code": ["en"] * 2, "week_index": [0] * 2, "channel_pseudonym": ["c"] * 2}
    pq.write_table(pa.table(columns), tmp_path / "p.parquet")
    with pytest.raises(InputError, match=r"column 'post_text' holds text that is no UTF-8 .*index 1.*write the file"):
        table_of(tmp_path / "p.parquet", tmp_path / "out")


def test_weeks_that_are_no_numbers_are_named(tmp_path):
    columns = {"post_text": ["x"], "language_code": ["en"], "week_index": ["2021-W33"], "channel_pseudonym": ["c"]}
    pq.write_table(pa.table(columns), tmp_path / "p.parquet")
    with pytest.raises(InputError, match="column 'week_index' is of type string; give weeks as whole numbers"):
        table_of(tmp_path / "p.parquet", tmp_path / "out")
