from pathlib import Path

import pytest
import yaml

from analysis.disclosure.policy import CHECK_CODES as CHECKS
from analysis.disclosure.policy import Review, load_policy
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


def test_every_rule_is_read(tmp_path):
    content = yaml.safe_load(TEXT)
    policy = load(tmp_path, TEXT)
    assert (policy.minimum_cell, policy.minimum_cell_floor, policy.rounding_base, policy.minimum_respondents) == tuple(
        content[name] for name in ("minimum_cell", "minimum_cell_floor", "rounding_base", "minimum_respondents")
    )
    assert policy.checks == {kind: tuple(names) for kind, names in content["checks"].items()}
    assert policy.reviewed == {}
    rules = content["microdata"]
    assert (policy.microdata.k, policy.microdata.distinct_l) == (rules["k"], rules["distinct_l"])
    assert policy.microdata.largest_answer_share == rules["largest_answer_share"]
    assert policy.microdata.mean_risk == rules["mean_risk"]


def changed(tmp_path, section="", **values):
    content = yaml.safe_load(TEXT)
    (content[section] if section else content).update(values)
    return load(tmp_path, yaml.safe_dump(content))


def test_a_reviewed_table_keeps_its_decision(tmp_path):
    decision = {"sha256": "0" * 64, "decided_by": "two contributors", "reason": "holds no person"}
    policy = changed(tmp_path, reviewed={"estimates": decision})
    assert policy.reviewed == {"estimates": Review("0" * 64, "two contributors", "holds no person")}


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("", {"minimum_cell": 5, "minimum_respondents": 5}),
        ("", {"rounding_base": 1}),
        ("microdata", {"k": 11, "distinct_l": 3, "largest_answer_share": 0.8, "mean_risk": 0.03}),
    ],
)
def test_a_rule_at_its_bound_is_accepted(tmp_path, section, values):
    policy = changed(tmp_path, section, **values)
    for name, value in values.items():
        found = getattr(policy.microdata if section else policy, name)
        assert found == value


@pytest.mark.parametrize(
    ("section", "values", "reason"),
    [
        ("", {"minimum_cell": True}, "minimum_cell is True; want a whole number of at least 1"),
        ("", {"minimum_cell_floor": 0}, "minimum_cell_floor is 0; want a whole number of at least 1"),
        ("", {"minimum_respondents": 4}, "minimum_respondents is 4; it may not lie below the floor of 5"),
        ("", {"rounding_base": 2.5}, "rounding_base is 2.5; want a whole number of at least 1"),
        ("microdata", {"k": 10}, "microdata: k is 10; want a whole number of at least 11"),
        ("microdata", {"distinct_l": 2}, "microdata: distinct_l is 2; want a whole number of at least 3"),
        ("microdata", {"k": 12.0}, "microdata: k is 12.0; want a whole number of at least 11"),
        (
            "microdata",
            {"largest_answer_share": 0.81},
            "microdata: largest_answer_share is 0.81; want a share above 0, at most 0.8",
        ),
        ("microdata", {"mean_risk": 0.0}, "microdata: mean_risk is 0.0; want a share above 0, at most 0.03"),
        ("microdata", {"mean_risk": 0}, "microdata: mean_risk is 0; want a share above 0, at most 0.03"),
    ],
)
def test_a_rule_past_its_bound_is_named(tmp_path, section, values, reason):
    with pytest.raises(DisclosureError) as caught:
        changed(tmp_path, section, **values)
    assert str(caught.value) == f"{tmp_path / 'policy.yml'}: {reason}"


def test_other_content_is_refused_with_the_keys_that_are_wanted(tmp_path):
    wanted = (
        "['checks', 'microdata', 'minimum_cell', 'minimum_cell_floor', 'minimum_respondents', 'reviewed', "
        "'rounding_base']"
    )
    with pytest.raises(DisclosureError) as caught:
        load(tmp_path, "- a")
    assert str(caught.value) == f"{tmp_path / 'policy.yml'}: got ['a']; want exactly the keys {wanted}"
    with pytest.raises(DisclosureError) as caught:
        load(tmp_path, "b: 1\na: 2\n")
    assert str(caught.value) == f"{tmp_path / 'policy.yml'}: got ['a', 'b']; want exactly the keys {wanted}"
    with pytest.raises(DisclosureError, match=r"none\.yml: not readable as YAML: .*No such file"):
        load_policy(tmp_path / "none.yml")


def test_an_unknown_check_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(DisclosureError) as caught:
        changed(tmp_path, "checks", frequency=["roles", "guess"])
    assert str(caught.value) == (
        f"{tmp_path / 'policy.yml'}: checks: frequency: unknown check 'guess'; known: {', '.join(CHECKS)}"
    )


def test_a_decision_without_its_fields_is_refused_with_its_table(tmp_path):
    with pytest.raises(DisclosureError) as caught:
        changed(tmp_path, reviewed={"estimates": {"sha256": "x"}})
    assert str(caught.value) == (
        f"{tmp_path / 'policy.yml'}: reviewed: estimates: got ['sha256']; "
        "want exactly the keys ['decided_by', 'reason', 'sha256']"
    )
    with pytest.raises(DisclosureError) as caught:
        changed(tmp_path, "microdata", more=1)
    assert str(caught.value).startswith(f"{tmp_path / 'policy.yml'}: microdata: got ['distinct_l', 'k', ")
