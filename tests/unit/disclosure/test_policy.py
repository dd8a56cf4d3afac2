from pathlib import Path

import pytest

from analysis.disclosure.policy import load_policy
from analysis.errors import DisclosureError

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "data/codelists/disclosure_policy.yml").read_text(encoding="utf-8")


def load(tmp_path, text):
    path = tmp_path / "policy.yml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path)


def test_the_committed_policy_loads(tmp_path):
    assert load(tmp_path, TEXT).minimum_cell == 10


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("minimum_cell: 10", "minimum_cell: 4", "minimum_cell is 4; it may not lie below the floor of 5"),
        ("minimum_cell: 10", "minimum_cell: ten", "minimum_cell is 'ten'; want a whole number"),
        ("minimum_respondents: 10", "minimum_respondents: 1", "it may not lie below the floor"),
        ("rounding_base: 5", "rounding_base: 0", "rounding_base is 0"),
        ("rounding_base: 5", "rounding: 5", "want exactly the keys"),
        ("[roles, minimum_cell, rounding]", "[minimum_cell, guess]", "checks: frequency: unknown check 'guess'"),
        ("reviewed: {}", "reviewed: {estimates: {sha256: x}}", "reviewed: estimates: got .*want exactly the keys"),
        ("checks:\n", "checks: [\n", "not readable as YAML"),
    ],
)
def test_a_weak_or_unknown_rule_is_refused(tmp_path, old, new, reason):
    assert old in TEXT
    with pytest.raises(DisclosureError, match=reason):
        load(tmp_path, TEXT.replace(old, new))
