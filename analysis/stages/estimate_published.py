"""Estimates from published counts, with their diagnostics, beside those recomputed from records or other files."""

import pandas as pd

from analysis.params import Params
from analysis.replication.afghanistan import POPULATION
from analysis.results import decisions, list_experiments
from analysis.results.estimates import replicated_rows
from analysis.store import Store


def run(store: Store, params: Params) -> None:
    """Analyse the list experiment from its counts; carry the replicated figures along."""
    counts = store.read("reference__list_experiment_counts")
    replicated = store.read("reference__replication_results")
    found = list_experiments.findings(counts)
    estimates = [list_experiments.estimate_rows(found, POPULATION, "2011"), replicated_rows(replicated)]
    store.write("candidate__list_experiment_counts", counts)
    store.write("candidate__list_experiment_types", list_experiments.type_rows(found))
    store.write("candidate__list_experiment_checks", list_experiments.check_rows(found))
    store.write("candidate__replication_results", replicated)
    store.write("candidate__list_practice", store.read("reference__list_practice"))
    store.write("candidate__asylum_protection", decisions.protection_rows(store.read("reference__asylum_decisions")))
    store.write("candidate__asylum_protection_uk", decisions.quarter_rows(store.read("reference__asylum_decisions_uk")))
    store.write("candidate__estimates", pd.concat(estimates, ignore_index=True))
