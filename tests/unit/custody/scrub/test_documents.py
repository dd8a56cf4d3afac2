"""Numbers of documents at the borders of their grammars: official examples, and the same one step aside."""

import pytest

from analysis.custody.scrub.kinds.documents import _is_icao_checked, _is_iranian
from tests.unit.custody.scrub.finding import found


def ids(text):
    return found(text, "ID")


WHOLE = [
    "12345-1234567-1", "82345-1234567-1",  # Pakistan
    "1400-0101-12345",  # Afghanistan
    "049-937089-9",  # Iran
    "123-45-6789", "899-45-6789", "001-01-0001",  # United States
    "IOE0912345678", "KBL2021123456", "a 123-456-789",
    "7654321-423",  # Germany: BAMF
    "784-1234-1234567-1", "784123412345671",  # Emirates
    "756.9217.0769.85",  # Switzerland: the official example
    "85.07.30-033.28", "85.07.30.033-28",  # Belgium
    "811228-9874", "811228+9874",  # Sweden: the official example
    "311299-1234",  # Denmark
    "131052-308T", "131052A308T",  # Finland: the official example
    "2 55 08 14 168 025 38",  # France
    "65 170839 J 003", "65 810839 J 003", "65 171239 J 003",  # Germany: the official example, and its bounds
    "86 095 742 719",  # Germany: the official example
    "2341 2341 2346",  # India
    "10000000146",  # Turkey: the official example
    "AB123456C", "AB 12 34 56 C",  # United Kingdom
    "123-45C00678",  # UNHCR
    "5 K 1234/21.A", "123 BvR 1234/21",  # German courts
    "RSSMRA85T10A562S",  # Italy: the official example
    "L01X00T471",  # Germany: the specimen
    "ABCPD1234E",  # India
    "P<AFGRAHIMI<<AHMAD<<<<", "ABCDE<<CDE",
    "جلد 12 صفحه 34 شماره ثبت 5678", "جلد ۱۲ صفحه ۳۴ ۵۶۷۸",
]  # fmt: skip
ASIDE = [
    "02345-1234567-1", "92345-1234567-1", "049-937089-8",
    "000-45-6789", "666-45-6789", "900-45-6789", "123-00-6789", "123-45-0000",
    "XYZ2021123456", "7654321-424", "756.9217.0769.84", "811228-9875",
    "320101-1234", "011301-1234", "001299-1234", "310099-1234", "131052-308U", "2 55 08 14 168 025 39",
    "65 000839 J 003", "65 820839 J 003", "65 171339 J 003",
    "86 095 742 718", "2341 2341 2347", "0341 2341 2346", "1341 2341 2346", "10000000147",
    "BG123456C", "GB123456C", "NK123456C", "KN123456C", "TN123456C", "NT123456C", "ZZ123456C",
    "DA123456C", "AO123456C", "AB123456E",
    "5 k 1234/21", "RSSMRA85T10A562T", "L01X00T472", "ABCXD1234E", "AB<<CD", "ABCDE<<CD", "ABCD<<CDE",
]  # fmt: skip


@pytest.mark.parametrize("number", WHOLE)
def test_a_number_is_found_whole(number):
    assert ids(number) == [number]
    assert ids(f"({number})") == [number]


@pytest.mark.parametrize("number", ASIDE)
def test_a_number_one_step_aside_is_not(number):
    assert ids(number) == []


@pytest.mark.parametrize("number", ["12345-1234567-1", "7654321-423", "AB123456C"])
@pytest.mark.parametrize(("before", "behind"), [("x", ""), ("7", ""), ("-", ""), ("", "x"), ("", "7"), ("", "-")])
def test_a_number_within_a_longer_one_is_not(number, before, behind):
    assert number not in ids(f"{before}{number}{behind}")


@pytest.mark.parametrize(
    ("nine", "digit"),
    [("049937089", 9), ("001234567", 9), ("123456789", 1), ("987654321", 0), ("000000010", 8), ("000000002", 7)],
)
def test_an_iranian_code_has_one_check_digit(nine, digit):
    """Weights ten to two: the remainder of eleven itself where it is 0 or 1, else eleven less it."""
    assert [last for last in range(10) if _is_iranian(f"{nine}{last}")] == [digit]
    assert _is_iranian(f"{nine[:3]}-{nine[3:]}-{digit}")
    assert not _is_iranian(f"{nine}{digit}0")


@pytest.mark.parametrize("digit", range(10))
def test_an_iranian_code_of_one_digit_is_none(digit):
    assert not _is_iranian(str(digit) * 10)


@pytest.mark.parametrize(("nine", "digit"), [("L01X00T47", 1), ("C01X00T47", 8)])
def test_a_travel_document_has_one_check_digit(nine, digit):
    assert [last for last in range(10) if _is_icao_checked(f"{nine}{last}")] == [digit]


def test_a_travel_document_has_letters_and_five_digits():
    """7·1 + 3·2 + 1·3 and so on give the ninth digit; nine digits alone are any number."""
    assert not _is_icao_checked("1234567895")
    few = "CCCCCC123"
    digit = sum(v * w for v, w in zip([12] * 6 + [1, 2, 3], (7, 3, 1) * 3, strict=True)) % 10
    assert not _is_icao_checked(f"{few}{digit}")
    enough = "CCCCC1234"
    digit = sum(v * w for v, w in zip([12] * 5 + [1, 2, 3, 4], (7, 3, 1) * 3, strict=True)) % 10
    assert _is_icao_checked(f"{enough}{digit}")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tazkira 12345", ["12345"]),
        ("tazkira 1234", []),
        ("tazkira no 12345", ["12345"]),
        ("tazkira 2021-01-05", []),
        ("tazkira 05/01/2021", []),
        ("tazkira: my number is 12345", ["12345"]),
        ("passport ab12345", ["ab12345"]),
        ("xpassport 12345", []),
        ("id: 12345@example", []),
        ("case 12345", []),
        ("case: 12345", ["12345"]),
        ("case no 12345", ["12345"]),
        ("case no. 1234", []),
        ("ref 12345", []),
        ("xref: 12345", []),
        ("تذکره ۱۲۳۴۵", ["۱۲۳۴۵"]),
        ("تذکره ۱۲۳۴", []),
        ("ثبت: ۱۲۳۴۵", ["۱۲۳۴۵"]),
    ],
)
def test_a_word_for_a_document_tells_a_number_of_five_digits(text, found):
    assert ids(text) == found
