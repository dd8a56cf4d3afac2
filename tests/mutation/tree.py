"""A copy of the working tree in which a test run never sees the original, and the unmutated run in it.

The mutated module lies on disk in the copy, so that tests that start processes see it too. Compiled modules are kept by
the hash of their source, not by its time: a mutant is never mistaken for its neighbour.
"""

import compileall
import hashlib
import importlib
import json
import os
import py_compile
import shutil
import subprocess
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coverage

from tests.mutation.mutants import Mutant, statement_lines

ROOT = Path(__file__).resolve().parents[2]
PRELOADED = (
    "hypothesis.extra.numpy", "numpy", "pandas", "pyarrow.parquet", "pytest", "scipy.integrate", "scipy.optimize",
    "scipy.sparse", "scipy.special", "scipy.stats", "sklearn.linear_model", "yaml",
)  # fmt: skip
FLAGS = ("-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist")


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the unmutated tests did: seconds of each test, and per file and line the tests that reached it."""

    seconds: dict[str, float]
    reached: dict[str, dict[int, list[str]]]
    texts: dict[str, str]

    def tests_of(self, mutant: Mutant, source: str) -> list[str]:
        """The tests that can see the mutant, fastest first.

        Code outside functions runs at import: seen by tests that reach the module, or a module or test that names it.
        A line that ran while a fixture was set up counts for all tests of that file, since a fixture may be shared.
        """
        first, last, is_function, is_inside = statement_lines(source).get(mutant.line, (1, 1, False, False))
        if not (is_function or is_inside):
            return self._importing(mutant.path)
        lines = self.reached.get(mutant.path, {})
        reached = [lines[line] for line in range(first, last + 1) if line in lines]
        found = {test for tests in reached for test in tests}
        # A function that ran outside every test ran at import.
        return self._importing(mutant.path) if reached and not found else self._tests(found)

    def _importing(self, path: str) -> list[str]:
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        parent, _, own = module.rpartition(".")
        naming = {file for file, text in self.texts.items() if module in text or f"from {parent} import {own}" in text}
        found = {test for file in {path, *naming} for tests in self.reached.get(file, {}).values() for test in tests}
        return self._tests(found | {test for test in self.seconds if test.split("::")[0] in naming})

    def _tests(self, found: set[str]) -> list[str]:
        """Contexts `test|phase` and tests, as tests."""
        files = {test.split("::")[0] for test in found if test.endswith("|setup")}
        shared = (test for test in self.seconds if test.split("::")[0] in files)
        plain = {test.removesuffix("|setup").removesuffix("|run").removesuffix("|teardown") for test in found}
        return sorted(self.seconds.keys() & {*plain, *shared}, key=lambda test: (self.seconds[test], test))


class Watch:
    """A pytest plugin: only the chosen tests, fastest first; notes seconds and failures."""

    def __init__(self, chosen: Sequence[str] | None = None) -> None:
        self.place = None if chosen is None else {test: at for at, test in enumerate(chosen)}
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        if self.place is not None:
            place = self.place
            items[:] = sorted((item for item in items if item.nodeid in place), key=lambda item: place[item.nodeid])

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.skipped:
            self.seconds.pop(report.nodeid)
        if report.failed:
            self.failed.append(report.nodeid)


def make_copy(copy: Path) -> str:
    """Copy what git tracks or could track; returns a hash of the code, the tests and their data."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.split(b"\0")
    shutil.rmtree(copy, ignore_errors=True)
    digest = hashlib.sha256()
    for path in sorted({name.decode() for name in listed if name}):
        source = ROOT / path
        if not source.is_file():
            continue
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy / path)
        if path.startswith(("analysis/", "benchmarks/", "tests/", "data/")) and not path.startswith("tests/mutation/"):
            digest.update(f"{path}\0".encode() + source.read_bytes())
    for folder in ("analysis", "benchmarks", "tests"):
        compileall.compile_dir(copy / folder, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    return digest.hexdigest()


def preload() -> None:
    """Import what is slow and never mutated, once, before the forks."""
    for name in PRELOADED:
        importlib.import_module(name)


def in_child(copy: Path, log: Path, arguments: Sequence[str], watch: Watch, note: Path) -> int:
    """Fork; the child runs pytest in the copy and writes what the plugin saw to `note`. Returns the child's id."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.setsid()
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        code = _tested(copy, arguments, watch)
        note.write_text(json.dumps({"seconds": watch.seconds, "failed": watch.failed}), encoding="utf-8")
    except BaseException:  # whatever a mutant does, the child ends here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)
    return 0


def _tested(copy: Path, arguments: Sequence[str], watch: Watch) -> int:
    import hypothesis
    import pytest

    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy)
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for name in [name for name in sys.modules if name.split(".")[0] in {"tests", "analysis", "benchmarks"}]:
        del sys.modules[name]
    sys.path[:] = [str(copy), *(path for path in sys.path if Path(path or ".").resolve() != ROOT)]
    importlib.invalidate_caches()
    # Drawn examples do not change from mutant to mutant, and a failure is enough: it need not be made small.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutation", database=None, derandomize=True, deadline=None, phases=phases)
    hypothesis.settings.load_profile("mutation")
    return int(pytest.main([*FLAGS, *arguments], plugins=[watch]))


def measure(copy: Path, room: str, tests: Sequence[str], folder: Path) -> Baseline:
    """Run the tests unmutated, traced. Raises RuntimeError where one fails."""
    data, note, log = folder / "coverage", folder / "baseline.json", folder / "baseline.log"
    os.environ["COVERAGE_FILE"] = str(data)
    arguments = [*tests, f"--cov=analysis/{room}", "--cov-context=test", "--cov-report="]
    _, status = os.waitpid(in_child(copy, log, arguments, Watch(), note), 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"tests fail without any mutant: see {log}")
    return read_baseline(folder, copy)


def read_baseline(folder: Path, copy: Path) -> Baseline:
    """What `measure` left in the folder."""
    traced = coverage.CoverageData(basename=str(folder / "coverage"))
    traced.read()
    reached = {
        Path(file).relative_to(copy).as_posix(): {
            line: [context for context in contexts if context]
            for line, contexts in traced.contexts_by_lineno(file).items()
        }
        for file in traced.measured_files()
    }
    seconds = json.loads((folder / "baseline.json").read_text(encoding="utf-8"))["seconds"]
    files = [file for part in ("analysis", "tests") for file in (copy / part).rglob("*.py")]
    texts = {file.relative_to(copy).as_posix(): file.read_text(encoding="utf-8") for file in files}
    return Baseline(seconds, reached, texts)
