"""From evidence to verdicts: what may count, several claims at once, and what a released row may show.

What belongs here: admissibility, Holm's procedure, intervals for publication, and the judging of the whole register.
What must not: files, tables, the wording of rules, or any number that is typed rather than handed in.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from analysis.claims.entries import Claim, Register, Scope
from analysis.claims.evidence import Evidence, refuse_evidence
from analysis.claims.rules import (
    Conjunction,
    Judgement,
    Quantity,
    VerdictCode,
    failed_screen,
    is_unsettled_report,
    judge,
    quantity_rules,
    required_screens,
    rule_estimands,
)
from analysis.errors import ClaimsError

Direction: TypeAlias = Literal["supported", "contradicted"]
DIRECTIONS: tuple[Direction, ...] = ("supported", "contradicted")
UNLINKED = (
    "Nobody has written down whether population and period of this estimate are the claim's: the study's "
    "evidence_links.csv has no row for it."
)
DECIMALS_BEFORE_ROUNDING = 9  # 0.07 * 100 is 7.000000000000001: without this, rounding outward would publish 8


@dataclass(frozen=True)
class Admission:
    """Whether one piece of evidence may move a verdict, with the reason in one sentence."""

    code: Literal["admissible", "context"]
    reason: str


@dataclass(frozen=True)
class Interval:
    """A closed interval in the unit of its estimate."""

    low: float
    high: float


@dataclass(frozen=True)
class PointInterval:
    """A closed interval in whole percentage points."""

    low: int
    high: int


@dataclass(frozen=True)
class EstimandPoints:
    """The publishable interval of one estimand, in whole percentage points rounded outward."""

    estimand_id: str
    low: int
    high: int


@dataclass(frozen=True)
class Verdict:
    """One row of the verdict table: one claim in one scope.

    `low_points` and `high_points` are the interval of a claim with one quantity; a claim with several parts has one
    entry of `points` per part and leaves both empty. `admissible_n` and `context_n` count pieces of evidence, never
    people.
    """

    claim_id: str
    scope: str
    verdict: VerdictCode
    reason: str
    is_post_hoc: bool
    low_points: int | None
    high_points: int | None
    points: tuple[EstimandPoints, ...]
    admissible_n: int
    context_n: int


@dataclass(frozen=True)
class _Draft:
    """A claim with its evidence sorted and its rule applied, before Holm's procedure."""

    claim: Claim
    admissible: tuple[Evidence, ...]
    context: tuple[Evidence, ...]
    judgement: Judgement


def admissibility(evidence: Evidence) -> Admission:
    """Say whether evidence may move a verdict.

    Only evidence from the field or recomputed from records, or published with grade A or B, may do so, and only when
    population AND period are those of the claim. Synthetic evidence never may; neither may grade C or D of any class.

    Source
    ------
    The register's conventions, `admissibility`.

    Examples
    --------
    >>> admissibility(Evidence("C02.1", "E02_change_public_support", "synthetic", "none", True, True)).code
    'context'
    """
    reason = _why_context(evidence)
    if reason is not None:
        return Admission("context", reason)
    return Admission("admissible", "Class, grade, population and period all meet the conventions.")


def _why_context(evidence: Evidence) -> str | None:
    is_ungraded = evidence.evidence_class == "published" and evidence.grade == "none"
    reasons = (
        (evidence.evidence_class == "synthetic", "Fictional evidence can show how a rule behaves, never what is true."),
        (not evidence.is_linked, UNLINKED),
        (bool(evidence.lacks), f"The study has no estimate: {evidence.lacks}."),
        (evidence.grade in ("C", "D"), f"Grade {evidence.grade}: the original has not been seen."),
        (is_ungraded, "Nobody has graded this published source."),
        (not evidence.is_population_matched, "The population is not the one that the claim is about."),
        (not evidence.is_period_matched, "The period is not the one that the claim is about."),
    )
    return next((reason for holds, reason in reasons if holds), None)


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """Adjust p-values for several hypotheses by Holm's step-down procedure.

    Use it for a family that was named in advance; it controls the family-wise error rate under any dependence.

    Parameters
    ----------
    p : sequence of float
        m p-values, each from 0 to 1, in any order.

    Returns
    -------
    tuple of float
        m adjusted p-values in the order given: the running maximum of (m - i + 1) p_(i), at most 1.

    Raises
    ------
    ClaimsError
        When a value is not a number from 0 to 1.

    Source
    ------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6(2),
    65-70.

    Examples
    --------
    >>> holm([0.02, 0.5])
    (0.04, 0.5)
    """
    wrong = [value for value in p if not 0.0 <= value <= 1.0]
    if wrong:
        raise ClaimsError(f"holm: received {wrong[0]!r}; allowed: p-values from 0 to 1; check how they were computed.")
    adjusted = [0.0] * len(p)
    running = 0.0
    for rank, index in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        running = max(running, min(1.0, (len(p) - rank) * p[index]))
        adjusted[index] = running
    return tuple(adjusted)


def robust_interval(intervals: Iterable[Interval]) -> Interval:
    """Envelope of the intervals that one quantity takes over the specifications named in advance.

    Parameters
    ----------
    intervals : iterable of Interval
        One 95 % design-based interval per bogus share, reading of undecided answers, weighting and design effect.

    Returns
    -------
    Interval
        From the smallest lower end to the largest upper end.

    Raises
    ------
    ClaimsError
        For no interval at all, an end that is not finite, or ends in the wrong order.

    Source
    ------
    The register's conventions, `robust_interval`.

    Examples
    --------
    >>> robust_interval([Interval(0.02, 0.05), Interval(0.01, 0.04)])
    Interval(low=0.01, high=0.05)
    """
    given = tuple(intervals)
    wrong = [one for one in given if not -math.inf < one.low <= one.high < math.inf]
    if wrong or not given:
        received = wrong[0] if wrong else "no interval"
        raise ClaimsError(f"robust_interval: received {received}; allowed: finite, in order; give one or more.")
    return Interval(min(one.low for one in given), max(one.high for one in given))


def outward_points(low: float, high: float, *, is_share: bool = True) -> PointInterval:
    """Round an interval of fractions outward to whole percentage points.

    A true "almost nobody" stays publishable: the released interval says 0 to 1 and reveals no count. An interval
    without width is widened by one point, so that no released row says exactly none or exactly all.

    Parameters
    ----------
    low, high : float
        Ends as fractions of 1.
    is_share : bool
        True clips to 0 to 100 points; False is for a difference of shares and clips to -100 to 100.

    Returns
    -------
    PointInterval
        Whole percentage points that hold the interval; what lies below the possible range is clipped to its end.

    Raises
    ------
    ClaimsError
        When the ends are not finite, not in order, or lie wholly above 1, as percentages do.

    Source
    ------
    The register's conventions, `rounding`.

    Examples
    --------
    >>> outward_points(0.0, 0.004)
    PointInterval(low=0, high=1)
    """
    envelope = robust_interval([Interval(low, high)])
    if envelope.low > 1.0:
        raise ClaimsError(f"outward_points: received {low} to {high}; allowed: fractions of 1; divide by 100.")
    least, most = (0 if is_share else -100), 100
    first = max(least, min(most - 1, math.floor(round(100 * low, DECIMALS_BEFORE_ROUNDING))))
    last = min(most, math.ceil(round(100 * high, DECIMALS_BEFORE_ROUNDING)))
    return PointInterval(first, max(first + 1, last))


def judge_register(register: Register, evidence: Sequence[Evidence]) -> tuple[Verdict, ...]:
    """Judge every claim of the register in every scope.

    Use it once per run, with all evidence: Holm's procedure looks at the whole confirmatory family.

    Parameters
    ----------
    register : Register
        The frozen register.
    evidence : sequence of Evidence
        Everything known, context included; the function decides what may count.

    Returns
    -------
    tuple of Verdict
        One row per claim and scope, in the register's order.

    Raises
    ------
    ClaimsError
        When evidence names a claim, an estimand or a screen that the register does not have.

    Missing
    -------
    A claim without admissible evidence is `not_yet_answerable`, and the reason names the data it takes.

    Source
    ------
    The register's conventions; Holm (1979) for the family.
    """
    for item in evidence:
        _check_known(register, item)
    drafts = tuple(_draft(claim, evidence) for claim in register.claims)
    final = _hold_against_family(register, drafts)
    return tuple(_row(draft, scope) for draft in final for scope in draft.claim.scopes)


def _check_known(register: Register, item: Evidence) -> None:
    claims = {claim.id: claim for claim in register.claims}
    if item.claim_id not in claims:
        raise refuse_evidence(item, "claim_id", item.claim_id, "an id of the register")
    known = {estimand.id for estimand in claims[item.claim_id].estimands} or {""}
    if item.estimand_id not in known:
        raise refuse_evidence(item, "estimand_id", item.estimand_id, ", ".join(sorted(known)) or "empty")
    unknown = set(item.screens) - set(register.conventions.screens)
    if unknown:
        raise refuse_evidence(item, "screens", min(unknown), "a screen that the conventions declare")


def _draft(claim: Claim, evidence: Sequence[Evidence]) -> _Draft:
    own = [item for item in evidence if item.claim_id == claim.id]
    admissible = tuple(item for item in own if admissibility(item).code == "admissible")
    context = tuple(item for item in own if admissibility(item).code == "context")
    return _Draft(claim, admissible, context, judge(claim.rule, admissible, context))


def _hold_against_family(register: Register, drafts: Sequence[_Draft]) -> tuple[_Draft, ...]:
    """Turn family claims that do not survive Holm's procedure in their direction into inconclusive ones."""
    conventions = register.conventions
    tested = [draft for draft in drafts if draft.claim.id in conventions.confirmatory_family and _rule_evidence(draft)]
    survivors = {direction: _survivors(tested, direction, conventions.alpha) for direction in DIRECTIONS}
    tested_ids = {draft.claim.id for draft in tested}
    return tuple(_held(draft, survivors) if draft.claim.id in tested_ids else draft for draft in drafts)


def _survivors(tested: Sequence[_Draft], direction: Direction, alpha: float) -> frozenset[str]:
    adjusted = holm([_claim_p(draft, direction) for draft in tested])
    return frozenset(draft.claim.id for draft, p in zip(tested, adjusted, strict=True) if p <= alpha)


def _held(draft: _Draft, survivors: Mapping[Direction, frozenset[str]]) -> _Draft:
    for direction in DIRECTIONS:
        if draft.judgement.code == direction and draft.claim.id not in survivors[direction]:
            reason = "The rule's own condition is met, but does not survive Holm's correction over the family."
            return replace(draft, judgement=Judgement("inconclusive", reason))
    return draft


def _claim_p(draft: _Draft, direction: Direction) -> float:
    """One-sided p-value of a whole claim: the largest for an intersection, Bonferroni's for a disjunction."""
    rule = draft.claim.rule
    parts = [_part_p(draft, part, direction) for part in quantity_rules(rule)]
    is_split = isinstance(rule, Conjunction) and rule.contradicted_when == "any_part" and direction == "contradicted"
    return min(1.0, len(parts) * min(parts)) if is_split else max(parts, default=1.0)


def _part_p(draft: _Draft, part: Quantity, direction: Direction) -> float:
    values = [getattr(item, f"p_{direction}") for item in draft.admissible if item.estimand_id == part.estimand]
    return max((1.0 if value is None else value for value in values), default=1.0)


def _rule_evidence(draft: _Draft) -> tuple[Evidence, ...]:
    wanted = rule_estimands(draft.claim.rule)
    return tuple(item for item in draft.admissible if item.estimand_id in wanted)


def _row(draft: _Draft, scope: Scope) -> Verdict:
    blocked = {entry.scope: entry.reason for entry in draft.claim.not_answerable}
    if scope.id in blocked:
        return _blocked_row(draft, scope, blocked[scope.id])
    points = _points(draft)
    is_single = len(quantity_rules(draft.claim.rule)) == 1 and len(points) == 1
    return Verdict(
        claim_id=draft.claim.id,
        scope=scope.id,
        verdict=draft.judgement.code,
        reason=_reason(draft),
        is_post_hoc=any(item.is_known_at_freeze for item in _evidence_used(draft)),
        low_points=points[0].low if is_single else None,
        high_points=points[0].high if is_single else None,
        points=points,
        admissible_n=len(draft.admissible),
        context_n=len(draft.context),
    )


def _blocked_row(draft: _Draft, scope: Scope, reason: str) -> Verdict:
    """Row of a scope that no data can decide; whatever exists for a claim without any other scope is context."""
    is_only_scope = len(draft.claim.scopes) == 1
    context_n = len(draft.admissible) + len(draft.context) if is_only_scope else 0
    return Verdict(draft.claim.id, scope.id, "not_answerable", reason, False, None, None, (), 0, context_n)


def _reason(draft: _Draft) -> str:
    if draft.judgement.code == "not_yet_answerable" and not _rule_evidence(draft):
        if any(not item.is_linked for item in draft.context):
            return f"This study has an estimate. {UNLINKED}"
        lacking = next((item.lacks for item in draft.context if item.lacks), "")
        if lacking:
            return f"This study has no estimate: {lacking}."
        return f"No admissible evidence is known yet; it takes {draft.claim.evidence_needed.data}."
    return draft.judgement.reason


def _evidence_used(draft: _Draft) -> tuple[Evidence, ...]:
    """Evidence that the verdict rests on: what the rule read, or the reports that left an existence claim open."""
    if draft.judgement.code not in ("supported", "contradicted", "inconclusive"):
        return ()
    return _rule_evidence(draft) or tuple(filter(is_unsettled_report, draft.context))


def _points(draft: _Draft) -> tuple[EstimandPoints, ...]:
    found = (_part_points(draft, part) for part in quantity_rules(draft.claim.rule))
    return tuple(points for points in found if points is not None)


def _part_points(draft: _Draft, part: Quantity) -> EstimandPoints | None:
    """Find the publishable interval of one part; evidence that failed a screen or is no share has none."""
    required = required_screens(draft.claim.rule, part)
    usable = [
        item
        for item in draft.admissible
        if item.estimand_id == part.estimand
        and item.unit in ("share", "share_difference")
        and failed_screen(item, required, part.support_conditions) is None
    ]
    ends = [Interval(item.low, item.high) for item in usable if item.low is not None and item.high is not None]
    if not ends:
        return None
    envelope = robust_interval(ends)
    rounded = outward_points(envelope.low, envelope.high, is_share=usable[0].unit == "share")
    return EstimandPoints(part.estimand, rounded.low, rounded.high)
