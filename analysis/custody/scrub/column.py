"""A column of texts in the matching alphabet, folded in one go, with the way back to the bytes of each text.

The same folding as that of a sheet, without a Python object for any text: Arrow's patterns read the folded column, and
what they find is replaced in the column's own bytes. What must not be here: any rule about identifiers.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analysis.custody.scrub.alphabet import DROPPED, EXPAND, JOINER, TABLE, is_joined_as_space, learn, to_folded
from analysis.custody.scrub.rules import binary_column
from analysis.texts.columns import code_points, cut, utf8_of, utf8_widths, without, without_nulls
from analysis.texts.library import address, library

Places = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class FoldedColumn:
    """Texts of a column as bytes of the matching alphabet.

    Attributes
    ----------
    data : the folded bytes of all texts, one behind the other
    offsets : where each text begins in `data`, and where the last one ends
    is_spelled_out : texts with a character that folds to several: rules see its spelling, `data` does not show it
    """

    data: Bytes
    offsets: Places
    is_spelled_out: Flags

    @classmethod
    def of(cls, texts: pa.StringArray) -> "FoldedColumn":
        """Fold a column; a null folds to nothing."""
        return cls(*_attributes(texts, is_traced=False)[:3])

    @cached_property
    def texts(self) -> pa.BinaryArray:
        """The folded texts, for patterns."""
        return binary_column(self.data, self.offsets)

    def picked(self, rows: Places) -> "FoldedColumn":
        """The folded bytes of some of the texts, without the way back."""
        return FoldedColumn(*cut(self.data, self.offsets[rows], self.offsets[rows + 1]), self.is_spelled_out[rows])

    def rows_of(self, places: Places) -> Places:
        """The texts in which places of `data` lie."""
        rows: Places = np.searchsorted(self.offsets, places, side="right") - 1
        return rows


@dataclass(frozen=True)
class TracedColumn(FoldedColumn):
    """The same with the way back.

    Attributes
    ----------
    places : for each byte of `data`, where its character begins in the UTF-8 bytes of all texts
    is_marked : whether a character that folding drops follows it in its text: it may be a mark upon it
    raw : the UTF-8 bytes
    """

    places: npt.NDArray[np.int32]
    is_marked: Flags
    raw: Bytes

    @classmethod
    def of(cls, texts: pa.StringArray) -> "TracedColumn":
        """Fold a column; a null folds to nothing."""
        return cls(*_attributes(texts, is_traced=True))

    def utf8_bounds(self, starts: Places, ends: Places) -> tuple[Places, Places]:
        """Spans of `data`, none empty, as spans of the UTF-8 bytes of all texts."""
        last = self.places[ends - 1].astype(np.int64)
        return self.places[starts].astype(np.int64), last + _WIDTHS[self.raw[last]]


_WIDTHS = np.array([1] * 0xC0 + [2] * 0x20 + [3] * 0x10 + [4] * 0x10)
"""Bytes of a character by its first byte."""


def _attributes(texts: pa.StringArray, *, is_traced: bool) -> tuple[Any, ...]:
    """The attributes of a column; those of the way back are empty or left to be dropped where it is not asked for."""
    known = without_nulls(texts)
    compiled = library()
    if compiled is None:
        known.validate(full=True)
        return _by_columns(known)
    return _by_library(compiled, known, is_traced=is_traced)


def _by_library(compiled: Any, texts: pa.StringArray, *, is_traced: bool) -> tuple[Any, ...]:
    """From one loop over the bytes of all texts."""
    raw, bounds = utf8_of(texts)
    data, offsets, spelled = (
        np.empty(len(raw), np.uint8),
        np.empty(len(texts) + 1, np.int64),
        np.empty(len(texts), bool),
    )
    places, is_marked = np.empty(len(raw) * is_traced, np.int32), np.empty(len(raw) * is_traced, bool)
    traces = [address(places), address(is_marked)] if is_traced else [None, None]
    given = (*map(address, (raw, bounds)), len(texts), *map(address, (TABLE, data, offsets)), *traces, address(spelled))
    while (point := compiled.fold(*given)) >= 0:
        if point >= len(TABLE):
            texts.validate(full=True)
        learn(point)
    held = int(offsets[-1])
    return data[:held], offsets, spelled, places[:held], is_marked[:held], raw


def _by_columns(texts: pa.StringArray) -> tuple[Any, ...]:
    """The same, from the code points of all texts at once."""
    points, bounds = code_points(texts)
    codes = _without_joiners(to_folded(points), bounds)
    data, offsets = without(codes, bounds, DROPPED)
    spelled = np.zeros(len(texts), bool)
    spelled[np.searchsorted(offsets, np.flatnonzero(data == EXPAND), side="right") - 1] = True
    is_kept, is_last = codes != DROPPED, np.zeros(len(codes) + 1, bool)
    is_last[bounds] = True
    is_marked = np.append(~is_kept[1:], np.zeros(len(codes[:1]), bool)) & ~is_last[1:]
    widths = utf8_widths(points)
    places = np.cumsum(widths, dtype=np.int64) - widths
    return data, offsets, spelled, places[is_kept], is_marked[is_kept], utf8_of(texts)[0]


def _without_joiners(codes: Bytes, offsets: Places) -> Bytes:
    """Zero-width non-joiners as spaces behind Arabic letters of their own text, as dropped elsewhere."""
    places = np.flatnonzero(codes == JOINER)
    if len(places):
        is_inside = ~np.isin(places, offsets)
        codes[places] = np.where(is_inside & is_joined_as_space(codes, places), ord(" "), DROPPED)
    return codes
