"""Estimates as rows of the table `survey_estimates`: on a published step, counted in fives, withheld where they tell.

What belongs here: identifiers, the rules for what a row may show. What must not: arithmetic on answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from analysis.estimators.estimate import Estimate, Interval
from analysis.schemas.precision import Limits as IntervalRule
from analysis.schemas.precision import Shown, floored, publish_number, publish_share
from analysis.strategy.frame import ALL, Survey
from analysis.study.plan import Plan

TOO_FEW = "too few respondents in the group, on one side of the answer, or beside what is shown"
"""One reason for every row that is withheld for its numbers: which of them it was would be told by another."""

REFUSED = "the method refused these answers: a cell or a group is too small, or the answers are missing"

EVIDENCE = {"synthetic": "synthetic", "vault": "field"}


@dataclass(frozen=True)
class Place:
    """Which estimate of what: the keys of a row."""

    estimand_id: str
    item: str
    weighting: str
    estimator: str
    group_kind: str = ALL
    group: str = ALL
    quantity: str = "prevalence"


@dataclass(frozen=True)
class Number:
    """An estimate as the rows need it; the interval may be missing.

    `yes_n` counts the yes where answers are shares; `interval` says how the limits follow from share and error.
    """

    value: float
    se: float | None
    limits: Interval | None
    n: int
    method: str
    yes_n: int | None = None
    interval: IntervalRule | None = None


@dataclass
class Rows:
    """Rows of one study, gathered; a second row under the same identifier is a mistake of the program.

    Attributes
    ----------
    found : rows as they may be published
    exact : for every row its place and its number before any step: never published
    allowed : for every row whether nothing but its step, or what lies beside it, could speak against it
    """

    survey: Survey
    source: str
    found: list[dict[str, object]] = field(default_factory=list)
    exact: list[tuple[Place, Number]] = field(default_factory=list)
    allowed: list[bool] = field(default_factory=list)

    def add(self, place: Place, number: Number, reason: str | None = None) -> None:
        """One row; without a number where there is a reason against it."""
        shown = None if reason else _published(place, number)
        self.exact.append((place, number))
        self.allowed.append(reason is None)
        self.found.append(
            {
                **self._labels(place),
                "method_text": number.method,
                "value": shown.value if shown else None,
                "standard_error": shown.se if shown else None,
                "ci_low": shown.low if shown else None,
                "ci_high": shown.high if shown else None,
                "respondents_n": floored(number.n),
                "is_usable": shown is not None,
                "unusable_reason": None if shown else reason or TOO_FEW,
                "source": self.source,
            }
        )
        if self.found[-1]["unusable_reason"] == TOO_FEW:
            self.withhold(len(self.found) - 1)

    def withhold(self, position: int) -> None:
        """Take a row's numbers back, the number of respondents too: with it the others would tell it."""
        hidden = dict.fromkeys(("value", "standard_error", "ci_low", "ci_high", "respondents_n"))
        self.found[position] |= {**hidden, "is_usable": False, "unusable_reason": TOO_FEW}

    def add_estimate(self, place: Place, estimate: Estimate, reason: str | None = None) -> None:
        """One row from an estimator's record; what the record withholds stays withheld."""
        limits = None
        if estimate.low is not None and estimate.high is not None:
            limits = Interval(estimate.low, estimate.high)
        number = Number(estimate.value or 0.0, estimate.se, limits, estimate.n, estimate.method)
        self.add(place, number, reason or estimate.unusable_reason)

    def _labels(self, place: Place) -> dict[str, object]:
        study, plan = self.survey.study, self.survey.plan
        return {
            "estimate_id": identifier(place, study),
            "estimand_id": place.estimand_id,
            "item_text": place.item,
            "quantity_code": place.quantity,
            "group_kind_code": place.group_kind,
            "group_text": place.group,
            "weighting_code": place.weighting,
            "estimator_text": place.estimator,
            "population_text": plan.population,
            "period_text": plan.period,
            "evidence_class_code": EVIDENCE[study],
            "grade_code": "A",
        }


def identifier(place: Place, study: str) -> str:
    """`E13a_share_not_favourable_host_a_blended_share_of_answers_synthetic`."""
    parts = [place.estimand_id, place.group, place.weighting, place.estimator, place.item]
    ending = ("_synthetic",) if study == "synthetic" else ()
    return "_".join([parts[0], *(slug(part) for part in parts[1:])]) + "".join(ending)


def slug(text: str) -> str:
    """Words as a part of an identifier."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _published(place: Place, number: Number) -> Shown | None:
    """The number on its step, or None where no step hides the counts, or where a side may be too small."""
    value, limits = float(number.value), number.limits
    spread = (number.se, *((value - limits.low, limits.high - value) if limits else (None, None)))
    if place.quantity != "answer_share":
        return publish_number(value, spread, number.n)
    return publish_share(value, spread, number.n, number.interval)


def reason_against(plan: Plan, yes_n: int, no_n: int, kind: str = ALL) -> str | None:
    """Why a share of answers may not be shown: too few on one side, or too few in a sensitive group."""
    is_small = yes_n + no_n < plan.least_answers(kind)
    return TOO_FEW if is_small or min(yes_n, no_n) < plan.disclosure.least_per_side else None


def listing(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
