import sys

import pytest

from analysis.custody.scrub import alphabet
from analysis.custody.scrub.alphabet import ARABIC_OTHER, EXPLICIT, LETTER_OTHER, OTHER, to_bytes
from analysis.custody.scrub.prefilter import EXOTIC_RANGES
from analysis.custody.scrub.rules import Rule


@pytest.mark.parametrize(
    ("variant", "plain"),
    [
        ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
        ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
        ("०१२", "012"),
        ("＋９３", "+93"),
        ("𝟎𝟏", "01"),
        ("يكى", "یکی"),
        ("ـ", "\u200f"),
        ("٫٬،", ".,,"),
        ("ＡＢ", "AB"),
        ("ü", "u"),
    ],
)
def test_variants_fold_to_one_character(variant, plain):
    assert to_bytes(variant) == to_bytes(plain)


def test_letters_that_differ_stay_apart():
    letters = [to_bytes(letter) for letter in alphabet.ARABIC_LETTERS]
    assert len(set(letters)) == len(letters)
    assert to_bytes("a") != to_bytes("A")


def test_every_character_that_could_matter_is_explicit_or_exotic():
    """The prefilter speaks of explicit characters and lets exotic ones through; no other may fold to anything."""
    exotic = {code for first, last in EXOTIC_RANGES for code in range(first, last + 1)}
    harmless = {OTHER, LETTER_OTHER, ARABIC_OTHER}
    others = [code for code in range(sys.maxunicode + 1) if code not in exotic and code not in EXPLICIT]
    folded = to_bytes("".join(map(chr, others)))
    assert {byte for byte in folded} <= harmless


def test_a_rule_that_folding_would_break_is_refused():
    with pytest.raises(ValueError, match="drops or spells out"):
        Rule("شمارـه")
    assert Rule("شماره").is_in(to_bytes("شماره"))
