"""Runs of digits: what phone numbers, cards and other long numbers are cut from.

A run is a stretch of digits with at most four separating marks between two of them. A date inside a run parts it.
Some marks only stand inside a number (a space, a hyphen); a seam may also stand between two: a comma, a line end, a
sign, a spaced slash, or whatever stands before the trunk zero of the next number. What must not be here: which numbers
are phones or cards.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise

from analysis.custody.scrub.rules import LATIN, Rule, byte_at

MARK = r"[ ()./_\x07\x04~,;*|=#'\"\n\[\]\-]{0,4}"
RUN = Rule(rf"\d(?:{MARK}\d){{6,}}")
LOOSE = frozenset(b"\x07,;*|=#'\"\n[]")
GROUP = re.compile(rb"\d+")
BREAKS = (b". ", b") (", b"/ ", b" /")
SEAMS = (b" / ", b" - ")
MAXIMUM_GROUPS = 19


@dataclass(frozen=True)
class Window:
    """Some neighbouring groups of a run."""

    start: int
    end: int
    groups: tuple[bytes, ...]
    marks: tuple[bytes, ...]

    @property
    def digits(self) -> bytes:
        """All digits in order."""
        return b"".join(self.groups)

    @property
    def is_loose(self) -> bool:
        """Whether a mark stands inside that may as well stand between two numbers."""
        return any(not LOOSE.isdisjoint(mark) for mark in self.marks)

    def is_touching_letters(self, data: bytes) -> bool:
        """Whether a Latin letter stands directly before or behind."""
        return byte_at(data, self.start - 1) in LATIN or byte_at(data, self.end) in LATIN


@dataclass(frozen=True)
class Run:
    """Groups of digits with their places and the marks between them."""

    places: Sequence[tuple[int, int]]
    groups: Sequence[bytes]
    marks: Sequence[bytes]

    @cached_property
    def blocked(self) -> frozenset[int]:
        """Groups that belong to a date."""
        if len(self.groups) < 3:
            return frozenset()
        return frozenset(
            member
            for first in range(len(self.groups) - 2)
            if self._is_date(first)
            for member in range(first, first + 3)
        )

    def _is_date(self, first: int) -> bool:
        a, b, c = self.groups[first : first + 3]
        mark = self.marks[first]
        if mark != self.marks[first + 1] or mark not in (b"-", b"/", b"."):
            return False
        return (_is_year(a) and _is_month_and_day(b, c)) or (
            _is_year(c) and (_is_month_and_day(b, a) or _is_month_and_day(a, b))
        )

    @cached_property
    def behind(self) -> Sequence[int]:
        """For each group, how many digits it and the groups behind it have."""
        return [*accumulate(map(len, reversed(self.groups)))][::-1]

    def windows(self, lengths: range) -> Iterator[Window]:
        """Windows with so many digits and no loose mark, from the left, the longest first."""
        if self.behind[0] < lengths.start:
            return
        for first in range(len(self.groups)):
            yield from (window for window in self.windows_from(first, lengths) if not window.is_loose)

    def windows_from(self, first: int, lengths: range) -> Iterator[Window]:
        """Windows that begin with one group: those without a seam before those with one, the longest first."""
        if first in self.blocked or self.behind[first] < lengths.start:
            return
        seamless: list[Window] = []
        seamed: list[Window] = []
        total, found = 0, seamless
        for last in range(first, min(first + MAXIMUM_GROUPS, len(self.groups))):
            if last in self.blocked or (last > first and self.marks[last - 1] in BREAKS):
                break
            found = seamed if last > first and self._is_seam(last, total) else found
            total += len(self.groups[last])
            if total in lengths:
                found.append(self._window(first, last + 1))
        yield from (*reversed(seamless), *reversed(seamed))

    def _is_seam(self, group: int, digits_before: int) -> bool:
        mark = self.marks[group - 1]
        if mark in SEAMS or not LOOSE.isdisjoint(mark):
            return True
        begins_anew = self.groups[group].startswith(b"0") and len(self.groups[group]) >= 3
        return begins_anew and digits_before >= 9 and self.behind[group] >= 7

    def _window(self, first: int, last: int) -> Window:
        start, end = self.places[first][0], self.places[last - 1][1]
        return Window(start, end, tuple(self.groups[first:last]), tuple(self.marks[first : last - 1]))


@lru_cache(maxsize=1)
def runs(data: bytes) -> tuple[Run, ...]:
    """Every run of at least seven digits; two families ask for the same sheet."""
    return tuple(_runs(data))


def _runs(data: bytes) -> Iterator[Run]:
    for start, end in RUN.spans(data):
        text = data[start:end]
        places = [(start + first, start + last) for first, last in map(re.Match.span, GROUP.finditer(text))]
        groups = [data[first:last] for first, last in places]
        marks = [data[a[1] : b[0]] for a, b in pairwise(places)]
        yield Run(places, groups, marks)


def _is_year(group: bytes) -> bool:
    return len(group) == 4 and (1300 <= int(group) <= 1450 or 1900 <= int(group) <= 2099)


def _is_month_and_day(month: bytes, day: bytes) -> bool:
    return len(month) <= 2 and len(day) <= 2 and 1 <= int(month) <= 12 and 1 <= int(day) <= 31
