"""What the pipeline would find: verdict probabilities, required sizes, and estimators over fictional worlds."""

import numpy as np

from analysis.claims.register import open_register
from analysis.design.studies import simulate_study, simulation
from analysis.params import Params
from analysis.results.design_diagnosis import characteristic_rows, required_size_rows, verdict_probability_rows
from analysis.store import Store
from analysis.study import open_plan

FICTION = "synthetic"


def run(store: Store, params: Params) -> None:
    """Diagnose the frozen rules exactly, the answer strategy over simulated studies of the fictional world."""
    chosen, register = params.diagnose_design, open_register(store.root, params.study)
    plan = open_plan(store.root, FICTION)
    what = simulation(plan, chosen.respondents, params.weight_respondents.cut_at, chosen.bootstrap_draws)
    studies = [simulate_study(what, generator) for generator in np.random.default_rng(chosen.seed).spawn(chosen.worlds)]
    probabilities = verdict_probability_rows(register, chosen.sizes, chosen.design_effects)
    store.write("candidate__verdict_probabilities", probabilities)
    store.write("candidate__required_sizes", required_size_rows(register, chosen.searched_sizes, chosen.design_effects))
    store.write("candidate__synthetic_design_diagnosis", characteristic_rows(studies, plan))
    store.write("candidate__synthetic_deep_diagnosis", store.read("reference__synthetic_deep_diagnosis"))
