"""Rules that were fixed in advance, and how each of them reads its evidence.

What belongs here: one frozen dataclass per kind of rule, and the judgement of ONE rule.
What must not: files, tables, admissibility, multiplicity over several claims (both are in `verdict`).
Every rule is symmetric where the world allows it: it names in advance what supports and what contradicts the claim.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from analysis.claims.evidence import Evidence, Unit, refuse_evidence
from analysis.errors import ClaimsError

VerdictCode: TypeAlias = Literal["supported", "contradicted", "inconclusive", "not_yet_answerable", "not_answerable"]
INTERVAL_ALPHA = 0.05  # the robust interval is a 95 % interval, so k parts split this
SPLIT_TOLERANCE = 1e-9  # a confidence level is typed by hand as 0.975, so only rounding of the float may differ


@dataclass(frozen=True)
class Threshold:
    """A quantity against a threshold: supported when the whole interval lies above it, contradicted when below."""

    estimand: str
    threshold: float
    screens: tuple[str, ...]
    support_conditions: tuple[str, ...]


@dataclass(frozen=True)
class Effect:
    """A change or effect: supported above the null and at least the smallest effect of interest.

    `smallest_effect` maps the unit of the estimate to the smallest effect of interest in that unit; the null value is
    1 for ratios and 0 for everything else.
    """

    estimand: str
    null_value: float
    smallest_effect: Mapping[Unit, float]
    screens: tuple[str, ...]
    support_conditions: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse numbers that do not fit together."""
        expected = 1.0 if "ratio" in self.smallest_effect else 0.0
        if self.null_value != expected:
            raise ClaimsError(f"null_value: received {self.null_value}; allowed: {expected:g}; 1 is for ratios only.")
        if not self.smallest_effect or min(self.smallest_effect.values()) <= self.null_value:
            raise ClaimsError(
                f"smallest_effect: received {dict(self.smallest_effect)}; allowed: one or more values above the null; "
                "state the smallest effect of interest."
            )


Quantity: TypeAlias = Threshold | Effect


@dataclass(frozen=True)
class Conjunction:
    """Several quantities that must all hold (intersection-union test).

    With `any_part`, one part that is contradicted at the Bonferroni-split level contradicts the claim. With
    `every_part`, all parts have to be contradicted, each at the full level, and no split is needed.
    """

    parts: tuple[Quantity, ...]
    contradicted_when: Literal["any_part", "every_part"]
    split_confidence: float | None
    screens: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse numbers that do not fit together."""
        if len(self.parts) < 2:
            raise ClaimsError(f"parts: received {len(self.parts)}; allowed: two or more; use the single rule instead.")
        expected = 1.0 - INTERVAL_ALPHA / len(self.parts) if self.contradicted_when == "any_part" else None
        if not _same_level(self.split_confidence, expected):
            raise ClaimsError(
                f"split_confidence: received {self.split_confidence}; allowed: {expected} for {len(self.parts)} parts "
                f"with {self.contradicted_when}; write that level."
            )


@dataclass(frozen=True)
class Existence:
    """At least `min_reports` independent qualifying reports; no finite search can contradict it.

    `unsettled_reports_count` says whether reports that do not qualify (or are graded too low) make the claim
    inconclusive rather than not yet answerable. They can never support it.
    """

    estimand: str
    min_reports: int
    unsettled_reports_count: bool


@dataclass(frozen=True)
class NamedDocument:
    """At least `min_documents` public documents; only a public denial by the competent authority contradicts it."""

    estimand: str
    min_documents: int


@dataclass(frozen=True)
class EverySeriesPositive:
    """Every named host series is above zero; complete zeros in the US or in all European hosts contradict it."""

    estimand: str
    us_host: str
    european_hosts: tuple[str, ...]


@dataclass(frozen=True)
class Unanswerable:
    """No data of any kind could decide the claim; the register gives the reason."""


Rule: TypeAlias = Threshold | Effect | Conjunction | Existence | NamedDocument | EverySeriesPositive | Unanswerable
RULE_TYPES: Mapping[str, type[Rule]] = {
    "threshold": Threshold,
    "effect": Effect,
    "conjunction": Conjunction,
    "existence": Existence,
    "named_document": NamedDocument,
    "every_series_positive": EverySeriesPositive,
    "unanswerable": Unanswerable,
}


@dataclass(frozen=True)
class Judgement:
    """What one rule makes of its evidence: a verdict code and one plain sentence."""

    code: VerdictCode
    reason: str


def _same_level(given: float | None, expected: float | None) -> bool:
    if given is None or expected is None:
        return given is expected
    return abs(given - expected) < SPLIT_TOLERANCE


def quantity_rules(rule: Rule) -> tuple[Quantity, ...]:
    """Quantity rules inside a rule: the rule itself, the parts of a conjunction, or none."""
    match rule:
        case Threshold() | Effect():
            return (rule,)
        case Conjunction():
            return rule.parts
        case _:
            return ()


def rule_estimands(rule: Rule) -> tuple[str, ...]:
    """Ids of the estimands that a rule reads, in the order of its parts."""
    match rule:
        case Existence() | NamedDocument() | EverySeriesPositive():
            return (rule.estimand,)
        case _:
            return tuple(part.estimand for part in quantity_rules(rule))


def required_screens(rule: Rule, part: Quantity) -> tuple[str, ...]:
    """Screens that evidence for one part must have passed, those of the whole conjunction included."""
    return (rule.screens if isinstance(rule, Conjunction) else ()) + part.screens


def failed_screen(evidence: Evidence, required: Iterable[str], support_conditions: Iterable[str]) -> str | None:
    """Name of the first screen that stops evidence from being judged, or None.

    A required screen that was not reported has failed. A screen that was reported as failed stops the evidence even
    where the rule does not require it. Conditions that only guard `supported` are left out here.
    """
    missing = [name for name in required if not evidence.screens.get(name, False)]
    guards = set(support_conditions)
    reported = [name for name, passed in evidence.screens.items() if not passed and name not in guards]
    return next(iter(missing + reported), None)


def judge(rule: Rule, admissible: Sequence[Evidence], context: Sequence[Evidence] = ()) -> Judgement:
    """Apply one rule, fixed in advance, to the evidence for its claim.

    Parameters
    ----------
    rule : Rule
        One of the frozen rule types.
    admissible : sequence of Evidence
        Evidence that may move a verdict; all of one claim.
    context : sequence of Evidence
        Evidence that may not; read only by `Existence` rules that say so, and never towards support.

    Returns
    -------
    Judgement
        Before Holm's procedure, which needs the other claims of the family.

    Raises
    ------
    ClaimsError
        When an estimate comes in a unit for which the rule states no threshold, or a host's series comes twice.

    Missing
    -------
    No evidence for any part is `not_yet_answerable`, and so is a part of a conjunction that nobody has measured.

    Source
    ------
    The project's register, `data/claims/claims.yml`.

    Examples
    --------
    >>> judge(Existence("E01a_existence", 2, False), []).code
    'not_yet_answerable'
    """
    match rule:
        case Threshold() | Effect():
            return _judge_part(rule, admissible, rule.screens, at_split=False)
        case Conjunction():
            return _judge_conjunction(rule, admissible)
        case Existence():
            return _judge_existence(rule, admissible, context)
        case NamedDocument():
            return _judge_document(rule, admissible)
        case EverySeriesPositive():
            return _judge_series(rule, admissible)
        case Unanswerable():
            return Judgement("not_answerable", "No data of any kind could decide this claim.")


def _about(evidence: Iterable[Evidence], estimand: str) -> list[Evidence]:
    return [item for item in evidence if item.estimand_id == estimand]


def _not_yet(what: str) -> Judgement:
    return Judgement("not_yet_answerable", f"No admissible evidence on {what} exists yet.")


def _inconclusive(reason: str) -> Judgement:
    return Judgement("inconclusive", reason)


def _judge_part(part: Quantity, evidence: Sequence[Evidence], required: Sequence[str], *, at_split: bool) -> Judgement:
    results = [_judge_quantity(part, item, required, at_split=at_split) for item in _about(evidence, part.estimand)]
    if not results:
        return _not_yet(part.estimand)
    if len({result.code for result in results}) > 1:
        return _inconclusive(f"Admissible results on {part.estimand} do not agree under the rule.")
    return results[0]


def _judge_quantity(part: Quantity, item: Evidence, required: Sequence[str], *, at_split: bool) -> Judgement:
    failed = failed_screen(item, required, part.support_conditions)
    if failed is not None:
        return _inconclusive(f"A screen fixed in advance failed or was not reported: {failed.replace('_', ' ')}.")
    low, high = (item.split_low, item.split_high) if at_split else (item.low, item.high)
    if low is None or high is None:
        return _inconclusive(f"The evidence on {part.estimand} comes without the interval that the rule needs.")
    if _supports(part, item, low):
        return _guard_support(part, item)
    if _contradicts(part, item, low, high):
        return Judgement("contradicted", _contradicted_sentence(part))
    return _inconclusive(_open_sentence(part))


def _guard_support(part: Quantity, item: Evidence) -> Judgement:
    unmet = [name for name in part.support_conditions if not item.screens.get(name, False)]
    if unmet:
        name = unmet[0].replace("_", " ")
        return _inconclusive(f"The interval meets the rule, but a further condition does not hold: {name}.")
    return Judgement("supported", _supported_sentence(part))


def _limit(part: Quantity, item: Evidence) -> float:
    allowed: Mapping[Unit, float] = {"share": part.threshold} if isinstance(part, Threshold) else part.smallest_effect
    if item.unit not in allowed:
        raise refuse_evidence(item, "unit", item.unit, ", ".join(allowed))
    return allowed[item.unit]


def _supports(part: Quantity, item: Evidence, low: float) -> bool:
    limit = _limit(part, item)
    if isinstance(part, Threshold):
        return low > limit
    return low > part.null_value and item.estimate is not None and item.estimate >= limit


def _contradicts(part: Quantity, item: Evidence, low: float, high: float) -> bool:
    limit = _limit(part, item)
    if isinstance(part, Threshold):
        return high < limit
    return high < limit and low <= part.null_value


def _supported_sentence(part: Quantity) -> str:
    if isinstance(part, Threshold):
        return "The whole robust interval lies above the threshold of the rule."
    return "The robust interval lies above the null and the estimate reaches the smallest effect of interest."


def _contradicted_sentence(part: Quantity) -> str:
    if isinstance(part, Threshold):
        return "The whole robust interval lies below the threshold of the rule."
    return "The robust interval holds the null and ends below the smallest effect of interest."


def _open_sentence(part: Quantity) -> str:
    if isinstance(part, Threshold):
        return "The robust interval contains the threshold of the rule."
    return "The robust interval meets neither side of the rule."


def _judge_conjunction(rule: Conjunction, evidence: Sequence[Evidence]) -> Judgement:
    full = [_judge_part(part, evidence, required_screens(rule, part), at_split=False) for part in rule.parts]
    refuted = _judge_refutation(rule, full, evidence)
    if refuted is not None:
        return refuted
    for wanted in ("not_yet_answerable", "inconclusive"):
        for result in full:
            if result.code == wanted:
                return result
    if all(result.code == "supported" for result in full):
        return Judgement("supported", "Every part of the claim meets its rule.")
    return _inconclusive("A part falls short, but not at the level that the rule demands of several parts together.")


def _judge_refutation(rule: Conjunction, full: Sequence[Judgement], evidence: Sequence[Evidence]) -> Judgement | None:
    if rule.contradicted_when == "every_part":
        is_refuted = all(result.code == "contradicted" for result in full)
        return Judgement("contradicted", "Every part of the claim is contradicted by its rule.") if is_refuted else None
    for part in rule.parts:
        if _judge_part(part, evidence, required_screens(rule, part), at_split=True).code == "contradicted":
            sentence = f"One part that must hold is contradicted at its split level: {part.estimand}."
            return Judgement("contradicted", sentence)
    return None


def _independent(evidence: Iterable[Evidence], name: str) -> int:
    """Sum of one count in which reports of one group, such as copies of a wire story, count once."""
    grouped: dict[str, int] = {}
    alone = 0
    for item in evidence:
        if item.report_group:
            grouped[item.report_group] = max(grouped.get(item.report_group, 0), getattr(item, name))
        else:
            alone += getattr(item, name)
    return alone + sum(grouped.values())


def is_unsettled_report(item: Evidence) -> bool:
    """Whether a context item is a real, graded report that leaves an existence claim open rather than unasked."""
    is_real = item.evidence_class != "synthetic" and item.grade in ("A", "B", "C")
    return is_real and item.n_qualifying_reports + item.n_near_miss_reports > 0


def _judge_existence(rule: Existence, admissible: Sequence[Evidence], context: Sequence[Evidence]) -> Judgement:
    found = _about(admissible, rule.estimand)
    if _independent(found, "n_qualifying_reports") >= rule.min_reports:
        return Judgement("supported", "Enough independent reports state everything that the rule asks for.")
    if found:
        return _inconclusive("Too few independent reports meet the rule, and no finite search contradicts existence.")
    if rule.unsettled_reports_count and any(map(is_unsettled_report, _about(context, rule.estimand))):
        return _inconclusive("Reporting exists, but no admissible source states everything that the rule asks for.")
    return _not_yet(rule.estimand)


def _judge_document(rule: NamedDocument, admissible: Sequence[Evidence]) -> Judgement:
    found = _about(admissible, rule.estimand)
    if not found:
        return _not_yet(rule.estimand)
    has_document = _independent(found, "n_qualifying_reports") >= rule.min_documents
    has_denial = _independent(found, "n_denials") > 0
    if has_document and has_denial:
        return _inconclusive("A named authority has said it and the competent authority has denied it.")
    if has_document:
        return Judgement("supported", "A public document of a competent named authority says it.")
    if has_denial:
        return Judgement("contradicted", "The competent authority has publicly denied it.")
    return _inconclusive("The search found no document that meets the rule, and finding none is not a contradiction.")


def _merged_series(evidence: Iterable[Evidence]) -> dict[str, Sequence[float | None]]:
    merged: dict[str, Sequence[float | None]] = {}
    for item in evidence:
        for host, values in item.series.items():
            if host in merged:
                raise refuse_evidence(item, "series", host, "each host once")
            merged[host] = values
    return merged


def _series_state(values: Sequence[float | None]) -> Literal["positive", "zero", "missing"]:
    """`positive` as soon as one value is above zero, `zero` only for a complete series of zeros, else `missing`."""
    if any(value is not None and value > 0 for value in values):
        return "positive"
    if values and all(value == 0 for value in values):
        return "zero"
    return "missing"


def _judge_series(rule: EverySeriesPositive, admissible: Sequence[Evidence]) -> Judgement:
    found = _about(admissible, rule.estimand)
    if not found:
        return _not_yet(rule.estimand)
    series = _merged_series(found)
    us = _series_state(series.get(rule.us_host, ()))
    europe = [_series_state(series.get(host, ())) for host in rule.european_hosts]
    states = [us, *europe]
    if all(state == "positive" for state in states):
        return Judgement("supported", "Every named host series is above zero in the window.")
    if us == "zero" or all(state == "zero" for state in europe):
        return Judgement("contradicted", "A complete series stays at zero in the US or in all named European hosts.")
    if "missing" in states:
        return _inconclusive("At least one named host series is missing or not disaggregated.")
    return _inconclusive("Some named European series are zero and others are not.")
