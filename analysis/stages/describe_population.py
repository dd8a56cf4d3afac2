"""The protection frame: who is counted where, since when comparably, and how far broken down."""

from analysis.measures import population
from analysis.params import Params
from analysis.store import Store


def run(store: Store, params: Params) -> None:
    """UNHCR's counts by host and year with breaks, and by sex and age without false zeros."""
    by_year = population.protected_by_year(
        store.read("reference__unhcr_population_host_year"), store.read("reference__series_breaks")
    )
    cells = store.read("reference__unhcr_population_host_sex_age")
    hosts = population.disaggregation(cells, by_year)
    store.write("candidate__population_host_year", by_year)
    store.write("candidate__population_host_disaggregation", hosts)
    store.write("candidate__population_host_sex_age", population.without_false_zeros(cells, hosts))
