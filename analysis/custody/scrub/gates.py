"""Which texts of a sheet a rule has to read: those that hold what every match of the rule holds.

A scan over a whole sheet costs the same whether a rule can find something or not, and most texts have no digit, no
sign and no bracket. A gate is a necessary condition; the tests hold gated and ungated search against each other. What
must not be here: which rule has which gate.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from itertools import compress
from operator import or_

import numpy as np
import numpy.typing as npt

from analysis.custody.scrub.alphabet import DEGREE, SEPARATOR
from analysis.custody.scrub.rules import DIGITS, Rule
from analysis.custody.scrub.spans import Match

Finder = Callable[[bytes], Iterator[Match]]
SIGNS = b"@:/.[({<#+-" + bytes([DEGREE])
"""Bytes that a gate can ask for; each has a bit."""
_SEPARATOR = bytes([SEPARATOR])


@dataclass(frozen=True)
class Gate:
    """What a text must hold for a rule to find anything in it.

    Attributes
    ----------
    digits : so many digits
    all_of, any_of : every one, at least one of these signs
    cue : a match of this rule
    outer : passed before, in place of digits and signs; the cue is looked for behind it only
    """

    digits: int = 0
    all_of: bytes = b""
    any_of: bytes = b""
    cue: Rule | None = None
    outer: "Gate | None" = None


EVERY_TEXT = Gate()


@cache
def _bits(signs: bytes) -> int:
    return reduce(or_, (1 << SIGNS.index(sign) for sign in signs), 0)


def _sign_table() -> npt.NDArray[np.uint16]:
    table = np.zeros(256, np.uint16)
    table[list(SIGNS)] = [_bits(bytes([sign])) for sign in SIGNS]
    return table


_SIGN_OF = _sign_table()
_IS_DIGIT = np.isin(np.arange(256), list(DIGITS)).astype(np.int8)


class Texts:
    """The texts of a sheet's bytes, cut at the separators, with what each of them holds."""

    def __init__(self, data: bytes) -> None:
        """Look at every byte once."""
        self._data = data
        codes = np.frombuffer(data + _SEPARATOR, np.uint8)
        ends = np.flatnonzero(codes == SEPARATOR)
        starts = np.concatenate([[0], ends[:-1] + 1])
        self._signs = np.bitwise_or.reduceat(_SIGN_OF[codes], starts)
        self._digits = np.add.reduceat(_IS_DIGIT[codes], starts, dtype=np.int32)
        self._starts: list[int] = starts.tolist()
        self._ends: list[int] = ends.tolist()
        self._behind: dict[Gate, Part] = {EVERY_TEXT: Part(data, self._starts, self._starts)}

    def behind(self, gate: Gate) -> "Part":
        """The texts that pass a gate; the same object for the same gate."""
        if gate not in self._behind:
            part = self._part(self._passing(gate)) if gate.outer is None else self.behind(gate.outer)
            self._behind[gate] = part.with_cue(gate.cue) if gate.cue else part
        return self._behind[gate]

    def _passing(self, gate: Gate) -> npt.NDArray[np.bool_]:
        every, some = _bits(gate.all_of), _bits(gate.any_of)
        passing: npt.NDArray[np.bool_] = (self._digits >= gate.digits) & ((self._signs & every) == every)
        return passing & ((self._signs & some) != 0) if some else passing

    def _part(self, passing: npt.NDArray[np.bool_]) -> "Part":
        if passing.all():
            return self._behind[EVERY_TEXT]
        flags = passing.tolist()
        return Part.of(self._data, list(compress(self._starts, flags)), list(compress(self._ends, flags)))


@dataclass(frozen=True)
class Part:
    """Some of the texts, joined again.

    Attributes
    ----------
    data : their bytes, with separators between them
    starts : where each begins in `data`
    origins : where each begins in the sheet
    """

    data: bytes
    starts: Sequence[int]
    origins: Sequence[int]

    @classmethod
    def of(cls, data: bytes, starts: Sequence[int], ends: Sequence[int]) -> "Part":
        """Texts given by their places in the sheet."""
        pieces = [data[start:end] for start, end in zip(starts, ends, strict=True)]
        lengths = np.fromiter((len(piece) + 1 for piece in pieces), np.int64, len(pieces))
        return cls(_SEPARATOR.join(pieces), (np.cumsum(lengths) - lengths).tolist(), starts)

    def with_cue(self, cue: Rule) -> "Part":
        """Those of the texts in which a rule matches."""
        held = sorted({bisect_right(self.starts, start) - 1 for start, _ in cue.spans(self.data)})
        starts = [self.starts[text] for text in held]
        ends = [*self.starts[1:], len(self.data) + 1]
        part = Part.of(self.data, starts, [ends[text] - 1 for text in held])
        return Part(part.data, part.starts, [self.origins[text] for text in held])

    def matches(self, find: Finder) -> Iterator[Match]:
        """What a family finds in these texts, with places of the sheet."""
        if not self.starts:
            return
        for match in find(self.data):
            text = bisect_right(self.starts, match.start) - 1
            moved = self.origins[text] - self.starts[text]
            yield Match(match.start + moved, match.end + moved, match.kind, match.rank) if moved else match
