"""The Afghanistan list experiment of 2011 from its records.

Source: Lyall, Blair & Imai 2013, American Political Science Review 107(4), doi:10.1017/S0003055413000403.
"""

import io

import pandas as pd

from analysis.estimators.estimate import Estimate
from analysis.estimators.list_experiment import difference_in_means
from analysis.replication.figures import Study, figure_row
from analysis.replication.files import Source

ITEMS = 3
POPULATION = "Respondents in 204 villages of five Pashtun-majority provinces (Helmand, Khost, Kunar, Logar, Uruzgan)"
STUDY = Study(POPULATION, "2011")
ARMS = {"isaf": "ISAF", "taliban": "taliban"}
PUBLISHED = {
    "isaf": "0.04902 with standard error 0.04981 (R list 9.2.6, ictreg(y ~ 1, method = 'lm'))",
    "taliban": "0.22440 with standard error 0.04329 (R list 9.2.6, ictreg(y ~ 1, method = 'lm'))",
}
PUBLISHED_CLUSTERED = {
    "isaf": "standard error 0.03992 (R survey 4.1, svyglm, villages within districts)",
    "taliban": "standard error 0.03634 (R survey 4.1, svyglm, villages within districts)",
}


def recompute(data: bytes, source: Source) -> pd.DataFrame:
    """Differences in mean counts per arm, for independent respondents and for villages within districts.

    Parameters
    ----------
    data : bytes
        `afghan.csv`: one row per respondent with list.group, list.response, village.id, district.
    source : Source
        Where the bytes come from.

    Returns
    -------
    DataFrame
        Table `replication_results`; aggregates only.
    """
    records = pd.read_csv(io.BytesIO(data))
    rows = []
    for number, (arm, label) in enumerate(ARMS.items(), start=1):
        simple, clustered = _differences(records[records["list.group"].isin(["control", label])], label)
        estimand = f"K{number:02d}_list_{arm}_afghanistan_2011"
        found = (
            (2 * number - 1, "respondents", simple, PUBLISHED),
            (2 * number, "villages", clustered, PUBLISHED_CLUSTERED),
        )
        rows += [
            figure_row(
                f"R{figure:02d}_list_{arm}_{unit}",
                estimand,
                "difference_in_mean_counts",
                estimate,
                study=STUDY,
                published=published[arm],
                source=source,
            )
            for figure, unit, estimate, published in found
        ]
    return pd.DataFrame(rows)


def _differences(records: pd.DataFrame, label: str) -> tuple[Estimate, Estimate]:
    answers, treated = records["list.response"], (records["list.group"] == label).astype("int64")
    simple = difference_in_means(answers, treated, ITEMS)
    clustered = difference_in_means(answers, treated, ITEMS, strata=records["district"], clusters=records["village.id"])
    return simple.difference, clustered.difference
