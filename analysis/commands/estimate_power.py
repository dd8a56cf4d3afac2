"""`estimate power`: what a study of some size would see, and how large it would have to be.

What belongs here: which closed form answers for which design, options and their checks. What must not: arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analysis.commands.estimate_power_simulated import SIMULATED, Simulated, simulated_power
from analysis.commands.estimate_report import Report
from analysis.errors import InputError
from analysis.estimators.endorsement.power import endorsement_power, endorsement_standard_error
from analysis.estimators.list_experiment.length_error import LENGTH_ERRORS
from analysis.estimators.list_experiment.power import (
    count_variance,
    double_list_variance_ratio,
    list_standard_error,
    power_beyond_length,
    practice_standard_error,
)
from analysis.estimators.randomised_response.designs import DESIGNS, Device, device
from analysis.estimators.randomised_response.power import masked_standard_error, power_one_sample
from analysis.estimators.sample_size import normal_power, smallest_n
from analysis.estimators.scale_up import scale_up_standard_error
from analysis.estimators.text_prevalence.power import corrected_standard_error

METHOD = "power"
SIMULATED_ALPHA, SIMULATED_DEGREE = 0.05, 12.0
SIMULATED_WARNING = (
    "power is counted over simulated worlds that meet the method's assumptions, with the error of such a count: a "
    "study that does not meet them has less"
)
LISTS = ("list", "double-list", "placebo-list")
ENDORSEMENT = "endorsement"
# Four items held by half each: the largest variance that four unrelated items can have.
ITEM_SHARES = "0.5,0.5,0.5,0.5"
PRACTICE_WARNING = (
    "standard_error_in_practice and power_in_practice are those of a list as precise as the median of 264 published "
    "ones (Blair, Coppock & Moor 2020); the others follow from --item-shares or --count-variance"
)
LENGTH_WARNING = (
    "power_beyond_length_error is the chance that the interval excludes --null even when the error of length that "
    "other studies measured is taken out; where that error is as large as the distance, no n raises it"
)


@dataclass(frozen=True)
class PowerOptions:
    """The options of `estimate power`, by their names on the command line."""

    design: str
    share: float | None = None
    null: float = 0.0
    n: int | None = None
    power: float = 0.8
    alpha: float = 0.05
    is_one_sided: bool = False
    item_shares: str = ITEM_SHARES
    count_variance: float | None = None
    list_correlation: float = 0.0
    placebo_share: float = 0.0
    p: float | None = None
    p1: float | None = None
    p0: float | None = None
    q: float | None = None
    effect: float | None = None
    policies: int = 1
    endorsers: int = 1
    correlation: float = 0.0
    texts: int | None = None
    degree: float | None = None
    known_share: float | None = None
    barrier: float = 0.0
    degree_spread: float = 0.0
    size: int | None = None
    prior_median: float | None = None
    worlds: int = 100
    seed: int = 1


@dataclass(frozen=True, slots=True)
class _Design:
    """Power and standard error with n respondents, the fewest for which there are any, and what was assumed."""

    power_of: Callable[[int], float]
    error_of: Callable[[int], float]
    smallest: int
    assumed: dict[str, Any]
    beyond_length_of: Callable[[int], float] | None = None
    practice: Callable[[int], dict[str, float]] | None = None


def estimate_power(options: PowerOptions) -> Report:
    """Give the power with n respondents, or the respondents that reach a power.

    Parameters
    ----------
    options
        As declared on the command line.

    Returns
    -------
    Report
        Diagnostics `power`, `n` (the given or the required number), `standard_error` and what was assumed.

    Raises
    ------
    InputError, EstimationError
        In one sentence that names the option, the value and the fix.
    """
    if options.design in SIMULATED:
        return _simulated(options)
    made = _design(options)
    if options.n is not None and options.n < made.smallest:
        raise InputError(f"--n is {options.n}; give {made.smallest} or more")
    n = smallest_n(made.power_of, options.power, smallest=made.smallest) if options.n is None else options.n
    found = {
        "n": n,
        "power": made.power_of(n),
        "standard_error": made.error_of(n),
        "alpha": options.alpha,
        "is_two_sided": not options.is_one_sided,
        **made.assumed,
    }
    what = f"{options.design}: required respondents" if options.n is None else f"{options.design}: power"
    warnings = ["power is that of answers without nonresponse, weights or clusters: multiply n by the design effect"]
    if made.beyond_length_of is not None:
        found["power_beyond_length_error"] = made.beyond_length_of(n)
        warnings.append(LENGTH_WARNING)
    if made.practice is not None:
        found |= made.practice(n)
        warnings.append(PRACTICE_WARNING)
    return Report(METHOD, what, n, [], None, found, warnings)


def _simulated(options: PowerOptions) -> Report:
    if options.is_one_sided or options.alpha != SIMULATED_ALPHA:
        raise InputError(
            f"--design {options.design} counts two-sided 95 % intervals; leave --alpha and --one-sided out"
        )
    found = simulated_power(
        Simulated(
            options.design,
            options.n,
            options.share,
            options.null,
            options.size,
            options.prior_median,
            SIMULATED_DEGREE if options.degree is None else options.degree,
            options.worlds,
            options.seed,
        )
    )
    return Report(METHOD, f"{options.design}: power", options.n or 0, [], None, found, [SIMULATED_WARNING])


def _design(options: PowerOptions) -> _Design:
    if options.design in LISTS:
        return _list(options)
    if options.design == ENDORSEMENT:
        return _endorsement(options)
    if options.design in DESIGNS:
        return _masked(options)
    if options.design in PLAIN:
        return PLAIN[options.design](options)
    known = ", ".join((*LISTS, *DESIGNS, ENDORSEMENT, *PLAIN, *SIMULATED))
    raise InputError(f"--design is '{options.design}'; choose one of {known}")


def _scale_up(options: PowerOptions) -> _Design:
    share = _needed(options.share, "--share", "the hidden group's share of the population")
    degree = _needed(options.degree, "--degree", "how many people a respondent knows")
    known = _needed(options.known_share, "--known-share", "the share of the population in the groups of known size")

    def error_of(n: int, at: float = share) -> float:
        return scale_up_standard_error(n, at, degree, known, barrier=options.barrier, spread=options.degree_spread)

    assumed = {"share": share, "null": options.null, "degree": degree, "known_share": known}
    return _normal(options, share, error_of, assumed | {"barrier": options.barrier})


def _texts(options: PowerOptions) -> _Design:
    share = _needed(options.share, "--share", "the share of texts to be told from --null")
    texts = int(_needed(options.texts, "--texts", "how many texts there are"))

    def error_of(n: int) -> float:
        # More labels than texts are all texts: nothing is left to be told.
        return corrected_standard_error(min(n, texts), texts, share, options.correlation)

    return _normal(
        options,
        share,
        error_of,
        {"share": share, "null": options.null, "texts": texts, "correlation": options.correlation},
    )


def _normal(options: PowerOptions, share: float, error_of: Callable[[int], float], assumed: dict[str, Any]) -> _Design:
    def power_of(n: int) -> float:
        return normal_power(
            abs(share - options.null), error_of(n), alpha=options.alpha, is_two_sided=not options.is_one_sided
        )

    return _Design(power_of, error_of, 2, assumed)


PLAIN = {"scale-up": _scale_up, "text": _texts}


def _list(options: PowerOptions) -> _Design:
    share = _needed(options.share, "--share", "the prevalence to be told from --null")
    variance = options.count_variance
    if variance is None:
        variance = count_variance(_numbers(options.item_shares))
    ratio = double_list_variance_ratio(options.list_correlation) if options.design == "double-list" else 1.0
    is_equal = options.design == "placebo-list"
    if options.placebo_share and not is_equal:
        raise InputError(f"--placebo-share belongs to --design placebo-list, not to {options.design}; leave it out")
    largest = max(LENGTH_ERRORS["placebo-list" if is_equal else "conventional"])

    def error_of(n: int) -> float:
        return math.sqrt(ratio) * list_standard_error(n, share, variance, placebo_share=options.placebo_share)

    def power_at(error: float) -> float:
        effect = abs(share - options.null)
        return normal_power(effect, error, alpha=options.alpha, is_two_sided=not options.is_one_sided)

    def practice(n: int) -> dict[str, float]:
        error = practice_standard_error(n)
        return {"standard_error_in_practice": error, "power_in_practice": power_at(error)}

    def beyond_length_of(n: int) -> float:
        return power_beyond_length(share - options.null, error_of(n), largest, alpha=options.alpha)

    assumed = {"share": share, "null": options.null, "count_variance": variance, "length_error": largest}
    is_usual = options.design == "list"
    return _Design(
        lambda n: power_at(error_of(n)), error_of, 2, assumed, beyond_length_of, practice if is_usual else None
    )


def _masked(options: PowerOptions) -> _Design:
    share = _needed(options.share, "--share", "the prevalence to be told from --null")
    p = _needed(options.p, "--p", "the device's probability of the truthful question or trait")
    how: Device = device(options.design, p, p1=options.p1, p0=options.p0, q=options.q)
    side = "one.sided" if options.is_one_sided else "two.sided"

    def power_of(n: int) -> float:
        return power_one_sample(how, n, share, options.null, alpha=options.alpha, alternative=side)  # type: ignore[arg-type]

    assumed = {"share": share, "null": options.null, "yes_if_held": how.yes_given(1), "yes_if_not": how.yes_given(0)}
    return _Design(power_of, lambda n: masked_standard_error(how, n, share), 1, assumed)


def _endorsement(options: PowerOptions) -> _Design:
    effect = _needed(options.effect, "--effect", "the effect in standard deviations of the control answers")
    how: dict[str, Any] = {
        "policies": options.policies,
        "endorsers": options.endorsers,
        "correlation": options.correlation,
    }
    test: dict[str, Any] = {"alpha": options.alpha, "is_two_sided": not options.is_one_sided}
    return _Design(
        lambda n: endorsement_power(n, effect, **how, **test),
        lambda n: endorsement_standard_error(n, effect, **how),
        2 * (options.endorsers + 1),
        {"effect": effect, **how},
    )


def _needed(value: float | None, option: str, meaning: str) -> float:
    if value is None:
        raise InputError(f"this design needs {option}: {meaning}")
    return value


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise InputError(f"--item-shares is '{text}'; give shares as 0.5,0.4") from error
