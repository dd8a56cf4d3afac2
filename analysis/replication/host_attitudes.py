"""Attitudes of host publics after attacks: a meta-analysis of reported correlations.

Source: Godefroidt 2023, American Journal of Political Science 67(1), doi:10.1111/ajps.12692. Study level, no persons.
"""

import io

import numpy as np
import pandas as pd

from analysis.errors import ReplicationError
from analysis.estimators.estimate import Estimate
from analysis.estimators.meta_analysis import three_level
from analysis.replication.figures import Study, figure_row
from analysis.replication.files import Source

STUDY = Study("Respondents of published studies of terrorism and attitudes", "1985 to 2020")
HEADER_ROW = 3
EFFECT, ERROR, REPORT, SAMPLE, SIZE = "Fisher", "SE_F", "ID_R", "ID_RS", "ESS"
OUTGROUP_ATTITUDES = ("DV_Code", 2)
NEWS_REPORT, IMMIGRANTS, OTHER_RELIGION = ("IV_Code", 2), ("OA_Target_A", 2), ("OA_Target_A", 3)
PUBLISHED = "not compared: the paper's own figures were not read"
UNIT = "correlation"
CHOSEN = {
    "outgroups": (OUTGROUP_ATTITUDES,),
    "immigrants": (NEWS_REPORT, IMMIGRANTS),
    "other_religions": (NEWS_REPORT, OTHER_RELIGION),
}
"""Which effects are averaged: all on outgroups; those of a news report of an attack, by the group asked about."""


def recompute(data: bytes, source: Source) -> pd.DataFrame:
    """Mean correlation of exposure to terrorism with colder attitudes: table `replication_results`.

    Parameters
    ----------
    data : bytes
        `02-metaanalysis-data.xlsx`: one row per effect, three rows of headings above the names.
    source : Source
        Where the bytes come from.

    Raises
    ------
    ReplicationError
        A column is missing.
    """
    rows = pd.read_excel(io.BytesIO(data), sheet_name="Data", header=HEADER_ROW)
    wanted = {EFFECT, ERROR, REPORT, SAMPLE, SIZE, *(column for kinds in CHOSEN.values() for column, _ in kinds)}
    if missing := sorted(wanted - set(rows.columns)):
        raise ReplicationError(f"{source.name} has no column '{missing[0]}'; another version was fetched")
    return pd.DataFrame(
        figure_row(
            f"R{number}_attitudes_{word}", f"K{number + 28}_attitudes_{word}", "correlation", _mean(rows, kinds),
            study=STUDY, published=PUBLISHED, source=source,
        )
        for number, (word, kinds) in enumerate(CHOSEN.items(), start=41)
    )  # fmt: skip


def _mean(rows: pd.DataFrame, kinds: tuple[tuple[str, int], ...]) -> Estimate:
    """Averaged as Fisher's z, told as a correlation."""
    chosen = rows[np.logical_and.reduce([rows[column] == code for column, code in kinds])]
    n = int(chosen.groupby(SAMPLE)[SIZE].max().sum())
    z = three_level(chosen[EFFECT], chosen[ERROR], chosen[REPORT], n=n, unit=UNIT).mean
    assert z.value is not None and z.se is not None and z.low is not None and z.high is not None  # noqa: S101, PT018
    value, low, high = np.tanh([z.value, z.low, z.high])
    se = z.se * (1 - value**2)
    how = f"{z.method}, reports as groups; averaged as Fisher's z, standard error by the delta method"
    return Estimate("mean", value, se, low, high, 0.95, n, None, z.degrees_of_freedom, UNIT, how)
