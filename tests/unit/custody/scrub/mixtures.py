"""Texts mixed from plain shapes, words that rules know, pieces of known identifiers, and odd characters."""

import re

from analysis.custody.scrub import cues
from analysis.custody.scrub.kinds import (
    addresses,
    amounts,
    births,
    document_words,
    emails,
    handles,
    links,
    number_words,
    phones,
    plates,
    registers,
    transfers,
    word_cues,
)
from tests.oracle.hard_cases import hard_cases
from tests.oracle.survey_files import cases
from tests.unit.custody.scrub.test_kinds import FOUND

MODULES = (
    addresses, amounts, births, cues, document_words, emails, handles, links, number_words, phones, plates, registers,
    transfers, word_cues,
)  # fmt: skip
SHAPES = (
    "https://a.example/b", "https://www.example.org/x/status/1790000000000000000", "http://example.com/hawala",
    "https://t.me/abc", "https://example.org/telegram", "https://example.org/mtcn-code", "https://example.org/12",
    "https://example.org/id=passport", "https://a.example,", "https://fb.com/user", "https://x.example/strasse",
    "https://x.example/de89", "https://x.example/one", "HTTPS://A.EXAMPLE/B", "https://x.example/tazkira/12",
    "user@example.org", "first.last@mail.example.com,", "foo@bar.baz", "a@t.me", "user@example.in", "tel@x.example",
    "@user_1", "@telegram", "@instagram", "@user,", "@ab", "@name!", "@passport", "@user.", "@a_b@c.example",
    "+93701234567", "+93 70 123 4567", "0701234567", "0700 123 456", "0700 12 34 56,", "+4917139200 12",
    "+1 202 555 0123", "0790 123 456 7890 1234", "00491713920012", "+49 0171 3920012", "030 2312 5123", "0611 123456",
    "12.6.2024", "2024-06-12", "1.13.2024", "31/12/1402", "12,500", "1,250,000", "7,5", "44.500", "2024", "12345",
    "12.61.2024", "99.99.1999", "4111 1111 1111 1111", "1400-0101-12345", "AB12 CDE", "34.5553, 69.2075",
)  # fmt: skip
JOINTS = (
    " ",
    " ",
    " ",
    " ",
    " ",
    "\n",
    ", ",
    ": ",
    "",
    "  ",
    " / ",
    ". ",
    "\u200c",
    " (",
    ") ",
    "\u200f",
    "-",
    " # ",
    "? ",
    "؟",
)
ODD = (
    "ﷺ",
    "½",
    "…",
    "\u0301",
    "\u200d",
    "\ufe0f",
    "😀",
    "a",
    "b",
    "x5",
    "ext 12",
    "د",
    "و",
    "[URL]",
    "\x00",
    "\x01",
    "漢",
)


def _vocabulary():
    """Words of the rules' own patterns, and of all known identifiers."""
    patterns = [
        value if isinstance(value, str) else getattr(value, "written", "")
        for module in MODULES
        for value in vars(module).values()
    ]
    known = [case["text"] for case in cases("reference", "pii_cases.json")] + [text for text, _ in FOUND]
    known += [case.text for name in ("open.txt", "held_out.txt") for case in hard_cases(name)]
    words = {word for pattern in patterns for word in re.findall(r"[A-Za-z\u0600-\u06ff]{2,}", pattern)}
    return known, sorted(words), sorted({word for text in known for word in text.split()})


KNOWN, RULE_WORDS, KNOWN_WORDS = _vocabulary()
SOURCES = (SHAPES, SHAPES, RULE_WORDS, RULE_WORDS, KNOWN_WORDS, KNOWN, ODD)


def mixture(random):
    """One text of some pieces."""
    pieces = []
    for _ in range(random.randint(1, 7)):
        pieces += [random.choice(random.choice(SOURCES)), random.choice(JOINTS)]
    return "".join(pieces[:-1])
