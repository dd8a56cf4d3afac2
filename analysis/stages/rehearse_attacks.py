"""What attacks would learn from studies of nobody, with the rules of publication and without."""

import numpy as np

from analysis.disclosure.policy import load_policy
from analysis.disclosure.rehearsal import Limits, rehearse
from analysis.params import Params
from analysis.results.attack_histories import attack_rows
from analysis.results.attack_studies import SHAPES, invented_answers
from analysis.store import Store
from analysis.study import load_plan

ITEMS = ["age", "sex", "cohort"]
PLAN = "data/study/rehearsal.yml"


def run(store: Store, params: Params) -> None:
    """Attack a frequency table of an invented study, and the estimates of three over simulated histories."""
    plan = load_plan(store.root / PLAN)
    policy = load_policy(store.root / "data/codelists/disclosure_policy.yml")
    skewed = next(shape for shape in SHAPES if shape.code == "skewed")
    answers = invented_answers(plan, skewed, np.random.default_rng(params.rehearse_attacks.seed))
    found = rehearse(answers[ITEMS], Limits(policy.minimum_cell, policy.rounding_base))
    store.write("candidate__attack_results", found)
    store.write("candidate__attack_success", attack_rows(plan, params.rehearse_attacks.seed, policy.minimum_cell))
