"""Mutation score of a room on a sample of its mutants: how many single changes the unit tests notice.

    PYTHON -m tests.mutation.sample ROOM [--size 300] [--seed 1] [--tests tests/unit/ROOM ...] [--again survived]

The sample is the `size` mutants whose names, hashed with the seed, come first: the same on every machine, and edits of
one function leave the rest of the sample as it is. Results go to `build/mutation/ROOM/results.csv`, one row a mutant;
a run that was cut off goes on where it stopped. docs/mutation.md says how the environment is made and what a score
means.
"""

import argparse
import csv
import hashlib
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from scipy import stats

from tests.mutation.mutants import Mutant, described, mutants, mutated_source
from tests.mutation.tree import ROOT, Baseline, Watch, in_child, make_copy, measure, preload, read_baseline

MEMORY = 6 * 2**30
SLACK, FACTOR = 20.0, 5.0  # the time limit of a mutant: seconds beside a multiple of what its tests took unmutated
SURVIVED, UNREACHED = "survived", "unreached"


@dataclass(frozen=True, slots=True)
class Result:
    """One row: what became of a mutant. `source` is the hash of its mutated module."""

    mutant: str
    source: str
    line: int
    is_error_text: bool
    status: str
    seconds: float
    killed_by: str
    change: str


def drawn(everything: Iterable[Mutant], size: int, seed: int) -> list[Mutant]:
    """The `size` mutants whose names come first when hashed with the seed."""
    return sorted(everything, key=lambda m: hashlib.sha256(f"{seed} {m.name}".encode()).digest())[:size]


def score(results: Sequence[Result]) -> str:
    """Killed mutants of all, with the 95 % interval of Clopper and Pearson."""
    n = len(results)
    k = sum(result.status not in {SURVIVED, UNREACHED} for result in results)
    interval = stats.binomtest(k, n).proportion_ci(0.95, method="exact")
    return f"{k} of {n} killed, {100 * k / n:.1f} % [{100 * interval.low:.1f}, {100 * interval.high:.1f}]"


def run_mutant(copy: Path, folder: Path, mutant: Mutant, baseline: Baseline) -> Result:
    """Run the tests that reach the mutant until one fails."""
    file = copy / mutant.path
    before = file.read_text(encoding="utf-8")
    after = mutated_source(copy, mutant)
    chosen = baseline.tests_of(mutant, before)
    began = time.monotonic()
    status, killer = UNREACHED, ""
    if chosen:
        limit = SLACK + FACTOR * sum(baseline.seconds[test] for test in chosen)
        file.write_text(after, encoding="utf-8")
        try:
            status, killer = _outcome(copy, folder, chosen, limit)
        finally:
            file.write_text(before, encoding="utf-8")
    digest = hashlib.sha256(after.encode()).hexdigest()[:12]
    seconds = round(time.monotonic() - began, 1)
    change = described(before, after)
    return Result(mutant.name, digest, mutant.line, mutant.is_error_text, status, seconds, killer, change)


def _outcome(copy: Path, folder: Path, chosen: Sequence[str], limit: float) -> tuple[str, str]:
    note = folder / "mutant.json"
    note.unlink(missing_ok=True)
    arguments = ["-x", *dict.fromkeys(test.split("::")[0] for test in chosen)]
    child = in_child(copy, folder / "mutant.log", arguments, Watch(chosen), note)
    ends = time.monotonic() + limit
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > ends:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "timed out", ""
        time.sleep(0.05)
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return SURVIVED, ""
    failed = json.loads(note.read_text(encoding="utf-8"))["failed"] if note.exists() else []
    if code in {1, 2} and failed:
        return "killed", failed[0]
    return "crashed", ""


def read_results(path: Path) -> dict[tuple[str, str], Result]:
    """Rows by mutant and source; a later row replaces an earlier one."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            Result(**{**row, "line": int(row["line"]), "seconds": float(row["seconds"]),
                      "is_error_text": row["is_error_text"] == "True"})
            for row in csv.DictReader(file)
        ]  # fmt: skip
    return {(row.mutant, row.source): row for row in rows}


def append(path: Path, result: Result) -> None:
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Result)], lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(asdict(result))


def prepared(room: str, tests: Sequence[str], folder: Path) -> tuple[Path, Baseline]:
    """The copy and its baseline, measured anew when code, tests or data differ from the last time."""
    folder.mkdir(parents=True, exist_ok=True)
    copy, key = folder / "tree", folder / "key"
    stamp = f"{make_copy(copy)} {' '.join(tests)}"
    if key.exists() and key.read_text(encoding="utf-8") == stamp:
        return copy, read_baseline(folder, copy)
    key.unlink(missing_ok=True)
    baseline = measure(copy, room, tests, folder)
    key.write_text(stamp, encoding="utf-8")
    return copy, baseline


def report(results: Sequence[Result], everything: int, seed: int) -> str:
    kinds = ", ".join(f"{status} {n}" for status, n in sorted(Counter(result.status for result in results).items()))
    plain = [result for result in results if not result.is_error_text]
    return (
        f"{len(results)} of {everything} mutants, seed {seed}: {kinds}\n"
        f"all: {score(results)}\nwithout texts of errors: {score(plain)}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("room", help="a package or module of analysis/, e.g. estimators")
    parser.add_argument("--size", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="+", help="paths of tests (default tests/unit/ROOM)")
    parser.add_argument("--again", choices=("survived", "all"), help="run these anew, though they have a result")
    parser.add_argument("--only", default="", help="of the sample only mutants whose name contains this")
    options = parser.parse_args()
    tests = options.tests or [f"tests/unit/{options.room}"]
    folder = ROOT / "build/mutation" / options.room
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    preload()
    everything = mutants(ROOT, options.room)
    sample = [mutant for mutant in drawn(everything, options.size, options.seed) if options.only in mutant.name]
    copy, baseline = prepared(options.room, tests, folder)
    table = folder / "results.csv"
    known, results = read_results(table), []
    for at, mutant in enumerate(sample, 1):
        digest = hashlib.sha256(mutated_source(copy, mutant).encode()).hexdigest()[:12]
        old = known.get((mutant.name, digest))
        is_done = old and options.again != "all" and not (options.again and old.status in {SURVIVED, UNREACHED})
        result = old if old and is_done else run_mutant(copy, folder, mutant, baseline)
        if result is not old:
            append(table, result)
            print(f"{at}/{len(sample)} {result.status} {result.seconds} s {mutant.name}", flush=True)  # noqa: T201
        results.append(result)
    print(report(results, len(everything), options.seed))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
