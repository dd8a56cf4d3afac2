"""Published figures and events: which may be shown as numbers, which days may serve as break dates, what lies near.

What must not be here: reading files, verdicts.
"""

from typing import Any

import numpy as np
import pandas as pd

GOOD_SOURCES_FOR_A_BREAK_DATE = 2
"""A break date rests on two named or official sources that both state the day; one is context."""
SHOCKS = ("afg_pak", "afg_pak_deescalation")
CONFOUNDING_DAYS = 7
"""A host's own event so close to the clashes cannot be told from them among Afghans in that host."""


def shown_as_numbers(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """The rows of table `benchmarks` whose declared use is 'figure'."""
    return benchmarks[benchmarks.use_code == "figure"]


def named_as_context(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """The other rows, without their numbers: table `benchmarks_context`."""
    context = benchmarks[benchmarks.use_code != "figure"]
    identity = ["benchmark_id", "quantity_text", "population_text", "period_text"]
    return context[[*identity, "grade_code", "use_code", "source", "source_address"]]


def rated(events: pd.DataFrame) -> pd.DataFrame:
    """Table `events_dated`: grade each event, say whether its day may be a break date, and what lies within a week.

    Grade B where a named outlet or an official document that states the day was read, C where the event was seen
    otherwise, none where it is recalled: the register's grades, so that an event can count as a report.
    """
    is_seen = events.date_status_code != "recalled"
    has_good = (events.date_status_code == "seen") & (events.good_sources_n > 0)
    return events.assign(
        grade_code=np.select([has_good, is_seen], ["B", "C"], "none"),
        is_break_date_eligible=events.good_sources_n >= GOOD_SOURCES_FOR_A_BREAK_DATE,
        confounders_text=[_near(event, events) for event in events.itertuples()],
    )


def _near(event: Any, events: pd.DataFrame) -> str | None:
    """What else touched Afghans in one host within a week of hostilities: that host's events, with the days between."""
    if event.event_category_code not in SHOCKS:
        return None
    days = (events.event_date - event.event_date).dt.days
    near = events[events.hosts_text.notna() & (days.abs() <= CONFOUNDING_DAYS)]
    return "; ".join(f"{row.event_id} in {row.hosts_text}, {days[row.Index]:+d} d" for row in near.itertuples()) or None
