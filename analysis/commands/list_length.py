"""`estimate list-experiment`: what is said about the length of lists, and about a truth that is known.

What belongs here: envelopes of a report's estimates, and whether they hold a known share. What must not: arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis.commands.list_rows import ListOptions
from analysis.estimators.estimate import Estimate
from analysis.estimators.list_experiment.length_error import LengthEnvelope, as_share, length_envelope
from analysis.estimators.list_experiment.responses import ListDesign

ESTIMATORS_OF_EQUAL_LENGTH = ("difference", "linear")
# Estimates that a surplus from length moves by itself; a difference between groups holds it twice and loses it.
MOVED = ("difference", "prevalence", "combined", "prediction")


@dataclass(frozen=True)
class Told:
    """What is added to a report: diagnostics, and sentences beside the numbers."""

    diagnostics: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def length_envelopes(
    estimates: Sequence[Estimate], design: ListDesign, errors: tuple[float, float] | None
) -> dict[str, Any]:
    """Give the diagnostic `length_error`: the errors that were assumed, and each estimate with them taken out.

    Parameters
    ----------
    estimates, design, errors
        Of a report; which lists were compared; the study's own errors, or None for those of other studies.

    Returns
    -------
    dict
        Empty where no estimate has an interval.
    """
    moved = [e for e in estimates if e.term.split("[")[0] in MOVED and e.low is not None]
    made = {e.term: length_envelope(e, design, errors) for e in moved}
    if not made:
        return {}
    assumed = next(iter(made.values())).errors
    shown = {t: [x.low, x.high] if t == "difference" else _within_a_share(x) for t, x in made.items()}
    return {"length_error": {"design": design, "assumed": assumed} | shown}


def _within_a_share(envelope: LengthEnvelope) -> list[float]:
    share = as_share(envelope)
    return [] if share is None else [share.low, share.high]


def truth_told(options: ListOptions, estimates: Sequence[Estimate]) -> Told:
    """Say whether the estimates hold the truth of a validation study; nothing without `--known-truth`."""
    truth = options.known_truth
    if truth is None:
        return Told()
    moved = [e for e in estimates if e.term.split("[")[0] in MOVED]
    held = {e.term: e.low <= truth <= e.high for e in moved if e.low is not None and e.high is not None}
    missed = ", ".join(term for term, holds in held.items() if not holds)
    said = [f"the known truth {truth:.4g} lies outside the interval of {missed}"] if missed else []
    return Told({"known_truth": {"share": truth, "held": held}}, said)
