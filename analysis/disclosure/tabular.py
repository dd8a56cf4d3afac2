"""Protect frequencies: suppress small cells first, round what remains, never recompute a total afterwards.

Source: primary suppression as in ACRO (minimum cell 10); rounding after suppression as in OpenSAFELY.
"""

import pandas as pd

from analysis.schemas.columns import Table

COUNTED = ("persons", "posts")
"""Units whose counts are protected."""


def frequency_columns(table: Table) -> list[str]:
    """The columns that count persons, or what persons wrote."""
    return [column.name for column in table.columns if column.role == "measure" and column.unit in COUNTED]


def protect_frequencies(frame: pd.DataFrame, table: Table, minimum_cell: int, rounding_base: int) -> pd.DataFrame:
    """Empty every count below the threshold, then round the others to the base.

    Parameters
    ----------
    frame : DataFrame
        A checked table of output kind `frequency`.
    table : Table
        Its declaration; counts are the measure columns in persons.
    minimum_cell, rounding_base : int
        Persons.

    Returns
    -------
    DataFrame
        The same rows. A count of zero is suppressed too: an empty group says something about everybody in it.
    """
    protected = frame.copy()
    for name in frequency_columns(table):
        kept = protected[name].mask(protected[name] < minimum_cell)
        protected[name] = ((kept + rounding_base // 2) // rounding_base * rounding_base).astype("Int64")
    return protected
