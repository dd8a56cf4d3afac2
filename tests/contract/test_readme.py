"""The README's picture is the built figure, its commands exist, and the files it names are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_picture_is_the_built_figure():
    built = ROOT / "dist/book/share_card.png"
    if not built.is_file():
        pytest.skip("no built book in dist/book: run ./run repro")
    assert (ROOT / "docs/register.png").read_bytes() == built.read_bytes()


def test_every_command_is_a_verb_of_run():
    usage = (ROOT / "run").read_text(encoding="utf-8")
    verbs = set(re.findall(r"\./run ([a-z-]+)", README))
    assert verbs >= {"repro", "test", "verify", "replicate", "book"}
    for verb in verbs:
        assert re.search(rf"^  {verb} ", usage, re.MULTILINE), verb


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`([A-Za-z_.-]+\.(?:md|yml|yaml|cff|lock|toml))`|\]\(([^)]+)\)", README)))
)
def test_every_named_file_exists(name):
    assert (ROOT / "".join(name)).exists()


def test_no_number_from_a_failed_design_is_in_the_readme():
    assert "%" not in README
    assert "0.22" not in README
