"""How much is tested: `--quick` before a commit, everything but deep checks by default, `--deep` before a release.

A test is never skipped in silence: what was left out is counted at the end, with the command that runs it.
"""

from pathlib import Path

import pytest
from hypothesis import settings

# Speed is measured by `./run bench`; a test that fails on a busy machine teaches nobody.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

TESTS = Path(__file__).parent
QUICK_FOLDERS = ("contract", "unit")
"""Rooms and their contracts; the other folders run pipelines, corpora, browsers, peers and many worlds."""

SLOW_FILES = (
    "contract/test_book.py",
    "contract/test_trace.py",
    "unit/benchmarks/test_bench.py",
    "unit/claims/test_register_guard.py",
    "unit/commands/test_check_consent.py",
    "unit/commands/test_estimate.py",
    "unit/commands/test_estimate_designs.py",
    "unit/commands/test_estimate_edges.py",
    "unit/custody/scrub/test_engine.py",
    "unit/disclosure/test_rehearsal.py",
    "unit/disclosure/test_secondary.py",
    "unit/disclosure/test_tabular.py",
    "unit/engine/test_hostile.py",
    "unit/engine/test_local.py",
    "unit/estimators/coordination/test_coordination.py",
    "unit/estimators/endorsement/test_ideal_points.py",
    "unit/estimators/list_experiment/test_chi_bar.py",
    "unit/estimators/list_experiment/test_design_effect.py",
    "unit/estimators/rds/test_bootstrap.py",
    "unit/estimators/test_invariances.py",
    "unit/estimators/test_mrp.py",
    "unit/reading/test_figures.py",
    "unit/reading/test_pages.py",
    "unit/results/test_design_diagnosis.py",
    "unit/results/test_posts.py",
    "unit/strategy/test_survey.py",
    "unit/synthetic/test_survey_exports.py",
)
"""Files of those folders that take longer than a file should before a commit."""

LEFT_OUT = pytest.StashKey[dict[str, int]]()


def pytest_addoption(parser):
    group = parser.getgroup("how much is tested")
    group.addoption("--deep", action="store_true", help="everything, the checks before a release too")
    group.addoption("--quick", action="store_true", help="a minute's worth: rooms and contracts, no test marked slow")


def pytest_configure(config):
    config.stash[LEFT_OUT] = {}


def pytest_ignore_collect(collection_path, config):
    """With --quick, do not even import what would be left out."""
    within = collection_path.relative_to(TESTS) if collection_path.is_relative_to(TESTS) else Path()
    is_other = bool(within.parts) and collection_path.is_dir() and within.parts[0] not in QUICK_FOLDERS
    return True if config.getoption("quick") and (is_other or within.as_posix() in SLOW_FILES) else None


def left_to(item, config):
    """The option that would have run a test, or nothing when it runs now."""
    if item.get_closest_marker("deep") and not config.getoption("deep"):
        return "--deep"
    return "no --quick" if item.get_closest_marker("slow") and config.getoption("quick") else None


def pytest_collection_modifyitems(config, items):
    options = [left_to(item, config) for item in items]
    left = [item for item, option in zip(items, options, strict=True) if option]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item, option in zip(items, options, strict=True) if not option]
    counts = {option: options.count(option) for option in ("--deep", "no --quick") if option in options}
    config.stash[LEFT_OUT] = counts
    if hasattr(config, "workeroutput"):
        config.workeroutput["left_out"] = counts


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    # Every worker collects the same tests.
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", {})


def pytest_terminal_summary(terminalreporter, config):
    for option, count in config.stash[LEFT_OUT].items():
        terminalreporter.write_line(f"{count} test(s) left out; they run with {option}")
    if config.getoption("quick"):
        folders = ", ".join(QUICK_FOLDERS)
        terminalreporter.write_line(
            f"left out whole: every folder of tests but {folders}, and {len(SLOW_FILES)} slow files (tests/conftest.py)"
        )
