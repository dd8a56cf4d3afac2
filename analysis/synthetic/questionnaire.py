"""The questionnaire as the generator knows it: variables in order, and for every choice its name and its label.

Written by hand and on purpose not read from the instrument file that the readers use: where the two disagree, answers
of the fictional world come out as unknown, and a test sees it.
"""

from analysis.vendors.form import Choice, Question


def _plain(*names: str) -> tuple[Choice, ...]:
    """Options that the world draws under their own names."""
    return tuple((name, name, name.replace("_", " ").capitalize()) for name in names)


def _numbered(*names: str) -> tuple[Choice, ...]:
    """Options that the world draws as numbers from 1."""
    return tuple((str(number), name, name.replace("_", " ").capitalize()) for number, name in enumerate(names, 1))


AGREEMENT = _numbered("strongly_disagree", "disagree", "neither", "agree", "strongly_agree")
FIVE = tuple((str(number), str(number), str(number)) for number in range(1, 6))
STRENGTH = _numbered("not_at_all", "not_very", "quite", "very")
YES_NO = _plain("yes", "no")
ARMS = _plain("control", "treatment")
SERVICE = tuple((name, name, name) for name in ("state_security", "civil_service", "ngo_international", "none"))
OFTEN = _plain("never", "once", "weekly", "daily")
ENDORSERS: tuple[Choice, ...] = (
    ("none", "none", "None"), ("authorities", "current_authorities", "Current authorities"),
    ("un_agency", "un_agency", "UN agency"), ("diaspora_council", "diaspora_council", "Diaspora council"),
)  # fmt: skip
COHORTS: tuple[Choice, ...] = (
    ("before year 1", "<2001", "before 2001"), ("years 1-14", "2001-14", "2001-2014"),
    ("years 15-20", "2015-20", "2015-2020"), ("years 21-22", "Aug2021-22", "2021-2022"),
    ("year 23 and later", "2023+", "2023 or later"),
)  # fmt: skip
LANGUAGES: tuple[Choice, ...] = tuple(
    (name, name.lower(), name) for name in ("Dari", "Pashto", "Uzbek", "English", "German")
)
MEDIA = {"tv": "tv", "facebook": "facebook", "x": "x", "youtube_tiktok": "video", "whatsapp_telegram": "messenger",
         "mosque_community": "community"}  # fmt: skip
MESSAGES = {"return_safe": "return_is_safe", "unite_foreign_aggression": "unite", "brotherhood": "brotherhood",
            "end_school_ban": "schools", "foil": "foil"}  # fmt: skip
THREATS = ("neighbour_a", "neighbour_b", "extremist_groups", "economic_collapse")


def _number(name: str, label: str, part: str = "", drawn_as: str = "") -> Question:
    return Question(name, label, part=part, kind="number", drawn_as=drawn_as)


QUESTIONS: tuple[Question, ...] = (
    Question("SC1", "Born there, or a parent", YES_NO),
    Question("SC2", "Country of residence", kind="text"),
    Question("SC3", "Age band", tuple((band, band, band) for band in ("18-24", "25-34", "35-44", "45-59", "60+"))),
    Question("SC4", "Gender", (("male", "m", "Male"), ("female", "f", "Female"), ("other", "other", "Other"))),
    Question("SC5", "Arrival", COHORTS),
    Question("SC6", "Interview language", LANGUAGES),
    _number("SC7", "Education"),
    Question("SC9", "Work before", SERVICE, kind="several"),
    _number("NW1", "Adults known"),
    _number("NW2", "Adults who could be invited"),
    Question("NW3", "Relation to the recruiter", _plain("close", "acquaintance", "stranger")),
    Question("TA1", "View of the authorities", _numbered(
        "very_unfavourable", "somewhat_unfavourable", "somewhat_favourable", "very_favourable")),
    Question("TA2", "Best system", (("republic", "islamic_republic", "Islamic republic"),
                                    ("emirate", "islamic_emirate", "Islamic emirate"), ("other", "other", "Other"))),
    Question("TA3", "Sympathy", _plain("a_lot", "a_little", "none")),
    Question("TA4", "Recognition", (("unconditionally", "unconditionally", "Unconditionally"),
                                    ("conditional", "only_if_conditions_met", "Only if conditions met"),
                                    ("never", "never", "Never"))),
    Question("TA6_VERSION", "Version of TA6", (("afghan_side", "afghan_side", "the Afghan side"),
             ("authorities_forces", "authorities_forces", "the forces of the current authorities")),
             drawn_as="TA6_label", first=0),
    Question("TA6", "Response in the clashes", _plain("support", "oppose", "neither")),
    Question("TA7", "Defence means support", AGREEMENT),
    *(question for item in ("LX1", "LX2", "LX3", "LX4") for question in (
        Question(f"{item}_ARM", f"Arm of {item}", ARMS, drawn_as=f"{item}_arm", first=0),
        _number(item, "Groups supported"))),
    *(question for item in ("EN1", "EN2", "EN3", "EN4") for question in (
        Question(f"{item}_ENDORSER", f"Endorser in {item}", ENDORSERS, drawn_as=f"{item}_endorser", first=0),
        Question(item, "Support for the policy", FIVE))),
    *(Question(item, "Closeness or importance", STRENGTH) for item in ("ID1", "ID2")),
    *(_number(item, "Fusion") for item in ("ID3", "ID4", "ID5")),
    Question("ID6", "Importance of religion", STRENGTH),
    *(_number("ID7", "Threat", part) for part in THREATS),
    *(Question(item, "Agreement", AGREEMENT) for item in ("DM1", "DM2", "DM3", "DM4")),
    *(_number("EX1", "Days per week", part, f"EX1_{drawn}") for part, drawn in MEDIA.items()),
    *(Question("EX2", "Message seen", OFTEN, part, drawn_as=f"EX2_{drawn}") for part, drawn in MESSAGES.items()),
    Question("EX3", "Contacted", YES_NO),
    Question("EX4", "Avoids the topic", _numbered("never", "rarely", "sometimes", "often", "always")),
    Question("EX5", "Sponsor", kind="text"),
    Question("RE1", "Being seen", FIVE),
    _number("RE2", "Memberships"),
    _number("RE3", "Division"),
    Question("RE4", "Commented in public", YES_NO),
    *(Question(f"IP{number:02d}", "Integration", FIVE) for number in range(1, 13)),
    Question("HC1", "Unfair treatment", _numbered("never", "rarely", "sometimes", "often")),
    Question("HC2", "Worry about status", FIVE),
    Question("QC1", "Choose four", FIVE),
    Question("QC2", "A sentence on the weather", kind="text"),
    Question("RR1", "Crosswise", (("same", "both_or_neither", "Both or neither"),
                                  ("different", "exactly_one", "Exactly one"))),
    Question("DB1", "Debriefing", _plain("read", "not_read")),
)  # fmt: skip
