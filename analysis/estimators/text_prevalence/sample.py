"""The labels of a probability sample beside the predictions for all; anything else is refused here.

What belongs here: checks that labels were drawn with the probabilities that are stated. What must not: estimation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.variance import dense_codes

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

REFUSED_Z, DOUBTFUL_Z = 5.0, 3.0
"""Standard errors by which labels may miss what their probabilities promise: chance of 6e-7 and 3e-3."""
FEWEST_EXPECTED = 10.0
"""Expected labels from which on a stratum without any is no accident (chance below 5e-5)."""
MOST_STRATA = 50
FEWEST_LABELS = 10


@dataclass(frozen=True, eq=False)
class LabelledTexts:
    """Texts with predictions, some with labels: arrays of n rows.

    Attributes
    ----------
    value : (n,) float
        The labelled quantity; NaN where there is no label.
    labelled : (n,) bool
    probability : (n,) float
        Probability with which a row was drawn to be labelled, in (0, 1].
    predictions : (s, n) float
        One row for each split of the sample that predictions were made with; one suffices.
    cluster : (n,) int64 or None
        Rows that depend on each other, a channel for instance.
    warnings : tuple of str
    """

    value: FloatArray
    labelled: BoolArray
    probability: FloatArray
    predictions: FloatArray
    cluster: IntArray | None
    warnings: tuple[str, ...]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.value)


def labelled_texts(
    value: FloatArray,
    labelled: BoolArray,
    probability: FloatArray,
    predictions: FloatArray,
    cluster: npt.ArrayLike | None = None,
) -> LabelledTexts:
    """Check that labels are a probability sample, and put them beside the predictions.

    Parameters
    ----------
    value, labelled, probability
        (n,) as in `LabelledTexts`; values of rows without a label are not looked at.
    predictions
        (n,) or (s, n).
    cluster
        (n,) codes of any type, or None.

    Returns
    -------
    LabelledTexts

    Raises
    ------
    EstimationError
        A probability outside (0, 1]; a labelled row without value; fewer than 10 labels; a missing prediction; a row
        with probability 1 and no label; a stratum that should hold labels and holds none; labels whose number, or whose
        predictions, miss what the probabilities promise by more than 5 standard errors.

    Source
        Horvitz & Thompson 1952, J. Am. Stat. Assoc. 47(260), 663–685: every row needs a known probability above 0.

    Example
    -------
    >>> g = np.random.default_rng(1)
    >>> r = g.random(100) < 0.5
    >>> len(labelled_texts(np.where(r, 1.0, np.nan), r, np.full(100, 0.5), g.random(100)))
    100
    """
    scores = np.atleast_2d(np.asarray(predictions, dtype=np.float64))
    _demand_lengths(len(value), labelled, probability, scores)
    _demand_probabilities(labelled, probability)
    _demand_values(value, labelled, scores)
    warnings = [*_compare_numbers(labelled, probability), *_compare_predictions(labelled, probability, scores)]
    codes = None if cluster is None else dense_codes(cluster, "clusters", len(value), np.empty(0, dtype=np.int64))
    return LabelledTexts(
        np.where(labelled, value, np.nan), labelled, probability, scores, codes, tuple(dict.fromkeys(warnings))
    )


def _demand_lengths(n: int, labelled: BoolArray, probability: FloatArray, scores: FloatArray) -> None:
    if labelled.shape != (n,) or probability.shape != (n,) or scores.shape[1:] != (n,):
        raise EstimationError(
            f"labelled has shape {labelled.shape}, probability {probability.shape}, predictions {scores.shape}; "
            f"give one for each of the {n} rows"
        )


def _demand_probabilities(labelled: BoolArray, probability: FloatArray) -> None:
    wrong = ~((probability > 0) & (probability <= 1))
    if wrong.any():
        row = int(wrong.argmax())
        raise EstimationError(
            f"probability is {probability[row]} at position {row + 1}; labels are a probability sample only when every "
            "row could be drawn with a known probability above 0 and at most 1"
        )
    certain = (probability == 1) & ~labelled
    if certain.any():
        row = int(certain.argmax())
        raise EstimationError(
            f"probability is 1 at position {row + 1} but the row has no label; state how labels were drawn"
        )


def _demand_values(value: FloatArray, labelled: BoolArray, scores: FloatArray) -> None:
    if labelled.sum() < FEWEST_LABELS:
        raise EstimationError(f"labelled marks {labelled.sum()} row(s); give at least {FEWEST_LABELS} labels")
    missing = labelled & ~np.isfinite(value)
    if missing.any():
        raise EstimationError(f"y is missing at position {int(missing.argmax()) + 1}, which is marked as labelled")
    absent = ~np.isfinite(scores).all(axis=0)
    if absent.any():
        raise EstimationError(
            f"predictions are missing at position {int(absent.argmax()) + 1}; every row needs one, labelled or not"
        )


def _compare_numbers(labelled: BoolArray, probability: FloatArray) -> list[str]:
    """Labels in all and in each stratum of equal probability against their expectation."""
    strata, code = np.unique(probability, return_inverse=True)
    expected = np.bincount(code, weights=probability)
    found = np.bincount(code, weights=labelled)
    empty = (found == 0) & (expected >= FEWEST_EXPECTED)
    if empty.any():
        which = int(empty.argmax())
        raise EstimationError(
            f"probability {strata[which]:g} promises {expected[which]:.0f} labels and there is none; labels are no "
            "probability sample of these rows"
        )
    spread = np.sqrt(np.bincount(code, weights=probability * (1 - probability)))
    checked = [("all rows", float(found.sum() - expected.sum()), float(np.sqrt((spread**2).sum())))]
    if len(strata) <= MOST_STRATA:
        checked += [
            (f"rows of probability {s:g}", f - e, d) for s, f, e, d in zip(strata, found, expected, spread, strict=True)
        ]
    return [said for where, miss, sd in checked if (said := _judged(miss, sd, f"the number of labels in {where}"))]


def _compare_predictions(labelled: BoolArray, probability: FloatArray, scores: FloatArray) -> list[str]:
    """Labelled rows should look like all rows: their weighted mean prediction against the mean of all."""
    said = []
    for each in scores:
        away = each - each.mean()
        miss = float(((labelled / probability - 1) * away).sum())
        spread = float(np.sqrt(((1 - probability) / probability * away**2).sum()))
        said.append(_judged(miss, spread, "the mean prediction of labelled rows"))
    return [each for each in said if each]


def _judged(miss: float, spread: float, what: str) -> str:
    z = abs(miss) / spread if spread > 0 else (0.0 if abs(miss) < 1e-9 else np.inf)
    if z > REFUSED_Z:
        raise EstimationError(
            f"probability does not fit the labels: {what} is {z:.1f} standard errors away from what the probabilities "
            "promise, so labels are no probability sample; draw labels at random and record the probabilities used"
        )
    return f"{what} is {z:.1f} standard errors away from what the probabilities promise" if z > DOUBTFUL_Z else ""
