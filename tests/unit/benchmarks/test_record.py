"""What a run of the benchmarks leaves behind."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.errors import InputError
from analysis.store import Store
from benchmarks import record as bench_record
from benchmarks.bench import bench
from benchmarks.report import Comparison, peak_memory

FASTER = Comparison("counting", "a peer", "CPU seconds", 1.0, 4.0, "a | note")
SLOWER = Comparison("reading", "a limit", "items per CPU second", 5.0, 10.0)
ALONE = Comparison("fitting", "R", "CPU seconds", 2.0, None, "skipped: R is not installed")


@pytest.fixture
def rows():
    return bench_record.record("engine", [FASTER, SLOWER, ALONE])


def test_ratios_say_how_many_times_better(rows):
    assert [row["times_better"] for row in rows] == [4.0, 0.5, None]


def test_the_report_is_written_as_text_table_and_picture(rows, tmp_path):
    written = bench_record.write_report(rows, tmp_path)
    assert {path.name for path in written} == {"bench.md", "bench.parquet", "bench.svg", "bench.png"}
    text = (tmp_path / "bench.md").read_text(encoding="utf-8")
    assert "a \\| note" in text
    assert "| fitting | R | peer | CPU seconds | 2 | – | – | skipped: R is not installed |" in text
    assert pq.read_table(tmp_path / "bench.parquet").num_rows == 3


def test_the_history_keeps_other_days_and_replaces_the_same_one(rows, tmp_path):
    earlier = [{**row, "measured_date": pd.Timestamp(2020, 1, 1)} for row in rows]
    for measured in (
        earlier,
        rows,
        bench_record.record("engine", [Comparison("counting", "a peer", "CPU seconds", 1, 9)]),
    ):
        bench_record.keep(measured, tmp_path)
    kept = Store(tmp_path).read(bench_record.HISTORY)
    counting = kept[kept.comparison_text == "counting"].sort_values("measured_date")
    assert len(kept) == 6
    assert list(counting.times_better) == [4.0, 9.0]


def test_the_machine_is_described_and_not_named():
    import platform

    assert platform.node() not in bench_record.machine()
    assert platform.machine() in bench_record.machine()


def test_memory_of_children_counts(tmp_path):
    hold = "import time; held = b'x' * 150_000_000; time.sleep(1)"
    command = ["sh", "-c", f'python -c "{hold}" & python -c "{hold}"; wait']
    assert peak_memory(command, tmp_path) > 300_000_000


def test_an_unknown_part_is_named():
    with pytest.raises(InputError, match="bench speed: no such part; name one of pipeline, readers"):
        bench("speed")
