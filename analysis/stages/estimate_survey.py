"""What the survey says, with diagnostics first; in the fictional world beside the truth."""

from analysis.measures import margins
from analysis.params import Params
from analysis.results.survey_price import survey_price
from analysis.results.survey_recovery import recovery_rows
from analysis.schemas import study_source, study_table
from analysis.store import Store
from analysis.strategy.evidence import evidence_rows
from analysis.strategy.frame import read_survey
from analysis.strategy.lists import list_counts
from analysis.strategy.survey import Sizes, estimate
from analysis.study import open_plan

MARGINS = {"synthetic": "data/fiction/synthetic_margins.csv", "vault": "data/vault/margins.csv"}


def run(store: Store, params: Params) -> None:
    """Estimate, and hold fictional estimates against the values that their world was made with."""
    plan = open_plan(store.root, params.study)
    responses = store.read(study_table(params.study, "restricted__survey_responses"))
    weights = store.read(study_table(params.study, "restricted__respondent_weights"))
    totals = margins.read_margins(store.root / MARGINS[params.study], plan.margins) if plan.margins else None
    chosen = params.estimate_survey
    sizes = Sizes(chosen.seed, chosen.bootstrap_draws, chosen.model_draws)
    survey = read_survey(plan, responses, weights, params.study)
    found = estimate(survey, totals, sizes, study_source(params.study))
    recovery = recovery_rows(found.estimates, store.read("restricted__synthetic_truth"))
    store.write(study_table(params.study, "restricted__survey_evidence"), evidence_rows(survey))
    store.write(study_table(params.study, "candidate__survey_estimates"), found.estimates)
    store.write(study_table(params.study, "candidate__list_counts"), list_counts(survey))
    store.write(study_table(params.study, "candidate__survey_diagnostics"), found.diagnostics)
    store.write(study_table(params.study, "candidate__survey_sensitivity"), found.sensitivity)
    store.write(study_table(params.study, "candidate__recovery"), recovery)
    truths = dict(zip(recovery.estimate_id, recovery.truth_value, strict=True))
    store.write(study_table(params.study, "candidate__survey_price"), survey_price(found.rows, truths))
