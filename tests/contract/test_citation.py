"""CITATION.cff is valid by its own validator, which needs older packages than the project's and lives apart."""

import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
VALIDATOR = ROOT / "build/validators/bin/cffconvert"


def is_valid(path):
    if not VALIDATOR.is_file():
        pytest.skip("no cffconvert: install requirements-validators.lock into build/validators")
    command = [str(VALIDATOR), "--validate", "-i", str(path)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_the_citation_is_valid():
    assert is_valid(ROOT / "CITATION.cff")


def test_a_broken_citation_is_not(tmp_path):
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    (tmp_path / "CITATION.cff").write_text(text.replace("authors:", "writers:"), encoding="utf-8")
    assert not is_valid(tmp_path / "CITATION.cff")


def test_contributors_are_an_entity_and_no_identifier_is_made_up():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert [set(author) for author in citation["authors"]] == [{"name"}]
    assert not {"doi", "identifiers"} & set(citation)
