"""What publication costs: rows withheld, intervals widened, coverage of known truths before and after.

What belongs here: the comparison of rows as they were computed with the same rows as they leave. What must not: a rule
of publication.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.schemas.precision import SHARE_STEPS, on_step

NAMES = (
    "table_name", "price_scope_text", "rows_n", "withheld_rows_n", "width_before", "width_after",
    "coverage_before_share", "coverage_after_share",
)  # fmt: skip
STEP = SHARE_STEPS[0]
LEAST_ROWS = 10
"""Rows whose mean width may be told before publication: fewer would tell a single one."""


@dataclass(frozen=True)
class Compared:
    """One row before and after: its scope, both intervals (None without), the truth where it is known."""

    scope: str
    before: tuple[float, float] | None
    after: tuple[float, float] | None
    is_withheld: bool
    truth: float | None = None


def price_rows(tables: Mapping[str, Iterable[Compared]]) -> pd.DataFrame:
    """One row per table and scope.

    Parameters
    ----------
    tables
        Name of the table without study → its rows.
    """
    rows = [row for name, compared in tables.items() for row in _rows(name, list(compared))]
    frame = pd.DataFrame(rows, columns=list(NAMES))
    return frame.astype(dict.fromkeys(NAMES[4:], "float64"))


def _rows(name: str, compared: Sequence[Compared]) -> Iterator[tuple[object, ...]]:
    for scope in sorted({row.scope for row in compared}):
        inside = [row for row in compared if row.scope == scope]
        both = [row for row in inside if row.before and row.after]
        known = [row for row in both if row.truth is not None]
        widths = [_mean([_width(pair) for pair in side], len(both)) for side in _sides(both)]
        held = [
            _mean([_holds(pair, row.truth) for pair, row in zip(side, known, strict=True)], len(known))
            for side in _sides(known)
        ]
        yield name, scope, len(inside), len([row for row in inside if row.is_withheld]), *widths, *held


def _sides(rows: Sequence[Compared]) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    return [row.before for row in rows if row.before], [row.after for row in rows if row.after]


def _width(pair: tuple[float, float]) -> float:
    return pair[1] - pair[0]


def _holds(pair: tuple[float, float], truth: float | None) -> float:
    return float(truth is not None and pair[0] <= truth <= pair[1])


def _mean(values: Sequence[float], n: int) -> float | None:
    """On the finest step of a share, and only over enough rows."""
    return on_step(math.fsum(values) / n, STEP) if n >= LEAST_ROWS else None
