"""The randomised response question of a survey in the Niger Delta: contact with armed groups.

Source: Blair, Imai & Zhou 2015, Journal of the American Statistical Association 110(511),
doi:10.1080/01621459.2015.1050028.
"""

import numpy as np
import pandas as pd

from analysis.estimators.randomised_response.designs import device
from analysis.estimators.randomised_response.prevalence import prevalence
from analysis.estimators.randomised_response.regression import coefficient_estimates, masked_data, masked_regression
from analysis.replication.figures import Study, figure_row, r_frame
from analysis.replication.files import Source

STUDY = Study("Respondents of a survey in the Niger Delta, Nigeria", "before 2015")
ESTIMAND = "K04_masked_contact_nigeria"
COVARIATES = ("cov.asset.index", "cov.married", "cov.age.10", "cov.age.10sq", "cov.education", "cov.female")
TRUTH, FORCED_YES, FORCED_NO = 2 / 3, 1 / 6, 1 / 6
PUBLISHED = {
    "share": "0.2619 (R rr 1.4.2, rrreg(rr.q1 ~ 1), inverse logit of the intercept -1.03606)",
    "female": "-0.5544 with standard error 0.1624 (R rr 1.4.2, rrreg; inverse outer products of scores)",
}


def recompute(data: bytes, source: Source) -> pd.DataFrame:
    """Share with contact, and the coefficient of being a woman.

    Parameters
    ----------
    data : bytes
        `rr_nigeria.RData`: data frame `nigeria`, one row per respondent with rr.q1 and cov.….
    source : Source
        Where the bytes come from.

    Returns
    -------
    DataFrame
        Table `replication_results`; aggregates only.
    """
    records = r_frame(data, "nigeria")
    decades = records["cov.age"].astype(float) / 10
    records = records.assign(**{"cov.age.10": decades, "cov.age.10sq": decades**2})
    complete = records[["rr.q1", *COVARIATES]].astype(float).dropna()
    how = device("forced", TRUTH, p1=FORCED_YES, p0=FORCED_NO)
    answered = records["rr.q1"].astype(float).dropna().to_numpy()
    matrix = np.column_stack([np.ones(len(complete)), complete[list(COVARIATES)].to_numpy()])
    fit = masked_regression(masked_data(complete["rr.q1"].to_numpy(), how, matrix, ("Intercept", *COVARIATES)))
    female = next(e for e in coefficient_estimates(fit, 0.95) if e.term.endswith("cov.female"))
    figures = {"share": ("prevalence", prevalence(answered, how)), "female": ("log_odds_coefficient", female)}
    return pd.DataFrame(
        figure_row(
            f"R{number:02d}_masked_nigeria_{term}",
            ESTIMAND,
            code,
            e,
            study=STUDY,
            published=PUBLISHED[term],
            source=source,
        )
        for number, (term, (code, e)) in enumerate(figures.items(), start=10)
    )
