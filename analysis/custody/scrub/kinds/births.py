"""BIRTH: dates of birth, a date beside a word for being born. A year alone stays: it is a group's, not a person's."""

from collections.abc import Iterator

from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.kinds.word_cues import BIRTH_CUE
from analysis.custody.scrub.rules import DIGITS, LATIN, Rule, byte_at
from analysis.custody.scrub.spans import Match

RANK = 17
WORDS = (
    r"(?:\b(?:date of birth|birth ?(?:date|day)|birth|born|d\.? ?o\.? ?b\b\.?|bday|geb(?:\.|oren|urtsdatum|"
    r"urtstag)?(?:-?dat\.?)?|"
    r"dogum(?: ?tarihi| ?gunu)?m?|dogumlu[a-z]*|d\. ?tarihi|date de naissance|nee? le|geboortedatum|geboren op|"
    r"fodd|fodselsdato|"
    r"fecha de nacimiento|data di nascita|nat[oa] il|nacid[oa] el|tarikh[- ]?e? tav?w?all?[ou]d|"
    r"(?:tav?w?all?[ou]d|motav?w?al[ei]d)e?)\b\.?|"
    r"تاریخ تولد[مش]?|متولد|تولد|د? ?زېږ[<AR>]* ?نېټه|د? ?زیږ[<AR>]* ?نیټه|زېږ[<AR>]+|زیږ[<AR>]+|زوکړ[<AR>]*|"
    r"تاریخ پیدایش|پیدایش|"
    r"پیدا هو[<AR>]*|تاریخ المیلاد|المیلاد|ولدت?|میلاد|موالید|\*)"
)
FILLER = (
    r"(?:is|was|on|the|der|am|ist|war|den|im|my|man|ma|his|her|in|el|op|le|date|datum|tarihi?m?|[ei]|:|"
    r"من|ما|سال|شده|شد|گردیده|ام|ش|هستم|در|به|تاریخ|نېټه|نیټه|ده|په|میری|میرا|هے|فی|یوم|روز|کو|هوا|هوئی)"
)
MONTH = r"[a-z<AR>]{3,12}"
YEAR = r"(?:(?:1[2-4]|19|20)\d{2}|'?\d{2})\b"
DAY_WORD = r"(?:یکم|اول|دوم|سوم|چهارم|پنجم|ششم|هفتم|هشتم|نهم|دهم|[<AR>]{3,6}دهم|بیستم|سی ام)"
DATE = (
    rf"(?:{DAY_WORD} (?:ماه )?[<AR>]{{3,10}} (?:سال )?\d{{4}}\b|"
    rf"\d{{4}} ?[./-] ?\d{{1,2}} ?[./-] ?\d{{1,2}}|\d{{1,2}} ?[./-] ?\d{{1,2}} ?[./-] ?(?:\d{{4}}|\d{{2}})|"
    rf"\d{{1,2}}(?:st|nd|rd|th|\.)?[ -]?(?:of )?{MONTH}\.?[ ,-]{{1,2}}(?:سال )?{YEAR}|"
    rf"[a-z]{{3,12}}\.? \d{{1,2}}(?:st|nd|rd|th)?,? {YEAR})"
)
BEHIND_A_WORD = Rule(rf"{WORDS}(?:[ :.=(,*-]{{1,3}}{FILLER}){{0,4}}[ :.=(,*-]{{0,4}}{DATE}")
LAST_DATE = Rule(rf"{DATE}$")
BEFORE_A_WORD = Rule(rf"{DATE}(?: (?:in|tarihinde|gunu) ?[a-z]{{0,15}}| ?کی| ?کو| ?په)?[ ,(]{{0,2}}{WORDS}")
FIRST_DATE = Rule(rf"^{DATE}")
NOT_OF_A_PERSON = Rule(r"پیامبر|پیغمبر|رسول|نبی|prophet|میلادی")


def _beside_a_word(data: bytes) -> Iterator[Match]:
    for start, end in BEHIND_A_WORD.spans(data):
        found = LAST_DATE.at_end(data[start:end])
        if found and _is_free(data, start, start + found[0], end):
            yield Match(start + found[0], end, "BIRTH", RANK)
    for start, end in BEFORE_A_WORD.spans(data):
        found = FIRST_DATE.at_end(data[start:end])
        if found and byte_at(data, start - 1) not in DIGITS and not NOT_OF_A_PERSON.is_in(data[start : end + 8]):
            yield Match(start, start + found[1], "BIRTH", RANK)


def _is_free(data: bytes, word: int, first: int, end: int) -> bool:
    is_inside_word = byte_at(data, word - 1) in LATIN and data[word] in LATIN
    return not is_inside_word and byte_at(data, first - 1) not in DIGITS and byte_at(data, end) not in DIGITS


FINDERS = (Finder((BEHIND_A_WORD, BEFORE_A_WORD), _beside_a_word, Rule(BIRTH_CUE)),)
