r"""What a text must hold for any rule to find anything: necessary conditions, in the matching alphabet.

The conditions are coarse on purpose (a run of five digits, a sign, two words for digits) and are read by the
prefilter only. A rule that finds something without a cue is a defect that the tests look for. What must not be here:
sufficient conditions.
"""

from collections.abc import Iterator

from analysis.custody.scrub.kinds import handles
from analysis.custody.scrub.kinds.domains import PERSIAN
from analysis.custody.scrub.kinds.emails import AT_WORD, DOT_WORD
from analysis.custody.scrub.kinds.number_words import ANY, ARABIC_SCRIPT, BETWEEN, LATIN_BEGUN
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
    r"(?:^|[^a-z0-9])[a-z]{2} ?\d{2}[ .\-]?[a-z0-9]{4}[ .\-]?[a-z0-9]{4}",
    r"[a-z0-9_\-]{25}",
    r"(?:bc|tb|ltc|addr|cosmos|terra)1[a-z0-9]{11}",
)
DOCUMENTS = (
    r"[cfghj-nprtv-z][0-9cfghj-nprtv-z]{8}\d",
    r"<<",
    r"جلد ?:? ?\d",
    r"[a-z]{5}\d{4}[a-z]",
    r"\d [a-z]{1,3} \d{1,6}[./]\d{2}",
)
NAMES = (r"u/[a-z0-9_\-]{3}", r"#\d{4}")
PLATES = (r"(?-i:\b[A-HJ-PR-Y][A-HJ-Y]\d{2} [A-HJ-PR-Z]{3}\b)",)


BEGUN = rf"(?:{LATIN_BEGUN}|{ARABIC_SCRIPT})"
NUMBER_WORDS = rf"(?:{ANY}{BETWEEN}{ANY}{BETWEEN}(?:\d|{BEGUN})|\d{BETWEEN}{ANY}{BETWEEN}{BEGUN})"
"""Two number words and a third word or a digit beside them, as every number in words has: half of it is words."""
WORDS = (NUMBER_WORDS, handles.LABELLED_CUE)
"""Cues of words, apart from the others: one pattern of everything would have more states than RE2 keeps."""


def cues() -> Iterator[str]:
    """Every cue of signs and digits."""
    yield from (RUN_OF_DIGITS, PICTURE_BEHIND)
    for family in (ADDRESSES, SPELLED, MACHINES, PLACES, ACCOUNTS, DOCUMENTS, NAMES, PLATES):
        yield from family
