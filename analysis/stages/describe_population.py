"""Frames of Afghans abroad: who is counted where, since when comparably, and how far broken down."""

from analysis.measures import population
from analysis.params import Params
from analysis.store import Store


def run(store: Store, params: Params) -> None:
    """UNHCR's counts with breaks and without false zeros, beside the migrant stock of UN DESA."""
    by_year = population.protected_by_year(
        store.read("reference__unhcr_population_host_year"), store.read("reference__series_breaks")
    )
    cells = store.read("reference__unhcr_population_host_sex_age")
    hosts = population.disaggregation(cells, by_year)
    stock = store.read("reference__migrant_stock")
    store.write("candidate__migrant_stock", stock)
    store.write("candidate__diaspora_frames", population.frames_side_by_side(stock, by_year))
    store.write("candidate__population_host_year", by_year)
    store.write("candidate__population_host_disaggregation", hosts)
    store.write("candidate__population_host_sex_age", population.without_false_zeros(cells, hosts))
