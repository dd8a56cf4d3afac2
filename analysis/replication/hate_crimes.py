"""Recorded hate crimes: how often a public series names Afghans, and how much such a series moves by itself.

Sources: Toronto Police Service, Hate Crimes Open Data (2018 to 2023); Alrababah, Marble, Mousa & Siegel 2021, American
Political Science Review 115(4) (monthly counts of forces in England). Counts only.
"""

import io

import pandas as pd

from analysis.estimators.estimate import Estimate
from analysis.replication.figures import Study, figure_row
from analysis.replication.files import Source

TORONTO = Study("Hate crimes recorded by the police in Toronto", "2018 to 2023")
ENGLAND = Study("Hate crimes recorded by police forces in England with a count in every month", "2015 to 2018")
NAMED = "afghan"
WHOLE_MONTHS = ("2015-02", "2018-03")  # before and after, forces are missing
PUBLISHED = "no figure of this form is published"


def toronto(data: bytes, source: Source) -> pd.DataFrame:
    """Incidents whose recorded ethnicity names Afghans: table `replication_results`.

    Parameters
    ----------
    data : bytes
        `raw_data.csv`: one row per incident.
    source : Source
        Where the bytes come from.
    """
    rows = pd.read_csv(io.BytesIO(data), usecols=["ETHNICITY_BIAS"], dtype=str)
    named = int(rows.ETHNICITY_BIAS.fillna("").str.lower().str.contains(NAMED).sum())
    how = "incidents whose recorded ethnicity of the victims names Afghans; complete count"
    made = Estimate("count", float(named), None, None, None, 0.95, len(rows), None, None, "incidents", how)
    return pd.DataFrame(
        [
            figure_row(
                "R39_toronto_naming_afghans",
                "K67_toronto_naming_afghans",
                "count",
                made,
                study=TORONTO,
                published=PUBLISHED,
                source=source,
            )
        ]
    )


def england(data: bytes, source: Source) -> pd.DataFrame:
    """The largest change from one month to the next: table `replication_results`.

    Parameters
    ----------
    data : bytes
        `merged_hate_crimes.csv`: one row per force and month.
    source : Source
        Where the bytes come from.
    """
    rows = pd.read_csv(io.BytesIO(data), usecols=["county_str", "date", "hate_crimes"])
    months = pd.PeriodIndex(pd.to_datetime(rows.date, format="%Y-%m-%d"), freq="M")
    table = rows.pivot_table(index=months, columns="county_str", values="hate_crimes", aggfunc="sum", min_count=1)
    whole = table.loc[slice(*WHOLE_MONTHS)].dropna(axis="columns")
    totals = whole.sum(axis=1)
    largest = float((totals / totals.shift()).max())
    how = (
        f"largest ratio of a month's total to that of the month before: {whole.shape[1]} forces, {len(whole)} months; "
        "n is the number of crimes"
    )
    made = Estimate("ratio", largest, None, None, None, 0.95, int(totals.sum()), None, None, "ratio", how)
    return pd.DataFrame(
        [
            figure_row(
                "R40_england_largest_change",
                "K68_england_largest_change",
                "month_ratio",
                made,
                study=ENGLAND,
                published=PUBLISHED,
                source=source,
            )
        ]
    )
