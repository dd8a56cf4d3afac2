"""What the pipeline would find: verdict probabilities, required sizes, and estimators over fictional worlds."""

import numpy as np

from analysis.claims.register import load_register
from analysis.design.studies import simulate_study
from analysis.params import Params
from analysis.results.design_diagnosis import characteristic_rows, required_size_rows, verdict_probability_rows
from analysis.store import Store


def run(store: Store, params: Params) -> None:
    """Diagnose the frozen rules exactly, the estimators over simulated studies."""
    plan, folder = params.diagnose_design, store.root / "data/claims"
    register = load_register(folder / "claims.yml", folder / "FROZEN.sha256")
    generators = np.random.default_rng(plan.seed).spawn(plan.worlds)
    studies = [simulate_study(plan.respondents, generator) for generator in generators]
    probabilities = verdict_probability_rows(register, plan.sizes, plan.design_effects)
    store.write("candidate__verdict_probabilities", probabilities)
    store.write("candidate__required_sizes", required_size_rows(register, plan.searched_sizes, plan.design_effects))
    store.write("candidate__synthetic_design_diagnosis", characteristic_rows(studies))
    store.write("candidate__synthetic_deep_diagnosis", store.read("reference__synthetic_deep_diagnosis"))
