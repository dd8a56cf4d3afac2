"""HANDLE: names of accounts, with an @, behind the name of a platform, or in a platform's own notation."""

from collections.abc import Iterator

from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.kinds.amounts import COUNTED
from analysis.custody.scrub.rules import DIGITS, LATIN, LATIN_OR_DIGIT, Rule, before, behind, byte_at
from analysis.custody.scrub.spans import Match

RANK, RANK_DID = 30, 1
AT = Rule(r"@[a-z0-9_][a-z0-9_.-]{0,63}(?:@[a-z0-9][a-z0-9.-]{1,63})?")
ARABIC_AT = Rule(r"@[<AR>][<AR>0-9_]{1,40}")
SPACED_AT = Rule(r"@ {1,2}[a-z0-9_.]{3,32}")
JOINED = Rule(r"[a-z0-9][a-z0-9_.-]{2,30}@[a-z0-9_][a-z0-9_-]{2,30}")
REDDIT = Rule(r"/?\bu/[a-z0-9_-]{3,21}\b")
PLATFORM = (
    r"(?:\b(?:insta(?:gram)?|ig|tele(?:gram)?|tg|twitter|tweet|facebook|fb|messenger|snap(?:chat)?|tik ?tok|discord|"
    r"skype|youtube|linkedin|signal|threads|mastodon|bluesky|bsky|viber|imo|wechat|whatsapp|clubhouse|reddit|"
    r"steam|line|"
    r"user ?name|user ?id|handle|nick(?:name)?|account|konto|benutzername|profil)\b|"
    r"اینستا(?:گرام|گرم)?|انستا(?:گرام|گرم)?|انسټا(?:ګرام)?|انسٹا(?:گرام)?|تلگرام|تلگرم|تیلگرام|ټیلیګرام|ټلګرام|"
    r"ٹیلی ?گرام|"
    r"توییتر|تویتر|ټویټر|ٹویٹر|فیسبوک|فیس بوک|فیسبوک|فیس بک|اسنپ ?چت|سنپ ?چت|تیک ?تاک|ټیک ?ټاک|ٹک ?ٹاک|دیسکورد|اسکایپ|"
    r"ایمو|یوتیوب|کلاب ?هاوس|سیگنال|"
    r"آیدی|آی دی|ایدی|آیډی|یوزر ?نیم|نام کاربری|کاربری|هندل|پروفایل|اکونت|اکانت|حساب کاربری)"
)
LABELLED_CUE = (
    rf"{PLATFORM}(?: (?:id|name|account|handle|ایدی|ام|من|ما|زما|my|is|است|هست)){{0,2}} ?"
    r"(?:[:=>\x05-]{1,2}|is| ) ?@?[a-z0-9_]"
)
LABELLED = Rule(rf"{LABELLED_CUE}[a-z0-9_.#-]{{2,40}}")
MARKED_NAME = Rule(r"[a-z0-9_]_[a-z0-9_]|[a-z0-9_-]\.[a-z][a-z0-9-]|[a-z0-9]#\d{4}|[a-z]\d|\d[a-z]")
PLAIN_NAME = Rule(r"^@?[a-z_][a-z0-9_]{2}")
A_PLATFORM = Rule(PLATFORM)
NAME = Rule(r"@?[a-z0-9_][a-z0-9_.#-]{2,40}$")
DISCORD = Rule(r"\b[a-z0-9_.]{2,32}#\d{4}\b")
DISCORD_WORDS = Rule(r"discord|دیسکورد")


_OWNER = (
    r"(?:user|chat|channel|group|author|peer|player|account|member|profile|owner|sender|from|actor|customer|"
    r"page|facebook|fb|vk|"
    r"twitter|tg|telegram|instagram|insta|steam|discord|game|pubg|imo|tik ?tok)"
)
NUMBERED = Rule(
    rf"(?:{_OWNER}[ _-]?(?:id|no|nr|number|num)|uid|userid|chatid|(?:be)?nutzer-?(?:id|nummer|nr|kennung)|"
    rf"mitglieds-?(?:nummer|nr)|"
    r"kullanici ?(?:id|no|numarasi|adi)|\"id\"|شناسه(?: (?:کاربری|عددی|تلگرام))?|[آا]یدی(?: عددی)?|"
    r"آی ?دی(?: عددی)?|آئی ڈی|"
    r"یوزر ?نمبر|کارن ?(?:پېژند|پیژند)(?:ی|ه)?|معرف المستخدم|رقم المستخدم)"
    r"(?:[ :=]{1,2}(?:is|ist|my|من|ام|تلگرام|عددی|است|فیسبوک))?[\" :=#>(]{0,4}-?\d{5,20}"
)
NAMELESS = Rule(r"\b(?:user|nutzer|benutzer|account)[ #:]{1,3}\d{8,20}|(?:کاربر|یوزر)[ #:]{1,3}\d{8,20}")
LAST_NUMBER = Rule(r"-?\d{5,20}$")
GLUED_NUMBER = Rule(r"\b(?:user|channel|chat|group|id|account|member|player|guest|profile|kanal)_?\d{6,20}\b")
DID_CUE = r"did:[a-z0-9]"
DID = Rule(r"\bdid:[a-z0-9]{2,16}:[a-z0-9._:%-]{2,300}")


def _reddit(data: bytes) -> Iterator[Match]:
    for start, end in REDDIT.spans(data):
        if byte_at(data, start - 1) not in b"/.":
            yield Match(start, end, "HANDLE", RANK)


def _discord(data: bytes) -> Iterator[Match]:
    for start, end in DISCORD.spans(data):
        if DISCORD_WORDS.is_in(before(data, start, 30)):
            yield Match(start, end, "HANDLE", RANK)


def _with_sign(data: bytes) -> Iterator[Match]:
    for start, last in AT.spans(data):
        end = _without_closing_marks(data, start, last)
        if byte_at(data, start - 1) not in LATIN_OR_DIGIT and _is_name(data[start + 1 : end]):
            yield Match(start, end, "HANDLE", RANK)
    for start, end in ARABIC_AT.spans(data):
        yield Match(start, end, "HANDLE", RANK)
    for start, end in SPACED_AT.spans(data):
        name = data[start + 1 : end].strip()
        if name[0] in LATIN and (DIGITS | frozenset(b"_")).intersection(name):
            yield Match(start, _without_closing_marks(data, start, end), "HANDLE", RANK)
    for start, end in JOINED.spans(data):
        if byte_at(data, end) not in b".@" and LATIN.intersection(data[start:end].partition(b"@")[2]):
            yield Match(start, _without_closing_marks(data, start, end), "HANDLE", RANK)


def _is_name(name: bytes) -> bool:
    """A name has three characters and a letter, or six digits, which no price has."""
    if LATIN.intersection(name):
        return len(name) > 2 or (len(name) == 2 and name.isalpha())
    return len(name) >= 6


def _labelled(data: bytes) -> Iterator[Match]:
    for start, last in LABELLED.spans(data):
        found = NAME.at_end(data[start:last])
        if found is None:
            continue
        first = start + found[0]
        end = _without_closing_marks(data, first, last)
        if _is_meant(data, start, first, end):
            yield Match(first, end, "HANDLE", RANK)


def _is_meant(data: bytes, start: int, first: int, end: int) -> bool:
    """Whether a word behind a platform's name is an account and not the next word of the sentence."""
    name = data[first:end]
    if A_PLATFORM.fits(name):
        return False
    if len(name) < 3 or byte_at(data, first - 1) in LATIN_OR_DIGIT:
        return False
    if not LATIN.intersection(name):
        return len(name) >= 5 and name.isdigit() and data[first - 2 : first].strip() in (b":", b"=")
    if MARKED_NAME.is_in(name) and len(name) > 3:
        return True
    has_sign = any(byte in b":=>" for byte in data[max(start, first - 3) : first])
    rest = behind(data, end, 3).lstrip(b" ")
    return has_sign and PLAIN_NAME.is_in(name) and not (rest and rest[0] in LATIN)


def _without_closing_marks(data: bytes, start: int, end: int) -> int:
    while end > start and data[end - 1] in b".-#":
        end -= 1
    return end


def _numbered(data: bytes) -> Iterator[Match]:
    """Accounts as numbers: behind a word for them, or glued to one."""
    for start, end in (*NUMBERED.spans(data), *NAMELESS.spans(data)):
        found = LAST_NUMBER.at_end(data[start:end])
        is_glued = byte_at(data, start - 1) in LATIN and data[start] in LATIN
        is_counted = byte_at(data, end) in LATIN_OR_DIGIT or COUNTED.is_in(behind(data, end, 16))
        if found and not is_glued and not is_counted:
            yield Match(start + found[0], end, "HANDLE", RANK)
    for start, end in GLUED_NUMBER.spans(data):
        yield Match(start, end, "HANDLE", RANK)


def _decentralised(data: bytes) -> Iterator[Match]:
    """Decentralised identifiers (W3C DID): `did:`, a method, and a name that is long or has a digit or a dot."""
    for start, last in DID.spans(data):
        end = start + len(data[start:last].rstrip(b".:-%"))
        name = data[start:end].split(b":", 2)[-1]
        if len(name) >= 14 or DIGITS.union(b".").intersection(name):
            yield Match(start, end, "HANDLE", RANK_DID)


FINDERS = (
    Finder((DID,), _decentralised),
    Finder((NUMBERED, NAMELESS, GLUED_NUMBER), _numbered),
    Finder((AT, ARABIC_AT, SPACED_AT, JOINED), _with_sign),
    Finder((LABELLED,), _labelled),
    Finder((REDDIT,), _reddit),
    Finder((DISCORD,), _discord),
)
