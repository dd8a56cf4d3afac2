"""ID: entries of a register by volume, page and number, as paper tazkiras cite theirs, in any order.

A volume and a page alone are a book; an entry beside them, or the word for the document, makes a person of them.
"""

from collections.abc import Iterator

from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.kinds.word_cues import REGISTER_CUE
from analysis.custody.scrub.rules import Rule, before, behind, stands_alone
from analysis.custody.scrub.spans import Match

RANK = 18
_PART_NUMBER = r"[ .:]{0,3}(?:(?:no|nr|number|نمبر|شماره|شمېره|شمیره)[ .:]{1,3})?\d{1,8}"
VOLUME = r"جلد|ټوک|\b(?:jeld|jelid|jild|jld|vol(?:ume)?|band)\b\.?"
PAGE = r"صفحه|صفحې|مخ|\b(?:safha|safa|safhe|page|pg?|seite|s)\b\.?"
ENTRY = (
    r"(?:(?:د|شماره|نمبر|نمره) )?(?:ثبت|صکوک|مسلسل|عمومی)(?: (?:شماره|نمبر|شمېره|شمیره|نمره))?|"
    r"\b(?:sabt|sokuk|reg(?:istration|ister)?|entry)\b\.?"
)
TAZKIRA = r"تذکر[هېی]|ta[sz]ke?[ie]?ra[ht]?"
NUMBER = r"شماره|شمېره|نمبر|نمره|\b(?:nomre|number|no|nr)\b\.?"
_ANY_PART = (
    rf"(?:{VOLUME}|{PAGE}|{ENTRY}|(?:{NUMBER}) (?:{TAZKIRA})|(?:{TAZKIRA})(?: (?:{NUMBER}))?|{NUMBER}){_PART_NUMBER}"
)
BOOK_ENTRY = Rule(
    rf"(?:{_ANY_PART})(?:[ ,;/_-]{{1,3}}(?:(?:و|and|د) )?(?:{_ANY_PART})){{1,4}}(?:[ ,و]{{1,4}}\d{{1,8}})?"
)
"""A paper tazkira is cited by the volume, the page and the entry of its register, in any order."""
ENTRY_PART, PAGE_PART, VOLUME_PART = (Rule(rf"(?:{words}){_PART_NUMBER}") for words in (ENTRY, PAGE, VOLUME))
LONE_ENTRY = Rule(rf"(?:(?:{ENTRY}) (?:{TAZKIRA})|(?:{TAZKIRA}) (?:{ENTRY}))[ :]{{0,3}}\d{{3,8}}")
UNNAMED_ENTRY = Rule(r"\d[ ,و]{1,4}\d{1,8}$")
TAZKIRA_WORD = Rule(TAZKIRA)


def _on_paper(data: bytes) -> Iterator[Match]:
    for rule in (BOOK_ENTRY, LONE_ENTRY):
        for start, end in rule.spans(data):
            if stands_alone(data, start, end) and (rule is LONE_ENTRY or _is_book_entry(data, start, end)):
                yield Match(start, end, "ID", RANK)


def _is_book_entry(data: bytes, start: int, end: int) -> bool:
    """Volume, page and entry; or two of them beside the word for the document."""
    text = data[start:end]
    if PAGE_PART.is_in(text) and VOLUME_PART.is_in(text) and (ENTRY_PART.is_in(text) or UNNAMED_ENTRY.is_in(text)):
        return True
    return any(TAZKIRA_WORD.is_in(part) for part in (text, before(data, start, 30), behind(data, end, 20)))


FINDERS = (Finder((BOOK_ENTRY, LONE_ENTRY), _on_paper, Rule(REGISTER_CUE)),)
