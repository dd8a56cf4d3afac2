"""The consent ledger of the fictional world: who allowed what, who changed their mind, who was never asked.

Written with a hash chain of its own making, from the ledger's documented form. Consents carry days of the year 1900,
and withdrawals after any cut-off days of the year 2100: nobody can take either for real.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

FULL = ("survey_analysis", "aggregate_publication")
FORM = "fictional form 1"
WORDING = hashlib.sha256(b"The wording of a form that nobody was ever shown.").hexdigest()
DAY, LATER_DAY, FUTURE_DAY = "1900-01-08", "1900-03-05", "2100-06-07"
EXPIRY_DAY = "1900-02-02"

OUTCOMES = ("grants", "withdraws", "never_asked", "refuses", "expires", "narrows", "withdraws_later")
SHARES = (0.905, 0.03, 0.02, 0.01, 0.01, 0.015, 0.01)
FURTHER = {"linkage_to_posts": 0.15, "recontact": 0.4, "microdata_restricted": 0.55}
"""Scopes that some grant beside the full ones, and the share that does."""


@dataclass(frozen=True)
class Decision:
    """What one subject of the ledger decides.

    Attributes
    ----------
    subject : key in the ledger
    outcome : one of OUTCOMES
    scopes : what is granted
    language : of the form
    """

    subject: str
    outcome: str
    scopes: tuple[str, ...]
    language: str

    @property
    def is_in_force(self) -> bool:
        """Whether consent was given by the year 1900 and never taken back."""
        return self.outcome == "grants"


def decide(subjects: list[str], language: str, generator: np.random.Generator) -> list[Decision]:
    """Draw what each subject decides."""
    outcomes = generator.choice(OUTCOMES, len(subjects), p=SHARES)
    granted = generator.random((len(subjects), len(FURTHER))) < np.array(list(FURTHER.values()))
    return [
        Decision(
            subject,
            str(outcome),
            (*FULL, *(scope for scope, given in zip(FURTHER, row, strict=True) if given)),
            language,
        )
        for subject, outcome, row in zip(subjects, outcomes, granted, strict=True)
    ]


def ledger(decisions: list[Decision]) -> bytes:
    """The ledger as JSON Lines, each line chained to the one before."""
    lines, previous = [], "0" * 64
    events = [event for decision in decisions for event in _events(decision)]
    for sequence, event in enumerate(sorted(events, key=lambda event: str(event["day"])), start=1):
        content = {"sequence": sequence, **event, "previous": previous}
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        previous = hashlib.sha256(canonical.encode()).hexdigest()
        lines.append(json.dumps(content | {"hash": previous}, ensure_ascii=True, separators=(",", ":")) + "\n")
    return "".join(lines).encode()


def _events(decision: Decision) -> list[dict[str, Any]]:
    if decision.outcome == "never_asked":
        return []
    if decision.outcome == "refuses":
        return [_event(decision, "refused", (), DAY)]
    expires = EXPIRY_DAY if decision.outcome == "expires" else None
    events = [_event(decision, "granted", decision.scopes, DAY, expires)]
    if decision.outcome == "withdraws":
        events.append(_event(decision, "withdrawn", (), LATER_DAY))
    if decision.outcome == "narrows":
        events.append(_event(decision, "amended", ("survey_analysis",), LATER_DAY))
    if decision.outcome == "withdraws_later":
        events.append(_event(decision, "withdrawn", (), FUTURE_DAY))
    return events


def _event(
    decision: Decision, name: str, scopes: tuple[str, ...], day: str, expires: str | None = None
) -> dict[str, Any]:
    return {
        "subject": decision.subject,
        "event": name,
        "scopes": list(scopes),
        "form_version": FORM,
        "wording_sha256": WORDING,
        "language": decision.language,
        "day": day,
        "proof": f"fictional proof of {decision.subject}",
        "expires": expires,
    }
