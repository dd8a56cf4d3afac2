"""The fictional population: who lives where, who thinks what, who fears whom, who knows whom.

Attitudes are two correlated, unequal latent traits: approval of the regime and defence of the country. What people say
in public, in a survey and in private differs from what they think by stated amounts.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

HOSTS = ("Host A", "Host B", "Host C", "Host D", "Host E", "Host F")
HOST_SHARES = (0.30, 0.22, 0.18, 0.14, 0.10, 0.06)
COHORTS = ("before year 1", "years 1-14", "years 15-20", "years 21-22", "year 23 and later")
COHORT_SHARES = (0.12, 0.20, 0.23, 0.30, 0.15)
LANGUAGES = ("Dari", "Pashto", "Uzbek", "English", "German")
LANGUAGE_SHARES = (0.52, 0.30, 0.05, 0.06, 0.07)
AGE_BANDS = ("18-24", "25-34", "35-44", "45-59", "60+")
AGE_SHARES = (0.21, 0.33, 0.23, 0.16, 0.07)

SERVICE_SHARE_BY_COHORT = (0.10, 0.18, 0.30, 0.42, 0.25)
APPROVAL_INTERCEPT = -0.45
DEFENCE_INTERCEPT = 0.60
TRAIT_CORRELATION = 0.35
HOST_SHIFTS = (-0.15, 0.10, 0.00, 0.25, -0.05, 0.05)
PASHTO_SHIFT = 0.20
FEAR_OF_HOST_SHARE = 0.28
FEAR_FOR_RELATIVES_SHARE = 0.17
EXPRESSION_INTERCEPT = -0.70
EXPRESSION_PER_STATUS = 0.30
EXPOSURE_SHARE = 0.31
MEAN_LOG_DEGREE = 2.3
SPREAD_LOG_DEGREE = 0.8
LARGEST_DEGREE = 200


@dataclass(frozen=True)
class Population:
    """Every person of the fictional diaspora; arrays of one length, codes index the tuples of this module.

    Attributes
    ----------
    host, cohort, language, age_band : (n,) int
        Codes.
    is_woman, in_service_household, approves, defends, speaks_in_public : (n,) bool
        Traits as they are, not as they are reported.
    fears_host, fears_for_relatives, is_exposed : (n,) bool
        Traits as they are, not as they are reported.
    integration : (n,) float
        IPL-12 score, 0 to 1.
    status_motive : (n,) float
        Wish to be seen as politically active, in standard deviations.
    degree : (n,) int
        Adults of the population that a person knows.
    """

    host: Ints
    cohort: Ints
    language: Ints
    age_band: Ints
    is_woman: Bools
    in_service_household: Bools
    approves: Bools
    defends: Bools
    speaks_in_public: Bools
    fears_host: Bools
    fears_for_relatives: Bools
    is_exposed: Bools
    integration: Floats
    status_motive: Floats
    degree: Ints

    @property
    def size(self) -> int:
        """Number of persons."""
        return len(self.host)


def populate(size: int, generator: np.random.Generator) -> Population:
    """Draw the population.

    Parameters
    ----------
    size : int
        Persons.
    generator : Generator
        Source of randomness; the same state gives the same population.
    """
    host, cohort, language, age_band = (
        generator.choice(len(shares), size, p=shares)
        for shares in (HOST_SHARES, COHORT_SHARES, LANGUAGE_SHARES, AGE_SHARES)
    )
    service = generator.random(size) < np.array(SERVICE_SHARE_BY_COHORT)[cohort]
    approval, defence = _latent_traits(size, generator)
    shift = np.array(HOST_SHIFTS)[host] + PASHTO_SHIFT * (language == LANGUAGES.index("Pashto"))
    approves = approval + APPROVAL_INTERCEPT + shift > 0
    status = generator.standard_normal(size)
    public = EXPRESSION_INTERCEPT + EXPRESSION_PER_STATUS * status + 0.35 * approves
    return Population(
        host=host,
        cohort=cohort,
        language=language,
        age_band=age_band,
        is_woman=generator.random(size) < 0.44,
        in_service_household=service,
        approves=approves,
        defends=defence + DEFENCE_INTERCEPT > 0,
        speaks_in_public=generator.random(size) < _logistic(public),
        fears_host=generator.random(size) < FEAR_OF_HOST_SHARE,
        fears_for_relatives=generator.random(size) < FEAR_FOR_RELATIVES_SHARE,
        is_exposed=generator.random(size) < EXPOSURE_SHARE,
        integration=generator.beta(2.0 + 0.4 * (4 - cohort), 2.5),
        status_motive=status,
        degree=_degrees(size, generator),
    )


def _latent_traits(size: int, generator: np.random.Generator) -> tuple[Floats, Floats]:
    first, second = generator.standard_normal((2, size))
    return first, TRAIT_CORRELATION * first + np.sqrt(1 - TRAIT_CORRELATION**2) * second


def _degrees(size: int, generator: np.random.Generator) -> Ints:
    drawn = np.rint(generator.lognormal(MEAN_LOG_DEGREE, SPREAD_LOG_DEGREE, size))
    return np.clip(drawn, 1, LARGEST_DEGREE).astype(np.int64)


def _logistic(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))
