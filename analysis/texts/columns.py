"""Columns of texts as code points: what folding and matching many texts at once begin with.

What belongs here: the way from UTF-8 to code points and back. What must not: which characters are alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analysis.texts.library import address, library

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


def numbers_of(column: pa.Int32Array) -> npt.NDArray[np.int32]:
    """A column of whole numbers without nulls; Arrow's own way imports pandas, which costs as much as a small file."""
    held = np.frombuffer(column.buffers()[1] or b"", np.int32)
    return held[column.offset : column.offset + len(column)]


def flags_of(column: pa.BooleanArray) -> npt.NDArray[np.bool_]:
    """The same for a column of booleans."""
    bits = np.frombuffer(column.buffers()[1] or b"", np.uint8)
    held: npt.NDArray[np.bool_] = np.unpackbits(bits, count=column.offset + len(column), bitorder="little").view(bool)
    return held[column.offset :]


def column_of(values: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> pa.Array:
    """Whole numbers or booleans as a column, without pandas either."""
    is_flags = values.dtype == np.bool_
    held = np.packbits(values, bitorder="little") if is_flags else np.ascontiguousarray(values, np.int64)
    return pa.Array.from_buffers(pa.bool_() if is_flags else pa.int64(), len(values), [None, pa.py_buffer(held)])


def without_nulls(texts: pa.StringArray) -> pa.StringArray:
    """The column with empty texts for nulls; done only where there are some, since making a scalar imports pandas."""
    return pc.fill_null(texts, "") if texts.null_count else texts


def utf8_of(texts: pa.StringArray) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """The bytes of a column without nulls, one text behind the other, and where each begins and the last one ends."""
    _, bounds, data = texts.buffers()
    offsets = (
        np.frombuffer(bounds, np.int32)[texts.offset : texts.offset + len(texts) + 1]
        if bounds
        else np.zeros(1, np.int32)
    )
    return np.frombuffer(data or b"", np.uint8)[offsets[0] : offsets[-1]], offsets - offsets[0]


def code_points(texts: pa.StringArray) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """All characters of a column, one behind the other.

    Parameters
    ----------
    texts
        Valid UTF-8, of less than 2 GiB; a null counts as empty.

    Returns
    -------
    points, offsets
        Unsigned numbers of 16 bits where none needs more, else of 32; where each text begins, and where the last ends.
    """
    known = without_nulls(texts)
    joined = str(utf8_of(known)[0].data, "utf-8")
    lengths = numbers_of(pc.utf8_length(known))
    narrow = joined.encode("utf-16-le")
    is_narrow = len(narrow) == 2 * len(joined)
    points = np.frombuffer(narrow, np.uint16) if is_narrow else np.frombuffer(joined.encode("utf-32-le"), np.uint32)
    return points, np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])


def without(
    codes: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], dropped: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Codes of texts and where each text begins, with one code left out."""
    places = np.flatnonzero(codes == dropped)
    if not len(places):
        return codes, offsets
    return codes[codes != dropped], offsets - np.searchsorted(places, offsets)


def utf8_widths(points: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """How many bytes of UTF-8 each code point takes."""
    widths = np.ones(len(points), np.uint8)
    for first in (0x80, 0x800, 0x10000)[: 2 if points.itemsize == 2 else 3]:
        widths += points >= first
    return widths


def stretches(starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """All places in half-open spans, one span behind the other."""
    lengths = ends - starts
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    places: npt.NDArray[np.int64] = np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], lengths)
    return places


def cut(data: Bytes, starts: Places, ends: Places) -> tuple[Bytes, Places]:
    """Spans of some bytes, one behind the other, and their bounds there."""
    starts, ends = (np.ascontiguousarray(each, np.int64) for each in (starts, ends))
    bounds = np.concatenate([[0], np.cumsum(ends - starts)])
    compiled = library()
    if compiled is None:
        return data[stretches(starts, ends)], bounds
    taken = np.empty(bounds[-1], np.uint8)
    compiled.pick(*map(address, (data, starts, ends)), len(starts), address(taken))
    return taken, bounds


@dataclass(frozen=True)
class Spans:
    """Half-open spans of bytes, in order, none empty, each within one text; and the number of each one's kind."""

    starts: Places
    ends: Places
    kinds: Places

    @classmethod
    def together(cls, several: "Sequence[Spans]") -> "Spans":
        """Several, put in order."""
        starts, ends, kinds = (
            np.concatenate([getattr(each, name) for each in several]) for name in ("starts", "ends", "kinds")
        )
        order = np.argsort(starts, kind="stable")
        return cls(starts[order], ends[order], kinds[order])


def put(data: Bytes, offsets: Places, spans: Spans, words: tuple[bytes, ...]) -> tuple[Bytes, Places]:
    """Spans replaced by the words for their kinds, all at once.

    Parameters
    ----------
    data, offsets
        Bytes of texts, one behind the other; where each begins, and where the last one ends.
    spans, words
        Spans of these bytes; one word for each kind.

    Returns
    -------
    data, offsets
        Of the new texts.
    """
    spans = Spans(*(np.ascontiguousarray(each, np.int64) for each in (spans.starts, spans.ends, spans.kinds)))
    sizes = np.array([len(word) for word in words])
    grown = np.concatenate([[0], np.cumsum(sizes[spans.kinds] - (spans.ends - spans.starts))])
    moved = offsets + grown[np.searchsorted(spans.starts, offsets, side="left")]
    compiled = library()
    if compiled is None:
        return _put(data, spans, words, spans.starts + grown[:-1]), moved
    written, bounds = np.frombuffer(b"".join(words), np.uint8), np.concatenate([[0], np.cumsum(sizes)])
    filled = np.empty(len(data) + grown[-1], np.uint8)
    given = (*map(address, (spans.starts, spans.ends, spans.kinds)), len(spans.starts))
    compiled.put(address(data), len(data), *given, *map(address, (written, bounds, filled)))
    return filled, moved


def _put(data: Bytes, spans: Spans, words: tuple[bytes, ...], places: Places) -> Bytes:
    """The same for the bytes alone, whose words go to places of the new ones, byte by byte of all words at once."""
    counts = np.ones(len(data), np.uint8)
    counts[stretches(spans.starts, spans.ends)] = 0
    counts[spans.starts] = np.array([len(word) for word in words])[spans.kinds]
    filled = np.repeat(data, counts)
    for number, word in enumerate(words):
        at = places[spans.kinds == number]
        for step, byte in enumerate(word):
            filled[at + step] = byte
    return filled


def replaced(texts: pa.StringArray, spans: Spans, words: tuple[bytes, ...]) -> pa.StringArray:
    """The same for a column without nulls; spans are counted from the first byte of the first text."""
    raw, bounds = utf8_of(texts)
    filled, offsets = put(raw, bounds.astype(np.int64), spans, words)
    return pa.Array.from_buffers(
        pa.string(), len(texts), [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(filled)]
    )
