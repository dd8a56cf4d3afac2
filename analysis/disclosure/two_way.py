"""A table with two classifications and its margins, each flat or a hierarchy, as a system of sums.

What belongs here: from labels and values to cells and equations. What must not: which cells to hide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from analysis.disclosure.additive import System, additive_system
from analysis.errors import DisclosureError

Parents = Mapping[str, str]
"""Label → the label that it is a part of; labels that are not named are parts of the total."""


@dataclass(frozen=True, eq=False)
class TwoWay:
    """Cells of a table with both margins.

    Attributes
    ----------
    labels
        One (row, column) per cell of the system; `total` stands for a margin.
    system
        Values and sums.
    """

    labels: tuple[tuple[str, str], ...]
    system: System


@dataclass(frozen=True)
class _Tree:
    """Labels from the parts to the whole, and the parts of each that has some."""

    labels: tuple[str, ...]
    parts: Mapping[str, tuple[str, ...]]


def two_way(
    counts: Mapping[tuple[str, str], int],
    total: str,
    rows: Parents | None = None,
    columns: Parents | None = None,
    *,
    may_be_negative: bool = False,
) -> TwoWay:
    """Arrange values with their margins and subtotals.

    Parameters
    ----------
    counts
        (row, column) to value; combinations that are left out hold 0. Margins and subtotals may be given and are then
        checked.
    total
        Label of the margins.
    rows, columns
        What each label is a part of, such as district to province; None for a flat classification.
    may_be_negative
        Whether the values are sums of something else than persons.

    Raises
    ------
    DisclosureError
        A margin that is not the sum of its cells, no inner cell, or a hierarchy that goes round in a circle.

    Examples
    --------
    >>> two_way({("a", "x"): 1, ("b", "x"): 2}, "all", {"a": "north", "b": "north"}).labels[:4]
    (('a', 'x'), ('a', 'all'), ('b', 'x'), ('b', 'all'))
    """
    trees = [
        _tree({cell[axis] for cell in counts}, total, parents or {}) for axis, parents in enumerate((rows, columns))
    ]
    labels = tuple(product(trees[0].labels, trees[1].labels))
    place = {label: number for number, label in enumerate(labels)}
    value = np.zeros(len(labels), dtype=np.int64)
    equations = list(_equations(trees[0], trees[1], place))
    leaves = [label for label in labels if label[0] not in trees[0].parts and label[1] not in trees[1].parts]
    value[[place[label] for label in leaves]] = [counts.get(label, 0) for label in leaves]
    for whole, parts in equations:
        value[whole] = value[parts].sum()
    _check_margins(counts, dict(zip(labels, value.tolist(), strict=True)))
    return TwoWay(labels, additive_system(value, equations, may_be_negative=may_be_negative))


def _tree(found: set[str], total: str, parents: Parents) -> _Tree:
    names = sorted((found | set(parents) | set(parents.values())) - {total})
    if not names:
        raise DisclosureError(f"the table holds nothing but '{total}'; give its inner cells")
    below: dict[str, list[str]] = {}
    for name in names:
        below.setdefault(parents.get(name, total), []).append(name)
    labels = tuple(_from_parts(total, below))
    if len(labels) <= len(names):
        lost = next(name for name in names if name not in labels)
        raise DisclosureError(f"the hierarchy goes round in a circle at '{lost}'; every label is part of '{total}'")
    return _Tree(labels, {whole: tuple(parts) for whole, parts in below.items()})


def _from_parts(total: str, below: Mapping[str, list[str]]) -> Iterator[str]:
    """Every label after all of its parts, the total last."""
    order, pending = [], [total]
    while pending:
        label = pending.pop()
        order.append(label)
        pending += below.get(label, [])
    yield from reversed(order)


def _check_margins(given: Mapping[tuple[str, str], int], computed: Mapping[tuple[str, str], int]) -> None:
    for cell, value in given.items():
        if computed[cell] != value:
            where = " × ".join(cell)
            raise DisclosureError(
                f"cell {where} is {value}, but the cells it sums up give {computed[cell]}; mend the table"
            )


def _equations(rows: _Tree, columns: _Tree, place: Mapping[tuple[str, str], int]) -> Iterator[tuple[int, list[int]]]:
    """Each whole of one classification is the sum of its parts, in every class of the other; parts before wholes."""
    for row in rows.labels:
        for column in (label for label in columns.labels if label in columns.parts):
            yield place[row, column], [place[row, part] for part in columns.parts[column]]
    for row in (label for label in rows.labels if label in rows.parts):
        for column in columns.labels:
            yield place[row, column], [place[part, column] for part in rows.parts[row]]
