"""The price of publication for the estimates from posts: rows as they were computed beside the same on their steps.

What must not be here: how a price is computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from analysis.results.post_precision import on_steps
from analysis.results.publication_price import Compared, price_rows


def posts_price(tables: Mapping[str, Iterable[Mapping[str, object]]]) -> pd.DataFrame:
    """Table `posts_price`: name of the table without study → its rows as they were computed."""
    return price_rows({name: [one for row in rows if (one := _of_posts(dict(row)))] for name, rows in tables.items()})


def _of_posts(row: dict[str, object]) -> Compared | None:
    if row.get("value") is None:
        return None
    shown = on_steps(row)
    before, after = _ends(row), _ends(shown)
    truth = row.get("known_truth_value")
    scope = str(row.get("quantity_code") or row.get("estimator_text"))
    return Compared(scope, before, after, shown is None, None if truth is None else float(str(truth)))


def _ends(row: Mapping[str, object] | None) -> tuple[float, float] | None:
    if row is None or row["ci_low"] is None:
        return None
    return float(str(row["ci_low"])), float(str(row["ci_high"]))
