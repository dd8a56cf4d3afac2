"""The one cheap look at every text, for whether anything can be in it at all.

The cues are asked of the folded column, so nothing that folding does can hide one. A text with a character that folds
to several is let through by itself. What must not be here: what a cue is.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analysis.custody.scrub.column import FoldedColumn
from analysis.custody.scrub.cues import WORDS, cues
from analysis.custody.scrub.kinds.word_cues import BESIDE_DIGITS
from analysis.custody.scrub.rules import Rule
from analysis.custody.scrub.sheet import Sheet
from analysis.text_columns import column_of

Flags = npt.NDArray[np.bool_]
PATTERNS = tuple(Rule.either(map(Rule, family)) for family in (cues(), WORDS))
A_DIGIT = Rule(r"\d")
BESIDE_A_DIGIT = Rule.either(map(Rule, BESIDE_DIGITS))


def may_hold(texts: pa.StringArray) -> pa.BooleanArray:
    """True where a text has to be looked at; a null has not."""
    column = FoldedColumn.of(texts)
    return column_of(column.is_spelled_out | is_suspect(column))


def is_suspect(column: FoldedColumn) -> Flags:
    """Whether each text of a column has a cue; for a column of which many have none or many."""
    texts = column.texts
    suspect = PATTERNS[0].is_in_each(texts) | PATTERNS[1].is_in_each(texts)
    rows = np.flatnonzero(column.has_digit & ~suspect)
    if len(rows):
        suspect[rows] = BESIDE_A_DIGIT.is_in_each(texts.take(column_of(rows)))
    return suspect


def still_suspect(sheet: Sheet, rows: list[int]) -> list[int]:
    """The rows of a masked sheet in which there is a cue left; a sheet of texts that were found worth a search."""
    held = {end - 1 for pattern in PATTERNS for _, end in pattern.spans(sheet.data)}
    beside = set(sheet.rows_of([end - 1 for _, end in BESIDE_A_DIGIT.spans(sheet.data)])).intersection(
        sheet.rows_of([start for start, _ in A_DIGIT.spans(sheet.data)])
    )
    return sorted(beside.union(sheet.rows_of(sorted(held))).intersection(rows))


def is_still_suspect(masked: FoldedColumn, column: FoldedColumn) -> Flags:
    """The same for a column in which what was found is masked, and few texts have a cue left.

    Words that tell something beside a digit are looked for in the column as it was: what was found may hold one.
    """
    suspect = np.zeros(len(masked.offsets) - 1, bool)
    for pattern in PATTERNS:
        suspect[masked.rows_with(pattern)] = True
    beside = np.zeros(len(suspect), bool)
    beside[column.rows_with(BESIDE_A_DIGIT)] = True
    return suspect | (beside & masked.has_digit)
