"""The whole registry: screens of the estimators, of interviews, of claims, and of what may leave."""

from dataclasses import replace
from functools import partial

import pandas as pd

from analysis.claims.evidence import Evidence
from analysis.claims.rules import failed_screen
from analysis.claims.verdict import admissibility, holm
from analysis.disclosure import gate
from analysis.disclosure.audit.reconstruction import Knowledge, pinned
from analysis.disclosure.history import Held
from analysis.disclosure.policy import load_policy, pooled_groups
from analysis.disclosure.tabular import Protected, protect_frequencies
from analysis.measures.quality import FLAGS, NOT_ANSWERS, flagged, sentence
from analysis.schemas import TABLES
from analysis.schemas.declaration import Column, Table
from tests.contract.closure import ROOT
from tests.contract.screens import Screen
from tests.contract.screens_of_estimators import ESTIMATORS
from tests.studies import SHIPPED

POLICY = replace(load_policy(ROOT / "data/codelists/disclosure_policy.yml"), pooled=pooled_groups(SHIPPED))
QUALITY = SHIPPED.quality
SPOILT = {
    "duplicate_answers": {},
    "speeder": {"interview_minutes": 1.0},
    "straight_liner": dict.fromkeys(QUALITY.agreement, "agree"),
    "inattentive": {QUALITY.attention.item: "another"},
    "foil_claimed": {QUALITY.foil.item: "claimed"},
    "text_repeated": {QUALITY.free_text: "repeated"},
}


def unflagged(rule, changes, alike=False):
    sound = {name: None for name in NOT_ANSWERS} | {"sample_source_code": "opt_in", "interview_minutes": 30.0}
    sound |= {item: ("agree", "disagree")[n % 2] for n, item in enumerate(QUALITY.agreement)}
    sound |= {QUALITY.attention.item: QUALITY.attention.answer, QUALITY.foil.item: QUALITY.foil.absent}
    sound |= {QUALITY.free_text: "given"}
    rows = [sound | {"respondent_pseudonym": f"{n}", "other": "1" if alike else str(n)} for n in range(3)]
    rows[2] |= changes
    return not flagged(pd.DataFrame(rows), QUALITY)[FLAGS[rule]].any()


def quality_row(rule, changes):
    return Screen(
        f"interview: {rule.replace('_', ' ')}", "analysis.measures.quality:flagged",
        "whether a rule of the plan flags a sheet",
        None, "the plan's rule", sentence(QUALITY, rule), "no answer breaks the rule", partial(unflagged, rule, {}),
        partial(unflagged, rule, changes, rule == "duplicate_answers"),
    )  # fmt: skip


PERSONS = Table(
    name="made_up", title="Made up", row_is="one group", key=("group_code",), output_kind="frequency", source="made up",
    columns=(
        Column("group_code", "text", "Group", "key"),
        Column("members_n", "integer", "Members", "measure", "persons", minimum=0, null_means="suppressed"),
    ),
)  # fmt: skip
CODE, MEMBERS = PERSONS.columns
CELLS = replace(PERSONS, columns=(CODE, replace(MEMBERS, unit="cells")))
SOURCES = replace(PERSONS, columns=(CODE, replace(MEMBERS, unit="sources")))
NO_ROLE = replace(PERSONS, columns=(CODE, replace(MEMBERS, role="explanation")))
SURVEY = TABLES["synthetic_survey_estimates"]


def members(*numbers):
    return pd.DataFrame({"group_code": list("abc"[: len(numbers)]), "members_n": pd.array(numbers, "Int64")})


def answers(**changed):
    row = {
        "estimand_id": "K", "item_text": "x", "weighting_code": "blended", "estimator_text": "s", "value": 0.3,
        "quantity_code": "answer_share", "group_kind_code": "all", "group_text": "all", "standard_error": 0.02,
        "ci_low": 0.2, "ci_high": 0.4, "respondents_n": 200, "source": "made up",
    }  # fmt: skip
    return pd.DataFrame([row | changed])


def whole_and_group(n):
    parts = [answers(), answers(group_kind_code="host", group_text="a", respondents_n=n)]
    return pd.concat(parts, ignore_index=True)


def basis(n):
    return pd.DataFrame({"basis_posts_n": [n], "basis_channels_n": [40]})


POOLED = POLICY.pooled[0]
OF_GATE = {
    "source_cited": ((answers(), SURVEY), (answers(source=None), SURVEY), "a row without a source"),
    "no_measure": ((members(10), SOURCES), (members(10), PERSONS), "a text table that measures people"),
    "roles": ((members(10), PERSONS), (members(10), NO_ROLE), "a number without a role"),
    "cells_only": ((members(3), CELLS), (members(3), PERSONS), "an attack's result that counts persons"),
    "minimum_cell": ((members(10, 25), PERSONS), (members(5, 25), PERSONS), "a small count"),
    "rounding": ((members(10, 25), PERSONS), (members(10, 23), PERSONS), "a count off the base"),
    "minimum_basis": ((basis(10), PERSONS), (basis(9), PERSONS), "few posts or accounts"),
    "minimum_respondents": ((answers(), SURVEY), (answers(respondents_n=5), SURVEY), "few respondents"),
    "whole_points": (
        (members(10), replace(PERSONS, columns=(CODE,))), (members(10), PERSONS), "a verdict with a count or a decimal",
    ),
    "respondents_rounded": ((answers(), SURVEY), (answers(respondents_n=203), SURVEY), "a number off the base"),
    "published_steps": ((answers(), SURVEY), (answers(value=0.31), SURVEY), "a share finer than its step"),
    "complements": ((whole_and_group(150), SURVEY), (whole_and_group(195), SURVEY), "a whole with a small rest"),
    "both_sides": ((answers(), SURVEY), (answers(value=0.01), SURVEY), "a share of few respondents"),
    "sensitive_pooled": (
        (answers(group_kind_code=POOLED.kind, group_text=POOLED.names[0]), SURVEY),
        (answers(group_kind_code=POOLED.kind, group_text=POOLED.names[0], respondents_n=POOLED.least - 5), SURVEY),
        "a sensitive group that is small or crossed",
    ),
}  # fmt: skip


def through_the_gate(check, case):
    frame, table = case
    return gate.CHECKS[check](frame, table, POLICY)[0] == "pass"


def gate_row(check, good, bad, fails_when):
    return Screen(
        f"gate: {check.replace('_', ' ')}", "analysis.disclosure.gate:review", "whether a table may leave", None,
        "the disclosure policy", fails_when, "every row keeps the rule",
        partial(through_the_gate, check, good), partial(through_the_gate, check, bad),
    )  # fmt: skip


def has_a_rule(kind):
    records = gate.review(members(10), replace(PERSONS, output_kind=kind), POLICY)
    return [record.outcome for record in records] == ["pass"]


def cannot_be_worked_out(exposed_n):
    found: Protected = protect_frequencies({PERSONS.name: members(3, 99)}, {PERSONS.name: PERSONS}, 10, 5)
    return gate._reconstruction(PERSONS.name, replace(found, exposed_n=found.exposed_n or exposed_n)).outcome == "pass"


def moves_as_a_whole(is_held):
    held = Held({SURVEY.name: answers()} if is_held else {}, {SURVEY.corpus: "1.0"}, pd.DataFrame())
    return gate._movement(SURVEY.name, held).outcome == "pass"


def withstands(high):
    """A total of 60 to `high`, one part of 50 to 54, and one that is hidden."""
    whole, shown, hidden = (("t", (("place", name),)) for name in ("all", "a", "b"))
    known = Knowledge(10, 5, {whole: 60, shown: 50, hidden: 0}, {whole: high, shown: 54, hidden: float("inf")})
    known.hidden[hidden] = "t.csv"
    known.equations.append((whole, [shown, hidden]))
    return list(pinned(known)) == []


def evidence(**changed):
    return Evidence("C99", "E99", changed.pop("evidence_class", "field"), "none", True, True, **changed)


SCREENS = [
    *ESTIMATORS,
    *(quality_row(rule, changes) for rule, changes in SPOILT.items()),
    Screen(
        "claims: Holm over the family", "analysis.claims.verdict:holm", "whether a family claim survives", 0.05,
        "any: p-values of the rules have no smallest value; a missing one counts as 1", "no p-value is small enough",
        "p times the claims left is at the level",
        lambda: holm([0.004, *[1.0] * 9])[0] <= 0.05, lambda: holm([0.006, *[1.0] * 9])[0] <= 0.05,
    ),
    Screen(
        "claims: required screens", "analysis.claims.rules:failed_screen", "whether evidence may be judged", None,
        "every screen of the rule, reported", "one failed or was not reported", "all passed",
        lambda: failed_screen(evidence(screens={"planned_n": True}), ["planned_n"], []) is None,
        lambda: failed_screen(evidence(), ["planned_n"], []) is None,
    ),
    Screen(
        "claims: admissibility", "analysis.claims.verdict:admissibility", "whether evidence may move a verdict", None,
        "class, grade, population, period", "synthetic, ungraded, or of other people", "field, matched and linked",
        lambda: admissibility(evidence()).code == "admissible",
        lambda: admissibility(evidence(evidence_class="synthetic")).code == "admissible",
    ),
    *(gate_row(check, *case) for check, case in OF_GATE.items()),
    Screen(
        "gate: output kind", "analysis.disclosure.gate:review", "whether there is a rule for a kind of output", None,
        "the disclosure policy", "a kind without a rule (review)", "nothing about people enters",
        lambda: has_a_rule("arithmetic"), lambda: has_a_rule("microdata"),
    ),
    Screen(
        "gate: secondary suppression", "analysis.disclosure.gate:clear", "whether hidden cells can be worked out", None,
        "one cell", "a hidden cell is exposed (planted: the protection leaves none)", "none is",
        lambda: cannot_be_worked_out(0), lambda: cannot_be_worked_out(1),
    ),
    Screen(
        "gate: movement", "analysis.disclosure.gate:clear", "whether a corpus moves as a whole", None, "one table",
        "a table of a corpus that stays is new", "it stays as published",
        lambda: moves_as_a_whole(True), lambda: moves_as_a_whole(False),
    ),
    Screen(
        "audit: linear programs", "analysis.disclosure.audit.reconstruction:pinned",
        "whether a release gives a cell away",
        None, "the largest value below the threshold, or one value", "the total says that the hidden part is small",
        "it may be large", lambda: withstands(64.0), lambda: withstands(59.0 + 0.5),
    ),
]  # fmt: skip
