"""The record of one piece of evidence, checked when it is made.

What belongs here: the record, its codes and the checks that need nothing but the record itself.
What must not: whether it may move a verdict (`verdict`), and what a rule makes of it (`rules`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from analysis.errors import ClaimsError

EvidenceClass: TypeAlias = Literal["published", "replicated", "field", "synthetic"]
Grade: TypeAlias = Literal["A", "B", "C", "D", "none"]
Unit: TypeAlias = Literal["share", "share_difference", "standard_deviation", "ratio", "none"]


@dataclass(frozen=True)
class Evidence:
    """One result, report or set of series, tied to one estimand of one claim.

    Parameters
    ----------
    claim_id, estimand_id : str
        Ids of the register; the estimand is empty where a claim has none.
    evidence_class, grade
        Codes of the register's conventions; grade `none` where nobody has graded the source.
    is_population_matched, is_period_matched : bool
        Whether population and period are those of the claim.
    estimate, low, high : float or None
        Estimate and 95 % robust interval, in `unit` (shares as fractions of 1).
    split_low, split_high : float or None
        The same interval at the Bonferroni-split confidence of a conjunction (97.5 % for two parts).
    p_supported, p_contradicted : float or None
        One-sided p-values, worst case over the same specifications, for Holm's procedure.
    screens : mapping of screen name to bool
        True where the screen was passed or the condition held.
    n_qualifying_reports, n_near_miss_reports, n_denials : int
        Reports or documents that meet the rule, that come near without meeting it, and official denials.
    report_group : str
        Reports of one group (copies of one wire story) count once; empty for a report that stands alone.
    series : mapping of host (ISO3) to yearly values
        None marks a value that is missing or not disaggregated; 0 is written only for a true zero.
    is_known_at_freeze : bool
        True unless the evidence was collected after the register was frozen; marks a verdict as post hoc.
    is_linked : bool
        False for an estimate of a study of which nobody has written down whether population and period match.
    lacks : str
        Why a study has no estimate where it looked for one; empty where it has one.
    note : str
        Why the evidence counts or does not.

    Raises
    ------
    ClaimsError
        For an unknown code, half an interval, an interval that does not hold its estimate, a split interval narrower
        than the 95 % one, a share beyond 1 (a percentage by mistake), a p-value outside 0 to 1, or a negative count.
    """

    claim_id: str
    estimand_id: str
    evidence_class: EvidenceClass
    grade: Grade
    is_population_matched: bool
    is_period_matched: bool
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    split_low: float | None = None
    split_high: float | None = None
    p_supported: float | None = None
    p_contradicted: float | None = None
    unit: Unit = "none"
    screens: Mapping[str, bool] = field(default_factory=dict)
    n_qualifying_reports: int = 0
    n_near_miss_reports: int = 0
    n_denials: int = 0
    report_group: str = ""
    series: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    is_known_at_freeze: bool = True
    is_linked: bool = True
    lacks: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a record that cannot be true."""
        _check_codes(self)
        _check_interval(self, "low", self.low, self.high)
        _check_interval(self, "split_low", self.split_low, self.split_high)
        _check_split_is_wider(self)
        _check_scale(self)
        _check_probabilities(self)
        _check_counts(self)


def refuse_evidence(evidence: Evidence, name: str, value: object, allowed: str) -> ClaimsError:
    """Error that names the claim, the estimand, the field, the value received, what is allowed and what to do."""
    where = f"evidence for claim {evidence.claim_id}, estimand {evidence.estimand_id or '(none)'}, field {name}"
    todo = "correct the row that this evidence is read from"
    return ClaimsError(f"{where}: received {value!r}; allowed: {allowed}; {todo}.")


def _check_codes(evidence: Evidence) -> None:
    codes = {"evidence_class": EvidenceClass, "grade": Grade, "unit": Unit}
    for name, kind in codes.items():
        if getattr(evidence, name) not in get_args(kind):
            raise refuse_evidence(evidence, name, getattr(evidence, name), ", ".join(get_args(kind)))


def _check_interval(evidence: Evidence, name: str, low: float | None, high: float | None) -> None:
    if low is None and high is None:
        return
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise refuse_evidence(evidence, name, (low, high), "both ends, finite, in order, or neither end")
    if evidence.estimate is not None and not low <= evidence.estimate <= high:
        raise refuse_evidence(evidence, "estimate", evidence.estimate, f"a value inside the interval {low} to {high}")


def _check_split_is_wider(evidence: Evidence) -> None:
    if evidence.split_low is None or evidence.split_high is None:
        return
    if evidence.low is None or evidence.high is None:
        raise refuse_evidence(evidence, "low", None, "the 95 % interval beside the split one")
    if evidence.split_low > evidence.low or evidence.split_high < evidence.high:
        raise refuse_evidence(evidence, "split_low", evidence.split_low, "a split interval that holds the 95 % one")


def _check_scale(evidence: Evidence) -> None:
    is_share = evidence.unit in ("share", "share_difference")
    if is_share and evidence.estimate is not None and not -1.0 <= evidence.estimate <= 1.0:
        raise refuse_evidence(evidence, "estimate", evidence.estimate, "a fraction from -1 to 1, not a percentage")


def _check_probabilities(evidence: Evidence) -> None:
    for name in ("p_supported", "p_contradicted"):
        value = getattr(evidence, name)
        if value is not None and not 0.0 <= value <= 1.0:
            raise refuse_evidence(evidence, name, value, "a probability from 0 to 1, or none")


def _check_counts(evidence: Evidence) -> None:
    for name in ("n_qualifying_reports", "n_near_miss_reports", "n_denials"):
        if getattr(evidence, name) < 0:
            raise refuse_evidence(evidence, name, getattr(evidence, name), "zero or a positive whole number")
