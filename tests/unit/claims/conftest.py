"""The register, and a way to alter a copy of it."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.claims.entries import Register
from analysis.claims.register import load_register
from tests.unit.claims.registers import CLAIMS, FROZEN, RAW, as_yaml, load_text


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register(CLAIMS, FROZEN)


@pytest.fixture
def altered(tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], object]], Register]:
    """Load a copy of the register with one alteration, under a hash that fits the copy."""

    def load(alter: Callable[[dict[str, Any]], object]) -> Register:
        raw = copy.deepcopy(RAW)
        alter(raw)
        return load_text(tmp_path, as_yaml(raw))

    return load
