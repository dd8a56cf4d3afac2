"""Standard error of a share of texts before anything is labelled.

What belongs here: the closed form of predictions corrected by labels. What must not: data, power itself.
"""

from __future__ import annotations

import math

from analysis.errors import EstimationError


def corrected_standard_error(labels: float, texts: float, share: float, correlation: float) -> float:
    """Give the standard error of `ppi++` and `ppi++-strata` when labels are a simple sample of the texts.

    Parameters
    ----------
    labels, texts
        How many texts are labelled, and how many there are.
    share
        True share, 0 to 1.
    correlation
        Of prediction and label, from a pilot; for `ppi++-strata` of the mean label of a stratum and the label.

    Returns
    -------
    float

    Raises
    ------
    EstimationError
        When there are more labels than texts, or a number is outside its range.

    Source
        Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453, with the best weight on the predictions: what they explain
        of the labels is known for every text, the rest for the labelled ones.

    Example
    -------
    >>> round(corrected_standard_error(100, 10_000, 0.5, 0.0), 3)
    0.05
    """
    if not 0 < share < 1 or not -1 <= correlation <= 1:
        raise EstimationError(f"share is {share:g} and correlation {correlation:g}; give a share in 0..1 and -1..1")
    if not 0 < labels <= texts:
        raise EstimationError(f"n is {labels:g} labels of {texts:g} texts; label some, and no more than there are")
    explained = correlation**2
    return math.sqrt(share * (1 - share) * ((1 - explained) / labels + explained / texts))
