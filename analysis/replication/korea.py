"""List experiments beside direct questions in South Korea: support for admitting refugees from North Korea.

Source: Denney, Ward & Green 2020, Journal of Ethnic and Migration Studies, doi:10.1080/1369183X.2020.1797477.
"""

import pandas as pd

from analysis.estimators.estimate import Estimate, logit_interval
from analysis.estimators.list_experiment import difference_in_means
from analysis.replication.figures import Study, figure_row, r_frame
from analysis.replication.files import Source

ITEMS = 3
CONTROL, OWN_ETHNICITY = 0, 1
PANELS = {"korea_panelA.RData": ("newdata18", "2018", 23), "korea_panelC.RData": ("newdata19", "2019", 25)}
PUBLISHED = "not compared: the paper's own figures were not read"


def recompute(data: bytes, source: Source) -> pd.DataFrame:
    """The direct share and the list's difference for one panel: table `replication_results`; aggregates only.

    Parameters
    ----------
    data : bytes
        Panel A or C: one row per respondent with treat, y, direct_defectors.
    source : Source
        Where the bytes come from; its name says which panel.
    """
    frame, year, number = PANELS[source.name]
    records = r_frame(data, frame)
    chosen = records[records.treat.isin([CONTROL, OWN_ETHNICITY])]
    found = difference_in_means(chosen.y.astype(float), (chosen.treat == OWN_ETHNICITY).astype(int), ITEMS).difference
    study = Study("Respondents of an online survey in South Korea", year)
    figures = {"direct": ("prevalence", _share(records.direct_defectors.dropna().astype(float))),
               "list": ("difference_in_mean_counts", found)}  # fmt: skip
    return pd.DataFrame(
        figure_row(
            f"R{number + place}_korea_{year}_{word}",
            f"K{15 + number - 23 + place}_korea_{year}_{word}",
            code,
            made,
            study=study,
            published=PUBLISHED,
            source=source,
        )
        for place, (word, (code, made)) in enumerate(figures.items())
    )


def _share(answers: "pd.Series[float]") -> Estimate:
    """A plain share of independent respondents with a logit interval."""
    n, share = len(answers), float(answers.mean())
    error = (share * (1 - share) / (n - 1)) ** 0.5
    limits = logit_interval(share, error)
    return Estimate(
        "direct",
        share,
        error,
        limits.low,
        limits.high,
        0.95,
        n,
        n,
        None,
        "share of respondents",
        "share, logit interval",
    )
