import unicodedata

import pytest

from analysis.custody.scrub import alphabet
from analysis.custody.scrub.alphabet import ARABIC_OTHER, EXPLICIT, LETTER_OTHER, OTHER, PICTURE, to_bytes
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


def test_a_rule_that_folding_would_break_is_refused():
    with pytest.raises(ValueError, match="drops or spells out"):
        Rule("شمارـه")
    assert Rule("شماره").is_in(to_bytes("شماره"))


LATIN_BLOCKS = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))


def test_latin_letters_lose_their_marks_and_nothing_else():
    for character in map(chr, LATIN_BLOCKS):
        if unicodedata.normalize("NFKC", character) == character and unicodedata.category(character).startswith("L"):
            base = unicodedata.normalize("NFKD", character)[0]
            expected = alphabet.LATIN_BASES.get(character) or (base if base.isascii() else chr(LETTER_OTHER))
            assert to_bytes(character) == expected.encode("latin-1"), character
    assert to_bytes("ßøØłŁđĐıæœ") == b"soOlLdDiao"
    assert to_bytes("×÷") == bytes([LETTER_OTHER]) * 2


@pytest.mark.parametrize(
    ("mark", "variants"),
    [
        (".", "٫۔。．｡․"),
        (",", "،٬‚，、"),
        (";", "؛；"),
        (":", "：ː꞉∶"),
        ("?", "؟？"),
        ("%", "٪％"),
        ("'", "‘’‛′´`＇ʼ"),
        ('"', "“”„‟″＂"),
        ("/", "⁄∕／"),
        ("@", "＠﹫"),
        ("-", "‐‑‒–—―−－﹣֊"),
        ("+", "＋"),
        ("_", "＿"),
        ("(", "（"),
        (")", "）"),
        ("[", "［"),
        ("]", "］"),
        ("~", "～∼"),
        ("#", "＃"),
        (" ", "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"),
        ("\n", "\r\u0085\u2028\u2029"),
        ("\x03", "°º˚"),
        ("\x04", "•·‧∙●▪"),
        ("\x05", "€£¥₹؋₺₽¢₨"),
        ("\x02", "™"),
        ("\x07", "…"),
    ],
)
def test_marks_of_every_script_are_one(mark, variants):
    assert to_bytes(variants) == mark.encode() * len(variants)


def test_the_plain_alphabet_stands_for_itself():
    plain = "".join(map(chr, range(0x20, 0x7F))).replace("`", "") + "\n"
    assert to_bytes(plain) == plain.encode()


def test_arabic_letters_have_the_bytes_of_their_place():
    letters = "ابپتټٹثجچځڅحخدډڈذرړڑزژږسشښصضطظعغفقکگلمنڼوهیء"
    assert to_bytes(letters) == bytes(range(0x80, 0x80 + len(letters)))
    for letter, variants in {"ا": "آأإٱ", "ی": "يىېۍئےۓ", "ک": "كڪګ", "و": "ؤۇۋ", "ه": "ةۀہۂھەۃ", "ن": "ں"}.items():
        assert to_bytes(variants) == to_bytes(letter) * len(variants)
    assert to_bytes("ٻڄ") == bytes([ARABIC_OTHER]) * 2
    assert to_bytes("я漢") == bytes([LETTER_OTHER]) * 2


def test_only_marks_and_controls_are_dropped():
    dropped = {code for code, byte in EXPLICIT.items() if ord(byte) == alphabet.DROPPED}
    assert {unicodedata.category(chr(code)) for code in dropped} == {"Mn", "Me", "Cf", "Lm"}
    assert [chr(code) for code in dropped if unicodedata.category(chr(code)) == "Lm"] == ["\u0640"]
    for code in (0xAD, 0x061C, 0x064B, 0x0670, 0x06DD, 0x200B, 0x200D, 0x202A, 0x2060, 0x2066, 0x20E3, 0xFE0F, 0xFEFF):
        assert code in dropped, hex(code)
    assert to_bytes("\u0301\u200f\u0640") == bytes([alphabet.DROPPED]) * 3


@pytest.mark.parametrize(
    ("character", "byte"),
    [
        ("०", ord("0")),
        ("९", ord("9")),
        ("〜", ord("-")),
        ("☃", PICTURE),
        ("🇦", PICTURE),
        ("→", PICTURE),
        ("¬", OTHER),
        ("\u0903", OTHER),
        ("½", alphabet.EXPAND),
        ("ﷺ", alphabet.EXPAND),
        ("𝟗", ord("9")),
        ("Ａ", ord("A")),
        ("\u200c", alphabet.JOINER),
    ],
)
def test_other_characters_fold_by_their_category(character, byte):
    assert to_bytes(character) == bytes([byte])


def test_an_expansion_is_spelled_out():
    assert alphabet.expansion("½") == b"1/2"
    assert alphabet.expansion("ﬁ") == b"fi"
