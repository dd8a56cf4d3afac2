"""ID: files of courts and offices behind `Az.` and its like, Home Office references, alien registration numbers."""

from collections.abc import Iterator

from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.kinds.amounts import COUNTED
from analysis.custody.scrub.kinds.word_cues import FILE_CUE
from analysis.custody.scrub.rules import DIGITS, LATIN, LATIN_OR_DIGIT, Rule, behind, byte_at
from analysis.custody.scrub.spans import Match

RANK = 16
YEARS_OR_DATE = Rule(
    r"(?:(?:13|14|19|20)\d{2})(?:[ /-]+(?:\d{2}|(?:13|14|19|20)\d{2}))?|\d{4}[./-]\d{1,2}[./-]\d{1,2}|"
    r"\d{1,2}[./-]\d{1,2}[./-]\d{4}"
)
FILE_WORDS = (
    r"(?:\b(?:az|aktenz(?:eichen)?|akz|gz|gesch(?:\.|afts)?-?z(?:\.|eichen)?|vorgangs?-?(?:nummer|nr)|(?:unser |"
    r"ihr |mein )?zeichen|"
    r"bamf-az|dossier-?(?:nummer|nr)?))\b\.?"
)
FILE_VALUE = (
    r"(?:[A-Z]{1,3}[ /.-]{1,2}){0,2}[A-Z]{0,3}\d{1,9}[a-z]?(?:(?: ?[./-] ?|"
    r" )(?:[A-Za-z]{1,3}[ ./-]{1,2})?\d{1,9}){1,6}(?:[ ./-]{1,2}[A-Z]{1,2}\b)?"
)
FILE = Rule(
    rf"(?i:{FILE_WORDS})(?i:[ .:]{{1,3}}(?:des|der|vom|von|bamf|bfa|ist|lautet|nr|vg|stadt|"
    rf"amt)){{0,3}}[ .:]{{1,3}}{FILE_VALUE}",
    cased=True,
)
LAST_FILE = Rule(rf"{FILE_VALUE}$", cased=True)
HOME_OFFICE = Rule(
    r"(?:\b(?:home office|ho|ukvi)\b|هوم آفیس|هوم افیس|asylum|\bref)(?:[ :.#-]{1,2}(?:ref(?:erence)?|number|no|"
    r"case|file|id|is|my|نمبر|شماره))"
    r"{0,3}[ :.#]{1,3}[a-z]\d{6,8}(?:/\d{1,4})?"
)
LAST_REFERENCE = Rule(r"[a-z]\d{6,8}(?:/\d{1,4})?$")
ALIEN = Rule(
    r"(?:\ba[ -]?(?:number|no|num|nr)\b\.?|\ba ?#|\balien(?: registration)?(?: (?:number|no|nr)\b\.?)?|(?:نمبر|"
    r"شماره) ای|ای نمبر)"
    r"(?:[ :=]{1,3}(?:is|my))?[ :=#]{0,3}(?:a[ -]?)?\d{2,3}(?:[ -]?\d{3}){2}"
)
LAST_ALIEN = Rule(r"(?:a[ -]?)?\d{2,3}(?:[ -]?\d{3}){2}$")


def _files(data: bytes) -> Iterator[Match]:
    """File numbers of courts and offices behind `Az.` and its like: four digits or more that are no date or years."""
    for start, end in FILE.spans(data):
        found = LAST_FILE.at_end(data[start:end])
        if found and not (byte_at(data, start - 1) in LATIN or byte_at(data, end) in LATIN_OR_DIGIT):
            value = data[start + found[0] : end]
            if sum(byte in DIGITS for byte in value) >= 4 and not YEARS_OR_DATE.fits(value):
                yield Match(start + found[0], end, "ID", RANK)


def _references(data: bytes) -> Iterator[Match]:
    """Home Office references and alien registration numbers, behind their names."""
    for rule, last in ((HOME_OFFICE, LAST_REFERENCE), (ALIEN, LAST_ALIEN)):
        for start, end in rule.spans(data):
            found = last.at_end(data[start:end])
            if found and byte_at(data, end) not in LATIN_OR_DIGIT and not COUNTED.is_in(behind(data, end, 16)):
                yield Match(start + found[0], end, "ID", RANK)


FINDERS = (Finder((FILE,), _files, Rule(FILE_CUE)), Finder((HOME_OFFICE, ALIEN), _references))
