"""Labels of a probability sample of posts: reading them, and one label per post.

What belongs here: reading, adjudication. What must not: agreement and estimation (they take arrays).
"""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import InputError, shown_code

SHEET_COLUMNS = ("item", "coder", "label", "inclusion_probability")
ADJUDICATOR = "adjudicator"
FEWEST_CODERS = 2


def read_sheet(data: bytes, name: str) -> pd.DataFrame:
    """Read filled sheets put together: one row for each label.

    Parameters
    ----------
    data
        CSV with item, coder, label, inclusion_probability; other columns are left alone.
    name
        Of the file, for messages.

    Returns
    -------
    DataFrame
        The four columns, labels in lower case.

    Raises
    ------
    InputError
        A column or cell is missing, a probability is none, a coder labelled an item twice, or an item has two
        probabilities.
    """
    rows = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
    missing = [column for column in SHEET_COLUMNS if column not in rows.columns]
    if missing:
        raise InputError(f"{name}: no column '{missing[0]}'; the sheet needs {', '.join(SHEET_COLUMNS)}")
    rows = rows[list(SHEET_COLUMNS)].assign(label=rows.label.str.strip().str.lower())
    for column in SHEET_COLUMNS:
        if (rows[column] == "").any():
            raise InputError(
                f"{name}: column '{column}' is empty in row {int((rows[column] == '').argmax()) + 2}; fill it in"
            )
    chance = pd.to_numeric(rows.inclusion_probability, errors="coerce")
    if not ((chance > 0) & (chance <= 1)).all():
        row = int((~((chance > 0) & (chance <= 1))).argmax())
        raise InputError(
            f"{name}: inclusion_probability is {shown_code(rows.inclusion_probability[row])} in row {row + 2}; "
            "want (0, 1]"
        )
    _demand_single(rows, name)
    return rows.assign(inclusion_probability=chance)


def _demand_single(rows: pd.DataFrame, name: str) -> None:
    twice = rows.duplicated(["item", "coder"])
    if twice.any():
        row = int(twice.argmax())
        raise InputError(
            f"{name}: coder {shown_code(rows.coder[row])} labels item {shown_code(rows.item[row])} again in row "
            f"{row + 2}; keep one"
        )
    several = rows.groupby("item").inclusion_probability.nunique() > 1
    if several.any():
        raise InputError(
            f"{name}: item {shown_code(several.idxmax())} has several inclusion probabilities; keep the one of its draw"
        )


NUMBER = r"(\d+)"


PSEUDONYM = r"[0-9a-f]{32}"
"""A post as the study knows it; the post of such a row may have left since, with its author's consent."""


def of_posts(rows: pd.DataFrame, posts: pd.DataFrame, *, is_fictional: bool, name: str = "the file") -> pd.DataFrame:
    """Rows of labels or of predictions under the pseudonyms of admitted posts.

    Parameters
    ----------
    rows
        With a column item: a post's pseudonym, or in a fictional file the number that stands first in its text.
    posts
        post_pseudonym, post_text.
    is_fictional
        Whether items are such numbers.
    name
        Of the file, for messages.

    Returns
    -------
    DataFrame
        The rows, item replaced; rows of posts that have left since are left out.

    Raises
    ------
    InputError
        Rows that name no post of this study, with their number: ids of a platform, or pseudonyms under another key.
    """
    item = posts.post_text.str.extract(NUMBER)[0] if is_fictional else posts.post_pseudonym
    named = pd.DataFrame({"item": item.to_numpy(), "pseudonym": posts.post_pseudonym.to_numpy()}).dropna()
    if not is_fictional:
        _demand_own(rows.item.astype(str), set(named["item"]), name)
    # A post that was exported twice under two ids is two posts with one text.
    found = rows.merge(named, on="item")
    return found.assign(item=found.pseudonym)[list(rows.columns)]


def _demand_own(items: pd.Series, known: set[str], name: str) -> None:
    foreign = ~items.str.fullmatch(PSEUDONYM).astype(bool)
    if len(items) and not items.isin(known).any():
        foreign |= True
    if foreign.any():
        row = int(foreign.argmax()) + 2
        raise InputError(
            f"{name}: column 'item' of {int(foreign.sum())} of {len(items)} rows, row {row} first, names no post of "
            "this study; draw a sheet with `./run python -m analysis sheet draw`, and take it in with `sheet import`"
        )


def demand_labels(rows: pd.DataFrame, labels: Collection[str], name: str) -> None:
    """Refuse labels that the study's stance scheme does not have.

    Raises
    ------
    InputError
        Names the first row, the label, how many rows it is about, and what is known.
    """
    unknown = ~rows.label.isin(labels)
    if unknown.any():
        row = int(unknown.to_numpy().argmax())
        known = ", ".join(sorted(labels)) or "none, as the plan has no `stances`"
        raise InputError(
            f"{name}: label {shown_code(rows.label.iloc[row])} in row {row + 2} ({int(unknown.sum())} rows in all) is "
            f"none of the plan's; known: {known}; correct the rows, or add the label to the plan's `stances`"
        )


@dataclass(frozen=True)
class Decided:
    """One label per item, and how it came about.

    Attributes
    ----------
    labels
        item, label.
    unanimous_n, majority_n, adjudicated_n
        Items on which all agreed, most did, or the adjudicator decided.
    """

    labels: pd.DataFrame
    unanimous_n: int
    majority_n: int
    adjudicated_n: int


def decide(rows: pd.DataFrame) -> Decided:
    """Give each item the adjudicator's label, or the label of most coders.

    Parameters
    ----------
    rows
        From `read_sheet`.

    Returns
    -------
    Decided

    Raises
    ------
    InputError
        Items without majority and adjudication, or labelled by one coder only.
    """
    coders = rows[rows.coder != ADJUDICATOR]
    counts = coders.groupby(["item", "label"]).size().unstack(fill_value=0)
    total, most = counts.sum(axis=1), counts.max(axis=1)
    if (total < FEWEST_CODERS).any():
        item = shown_code((total < FEWEST_CODERS).idxmax())
        raise InputError(f"item {item} has one coder; every item needs at least {FEWEST_CODERS}")
    label = counts.idxmax(axis=1)
    judged = rows[rows.coder == ADJUDICATOR].set_index("item").label
    tied = ((counts.eq(most, axis=0)).sum(axis=1) > 1) & ~counts.index.isin(judged.index)
    if tied.any():
        raise InputError(
            f"{int(tied.sum())} item(s), {shown_code(tied.idxmax())} first, have no label of most coders; add a row "
            f"with coder '{ADJUDICATOR}' for each"
        )
    label.update(judged)
    decided = pd.DataFrame({"item": label.index, "label": label.to_numpy()})
    unanimous = int(((most == total) & ~counts.index.isin(judged.index)).sum())
    return Decided(decided, unanimous, len(label) - unanimous - len(judged), len(judged))


def inclusion_probabilities(kinds: pd.Series, sampled_kinds: pd.Series, sampled: pd.Series) -> npt.NDArray[np.float64]:
    """Probability of every post, labelled or not, from those of the drawn posts of its kind of account.

    Parameters
    ----------
    kinds
        Kind of account of all posts.
    sampled_kinds, sampled
        Kind, and inclusion probability, of the drawn posts.

    Returns
    -------
    numpy.ndarray
        (n,)

    Raises
    ------
    InputError
        A kind without a drawn post, or with several probabilities.
    """
    by_kind = sampled.groupby(sampled_kinds.to_numpy()).agg(["nunique", "first"])
    for kind in sorted(kinds.unique()):
        if kind not in by_kind.index or by_kind["nunique"][kind] != 1:
            raise InputError(
                f"posts of account kind '{kind}' have no, or several, inclusion probabilities; every post "
                "needs one above 0 that is known"
            )
    return np.asarray(kinds.map(by_kind["first"]).to_numpy(dtype=np.float64))
