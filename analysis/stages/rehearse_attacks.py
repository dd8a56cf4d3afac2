"""What attacks would learn from a table that nobody publishes, with and without the gate."""

from analysis.disclosure.policy import load_policy
from analysis.disclosure.rehearsal import Limits, rehearse
from analysis.params import Params
from analysis.schemas import study_table
from analysis.store import Store

ITEMS = ["sc3", "sc5", "ta1"]
"""Age, cohort of arrival, view of the authorities."""


def run(store: Store, params: Params) -> None:
    """Cross age and cohort with the view of the authorities, and attack the table after each protection."""
    policy = load_policy(store.root / "data/codelists/disclosure_policy.yml")
    responses = store.read(study_table(params.study, "restricted__survey_responses"))
    found = rehearse(responses[ITEMS], Limits(policy.minimum_cell, policy.rounding_base))
    store.write(study_table(params.study, "candidate__attack_results"), found)
