"""Predictions cut into strata: a weight on predictions for each, and chances of being labelled that follow uncertainty.

What belongs here: the uses of a prediction before and after labels exist. What must not: other estimators, files.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.text_prevalence.sample import LabelledTexts
from analysis.estimators.text_prevalence.shares import MeanFit, prediction_powered_mean

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

STRATA = 4
FEWEST_IN_STRATUM = 20
"""Labels, and rows without one, below which a stratum joins its neighbour: its own weight would be noise."""


def stratified_mean(texts: LabelledTexts, g: FloatArray) -> MeanFit:
    """PPI++ in strata of the prediction, each with its own weight on predictions, put together by their parts of rows.

    Use it where predictions are better in one range than in another: a classifier that is sure and right at one end,
    and guesses elsewhere. Where they are alike throughout it gains nothing over `ppi++`.

    Source
        Fisch, Maynez, Hofer, Dhingra, Globerson & Cohen 2024, Stratified prediction-powered inference,
        arXiv:2406.04291; between strata the rows themselves are a sample.
    """
    stratum = prediction_strata(g, texts.labelled)
    n, k = len(texts), int(stratum.max()) + 1
    parts = [_part(texts, g, stratum == h) for h in range(k)]
    shares = np.bincount(stratum, minlength=k) / n
    value = float(shares @ [fit.value for fit in parts])
    influence, details = np.empty(n), {"strata": float(k)}
    for h, fit in enumerate(parts):
        assert fit.influence is not None  # noqa: S101  # PPI always has one
        influence[stratum == h] = shares[h] * fit.influence + (fit.value - value) / n
        details[f"lambda_{h + 1}"] = fit.details["lambda"]
    return MeanFit(value, influence, np.full(n, 1 / n), details)


def _part(texts: LabelledTexts, g: FloatArray, inside: npt.NDArray[np.bool_]) -> MeanFit:
    part = LabelledTexts(
        texts.value[inside], texts.labelled[inside], texts.probability[inside], texts.predictions[:, inside], None, ()
    )
    return prediction_powered_mean(part, g[inside], tuned=True)


def prediction_strata(g: FloatArray, labelled: npt.NDArray[np.bool_], strata: int = STRATA) -> IntArray:
    """Cut rows at quantiles of the prediction, and join strata with few labels or few other rows to the next.

    Parameters
    ----------
    g, labelled
        (n,) predictions, and which rows have a label.
    strata
        At most.

    Returns
    -------
    numpy.ndarray
        (n,) 0, 1, … from low to high predictions.

    Raises
    ------
    EstimationError
        Fewer than 20 labels or 20 rows without one in all.

    Example
    -------
    >>> prediction_strata(np.linspace(0, 1, 400), np.arange(400) % 2 == 0)[[0, 150, 399]].tolist()
    [0, 1, 3]
    """
    few = min(int(labelled.sum()), int((~labelled).sum()))
    if few < FEWEST_IN_STRATUM:
        raise EstimationError(f"labelled leaves {few} rows on one side; strata need {FEWEST_IN_STRATUM}, use ppi++")
    cuts = np.unique(np.quantile(g, np.arange(1, strata) / strata))
    fine = np.searchsorted(cuts, g, side="left")
    counts = np.array([np.bincount(fine[rows], minlength=len(cuts) + 1) for rows in (labelled, ~labelled)])
    joined, current, held = np.zeros(len(cuts) + 1, dtype=np.int64), 0, np.zeros(2)
    for h in range(len(cuts) + 1):
        joined[h] = current
        held = held + counts[:, h]
        if held.min() >= FEWEST_IN_STRATUM:
            current, held = current + 1, np.zeros(2)
    # What is left at the top is too little for a stratum of its own.
    joined[joined == current] = max(current - 1, 0)
    return np.asarray(joined[fine])


def labelling_chances(g: FloatArray, mean_chance: float, floor: float) -> FloatArray:
    """Chances of being labelled that follow the uncertainty of a prediction, with a floor for every row.

    Use it before labels are drawn, with `dsl` or `labelled` after: both are unbiased whatever predictions are worth,
    since every chance is known and above 0. The floor pays for predictions that are sure and wrong; with a floor of 1
    all chances are alike.

    Parameters
    ----------
    g
        (n,) predicted probabilities.
    mean_chance
        Mean chance, in (0, 1]: the expected number of labels is n times it.
    floor
        Part of the mean chance that every row has, in (0, 1].

    Returns
    -------
    numpy.ndarray
        (n,) in [floor × mean chance, 1].

    Raises
    ------
    EstimationError
        A prediction outside 0 to 1, or a chance or floor outside (0, 1].

    Source
        Zrnic & Candès 2024, Active statistical inference, arXiv:2403.03208: chances proportional to the expected error,
        √(g (1 − g)) for a share, mixed with equal ones.

    Example
    -------
    >>> labelling_chances(np.array([0.0, 0.5]), 0.1, 0.5).round(3).tolist()
    [0.05, 0.15]
    """
    if not (0 < mean_chance <= 1 and 0 < floor <= 1):
        raise EstimationError(f"probability is {mean_chance:g} and floor {floor:g}; give both above 0 and at most 1")
    wrong = ~((g >= 0) & (g <= 1))
    if wrong.any():
        row = int(wrong.argmax())
        raise EstimationError(f"predictions hold {g[row]:g} at position {row + 1}; give probabilities from 0 to 1")
    doubt = np.sqrt(g * (1 - g))
    if doubt.sum() == 0:
        return np.full(len(g), mean_chance)
    low, target = floor * mean_chance, len(g) * mean_chance
    chances = np.full(len(g), low)
    # What cannot go above 1 goes to the others; each round settles at least one row.
    for _ in range(len(g)):
        open_rows = (chances < 1) & (doubt > 0)
        left = target - chances[~open_rows].sum() - low * open_rows.sum()
        if left <= 1e-12 or not open_rows.any():
            break
        asked = low + left * doubt / doubt[open_rows].sum()
        chances = np.where(open_rows, np.minimum(asked, 1.0), chances)
        if not (asked[open_rows] > 1).any():
            break
    return chances
