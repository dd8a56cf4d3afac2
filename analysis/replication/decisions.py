"""Decisions on asylum claims of Afghans: by host and year (UNHCR), by quarter in the United Kingdom (Home Office).

Aggregates as published; what is kept is a selection of rows and columns. Counts of persons only, and of decisions by
states: decisions counted in cases, and UNHCR's own procedures, are other units and other authorities.
"""

import io

import pandas as pd

from analysis.errors import ReplicationError
from analysis.replication.figures import r_frame
from analysis.replication.files import Source

FIRST_YEAR = 2015
STAGES = {
    "FI": "first_instance",
    "FA": "first_instance_and_appeal",
    "IN": "us_immigration_service",
    "EO": "us_immigration_court",
    "RA": "repeat_application",
}
COUNTS = {
    "dec_recognized": "recognised_n",
    "dec_other": "other_positive_n",
    "dec_rejected": "rejected_n",
    "dec_closed": "otherwise_closed_n",
}


def by_host(data: bytes, source: Source) -> pd.DataFrame:
    """Table `asylum_decisions`: host, year and stage of the procedure.

    Parameters
    ----------
    data : bytes
        `asylum_decisions.rda` of the R package refugees.
    source : Source
        Where the bytes come from.

    Raises
    ------
    ReplicationError
        The file holds a host, year and stage twice.
    """
    rows = r_frame(data, "asylum_decisions")
    chosen = rows[
        (rows.coo_iso == "AFG")
        & (rows.year >= FIRST_YEAR)
        & (rows.procedure_type == "G")
        & (rows.dec_pc == "P")
        & rows.dec_level.isin(STAGES)
        & rows.coa_iso.str.fullmatch("[A-Z]{3}")
    ]
    keys = ["coa_iso", "year", "dec_level"]
    if chosen.duplicated(keys).any():
        raise ReplicationError(f"{source.name}: a host, year and stage stands twice; another version was fetched")
    kept = pd.DataFrame(
        {
            "host_iso3": chosen.coa_iso.astype(str),
            "host_name": chosen.coa_name.astype(str),
            "year": chosen.year.astype("int64"),
            "decision_stage_code": chosen.dec_level.map(STAGES),
            **{name: chosen[column].fillna(0).astype("int64") for column, name in COUNTS.items()},
        }
    )
    return kept.assign(source=source.citation).reset_index(drop=True)


def by_quarter(data: bytes, source: Source) -> pd.DataFrame:
    """Table `asylum_decisions_uk`: initial decisions of the Home Office on Afghans by quarter.

    Parameters
    ----------
    data : bytes
        `grant_rates_initial_quarterly.csv` of the R package asylum.
    source : Source
        Where the bytes come from.
    """
    rows = pd.read_csv(io.BytesIO(data))
    chosen = rows[(rows.Nationality == "Afghanistan") & (rows.Year >= FIRST_YEAR)]
    counts = {"Grant": "granted_n", "Refused": "rejected_n", "Administrative Outcome": "otherwise_closed_n"}
    kept = pd.DataFrame(
        {
            "quarter_text": chosen.Quarter,
            **{name: chosen[column].fillna(0).astype("int64") for column, name in counts.items()},
        }
    )
    return kept.assign(source=source.citation).reset_index(drop=True)
