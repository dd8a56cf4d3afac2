"""Sheets for annotators: a probability sample of posts under opaque numbers, and the filled sheets put together.

What belongs here: drawing, the key from numbers to posts, reading sheets back. What must not: files, agreement.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping

import numpy as np
import pandas as pd

from analysis.errors import InputError, shown_code
from analysis.measures.annotations import ADJUDICATOR, FEWEST_CODERS, SHEET_COLUMNS, demand_labels
from analysis.spreadsheet import inert, outspoken

KEY_COLUMNS = ("number", "item", "inclusion_probability", "language_code", "post_text")
SHEET = ("number", "coder", "language_code", "post_text", "label")


Spread = Callable[[pd.DataFrame, float], np.ndarray[tuple[int], np.dtype[np.float64]]]
"""From the posts of a kind and their probability to probabilities of each post that have it as their mean."""


def draw(
    posts: pd.DataFrame,
    probabilities: Mapping[str, float],
    generator: np.random.Generator,
    spread: Spread | None = None,
) -> pd.DataFrame:
    """Draw posts for annotation, each on its own with the probability of its kind of account.

    Parameters
    ----------
    posts
        post_pseudonym, account_kind_code, language_code, post_text.
    probabilities
        Kind of account → probability above 0 and at most 1; every kind that occurs needs one.
    generator
        Source of the draws.
    spread
        Posts of one kind may differ in their probabilities; those that were drawn are kept in the key.

    Returns
    -------
    DataFrame
        Columns of the key, in an order that says nothing: number is the place of a post on the sheets.

    Raises
    ------
    InputError
        A kind without probability, or one outside (0, 1]; nothing was drawn.
    """
    for kind in sorted(posts.account_kind_code.unique()):
        chance = probabilities.get(kind, 0.0)
        if not 0 < chance <= 1:
            raise InputError(f"account kind '{kind}' has inclusion probability {chance:g}; give one in (0, 1]")
    chances = posts.account_kind_code.map(dict(probabilities)).astype(float)
    if spread is not None:
        for kind, rows in posts.groupby("account_kind_code", sort=True):
            chances[rows.index] = spread(rows, probabilities[str(kind)])
    drawn = posts[generator.random(len(posts)) < chances]
    if drawn.empty:
        raise InputError(f"no post of {len(posts)} was drawn; give larger probabilities")
    shuffled = drawn.iloc[generator.permutation(len(drawn))]
    return pd.DataFrame(
        {
            "number": np.arange(1, len(shuffled) + 1),
            "item": shuffled.post_pseudonym.to_numpy(),
            "inclusion_probability": chances[shuffled.index].to_numpy(),
            "language_code": shuffled.language_code.to_numpy(),
            "post_text": shuffled.post_text.to_numpy(),
        }
    )


def sheet_of(key: pd.DataFrame, coder: str) -> pd.DataFrame:
    """The sheet of one coder: texts under their numbers, and an empty column for the label."""
    return inert(key.assign(coder=coder, label="")[list(SHEET)])


def read_key(data: bytes, name: str) -> pd.DataFrame:
    """The key that `sheet draw` kept; InputError where a column is missing or a number stands twice."""
    key = _table(data, name, KEY_COLUMNS)
    if key.number.duplicated().any():
        raise InputError(f"{name}: number {key.number[key.number.duplicated()].iloc[0]} stands twice; restore the file")
    return key


def filled(sheets: Mapping[str, bytes], key: pd.DataFrame, labels: Collection[str]) -> pd.DataFrame:
    """Filled sheets put together under the posts' pseudonyms.

    Parameters
    ----------
    sheets
        Name of a file → CSV with number, coder, label.
    key
        From `read_key`.
    labels
        Codes of the plan's stance scheme.

    Returns
    -------
    DataFrame
        item, coder, label, inclusion_probability.

    Raises
    ------
    InputError
        No label, one that the plan does not have, a number that the key does not have, a coder twice on a post, or
        drawn posts with fewer than two coders; every kind with its number of rows.
    """
    if not sheets:
        raise InputError("no sheet was given; name the files that the coders filled")
    rows = pd.concat([_read(data, name, key, labels) for name, data in sheets.items()], ignore_index=True)
    twice = rows.duplicated(["number", "coder"])
    if twice.any():
        first = rows[twice].iloc[0]
        raise InputError(
            f"{', '.join(sheets)}: coder {shown_code(first.coder)} labels number {first.number} again "
            f"({int(twice.sum())} rows in all); keep one"
        )
    coders = rows[rows.coder != ADJUDICATOR].groupby("number").size().reindex(key.number, fill_value=0)
    if (coders < FEWEST_CODERS).any():
        raise InputError(
            f"{int((coders < FEWEST_CODERS).sum())} of {len(key)} drawn posts, number "
            f"{(coders < FEWEST_CODERS).idxmax()} first, have fewer than {FEWEST_CODERS} coders; a sample with "
            "gaps is none: have them labelled"
        )
    return rows.merge(key[["number", "item", "inclusion_probability"]], on="number")[list(SHEET_COLUMNS)]


def without_majority(rows: pd.DataFrame, key: pd.DataFrame) -> pd.DataFrame:
    """Posts of the key that no label of most coders, and no adjudicator, decides."""
    counts = rows[rows.coder != ADJUDICATOR].groupby(["item", "label"]).size().unstack(fill_value=0)
    tied = counts.eq(counts.max(axis=1), axis=0).sum(axis=1) > 1
    judged = set(rows.item[rows.coder == ADJUDICATOR])
    return key[key["item"].isin(set(tied.index[tied]) - judged)]


def _read(data: bytes, name: str, key: pd.DataFrame, labels: Collection[str]) -> pd.DataFrame:
    rows = _table(data, name, ("number", "coder", "label"))
    rows = rows.assign(number=rows.number.str.strip(), label=rows.label.str.strip().str.lower())
    for column in ("label", "coder"):
        empty = rows[column] == ""
        if empty.any():
            raise InputError(
                f"{name}: column '{column}' is empty in row {int(empty.to_numpy().argmax()) + 2} ({int(empty.sum())} "
                "rows in all); fill it in"
            )
    demand_labels(rows, labels, name)
    unmatched = ~rows.number.isin(key.number)
    if unmatched.any():
        raise InputError(
            f"{name}: {int(unmatched.sum())} of {len(rows)} rows, row {int(unmatched.to_numpy().argmax()) + 2} first, "
            "have a number that was not drawn; fill in the sheet that `sheet draw` wrote, and leave its numbers alone"
        )
    return rows


def _table(data: bytes, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    try:
        rows = outspoken(pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, encoding="utf-8-sig"))
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(f"{name}: no CSV in UTF-8 with a header row; save it as such") from error
    missing = [column for column in columns if column not in rows.columns]
    if missing:
        raise InputError(f"{name}: no column '{missing[0]}'; a sheet has {', '.join(columns)}")
    return rows[list(columns)]
