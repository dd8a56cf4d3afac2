"""The list experiment of the 1991 National Race and Politics Survey.

Source: Imai 2011, Journal of the American Statistical Association 106(494), Table 1, doi:10.1198/jasa.2011.ap10415.
"""

import io

import numpy as np
import pandas as pd

from analysis.estimators.list_experiment.difference import difference_in_means
from analysis.estimators.list_experiment.mixture import maximum_likelihood
from analysis.estimators.list_experiment.prediction import average, difference, predict
from analysis.estimators.list_experiment.regression import regression_data
from analysis.replication.figures import Study, figure_row
from analysis.replication.files import Source

ITEMS = 3
COVARIATES = ("south", "age", "male", "college")
STUDY = Study("Respondents of the National Race and Politics Survey, United States", "1991")
ESTIMAND = "K03_list_race_united_states_1991"
PUBLISHED = {
    "difference": "0.0678 with standard error 0.0496 (R list 9.2.6, ictreg(y ~ 1, method = 'lm'))",
    "coefficient": "1.675 with standard error 0.559 (R list 9.2.6, ictreg(method = 'ml'); model of Imai 2011, Table 1)",
    "south": "0.3182 with standard error 0.0790 (R list 9.2.6, predict(ictreg(method = 'ml')))",
    "elsewhere": "0.1064 with standard error 0.0241 (R list 9.2.6, predict(ictreg(method = 'ml')))",
    "gap": "0.2118 (R list 9.2.6, predict(ictreg(method = 'ml')))",
}


def recompute(data: bytes, source: Source) -> pd.DataFrame:
    """Difference in means, the coefficient of South, and predictions within and outside the South.

    Parameters
    ----------
    data : bytes
        `list_race.tab.gz`: one row per respondent with y, treat, south, age, male, college.
    source : Source
        Where the bytes come from.

    Returns
    -------
    DataFrame
        Table `replication_results`; aggregates only.
    """
    records = pd.read_csv(io.BytesIO(data), sep=r"\s+", compression="gzip")
    y, treat = records["y"].to_numpy(), records["treat"].to_numpy()
    matrix = np.column_stack([np.ones(len(records)), records[list(COVARIATES)].to_numpy(dtype=float)])
    fit = maximum_likelihood(regression_data(y, treat, ITEMS, matrix, ("Intercept", *COVARIATES)))
    averages = {}
    for term, value in (("south", 1.0), ("elsewhere", 0.0)):
        moved = matrix.copy()
        moved[:, 1] = value
        averages[term] = average(fit, moved)
    averages["gap"] = difference(averages["south"], averages["elsewhere"])
    figures = {
        "difference": ("difference_in_mean_counts", difference_in_means(y, treat, ITEMS).difference),
        "coefficient": ("log_odds_coefficient", next(e for e in fit.estimates() if e.term == "sensitive.south")),
    } | {term: ("prevalence", e) for term, e in zip(averages, predict(fit, averages), strict=True)}
    return pd.DataFrame(
        figure_row(
            f"R{number:02d}_list_race_{term}", ESTIMAND, code, e, study=STUDY, published=PUBLISHED[term], source=source
        )
        for number, (term, (code, e)) in enumerate(figures.items(), start=5)
    )
