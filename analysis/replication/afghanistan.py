"""The Afghanistan list experiment of 2011 from its records.

Source: Lyall, Blair & Imai 2013, American Political Science Review 107(4), doi:10.1017/S0003055413000403.
"""

import io

import pandas as pd

from analysis.estimators.estimate import Estimate
from analysis.estimators.list_experiment import difference_in_means
from analysis.replication.files import Source

ITEMS = 3
POPULATION = "Respondents in 204 villages of five Pashtun-majority provinces (Helmand, Khost, Kunar, Logar, Uruzgan)"
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
        rows.append(_row(f"R{2 * number - 1:02d}_list_{arm}_respondents", estimand, simple, PUBLISHED[arm], source))
        rows.append(
            _row(f"R{2 * number:02d}_list_{arm}_villages", estimand, clustered, PUBLISHED_CLUSTERED[arm], source)
        )
    return pd.DataFrame(rows)


def _differences(records: pd.DataFrame, label: str) -> tuple[Estimate, Estimate]:
    answers, treated = records["list.response"], (records["list.group"] == label).astype("int64")
    simple = difference_in_means(answers, treated, ITEMS)
    clustered = difference_in_means(answers, treated, ITEMS, strata=records["district"], clusters=records["village.id"])
    return simple.difference, clustered.difference


def _row(
    replication_id: str, estimand_id: str, estimate: Estimate, published: str, source: Source
) -> dict[str, object]:
    return {
        "replication_id": replication_id,
        "estimand_id": estimand_id,
        "quantity_code": "difference_in_mean_counts",
        "population_text": POPULATION,
        "period_text": "2011",
        "method_text": estimate.method,
        "value": estimate.value,
        "standard_error": estimate.se,
        "ci_low": estimate.low,
        "ci_high": estimate.high,
        "respondents_n": estimate.n,
        "published_text": published,
        "file_name": source.name,
        "file_sha256": source.sha256,
        "source": source.citation,
    }
