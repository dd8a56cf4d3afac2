"""A rehearsed study beside its truth: what the tables hold, what was withheld, which claims could be decided.

What belongs here: which truth belongs to which estimate, sums over repeated studies. What must not: a world, a file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analysis.claims.entries import FieldLink, Register
from analysis.claims.rules import Quantity, Threshold, quantity_rules, required_screens
from analysis.claims.verdict import Verdict, judge_register
from analysis.rehearsal.post_values import FRAME, JUMP, STANCE
from analysis.rehearsal.truth import ALL, Truth
from analysis.results.field_evidence import field_pieces
from analysis.study import Plan
from analysis.study.posts import Posts

QUANTITIES = {
    "answer_share": "share", "prevalence": "share", "difference_in_shares": "difference", "points_of_scale": "points",
}  # fmt: skip
"""Of an estimate → of a truth; of anything else no truth is stated."""

KEYS = ["estimate_id", "estimand_id", "item_text", "quantity_code", "group_kind_code", "group_text", "weighting_code",
        "estimator_text"]  # fmt: skip
Key = tuple[str, str, str, str, str]


def beside_truth(estimates: pd.DataFrame, values: Sequence[Truth]) -> pd.DataFrame:
    """Every estimate beside what is true.

    Parameters
    ----------
    estimates : DataFrame
        Table `survey_estimates`.
    values : sequence of Truth

    Returns
    -------
    DataFrame
        `KEYS`, `truth`, `value`, `ci_low`, `ci_high`, `width`, `is_covered` (empty without an interval or a truth),
        `is_usable`, `unusable_reason`.
    """
    known = {(each.estimand, each.quantity, each.kind, each.group, each.of): each.value for each in values}
    shown = estimates[[*KEYS, "value", "ci_low", "ci_high", "is_usable", "unusable_reason"]].reset_index(drop=True)
    truth = pd.Series([known.get(_key(row)) for row in shown.itertuples()], index=shown.index, dtype="float64")
    return _held(shown, truth)


def _held(shown: pd.DataFrame, truth: pd.Series) -> pd.DataFrame:
    """Estimates with the truth, their width, and whether their interval holds it."""
    numbers = shown.assign(**{name: pd.to_numeric(shown[name]) for name in ("value", "ci_low", "ci_high")})
    holds = (numbers.ci_low <= truth) & (truth <= numbers.ci_high)
    return numbers.assign(
        truth=truth,
        width=numbers.ci_high - numbers.ci_low,
        is_covered=holds.astype("boolean").mask(numbers.ci_low.isna() | truth.isna()),
    )


def _key(row: object) -> Key:
    given = {name: str(getattr(row, name)) for name in KEYS}
    quantity = QUANTITIES.get(given["quantity_code"], "")
    of = f"{given['item_text']}, {given['estimator_text']}" if quantity == "points" else ""
    return given["estimand_id"], quantity, given["group_kind_code"], given["group_text"], of


POST_KEYS = ["estimate_id", "estimand_id", "quantity_code", "population_text", "period_text"]


def posts_beside_truth(estimates: pd.DataFrame, values: Sequence[Truth], plan: Posts) -> pd.DataFrame:
    """Every estimate from posts beside what is true; a jump as estimates tell it, the logarithm of its factor.

    Parameters
    ----------
    estimates : DataFrame
        Table `post_estimates`.
    values : sequence of Truth
    plan : Posts

    Returns
    -------
    DataFrame
        `POST_KEYS` and the columns of `beside_truth`.
    """
    known = dict(pair for each in values for pair in _names_of(each, plan))
    shown = estimates[[*POST_KEYS, "value", "ci_low", "ci_high", "is_usable", "unusable_reason"]]
    truth = pd.Series([known.get(name) for name in shown.estimate_id], index=shown.index, dtype="float64")
    return _held(shown, truth).reset_index(drop=True)


def _names_of(each: Truth, plan: Posts) -> Iterator[tuple[str, float]]:
    """The estimates that a value is the truth of, by their ids."""
    about, of = each.estimand.partition("_")[0], each.of.lower().replace(" ", "_")
    if each.quantity == FRAME:
        yield from ((f"{about}_{way}_{each.group}_{of}", each.value) for way in ("post_share", "channel_share"))
    elif each.quantity == STANCE:
        yield f"{about}_stance_{each.group}_{each.of}_dsl", each.value
    elif each.quantity == JUMP:
        number = 1 + [event.name for event in plan.dated].index(each.group)
        yield f"{about}_shock_{number}_{of}", math.log(each.value)


def over_studies(studies: Sequence[pd.DataFrame], keys: list[str] = KEYS) -> pd.DataFrame:
    """Means over repeated studies, by estimate.

    Returns
    -------
    DataFrame
        `KEYS`, `truth`, `studies_n`, `answered_n`, `bias`, `width`, `covered_share`; NaN where nothing was answered.
    """
    rows = pd.concat(studies, ignore_index=True)
    if rows.empty:
        return pd.DataFrame(columns=[*keys, "truth", "bias", "width", "covered_share", "studies_n", "answered_n"])
    rows["error"] = rows.value - rows.truth
    rows["covered"] = rows.is_covered.astype("float64")
    grouped = rows.groupby(keys, sort=False, dropna=False)
    means = grouped[["truth", "error", "width", "covered"]].mean()
    counts = grouped.agg(studies_n=("is_usable", "size"), answered_n=("is_usable", "sum"))
    return means.join(counts).rename(columns={"error": "bias", "covered": "covered_share"}).reset_index()


def withheld(rows: pd.DataFrame) -> pd.DataFrame:
    """Estimates without a number, by reason and kind of group, most first."""
    chosen = rows[~rows.is_usable.astype(bool)]
    counts = chosen.groupby(["unusable_reason", "group_kind_code"]).size().rename("estimates_n")
    return counts.reset_index().sort_values(["estimates_n", "unusable_reason"], ascending=[False, True])


@dataclass(frozen=True)
class Claimed:
    """What a study can say on one claim, if people then write that population and period match.

    Attributes
    ----------
    claim_id, estimand_id : of the register
    truth : in the rehearsal's world; None where it states none
    deserved : verdict that a study without error would give
    verdict, reason : what this study gives
    unlinked, unlinked_reason : what it gives while nobody has written the match
    """

    claim_id: str
    estimand_id: str
    truth: float | None
    deserved: str
    verdict: str
    reason: str
    unlinked: str
    unlinked_reason: str


def claimed(register: Register, evidence: pd.DataFrame, plan: Plan, values: Sequence[Truth]) -> list[Claimed]:
    """What the study says on every claim of which it has an estimate.

    Parameters
    ----------
    register : Register
    evidence : DataFrame
        Tables `survey_evidence` and `post_evidence`, one below the other.
    plan : Plan
    values : sequence of Truth
    """
    known = set(evidence.estimand_id)
    asked = [(claim.id, part) for claim in register.claims for part in quantity_rules(claim.rule)
             if part.estimand in known]  # fmt: skip
    links = _assumed_links(register, asked)
    with_links, without = (
        {verdict.claim_id: verdict for verdict in _judged(register, evidence, plan, given)} for given in (links, [])
    )
    return [_claimed(claim_id, part, with_links[claim_id], without[claim_id], _truth(plan, part, values))
            for claim_id, part in asked]  # fmt: skip


def _judged(register: Register, evidence: pd.DataFrame, plan: Plan, links: Sequence[FieldLink]) -> tuple[Verdict, ...]:
    return judge_register(register, [piece.evidence for piece in field_pieces(register, evidence, links, plan)])


def _assumed_links(register: Register, asked: Sequence[tuple[str, Quantity]]) -> list[FieldLink]:
    """Population and period are taken to match, and whatever a person may vouch for is taken to hold."""
    rules = {claim.id: claim.rule for claim in register.claims}
    reason = "Assumed in a rehearsal."
    return [
        FieldLink(
            claim_id, part.estimand, True, True,
            (*required_screens(rules[claim_id], part), *part.support_conditions), "a rehearsal", date.min, reason,
        )
        for claim_id, part in asked
    ]  # fmt: skip


def _claimed(claim_id: str, part: Quantity, given: Verdict, unlinked: Verdict, truth: float | None) -> Claimed:
    return Claimed(
        claim_id, part.estimand, truth, _deserved(part, truth), given.verdict, given.reason, unlinked.verdict,
        unlinked.reason,
    )  # fmt: skip


def _truth(plan: Plan, part: Quantity, values: Sequence[Truth]) -> float | None:
    """The value for the group for which the robust interval is computed."""
    question = plan.by_estimand.get(part.estimand)
    group = question.robust if question else ALL
    return next((each.value for each in values if each.estimand == part.estimand and each.group == group), None)


def _deserved(part: Quantity, truth: float | None) -> str:
    """The verdict of somebody who knows the value."""
    if truth is None:
        return ""
    if isinstance(part, Threshold):
        return "supported" if truth > part.threshold else "contradicted" if truth < part.threshold else "inconclusive"
    if truth >= min(part.smallest_effect.values()):
        return "supported"
    return "contradicted" if truth <= part.null_value else "inconclusive"


def verdicts_over(studies: Sequence[Sequence[Claimed]]) -> pd.DataFrame:
    """How often each verdict was given over repeated studies, by claim and estimand."""
    rows = pd.DataFrame([vars(each) for study in studies for each in study])
    if rows.empty:
        return rows
    kinds = ("supported", "contradicted", "inconclusive", "not_yet_answerable")
    counts = {kind: (rows.verdict == kind).astype(np.float64) for kind in kinds}
    keys = ["claim_id", "estimand_id", "deserved"]
    found = rows[[*keys, "truth"]].assign(**counts)
    return found.groupby(keys, sort=False)[["truth", *kinds]].mean().reset_index()
