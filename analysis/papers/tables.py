"""Released tables of a study as manuscripts take them: one workbook, and the main estimates in LaTeX.

What must not be here: a number that no released table holds, a choice of rows by their results.
"""

import io
from collections.abc import Mapping

import pandas as pd
from openpyxl import Workbook

from analysis.spreadsheet import inert_cell
from analysis.vendors.servers import without_clock

LONGEST_NAME = 31
"""Characters of the name of a sheet."""
MAIN = {
    "estimand_id": "Estimand", "item_text": "Item", "weighting_code": "Weights", "estimator_text": "Estimator",
    "value": "Estimate", "ci_low": "Low", "ci_high": "High", "respondents_n": "$n$",
}  # fmt: skip
"""Columns of the LaTeX table."""


SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
"""Characters that LaTeX reads as commands."""


def workbook(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """One sheet per table, headings first; no text becomes a formula.

    Parameters
    ----------
    tables : mapping
        Name to a released table.
    """
    book = Workbook(write_only=True)
    for name, rows in tables.items():
        sheet = book.create_sheet(name[:LONGEST_NAME])
        sheet.append(list(rows.columns))
        for row in rows.astype(object).where(rows.notna(), None).itertuples(index=False):
            sheet.append([inert_cell(cell) if isinstance(cell, str) else cell for cell in row])
    sink = io.BytesIO()
    book.save(sink)
    return without_clock(sink.getvalue())


def latex(estimates: pd.DataFrame, caption: str) -> str:
    """Estimates for everybody as a booktabs table; a withheld number is a dash.

    Parameters
    ----------
    estimates : DataFrame
        Released table `survey_estimates`.
    caption : str
        What the table shows, and whether anybody was asked.
    """
    whole = estimates[estimates.group_kind_code == "all"][list(MAIN)]
    counts = whole.respondents_n.map(lambda count: "--" if pd.isna(count) else f"{int(count)}")
    shown = whole.map(_cell).assign(respondents_n=counts).rename(columns=MAIN)
    return str(shown.to_latex(index=False, escape=False, column_format="llllrrrr", caption=_cell(caption)))


def _cell(value: object) -> str:
    if pd.isna(value):
        return "--"
    if isinstance(value, float):
        return f"{value:.3f}"
    return "".join(SPECIAL.get(letter, letter) for letter in str(value))
