"""The endorsement experiment in Pakistan: four policies, four armed groups.

Source: Bullock, Imai & Shapiro 2011, Political Analysis 19(4), 363-384, doi:10.1093/pan/mpr031.
"""

import numpy as np
import pandas as pd

from analysis.estimators.endorsement.answers import endorsement_answers
from analysis.estimators.endorsement.quick import quick_endorsement
from analysis.replication.figures import Study, figure_row, r_frame
from analysis.replication.files import Source

STUDY = Study("Respondents of a survey in Pakistan", "2009")
POLICIES = ("Polio", "FCR", "Durand", "Curriculum")
VERSIONS = ("a", "b", "c", "d", "e")
ENDORSERS = ("kashmir", "afghanistan", "al_qaida", "firqavarana")
PUBLISHED = "no figure of this form is published; differences per policy are the differences in mean answers"


def recompute(data: bytes, source: Source) -> pd.DataFrame:
    """Average standardised effect of each group's endorsement on support of the four policies.

    Parameters
    ----------
    data : bytes
        `endorse_pakistan.RData`: data frame `pakistan`, one column for each policy and version, answers 1 to 5.
    source : Source
        Where the bytes come from.

    Returns
    -------
    DataFrame
        Table `replication_results`; aggregates only.
    """
    records = r_frame(data, "pakistan")
    by_version = np.stack(
        [np.column_stack([records[f"{p}.{v}"].astype(float) for v in VERSIONS]) for p in POLICIES], axis=1
    )
    given = np.isfinite(by_version)
    y = np.where(given.any(axis=2), np.nansum(by_version, axis=2), np.nan)
    asked = given.any(axis=(1, 2))
    answers = endorsement_answers(y[asked], given.argmax(axis=2)[asked], POLICIES, ENDORSERS)
    return pd.DataFrame(
        figure_row(
            f"R{number:02d}_endorsement_{endorser}",
            f"K{number - 7:02d}_endorsement_{endorser}_pakistan_2009",
            "standardised_effect",
            estimate,
            study=STUDY,
            published=PUBLISHED,
            source=source,
        )
        for number, (endorser, estimate) in enumerate(
            zip(ENDORSERS, quick_endorsement(answers).pooled, strict=True), start=12
        )
    )
