"""The bench command with parts that take no time, and what a measurement is."""

import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from analysis.commands.cpu_time import cpu_seconds
from analysis.errors import InputError
from benchmarks import bench as bench_module
from benchmarks import report as bench_report
from benchmarks import scrub as bench_scrub
from benchmarks.bench import PARTS, bench
from benchmarks.report import Comparison, in_turn, peak_memory, process_tree, show


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """Parts that answer at once; returns what was asked of which module."""
    asked = []

    def module(name):
        def measure(*arguments):
            asked.append((name.rpartition(".")[2], *arguments))
            return [Comparison(f"what {name} does", "a peer", "CPU seconds", 1.0, 2.0)]

        return SimpleNamespace(measure=measure)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bench_module.importlib, "import_module", module)
    return asked


def test_all_parts_are_measured_in_their_modules(measured, tmp_path, capsys):
    bench()
    assert [name for name, *_ in measured] == [
        "pipeline", "readers", "scrub", "engine", "sampling", "survey", "estimators", "disclosure", "coordination",
        "scaling",
    ]  # fmt: skip
    assert {path.name for path in (tmp_path / "build/bench").iterdir()} == {
        "bench.md", "bench.parquet", "bench.svg", "bench.png",
    }  # fmt: skip
    assert "written: build/bench/bench.md" in capsys.readouterr().out
    assert not (tmp_path / "data").exists()


def test_one_part_is_recorded_when_asked(measured, tmp_path, capsys):
    bench("scrub", track_it=True)
    assert measured == [("scrub",)]
    assert "added to " in capsys.readouterr().out
    assert list((tmp_path / "data").rglob("*.csv"))


def test_numbers_of_rows_go_to_the_parts_that_have_sizes(measured):
    bench("engine", sizes=[10, 20])
    bench("scaling", sizes=[10, 20])
    assert measured == [("engine", (10, 20)), ("scaling", (10, 20))]
    with pytest.raises(InputError, match=r"^bench scaling --rows \[10\]: give at least 2 sizes"):
        bench("scaling", sizes=[10])
    for part, sizes in (("scrub", [10]), ("all", [10]), ("engine", [20, 10]), ("engine", [0, 10])):
        with pytest.raises(InputError, match=rf"^bench {part} --rows {re.escape(str(sizes))}: numbers of rows, asc"):
            bench(part, sizes=sizes)


def test_an_unknown_part_names_the_known_ones():
    with pytest.raises(InputError) as caught:
        bench("speed")
    assert str(caught.value) == f"bench speed: no such part; name one of {', '.join(PARTS)}, or all"


def test_a_comparison_knows_which_way_is_better():
    assert Comparison("a", "b", "CPU seconds", 2.0, 8.0).times_better == 4.0
    assert Comparison("a", "b", "posts per CPU second", 2.0, 8.0).times_better == 0.25
    assert Comparison("a", "b", "CPU seconds", 2.0, None).times_better is None


def test_a_missing_peer_is_shown_as_a_dash(capsys):
    show("x", [Comparison("ours [a]", "theirs", "CPU seconds", 1234.5, None, "skipped")])
    shown = capsys.readouterr().out
    assert "bench x, on" in shown
    assert "–" in shown


def test_a_call_takes_at_least_the_clocks_resolution():
    assert cpu_seconds(lambda: None) > 0
    assert all(seconds > 0 for seconds in in_turn(lambda: None, lambda: None, 3))


def test_calls_are_made_in_turn_after_a_warm_up_each():
    made = []
    in_turn(lambda: made.append("A"), lambda: made.append("B"), 2)
    assert "".join(made) == "ABABAB"


def test_a_command_that_fails_has_no_memory(tmp_path):
    with pytest.raises(subprocess.CalledProcessError):
        peak_memory([sys.executable, "-c", "raise SystemExit(3)"], tmp_path)


def test_a_process_that_is_gone_has_no_children_and_no_memory():
    gone = 2**22 + 1
    assert list(process_tree(gone)) == [gone]
    assert bench_report._resident(gone) == 0


def test_posts_of_the_bench_are_the_same_for_everybody():
    posts = bench_scrub.bench_posts(300)
    assert posts == bench_scrub.bench_posts(300)
    assert len(posts) == 300
    assert min(len(post.split()) for post in posts) >= 5
    assert any("https://fiction.example/object/" in post for post in posts)


@pytest.fixture
def peers(tmp_path, monkeypatch):
    """Environments of peers below a folder of the test, and every command that would make them."""
    commands = []

    def run(command, **_):
        commands.append(command)
        if "-c" in command:
            return SimpleNamespace(stdout='said\n{"seconds": 0.5, "changed": 3}\n')
        return SimpleNamespace(stdout="")

    monkeypatch.setattr(bench_scrub, "ENVIRONMENTS", tmp_path)
    monkeypatch.setattr(bench_scrub.subprocess, "run", run)
    return commands


@pytest.mark.parametrize("uv", ["/bin/uv", None])
def test_a_peer_is_made_once_and_timed(peers, tmp_path, monkeypatch, uv):
    monkeypatch.setattr(bench_scrub.shutil, "which", lambda name: uv)
    (tmp_path / "scrubadub").mkdir()
    file = tmp_path / "texts.json"
    assert bench_scrub._peer("scrubadub", file) == ("scrubadub", 0.5, "")
    assert [command[0] for command in peers[:2]] == (
        [uv, uv] if uv else [sys.executable, str(tmp_path / "scrubadub/bin/python")]
    )
    made = len(peers)
    bench_scrub._peer("scrubadub", file)
    assert len(peers) == made + 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (subprocess.CalledProcessError(1, "pip", stderr="first\nno index\n"), "skipped: no index"),
        (subprocess.CalledProcessError(1, "pip", stderr=None), "skipped: no message"),
        (OSError("no such program"), "skipped: no such program"),
    ],
)
def test_a_peer_that_cannot_be_made_says_why(peers, tmp_path, monkeypatch, error, said):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr(bench_scrub.subprocess, "run", fails)
    assert bench_scrub._peer("presidio", tmp_path / "texts.json") == ("presidio", None, said)


def test_the_scrubber_is_measured_beside_reading_and_peers(monkeypatch):
    monkeypatch.setattr(bench_scrub, "_peer", lambda name, file: (name, None, "skipped: not here"))
    whole, *others, held = bench_scrub.measure(size=200)
    assert whole.what == "scrubbing 200 posts, read and written"
    assert 0 < whole.times_better < 1
    assert [(c.compared_with, c.other, c.note) for c in others] == [
        ("presidio", None, "skipped: not here"), ("scrubadub", None, "skipped: not here"),
    ]  # fmt: skip
    assert (held.compared_with, held.note) == ("the finders alone", "0 texts scrubbed otherwise")
    assert held.what == "scrubbing 34 posts with identifiers"


def test_readers_are_measured_beside_plain_parsers(monkeypatch):
    from analysis.synthetic.fiction import Sizes
    from benchmarks import readers as bench_readers

    monkeypatch.setattr(bench_readers, "SIZES", Sizes(population=2_000, respondents=200, posts=400))
    monkeypatch.setattr(bench_readers, "REPEATS", 1)
    made = bench_readers.measure()
    assert {c.compared_with for c in made} == {"polars", "orjson", "openpyxl", "pyreadstat"}
    assert all(c.ours > 0 and c.other > 0 and c.note.endswith(" items") for c in made)
