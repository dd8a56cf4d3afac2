"""Corrected estimates straight from texts: a scorer that is fitted, used and forgotten inside one call.

What belongs here: `estimate_from_texts` and nothing that could outlive it. What must not: a class with `fit` or
`predict`, a returned or saved model, a returned score, or input without a probability sample of human labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from analysis.errors import EstimationError
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, unusable_estimate
from analysis.estimators.text_prevalence.estimators import Estimator, TextFit, at_level, estimate_text
from analysis.estimators.text_prevalence.regressions import Model
from analysis.estimators.text_prevalence.sample import LabelledTexts, labelled_texts

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

FEATURES = 2**15
NGRAMS = (2, 4)
SHORTEST_FOLDS = 2


def estimate_from_texts(
    texts: Sequence[str],
    values: Mapping[str, FloatArray],
    *,
    labelled: BoolArray,
    probability: FloatArray,
    channel: npt.ArrayLike,
    estimators: Sequence[Estimator],
    generator: np.random.Generator,
    folds: int = 5,
    splits: int = 5,
    model: Model | None = None,
    further: Mapping[str, Model] | None = None,
    levels: Sequence[float] = (),
) -> dict[str, dict[str, TextFit]]:
    """Estimate a prevalence or regression from texts, some with a human label; return the estimates and nothing else.

    Use it when nobody brings predictions. Character n-grams are scored by a logistic regression that is fitted on the
    labels of other channels (folds are made of whole channels), anew for each split; the scores correct themselves
    through the labelled rows, and vanish with the call.

    Parameters
    ----------
    texts
        n texts.
    values
        What is estimated → (n,) label 0 or 1, NaN without one; several classes are several of these.
    labelled, probability
        (n,) whether labelled, and the probability of being labelled.
    channel
        (n,) codes; no channel's text is scored by a model that saw this channel. Also the clusters of the variance.
    estimators
        Which estimators to give, side by side.
    generator
        Source of the folds.
    folds, splits
        Folds of channels, and how often they are drawn anew.
    model
        As in `estimate_text`.
    further
        Name → regression that is estimated by DSL besides, from the same scores (shares by period, say).
    levels
        Coverages at which DSL is given besides, under `at_level`.

    Returns
    -------
    dict
        What is estimated → estimator, or name of a further regression → TextFit.

    Raises
    ------
    EstimationError
        Without a probability sample of labels (as `labelled_texts`), with fewer channels than folds, with labels other
        than 0 and 1, or when a fold's other channels hold one label only; what an estimator refuses, where it is
        asked for alone.

    Randomness
        One permutation of the channels for each split of each value.

    Source
        Cross-fitting as in Egami et al. 2023 (DSL), clusters kept together.

    Example
    -------
    >>> g = np.random.default_rng(1)
    >>> y = g.random(400) < 0.5
    >>> r = g.random(400) < 0.5
    >>> said = [f"{'yes' if a else 'no'} {g.integers(99)}" for a in y]
    >>> fit = estimate_from_texts(
    ...     said,
    ...     {"yes": np.where(r, y, np.nan)},
    ...     labelled=r,
    ...     probability=np.full(400, 0.5),
    ...     channel=g.integers(0, 20, 400),
    ...     estimators=["dsl"],
    ...     generator=g,
    ... )["yes"]["dsl"]
    >>> abs(fit.estimates[0].value - y.mean()) < 0.05
    True
    """
    codes = np.unique(np.asarray(channel), return_inverse=True)[1].astype(np.int64)
    for value in values.values():
        _demand_ready(texts, value, labelled, codes, folds)
        # The refusal comes before anything is fitted; a constant stands for the scores that do not exist yet.
        labelled_texts(value, labelled, probability, np.full(len(value), 0.5), codes)
    vectors = HashingVectorizer(analyzer="char", ngram_range=NGRAMS, n_features=FEATURES, lowercase=True)
    features, found = vectors.transform(texts), {}
    for term, value in values.items():
        drawn = [_balanced_folds(codes, labelled, folds, generator)[codes] for _ in range(splits)]
        scores = np.array([_cross_fitted(features, value, labelled, fold) for fold in drawn])
        sample = labelled_texts(value, labelled, probability, scores, codes)
        asked: dict[str, _Asked] = {name: _Asked(name, model) for name in estimators}
        asked |= {name: _Asked("dsl", one) for name, one in (further or {}).items()}
        asked |= {at_level(level): _Asked("dsl", model, level) for level in levels}
        found[term] = {name: _beside(sample, how, term, is_alone=len(asked) == 1) for name, how in asked.items()}
    return found


@dataclass(frozen=True)
class _Asked:
    """What is estimated from the scores: how, of which model, with which coverage."""

    how: Estimator
    model: Model | None
    confidence: float = DEFAULT_CONFIDENCE


def _beside(sample: LabelledTexts, asked: _Asked, term: str, *, is_alone: bool) -> TextFit:
    """One estimator; beside others, one that cannot be had holds no number and its reason, and the others stand."""
    try:
        return estimate_text(sample, asked.how, asked.model, term=term, confidence=asked.confidence)
    except EstimationError as error:
        if is_alone:
            raise
        names = (term,) if asked.model is None else asked.model.names
        unit, n = "share of posts", len(sample)
        none = (unusable_estimate(name, str(error), n=n, unit=unit, method=asked.how) for name in names)
        return TextFit(tuple(none), None, {}, 0)


def _demand_ready(texts: Sequence[str], value: FloatArray, labelled: BoolArray, codes: IntArray, folds: int) -> None:
    if not len(texts) == len(value) == len(labelled) == len(codes):
        raise EstimationError(f"texts has {len(texts)} entries; give one text, value, flag and channel for each row")
    if folds < SHORTEST_FOLDS or len(np.unique(codes[labelled])) < folds:
        raise EstimationError(
            f"folds is {folds} and {len(np.unique(codes[labelled]))} channel(s) have labels; "
            "folds are made of whole channels"
        )
    wrong = labelled & ~np.isin(value, (0.0, 1.0))
    if wrong.any():
        row = int(wrong.argmax())
        raise EstimationError(f"y holds {value[row]} at position {row + 1}; labels are 1 and 0")


def _cross_fitted(features: Any, value: FloatArray, labelled: BoolArray, fold: IntArray) -> FloatArray:
    """(n,) scores, each from a model that saw no label of its channel."""
    scores = np.empty(len(value))
    for each in np.unique(fold):
        train, test = labelled & (fold != each), fold == each
        if len(np.unique(value[train])) < 2:
            raise EstimationError("labels outside a fold have one value only; use fewer folds or label more texts")
        fitted = LogisticRegression(C=10.0, solver="liblinear", dual=True, max_iter=1000, random_state=0).fit(
            features[train], value[train]
        )
        if test.any():
            scores[test] = fitted.predict_proba(features[test])[:, 1]
    return scores


def _balanced_folds(codes: IntArray, labelled: BoolArray, folds: int, generator: np.random.Generator) -> IntArray:
    """Channel → fold: channels in random order, those with labels dealt out first."""
    channels_n = int(codes.max()) + 1
    has_label = np.bincount(codes, weights=labelled, minlength=channels_n) > 0
    order = generator.permutation(channels_n)
    order = np.concatenate([order[has_label[order]], order[~has_label[order]]])
    fold = np.empty(channels_n, dtype=np.int64)
    fold[order] = np.arange(channels_n) % folds
    return fold
