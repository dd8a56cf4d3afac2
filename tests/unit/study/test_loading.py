"""A plan is read strictly: what does not fit is refused with file, line, key, value and fix."""

import json

import pytest

from analysis.errors import StudyError
from analysis.study import load_plan, open_plan
from analysis.study.loading import json_schema, parse_plan
from tests.studies import ROOT, SHIPPED

TEXT = (ROOT / "data/study/study.yml").read_text(encoding="utf-8")
SMALL = """study: small
title: A small study
provenance: the team's own wording
population: adults who answered
period: May 2027
missing: {refused: ["-98"]}
items:
  TRUST: {construct: trust, asks: Do you trust them, source: own, role: outcome, options: {yes: ["1"], no: ["2"]}}
  COUNT: {construct: list, asks: How many of these, source: own, role: outcome, whole_number: [0, 5]}
  COUNT_ARM: {construct: assignment, asks: Arm, source: own, role: assignment, options: {short: ["0"], long: ["1"]}}
main_question: K01_trust
quality: {speeder_share: 0.3, excluding_flags: 2}
questions:
  - {estimand: K01_trust, words: trust them, item: trust, yes: [yes]}
list_experiments:
  - estimand: K01_trust
    lists: [{item: count, label: the list, arm: count_arm, control: short, treatment: long, control_items: 4}]
"""


def refused(text):
    with pytest.raises(StudyError) as caught:
        parse_plan(text, "own.yml")
    return str(caught.value)


def test_a_small_plan_is_enough():
    plan = parse_plan(SMALL, "own.yml")
    assert list(plan.columns) == ["trust", "count", "count_arm"]
    assert plan.by_estimand["K01_trust"].yes == ("yes",)
    assert plan.domain is None


def test_yes_no_and_days_are_texts_and_numbers_are_not():
    assert parse_plan(SMALL.replace("May 2027", "2027-05-01"), "own.yml").period == "2027-05-01"
    told = refused(SMALL.replace('refused: ["-98"]', "refused: [-98]"))
    assert told.startswith("own.yml, line 6: missing.refused[0]: got -98: ")
    assert "quotation marks" in told


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("title:", "titel:", 2, "titel: unknown key; did you mean 'title'?"),
        ("control_items: 4", "control_items: 4, design: equal", 17, "list_experiments[0].lists[0].design: got 'equal'"),
        ("control_items: 4", "controls: 4", 17, "unknown key; did you mean 'control"),
        ("asks: Do you", "ask: Do you", 8, "items.TRUST.ask: unknown key; did you mean 'asks'?"),
        ("role: outcome, whole", "rolle: outcome, whole", 9, "items.COUNT.rolle: unknown key; did you mean 'role'?"),
        ("title: A small study\n", "", 1, "title: the key is missing"),
        ("whole_number: [0, 5]", "whole_number: [5, 0]", 9, "the lowest number comes first"),
        ("whole_number: [0, 5]", "free_text: true, whole_number: [0, 5]", 9, "exactly one of options"),
        ("item: trust,", "item: trusst,", 14, "got 'trusst': no item has this column; did you mean 'trust'?"),
        ("yes: [yes]", "yes: [yess]", 14, "got 'yess': trust has no such answer; did you mean 'yes'?"),
        ("treatment: long", "treatment: lang", 16, "got 'lang': count_arm has no such answer; did you mean 'long'?"),
        ("main_question: K01_trust", "main_question: K01_trusts", 11, "did you mean 'K01_trust'?"),
        ("estimand: K01_trust,", "estimand: trust,", 14, "questions[0].estimand: got 'trust'"),
        ("excluding_flags: 2", "excluding_flags: 0", 12, "got 0: input should be greater than or equal to 1"),
        ("title: A small study", "title: A small study\ntitle: Again", 3, "key 'title' is given twice"),
        ("yes: [yes]", "yes: []", 14, "give exactly one of"),
        ("yes: [yes]}", "yes: [yes], groups: [region]}", 14, "got 'region': no such kind of group"),
        ("yes: [yes]}", "yes: [yes], robust: everyone}", 14, "got 'everyone': no such group"),
        ("TRUST: {", "2: {}\n  TRUST: {", 8, "key '2' is no text"),
        ("  COUNT: {", "  trust: {", 9, "item TRUST has the same column 'trust'"),
        ("missing:", "technical: [trust]\nmissing:", 9, "a name has one meaning"),
        ("source: own, role: outcome, options", "source: own, role: outcome, multiple: true, options", None, None),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line_and_the_fix(old, new, line, told):
    assert old in SMALL
    changed = SMALL.replace(old, new, 1)
    if told is None:
        parse_plan(changed, "own.yml")
        return
    message = refused(changed)
    assert told in message
    assert f"own.yml, line {line}: " in message


def test_every_fault_is_told_at_once():
    told = refused(SMALL.replace("item: trust,", "item: trusst,").replace("arm: count_arm", "arm: cuont_arm"))
    assert len(told.splitlines()) == 2


@pytest.mark.parametrize(
    ("key", "value", "floor"), [("least_in_group", 99, 100), ("least_per_side", 9, 10), ("least_answers", 1, 10)]
)
def test_a_study_may_ask_for_more_protection_and_never_for_less(key, value, floor):
    told = refused(f"{SMALL}disclosure: {{{key}: {value}}}\n")
    assert f"greater than or equal to {floor}" in told
    assert getattr(parse_plan(f"{SMALL}disclosure: {{{key}: 250}}\n", "own.yml").disclosure, key) == 250


@pytest.mark.parametrize("text", ["a: [", "- 1\n", "", "study: \x00"])
def test_what_is_no_plan_is_refused(text):
    assert "own.yml" in refused(text)


def test_the_plan_of_a_vault_is_its_own_or_none(tmp_path):
    """The shipped plan never stands in for one that is missing."""
    (tmp_path / "data/study").mkdir(parents=True)
    (tmp_path / "data/study/study.yml").write_text(SMALL, encoding="utf-8")
    assert open_plan(tmp_path, "synthetic").study == "small"
    with pytest.raises(StudyError, match=r"data/vault/study\.yml: No such file.*write the study's plan there"):
        open_plan(tmp_path, "vault")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "study.yml"
    path.write_bytes(SMALL.encode("utf-16"))
    with pytest.raises(StudyError, match="save the file in UTF-8"):
        load_plan(path)


def test_the_published_schema_is_current_and_describes_every_key():
    published = (ROOT / "data/study/study.schema.json").read_text(encoding="utf-8")
    assert published == json_schema(), (
        "write it anew: ./run python -m analysis check-study data/study/study.yml --schema data/study/study.schema.json"
    )
    schema = json.loads(published)
    assert set(schema["properties"]) == set(type(SHIPPED).model_fields)
    assert all(part["additionalProperties"] is False for part in schema["$defs"].values() if "properties" in part)


def test_a_list_of_equal_length_stands_alone():
    equal = SMALL.replace("control_items: 4", "control_items: 4, design: placebo-list")
    assert parse_plan(equal, "own.yml").list_experiments[0].lists[0].design == "placebo-list"
    beside = (
        equal
        + "    placebo: {item: count, label: same, arm: count_arm, control: short, treatment: long, control_items: 4}\n"
    )
    told = refused(beside)
    assert "list 'count' has the design placebo-list" in told
    assert "write it as an experiment of its own" in told
