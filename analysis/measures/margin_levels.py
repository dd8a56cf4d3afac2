"""Answers under the levels of a margin: offices count in coarser bands than a survey asks.

What must not be here: weights, or splitting a total.
"""

from collections.abc import Iterable

import pandas as pd

JOINED = "+"
"""Between answers that one level of a margin holds together, as in `18-24+25-34`; `60+` alone is one answer."""


def answers_of(level: str) -> tuple[str, ...]:
    """The answers that a level holds together.

    Example
    -------
    >>> answers_of("18-24+25-34"), answers_of("45-59+60+")
    (('18-24', '25-34'), ('45-59', '60+'))
    """
    found: list[str] = []
    for part in level.split(JOINED):
        if part or not found:
            found.append(part)
        else:
            found[-1] += JOINED
    return tuple(found)


def under_levels(answers: "pd.Series[str]", levels: Iterable[str]) -> "pd.Series[str]":
    """Each answer as the level that holds it; an answer that no level holds stays as it is.

    Parameters
    ----------
    answers, levels
        Codes of one item; levels of its margin, each answer in one level only (`read_margins` sees to that).
    """
    holder = {answer: level for level in sorted(set(levels)) for answer in answers_of(level)}
    return answers.map(lambda answer: holder.get(answer, answer))
