"""What people and classifiers outside said of the fictional posts: annotations of a sample, predictions for all.

A post is named by the number that stands in its text, since nobody outside knows its pseudonym. The annotators err at
random, more often in German; where three of them disagree altogether, an adjudicator decides. Each of four classifiers
leans towards one stance, the better ones less; none exists here.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

import numpy as np

from analysis.synthetic.posts import STANCES, Channels, Posts, Texts
from analysis.synthetic.world import Bools, Ints

ANNOTATION_FILE, PREDICTION_FILE = "synthetic_annotations.csv", "synthetic_predictions.csv"
HEADER = ("item", "coder", "label", "inclusion_probability")
PROBABILITIES = {"institutional": 0.06, "consented": 0.03}
"""Probability of being drawn for annotation, by kind of account."""
CODERS = 3
ACCURACY = {"fa": 0.97, "ps": 0.97, "en": 0.97, "de": 0.86}
PREDICTED = "favourable"
SEPARATION = {"poor": 0.4, "fair": 0.9, "good": 1.8, "best": 3.2}
"""Distance of a post's mean score from the middle, in log odds, by classifier."""
LEAN = {"institutional": 0.9, "consented": 0.5}
"""Added to the score of every post, right or wrong, by kind of account: an error that depends on who writes."""
SPREAD = 1.0


def annotate(posts: Posts, channels: Channels, enters: Bools, generator: np.random.Generator) -> bytes:
    """Draw posts of accounts that enter, and let the annotators label them.

    Parameters
    ----------
    posts, channels
        The fictional posts.
    enters : (channels,) bool
        Accounts whose posts are admitted.
    generator : Generator

    Returns
    -------
    bytes
        CSV with `HEADER`: one row for each label.
    """
    kind = channels.kind[posts.channel]
    chance = np.array([PROBABILITIES.get(name, 0.0) for name in kind]) * enters[posts.channel]
    drawn = np.flatnonzero(generator.random(len(kind)) < chance)
    truth = np.searchsorted(np.sort(STANCES), posts.stance[drawn])
    labels = _labels(truth, posts.language[drawn], generator)
    rows: list[Sequence[object]] = []
    for row, given, right in zip(drawn, labels, truth, strict=True):
        number = _post_number(str(posts.text[row]))
        rows += [(number, f"coder_{c + 1}", np.sort(STANCES)[label], chance[row]) for c, label in enumerate(given)]
        if len(set(given.tolist())) == CODERS:
            rows.append((number, "adjudicator", np.sort(STANCES)[right], chance[row]))
    return _csv(HEADER, rows)


def _labels(truth: Ints, language: Texts, generator: np.random.Generator) -> Ints:
    accuracy = np.array([ACCURACY[spoken] for spoken in language])[:, None]
    right = generator.random((len(truth), CODERS)) < accuracy
    other = (truth[:, None] + generator.integers(1, len(STANCES), (len(truth), CODERS))) % len(STANCES)
    return np.asarray(np.where(right, truth[:, None], other))


def predict(posts: Posts, channels: Channels, enters: Bools, generator: np.random.Generator) -> bytes:
    """Draw predicted probabilities of one stance for the posts of accounts that enter.

    Parameters
    ----------
    posts, channels, enters, generator
        As for `annotate`.

    Returns
    -------
    bytes
        CSV with item, label and one column per classifier: see `analysis/measures/predictions.py`.
    """
    chosen = np.flatnonzero(enters[posts.channel])
    side = np.where(posts.stance[chosen] == PREDICTED, 1.0, -1.0)
    lean = np.array([LEAN.get(name, 0.0) for name in channels.kind[posts.channel[chosen]]])
    scores = {
        name: distance * side + lean + SPREAD * generator.normal(size=len(chosen))
        for name, distance in SEPARATION.items()
    }
    shares = [[f"{share:.3f}" for share in 1 / (1 + np.exp(-np.clip(score, -5, 5)))] for score in scores.values()]
    numbers = (_post_number(str(posts.text[row])) for row in chosen)
    rows = ((number, PREDICTED, *(column[place] for column in shares)) for place, number in enumerate(numbers))
    return _csv(("item", "label", *scores), rows)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n").writerows([header, *rows])
    return sink.getvalue().encode()


def _post_number(text: str) -> str:
    """The number that names a fictional post."""
    found = re.search(r"\d+", text)
    if found is None:
        raise ValueError(f"a fictional text without a number: {text!r}")
    return found.group()
