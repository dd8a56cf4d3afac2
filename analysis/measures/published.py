"""Published figures and events: which may be shown as numbers, which days may serve as break dates."""

import pandas as pd

GOOD_SOURCES_FOR_A_BREAK_DATE = 2
"""A break date rests on two named or official sources that both state the day; one is context."""


def shown_as_numbers(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """The rows of table `benchmarks` whose declared use is 'figure'."""
    return benchmarks[benchmarks.use_code == "figure"]


def named_as_context(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """The other rows, without their numbers: table `benchmarks_context`."""
    context = benchmarks[benchmarks.use_code != "figure"]
    identity = ["benchmark_id", "quantity_text", "population_text", "period_text"]
    return context[[*identity, "grade_code", "use_code", "source", "source_address"]]


def with_break_eligibility(events: pd.DataFrame) -> pd.DataFrame:
    """Table `events_dated`: say of each day whether its sources allow it as the break date of an event study."""
    return events.assign(is_break_date_eligible=events.good_sources_n >= GOOD_SOURCES_FOR_A_BREAK_DATE)
