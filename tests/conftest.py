"""How much is tested: `--quick` before a commit, everything but deep checks by default, `--deep` before a release.

A test is never skipped in silence: what was left out is counted at the end, with the command that runs it.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
QUICK_FOLDERS = ("contract", "unit", "privacy")
"""Rooms and their contracts; the other folders run pipelines, corpora, browsers, peers and many worlds."""

LEFT_OUT = pytest.StashKey[dict[str, int]]()


def pytest_addoption(parser):
    group = parser.getgroup("how much is tested")
    group.addoption("--deep", action="store_true", help="everything, the checks before a release too")
    group.addoption("--quick", action="store_true", help="a minute's worth: rooms and contracts, no test marked slow")


def pytest_configure(config):
    config.stash[LEFT_OUT] = {}


def pytest_ignore_collect(collection_path, config):
    within = collection_path.relative_to(TESTS).parts if collection_path.is_relative_to(TESTS) else ()
    is_other = bool(within) and collection_path.is_dir() and within[0] not in QUICK_FOLDERS
    return True if config.getoption("quick") and is_other else None


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
        terminalreporter.write_line(f"left out whole: every folder of tests but {', '.join(QUICK_FOLDERS)}")
