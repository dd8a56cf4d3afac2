"""`estimate power` of designs without a closed form: how often simulated studies tell the truth from another number.

What belongs here: which simulation answers for which design, and its options. What must not: how worlds are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.errors import EstimationError, InputError
from analysis.results.method_models import multilevel_trial
from analysis.results.method_sizes import network_trial
from analysis.results.method_surveys import Rng, Trial

SIMULATED = ("mrp", "rds-size")
WORDS = {
    "mrp": "worlds of 8 hosts, 3 ages and both sexes, reached unequally, whose cells are known",
    "rds-size": "recruitment by up to three coupons from 6 seeds through a random network, in order",
}


@dataclass(frozen=True)
class Simulated:
    """What a simulated design asks for."""

    design: str
    n: int | None
    share: float | None
    null: float
    size: int | None
    prior_median: float | None
    degree: float
    worlds: int
    seed: int


def simulated_power(asked: Simulated) -> dict[str, Any]:
    """Count in how many worlds the 95 % interval leaves out `--null`.

    Parameters
    ----------
    asked
        Options.

    Returns
    -------
    dict
        `power` with its Monte Carlo error, `standard_error` of the estimate over worlds, and what was simulated.

    Raises
    ------
    InputError
        When an option is missing or outside its range.
    """
    trial = _trial(asked)
    made = [_answered(trial, np.random.default_rng([asked.seed, world])) for world in range(asked.worlds)]
    given = [t.estimate for t in made if t is not None and t.estimate.low is not None and t.estimate.high is not None]
    told = [e for e in given if not float(e.low or 0) <= asked.null <= float(e.high or 0)]
    power = len(told) / asked.worlds
    values = [float(e.value or 0.0) for e in given]
    return {
        "n": asked.n,
        "power": power,
        "power_monte_carlo_error": math.sqrt(max(power * (1 - power), 0.25 / asked.worlds) / asked.worlds),
        "standard_error": float(np.std(values, ddof=1)) if len(values) > 1 else None,
        "worlds_n": asked.worlds,
        "worlds_without_answer_n": asked.worlds - len(given),
        "simulated": WORDS[asked.design],
        "null": asked.null,
        "alpha": 0.05,
        "is_two_sided": True,
    }


def _answered(trial: Callable[[Rng], Trial], rng: Rng) -> Trial | None:
    try:
        return trial(rng)
    except EstimationError:
        return None


def _trial(asked: Simulated) -> Callable[[Rng], Trial]:
    if asked.n is None:
        raise InputError(f"--design {asked.design} is simulated and has no formula for n; give --n")
    if asked.worlds < 20:
        raise InputError(f"--worlds is {asked.worlds}; give 20 or more")
    if asked.design == "mrp":
        if asked.share is None or not 0 <= asked.share <= 1:
            raise InputError(f"--share is {asked.share}; mrp needs the true share, 0 to 1")
        return multilevel_trial(asked.n, asked.share)
    if asked.size is None or not asked.n < asked.size:
        raise InputError(f"--size is {asked.size}; rds-size needs the true size, above --n")
    if asked.prior_median is None or not asked.null > 0:
        raise InputError("rds-size needs --prior-median, and in --null a size to be told from")
    return network_trial(asked.size, asked.n, asked.prior_median, degree=asked.degree)
