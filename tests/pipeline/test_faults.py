"""Death in every stage, full disk, read-only folder, two runs, damage, a jump of the clock: the next run heals."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis.__main__ import stated_environment
from analysis.stages import stage_names
from tests.pipeline.conftest import ROOT, Project
from tests.pipeline.vaults import SMALLER

DYING = ROOT / "tests/pipeline/dying"
MADE = ("data/fiction", "data/restricted", "data/candidate", "data/release", "dist")
STAGES = list(yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"])
ALWAYS_KILLED = ("tabulate_base_rates", "gate_release")
"""A stage that writes a table, and the one that replaces a folder of them; all others die before a release."""

FIGURE = "dist/book/_images/host_tiles.svg"
LONGEST_WAIT_SECONDS = 120
FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


class Built:
    """A small project after a whole run, what it then held, and how many files each stage put in place."""

    def __init__(self, folder: Path):
        self.project = Project(folder)
        self.folder = folder
        for old, new in SMALLER.items():
            self.project.edit("params.yaml", old, new)
        log = folder / ".dvc/placed.log"
        finished = self.dvc("repro", PLACED_LOG=str(log))
        assert finished.returncode == 0, finished.stdout + finished.stderr
        self.placed = Counter(log.read_text(encoding="utf-8").split())
        self.lock = (folder / "dvc.lock").read_bytes()
        self.files = self.standing()

    def started(self, *arguments, **environment):
        """DVC itself, in a process group of its own, with stages that can die."""
        path = f"{DYING}:{self.folder}"
        within = {"PATH": f"{self.folder}/.venv/bin:{os.environ['PATH']}", "PYTHONPATH": path, **stated_environment()}
        command = [str(self.folder / ".venv/bin/dvc"), *arguments]
        whole = Project.environment(**within, **environment)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env=whole, start_new_session=True, **pipes)

    def dvc(self, *arguments, **environment):
        process = self.started(*arguments, **environment)
        said, _ = process.communicate()
        return subprocess.CompletedProcess(arguments, process.returncode, said, "")

    def standing(self):
        """Hash of every file that a reader or a later stage could take for whole."""
        files = [path for name in MADE for path in (self.folder / name).rglob("*") if path.is_file()]
        return {
            path.relative_to(self.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
            if not any(part.endswith(".part") for part in path.relative_to(self.folder).parts)
        }

    def unfinished(self):
        return [path for name in ("data", "dist") for path in (self.folder / name).rglob(".*.part")]

    def assert_nothing_half_written(self):
        known = self.files.items()
        assert [name for name, found in self.standing().items() if (name, found) not in known] == []

    def assert_the_next_run_heals(self):
        finished = self.project.run("repro")
        assert finished.returncode == 0, finished.stdout + finished.stderr
        assert self.standing() == self.files
        assert (self.folder / "dvc.lock").read_bytes() == self.lock
        assert self.unfinished() == []
        return finished


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    if not (ROOT / ".venv/.key").is_file():
        pytest.skip("no .venv made by ./run: these tests run the pipeline through it")
    folder = tmp_path_factory.mktemp("faults") / "project"
    yield Built(folder)
    shutil.rmtree(folder, ignore_errors=True)


def test_every_stage_is_killed_below():
    assert sorted(STAGES) == stage_names()


@pytest.mark.parametrize(
    "stage", [name if name in ALWAYS_KILLED else pytest.param(name, marks=pytest.mark.deep) for name in STAGES]
)
def test_a_stage_that_is_killed_leaves_nothing_half_written(built, stage):
    last_half = built.placed[stage] // 2 + 1
    assert built.placed[stage] >= 1
    finished = built.dvc("repro", "--single-item", "--force", stage, DIES_IN=stage, DIES_BEFORE=str(last_half))
    assert finished.returncode == -signal.SIGKILL, finished.stdout
    assert built.standing() != built.files
    built.assert_nothing_half_written()
    built.assert_the_next_run_heals()


def test_two_runs_at_once_are_refused_with_the_name_of_the_other(built, tmp_path):
    go_on = tmp_path / "go_on"
    log = tmp_path / "placed.log"
    again = ("repro", "--single-item", "--force", "tabulate_base_rates")
    waits = {"WAITS_IN": "tabulate_base_rates", "WAITS_FOR": str(go_on), "PLACED_LOG": str(log)}
    first = built.started(*again, **waits)
    try:
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while not log.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        second = built.project.run(*again)
    finally:
        go_on.touch()
        said, _ = first.communicate()
    assert second.returncode != 0
    assert re.search(rf"is busy, it is being blocked by:\s+\(PID {first.pid}\)", second.stdout + second.stderr)
    assert first.returncode == 0, said
    built.assert_the_next_run_heals()


def test_a_damaged_cache_is_not_handed_out(built):
    objects = [path for path in (built.folder / ".dvc/cache/files/md5").glob("??/*") if path.is_file()]
    listing = next(path for path in objects if path.suffix == ".dir")
    content = [path for path in objects if path.suffix != ".dir"]
    for path, damaged in ((listing, b"[]"), (content[0], b""), (content[1], content[1].read_bytes()[:-1] + b"?")):
        path.chmod(0o644)
        path.write_bytes(damaged)
        path.chmod(0o444)
    for name in ("data/release", "dist"):
        shutil.rmtree(built.folder / name)
    finished = built.assert_the_next_run_heals()
    assert finished.stderr.count("its content is not what its name says; thrown out") == 3


@pytest.mark.parametrize(
    "name",
    [
        "data/release/tables/open__base_rates.csv",
        "data/candidate/candidate__base_rates.parquet",
        "dist/book/index.html",
    ],
)
def test_an_output_that_was_damaged_is_made_anew(built, name):
    path = built.folder / name
    path.write_bytes(path.read_bytes()[:-40])
    built.assert_the_next_run_heals()


def test_a_damaged_input_is_named_with_its_cell_and_stops_before_anything_is_written(built):
    path = built.folder / "data/reference/series_breaks.csv"
    good = path.read_bytes()
    lines = good.decode().splitlines(keepends=True)
    year = lines[0].strip().split(",").index("year")
    cells = lines[1].split(",")
    cells[year] = "20x5"
    try:
        path.write_text("".join([lines[0], ",".join(cells), *lines[2:]]), encoding="utf-8")
        finished = built.project.run("repro")
    finally:
        path.write_bytes(good)
    assert finished.returncode != 0
    assert re.search(r"error: .*series_breaks\.csv: line 2, column year: got '20x5'", finished.stdout + finished.stderr)
    built.assert_nothing_half_written()
    built.assert_the_next_run_heals()


@pytest.mark.skipif(not FAKETIME, reason="libfaketime moves the clock: on Debian, apt install faketime")
def test_a_clock_that_jumps_changes_no_byte(built):
    """Ten years back, then ten ahead: files of the future are then older than what they are made from."""
    for jump, stages in (("-10y", ("judge_claims", "gate_release")), ("+10y", ("build_book", "bundle_release"))):
        moved = {"LD_PRELOAD": str(FAKETIME[0]), "FAKETIME": jump}
        clock = subprocess.run(["date", "+%Y"], env=moved, capture_output=True, text=True, check=True)
        assert abs(int(clock.stdout) - time.gmtime().tm_year) >= 9
        finished = built.dvc("repro", "--single-item", "--force", *stages, **moved)
        assert finished.returncode == 0, finished.stdout
    assert built.standing() == built.files
    built.assert_the_next_run_heals()


def within_a_mount(script, folder):
    """Run a shell script where it may mount, with its own view of the file system; skip where that is not allowed."""
    probe = subprocess.run(["unshare", "--mount", "--map-root-user", "true"], capture_output=True, check=False)
    if not shutil.which("unshare") or probe.returncode:
        pytest.skip("this user may not mount: no `unshare --mount --map-root-user`")
    within = {"PATH": f"{folder}/.venv/bin:{os.environ['PATH']}", "PYTHONPATH": str(folder), **stated_environment()}
    command = ["unshare", "--mount", "--map-root-user", "sh", "-euc", script, "sh", str(folder)]
    return subprocess.run(command, env=within, capture_output=True, text=True, check=False)


FULL_DISK = """
# The candidate tier lies on a disk in memory without a free page; the output is gone, or DVC would make room.
mkdir -p "$1/small"
mount -t tmpfs -o size=8m tmpfs "$1/small"
cp -a "$1/data/candidate/." "$1/small/"
mount --bind "$1/small" "$1/data/candidate"
rm "$1/small/candidate__base_rates.parquet"
dd if=/dev/zero of="$1/small/filler" bs=4096 2>/dev/null || true
cd "$1"
dvc repro --single-item --force tabulate_base_rates && exit 3
rm "$1/small/filler"
rm -rf "$1/kept"; mkdir "$1/kept"; cp -a "$1/data/candidate/." "$1/kept/"
"""


def test_a_full_disk_is_named_and_leaves_nothing_half_written(built):
    finished = within_a_mount(FULL_DISK, built.folder)
    kept = built.folder / "kept"
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert re.search(
        r"error: .*: not written, and what was there is untouched \(No space left on device\); make room",
        finished.stderr,
    )
    assert (kept / "candidate__estimates.parquet").exists()
    assert not (kept / "candidate__base_rates.parquet").exists()
    for path in kept.iterdir():
        name = f"data/candidate/{path.name}"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == built.files[name]
    shutil.rmtree(kept)
    (built.folder / "small").rmdir()
    built.assert_the_next_run_heals()


READ_ONLY = """
cd "$1"
mount --bind data/release data/release
mount -o remount,bind,ro data/release
dvc repro --single-item --force gate_release && exit 3
exit 0
"""


def test_a_release_folder_that_may_not_be_written_stays_whole(built):
    finished = within_a_mount(READ_ONLY, built.folder)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert re.search(r"(Read-only file system|Device or resource busy).*data/release", finished.stderr)
    assert built.standing() == built.files
    built.assert_the_next_run_heals()


def test_verify_names_each_of_four_tamperings_and_nothing_else(built, tmp_path):
    """A table, a figure, a hash of the lock, and a stage that was left out of it."""
    table, figure = (built.folder / name for name in ("data/release/tables/open__base_rates.parquet", FIGURE))
    lock = yaml.safe_load(built.lock)
    lock["stages"]["tabulate_base_rates"]["outs"][0]["md5"] = "0" * 32
    del lock["stages"]["audit_tables"]
    before = {path: path.read_bytes() for path in (table, figure)}
    frame = pd.read_parquet(table)
    frame.iloc[3, frame.columns.get_loc("labelled_share")] += 0.25
    try:
        frame.to_parquet(table)
        figure.write_bytes(before[figure].replace(b"</svg>", b"<!-- better --></svg>"))
        (built.folder / "dvc.lock").write_text(yaml.safe_dump(lock, sort_keys=False), encoding="utf-8")
        finished = built.project.run("verify", "--report", str(tmp_path / "report.json"))
    finally:
        for path, content in before.items():
            path.write_bytes(content)
        (built.folder / "dvc.lock").write_bytes(built.lock)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    differing = {item["path"]: item["detail"] for item in report["comparisons"] if item["outcome"] == "differs"}
    assert finished.returncode == 2
    assert set(differing) == {
        "data/release/tables/open__base_rates.parquet",
        FIGURE,
        "data/candidate/candidate__base_rates.parquet",
        "dist/audit_tables.json",
        "stages/inputs/audit_tables",
    }
    assert differing[table.relative_to(built.folder).as_posix()].startswith(
        "1 cell(s), first row 3, column labelled_share"
    )
    assert all(name in finished.stderr for name in differing)
    assert {item["detail"] for item in report["comparisons"] if item["compared_with"] == "attacks"} != {
        "no attack was made"
    }
    built.assert_the_next_run_heals()


def test_verify_refuses_an_edited_register(built):
    path = built.folder / "data/claims/claims.yml"
    before = path.read_bytes()
    try:
        path.write_bytes(before.replace(b"supported", b"contradicted", 1))
        finished = built.project.run("verify")
    finally:
        path.write_bytes(before)
    assert finished.returncode == 2
    assert re.search(r"error: .*(claims\.yml|frozen)", finished.stderr)
