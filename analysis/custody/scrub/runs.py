"""Runs of digits: what phone numbers, cards and other long numbers are cut from.

A run is a stretch of digits with at most three separating marks between two of them. A date inside a run parts it.
What must not be here: which numbers are phones or cards.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from analysis.custody.scrub.gates import Gate
from analysis.custody.scrub.rules import LATIN, Rule, byte_at

RUN = Rule(r"\d(?:[ ()./_\x04~-]{0,3}\d){6,}")
RUN_GATE = Gate(digits=7)
GROUP = re.compile(rb"\d+")
BREAKS = (b". ", b") (", b"/ ", b" /")
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

    def windows(self, lengths: range) -> Iterator[Window]:
        """Windows with so many digits, from the left, the longest first."""
        if sum(map(len, self.groups)) < lengths.start:
            return
        for first in range(len(self.groups)):
            yield from self.windows_from(first, lengths)

    def windows_from(self, first: int, lengths: range) -> Iterator[Window]:
        """Windows that begin with one group, the longest first."""
        if first in self.blocked:
            return
        found, total = [], 0
        for last in range(first, min(first + MAXIMUM_GROUPS, len(self.groups))):
            total += len(self.groups[last])
            if last in self.blocked or total >= lengths.stop or (last > first and self.marks[last - 1] in BREAKS):
                break
            if total >= lengths.start:
                found.append(self._window(first, last + 1))
        yield from reversed(found)

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
