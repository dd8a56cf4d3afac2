"""The one cheap look at every text, for whether anything can be in it at all.

The cues are asked of the folded column, so nothing that folding does can hide one. A text with a character that folds
to several is let through by itself. What must not be here: what a cue is.
"""

import numpy as np
import pyarrow as pa

from analysis.custody.scrub.column import FoldedColumn
from analysis.custody.scrub.cues import WORDS, cues
from analysis.custody.scrub.kinds.word_cues import BESIDE_DIGITS
from analysis.custody.scrub.rules import Flags, Rule, RuleSet
from analysis.texts.columns import column_of

A_SIGN, A_NUMBER, BESIDE_A_DIGIT = (Rule.either(map(Rule, family)) for family in (cues(), WORDS, BESIDE_DIGITS))
A_DIGIT = Rule(r"\d")
SIGNS = RuleSet((A_SIGN, A_DIGIT))
"""Numbers in words are asked for apart: together they would have more states than are quickly at hand."""


def may_hold(texts: pa.StringArray) -> pa.BooleanArray:
    """True where a text has to be looked at; a null has not."""
    return column_of(is_suspect(FoldedColumn.of(texts)))


def is_suspect(column: FoldedColumn) -> Flags:
    """Whether each text of a column has a cue, or a character that folds to several."""
    return column.is_spelled_out | has_cue(column, column)


def has_cue(column: FoldedColumn, whole: FoldedColumn) -> Flags:
    """Whether each text has a cue, where what was found in the whole texts may be masked.

    Words that tell something beside a digit are looked for in the whole: what was found may hold one.
    """
    found = SIGNS.found_in(column.texts)
    suspect = found[A_SIGN] | A_NUMBER.is_in_each(column.texts)
    rows = np.flatnonzero(found[A_DIGIT] & ~suspect)
    suspect[rows] = BESIDE_A_DIGIT.is_in_each(whole.picked(rows).texts)
    return suspect
