"""The engine on Spark with real executors against the engine on one machine; an executor killed in the middle.

Needs Java and the environment build/spark (`.ci/run` makes it; docs/cluster.md says how).
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

from analysis.__main__ import stated_environment
from analysis.commands.posts_table import CODEBOOK
from analysis.custody.scrub import scrubbed
from analysis.engine.local import posts_table
from analysis.measures.codebooks import parse_codebook
from benchmarks.engine import process_tree, write_posts

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / "build/spark/bin/python"
MASTER = "local-cluster[2,1,1024]"
FILES, POSTS = 6, 4_000
SPARK = ["--engine", "spark", "--master", MASTER, "--conf", "spark.sql.files.openCostInBytes=1"]


def reason_to_skip():
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        return "Java is not installed"
    return "" if PYTHON.exists() else "there is no environment build/spark"


pytestmark = pytest.mark.skipif(bool(reason_to_skip()), reason=reason_to_skip())


def start(*arguments, python=PYTHON):
    environment = os.environ | stated_environment() | {"PYTHONPATH": str(ROOT)}
    command = [str(python), "-m", "analysis", *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(process):
    said, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors[-4000:]
    return said, errors


def rows_of(folder):
    return pl.read_parquet(folder / "rows/*.parquet").sort("channel_pseudonym", "week_index", "post_text")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("posts")
    write_posts(folder / "whole.parquet", FILES * POSTS)
    table = pq.read_table(folder / "whole.parquet")
    (folder / "whole.parquet").unlink()
    for number in range(FILES):
        pq.write_table(table.slice(number * POSTS, POSTS), folder / f"{number}.parquet")
    return folder


@pytest.fixture(scope="module")
def alone(source, tmp_path_factory):
    out = tmp_path_factory.mktemp("alone")
    posts_table(
        sorted(source.glob("*.parquet")),
        out,
        parse_codebook(CODEBOOK.read_text(encoding="utf-8")),
        scrubbed,
        processes=1,
    )
    return out


def test_the_cluster_gives_the_same_table(source, alone, tmp_path):
    finished(start("posts-table", source, "--out", tmp_path / "out", "--no-keep-rows", *SPARK))
    assert (tmp_path / "out/post_weeks.parquet").read_bytes() == (alone / "post_weeks.parquet").read_bytes()
    assert not (tmp_path / "out/rows").exists()


def test_a_killed_executor_changes_neither_table_nor_rows(source, alone, tmp_path):
    out = tmp_path / "out"
    settings = ["--conf", "spark.sql.files.maxPartitionBytes=100000"]
    process = start("posts-table", source, "--out", out, *SPARK, *settings)
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and process.poll() is None and not list(out.glob("rows/_temporary/0/task_*")):
        time.sleep(0.02)
    executors = [pid for pid in process_tree(process.pid) if b"CoarseGrainedExecutorBackend" in command_of(pid)]
    assert len(executors) == 2
    os.kill(executors[0], signal.SIGKILL)
    assert not (out / "rows/_SUCCESS").exists(), "the kill came too late to show anything"
    _, errors = finished(process)
    assert "Lost executor" in errors
    assert (out / "post_weeks.parquet").read_bytes() == (alone / "post_weeks.parquet").read_bytes()
    assert rows_of(out).equals(rows_of(alone))


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_pairs_counted_on_the_cluster_are_the_same(tmp_path):
    generator = np.random.default_rng(3)
    n = 20_000
    pl.DataFrame(
        {
            "object_id": [f"o{o}" for o in generator.geometric(0.01, n)],
            "account_id": [f"a{a}" for a in generator.integers(0, 300, n)],
            "content_id": [f"c{c}" for c in range(n)],
            "timestamp_share": generator.integers(0, 40_000, n),
        }
    ).write_parquet(tmp_path / "shares.parquet")
    arguments = ["estimate", "coordination", tmp_path / "shares.parquet", "--window", 60, "--null-draws", 19, "--json"]
    here, _ = finished(start(*arguments, python=sys.executable))
    there, _ = finished(start(*arguments, *SPARK))
    assert '"pairs": 0' not in here
    assert there == here
