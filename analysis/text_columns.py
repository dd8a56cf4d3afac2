"""Columns of texts as code points: what folding and matching many texts at once begin with.

What belongs here: the way from UTF-8 to code points and back. What must not: which characters are alike.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


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


def texts_of(written: list[str]) -> pa.StringArray:
    """Texts as a column, without pandas."""
    held = [text.encode() for text in written]
    offsets = np.zeros(len(held) + 1, np.int32)
    np.cumsum([len(each) for each in held], out=offsets[1:])
    return pa.Array.from_buffers(pa.string(), len(held), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(held))])


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
    known = pc.fill_null(texts, "") if texts.null_count else texts
    _, bounds, data = known.buffers()
    offsets = np.frombuffer(bounds, np.int32)[known.offset : known.offset + len(known) + 1]
    joined = str(memoryview(data or b"")[offsets[0] : offsets[-1]], "utf-8") if len(known) else ""
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


def replaced(
    texts: pa.StringArray,
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    which: npt.NDArray[np.int64],
    words: tuple[bytes, ...],
) -> pa.StringArray:
    """Spans of a column's bytes replaced by words, all at once.

    Parameters
    ----------
    texts
        Without nulls.
    starts, ends
        Half-open, in order, none empty, each within one text; counted from the first byte of the first text.
    which, words
        The number of each span's word; the words.
    """
    _, bounds, data = texts.buffers()
    offsets = np.frombuffer(bounds, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    raw = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]
    offsets -= offsets[0]
    sizes = np.array([len(word) for word in words])[which]
    counts = np.ones(len(raw), np.uint8)
    counts[stretches(starts, ends)] = 0
    counts[starts] = sizes
    filled = np.repeat(raw, counts)
    grown = np.cumsum(sizes - (ends - starts))
    places = starts + np.concatenate([[0], grown[:-1]])
    for number, word in enumerate(words):
        at = places[which == number]
        for step, byte in enumerate(word):
            filled[at + step] = byte
    moved = np.concatenate([[0], grown])[np.searchsorted(starts, offsets, side="left")]
    return pa.Array.from_buffers(
        pa.string(), len(texts), [None, pa.py_buffer((offsets + moved).astype(np.int32)), pa.py_buffer(filled)]
    )
