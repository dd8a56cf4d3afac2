"""Find and replace: one text, or a whole column at once.

A sheet is searched until nothing more is found, each time with what was found before taken out, so that scrubbing a
scrubbed text changes nothing. A text in which this does not end is taken whole, so that no text costs more than a
multiple of its length. What must not be here: any rule about identifiers.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.custody.scrub.column import FoldedColumn, TracedColumn
from analysis.custody.scrub.gates import Texts
from analysis.custody.scrub.kinds import FINDERS, RULES
from analysis.custody.scrub.plain import KINDS as PLAIN_KINDS
from analysis.custody.scrub.plain import settled
from analysis.custody.scrub.prefilter import may_hold
from analysis.custody.scrub.rules import Flags, Rule
from analysis.custody.scrub.sheet import Sheet
from analysis.custody.scrub.spans import KINDS, Match, Scrubbed, Span, placed, resolve
from analysis.texts.columns import Spans, column_of, flags_of, replaced, utf8_of, without_nulls

PLACEHOLDER = Rule(rf"\[(?:{'|'.join(KINDS)})\]", cased=True)
PLACEHOLDERS = tuple(f"[{kind}]".encode() for kind in PLAIN_KINDS)
ROUNDS = 16
"""Searches of one text; what people write needs three or four."""
SHEET_ROWS = 2_048
"""Texts searched together: enough to make a rule's start free, few enough to keep memory flat."""


@dataclass(frozen=True)
class ScrubbedBatch:
    """A column with placeholders, and how many identifiers of each kind they stand for."""

    texts: pa.Array
    counts: dict[str, int]


def find(text: str) -> tuple[Span, ...]:
    """Every identifier of a text.

    Parameters
    ----------
    text : str
        Any text, whatever its scripts, marks and controls.

    Returns
    -------
    tuple of Span
        In order, without overlap; half-open ranges of code points of the original text.

    Examples
    --------
    >>> find("\u0634\u0645\u0627\u0631\u0647 \u06f0\u06f7\u06f0 \u06f1\u06f2\u06f3 \u06f4\u06f5\u06f6\u06f7")
    (Span(start=6, end=18, type='PHONE'),)
    """
    return find_all([text])[0]


def find_all(texts: Sequence[str]) -> list[tuple[Span, ...]]:
    """The identifiers of each text; the same as `find` on each, in one pass."""
    found: list[list[Span]] = [[] for _ in texts]
    sheet = Sheet.of(texts)
    sheet = sheet.masked(Match(start, end, "", 0) for start, end in PLACEHOLDER.spans(sheet.data))
    rows: list[int] = []
    for _ in range(ROUNDS):
        matches = resolve(sheet.whole(_matches(sheet.data)))
        if not matches:
            return [tuple(sorted(spans)) for spans in found]
        for row, span in sheet.located(matches):
            found[row].append(span)
        # A text in which nothing was found has not changed, and nothing will be found in it.
        rows = sheet.rows_of([match.start for match in matches])
        sheet = sheet.masked(matches).only(rows)
    for row in rows:
        found[row] = [Span(0, len(texts[row]), "ID")]
    return [tuple(sorted(spans)) for spans in found]


def _matches(data: bytes) -> Iterator[Match]:
    texts = Texts(data, RULES)
    return (match for finder in FINDERS for match in texts.matches(finder))


def may_be_found(column: FoldedColumn) -> Flags:
    """Whether a rule of a finder matches in each text, or a character of it folds to several."""
    return column.is_spelled_out | RULES.in_each(column.texts)


def scrub(text: str) -> Scrubbed:
    """A text with a typed placeholder for each identifier; every other character stays as it was.

    Examples
    --------
    >>> scrub("write to user@example.org").text
    'write to [EMAIL]'
    """
    spans = find(text)
    return Scrubbed(placed(text, spans), spans)


def scrub_batch(texts: pa.Array) -> ScrubbedBatch:
    """Scrub a column.

    Parameters
    ----------
    texts : StringArray
        UTF-8 texts; nulls stay null.

    Returns
    -------
    ScrubbedBatch
        The column in the same order, and the number of identifiers by kind (every kind, zeros included).
    """
    counts: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
    known = without_nulls(texts.cast(pa.string()))
    rows = np.flatnonzero(flags_of(may_hold(known)))
    if not len(rows):
        return ScrubbedBatch(texts, dict(counts))
    held = known.take(column_of(rows))
    column = TracedColumn.of(held)
    shapes, is_settled = settled(column)
    by_kind = np.bincount(shapes.kinds, minlength=len(PLAIN_KINDS))
    counts.update(dict(zip(PLAIN_KINDS, by_kind.tolist(), strict=True)))
    others = np.flatnonzero(~is_settled)
    others = others[may_be_found(column.picked(others))]
    searched = _searched(held.take(column_of(others)), counts)
    bounds, held_bounds = (utf8_of(each)[1].astype(np.int64) for each in (known, held))
    moved = (bounds[rows] - held_bounds[:-1])[column.rows_of(shapes.starts)]
    starts, ends = column.utf8_bounds(shapes.starts, shapes.ends)
    plain = Spans(starts + moved, ends + moved, shapes.kinds)
    whole = Spans(bounds[rows[others]], bounds[rows[others] + 1], len(PLACEHOLDERS) + np.arange(len(others)))
    written = replaced(known, Spans.together([plain, whole]), (*PLACEHOLDERS, *searched))
    if texts.null_count:
        written = pc.if_else(texts.is_valid(), written, None)
    return ScrubbedBatch(written.cast(texts.type), dict(counts))


def scrubbed(texts: pa.Array) -> pa.Array:
    """The column of `scrub_batch` alone; ArrowInvalid where a text is no UTF-8. Processes find it by its name."""
    return scrub_batch(texts).texts


def _searched(texts: pa.StringArray, counts: Counter[str]) -> list[bytes]:
    """Texts of which more than plain shapes can be expected, with all that the finders find replaced and counted."""
    written: list[bytes] = []
    for first in range(0, len(texts), SHEET_ROWS):
        originals = texts.slice(first, SHEET_ROWS).to_pylist()
        for text, spans in zip(originals, find_all(originals), strict=True):
            written.append(placed(text, spans).encode())
            counts.update(span.type for span in spans)
    return written
