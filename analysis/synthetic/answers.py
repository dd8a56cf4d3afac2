"""What respondents answer: the instrument's items as option codes, with the ways in which answers go wrong.

Items keep the instrument's ids. Every answer is a text code; missing answers are the codes `dk`, `pns` (prefer not to
say) and `not_asked`. Truthful answers follow the population's traits; fear bends the direct ones, in both directions.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from analysis.synthetic.recruitment import Recruits
from analysis.synthetic.world import AGE_BANDS, COHORTS, HOSTS, LANGUAGES, Bools, Floats, Ints, Population

Texts = npt.NDArray[np.str_]

FIRST_DAY = date(2100, 3, 1)
FIELD_DAYS = 60
"""Interviews are spread over them without regard to who answers: nothing changes in this world."""

HIDDEN_SHARE = 0.45
"""Of those who approve and fear the host's authorities: reported as unfavourable when asked directly."""
FEIGNED_SHARE = 0.30
"""Of those who disapprove and fear for relatives: reported as favourable when asked directly."""
REFUSED_SHARE = 0.06
UNDECIDED_SHARE = 0.05
BOGUS_SHARE = 0.05
"""Of the opt-in panel: says yes to whatever is asked."""
SPEEDER_SHARE = 0.04
STRAIGHT_LINER_SHARE = 0.03
INATTENTIVE_SHARE = 0.05
LIST_ITEM_SHARES = (0.75, 0.55, 0.40, 0.20)
PLACEBO_ITEM_SHARE = 0.0
CROSSWISE_INNOCUOUS_SHARE = 0.25
ENDORSERS = ("none", "authorities", "un_agency", "diaspora_council")
ENDORSEMENT_EFFECT = 0.8
"""Shift in support on the 5-point scale when somebody who approves sees the authorities' endorsement."""
TRUE_LABEL_EFFECT = 0.12
"""Share that stops supporting the response when it is labelled as the authorities' own."""
SUPPORT_RESPONSE_IF_DEFENDS = 0.86
FOIL_CLAIM_SHARE = 0.08

LIKERT_ITEMS = ("DM1", "DM2", "DM3", "DM4", "TA7", "RE1", "HC2")
"""Agree–disagree items from 1 to 5."""
FOUR_POINT_ITEMS = ("ID1", "ID2", "ID6", "HC1")
SEVEN_POINT_ITEMS = ("ID3", "ID4", "ID5")
INTEGRATION_ITEMS = tuple(f"IP{number:02d}" for number in range(1, 13))
THREATS = ("neighbour_a", "neighbour_b", "extremist_groups", "economic_collapse")
INSTRUCTED = "4"
"""The answer that the instructed item asks for."""

SPONSORS = ("a university", "a newspaper", "I do not know", "the government of the host", "an aid organisation")
MEDIA = ("tv", "facebook", "x", "video", "messenger", "community")
MESSAGES = ("return_is_safe", "unite", "brotherhood", "schools", "foil")
MESSAGE_FREQUENCIES = ("never", "once", "weekly", "daily")

SMALL_NUMBERS = np.arange(10_000).astype("U16")


@dataclass(frozen=True)
class Answers:
    """Respondents and what they answered.

    Attributes
    ----------
    person : (n,) int
        Index into the population.
    source : (n,) str
        `rds` or `opt_in`.
    recruiter : (n,) int
        Position of the recruiter among the respondents; -1 for a seed or an opt-in respondent.
    is_bogus : (n,) bool
        Answers yes to everything.
    minutes : (n,) float
        Length of the interview.
    by_item : mapping of item id to (n,) str
    """

    person: Ints
    source: Texts
    recruiter: Ints
    is_bogus: Bools
    minutes: Floats
    by_item: dict[str, Texts]


def interview(population: Population, recruits: Recruits, opt_in: Ints, generator: np.random.Generator) -> Answers:
    """Let the recruits and the opt-in respondents answer every item.

    Parameters
    ----------
    population : Population
    recruits : Recruits
        The web-RDS sample; comes first.
    opt_in : (m,) int
        Indices of the panel's members.
    generator : Generator
    """
    person = np.concatenate([recruits.person, opt_in])
    source = np.repeat(["rds", "opt_in"], [len(recruits.person), len(opt_in)])
    recruiter = np.concatenate([recruits.recruiter, np.full(len(opt_in), -1)])
    draw = _Draw(population, person, generator)
    is_bogus = (source == "opt_in") & draw.chance(BOGUS_SHARE)
    by_item = {
        **_frame_items(draw),
        **_attitude_items(draw, is_bogus),
        **_list_items(draw, is_bogus),
        **_endorsement_items(draw, is_bogus),
        **_scale_items(draw),
        **_exposure_items(draw, is_bogus),
        **_quality_items(draw, is_bogus),
        **_equal_list(_Draw(population, person, generator.spawn(1)[0]), is_bogus),
    }
    minutes = np.where(draw.chance(SPEEDER_SHARE), 4.0, generator.gamma(9.0, 2.2, len(person)) + 6.0)
    _straighten(by_item, draw.chance(STRAIGHT_LINER_SHARE))
    return Answers(person, source, recruiter, is_bogus, np.round(minutes, 1).astype(np.float64), by_item)


@dataclass(frozen=True)
class _Draw:
    """The respondents with a source of randomness: what every group of items needs."""

    population: Population
    person: Ints
    generator: np.random.Generator

    def trait(self, name: str) -> npt.NDArray[np.generic]:
        """One trait of every respondent."""
        return np.asarray(getattr(self.population, name)[self.person])

    def chance(self, share: float | Floats) -> Bools:
        """True for each respondent with this probability."""
        return self.generator.random(len(self.person)) < share

    def label(self, name: str, labels: tuple[str, ...]) -> Texts:
        """A trait by its labels."""
        return np.asarray(np.array(labels)[self.trait(name)])

    def whole(self, low: int, high: int, centre: float | Floats, spread: float = 1.1) -> Ints:
        """Whole numbers around a centre, cut to low..high."""
        drawn = self.generator.normal(centre, spread, len(self.person))
        return np.clip(np.rint(drawn), low, high).astype(np.int64)


def _codes(values: npt.NDArray[np.generic]) -> Texts:
    """Whole numbers as text; almost all are small, and those are written once."""
    whole = values.astype(np.int64)
    is_small = whole.min() >= 0 and whole.max() < len(SMALL_NUMBERS)
    return np.asarray(SMALL_NUMBERS[whole] if is_small else whole.astype("U16"))


def _with_missing(draw: _Draw, values: Texts, refused: float = REFUSED_SHARE, undecided: float = 0.0) -> Texts:
    values = np.where(draw.chance(undecided), "dk", values.astype("U24"))
    return np.where(draw.chance(refused), "pns", values)


def reported_approval(draw: _Draw, is_bogus: Bools) -> Bools:
    """Approval as it is reported to a direct question."""
    approves = draw.trait("approves").astype(bool)
    hides = approves & draw.trait("fears_host").astype(bool) & draw.chance(HIDDEN_SHARE)
    feigns = ~approves & draw.trait("fears_for_relatives").astype(bool) & draw.chance(FEIGNED_SHARE)
    return np.asarray((approves & ~hides) | feigns | is_bogus)


def _frame_items(draw: _Draw) -> dict[str, Texts]:
    n, generator = len(draw.person), draw.generator
    service = np.where(draw.trait("in_service_household"), "state_security", "none")
    other = generator.choice(["civil_service", "ngo_international", "none"], n, p=[0.25, 0.15, 0.60])
    degree = draw.trait("degree").astype(np.int64)
    return {
        "SC1": np.full(n, "yes"),
        "SC2": draw.label("host", HOSTS),
        "SC3": draw.label("age_band", AGE_BANDS),
        "SC4": np.where(draw.trait("is_woman"), "female", "male"),
        "SC5": draw.label("cohort", COHORTS),
        "SC6": draw.label("language", LANGUAGES),
        "SC7": _codes(draw.whole(0, 8, 3.2, 2.0)),
        "SC9": _with_missing(draw, np.where(service == "none", other, service), refused=0.03),
        "NW1": _codes(degree),
        "NW2": _codes(np.floor(degree * generator.uniform(0.2, 0.8, n))),
        "NW3": generator.choice(["close", "acquaintance", "stranger"], n, p=[0.45, 0.45, 0.10]),
    }


def _attitude_items(draw: _Draw, is_bogus: Bools) -> dict[str, Texts]:
    n, generator = len(draw.person), draw.generator
    favourable = reported_approval(draw, is_bogus)
    strong = draw.chance(0.4)
    rating = np.where(favourable, np.where(strong, "4", "3"), np.where(strong, "1", "2"))
    label = generator.choice(["afghan_side", "authorities_forces"], n)
    supports = draw.trait("defends").astype(bool) & draw.chance(SUPPORT_RESPONSE_IF_DEFENDS)
    supports &= ~(
        (label == "authorities_forces") & ~draw.trait("approves").astype(bool) & draw.chance(TRUE_LABEL_EFFECT)
    )
    stance = np.where(supports | is_bogus, "support", np.where(draw.chance(0.5), "oppose", "neither"))
    speaks = draw.trait("speaks_in_public").astype(bool) | is_bogus
    yes = (draw.trait("approves").astype(bool) & draw.trait("speaks_in_public").astype(bool)) | is_bogus
    innocuous = draw.chance(CROSSWISE_INNOCUOUS_SHARE)
    return {
        "TA1": _with_missing(draw, rating, undecided=UNDECIDED_SHARE),
        "TA2": _with_missing(
            draw,
            np.where(favourable & draw.chance(0.7), "emirate", generator.choice(["republic", "other"], n)),
            undecided=0.06,
        ),
        "TA3": _with_missing(draw, np.where(favourable, np.where(strong, "a_lot", "a_little"), "none"), undecided=0.05),
        "TA4": _with_missing(
            draw,
            np.where(favourable & strong, "unconditionally", generator.choice(["conditional", "never"], n)),
            undecided=0.04,
        ),
        "TA6_label": label,
        "TA6": _with_missing(draw, stance, undecided=0.04),
        "RE4": _with_missing(draw, np.where(speaks, "yes", "no"), refused=0.04),
        "RR1": np.where(yes == innocuous, "same", "different"),
    }


def _list_items(draw: _Draw, is_bogus: Bools) -> dict[str, Texts]:
    """Two lists of four control items in reversed assignment, and a placebo list; counts are truthful."""
    n = len(draw.person)
    treated = draw.generator.integers(0, 2, n)
    placebo = draw.generator.integers(0, 2, n)
    holds = draw.trait("approves").astype(np.int64)
    lists = {"LX1": (treated, holds), "LX2": (1 - treated, holds), "LX3": (placebo, np.zeros(n, dtype=np.int64))}
    found: dict[str, Texts] = {}
    for item, (arm, sensitive) in lists.items():
        others = sum(draw.chance(share).astype(np.int64) for share in LIST_ITEM_SHARES)
        count = np.where(is_bogus, len(LIST_ITEM_SHARES) + arm, others + arm * sensitive)
        found |= {f"{item}_arm": np.where(arm == 1, "treatment", "control"), item: _codes(count)}
    return found


def _equal_list(draw: _Draw, is_bogus: Bools) -> dict[str, Texts]:
    """A list of five for everybody: in the control arm the fifth item is one that nobody can hold."""
    arm = draw.generator.integers(0, 2, len(draw.person))
    others = sum(draw.chance(share).astype(np.int64) for share in LIST_ITEM_SHARES)
    count = np.where(is_bogus, len(LIST_ITEM_SHARES) + 1, others + arm * draw.trait("approves").astype(np.int64))
    return {"LX4_arm": np.where(arm == 1, "treatment", "control"), "LX4": _codes(count)}


def _endorsement_items(draw: _Draw, is_bogus: Bools) -> dict[str, Texts]:
    n = len(draw.person)
    approves = draw.trait("approves").astype(np.float64)
    found: dict[str, Texts] = {}
    for number, centre in enumerate((3.4, 3.8, 2.9, 3.1), start=1):
        endorser = draw.generator.choice(ENDORSERS, n)
        shift = ENDORSEMENT_EFFECT * (endorser == "authorities") * (2 * approves - 1)
        support = np.where(is_bogus, 5, draw.whole(1, 5, centre + shift))
        found |= {f"EN{number}_endorser": endorser, f"EN{number}": _with_missing(draw, _codes(support), undecided=0.03)}
    return found


def _scale_items(draw: _Draw) -> dict[str, Texts]:
    integration = draw.trait("integration").astype(np.float64)
    status = draw.trait("status_motive").astype(np.float64)
    found = {item: _with_missing(draw, _codes(draw.whole(1, 5, 3.3))) for item in LIKERT_ITEMS}
    found |= {item: _codes(draw.whole(1, 4, 2.8)) for item in FOUR_POINT_ITEMS}
    found |= {item: _codes(draw.whole(0, 6, 3.6)) for item in SEVEN_POINT_ITEMS}
    found |= {item: _codes(draw.whole(1, 5, 1 + 4 * integration, 0.7)) for item in INTEGRATION_ITEMS}
    found |= {f"ID7_{part}": _codes(draw.whole(0, 10, 5.5, 2.2)) for part in THREATS}
    found["RE1"] = _with_missing(draw, _codes(draw.whole(1, 5, 3 + 0.8 * status)))
    found["RE2"] = _codes(draw.generator.poisson(np.exp(0.3 * status - 1.2)))
    found["RE3"] = _codes(draw.whole(0, 10, 6.0, 2.0))
    return found


def _exposure_items(draw: _Draw, is_bogus: Bools) -> dict[str, Texts]:
    exposed = draw.trait("is_exposed").astype(bool)
    found = {f"EX1_{medium}": _codes(draw.whole(0, 7, 3.0, 2.0)) for medium in MEDIA}
    for message in MESSAGES:
        seen = draw.chance(FOIL_CLAIM_SHARE) if message == "foil" else exposed & draw.chance(0.6)
        often = np.where(draw.chance(0.5), "weekly", np.where(draw.chance(0.5), "daily", "once"))
        found[f"EX2_{message}"] = np.where(seen | is_bogus, often, "never")
    found["EX3"] = np.where((exposed & draw.chance(0.12)) | is_bogus, "yes", "no")
    found["EX4"] = _codes(draw.whole(1, 5, 2.2 + 1.2 * draw.trait("fears_host").astype(np.float64)))
    return found


def _quality_items(draw: _Draw, is_bogus: Bools) -> dict[str, Texts]:
    return {
        "QC1": np.where(draw.chance(INATTENTIVE_SHARE), _codes(draw.whole(1, 3, 2.0)), INSTRUCTED),
        "QC2": _sentences(draw, is_bogus),
        "EX5": np.asarray(draw.generator.choice(SPONSORS, len(draw.person))),
        "DB1": np.full(len(draw.person), "read"),
    }


def _sentences(draw: _Draw, is_bogus: Bools) -> Texts:
    """A sentence of one's own; who says yes to everything pastes the same one."""
    clouds, steps = _codes(draw.generator.integers(10, 9_999, (2, len(draw.person))))
    own = np.char.add(np.char.add(np.char.add("I saw ", clouds), " clouds within "), np.char.add(steps, " steps"))
    return np.where(is_bogus, "the weather is good and I like it very much", own)


def _straighten(by_item: dict[str, Texts], is_straight: Bools) -> None:
    """Straight-liners give every agree–disagree item their first answer."""
    first = by_item[LIKERT_ITEMS[0]]
    for item in LIKERT_ITEMS:
        by_item[item] = np.where(is_straight, first, by_item[item])
