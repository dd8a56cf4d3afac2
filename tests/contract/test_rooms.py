"""The import contracts hold, and a forbidden import is caught."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLANTED = {
    "analysis/estimators/base_rates.py": "import pandas",
    "analysis/estimators/variance.py": "from analysis.schemas import TABLES",
    "analysis/store.py": "from analysis.disclosure import gate",
    "analysis/measures/published.py": "from analysis.params import Params",
    "analysis/disclosure/audit/release_files.py": "from analysis.disclosure.gate import clear",
    "analysis/reading/__init__.py": "from analysis.store import Store",
    "analysis/claims/verdict.py": "import pandas",
    "analysis/commands/verify.py": "from benchmarks import report",
}


def broken_contracts(root: Path) -> str:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(
        command, cwd=root, capture_output=True, text=True, env={"PYTHONPATH": str(root)}, check=False
    )
    return "" if result.returncode == 0 else result.stdout + result.stderr


@pytest.fixture
def copy(tmp_path):
    for package in ("analysis", "benchmarks"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_rooms_keep_their_promises(copy):
    assert broken_contracts(copy) == ""


@pytest.mark.parametrize("module", PLANTED)
def test_a_forbidden_import_is_caught(copy, module):
    path = copy / module
    path.write_text(path.read_text(encoding="utf-8") + f"\n{PLANTED[module]}\n", encoding="utf-8")
    assert "BROKEN" in broken_contracts(copy)


def test_a_room_without_a_place_is_caught(copy):
    room = copy / "analysis/annex"
    room.mkdir()
    (room / "__init__.py").write_text('"""Nobody placed this room."""\n', encoding="utf-8")
    assert "annex" in broken_contracts(copy)
