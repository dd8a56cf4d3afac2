"""Fighting between the governments of Afghanistan and Pakistan in the first quarter of 2026, day by day.

Source: Hegre et al. 2020, Research & Politics 7(3) (UCDP Candidate 26.01.26.03). Counts only: no place, text or name of
an event leaves here. Candidate events are preliminary.
"""

import io

import pandas as pd

from analysis.errors import ReplicationError
from analysis.estimators.estimate import Estimate
from analysis.replication.figures import Study, figure_row
from analysis.replication.files import Source

DYAD = "Government of Afghanistan - Government of Pakistan"
STUDY = Study("Events of the dyad Government of Afghanistan - Government of Pakistan", "January to March 2026")
FIRST_DAY, DEADLIEST_DAY = "2026-02-26", "2026-03-16"
PUBLISHED = "not compared: the file is a third party's copy, and the official address was not reached"


def recompute(data: bytes, source: Source) -> pd.DataFrame:
    """Events before, on and after the day of the second shock: table `replication_results`.

    Parameters
    ----------
    data : bytes
        `GEDEvent_v26_01_26_03.csv`: one row per event.
    source : Source
        Where the bytes come from.

    Raises
    ------
    ReplicationError
        The file has no event of the dyad.
    """
    columns = ["dyad_name", "date_start", "best"]
    rows = pd.read_csv(io.BytesIO(data), usecols=columns, dtype=str)
    rows = rows[rows.dyad_name == DYAD]
    if rows.empty:
        raise ReplicationError(f"{source.name} has no event of the dyad '{DYAD}'; another version was fetched")
    day, deaths = rows.date_start.str[:10], rows.best.astype("int64")
    n = len(rows)
    counts = {
        "events_before": (
            "events from 1 January 2026 to the day before the second shock",
            int((day < FIRST_DAY).sum()),
        ),
        "events_on_the_day": ("events that begin on the day of the second shock", int((day == FIRST_DAY).sum())),
        "deaths_on_the_day": ("best estimate of deaths in those events", int(deaths[day == FIRST_DAY].sum())),
        "deaths_on_16_march": ("best estimate of deaths, events of 16 March", int(deaths[day == DEADLIEST_DAY].sum())),
    }
    return pd.DataFrame(
        figure_row(
            f"R{number}_conflict_{word}", f"K{number + 28}_conflict_{word}", "count", _count(value, n, what),
            study=STUDY, published=PUBLISHED, source=source,
        )
        for number, (word, (what, value)) in enumerate(counts.items(), start=35)
    )  # fmt: skip


def _count(value: int, n: int, what: str) -> Estimate:
    return Estimate("count", float(value), None, None, None, 0.95, n, None, None, "events or deaths", what)
