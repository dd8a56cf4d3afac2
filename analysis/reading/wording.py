"""How the book says things: verdict words and their marks, numbers, days, names of hosts and of pages.

What must not be here: reading tables or drawing.
"""

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.errors import ReleaseError


@dataclass(frozen=True)
class Mark:
    """How one verdict looks: a word, a shape and a colour, so that no reader depends on one of the three.

    `shape` is a matplotlib marker, `glyph` the same shape as a character, `colour` from the Okabe–Ito palette, `tint` a
    light background on which dark text is readable.
    """

    word: str
    shape: str
    glyph: str
    colour: str
    tint: str
    is_open: bool = False


VERDICTS = {
    "supported": Mark("supported", "o", "●", "#009E73", "#E0F3ED"),
    "contradicted": Mark("contradicted", "s", "■", "#D55E00", "#FBE9DD"),
    "inconclusive": Mark("inconclusive", "D", "◆", "#E69F00", "#FDF2DC"),
    "not_yet_answerable": Mark("not yet answerable", "o", "○", "#0072B2", "#E3EFF7", is_open=True),
    "not_answerable": Mark("not answerable", "X", "✕", "#5F5F5F", "#EDEDED"),
}

SHORT_HOSTS = {
    "GBR": "United Kingdom",
    "IRN": "Iran",
    "NLD": "Netherlands",
    "RUS": "Russia",
    "SYR": "Syria",
    "USA": "United States",
}
EUROPEAN_HOSTS = frozenset(
    [
        "AUT",
        "BEL",
        "BGR",
        "CHE",
        "CYP",
        "CZE",
        "DEU",
        "DNK",
        "ESP",
        "EST",
        "FIN",
        "FRA",
        "GBR",
        "GRC",
        "HRV",
        "HUN",
        "IRL",
        "ISL",
        "ITA",
        "LIE",
        "LTU",
        "LUX",
        "LVA",
        "MLT",
        "NLD",
        "NOR",
        "POL",
        "PRT",
        "ROU",
        "SVK",
        "SVN",
        "SWE",
    ]
)
EUROPE = "Europe: the members of the European Union, Iceland, Liechtenstein, Norway, Switzerland and the United Kingdom"
PROTECTED = "Under protection: refugees and others in need of international protection, without asylum-seekers"
"""The two definitions that stand beside every number about hosts."""
NO_BREAK = "\N{NO-BREAK SPACE}"
WHOLE_CLAIM = "claim"
SCOPES = {"events_2025": "the past clashes", "future_study": "a future study"}
SEPARATOR = " | "
"""Between the entries of a list that a release table keeps in one cell."""

SUBJECTS = {
    "C01.1": "Existence",
    "C01.2": "How common",
    "C02.1": "Growth among all",
    "C02.2": "Growth among the few",
    "C03": "Meaning of support",
    "C04": "Exposure online",
    "C05.1": "Outreach exists",
    "C05.2": "Outreach reaches",
    "C05.3": "Outreach changes",
    "C06.1": "Narratives",
    "C06.2": "Narratives in time",
    "C07": "Seeking relevance",
    "C08": "Timing",
    "C09": "Asylum narratives",
    "C10": "Security",
    "C11": "Backlash",
    "C12": "Official concern",
    "C13.1": "Only a few",
    "C13.2": "Stigma by stories",
    "C14.1": "Who is protected",
    "C14.2": "Who served",
    "C15": "Asylum files",
    "C16": "Disillusion",
    "C17": "Former enemies",
    "C18": "Reviews and checks",
}
"""Short neutral names for tiles and the table of contents; never a verdict and never a statement."""


def mark(verdict_code: str) -> Mark:
    """The mark of a verdict; ReleaseError for a code outside the vocabulary."""
    if verdict_code not in VERDICTS:
        allowed = ", ".join(VERDICTS)
        raise ReleaseError(f"table 'claim_verdicts': verdict_code is {verdict_code!r}; allowed: {allowed}")
    return VERDICTS[verdict_code]


def count(value: float) -> str:
    """A whole number with commas: 195,000."""
    return f"{round(value):,}"


def spoken_count(value: float) -> str:
    """A count as it is spoken: 3.97 million, 774 thousand, 512."""
    if value >= 1_000_000:
        return f"{value / 1_000_000:.2f} million"
    return f"{value / 1_000:.0f} thousand" if value >= 10_000 else count(value)


def decimal(value: float, places: int = 3) -> str:
    """A number with a fixed number of decimals and a true minus sign."""
    rounded = round(value, places) + 0.0
    return f"{rounded:.{places}f}".replace("-", "−")


def plain(value: float) -> str:
    """A number as short as it can be said without loss: 8, 49.5, 0.6."""
    return count(value) if float(value).is_integer() else f"{value:g}"


def percent(share: float, places: int = 0) -> str:
    """A share as a percentage; never 0% or 100% for a share that is neither."""
    text = f"{100 * share:.{places}f}"
    if 0 < share < 1 and float(text) in (0.0, 100.0):
        return "under 1%" if share < 0.5 else "over 99%"
    return f"{text}%"


def span(low: str, high: str) -> str:
    """Two ends of a range as one piece of text that does not break over lines: 1.2 to 3.4."""
    return f"{low}{NO_BREAK}to{NO_BREAK}{high}"


def half_up(value: float) -> int:
    """Nearest whole number; halves go up, as people count dots."""
    return math.floor(value + 0.5)


def day(value: datetime.date) -> str:
    """A day in words: 23 November 2026."""
    return f"{value.day} {value:%B %Y}"


BESIDE = re.compile(r"V\d+ in ([A-Z]{3}), ([+-]\d+) d")
WORDS_OF_DAYS = ("one day", "two days", "three days", "four days", "five days", "six days", "seven days")
ESTIMATORS = {
    "rds-i": "RDS-I (Salganik and Heckathorn)",
    "rds-ii": "RDS-II (Volz and Heckathorn)",
    "ss": "successive sampling (Gile)",
    "hcg": "homophily configuration graph (Fellows)",
    "mrp": "multilevel model, poststratified (MRP)",
    "composite": "both samples blended",
}
"""What tables write as a code."""


def host(iso3: str, name: str) -> str:
    """A host's name, shortened where the official one does not fit a label."""
    return SHORT_HOSTS.get(iso3, name)


def estimator(text: str) -> str:
    """An estimator as readers know it: codes are spelt out, what stands behind a comma stays."""
    name, comma, rest = text.partition(", ")
    known, by, item = name.partition(" by ")
    words = ESTIMATORS.get(known)
    if words is None:
        return text
    return f"{words}{f', degree from {item.upper()}' if by else ''}{comma}{rest}"


def beside(text: str, hosts: Mapping[str, str]) -> str:
    """Hosts that did something around a day: `V44 in DEU, +5 d` becomes 'Germany, five days later'."""
    told = [f"{host(iso3, hosts.get(iso3, iso3))}, {_distance(int(days))}" for iso3, days in BESIDE.findall(text)]
    return "; ".join(dict.fromkeys(told))


def _distance(days: int) -> str:
    if not days:
        return "the same day"
    return f"{WORDS_OF_DAYS[abs(days) - 1]} {'later' if days > 0 else 'earlier'}"


def in_words(code: str) -> str:
    """A code as words: `not_yet_answerable` becomes 'not yet answerable'."""
    return code.replace("_", " ")


def sentence_case(text: str) -> str:
    """The text with its first letter upper-case and the others as they are; `n`, a sample size, stays small."""
    return text if text.startswith("n ") else text[:1].upper() + text[1:]


def scope(code: str) -> str:
    """A scope in words; empty where the verdict is about the whole claim."""
    return "" if code == WHOLE_CLAIM else SCOPES.get(code, in_words(code))


def subject(claim_id: str, said: object = None) -> str:
    """A claim's short name; of a study's own claim what its plan says, and nothing where it says nothing."""
    return SUBJECTS.get(claim_id) or (sentence_case(str(said)) if is_given(said) else "")


FIRST_OWN = 50
"""Claims of the study itself are numbered from C50, those of the article below."""


def is_own_claim(claim_id: str) -> bool:
    """Whether the study brings the claim, and not the article."""
    return int(claim_id[1:3]) >= FIRST_OWN


def entries(cell: object) -> list[str]:
    """The entries of a list that is kept in one cell, each as a sentence; none for an empty cell."""
    return [sentence_case(entry.strip()) for entry in str(cell).split(SEPARATOR)] if is_given(cell) else []


def listing(words: Sequence[str]) -> str:
    """Words joined as in a sentence: 'a, b and c'."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "none"


def is_given(value: object) -> bool:
    """False for an empty cell of any kind."""
    is_hole = value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))
    return not is_hole and value != ""


def claim_page(claim_id: str) -> str:
    """Name of a claim's page: `C01.1` lives in `claims/c01_1`."""
    return f"claims/{claim_id.lower().replace('.', '_')}"


def claim_label(claim_id: str) -> str:
    """Name by which pages link to a claim: `claim-c01-1`."""
    return f"claim-{claim_id.lower().replace('.', '-')}"


def clipped(text: str, limit: int) -> str:
    """The text cut at a word so that it fits, with an ellipsis where something was cut."""
    if len(text) <= limit:
        return text
    return text[: limit + 1].rsplit(" ", 1)[0][:limit].rstrip(",;:–-. ") + " …"


def claim_order(claim_id: str) -> tuple[int, int]:
    """Where a claim stands in the register: C02.1 before C05.1 before C10."""
    whole, _, part = claim_id.removeprefix("C").partition(".")
    return int(whole), int(part or 0)
