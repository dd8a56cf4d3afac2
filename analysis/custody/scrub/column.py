"""A column of texts in the matching alphabet, folded in one go, with the way back to the bytes of each text.

The same folding as that of a sheet, without a Python object for any text: Arrow's patterns read the folded column, and
what they find is replaced in the column's own bytes. What must not be here: any rule about identifiers.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analysis.custody.scrub.alphabet import DROPPED, EXPAND, JOINER, SEPARATOR, is_joined_as_space, to_folded
from analysis.custody.scrub.rules import Rule, binary_column
from analysis.text_columns import code_points, stretches, utf8_widths, without

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FoldedColumn:
    """Texts of a column as bytes of the matching alphabet.

    Attributes
    ----------
    data : the folded bytes of all texts, one behind the other
    offsets : where each text begins in `data`, and where the last one ends
    codes : one byte for each code point of the texts, those that `data` leaves out among them
    points : the code points
    """

    data: npt.NDArray[np.uint8]
    offsets: Places
    codes: npt.NDArray[np.uint8]
    points: npt.NDArray[Any]

    @classmethod
    def of(cls, texts: pa.StringArray) -> "FoldedColumn":
        """Fold a column; a null folds to nothing."""
        points, offsets = code_points(texts)
        codes = _without_joiners(to_folded(points), offsets)
        return cls(*without(codes, offsets, DROPPED), codes, points)

    @property
    def texts(self) -> pa.BinaryArray:
        """The folded texts, for patterns."""
        return binary_column(self.data, self.offsets)

    @property
    def is_spelled_out(self) -> npt.NDArray[np.bool_]:
        """Texts with a character that folds to several: rules see its spelling, this column does not show it."""
        held = np.zeros(len(self.offsets) - 1, bool)
        held[self.rows_of(np.flatnonzero(self.data == EXPAND))] = True
        return held

    @property
    def has_digit(self) -> npt.NDArray[np.bool_]:
        """Whether each text holds a digit."""
        held = np.zeros(len(self.offsets) - 1, bool)
        held[self.rows_of(np.flatnonzero((self.data >= ord("0")) & (self.data <= ord("9"))))] = True
        return held

    def picked(self, rows: Places) -> "FoldedColumn":
        """The folded bytes of some of the texts, without the way back."""
        starts, ends = self.offsets[rows], self.offsets[rows + 1]
        offsets = np.concatenate([[0], np.cumsum(ends - starts)])
        return replace(self, data=self.data[stretches(starts, ends)], offsets=offsets)

    def rows_with(self, rule: Rule) -> Places:
        """The texts in which a rule matches, for rules that match rarely: each match is a Python object."""
        joined = np.insert(self.data, self.offsets[1:-1], SEPARATOR).tobytes()
        ends = self.offsets[1:] + np.arange(len(self.offsets) - 1)
        rows: Places = np.searchsorted(ends, [end - 1 for _, end in rule.spans(joined)], side="right")
        return rows

    def rows_of(self, places: Places) -> Places:
        """The texts in which places of `data` lie."""
        rows: Places = np.searchsorted(self.offsets, places, side="right") - 1
        return rows

    def utf8_bounds(self, starts: Places, ends: Places) -> tuple[Places, Places]:
        """Spans of `data`, none empty, as spans of the UTF-8 bytes of all texts."""
        first, last = self._origins(starts), self._origins(ends - 1) + 1
        borders = np.append(0, np.stack([first, last], axis=1))
        steps = np.add.reduceat(np.append(utf8_widths(self.points), 0), borders, dtype=np.int64)[:-1]
        steps[borders[:-1] == borders[1:]] = 0
        places = np.cumsum(steps)
        return places[::2], places[1::2]

    def is_marked(self, ends: Places) -> npt.NDArray[np.bool_]:
        """Whether a character that folding drops follows the end of a span: it may be a mark upon the last one."""
        following = self._origins(ends - 1) + 1
        inside = following < len(self.codes)
        inside[inside] = self.codes[following[inside]] == DROPPED
        return inside

    def _origins(self, places: Places) -> Places:
        if len(self.data) == len(self.codes):
            return places
        return np.flatnonzero(self.codes != DROPPED)[places]


def _without_joiners(codes: npt.NDArray[np.uint8], offsets: Places) -> npt.NDArray[np.uint8]:
    """Zero-width non-joiners as spaces behind Arabic letters of their own text, as dropped elsewhere."""
    places = np.flatnonzero(codes == JOINER)
    if len(places):
        is_inside = ~np.isin(places, offsets)
        codes[places] = np.where(is_inside & is_joined_as_space(codes, places), ord(" "), DROPPED)
    return codes
