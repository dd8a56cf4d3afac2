"""Harm and the wish for peace among refugees from Darfur: what a coefficient from observation can bear.

Source: Hazlett 2019, Journal of Conflict Resolution 64(5), doi:10.1177/0022002719879217; the worked example of
Cinelli & Hazlett 2020, whose figures are the ones compared with.
"""

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.estimators.estimate import Estimate
from analysis.estimators.omitted_variables import robustness
from analysis.replication.figures import Study, figure_row, r_frame
from analysis.replication.files import Source

STUDY = Study("Refugees from Darfur in Chad", "2009")
OUTCOME, TREATMENT, FEMALE = "peacefactor", "directlyharmed", "female"
COVARIATES = ["age", "farmer_dar", "herder_dar", "pastvoted", "hhsize_darfur", FEMALE]
PUBLISHED = "Cinelli & Hazlett 2020 print .097 (.023), a robustness value of .139 and .076 at 5%"


def recompute(data: bytes, source: Source) -> pd.DataFrame:
    """The coefficient of direct harm and its robustness values: table `replication_results`; aggregates only.

    Parameters
    ----------
    data : bytes
        `darfur.rda`: one row per respondent.
    source : Source
        Where the bytes come from.
    """
    records = r_frame(data, "darfur")
    villages = pd.get_dummies(records.village.astype(str), drop_first=True, dtype=float)
    design = sm.add_constant(pd.concat([records[[TREATMENT, *COVARIATES]], villages], axis=1))
    fit = sm.OLS(records[OUTCOME].to_numpy(np.float64), design).fit()
    value, se, free = float(fit.params[TREATMENT]), float(fit.bse[TREATMENT]), int(fit.df_resid)
    low, high = (float(end) for end in fit.conf_int().loc[TREATMENT])
    found = robustness(value, se, free)
    how = "least squares with an indicator for each village, classical standard error"
    harm = Estimate("harm", value, se, low, high, 0.95, len(records), None, free, "points", how)
    made = {
        "harm": ("points_of_scale", harm),
        "robustness": ("robustness_value", _number("to take the coefficient to 0", found.value, len(records))),
        "robustness_at_5": (
            "robustness_value",
            _number("for the coefficient no longer to be told from 0 at 5%", found.value_significance, len(records)),
        ),
    }
    return pd.DataFrame(
        figure_row(
            f"R{number}_darfur_{word}", f"K{number + 28}_darfur_{word}", code, estimate,
            study=STUDY, published=PUBLISHED, source=source,
        )
        for number, (word, (code, estimate)) in enumerate(made.items(), start=32)
    )  # fmt: skip


def _number(what: str, value: float, n: int) -> Estimate:
    method = f"share of what remains of both sides that an unmeasured cause would have to explain {what}"
    return Estimate("robustness", value, None, None, None, 0.95, n, None, None, "share of variance", method)
