"""The diagnosis of designs as rows: verdict probabilities, required sizes, estimators over fictional worlds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import pandas as pd

from analysis.claims.entries import Register
from analysis.claims.rules import Effect, Threshold, quantity_rules
from analysis.design.studies import Answer, Study, characteristics
from analysis.design.verdict_probabilities import (
    ErrorOf,
    PlannedStudy,
    Probabilities,
    effect_probabilities,
    required_n,
    threshold_probabilities,
    truths_around,
)
from analysis.estimators.list_experiment.power import count_variance, list_standard_error, practice_standard_error
from analysis.estimators.randomised_response.power import masked_standard_error
from analysis.results.technique_power import ITEM_SHARES
from analysis.results.technique_price import DEVICES
from analysis.study import Plan

DIRECT = "direct"
PRIVATE_WAYS: dict[str, ErrorOf] = {
    "crosswise": lambda n, share: masked_standard_error(DEVICES["crosswise"][0], n, share),
    "list": lambda n, share: list_standard_error(n, share, count_variance(ITEM_SHARES)),
    "list_practice": lambda n, _: practice_standard_error(n),
}
"""How the private answer may be asked, with its standard error by respondents and share."""

MINUS_PRIVATE = "_public_minus_private"
BOGUS_SHARES = (0.0, 0.04)
STARTING_SHARE = 0.1
"""Where a change is taken to start; a change from a rarer view needs fewer people."""

EFFECT_STEPS = (0.0, 0.5, 1.0, 2.0, 3.0)
"""True effects, in multiples of the smallest effect of interest."""

DECIMALS = 4
UNANSWERED = Answer(0.0, None, None, None)


def verdict_probability_rows(register: Register, sizes: Sequence[int], effects: Sequence[float]) -> pd.DataFrame:
    """Table `verdict_probabilities`: every quantity rule in shares × truth × plan.

    Parameters
    ----------
    register
        The frozen register.
    sizes
        Respondents; per wave or group for a change.
    effects
        Design effects.
    """
    rows = []
    for claim_id, part in _quantities(register):
        for size in sizes:
            for effect in effects:
                rows += _rows_of(claim_id, part, size, effect)
    return pd.DataFrame(rows)


def _quantities(register: Register) -> list[tuple[str, Threshold | Effect]]:
    """Rules that are about shares of people: those about posts or ratios need another kind of study."""
    found = [(claim.id, part) for claim in register.claims if claim.rule for part in quantity_rules(claim.rule)]
    return [
        (claim_id, part)
        for claim_id, part in found
        if not part.estimand.startswith("E06_")
        and (isinstance(part, Threshold) or "share_difference" in part.smallest_effect)
    ]


def _rows_of(claim_id: str, part: Threshold | Effect, size: int, effect: float) -> list[dict[str, object]]:
    if isinstance(part, Threshold):
        plans = [PlannedStudy(size, effect, bogus) for bogus in BOGUS_SHARES]
        return [
            _row(claim_id, part, plan, truth, threshold_probabilities(part, truth, plan))
            for plan in plans
            for truth in truths_around(part.threshold)
        ]
    plan, smallest = PlannedStudy(size, effect, 0.0), part.smallest_effect["share_difference"]
    ways: Mapping[str, ErrorOf | None] = PRIVATE_WAYS if part.estimand.endswith(MINUS_PRIVATE) else {DIRECT: None}
    return [
        _row(claim_id, part, plan, truth, effect_probabilities(part, truth, STARTING_SHARE, plan, error))
        | {"private_way_code": way}
        for way, error in ways.items()
        for truth in (round(step * smallest, 6) for step in EFFECT_STEPS)
    ]


def _row(
    claim_id: str, part: Threshold | Effect, plan: PlannedStudy, truth: float, found: Probabilities
) -> dict[str, object]:
    limit = part.threshold if isinstance(part, Threshold) else part.smallest_effect["share_difference"]
    return {
        "claim_id": claim_id,
        "estimand_id": part.estimand,
        "rule_kind_code": "threshold" if isinstance(part, Threshold) else "effect",
        "rule_limit": limit,
        "private_way_code": DIRECT,
        "planned_n": plan.respondents_n,
        "assumed_design_effect": plan.design_effect,
        "assumed_bogus_share": plan.bogus_share,
        "true_value": truth,
        **{f"p_{name}": round(value, DECIMALS) for name, value in asdict(found).items()},
    }


def required_size_rows(register: Register, sizes: Sequence[int], effects: Sequence[float]) -> pd.DataFrame:
    """Table `required_sizes`: the smallest planned size at which the right verdict is likely, per truth and plan."""
    rows = []
    for claim_id, part in _quantities(register):
        if not isinstance(part, Threshold):
            continue
        for truth in (truth for truth in truths_around(part.threshold) if truth != part.threshold):
            for effect in effects:
                for bogus in BOGUS_SHARES:
                    found = required_n(part, truth, effect, bogus, sizes)
                    rows.append(
                        {
                            "claim_id": claim_id,
                            "estimand_id": part.estimand,
                            "rule_limit": part.threshold,
                            "true_value": truth,
                            "assumed_design_effect": effect,
                            "assumed_bogus_share": bogus,
                            "sufficient_n": found,
                        }
                    )
    return pd.DataFrame(rows).astype({"sufficient_n": "Int64"})


def characteristic_rows(studies: Sequence[Study], plan: Plan) -> pd.DataFrame:
    """Table `synthetic_design_diagnosis`: every estimator at every step of privacy, over all simulated studies.

    An estimator that gave no number in a study counts there as one that did not answer.
    """
    words = dict(plan.estimands())
    rows = []
    for key in dict.fromkeys(key for study in studies for key in study):
        answers = [study.get(key, UNANSWERED) for study in studies]
        if all(answer.low is None for answer in answers):
            continue
        found = characteristics(answers)
        rows.append(
            {
                **key._asdict(),
                "estimand_text": words[key.estimand_id],
                "worlds_n": found.worlds_n,
                "answered_n": found.answered_n,
                "mean_truth": found.truth,
                "bias_share": found.bias,
                "rmse_share": found.rmse,
                "mean_width_share": found.mean_width,
                "coverage_share": found.coverage,
                "coverage_low_share": found.coverage_low,
                "coverage_high_share": found.coverage_high,
                "power_share": found.power,
            }
        )
    return pd.DataFrame(rows)


def merged(parts: Mapping[int, Study]) -> list[Study]:
    """Studies in the order of their numbers, wherever and whenever they were made."""
    return [parts[number] for number in sorted(parts)]
