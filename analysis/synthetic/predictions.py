"""What four fictional classifiers say of the posts: each leans towards one stance, the better ones less.

A file of this kind comes from outside; no classifier exists here. A post is named by the number that stands in its
text.
"""

import csv
import io

import numpy as np

from analysis.synthetic.annotations import post_number
from analysis.synthetic.posts import Channels, Posts
from analysis.synthetic.world import Bools

PREDICTION_FILE = "synthetic_predictions.csv"
LABEL = "favourable"
SEPARATION = {"poor": 0.4, "fair": 0.9, "good": 1.8, "best": 3.2}
"""Distance of a post's mean score from the middle, in log odds, by classifier."""
LEAN = {"institutional": 0.9, "consented": 0.5}
"""Added to the score of every post, right or wrong, by kind of account: an error that depends on who writes."""
SPREAD = 1.0


def predict(posts: Posts, channels: Channels, enters: Bools, generator: np.random.Generator) -> bytes:
    """Draw predicted probabilities of one stance for the posts of accounts that enter.

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
        CSV with item, label and one column per classifier: see `analysis/measures/predictions.py`.
    """
    chosen = np.flatnonzero(enters[posts.channel])
    side = np.where(posts.stance[chosen] == LABEL, 1.0, -1.0)
    kind = channels.kind[posts.channel[chosen]]
    lean = np.array([LEAN.get(name, 0.0) for name in kind])
    scores = {
        name: distance * side + lean + SPREAD * generator.normal(size=len(chosen))
        for name, distance in SEPARATION.items()
    }
    shares = [[f"{share:.3f}" for share in 1 / (1 + np.exp(-np.clip(score, -5, 5)))] for score in scores.values()]
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(("item", "label", *scores))
    for place, row in enumerate(chosen):
        writer.writerow((post_number(str(posts.text[row])), LABEL, *(column[place] for column in shares)))
    return sink.getvalue().encode()
