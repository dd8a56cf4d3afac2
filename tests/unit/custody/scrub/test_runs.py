"""Runs of digits, the windows in them, and dates that part them."""

import pytest

from analysis.custody.scrub.runs import runs


def groups(text):
    return [tuple(group.decode() for group in run.groups) for run in runs(text.encode())]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1234567", [("1234567",)]),
        ("123456", []),
        ("12-34 567", [("12", "34", "567")]),
        ("12 - 34567", [("12", "34567")]),
        ("12 -- 34567", [("12", "34567")]),
        ("12 --- 34567", []),
        ("1234567 x 7654321", [("1234567",), ("7654321",)]),
        ("1(2)3.4/5_6~7", [("1", "2", "3", "4", "5", "6", "7")]),
        ("12,34567", [("12", "34567")]),
        ("12:34567", []),
    ],
)
def test_seven_digits_with_up_to_four_marks_between_them_are_a_run(text, found):
    assert groups(text) == found


def windows(text, lengths=range(7, 18)):
    (run,) = runs(text.encode())
    return [text[window.start : window.end] for window in run.windows(lengths)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # From every group, the longest first.
        ("1234 567 89012", ["1234 567 89012", "1234 567", "567 89012"]),
        ("1234567", ["1234567"]),
        # What is longer than allowed is left out.
        ("12345678901234567", ["12345678901234567"]),
        ("123456789012345678", []),
        ("123456789 012345678", ["123456789", "012345678"]),
        # Signs that part numbers.
        ("1234567. 7654321", ["1234567", "7654321"]),
        ("1234567) (7654321", ["1234567", "7654321"]),
        ("1234567/ 7654321", ["1234567", "7654321"]),
        ("1234567 /7654321", ["1234567", "7654321"]),
        ("1234567 7654321", ["1234567 7654321", "1234567", "7654321"]),
        # A date inside is no part of a number.
        ("1234567 2021-08-15 7654321", ["1234567", "7654321"]),
    ],
)
def test_windows_are_cut_from_the_left(text, found):
    assert windows(text) == found


def test_a_window_knows_its_groups_marks_and_neighbours():
    data = b"x1234-567.89y 12345678"
    first, second = runs(data)
    window = next(first.windows(range(9, 10)))
    assert (window.start, window.end) == (1, 12)
    assert (window.groups, window.marks) == ((b"1234", b"567", b"89"), (b"-", b"."))
    assert window.digits == b"123456789"
    assert window.is_touching_letters(data)
    assert not next(second.windows(range(8, 9))).is_touching_letters(data)
    assert next(runs(b"1234567y")[0].windows(range(7, 8))).is_touching_letters(b"1234567y")


def test_a_window_has_at_most_nineteen_groups():
    text = " ".join("1" * 25)
    assert max(window.count("1") for window in windows(text, range(1, 30))) == 19


@pytest.mark.parametrize(
    ("date", "is_date"),
    [
        ("2021-08-15", True),
        ("2021/8/15", True),
        ("2021.08.15", True),
        ("15.08.2021", True),
        ("08/15/2021", True),
        ("1400-05-24", True),
        ("24/05/1400", True),
        ("1300-01-01", True),
        ("1450-01-01", True),
        ("1900-12-31", True),
        ("2099-12-31", True),
        ("1299-01-01", False),
        ("1451-01-01", False),
        ("1899-01-01", False),
        ("2100-01-01", False),
        ("2021-13-15", False),
        ("2021-00-15", False),
        ("2021-08-32", False),
        ("2021-08-00", False),
        ("13.32.2021", False),
        ("2021 08 15", False),
        ("2021-08/15", False),
        ("2021-008-15", False),
        ("20210-8-15", False),
    ],
)
def test_a_date_blocks_its_groups(date, is_date):
    (run,) = runs(date.encode())
    assert run.blocked == (frozenset({0, 1, 2}) if is_date else frozenset())


def test_a_date_behind_other_digits_blocks_its_own_groups():
    (run,) = runs(b"070 2021-08-15 12")
    assert run.blocked == {1, 2, 3}
    (short,) = runs(b"2021 1234")
    assert short.blocked == frozenset()
