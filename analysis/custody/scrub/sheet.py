"""Many texts as one run of bytes in the matching alphabet, with the way back to every original character.

A single text is a sheet of one. What must not be here: any rule about identifiers.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analysis.custody.scrub.alphabet import (
    BARRIER,
    DROPPED,
    EXPAND,
    JOINER,
    SEPARATOR,
    expansion,
    is_joined_as_space,
    to_codes,
)
from analysis.custody.scrub.spans import Match, Span


def _without_joiners(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Zero-width non-joiners as spaces behind Arabic letters, as dropped elsewhere."""
    places = np.flatnonzero(codes == JOINER)
    codes[places] = np.where(is_joined_as_space(codes, places), ord(" "), DROPPED)
    return codes


def _with_marks(text: str, end: int) -> int:
    """The end behind the combining marks that stand upon the last character."""
    while end < len(text) and not text[end].isascii() and unicodedata.category(text[end]) in ("Mn", "Me"):
        end += 1
    return end


@dataclass(frozen=True)
class Sheet:
    """Folded texts with separators between them.

    Attributes
    ----------
    texts : the original texts, in order
    data : one byte for each character that matters to a rule
    origin : for each byte, the place of its character in the texts joined by one character
    starts : for each text, the place of its first character there
    has_expansions : whether several bytes may have one origin
    """

    texts: Sequence[str]
    data: bytes
    origin: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    has_expansions: bool = False

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Sheet":
        """Fold texts into one sheet."""
        joined = to_codes("\n".join(texts))
        lengths = np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))
        starts = np.cumsum(lengths) - lengths
        joined[starts[1:] - 1] = SEPARATOR
        codes = _without_joiners(joined)
        origin = np.flatnonzero(codes != DROPPED)
        sheet = cls(texts, codes[origin].tobytes(), origin, starts)
        return sheet._spelled_out() if EXPAND in codes else sheet

    def _spelled_out(self) -> "Sheet":
        """Replace each EXPAND byte by the bytes of its expansion, all with the same origin."""
        codes = np.frombuffer(self.data, np.uint8)
        places = np.flatnonzero(codes == EXPAND)
        spelled = [expansion(self._character(int(self.origin[place]))) for place in places]
        counts = np.ones(len(codes), np.int64)
        counts[places] = [len(part) for part in spelled]
        repeated = np.repeat(codes, counts)
        repeated[np.repeat(codes == EXPAND, counts)] = np.frombuffer(b"".join(spelled), np.uint8)
        kept = repeated != DROPPED
        return Sheet(self.texts, repeated[kept].tobytes(), np.repeat(self.origin, counts)[kept], self.starts, True)

    def _character(self, place: int) -> str:
        row = self._row(place)
        return self.texts[row][place - int(self.starts[row])]

    def _row(self, place: int) -> int:
        return int(np.searchsorted(self.starts, place, side="right")) - 1

    def located(self, matches: Sequence[Match]) -> Iterator[tuple[int, Span]]:
        """The row of each match and its span in the original text, marks upon its last character included."""
        firsts = self.origin[[match.start for match in matches]]
        lasts = self.origin[[match.end - 1 for match in matches]]
        rows = np.searchsorted(self.starts, firsts, side="right") - 1
        bases = self.starts[rows]
        places = zip(rows.tolist(), (firsts - bases).tolist(), (lasts - bases + 1).tolist(), strict=True)
        for match, (row, start, end) in zip(matches, places, strict=True):
            yield row, Span(start, _with_marks(self.texts[row], end), match.kind)

    def whole(self, matches: Iterable[Match]) -> Iterable[Match]:
        """Matches widened to all bytes of the characters that they touch."""
        return map(self._widened, matches) if self.has_expansions else matches

    def _widened(self, match: Match) -> Match:
        start, end = match.start, match.end
        while start > 0 and self.origin[start - 1] == self.origin[start]:
            start -= 1
        while end < len(self.origin) and self.origin[end] == self.origin[end - 1]:
            end += 1
        return match if (start, end) == (match.start, match.end) else replace(match, start=start, end=end)

    def rows_of(self, places: Sequence[int]) -> list[int]:
        """The rows in which places of the sheet lie."""
        found = np.searchsorted(self.starts, self.origin[list(places)], side="right") - 1
        return sorted(set(found.tolist()))

    def masked(self, matches: Iterable[Match]) -> "Sheet":
        """The sheet with each match collapsed into one barrier, as its placeholder will be."""
        codes = np.frombuffer(self.data, np.uint8).copy()
        kept = np.ones(len(codes), bool)
        for match in matches:
            codes[match.start] = BARRIER
            kept[match.start + 1 : match.end] = False
        return replace(self, data=codes[kept].tobytes(), origin=self.origin[kept])

    def only(self, rows: Sequence[int]) -> "Sheet":
        """The sheet with every text emptied but those of the given rows, in ascending order."""
        bounds = np.append(np.searchsorted(self.origin, self.starts), len(self.origin))
        parts = [slice(*bounds[row : row + 2].tolist()) for row in rows]
        origin = np.concatenate([self.origin[:0], *(self.origin[part] for part in parts)])
        return replace(self, data=b"".join(self.data[part] for part in parts), origin=origin)
