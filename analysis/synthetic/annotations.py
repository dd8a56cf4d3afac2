"""What fictional annotators made of a probability sample of the posts: one row for each label.

A post is named by the number that stands in its text, since nobody outside knows its pseudonym. The annotators err at
random, more often in German; where three of them disagree altogether, an adjudicator decides.
"""

import csv
import io
import re

import numpy as np

from analysis.synthetic.posts import STANCES, Channels, Posts, Texts
from analysis.synthetic.world import Bools, Ints

ANNOTATION_FILE = "synthetic_annotations.csv"
HEADER = ("item", "coder", "label", "inclusion_probability")
PROBABILITIES = {"institutional": 0.06, "consented": 0.03}
"""Probability of being drawn for annotation, by kind of account."""
CODERS = 3
ACCURACY = {"fa": 0.97, "ps": 0.97, "en": 0.97, "de": 0.86}


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
        CSV with `HEADER`.
    """
    kind = channels.kind[posts.channel]
    chance = np.array([PROBABILITIES.get(name, 0.0) for name in kind]) * enters[posts.channel]
    drawn = np.flatnonzero(generator.random(len(kind)) < chance)
    truth = np.searchsorted(np.sort(STANCES), posts.stance[drawn])
    labels = _labels(truth, posts.language[drawn], generator)
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(HEADER)
    for row, given, right in zip(drawn, labels, truth, strict=True):
        number = post_number(str(posts.text[row]))
        writer.writerows(
            (number, f"coder_{c + 1}", np.sort(STANCES)[label], chance[row]) for c, label in enumerate(given)
        )
        if len(set(given.tolist())) == CODERS:
            writer.writerow((number, "adjudicator", np.sort(STANCES)[right], chance[row]))
    return sink.getvalue().encode()


def _labels(truth: Ints, language: Texts, generator: np.random.Generator) -> Ints:
    accuracy = np.array([ACCURACY[spoken] for spoken in language])[:, None]
    right = generator.random((len(truth), CODERS)) < accuracy
    other = (truth[:, None] + generator.integers(1, len(STANCES), (len(truth), CODERS))) % len(STANCES)
    return np.asarray(np.where(right, truth[:, None], other))


def post_number(text: str) -> str:
    """The number that names a fictional post."""
    found = re.search(r"\d+", text)
    if found is None:
        raise ValueError(f"a fictional text without a number: {text!r}")
    return found.group()
