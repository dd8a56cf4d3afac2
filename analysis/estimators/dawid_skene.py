"""Labels behind annotators who err in their own ways: Dawid and Skene's model by expectation-maximisation.

What belongs here: arrays in, class probabilities of items and error rates out. What must not: agreement, adjudication.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.agreement import Annotations

FloatArray = npt.NDArray[np.float64]

MOST_STEPS = 5_000
TOLERANCE = 1e-9
"""Rise of the log-likelihood in one step below which it is taken to have settled."""
FEWEST_CODERS = 3
SMALLEST = 1e-300


@dataclass(frozen=True, eq=False)
class DawidSkene:
    """What the model says.

    Attributes
    ----------
    items
        (n,) item codes in ascending order.
    probabilities
        (n, v) probability of each value.
    prior
        (v,) shares of the values.
    error_rates
        (coders, v, v) probability that a coder answers the second value where the first is true.
    log_likelihood, steps
        At the end, and how many steps it took.
    """

    items: npt.NDArray[np.int64]
    probabilities: FloatArray
    prior: FloatArray
    error_rates: FloatArray
    log_likelihood: float
    steps: int


def dawid_skene(annotations: Annotations) -> DawidSkene:
    """Estimate classes of items and error rates of coders together.

    Use it with three coders or more who each labelled many items; it starts from the shares of votes and climbs to a
    maximum of the likelihood, which may be a local one. Error rates serve the quality of a sheet, never a ranking of
    people.

    Parameters
    ----------
    annotations
        Labels.

    Returns
    -------
    DawidSkene

    Raises
    ------
    EstimationError
        Fewer than three coders, or a likelihood that does not settle.

    Missing
        An item that a coder did not label adds nothing for this coder.

    Source
        Dawid & Skene 1979, J. Roy. Stat. Soc. C 28(1), 20–28, equations 2.3 to 2.5; no smoothing.

    Example
    -------
    >>> item, coder = np.repeat(np.arange(4), 3), np.tile([0, 1, 2], 4)
    >>> label = np.array([0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0])
    >>> dawid_skene(Annotations(item, coder, label, np.array([0.0, 1.0]))).probabilities.argmax(axis=1).tolist()
    [0, 1, 0, 1]
    """
    items, item = np.unique(annotations.item, return_inverse=True)
    coders, coder = np.unique(annotations.coder, return_inverse=True)
    if len(coders) < FEWEST_CODERS:
        raise EstimationError(f"coder has {len(coders)} values; the model needs {FEWEST_CODERS} coders or more")
    votes = np.zeros((len(items), len(coders), len(annotations.values)))
    votes[item, coder, annotations.label] = 1.0
    posterior = votes.sum(axis=1) / votes.sum(axis=(1, 2))[:, None]
    before = -np.inf
    for step in range(1, MOST_STEPS + 1):
        prior = posterior.mean(axis=0)
        counts = np.einsum("nk,nca->cka", posterior, votes)
        rates = counts / np.maximum(counts.sum(axis=2, keepdims=True), SMALLEST)
        log_joint = np.log(np.maximum(prior, SMALLEST)) + np.einsum(
            "nca,cka->nk", votes, np.log(np.maximum(rates, SMALLEST))
        )
        highest = log_joint.max(axis=1, keepdims=True)
        weight = np.exp(log_joint - highest)
        likelihood = float(np.sum(highest[:, 0] + np.log(weight.sum(axis=1))))
        posterior = weight / weight.sum(axis=1, keepdims=True)
        if likelihood - before < TOLERANCE:
            return DawidSkene(items, posterior, prior, rates, likelihood, step)
        before = likelihood
    raise EstimationError(f"the likelihood still rises after {MOST_STEPS} steps; give items with more labels")
