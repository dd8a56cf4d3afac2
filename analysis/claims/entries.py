"""The shape of the register: what one entry holds.

What belongs here: frozen dataclasses whose fields are the keys of `data/claims/claims.yml` and of the table of links.
What must not: reading, checking, judging; prose that the register itself carries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from analysis.claims.rules import Rule

Construct: TypeAlias = Literal["defend_the_country", "approve_the_regime", "speak_in_public"]


@dataclass(frozen=True)
class HistoryEntry:
    """One version of the register: its number, the day it was frozen, and what changed."""

    version: int
    frozen_on: date
    change: str


@dataclass(frozen=True)
class TimeStamp:
    """An external witness of one frozen version: which kind, where to find it, and the hash that it covers."""

    kind: Literal["osf", "rfc3161"]
    reference: str
    stamped_sha256: str
    stamped_on: date


@dataclass(frozen=True)
class RobustInterval:
    """What the robust interval is an envelope of; shares as fractions of 1."""

    meaning: str
    bogus_shares: tuple[float, ...]
    bogus_alternative: str
    undecided: str
    weightings: str
    list_length_errors: Mapping[str, tuple[float, ...]]
    list_length_alternative: str
    minimum_design_effect: float


@dataclass(frozen=True)
class Conventions:
    """What holds for every claim; the numbers are read by `verdict`, the sentences by readers."""

    source: str
    paragraphs: str
    alpha: float
    confidence_level: float
    robust_interval: RobustInterval
    confirmatory_family: tuple[str, ...]
    holm: str
    conjunctions: str
    disjunctions: str
    quantity_claims: str
    effect_claims: str
    smallest_effect: str
    wide_null: str
    existence: str
    inconclusive: str
    not_yet_answerable: str
    not_answerable: str
    admissibility: str
    evidence_classes: Mapping[str, str]
    grades: Mapping[str, str]
    post_hoc: str
    rounding: str
    synthetic: str
    constructs: Mapping[Construct, str]
    text_is_no_proxy: str
    topics: Mapping[str, str]
    screens: Mapping[str, str]


@dataclass(frozen=True)
class Estimand:
    """An estimand's id and its meaning in one sentence."""

    id: str
    meaning: str


@dataclass(frozen=True)
class EvidenceNeeded:
    """The data that would answer the claim, as one noun phrase, with the requirements that they must meet."""

    data: str
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class Scope:
    """One reading of a claim that gets a verdict row of its own."""

    id: str
    meaning: str


@dataclass(frozen=True)
class NotAnswerable:
    """A scope that no data of this kind could decide, with the reason."""

    scope: str
    reason: str


@dataclass(frozen=True)
class BeyondReach:
    """A part of the article's sentence that gets no verdict row because nothing could decide it."""

    part: str
    reason: str


@dataclass(frozen=True)
class Claim:
    """One sub-claim with everything that was fixed in advance."""

    id: str
    topic: str
    kind: Literal["claim", "premise"]
    constructs: tuple[Construct, ...]
    article: str
    paragraphs: tuple[int, ...]
    statement: str
    estimands: tuple[Estimand, ...]
    population: str
    period: str
    evidence_needed: EvidenceNeeded
    rule: Rule
    supported_if: str
    contradicted_if: str
    inconclusive_if: str
    scopes: tuple[Scope, ...]
    not_answerable: tuple[NotAnswerable, ...]
    beyond_reach: tuple[BeyondReach, ...]
    threats: tuple[str, ...]
    decides: tuple[str, ...]
    can_say: tuple[str, ...]
    cannot_say: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Contents:
    """Everything that is written in the register file."""

    history: tuple[HistoryEntry, ...]
    external_time_stamp: TimeStamp | None
    conventions: Conventions
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class OwnContents:
    """Claims of a study of one's own, with what they need beside the conventions of the register."""

    history: tuple[HistoryEntry, ...]
    topics: Mapping[str, str]
    screens: Mapping[str, str]
    confirmatory_family: tuple[str, ...]
    claims: tuple[Claim, ...]


FIRST_OWN = 50
"""Claims of a study are numbered from C50, those of the article below."""


@dataclass(frozen=True)
class Register:
    """The frozen register and the hash of the bytes it was read from."""

    sha256: str
    history: tuple[HistoryEntry, ...]
    external_time_stamp: TimeStamp | None
    conventions: Conventions
    claims: tuple[Claim, ...]
    own_history: tuple[HistoryEntry, ...] = ()
    """Of the claims that a study brings itself; empty where it brings none."""

    def frozen_on(self, claim_id: str) -> date:
        """Day of the version in which a claim stands: what was asked later was not known to it."""
        is_own = int(claim_id[1:3]) >= FIRST_OWN
        return (self.own_history if is_own else self.history)[-1].frozen_on


@dataclass(frozen=True)
class FieldLink:
    """The written match of a study's estimate with a claim: who decided it, when and why.

    `screens_passed` are the screens that a person vouches for; what the program can see it judges itself.
    """

    claim_id: str
    estimand_id: str
    is_population_matched: bool
    is_period_matched: bool
    screens_passed: tuple[str, ...]
    decided_by: str
    decided_on: date
    reason: str


@dataclass(frozen=True)
class EvidenceLink:
    """How one known source bears on one claim; grade, class and figures stay with the source itself."""

    claim_id: str
    source_id: str
    report_group: str
    estimand_id: str
    is_population_matched: bool
    is_period_matched: bool
    is_qualifying: bool
    relation: str
