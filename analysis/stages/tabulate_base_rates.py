"""The arithmetic of labelling a rare opinion; no data enter."""

from analysis.params import Params
from analysis.results.base_rates import base_rate_rows
from analysis.store import Store


def run(store: Store, params: Params) -> None:
    """Right and wrong labels over the grid of assumed rates."""
    grid = params.tabulate_base_rates
    qualities = [(quality.sensitivity, quality.specificity) for quality in grid.label_qualities]
    store.write("candidate__base_rates", base_rate_rows(grid.prevalences, qualities))
