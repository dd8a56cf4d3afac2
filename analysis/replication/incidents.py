"""Incidents against refugees in Germany, 2014 to 2017: what a public collection can decide about a backlash.

Source: Bencek & Strasheim 2016, Research & Politics 3(4), doi:10.1177/2053168016679590 (arvig 17.12.0). Texts are read
to count which origin is named and which kind of source reports; no text, place or date of an incident leaves here.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.estimators.estimate import Estimate
from analysis.estimators.event_study import Window, event_study, mix_distance
from analysis.estimators.sample_size import incidents_needed
from analysis.estimators.variance import FloatArray
from analysis.replication.figures import Study, figure_row, r_frame
from analysis.replication.files import Source

STUDY = Study(
    "Incidents against refugees in Germany, as collected from the press and from official lists", "2014 to 2017"
)
FIRST_DAY, EVENT_DAY = pd.Timestamp("2014-01-01"), pd.Timestamp("2016-01-01")
OFFICIAL = r"(?i)bundestag\.de|^\s*antwort"
WHOLE_YEAR = r"1810213|1811298"  # two official lists that begin on 1 January 2016; earlier ones are shorter
NAMED = "(?i)afghan"
RATIO = 1.25  # the smallest effect of claim C11
PUBLISHED = "no figure of this form is published"
UNIT_COUNT, UNIT_SHARE = "incidents", "share of incidents"


def recompute(data: bytes, source: Source) -> pd.DataFrame:
    """Incidents that name Afghans, how many a study would need, and a jump that one source's entry makes.

    Parameters
    ----------
    data : bytes
        `arvig.rda`: one row per incident with date, description, source.
    source : Source
        Where the bytes come from.

    Returns
    -------
    DataFrame
        Table `replication_results`; aggregates only.
    """
    records = r_frame(data, "arvig")
    weeks = ((pd.to_datetime(records.date, unit="D") - FIRST_DAY).dt.days // 7).to_numpy("int64")
    source_text = records.source.fillna("")
    whole_year = source_text.str.contains(WHOLE_YEAR, regex=True).to_numpy(bool)
    official = source_text.str.contains(OFFICIAL, regex=True).to_numpy(bool) & ~whole_year
    named = records.description.fillna("").str.contains(NAMED, regex=True).to_numpy(bool)
    event = (EVENT_DAY - FIRST_DAY).days // 7
    length = int(weeks.max())  # the last week is not whole
    kinds = (whole_year, official, ~whole_year & ~official)
    by_source = np.stack([_weekly(weeks[kind], length) for kind in kinds])
    fewer = by_source[1:].sum(axis=0)
    figures = {
        "named_afghan": ("K19_incidents_naming_afghans", "count", _count(int(named.sum()), len(records))),
        "needed": ("K32_incidents_needed_backlash", "count", _count(incidents_needed(RATIO), len(records))),
        "source_mix": ("K33_source_mix_at_new_year", "difference_in_shares", _mix(by_source, event, len(records))),
        "jump_all": ("K34_incident_jump_at_new_year", "rate_ratio", _jump(by_source.sum(axis=0), event, len(records))),
        "jump_fewer": ("K35_incident_jump_without_whole_year_lists", "rate_ratio", _jump(fewer, event, len(records))),
    }
    return pd.DataFrame(
        figure_row(f"R{number}_incidents_{word}", name, code, made, study=STUDY, published=PUBLISHED, source=source)
        for number, (word, (name, code, made)) in enumerate(figures.items(), start=27)
    )


def _weekly(weeks: "np.typing.NDArray[np.int64]", length: int) -> FloatArray:
    return np.bincount(weeks[weeks < length], minlength=length).astype(np.float64)


def _count(value: int, n: int) -> Estimate:
    return Estimate("count", float(value), None, None, None, 0.95, n, None, None, UNIT_COUNT, "complete count")


def _jump(series: FloatArray, event: int, n: int) -> Estimate:
    """The jump of a weekly series; `n` incidents stand behind it, where the estimator counts weeks."""
    return replace(event_study(series, event).jump, n=n)


def _mix(by_source: FloatArray, event: int, n: int) -> Estimate:
    value = mix_distance(by_source, event, Window())
    method = "total variation distance between the mix of sources before the event and from it on"
    return Estimate("mix", value, None, None, None, 0.95, n, None, None, UNIT_SHARE, method)
