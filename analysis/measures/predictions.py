"""Predictions of classifiers that somebody else ran: one row for each post and label, one column for each classifier.

What belongs here: reading such a file. What must not: a classifier, or any number that rests on predictions alone.
"""

from __future__ import annotations

import io

import pandas as pd

from analysis.errors import InputError, shown_code

FIXED_COLUMNS = ("item", "label")


def read_predictions(data: bytes, name: str) -> pd.DataFrame:
    """Read a file of predictions.

    Parameters
    ----------
    data
        CSV with item, label, and for each classifier a column with its name that holds the predicted probability, from
        0 to 1, that a person would give the item this label.
    name
        Of the file, for messages.

    Returns
    -------
    DataFrame
        item, classifier, label, share: one row for each prediction, in the file's order.

    Raises
    ------
    InputError
        A column is missing, no classifier is named, an item has a label twice, or a cell is no probability.
    """
    rows = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
    missing = [column for column in FIXED_COLUMNS if column not in rows.columns]
    classifiers = [column for column in rows.columns if column not in FIXED_COLUMNS]
    if missing or not classifiers:
        absent = f"no column '{missing[0]}'" if missing else "no column of a classifier"
        raise InputError(f"{name}: {absent}; give item, label and one column of probabilities for each classifier")
    twice = rows.duplicated(list(FIXED_COLUMNS))
    if twice.any():
        row = int(twice.argmax())
        raise InputError(
            f"{name}: item {shown_code(rows.item[row])} has label {shown_code(rows.label[row])} again in row "
            f"{row + 2}; keep one"
        )
    shares = rows[classifiers].apply(pd.to_numeric, errors="coerce")
    wrong = ~((shares >= 0) & (shares <= 1))
    if wrong.to_numpy().any():
        classifier = wrong.any().idxmax()
        row = int(wrong[classifier].to_numpy().argmax())
        raise InputError(
            f"{name}: column {shown_code(classifier)} holds {shown_code(rows[classifier][row])} in row {row + 2}; "
            "want a probability in [0, 1], and no column but item, label and classifiers"
        )
    labels = rows.label.str.strip().str.lower()
    wide = shares.assign(item=rows.item, label=labels)
    return wide.melt(list(FIXED_COLUMNS), var_name="classifier", value_name="share")[
        ["item", "classifier", "label", "share"]
    ]
