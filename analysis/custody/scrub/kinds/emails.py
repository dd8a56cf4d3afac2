"""EMAIL: plain, with words or brackets for the signs, and the same in Persian, Pashto and German."""

from collections.abc import Iterator

from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.kinds.domains import KNOWN, PERSIAN
from analysis.custody.scrub.rules import LATIN_OR_DIGIT, Rule, before, byte_at
from analysis.custody.scrub.spans import Match

RANK = 5
LOCAL = r"(?:[a-z0-9.!#$%&'*+/=?^_`{|}~<LT>-]{1,64}|[<AR>][<AR>0-9._-]{0,40}|\"[ -!#-~]{1,64}\")"
LABEL = r"(?:[a-z0-9<LT>](?:[a-z0-9<LT>-]{0,62})|[<AR>]{1,40})"
"""Letters that look like Latin ones may stand among these: `<LT>`."""
ENDING_LABEL = r"(?:xn--[a-z0-9-]{2,40}|[a-z]{2,24}|[<AR>]{2,20}|[a-z<LT>]{2,24}|[<LT>])"
DOMAIN = rf"{LABEL}(?:\.{LABEL}){{0,8}}\.{ENDING_LABEL}"
PLAIN = Rule(rf"(?:mailto:)?{LOCAL}@(?:{DOMAIN}|\[[0-9a-f:.]{{3,45}}\]|localhost)(?:\?(?:subject|body|c?cc)=[!-~]+)?")

AT_WORD = (
    r"(?:at|a t|att|aet|ät|bei|arobase|klammeraffe|ات|ات ساین|اتساین|ادساین|اد ساین|ات سایت|ایت|ایٹ|اټ|اټ ساین|ایټ|@)"
)
DOT_WORD = r"(?:dot|d0t|punkt|point|\.|نقطه|دات|دوت|ډاټ|ڈاٹ|ټکی|نکته)"
BRACKETED_AT = rf"[ _-]?[\[({{<] ?{AT_WORD} ?[\])}}>][ _-]?"
SPOKEN_AT = rf"[ _-]{{1,2}}{AT_WORD}[ _-]{{1,2}}"
SPOKEN_DOT = rf"[ _-]{{1,2}}{DOT_WORD}[ _-]{{1,2}}"
BOXED_DOT = rf" ?[\[({{<] ?{DOT_WORD} ?[\])}}>] ?"
NAME = r"[a-z0-9<LT>][a-z0-9<LT>._+-]{0,63}"
SIGN = r"(?:dot|punkt|underscore|dash|unterstrich|نقطه|دات|آندرلاین|اندرلاین|خط)"
SPOKEN_LOCAL = rf"{NAME}(?: (?:{SIGN}) {NAME}){{0,3}}"
HOST = r"(?:[a-z0-9<LT>][a-z0-9<LT>-]{0,62}|جیمیل|جی میل|یاهو|هاتمیل|هات میل|اوتلوک|آوتلوک|ایمیل)"
ENDING = rf"(?:[a-z]{{2,24}}|{PERSIAN})"
SEPARATE = rf"(?:{SPOKEN_DOT}|{BOXED_DOT})"
ANY_DOT = rf"(?:{SPOKEN_DOT}|{BOXED_DOT}|\.)"
PERSIAN_LOCAL = r"[<AR>]{2,20}"


def _domain(dot: str) -> str:
    """A host and its ending, with one notation for the dots."""
    return rf"{HOST}(?:{dot}{HOST}){{0,3}}{dot}{ENDING}"


BOXED = Rule(rf"{SPOKEN_LOCAL}{BRACKETED_AT}{_domain(ANY_DOT)}")
SPOKEN = Rule(rf"{SPOKEN_LOCAL}{SPOKEN_AT}{_domain(SEPARATE)}")
SPOKEN_PERSIAN = Rule(rf"{PERSIAN_LOCAL}{SPOKEN_AT}{_domain(SEPARATE)}")
HALF_SPOKEN = Rule(rf"{SPOKEN_LOCAL}{SPOKEN_AT}[a-z0-9][a-z0-9-]{{0,62}}(?:\.[a-z0-9-]{{1,63}}){{0,3}}\.[a-z]{{2,24}}")
SIGN_SPOKEN = Rule(rf"{SPOKEN_LOCAL}(?:@| @ ){_domain(ANY_DOT)}")
SPACED = Rule(rf"{NAME}(?:@| @ ){HOST}(?: ?\. ?{HOST}){{0,3}} ?\. ?[a-z]{{2,24}}")
MAIL_WORDS = Rule(
    r"\b(?:e-?mail|mail|reach|contact|write|kontakt|schreib\w*|adresse|address|gmail)\b|ایمیل|میل|برېښنالیک|آدرس"
)
NOT_A_NAME = frozenset(
    (
        *(b"am", b"are", b"is", b"was", b"were", b"be", b"been", b"me", b"us", b"you", b"him", b"her", b"it", b"them"),
        *(b"he", b"she", b"they", b"i", b"we", b"look", b"looks", b"looking", b"meet", b"meeting", b"here", b"there"),
        *(b"available", b"live", b"found", b"works", b"work", b"working", b"worked", b"call", b"only", b"now", b"see"),
        *(b"visit", b"online", b"page", b"more", b"posted", b"published", b"the", b"a"),
    )
)
"""Words before `at` that make a place or a time of what follows."""


def _plain(data: bytes) -> Iterator[Match]:
    for first, end in PLAIN.spans(data):
        start = _without_leading_marks(data, first, end)
        if data[start : start + 1] != b"@":
            yield Match(start, _end_of_domain(data, start, end), "EMAIL", RANK)


def _with_brackets(data: bytes) -> Iterator[Match]:
    return _spelled(data, BOXED)


def _with_sign(data: bytes) -> Iterator[Match]:
    for rule in (SIGN_SPOKEN, SPACED):
        yield from _spelled(data, rule)


def _with_word(data: bytes) -> Iterator[Match]:
    for rule in (SPOKEN, SPOKEN_PERSIAN):
        yield from _spelled(data, rule)
    for match in _spelled(data, HALF_SPOKEN):
        if MAIL_WORDS.is_in(before(data, match.start, 40)):
            yield match


def _spelled(data: bytes, rule: Rule) -> Iterator[Match]:
    for start, end in rule.spans(data):
        if byte_at(data, start - 1) in LATIN_OR_DIGIT or byte_at(data, end) in LATIN_OR_DIGIT:
            continue
        if _first_word(data, start, end) in NOT_A_NAME or not _has_known_ending(data, start, end):
            continue
        yield Match(start, end, "EMAIL", RANK)


def _first_word(data: bytes, start: int, end: int) -> bytes:
    return data[start:end].lower().partition(b" ")[0]


def _has_known_ending(data: bytes, start: int, end: int) -> bool:
    ending = _LAST_WORD.at_end(data[start:end])
    if ending is None:
        return True
    word = data[start + ending[0] : start + ending[1]].lower().decode("latin-1")
    return word in KNOWN


_LAST_WORD = Rule(r"[a-z]+$")


def _without_leading_marks(data: bytes, start: int, end: int) -> int:
    while start < end and data[start] in b"'`*/|=?&{}~.-":
        start += 1
    return start


def _end_of_domain(data: bytes, start: int, end: int) -> int:
    """Leave out a word that follows the ending without a space (`user@example.org.Then`)."""
    labels = data[start:end].rpartition(b"@")[2].split(b".")
    if len(labels) > 2 and labels[-1].decode("latin-1").lower() not in KNOWN:
        known = [place for place in range(1, len(labels)) if labels[place].decode("latin-1").lower() in KNOWN]
        if known and labels[-1].isalpha() and labels[-1].isascii():
            return end - len(b".".join(labels[known[-1] + 1 :])) - 1
    return end


FINDERS = (
    Finder((PLAIN,), _plain),
    Finder((BOXED,), _with_brackets),
    Finder((SIGN_SPOKEN, SPACED), _with_sign),
    Finder((SPOKEN, SPOKEN_PERSIAN, HALF_SPOKEN), _with_word),
)
