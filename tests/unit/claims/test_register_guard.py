"""The register is guarded by its hash: a changed one is refused until it is frozen anew."""

import hashlib
import re
from pathlib import Path

import pytest

from analysis.claims.entries import Register
from analysis.claims.register import freeze, load_register
from analysis.errors import ClaimsError
from tests.unit.claims.registers import CLAIMS, FROZEN


def copy_of_register(folder: Path) -> tuple[Path, Path]:
    path, frozen = folder / "claims.yml", folder / "FROZEN.sha256"
    path.write_bytes(CLAIMS.read_bytes())
    frozen.write_bytes(FROZEN.read_bytes())
    return path, frozen


def test_untouched_copy_loads(tmp_path: Path, register: Register) -> None:
    assert load_register(*copy_of_register(tmp_path)).sha256 == register.sha256


def test_one_changed_threshold_is_refused_with_both_hashes_and_the_way_out(tmp_path: Path) -> None:
    path, frozen = copy_of_register(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("threshold: 0.05", "threshold: 0.04"), encoding="utf-8")
    with pytest.raises(ClaimsError, match="is frozen") as caught:
        load_register(path, frozen)
    message = str(caught.value)
    assert FROZEN.read_text()[:64] in message
    assert hashlib.sha256(path.read_bytes()).hexdigest() in message
    assert [way for way in ("restore", "python -m analysis freeze-claims", "`history`") if way not in message] == []


def test_one_added_blank_is_refused(tmp_path: Path) -> None:
    path, frozen = copy_of_register(tmp_path)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(ClaimsError, match="is frozen"):
        load_register(path, frozen)


@pytest.mark.parametrize("content", ["", "abc  claims.yml\n", "0" * 64 + "  other.yml\n", "0" * 64 + " claims.yml\n"])
def test_hash_file_of_another_form_is_refused(tmp_path: Path, content: str) -> None:
    path, frozen = copy_of_register(tmp_path)
    frozen.write_text(content)
    with pytest.raises(ClaimsError, match=r"FROZEN\.sha256.*freeze-claims"):
        load_register(path, frozen)


@pytest.mark.parametrize("name", ["claims.yml", "FROZEN.sha256"])
def test_missing_file_is_named(tmp_path: Path, name: str) -> None:
    path, frozen = copy_of_register(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ClaimsError, match=f"{re.escape(name)}: cannot be read"):
        load_register(path, frozen)


def test_freeze_makes_a_changed_register_loadable(tmp_path: Path, register: Register) -> None:
    path, frozen = copy_of_register(tmp_path)
    path.write_bytes(path.read_bytes() + b"\n")
    digest = freeze(path, frozen)
    assert load_register(path, frozen).sha256 == digest != register.sha256
    assert sorted(one.name for one in tmp_path.iterdir()) == ["FROZEN.sha256", "claims.yml"]


def test_freeze_refuses_a_malformed_register_and_leaves_the_hash_alone(tmp_path: Path) -> None:
    path, frozen = copy_of_register(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("kind: premise", "kind: hunch"), encoding="utf-8")
    with pytest.raises(ClaimsError, match="hunch"):
        freeze(path, frozen)
    assert frozen.read_bytes() == FROZEN.read_bytes()
