"""Do annotators agree: Krippendorff's alpha Cohen's kappa by pairs, and the gate on both.

What belongs here: integer codes of items, coders and labels in, agreement out. What must not: files, and any number
about one annotator alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

import krippendorff
import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, unusable_estimate

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

Level = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS: tuple[str, ...] = get_args(Level)

GOOD, TENTATIVE = 0.80, 0.667
"""Krippendorff 2019, section 12.3: rely on labels above .800; draw tentative conclusions above .667."""
Standing = Literal["good", "tentative", "not reported"]
UNIT = "chance-corrected agreement"
METHOD = "Krippendorff's alpha; interval from a Bayesian bootstrap over items with Jeffreys' prior"
FEWEST_MINORITY = 10
"""Items to which some coder gave another label than the commonest: with fewer, agreement on it is chance."""
PRIOR_ITEMS = 1.5
"""Weight of the prior's items together: one half for each of the three patterns that two coders and two labels have."""


@dataclass(frozen=True, eq=False)
class Annotations:
    """Labels in long form: arrays of one length, one row for each label that a coder gave to an item.

    Attributes
    ----------
    item, coder : (n,) int64
        Codes of 0 or more.
    label : (n,) int64
        Position in `values`.
    values : (v,) float64
        What a label is worth, ascending; for nominal labels their position.

    Raises
    ------
    EstimationError
        Unequal lengths, or a coder who gave an item two labels.
    """

    item: IntArray
    coder: IntArray
    label: IntArray
    values: FloatArray

    def __post_init__(self) -> None:
        """Refuse rows that are no single label of one coder."""
        if not self.item.shape == self.coder.shape == self.label.shape:
            raise EstimationError("item, coder and label differ in length; give one of each for every label")
        if len(self.item) == 0:
            raise EstimationError("there is no label; give at least two coders' labels of one item")
        keys = self.item * (int(self.coder.max()) + 1) + self.coder
        _, first, counts = np.unique(keys, return_index=True, return_counts=True)
        if counts.max() > 1:
            position = int(first[counts.argmax()]) + 1
            raise EstimationError(
                f"item at position {position} has {counts.max()} labels of one coder; keep one of them"
            )

    def select(self, rows: npt.NDArray[np.bool_]) -> Annotations:
        """Some of the rows."""
        return Annotations(self.item[rows], self.coder[rows], self.label[rows], self.values)

    def one_against_rest(self, label: int) -> Annotations:
        """The same labels with two values: this one, and any other."""
        return Annotations(self.item, self.coder, (self.label == label).astype(np.int64), np.array([0.0, 1.0]))

    def counts(self) -> IntArray:
        """(items, v) labels of each value, for items with at least two labels: no other can agree."""
        _, item = np.unique(self.item, return_inverse=True)
        table = np.zeros((int(item.max()) + 1, len(self.values)), dtype=np.int64)
        np.add.at(table, (item, self.label), 1)
        return np.asarray(table[table.sum(axis=1) >= 2])


@dataclass(frozen=True)
class PairAgreement:
    """Cohen's kappa of two coders (their codes) over the items that both labelled; None where it is undefined."""

    first: int
    second: int
    items_n: int
    kappa: float | None


def krippendorff_alpha(
    annotations: Annotations,
    level: Level,
    *,
    generator: np.random.Generator,
    draws: int = 1000,
    confidence: float = DEFAULT_CONFIDENCE,
    term: str = "alpha",
) -> Estimate:
    """Estimate agreement beyond chance, with a bootstrap interval over items.

    Use it for any number of coders, with missing labels. Items are the sampling units; coders are fixed.

    Parameters
    ----------
    annotations
        Labels.
    level
        What differences between labels mean.
    generator
        Source of the bootstrap.
    draws
        Of the interval, 100 or more.
    confidence
        Coverage of the interval.
    term
        Name of the estimate.

    Returns
    -------
    Estimate
        Unusable when fewer than two items have two labels, or all labels are the same. With a warning where fewer than
        ten items were given another label than the commonest.

    Raises
    ------
    EstimationError
        An unknown level, or fewer than 100 draws.

    Missing
        Items with one label are left out: they hold no pair.

    Randomness
        `draws` × patterns gamma numbers.

    Source
        Krippendorff 2019, Content Analysis, 4th ed., chapter 12, computed by the library `krippendorff`. Interval:
        Rubin 1981, Annals of Statistics 9(1), 130–134, over items, with half an item of every pair of labels, so that a
        pattern that happens not to be in the sample is not taken to be impossible. A plain bootstrap covers 57 % where
        the label is rare; coverage of this one: table `method_coverage`.

    Example
    -------
    >>> item, coder = np.repeat(np.arange(4), 2), np.tile([0, 1], 4)
    >>> a = Annotations(item, coder, np.array([0, 0, 1, 1, 0, 0, 1, 1]), np.array([0.0, 1.0]))
    >>> krippendorff_alpha(a, "nominal", generator=np.random.default_rng(1)).value
    1.0
    """
    if level not in LEVELS or draws < 100:
        raise EstimationError(
            f"level is '{level}', draws {draws}; choose one of {', '.join(LEVELS)} and 100 draws or more"
        )
    counts = annotations.counts()
    reason = _undefined(counts)
    if reason:
        return unusable_estimate(term, reason, n=len(counts), unit=UNIT, method=METHOD, confidence=confidence)
    value = _alpha(counts, annotations.values, level)
    assert value is not None  # noqa: S101  # `_undefined` has ruled the only other case out
    drawn = _drawn_alphas(counts, annotations.values, level, generator, draws)
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    minority = minority_items(counts)
    rare = f"{term}: {minority} item(s) have another label than the commonest; from {FEWEST_MINORITY} on it tells much"
    return Estimate(
        term=term,
        value=value,
        se=float(drawn.std(ddof=1)),
        low=min(float(low), value),
        high=max(float(high), value),
        confidence=confidence,
        n=len(counts),
        effective_n=None,
        degrees_of_freedom=None,
        unit=UNIT,
        method=METHOD,
        warnings=(rare,) if minority < FEWEST_MINORITY else (),
    )


def minority_items(counts: IntArray) -> int:
    """Items of which some coder gave another label than the commonest one.

    Parameters
    ----------
    counts
        (items, v) from `Annotations.counts`.

    Returns
    -------
    int

    Example
    -------
    >>> minority_items(np.array([[2, 0], [1, 1], [2, 0]]))
    1
    """
    commonest = int(counts.sum(axis=0).argmax())
    return int((counts.sum(axis=1) > counts[:, commonest]).sum())


def _drawn_alphas(
    counts: IntArray, values: FloatArray, level: Level, generator: np.random.Generator, draws: int
) -> FloatArray:
    """Alpha under reweighted items; the prior's items hold every pair of the labels that occur."""
    used = counts.sum(axis=0) > 0
    patterns, seen = np.unique(counts[:, used], axis=0, return_counts=True)
    v = int(used.sum())
    pairs = [np.eye(v)[i] + np.eye(v)[j] for i in range(v) for j in range(i, v)]
    everything = np.vstack([patterns, pairs])
    shape = np.concatenate([seen, np.zeros(len(pairs))])
    shape[len(seen) :] = PRIOR_ITEMS / len(pairs)
    weights = generator.standard_gamma(shape, size=(draws, len(shape)))
    weights *= len(counts) / weights.sum(axis=1, keepdims=True)
    return _weighted_alphas(weights, everything.astype(np.float64), values[used], level)


def _weighted_alphas(weights: FloatArray, patterns: FloatArray, values: FloatArray, level: Level) -> FloatArray:
    """(d,) alpha for each row of weights (d, k) of the patterns (k, v): observed over expected disagreement."""
    labels = patterns.sum(axis=1)
    pairs = patterns[:, :, None] * patterns[:, None, :] - np.einsum("kv,vw->kvw", patterns, np.eye(len(values)))
    pairs = pairs / (labels - 1)[:, None, None]
    together = (weights @ pairs.reshape(len(patterns), -1)).reshape(len(weights), len(values), len(values))
    n = weights @ patterns
    total = n.sum(axis=1)
    distance = _distances(n, values, level)
    observed = (together * distance).sum(axis=(1, 2))
    expected = np.einsum("dv,dw,dvw->d", n, n, distance) / (total - 1)
    return np.asarray(1 - observed / expected, dtype=np.float64)


def _distances(n: FloatArray, values: FloatArray, level: Level) -> FloatArray:
    """(d, v, v) squared difference of two labels; ordinal ones depend on how often labels are given."""
    if level == "ordinal":
        upto = np.cumsum(n, axis=1) - n / 2
        return np.asarray((upto[:, :, None] - upto[:, None, :]) ** 2)
    away = values[:, None] - values[None, :]
    if level == "nominal":
        one = (away != 0).astype(np.float64)
    elif level == "interval":
        one = away**2
    else:
        total = values[:, None] + values[None, :]
        one = np.divide(away, total, out=np.zeros_like(away), where=total != 0) ** 2
    return np.broadcast_to(one, (len(n), *one.shape))


def _undefined(counts: IntArray) -> str | None:
    if len(counts) < 2:
        return f"{len(counts)} item(s) have two labels; give at least two such items"
    if (counts.sum(axis=0) > 0).sum() < 2:
        return "all labels are the same, so agreement beyond chance is undefined; add items that differ"
    return None


def _alpha(counts: IntArray, values: FloatArray, level: Level) -> float | None:
    used = counts.sum(axis=0) > 0
    if used.sum() < 2:
        return None
    return float(
        krippendorff.alpha(value_counts=counts[:, used], value_domain=values[used], level_of_measurement=level)
    )


def alpha_by_class(
    annotations: Annotations, *, generator: np.random.Generator, draws: int = 1000
) -> tuple[Estimate, ...]:
    """Agreement on each label against all others.

    Parameters
    ----------
    annotations, generator, draws
        As in `krippendorff_alpha`.

    Returns
    -------
    tuple of Estimate
        In the order of the values, term = position of the value.
    """
    return tuple(
        krippendorff_alpha(
            annotations.one_against_rest(label), "nominal", generator=generator, draws=draws, term=str(label)
        )
        for label in range(len(annotations.values))
    )


def pairwise_kappa(annotations: Annotations) -> tuple[PairAgreement, ...]:
    """Cohen's kappa of every two coders with items in common.

    Parameters
    ----------
    annotations
        Labels.

    Returns
    -------
    tuple of PairAgreement

    Source
        Cohen 1960, Educational and Psychological Measurement 20(1), 37–46, unweighted.

    Example
    -------
    >>> item, coder = np.repeat(np.arange(4), 2), np.tile([0, 1], 4)
    >>> a = Annotations(item, coder, np.array([0, 0, 1, 1, 0, 0, 1, 0]), np.array([0.0, 1.0]))
    >>> pairwise_kappa(a)[0].kappa
    0.5
    """
    coders = np.unique(annotations.coder)
    by_coder = {int(c): annotations.select(annotations.coder == c) for c in coders}
    found = []
    for first, second in combinations(by_coder, 2):
        a, b = by_coder[first], by_coder[second]
        _, in_a, in_b = np.intersect1d(a.item, b.item, assume_unique=True, return_indices=True)
        if len(in_a):
            kappa = _kappa(a.label[in_a], b.label[in_b], len(annotations.values))
            found.append(PairAgreement(first, second, len(in_a), kappa))
    return tuple(found)


def _kappa(first: IntArray, second: IntArray, values_n: int) -> float | None:
    """From whole counts, so that coders who used one label only are undefined and not a matter of rounding."""
    confusion = np.zeros((values_n, values_n), dtype=np.int64)
    np.add.at(confusion, (first, second), 1)
    n, by_chance = len(first), int(confusion.sum(axis=1) @ confusion.sum(axis=0))
    return None if by_chance == n * n else (n * int(np.trace(confusion)) - by_chance) / (n * n - by_chance)


def standing(alpha: Estimate) -> Standing:
    """What may be done with labels, by the lower limit of alpha: a lucky point estimate opens no door.

    Nothing, where too few items speak about the rarer labels.

    Parameters
    ----------
    alpha
        From `krippendorff_alpha`.

    Returns
    -------
    str
        `good`, `tentative` or `not reported`.

    Example
    -------
    >>> standing(unusable_estimate("alpha", "one item", n=1, unit=UNIT, method=METHOD))
    'not reported'
    """
    if alpha.low is None or alpha.low < TENTATIVE or alpha.warnings:
        return "not reported"
    return "good" if alpha.low >= GOOD else "tentative"
