r"""What a text must hold for any rule to find anything: necessary conditions, in the matching alphabet.

The conditions are coarse on purpose (a run of five digits, a sign, two words for digits) and are read by the
prefilter only. A rule that finds something without a cue is a defect that the tests look for. What must not be here:
sufficient conditions.
"""

from collections.abc import Iterator

from analysis.custody.scrub.kinds import handles
from analysis.custody.scrub.kinds.domains import PERSIAN
from analysis.custody.scrub.kinds.emails import AT_WORD, DOT_WORD
from analysis.custody.scrub.kinds.number_words import ARABIC_SCRIPT, BETWEEN, LATIN, LATIN_BEGUN
from analysis.custody.scrub.kinds.word_cues import SPELLED_CUE

MARK = r"[ ()./_\x04~,;:*|=#'\"\n\[\]\-]"
RUN_OF_DIGITS = rf"\d(?:(?:{MARK}{{0,4}}|[./\-]?[a-z]{{1,3}}[./\-]?)\d){{4}}"
PICTURE_BEHIND = rf"\d\d{MARK}{{0,3}}\x07"
ADDRESSES = (
    SPELLED_CUE,
    handles.DID_CUE,
    r"@",
    r":/",
    r"[a-z0-9_\-]\.[a-z][a-z0-9\-]",
    r"[tm] ?\. ?(?:me|dog) ?/",
    r"joinchat/",
)
SPELLED = (
    rf"[\[({{<] ?{DOT_WORD} ?[\])}}>]",
    rf"[\[({{<] ?{AT_WORD} ?[\])}}>]",
    rf"[ _\-]{DOT_WORD}[ _\-]{{1,2}}(?:[a-z0-9]|{PERSIAN}|[\x80-\xbf])",
    rf"{ARABIC_SCRIPT}{BETWEEN}{ARABIC_SCRIPT}",
)
MACHINES = (
    r"\d\.\d{1,3}\.\d{1,3}\.\d",
    r"\:[0-9a-f]{0,4}\:",
    r"[0-9a-f]{2}-[0-9a-f]{2}-[0-9a-f]{2}-",
    r"[0-9a-f]{4}\.[0-9a-f]{4}\.",
)
PLACES = (
    r"\x03",
    r"geo:",
    r"///",
    r"\d ?درجه",
    r"\d ?[nsewo][ ,;/]{0,3}[\d ]",
    r"\d ?(?:nor|sud|ost|wes|sou|eas|شمال|جنوب|شرق|غرب)",
    r"\d,? (?:and|und|و) [+\-]?\d{1,3}\.\d{2}",
    r"[ns] ?\d{1,2}(?:\.| \d{1,2}\.)\d",
    r"(?:lat|bre|عرض)[a-z]{0,6}(?: جغرافیایی)?[ :=]{0,3}[+\-]?\d",
    r"[2-9cfghjmpqrvwx]{4}\+[2-9cfghjmpqrvwx]{2}",
    r"\d ?[c-x] ?[a-z]{2} ?\d{3}",
)
ACCOUNTS = (
    r"[a-z]{2} ?\d{2}[ .\-]?[a-z0-9]{4}[ .\-]?[a-z0-9]{4}",
    r"[a-z0-9_\-]{25}",
    r"(?:bc|tb|ltc|addr|cosmos|terra)1[a-z0-9]{11}",
)
DOCUMENTS = (r"<<", r"جلد ?:? ?\d", r"[a-z]{5}\d{4}[a-z]", r"\d [a-z]{1,3} \d{1,6}[./]\d{2}")
NAMES = (r"u/[a-z0-9_\-]{3}", r"[a-z0-9_]_[a-z0-9_]", r"#\d{4}", r"[a-z]\d|\d[a-z]", r"[:=>]-? ?@?[a-z_][a-z0-9_]{2}")


NUMBER_WORDS = rf"{LATIN}{BETWEEN}{LATIN_BEGUN}"
"""A number word and the beginning of one, as every number in words has; those in Arabic script are among the cues."""


def cues() -> Iterator[str]:
    """Every cue that is enough by itself."""
    yield from (RUN_OF_DIGITS, PICTURE_BEHIND)
    for family in (ADDRESSES, SPELLED, MACHINES, PLACES, ACCOUNTS, DOCUMENTS, NAMES):
        yield from family
