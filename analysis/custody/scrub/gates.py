"""Which texts of a sheet a finder has to read: those in which one of its rules matches.

A scan over a whole sheet costs the same whether a rule can find something or not. All rules of all finders are asked of
each text together; a finder then reads its own texts. The tests hold gated and ungated search against each other. What
must not be here: which finder has which rules.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.custody.scrub.alphabet import SEPARATOR
from analysis.custody.scrub.rules import Flags, Rule, RuleSet, binary_column
from analysis.custody.scrub.spans import Match
from analysis.texts.patterns import has_any

_SEPARATOR = bytes([SEPARATOR])


@dataclass(frozen=True)
class Finder:
    """What finds identifiers of a family in a sheet's bytes.

    Attributes
    ----------
    rules : every rule that is asked for its spans in the sheet; where none of them matches, nothing is found
    find : bytes of a sheet → matches
    cue : what has to stand in the text besides, anywhere
    """

    rules: tuple[Rule, ...]
    find: Callable[[bytes], Iterator[Match]]
    cue: Rule | None = None


class Texts:
    """The texts of a sheet's bytes, cut at the separators, and which rules match in each."""

    def __init__(self, data: bytes, rules: RuleSet) -> None:
        """Ask every rule."""
        codes = np.frombuffer(data + _SEPARATOR, np.uint8)
        ends = np.flatnonzero(codes == SEPARATOR)
        self._data, self._ends = data, ends
        self._starts = np.concatenate([[0], ends[:-1] + 1])
        lengths = np.concatenate([[0], np.cumsum(ends - self._starts)])
        self._rules, self._masks = rules, rules.masks(binary_column(codes[codes != SEPARATOR], lengths))

    def has(self, rules: Sequence[Rule]) -> Flags:
        """Whether one of some rules matches in each text."""
        return has_any(self._masks & self._rules.mask_of(rules))

    def matches(self, finder: Finder) -> Iterator[Match]:
        """What a finder finds, with places of the sheet."""
        held = np.flatnonzero(self.has(finder.rules))
        spans = zip(self._starts[held].tolist(), self._ends[held].tolist(), strict=True)
        parts = [(start, self._data[start:end]) for start, end in spans]
        parts = [part for part in parts if finder.cue is None or finder.cue.is_in(part[1])]
        if not parts:
            return
        starts, pieces = zip(*parts, strict=True)
        begins = [0, *np.cumsum([len(piece) + 1 for piece in pieces]).tolist()]
        for match in finder.find(_SEPARATOR.join(pieces)):
            text = bisect_right(begins, match.start) - 1
            moved = starts[text] - begins[text]
            yield Match(match.start + moved, match.end + moved, match.kind, match.rank) if moved else match
