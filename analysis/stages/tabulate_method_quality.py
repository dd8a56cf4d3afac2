"""How well methods cover and how fast they are, as found before, and what each way of asking costs; no data enter."""

from analysis.params import Params
from analysis.results.technique_power import assurance_rows, power_rows
from analysis.results.technique_price import price_rows
from analysis.store import Store


def run(store: Store, params: Params) -> None:
    """Carry the tables of coverage and speed along; compute powers and prices."""
    store.write("candidate__method_coverage", store.read("reference__method_coverage"))
    store.write("candidate__rds_coverage", store.read("reference__rds_coverage"))
    store.write("candidate__performance", store.read("reference__performance"))
    store.write("candidate__technique_power", power_rows())
    store.write("candidate__technique_price", price_rows())
    store.write("candidate__list_assurance", assurance_rows())
