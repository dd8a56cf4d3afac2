"""URL and TGLINK: addresses of pages, profiles, channels and invitations.

A link starts with a scheme, with `www.`, or is a bare name whose ending and surroundings make it one. An address glued
to a Persian word ends where the script changes, unless the other script starts a new part of the path.
"""

from collections.abc import Iterator

from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.kinds.domains import KNOWN, WEAK
from analysis.custody.scrub.kinds.word_cues import SPELLED_CUE
from analysis.custody.scrub.rules import LATIN_OR_DIGIT, Rule, before, byte_at
from analysis.custody.scrub.spans import Match

RANK_TGLINK, RANK_URL, RANK_BARE = 0, 10, 40
LABEL = r"(?:[a-z0-9][a-z0-9_-]{0,62}|[<AR>]{1,40}|[<LT>]{1,40})"
PART = r"(?:[/_=?#&%+-][<AR><LT>]{1,60}\d{0,9}|[a-z0-9._~:/?#@!$&()*+,;=%|{}\[\]^-])"
SCHEME = Rule(rf"[a-z][a-z0-9+.-]{{1,15}}:/{{2,3}}{LABEL}?(?:\.{LABEL})*{PART}*")
NUMERIC_HOST = r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}"
BARE = Rule(
    rf"(?:(?:[a-z0-9_][a-z0-9_-]{{0,62}}\.){{1,8}}[a-z][a-z0-9-]{{1,40}}|"
    rf"{NUMERIC_HOST})(?::\d{{2,5}})?(?:[/?#]{PART}*)?"
)
BRACKETED_DOT = r" ?[\[({] ?(?:\.|dot|punkt|نقطه|دات) ?[\])}] ?"
DEFANGED = Rule(rf"(?:[a-z0-9-]{{1,63}}(?:{BRACKETED_DOT}|\.)){{1,6}}[a-z]{{2,24}}(?:/{PART}*)?")
BRACKETED = Rule(BRACKETED_DOT)
LAST_LABEL = Rule(r"[a-z]+$")
ANY_DOT = r" ?(?:\.|[\[({] ?(?:\.|dot|نقطه|دات) ?[\])}]| dot | نقطه | دات ) ?"
SPACED_TELEGRAM = Rule(rf"\b(?:t|telegram){ANY_DOT}(?:me|dog) ?/ ?(?:(?:s|c|joinchat) ?/ ?)?[+a-z0-9_]{PART}*")
SLASH = r"(?: ?/ ?| (?:slash|schragstrich|اسلش|اسلاش|سلش|سلاش) )"
SPOKEN_TELEGRAM = Rule(
    rf"(?:\b(?:t|telegram)\b|تی|تلگرام)(?:{ANY_DOT}|[ ,-])(?:\b(?:me|dog)\b|می|ام ای|"
    rf"ام یی){SLASH}(?:(?:joinchat){SLASH})?@?[+a-z0-9_]{{3,64}}"
)
SITE = (
    r"(?:\b(?:facebook|fb|instagram|insta|twitter|x|youtube|tiktok|linkedin|snapchat|threads|wa|chat[ .]whatsapp|"
    r"vk|github|reddit)\b|"
    r"فیس ?بوک|اینستاگرام|انستاگرام|توییتر|تویتر|یوتیوب|تیک ?تاک)"
)
SPOKEN_SITE = Rule(
    rf"{SITE}(?:{ANY_DOT}| )(?:\b(?:com|me|org|net|be)\b|کام|کوم|می)(?:{SLASH}@?[a-z0-9_][a-z0-9_.-]{{1,60}}){{1,4}}"
)
JOINCHAT = Rule(r"\bjoinchat/[a-z0-9_-]{8,}")
TELEGRAM = Rule(
    r"(?:tg|ton)://.*|(?:[a-z]+://)?(?:[a-z0-9_-]+\.)?(?:t\.me|telegram\.(?:me|dog)|telesco\.pe)(?::\d+)?(?:[/?#].*)?"
)
SITE_WORDS = Rule(
    r"\b(?:site|website|web|url|link|visit|domain|homepage|seite|webseite|see)\b"
    r"|سایت|وب|لینک|آدرس|پته|ویب|صفحه|پیوند"
)
FILE_ENDINGS = frozenset((b"md", b"py", b"pl", b"rs", b"sh", b"ps", b"so", b"cc", b"am", b"pm", b"mov", b"zip"))
BRACKETS = {b")": b"(", b"]": b"[", b"}": b"{"}
OPENED = {opening: closing for closing, opening in BRACKETS.items()}
CLOSING_MARKS = frozenset((b".", b",", b";", b":", b"!", b"?", b"*", b"|"))
ARTICLE = Rule(r"\b(?:the|an?|der|die|das|den|dem|eine?[mnr]?) $")


def _telegram(data: bytes) -> Iterator[Match]:
    for rule in (SPACED_TELEGRAM, JOINCHAT):
        for start, end in rule.spans(data):
            yield Match(start, _trimmed(data, start, end), "TGLINK", RANK_TGLINK)


def _spoken(data: bytes) -> Iterator[Match]:
    for rule, kind, rank in ((SPOKEN_TELEGRAM, "TGLINK", RANK_TGLINK), (SPOKEN_SITE, "URL", RANK_URL)):
        for start, end in rule.spans(data):
            yield Match(start, _trimmed(data, start, end), kind, rank)


def _with_scheme(data: bytes) -> Iterator[Match]:
    for start, last in SCHEME.spans(data):
        end = _trimmed(data, start, last)
        if data[start:end].partition(b"://")[2].strip(b"/"):
            yield _link(data, start, end, RANK_URL)


def _bare(data: bytes) -> Iterator[Match]:
    for start, last in BARE.spans(data):
        if byte_at(data, start - 1) in LATIN_OR_DIGIT or byte_at(data, start - 1) in b"@_":
            continue
        if data[max(0, start - 8) : start].endswith((b"http://", b"https://")):
            continue  # found with its scheme
        end = _end_of_address(data, start, _trimmed(data, start, last))
        if end and _is_address(data, start, end):
            yield _link(data, start, end, RANK_BARE)


def _defanged(data: bytes) -> Iterator[Match]:
    for start, end in DEFANGED.spans(data):
        host = data[start:end].partition(b"/")[0]
        last = LAST_LABEL.at_end(host)
        if last and BRACKETED.is_in(host) and host[last[0] :].decode("latin-1").lower() in KNOWN:
            yield _link(data, start, end, RANK_BARE)


def _link(data: bytes, start: int, end: int, rank: int) -> Match:
    if TELEGRAM.fits(data[start:end]):
        return Match(start, end, "TGLINK", RANK_TGLINK)
    return Match(start, end, "URL", rank)


def _trimmed(data: bytes, start: int, end: int) -> int:
    """The end without closing punctuation; a bracket stays when it was opened inside."""
    unopened = {closing: data.count(closing, start, end) - data.count(o, start, end) for closing, o in BRACKETS.items()}
    while end > start:
        last = data[end - 1 : end]
        if unopened.get(last, 0) > 0:
            unopened[last] -= 1
        elif last in OPENED:
            unopened[OPENED[last]] += 1
        elif last not in CLOSING_MARKS:
            break
        end -= 1
    return end


def _host(data: bytes, start: int, end: int) -> bytes:
    text = data[start:end]
    for mark in b"/?#:":
        text = text.partition(bytes([mark]))[0]
    return text


def _end_of_address(data: bytes, start: int, end: int) -> int:
    """The end of the longest part that has a known ending; 0 where there is none."""
    labels = _host(data, start, end).split(b".")
    if all(label.isdigit() for label in labels):
        return end
    known = [place for place in range(1, len(labels)) if labels[place].decode("latin-1").lower() in KNOWN]
    if labels[0].lower() == b"www" and len(labels) > 2:
        return end
    if not known:
        return 0
    if known[-1] == len(labels) - 1:
        return end
    return start + len(b".".join(labels[: known[-1] + 1]))


def _is_address(data: bytes, start: int, end: int) -> bool:
    """Whether the surroundings make a bare name an address and not two sentences without a space."""
    labels = _host(data, start, end).lower().split(b".")
    has_path = len(_host(data, start, end)) < end - start
    if all(label.isdigit() for label in labels):
        return has_path
    if has_path or labels[0] == b"www" or labels[-2:] == [b"t", b"me"]:
        return True
    if len(labels[-2]) < 2 or not any(byte in LATIN_OR_DIGIT - frozenset(b"0123456789") for byte in labels[-2]):
        return False
    context = before(data, start, 25)
    if labels[-1] in FILE_ENDINGS:
        return False
    if labels[-1].decode("latin-1") in WEAK:
        return len(labels) > 2 or SITE_WORDS.is_in(context)
    return len(labels) > 2 or not ARTICLE.is_in(context)


FINDERS = (
    Finder((SPOKEN_TELEGRAM, SPOKEN_SITE), _spoken, Rule(SPELLED_CUE)),
    Finder((SCHEME,), _with_scheme),
    Finder((BARE,), _bare),
    Finder((DEFANGED,), _defanged),
    Finder((SPACED_TELEGRAM, JOINCHAT), _telegram),
)
