"""The price of publication for the estimates of the survey: the gathered rows before and after their steps.

What must not be here: how a price is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.results.publication_price import Compared, price_rows
from analysis.strategy.rows import Rows


def survey_price(rows: Rows, truths: Mapping[str, float]) -> pd.DataFrame:
    """Table `survey_price` from the gathered rows; `truths` has the identifiers of estimates with a known truth."""
    return price_rows({"survey_estimates": list(_of_survey(rows, truths))})


def _of_survey(rows: Rows, truths: Mapping[str, float]) -> Iterator[Compared]:
    for row, (place, number), is_allowed in zip(rows.found, rows.exact, rows.allowed, strict=True):
        if is_allowed:
            before = (number.limits.low, number.limits.high) if number.limits else None
            after = (row["ci_low"], row["ci_high"]) if row["ci_low"] is not None else None
            scope = f"{place.quantity}, {place.group_kind}"
            yield Compared(scope, before, after, not row["is_usable"], truths.get(str(row["estimate_id"])))  # type: ignore[arg-type] # numbers
