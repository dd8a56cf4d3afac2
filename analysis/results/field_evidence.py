"""Estimates of a study as evidence on claims: p-values, screens, and the match that a person wrote.

What belongs here: what the program can see of an estimate's standing. What must not: a judgement, which is the rules'.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from analysis.claims.entries import FieldLink, Register
from analysis.claims.evidence import Evidence, Unit
from analysis.claims.rules import Quantity, Threshold, quantity_rules
from analysis.errors import ClaimsError
from analysis.results.claims import Piece
from analysis.results.post_precision import JUMP, OF_POSTS, shown_number
from analysis.schemas.precision import Shown, floored, publish_number, publish_share
from analysis.study import Plan
from analysis.study.estimands import Asked, ListExperiment
from analysis.study.posts import PostEvidence

WAVES_FOR_A_TREND = 3
SEEN_OF_JUMPS = ("placebo_rank", "covariates_do_not_jump")
"""Screens of a jump that the program sees, and nobody vouches for."""

LEVEL, SPLIT = 0.95, 0.975
"""Of the rule, and of a conjunction whose two parts share the error."""

SOURCE = "this study"
UNITS: dict[str, Unit] = {
    "answer_share": "share",
    "prevalence": "share",
    "difference_in_shares": "share_difference",
    "post_share": "share",
    "channel_share": "share",
    JUMP: "ratio",
}


def links_to(rows: pd.DataFrame, links: Sequence[FieldLink], estimated: Collection[str]) -> list[FieldLink]:
    """Links without those to an estimate that exists and is not published yet, as its corpus keeps earlier numbers."""
    published = set(rows.estimand_id)
    return [link for link in links if link.estimand_id in published or link.estimand_id not in estimated]


def field_pieces(register: Register, rows: pd.DataFrame, links: Sequence[FieldLink], plan: Plan) -> list[Piece]:
    """Every estimate of a study that a claim's rule reads, linked or not.

    Parameters
    ----------
    register : Register
    rows : DataFrame
        Tables `survey_evidence` and `post_evidence`, one below the other.
    links : sequence of FieldLink
        What people wrote; an estimate without a link is context, and its row says what is missing.
    plan : Plan
        Says when the interviews began: what was asked after the register was frozen was not known to it.

    Raises
    ------
    ClaimsError
        A link names an estimand without a robust interval, or one in a unit for which the rule has no limit.
    """
    known = set(rows.estimand_id)
    for link in links:
        if link.estimand_id not in known:
            raise ClaimsError(
                f"evidence_links.csv: received {link.estimand_id!r} for claim {link.claim_id}; allowed: "
                f"{', '.join(sorted(known)) or 'none, as nothing in the plan has `robust` or `is_evidence`'}; give the "
                "question of the plan `robust`, the experiment or comparison `is_evidence`, the share of posts or "
                "the jump a place under `evidence`, or remove the row."
            )
    by_key = {(link.claim_id, link.estimand_id): link for link in links}
    found = []
    for claim in register.claims:
        for part in quantity_rules(claim.rule):
            if part.estimand in known:
                written = by_key.get((claim.id, part.estimand))
                made = _evidence(claim.id, part, rows[rows.estimand_id == part.estimand], written, plan)
                is_known = _is_known(plan, part.estimand, register.frozen_on(claim.id))
                found.append(_piece(replace(made, is_known_at_freeze=is_known), written, plan))
    return found


def _is_known(plan: Plan, estimand: str, frozen_on: date) -> bool:
    """Whether the first interview, the first post, or the event of a jump is no later than the rule."""
    asked, first = _of_posts(plan, estimand), plan.asked_from
    if asked and plan.posts:
        first = next((event.on for event in plan.posts.events if event.name == asked.event), plan.posts.first_day)
    return first is None or first <= frozen_on


def _of_posts(plan: Plan, estimand: str) -> PostEvidence | None:
    """The number of the posts that answers for an estimand; None for an estimate of the survey."""
    return next((each for each in (plan.posts.evidence if plan.posts else ()) if each.estimand == estimand), None)


def _evidence(claim_id: str, part: Quantity, rows: pd.DataFrame, link: FieldLink | None, plan: Plan) -> Evidence:
    ends = {float(row.confidence_level): (float(row.robust_low), float(row.robust_high)) for row in rows.itertuples()}
    bare = Evidence(
        claim_id=claim_id,
        estimand_id=part.estimand,
        evidence_class="field",
        grade="A",
        is_population_matched=link is not None and link.is_population_matched,
        is_period_matched=link is not None and link.is_period_matched,
        screens=screens(plan, rows, link),
        is_linked=link is not None,
        note=link.reason if link else "",
    )
    quantity = str(rows.quantity_code.iloc[0])
    if quantity in OF_POSTS and not rows.is_publishable.all():
        return replace(bare, lacks=str(rows.unusable_reason.iloc[0]))
    shown, split = (as_published(rows, ends[level]) for level in (LEVEL, SPLIT))
    has_limit = _has_limit(claim_id, part, UNITS[quantity], is_linked=link is not None)
    if shown is None or split is None or not has_limit:
        return bare
    below, above = (p_value(ends, _on_scale(limit, quantity), is_above=is_above)
                    for limit, is_above in zip(_limits(part), (True, False), strict=True))  # fmt: skip
    # Ranks among dates have no half: one date of m is as far on one side as on both.
    sides = 2 if quantity == JUMP else 1
    return replace(
        bare,
        estimate=_of_unit(shown.value, quantity),
        low=_of_unit(shown.low, quantity),
        high=_of_unit(shown.high, quantity),
        split_low=_of_unit(split.low, quantity),
        split_high=_of_unit(split.high, quantity),
        p_supported=min(1.0, sides * below),
        p_contradicted=min(1.0, sides * above),
        unit=UNITS[quantity],
    )


def _on_scale(limit: float, quantity: str) -> float:
    """A limit on the scale of the evidence, which of a jump is the logarithm."""
    return math.log(limit) if quantity == JUMP else limit


def _of_unit(number: float | None, quantity: str) -> float | None:
    """A number in the unit of a rule: the ratio of a logarithm; a share no further than shares go, as a list's can."""
    if number is None or quantity == JUMP:
        return None if number is None else math.exp(number)
    return min(max(number, 0.0 if UNITS[quantity] == "share" else -1.0), 1.0)


def _has_limit(claim_id: str, part: Quantity, unit: Unit, *, is_linked: bool) -> bool:
    """Whether the rule has something to hold an estimate against; ClaimsError where a link says that it has."""
    units = ["share"] if isinstance(part, Threshold) else sorted(part.smallest_effect)
    if is_linked and unit not in units:
        raise ClaimsError(
            f"evidence_links.csv: claim {claim_id}: {part.estimand} is a {unit.replace('_', ' ')}, and the rule has a "
            f"limit for {', '.join(units)} only; remove the row, or let another number answer for this estimand."
        )
    return unit in units


def as_published(rows: pd.DataFrame, ends: tuple[float, float]) -> Shown | None:
    """An interval on the steps of the study's own row, which holds it: finer ends would tell counts beside that row."""
    if not rows.is_publishable.all():
        return None
    value = float(rows.robust_value.iloc[0])
    quantity = str(rows.quantity_code.iloc[0])
    if quantity in OF_POSTS:
        behind = (int(rows.basis_posts_n.iloc[0]), int(rows.basis_channels_n.iloc[0]))
        return shown_number(quantity, (value, *ends), behind)
    spread, n = (None, value - ends[0], ends[1] - value), int(rows.respondents_count.iloc[0])
    return publish_share(value, spread, n) if quantity == "answer_share" else publish_number(value, spread, n)


def _piece(evidence: Evidence, link: FieldLink | None, plan: Plan) -> Piece:
    told = _told(plan, evidence.estimand_id)
    decided = f" {link.reason} Decided by {link.decided_by} on {link.decided_on}." if link else ""
    return Piece(evidence, f"{evidence.estimand_id}_robust_interval", told + decided, SOURCE)


def _told(plan: Plan, estimand: str) -> str:
    asked = _of_posts(plan, estimand)
    if asked is None or plan.posts is None:
        words = dict(plan.estimands())[estimand]
        return f"{words}: robust interval of this study ({plan.population}, {plan.period})."
    kinds = (each.words for each in plan.posts.read_kinds if asked.accounts in (None, each.code))
    period = f"{plan.posts.first_day} to {plan.posts.last_day}"
    event = f", at {asked.event}" if asked.event else ""
    return f"{asked.words}: interval of this study (posts of {', '.join(kinds)}, {period}{event})."


def _limits(part: Quantity) -> tuple[float, float]:
    """What the lower end has to exceed for support, and the upper end to stay below for a contradiction."""
    if isinstance(part, Threshold):
        return part.threshold, part.threshold
    return part.null_value, min(part.smallest_effect.values())


def p_value(ends: dict[float, tuple[float, float]], limit: float, *, is_above: bool) -> float:
    """One-sided p-value against a limit, never smaller than it is: over the same specifications as the interval.

    Example
    -------
    >>> p_value({0.5: (0.4, 0.6), 0.9: (0.3, 0.7), 0.99: (0.2, 0.8)}, 0.25, is_above=True)
    0.05
    """
    beyond = [level for level, (low, high) in ends.items() if (low > limit if is_above else high < limit)]
    return round((1 - max(beyond)) / 2, 6) if beyond else 1.0


def screens(plan: Plan, rows: pd.DataFrame, link: FieldLink | None) -> dict[str, bool]:
    """Screens that a person vouches for, and those that the program can see, which no person overrules.

    A screen that cannot pass, such as that of three waves in a study of two, is left unreported: it fails where a rule
    asks for it, and stops no other rule.

    Parameters
    ----------
    plan : Plan
    rows : DataFrame
        Rows of the table `survey_evidence` or `post_evidence` of one estimand.
    link : FieldLink or None
        What people wrote.
    """
    estimand = str(rows.estimand_id.iloc[0])
    n = int(rows["basis_posts_n" if _of_posts(plan, estimand) else "respondents_count"].iloc[0])
    question = plan.by_estimand.get(estimand)
    seen: dict[str, bool] = {}
    if estimand in plan.planned_n:
        seen["planned_n"] = floored(n) >= plan.planned_n[estimand]
    if question and question.robust and question.given:
        seen["random_label"] = question.given in {ballot.question for ballot in plan.split_ballots}
    ways = _ways(plan, estimand)
    found = [each for way in ways if way.how != "direct" for each in plan.experiments_of(way)]
    lists = any(isinstance(each, ListExperiment) for each in found)
    if lists:
        # The envelope allows for the error of length; a placebo list that moves the counts fails the design.
        seen |= dict.fromkeys(("list_floor_ceiling", "list_length"), bool(rows.is_design_passed.all()))
    nobodys: tuple[str, ...] = ()
    if any(each.periods for each in ways) and len(plan.periods) < WAVES_FOR_A_TREND:
        nobodys = ("three_waves",)
    if str(rows.quantity_code.iloc[0]) == JUMP:
        nobodys, seen = SEEN_OF_JUMPS, seen | _of_jump(rows)
    vouched = {name: True for name in (link.screens_passed if link else ()) if name not in nobodys}
    return vouched | seen


def _of_jump(rows: pd.DataFrame) -> dict[str, bool]:
    """What the program sees of a jump. No rise is no failed screen: it is what a rule without it contradicts by."""
    ranked, steady = rows.is_rise_ranked.iloc[0], rows.is_composition_steady.iloc[0]
    found = {"placebo_rank": True} if not pd.isna(ranked) and bool(ranked) else {}
    return found if pd.isna(steady) else found | {"covariates_do_not_jump": bool(steady)}


def _ways(plan: Plan, estimand: str) -> list[Asked]:
    """The ways of asking on which an estimate rests that is no direct share."""
    found = [side for each in plan.differences if each.estimand == estimand for side in (each.share, each.minus)]
    listed = [each for each in plan.list_experiments if each.is_evidence and each.estimand == estimand]
    return [*found, *(Asked(of=estimand, how="list", by=each.first_item) for each in listed)]
