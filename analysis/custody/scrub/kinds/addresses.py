r"""ADDRESS: a house in a street, by the grammar of the language; a street, a square or a city alone is none.

A street's name tells little without a number; a number tells little without a word for the street, the house or the
lane. Where the words are ordinary ones (`Platz 3`, `way`), more has to stand beside: a second part, a town with its
postcode, or a word for an address.
"""

from collections.abc import Iterator

from analysis.custody.scrub.alphabet import ARABIC_FIRST, ARABIC_OTHER
from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.kinds.amounts import COUNTED
from analysis.custody.scrub.kinds.word_cues import ADDRESS_CUE
from analysis.custody.scrub.rules import DIGITS, LATIN, LATIN_OR_DIGIT, Rule, before, behind, byte_at
from analysis.custody.scrub.spans import Match

RANK = 22
WORD = r"[A-Za-z<AR><LT>.'-]{2,24}"
CAPITAL = r"[A-Z][A-Za-z'.-]{1,24}"
NUMBER = r"\d{1,4}(?i: ?[a-h]\b|[i-z]\b)?(?: ?[/-] ?\d{1,4}(?i:[a-z]\b)?){0,2}"
POSTCODE = r"(?:\d{4,5}(?: [A-Z]{2})?|\d{3} \d{2})"
TOWN = rf"(?:,? {{0,2}}(?:[A-Z]{{1,2}}-)?{POSTCODE} {CAPITAL}(?: (?:am |an der |im )?{CAPITAL})?)"
UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
UNIT = (
    r"(?i:,? {0,2}(?:apt|apartment|flat|unit|suite|ste|room|rm|floor|wohnung|whg|"
    r"zimmer)\.? ?#? ?[0-9][0-9a-z-]{0,5}|,? ?# ?\d{1,5}[a-z]?)"
)
REGION = rf"(?:,? {CAPITAL}(?: {CAPITAL})?,? (?:[A-Z]{{2}} \d{{5}}(?:-\d{{4}})?|{UK_POSTCODE}))"
GERMANIC = (
    r"(?i:stras{1,2}e|str\.?|allee|gasse|chaussee|gatan|vagen|straat|laan|plein|gracht|kade|dijk|singel|gade|"
    r"vej|damm|ufer|"
    r"pfad|steig|platz|weg|ring)"
)
GLUED = Rule(
    rf"(?:[A-Z][a-z]{{1,20}}[ -])?[A-Z][A-Za-z-]{{1,30}}{GERMANIC} {NUMBER}{TOWN}?|"
    rf"[a-z][a-z-]{{2,30}}(?:stras{{1,2}}e|str\.?|gatan|straat|gasse|allee) {NUMBER}{TOWN}?|"
    rf"[A-Za-z][a-z-]{{2,30}}(?:str\.){NUMBER}{TOWN}?",
    cased=True,
)
APART = Rule(
    rf"{CAPITAL}[ -](?:{CAPITAL}-)?(?i:stras{{1,2}}e|str\.|allee|gasse|chaussee|damm|ufer|weg|platz|"
    rf"ring) {NUMBER}{TOWN}?",
    cased=True,
)
A_THING = Rule(
    r"^(?:aus|um|heim|ruck|hin|flucht|schul|fuss|rad|rettungs)weg|^(?:arbeits|studien|park|stell|spiel|sitz|flug)platz"
)
OF_A_DAY = Rule(rf"(?i:stras{{1,2}}e) (?:des|der|am) (?:\d{{1,2}}\. )?{CAPITAL} {NUMBER}{TOWN}?", cased=True)
LYING = Rule(
    rf"(?:A[mn]|An de[rnm]|Auf de[rm]|Im|In de[rn]|Zu[mr]|Unter den|Hinter de[rm]|Beim|"
    rf"Vor dem) {CAPITAL}(?: {CAPITAL})? "
    rf"{NUMBER}{TOWN}?",
    cased=True,
)
WITH_TOWN = Rule(rf"{TOWN}$", cased=True)
STOPS = frozenset(
    b"auf am an der dem den um vom zum zur im in ein eine kein mein erster letzter jeder dieser von und die das".split()
)
STREET = r"(?i:street|st|road|rd|avenue|ave|lane|ln|drive|boulevard|blvd|crescent|terrace|parkway|pkwy|gardens|grove)"
LIKE_A_STREET = r"(?i:dr|court|ct|close|way|place|pl|square|sq|hill|row|mews|park|walk)"
HOUSE_FIRST = r"(?i:(?:flat|apartment|apt|unit|house|room) ?#?\d{1,4}[a-z]?,? {1,2})?"
ENGLISH = Rule(
    rf"\b{HOUSE_FIRST}\d{{1,5}}[A-Za-z]?,? (?:[NSEW]\.? )?(?:[A-Za-z0-9'.-]{{2,20}} ){{1,3}}{STREET}\b\.?"
    rf"(?:{UNIT})?(?:{REGION})?",
    cased=True,
)
ENGLISH_NAMED = Rule(
    rf"\b{HOUSE_FIRST}\d{{1,5}}[A-Za-z]?,? (?:[NSEW]\.? )?(?:{CAPITAL} ){{1,3}}{LIKE_A_STREET}\b\.?(?:{UNIT})?"
    rf"(?:{REGION})?",
    cased=True,
)
NAMED = Rule(r" (?:[NSEW]\.? )?(?:[A-Z]|\d{1,3}(?:st|nd|rd|th) )", cased=True)
TAILED = Rule(rf"(?:{UNIT}|{REGION})$", cased=True)
NOT_STREETS = frozenset(
    b"the of in on at and or for a an to from by with people miles mile killed men days wall downing fleet sesame "
    b"years km supreme district federal national central million thousand more than per cent was were are".split()
)
PARTS_EN = (
    r"(?:house|h|street|st|sector|block|flat|lane|gali|phase|plot|room|villa|road|building|apartment|hno)"
    r"(?: ?no\.?| number)?[ .:#]{0,2}[a-z]?-?\d{1,4}(?:[/-][a-z]?\d{1,3})?[a-z]?"
)
PARTS = Rule(rf"\b{PARTS_EN}(?:[ ,]{{1,3}}{PARTS_EN}){{1,4}}\b")
A_HOUSE = Rule(r"house|street|flat|gali|villa|plot|apartment|hno")
BOX = Rule(r"\bp\.? ?o\.? ?box:? ?\d{1,6}\b|\bpostfach \d[\d ]{1,8}")
TURKISH_STREET = r"(?:caddesi|cad|cd|sokak|sokag[ia]|sok|sk|bulvari|blv|mahallesi|mah|apartmani|sitesi)\b\.?"
TURKISH_NUMBER = r"(?:(?:no|numara|kapi no)\b[.: ]{0,3}\d{1,4}(?: ?[/-] ?\d{1,4})?[a-z]?\b|\d{1,4} ?/ ?\d{1,4}\b)"
TURKISH = Rule(
    rf"(?:[a-z0-9.]{{1,20}} ){{1,2}}{TURKISH_STREET}[ ,]{{1,2}}(?:[a-z0-9.]{{2,20}} {{0,1}}){{0,3}}?{TURKISH_NUMBER}"
    r"(?:,? ?(?:d|daire|kat|k|blok|ic kapi)\b[.: ]{0,3}\d{1,4}){0,3}"
)
FRENCH = Rule(
    rf"\b\d{{1,4}}(?: ?(?:bis|ter))?,? (?i:rue|avenue|av\.|boulevard|bd|place|chemin|impasse|allee|quai|cours|route) "
    rf"(?:(?:de|du|des|la|le|les) ){{0,2}}(?:[ld]')?{CAPITAL}(?: {CAPITAL}){{0,3}}{TOWN}?",
    cased=True,
)
ROMANCE = Rule(
    rf"(?i:via|viale|piazza|corso|vicolo|calle|avenida|avda\.?|plaza|paseo) (?:(?:de|del|della|dei|la|los|las|"
    rf"di) ){{0,2}}"
    rf"{CAPITAL}(?: {CAPITAL}){{0,2}},? (?:n\.? ?)?{NUMBER}{TOWN}?",
    cased=True,
)
AT_HOME = Rule(
    r"\b(?:address|adresse?|anschrift|wohn\w*|unterkunft|lives?|living|stay\w*|home|send|mail|paket|post|haus|"
    r"abit\w*|viv\w*|"
    r"indirizzo|direccion|bor|woon\w*|domicil\w*|j'habite|oturuyor\w*)\b|آدرس|نشانی|پته|پتہ|عنوان|اسکن|زندگی|اوسیږ"
)
ORDINAL = (
    r"(?:اول|دوم|سوم|چهارم|پنجم|ششم|هفتم|هشتم|نهم|دهم|یازدهم|دوازدهم|لومړۍ|دویمه|دریمه|څلورمه|پنځمه|شپږمه|اوومه|"
    r"اتمه)"
)
NO = r"(?:نمبر|نمره|شماره|پلاک|رقم|#)"
PLACE = (
    r"(?:خیابان|کوچه|کوڅ[هی]|پلاک|سرک|خانه|کور|ناحیه|گذر|بلوار|واحد|طبقه|کوی|بن بست|منزل|بلاک|اپارتمان|آپارتمان|"
    r"فاز|حصه|"
    r"مکان|گلی|گهر|گھر|سیکٹر|محله|محلہ|سړک|دروازه|شارع|بنایه|مبنی|عماره|شقه|میدان|شهرک|فلیٹ)"
)
NAMED_PLACE = rf"(?:{ORDINAL} )?{PLACE}(?:[ :]{{1,2}}[<AR>]{{1,14}}){{0,3}}?(?:[ :]{{1,2}}{NO})?"
NUMBERED_PLACE = rf"{NAMED_PLACE}(?:[ :]{{0,2}}\d{{1,4}}| {ORDINAL})"
PARTS_AR = Rule(
    rf"(?:{NAMED_PLACE}(?:[ :]{{0,2}}\d{{1,4}}|"
    rf" {ORDINAL})?[ ,/-]{{0,3}}(?:و )?){{1,5}}{NUMBERED_PLACE}(?:[ ,]{{1,3}}{ORDINAL} {PLACE})?"
)
HOUSE_NUMBER = Rule(
    rf"(?:خانه|کور|مکان|گلی|گهر|گھر|منزل|دروازه|پلاک|بلاک|سرک|کوچه|کوڅه)[ :]{{1,2}}(?:{NO}[ :]{{1,2}})\d{{1,4}}"
    rf"(?:[ ,]{{1,3}}{ORDINAL} {PLACE})?"
)
STREET_NUMBER = Rule(rf"(?:شارع|خیابان|بلوار|کوچه|سرک)(?: [<AR>]{{2,14}}){{1,3}}?,? (?:{NO} ?)?\d{{1,3}}")
NUMBERED = Rule(rf"{NO} ?:? ?\d")
NOT_A_NAME = Rule(r" (?:في|من|الى|على|در|به|از|تا|و|کی|ته|میں|را|که|بود|شد) ")
PLACE_LA = (
    r"(?:koch[ae]h?|kuch[ae]h?|sarak|khan[ae]|xana|kh[iy]+aban|gali|pelak|makan|naheya|nahia|block|blok|kor|manzil)"
)
PARTS_LA = Rule(
    rf"\b{PLACE_LA}(?: ?(?:e|number|no|nomre|namber|nambar|nr))?[ .:]{{1,2}}\d{{1,4}}\b"
    rf"(?:[ ,]{{1,3}}{PLACE_LA}(?: ?(?:number|no|nomre|namber|nambar|nr))?[ .:]{{1,2}}\d{{1,4}}\b){{1,4}}"
    rf"|\b(?:khan[ae]|xana|makan|kor)(?: e)? (?:number|no|nomre|namber|nambar|nr)\.? ?\d{{1,4}}\b"
)


def _european(data: bytes) -> Iterator[Match]:
    for rule, is_meant in EUROPEAN:
        for start, end in rule.spans(data):
            if _is_free(data, start, end) and is_meant(data, start, end):
                yield _match(data, start, end)


def _always(_: bytes, _start: int, _end: int) -> bool:
    return True


def _is_no_thing(data: bytes, start: int, end: int) -> bool:
    return not A_THING.is_in(data[start:end]) or WITH_TOWN.is_in(data[start:end])


def _has_a_name(data: bytes, start: int, end: int) -> bool:
    return _words(data, start, end)[0] not in STOPS


def _has_town_or_home(data: bytes, start: int, end: int) -> bool:
    return WITH_TOWN.is_in(data[start:end]) or _is_at_home(data, start, end)


def _english(data: bytes) -> Iterator[Match]:
    for rule in (ENGLISH, ENGLISH_NAMED):
        for start, end in rule.spans(data):
            is_named = rule is ENGLISH and NAMED.is_in(data[start:end])
            is_meant = is_named or TAILED.is_in(data[start:end]) or _is_at_home(data, start, end)
            if is_meant and _is_english(data, start, end):
                yield _match(data, start, end)
    for start, end in PARTS.spans(data):
        if A_HOUSE.is_in(data[start:end]) and _is_free(data, start, end):
            yield _match(data, start, end)
    yield from (_match(data, *span) for span in BOX.spans(data))


def _turkish(data: bytes) -> Iterator[Match]:
    yield from (_match(data, *span) for span in TURKISH.spans(data) if _is_free(data, *span))
    yield from (_match(data, *span) for span in PARTS_LA.spans(data) if _is_free(data, *span))


def _in_arabic_script(data: bytes) -> Iterator[Match]:
    for start, end in PARTS_AR.spans(data):
        text = data[start:end]
        if DIGITS.intersection(text) and not NOT_A_NAME.is_in(text) and _is_free(data, start, end):
            yield _match(data, start, end)
    for start, end in HOUSE_NUMBER.spans(data):
        if _is_free(data, start, end):
            yield _match(data, start, end)
    for start, end in STREET_NUMBER.spans(data):
        text = data[start:end]
        is_meant = NUMBERED.is_in(text) or _is_at_home(data, start, end)
        if is_meant and not NOT_A_NAME.is_in(text) and _is_free(data, start, end):
            yield _match(data, start, end)


def _match(data: bytes, start: int, end: int) -> Match:
    return Match(start, start + len(data[start:end].rstrip(b" ,.-/")), "ADDRESS", RANK)


def _is_free(data: bytes, start: int, end: int) -> bool:
    """Whether the match is no part of a word or of a longer number, and its last number counts nothing."""
    previous, last, following = byte_at(data, start - 1), data[end - 1], byte_at(data, end)
    if previous in LATIN_OR_DIGIT or (_is_arabic(previous) and _is_arabic(data[start])):
        return False
    is_cut = following in LATIN and last in LATIN_OR_DIGIT
    if following in DIGITS or is_cut or (_is_arabic(following) and _is_arabic(last)):
        return False
    ends_in_number = last in DIGITS and not WITH_TOWN.is_in(data[start:end])
    return not (ends_in_number and COUNTED.is_in(behind(data, end, 16)))


def _is_arabic(byte: int) -> bool:
    return ARABIC_FIRST <= byte <= ARABIC_OTHER


def _is_english(data: bytes, start: int, end: int) -> bool:
    words = _words(data, start, end)
    return _is_free(data, start, end) and NOT_STREETS.isdisjoint(words[:5])


def _is_at_home(data: bytes, start: int, end: int) -> bool:
    return AT_HOME.is_in(before(data, start, 40)) or AT_HOME.is_in(behind(data, end, 25))


def _words(data: bytes, start: int, end: int) -> list[bytes]:
    return data[start:end].lower().replace(b",", b" ").split()


EUROPEAN = (
    (GLUED, _is_no_thing),
    (APART, _has_a_name),
    (OF_A_DAY, _always),
    (FRENCH, _always),
    (LYING, _has_town_or_home),
    (ROMANCE, _has_town_or_home),
)
CUE = Rule(ADDRESS_CUE)
FINDERS = (
    Finder(tuple(rule for rule, _ in EUROPEAN), _european, CUE),
    Finder((ENGLISH, ENGLISH_NAMED, PARTS, BOX), _english, CUE),
    Finder((TURKISH, PARTS_LA), _turkish, CUE),
    Finder((PARTS_AR, HOUSE_NUMBER, STREET_NUMBER), _in_arabic_script, CUE),
)
