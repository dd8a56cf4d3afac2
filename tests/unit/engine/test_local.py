"""The engine: same bytes whatever the pieces, after a kill -9, and on texts that would fill the memory."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.commands.posts_table import CODEBOOK
from analysis.custody.scrub import scrubbed
from analysis.engine import local, steps
from analysis.engine.local import posts_table
from analysis.engine.steps import Columns
from analysis.errors import InputError
from analysis.measures.codebooks import parse_codebook
from benchmarks.engine import write_posts

ROOT = Path(__file__).resolve().parents[3]
BOOK = parse_codebook(CODEBOOK.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("posts") / "posts.parquet"
    write_posts(path, 2_400)
    table = pq.read_table(path)
    pq.write_table(table, path, row_group_size=200)
    return path


def table_bytes(out, files, **options):
    return posts_table(files, out, BOOK, scrubbed, processes=1, **options).read_bytes()


def test_pieces_change_no_byte(source, tmp_path, monkeypatch):
    whole = table_bytes(tmp_path / "a", [source])
    monkeypatch.setattr(local, "READ_ROWS", 100)
    monkeypatch.setattr(local, "FEW_ROWS", 100)
    monkeypatch.setattr(steps, "BATCH_ROWS", 333)
    assert table_bytes(tmp_path / "b", [source]) == whole
    pq.write_table(pq.read_table(source), tmp_path / "one.parquet")
    assert table_bytes(tmp_path / "c", [tmp_path / "one.parquet"], keep_rows=False) == whole
    assert not list((tmp_path / "c/rows").iterdir())


def test_several_processes_change_no_byte(source, tmp_path):
    alone = table_bytes(tmp_path / "a", [source])
    assert posts_table([source], tmp_path / "b", BOOK, scrubbed, processes=2).read_bytes() == alone
    for part in (tmp_path / "a/rows").iterdir():
        assert (tmp_path / "b/rows" / part.name).read_bytes() == part.read_bytes()


def test_after_a_kill_the_same_result(source, tmp_path):
    whole = table_bytes(tmp_path / "whole", [source])
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "analysis", "posts-table", str(source), "--out", str(out), "--processes", "1"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and len(list((out / "counts").glob("0*.parquet"))) < 3 and process.poll() is None:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = {path: path.stat().st_mtime_ns for path in (out / "counts").glob("0*.parquet")}
    assert 3 <= len(done) < 12, "the kill came too early or too late to show anything"
    assert table_bytes(out, [source]) == whole
    assert all(path.stat().st_mtime_ns == at for path, at in done.items()), "finished parts are not made again"


def test_identifiers_are_gone_from_the_rows(tmp_path):
    rows = {"post_text": ["write to user@example.org about asylum"], "language_code": ["en"], "week_index": [1]}
    pq.write_table(pa.table(rows | {"channel_pseudonym": ["c"]}), tmp_path / "p.parquet")
    table_bytes(tmp_path / "out", [tmp_path / "p.parquet"])
    row = pl.read_parquet(tmp_path / "out/rows/*.parquet").row(0, named=True)
    assert row["post_text"] == "write to [EMAIL] about asylum"
    assert row["has_HS"]


def test_hostile_texts_give_right_counts(tmp_path):
    texts = ["", None, "national unity " * 70_000, "وحدت ملی national unity", "national unity", "x" * 1_000_000]
    rows = {
        "post_text": pa.array(texts, pa.string()),
        "language_code": ["en", "fa", "en", "fa", "tlh", None],
        "week_index": pa.array([1, 1, 1, 1, 1, None], pa.int64()),
        "channel_pseudonym": ["c"] * 6,
    }
    pq.write_table(pa.table(rows), tmp_path / "p.parquet")
    posts_table([tmp_path / "p.parquet"], tmp_path / "out", BOOK, scrubbed, processes=1)
    found = pl.read_parquet(tmp_path / "out/post_weeks.parquet").filter(pl.col("frame_code").is_in(["ALL", "NU"]))
    assert found.select("language_code", "frame_code", "posts_n").rows() == [
        ("en", "ALL", 2), ("en", "NU", 1), ("fa", "ALL", 2), ("fa", "NU", 1),
    ]  # fmt: skip


def test_another_run_in_the_folder_is_refused(source, tmp_path):
    table_bytes(tmp_path / "out", [source])
    pq.write_table(pq.read_table(source).slice(0, 100), tmp_path / "other.parquet")
    with pytest.raises(InputError, match="holds a run on other files"):
        table_bytes(tmp_path / "out", [tmp_path / "other.parquet"])


def test_a_missing_column_is_named(source, tmp_path):
    with pytest.raises(InputError, match="no column 'words'"):
        posts_table([source], tmp_path / "out", BOOK, scrubbed, columns=Columns(text="words"), processes=1)


def test_what_is_no_parquet_is_refused(tmp_path):
    (tmp_path / "p.parquet").write_text("no", encoding="utf-8")
    with pytest.raises(InputError, match="no readable Parquet"):
        table_bytes(tmp_path / "out", [tmp_path / "p.parquet"])
