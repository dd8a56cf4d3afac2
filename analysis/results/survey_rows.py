"""Estimates as rows of the table `survey_estimates`: rounded, counted in fives, withheld where they say too much.

What belongs here: identifiers, rounding, the rules for what a row may show. What must not: arithmetic on answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from analysis.estimators.estimate import Estimate, Interval
from analysis.results.survey_frame import LEAST_IN_GROUP, Survey

DECIMALS = 3
"""At three decimals no count of respondents can be worked out from a weighted share, nor a difference from two."""

ROUNDING = 5
LEAST_PER_SIDE = 10
ONE_SIDED = f"fewer than {LEAST_PER_SIDE} respondents on one side of the answer"
TOO_FEW = f"fewer than {LEAST_IN_GROUP} respondents in the group"
REFUSED = "the method refused these answers: a cell or a group is too small, or the answers are missing"

POPULATION = {"synthetic": "respondents of the fictional survey", "vault": "respondents of this study"}
PERIOD = {"synthetic": "the fictional interviews", "vault": "the study's interviews"}
EVIDENCE = {"synthetic": "synthetic", "vault": "field"}


@dataclass(frozen=True)
class Place:
    """Which estimate of what: the keys of a row."""

    estimand_id: str
    item: str
    weighting: str
    estimator: str
    group_kind: str = "all"
    group: str = "all"
    quantity: str = "prevalence"


@dataclass(frozen=True)
class Number:
    """An estimate as the rows need it; the interval may be missing."""

    value: float
    se: float | None
    limits: Interval | None
    n: int
    method: str


@dataclass
class Rows:
    """Rows of one study, gathered; a second row under the same identifier is a mistake of the program."""

    survey: Survey
    source: str
    found: list[dict[str, object]] = field(default_factory=list)

    def add(self, place: Place, number: Number, reason: str | None = None) -> None:
        """One row; without a number where there is a reason against it."""
        shown = reason is None
        limits = number.limits if shown else None
        self.found.append(
            {
                **self._labels(place),
                "method_text": number.method,
                "value": _rounded(number.value) if shown else None,
                "standard_error": _rounded(number.se) if shown else None,
                "ci_low": _rounded(limits.low) if limits else None,
                "ci_high": _rounded(limits.high) if limits else None,
                "respondents_n": number.n // ROUNDING * ROUNDING,
                "is_usable": shown,
                "unusable_reason": reason,
                "source": self.source,
            }
        )

    def add_estimate(self, place: Place, estimate: Estimate, reason: str | None = None) -> None:
        """One row from an estimator's record; what the record withholds stays withheld."""
        limits = None
        if estimate.low is not None and estimate.high is not None:
            limits = Interval(estimate.low, estimate.high)
        number = Number(estimate.value or 0.0, estimate.se, limits, estimate.n, estimate.method)
        self.add(place, number, reason or estimate.unusable_reason)

    def _labels(self, place: Place) -> dict[str, object]:
        study = self.survey.study
        return {
            "estimate_id": identifier(place, study),
            "estimand_id": place.estimand_id,
            "item_text": place.item,
            "quantity_code": place.quantity,
            "group_kind_code": place.group_kind,
            "group_text": place.group,
            "weighting_code": place.weighting,
            "estimator_text": place.estimator,
            "population_text": POPULATION[study],
            "period_text": PERIOD[study],
            "evidence_class_code": EVIDENCE[study],
            "grade_code": "A",
        }


def identifier(place: Place, study: str) -> str:
    """`E13a_share_not_favourable_host_a_blended_share_of_answers_synthetic`."""
    parts = [place.estimand_id, place.group, place.weighting, place.estimator, place.item]
    ending = ("_synthetic",) if study == "synthetic" else ()
    return "_".join([parts[0], *(_slug(part) for part in parts[1:])]) + "".join(ending)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), DECIMALS) + 0.0


def reason_against(yes_n: int, no_n: int, share: float, *, group_kind: str) -> str | None:
    """Why a share of answers may not be shown: too few on one side, or too few in a service group.

    The second comparison repeats the first on the weighted share, as a reader could who knows the sample size.
    """
    n = yes_n + no_n
    if group_kind == "service_household" and n < LEAST_IN_GROUP:
        return TOO_FEW
    shown_n = n // ROUNDING * ROUNDING
    sides = (yes_n, no_n, shown_n * round(share, DECIMALS), shown_n * (1 - round(share, DECIMALS)))
    return ONE_SIDED if min(sides) < LEAST_PER_SIDE else None
