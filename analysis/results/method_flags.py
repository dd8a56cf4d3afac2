"""Methods whose intervals held the truth too rarely in simulation: why, and what to do instead.

What belongs here: one sentence for each failed row of table `method_coverage`; the row, the page and the command that
uses the method show it. What must not: counting (`method_coverage`).
"""

FLAGS = {
    "list_longer": (
        "the interval of a list that is longer in one arm leaves out the error of its length: judge by the envelope of "
        "length_error, or ask lists of equal length"
    ),
    "list_ml_unconstrained_coefficient": (
        "intervals of single coefficients are too narrow in the unconstrained model at usual sample sizes; those of "
        "average predictions are not: use the constrained model"
    ),
    "list_ml_unconstrained_difference": (
        "intervals of differences between predictions are too narrow in the unconstrained model at usual sample sizes: "
        "use the constrained model"
    ),
    "list_prior_wrong": (
        "a prior that is sure of something wrong wins over a list of usual size: give it no more weight than it rests "
        "on, and read the result without it"
    ),
    "masked_crosswise_inattentive": (
        "who answers a crosswise question at random pulls the share towards one half, and the interval does not know "
        "it: ask an anchor question"
    ),
    "share_silent_at_random": (
        "the interval of those who answered misses the truth where answering goes with the answer: read the bounds"
    ),
    "size_homophily": (
        "where groups keep apart and differ in how many they know, the interval of a population's size is too narrow: "
        "take it for an order of magnitude"
    ),
    "text_naive": (
        "a classifier's errors go into its uncorrected share, and the interval does not know them: label a sample, and "
        "use dsl or ppi++"
    ),
}
"""Row of `method_coverage` that fails → why, and what to do instead."""


def told(*methods: str) -> list[str]:
    """Say beside a number that intervals of its kind failed, and where that is shown.

    Parameters
    ----------
    methods
        Failed rows.

    Returns
    -------
    list of str

    Example
    -------
    >>> told("share_silent_at_random")[0].rpartition(": ")[2]
    'read the bounds (fails in method_coverage, share_silent_at_random)'
    """
    return [f"{FLAGS[method]} (fails in method_coverage, {method})" for method in methods]
