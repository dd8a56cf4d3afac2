"""Asylum decisions with the share that was positive: tables `asylum_protection` and `asylum_protection_uk`."""

import pandas as pd
from statsmodels.stats.proportion import proportion_confint


def protection_rows(decisions: pd.DataFrame) -> pd.DataFrame:
    """Table `asylum_protection`.

    Parameters
    ----------
    decisions : DataFrame
        Table `asylum_decisions`.

    Returns
    -------
    DataFrame
        A series breaks in the first year of a host and stage, and after a year without decisions: what came before is
        not comparable, or not there.
    """
    rows = decisions.sort_values(["host_iso3", "decision_stage_code", "year"], ignore_index=True)
    before = rows.groupby(["host_iso3", "decision_stage_code"]).year.shift()
    positive = rows.recognised_n + rows.other_positive_n
    return _with_shares(rows, positive).assign(is_series_break=(rows.year - before != 1).fillna(True).astype(bool))


def quarter_rows(decisions: pd.DataFrame) -> pd.DataFrame:
    """Table `asylum_protection_uk`, from table `asylum_decisions_uk`."""
    return _with_shares(decisions, decisions.granted_n)


def _with_shares(rows: pd.DataFrame, positive: "pd.Series[int]") -> pd.DataFrame:
    """Shares of decisions on the substance; what was withdrawn or closed is neither positive nor negative."""
    decided = positive + rows.rejected_n
    low, high = proportion_confint(
        positive.astype("float64"), decided.where(decided > 0).astype("float64"), method="wilson"
    )
    return rows.assign(
        decided_n=decided,
        protection_share=(positive / decided.where(decided > 0)).astype("float64"),
        process_low_share=low,
        process_high_share=high,
    )
