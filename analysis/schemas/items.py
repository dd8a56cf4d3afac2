"""The items of the questionnaire blueprint as columns: one per question, part of a question and random assignment.

Every cell is text: the code of an answer, or a dot and the reason why there is none, so that a refusal, a question that
was not asked and a field that the vendor does not export stay three findings. A test holds the codes against
`data/instruments/blueprint.yml`. What must not be here: wording of the fielded questionnaire, scoring.
"""

import re

from analysis.schemas.declaration import Column

MISSING_KINDS = {
    ".refused": "prefers not to say",
    ".dont_know": "does not know",
    ".not_asked": "was not asked",
    ".no_answer": "was asked and left it empty",
    ".system_missing": "the file has no value and does not say why",
    ".not_exported": "the export has no such variable",
    ".unparseable": "a value that cannot be an answer",
    ".unknown_option": "an answer that the instrument does not know",
}
"""What stands in a cell without an answer."""

SCREENINGS = {
    "given": "an answer was given; its text was deleted after screening",
    "too_short": "fewer than ten letters; deleted after screening",
    "repeated": "another respondent of the same export gave the same words; deleted after screening",
}
"""What remains of a free-text answer."""

_MISSING = rf"\.({'|'.join(kind[1:] for kind in MISSING_KINDS)})"


def one_of(*codes: str) -> str:
    """A pattern for one code."""
    return "|".join(re.escape(code) for code in codes)


def one_or_more(*codes: str) -> str:
    """A pattern for codes with a space between them."""
    return rf"({one_of(*codes)})( ({one_of(*codes)}))*"


def whole(low: int, high: int) -> str:
    """A pattern for a whole number."""
    return one_of(*map(str, range(low, high + 1)))


AGREEMENT = one_of("strongly_disagree", "disagree", "neither", "agree", "strongly_agree")
FIVE_POINTS = whole(1, 5)
STRENGTH = one_of("not_at_all", "not_very", "quite", "very")
FREQUENCY = one_of("never", "once", "weekly", "daily")
YES_NO = one_of("yes", "no")
ARMS = one_of("control", "treatment")
ENDORSERS = one_of("none", "current_authorities", "un_agency", "diaspora_council")
SCREENED = one_of(*SCREENINGS)
HOST = r"[^.].*"

_ITEMS = (
    ("sc1", YES_NO, "Born in Afghanistan, or at least one parent born there"),
    ("sc2", HOST, "Country of residence as the study's list of hosts names it"),
    ("sc3", one_of("18-24", "25-34", "35-44", "45-59", "60+"), "Age 18 or over; age band"),
    ("sc4", one_of("m", "f", "other"), "Sex/gender"),
    ("sc5", one_of("<2001", "2001-14", "2015-20", "Aug2021-22", "2023+"), "Year of arrival band in host country"),
    ("sc6", one_of("dari", "pashto", "uzbek", "english", "german", "other"), "Interview language chosen"),
    ("sc7", whole(0, 8), "Highest education"),
    ("sc9", one_or_more("state_security", "civil_service", "ngo_international", "none"), "Work of the respondent or a close family member before August 2021"),
    ("nw1", whole(0, 200), "Afghan adults in the host country known in both directions and met in the past 30 days"),
    ("nw2", whole(0, 200), "Of these, how many could be invited to a survey"),
    ("nw3", one_of("close", "acquaintance", "stranger"), "Relationship to the person who invited you"),
    ("ta1", one_of("very_unfavourable", "somewhat_unfavourable", "somewhat_favourable", "very_favourable"), "View of the current authorities in Kabul"),
    ("ta2", one_of("islamic_republic", "islamic_emirate", "other"), "Which political system would be best for Afghanistan"),
    ("ta3", one_of("a_lot", "a_little", "none"), "Level of sympathy with the movement now governing"),
    ("ta4", one_of("unconditionally", "only_if_conditions_met", "never"), "Should foreign governments recognise these authorities"),
    ("ta6", one_of("support", "oppose", "neither"), "Split ballot on the response in the clashes with Pakistan (see ta6_version)"),
    ("ta7", AGREEMENT, "One can support the defence of the territory and oppose the authorities, or the one means the other"),
    ("lx1", whole(0, 5), "First list: number of groups supported"),
    ("lx2", whole(0, 5), "Second list, reversed assignment: number of groups supported"),
    ("lx3", whole(0, 5), "Placebo list: number of items"),
    ("en1", FIVE_POINTS, "Support for policy A (water sharing), endorser at random"),
    ("en2", FIVE_POINTS, "Support for policy B (consular services), endorser at random"),
    ("en3", FIVE_POINTS, "Support for policy C (return grants), endorser at random"),
    ("en4", FIVE_POINTS, "Support for policy D (border crossings), endorser at random"),
    ("id1", STRENGTH, "How close do you feel to Afghanistan"),
    ("id2", STRENGTH, "How close do you feel to host country"),
    ("id3", whole(0, 6), "I am one with my country of origin"),
    ("id4", whole(0, 6), "I feel immersed in my country of origin"),
    ("id5", whole(0, 6), "My country of origin is me"),
    ("id6", STRENGTH, "Importance of religion in life"),
    ("id7_neighbour_a", whole(0, 10), "Threat to Afghanistan: neighbour a"),
    ("id7_neighbour_b", whole(0, 10), "Threat to Afghanistan: neighbour b"),
    ("id7_extremist_groups", whole(0, 10), "Threat to Afghanistan: extremist groups"),
    ("id7_economic_collapse", whole(0, 10), "Threat to Afghanistan: economic collapse"),
    ("dm1", AGREEMENT, "Democracy may have problems but is better than other forms"),
    ("dm2", AGREEMENT, "Religious leaders should have the final say in government"),
    ("dm3", AGREEMENT, "Girls should have same right to secondary and university education as boys"),
    ("dm4", AGREEMENT, "Reverse-keyed pair of DM1"),
    ("ex1_tv", whole(0, 7), "Days per week with news from: tv"),
    ("ex1_facebook", whole(0, 7), "Days per week with news from: facebook"),
    ("ex1_x", whole(0, 7), "Days per week with news from: x"),
    ("ex1_youtube_tiktok", whole(0, 7), "Days per week with news from: youtube tiktok"),
    ("ex1_whatsapp_telegram", whole(0, 7), "Days per week with news from: whatsapp telegram"),
    ("ex1_mosque_community", whole(0, 7), "Days per week with news from: mosque community"),
    ("ex2_return_safe", FREQUENCY, "Message seen in the past 3 months: return safe"),
    ("ex2_unite_foreign_aggression", FREQUENCY, "Message seen in the past 3 months: unite foreign aggression"),
    ("ex2_brotherhood", FREQUENCY, "Message seen in the past 3 months: brotherhood"),
    ("ex2_end_school_ban", FREQUENCY, "Message seen in the past 3 months: end school ban"),
    ("ex2_foil", FREQUENCY, "Message seen in the past 3 months: foil"),
    ("ex3", YES_NO, "Contacted by an organisation of the authorities in Kabul"),
    ("ex4", one_of("never", "rarely", "sometimes", "often", "always"), "Avoids speaking about politics"),
    ("ex5", SCREENED, "Who sponsors this survey: how the deleted free text screened"),
    ("re1", FIVE_POINTS, "Importance of being seen as politically active"),
    ("re2", whole(0, 50), "Memberships or offices in diaspora bodies in the last 12 months"),
    ("re3", whole(0, 10), "How divided the community is over the conflict"),
    ("re4", YES_NO, "Commented in public on politics in the past 3 months; the direction is never asked"),
    ("ip01", FIVE_POINTS, "Connectedness with host country"),
    ("ip02", FIVE_POINTS, "Feeling like an outsider (reversed)"),
    ("ip03", FIVE_POINTS, "Household income bracket"),
    ("ip04", FIVE_POINTS, "Main activity past 4 weeks"),
    ("ip05", FIVE_POINTS, "Understanding of host political issues"),
    ("ip06", FIVE_POINTS, "Frequency of discussing host political issues"),
    ("ip07", FIVE_POINTS, "Meals with host nationals outside family"),
    ("ip08", FIVE_POINTS, "Host nationals in contacts talked to past 4 weeks"),
    ("ip09", FIVE_POINTS, "Reading host language"),
    ("ip10", FIVE_POINTS, "Speaking host language"),
    ("ip11", FIVE_POINTS, "Ease of seeing a doctor"),
    ("ip12", FIVE_POINTS, "Ease of searching for a job"),
    ("hc1", one_of("never", "rarely", "sometimes", "often"), "Unfair treatment because Afghan in past 3 months"),
    ("hc2", FIVE_POINTS, "Worry that one's own or the family's legal status is withdrawn"),
    ("qc1", FIVE_POINTS, "Instructed-response item"),
    ("qc2", SCREENED, "Open answer on a neutral topic: how the deleted free text screened"),
    ("rr1", one_of("both_or_neither", "exactly_one"), "Crosswise item: public support, paired with an innocuous item"),
    ("db1", one_of("read", "not_read"), "Debriefing"),
    ("lx1_arm", ARMS, "Random assignment: arm of the first list"),
    ("lx2_arm", ARMS, "Random assignment: arm of the second list"),
    ("lx3_arm", ARMS, "Random assignment: arm of the placebo list"),
    ("en1_endorser", ENDORSERS, "Random assignment: endorser named in EN1"),
    ("en2_endorser", ENDORSERS, "Random assignment: endorser named in EN2"),
    ("en3_endorser", ENDORSERS, "Random assignment: endorser named in EN3"),
    ("en4_endorser", ENDORSERS, "Random assignment: endorser named in EN4"),
    ("ta6_version", one_of("afghan_side", "authorities_forces"), "Random assignment: version of the split ballot TA6"),
)  # fmt: skip

ITEM_COLUMNS: tuple[Column, ...] = tuple(
    Column(name, "text", asks, "measure", "answer code", pattern=f"(?:{answer})|{_MISSING}")
    for name, answer, asks in _ITEMS
)
"""In the order of the instrument."""
