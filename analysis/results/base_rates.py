"""The base-rate grid as rows of the table `base_rates`."""

import itertools
from collections.abc import Sequence

import pandas as pd

from analysis.estimators.base_rates import base_rates


def base_rate_rows(prevalences: Sequence[float], label_qualities: Sequence[tuple[float, float]]) -> pd.DataFrame:
    """Table `base_rates` over prevalence × (sensitivity, specificity); all are shares."""
    grid = [(p, *quality) for p, quality in itertools.product(prevalences, label_qualities)]
    prevalence, sensitivity, specificity = zip(*grid, strict=True)
    result = base_rates(prevalence, sensitivity, specificity)
    return pd.DataFrame(
        {
            "prevalence_share": prevalence,
            "sensitivity_share": sensitivity,
            "specificity_share": specificity,
            "labelled_share": result.flagged_share,
            "predictive_value_share": result.positive_predictive_value,
            "wrong_labels_per_1000": result.wrong_labels_per_1000,
            "right_labels_per_1000": result.correctly_labelled_opinions_per_1000,
        }
    )
