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


STUDY_TABLES = (
    "restricted__survey_evidence",
    "candidate__survey_estimates",
    "candidate__list_counts",
    "candidate__survey_diagnostics",
    "candidate__survey_sensitivity",
    "candidate__recovery",
    "candidate__survey_price",
)


def run(store: Store, params: Params) -> None:
    """Estimate, and hold fictional estimates against the values that their world was made with."""
    plan = open_plan(store.root, params.study)
    names = [study_table(params.study, name) for name in STUDY_TABLES]
    if not plan.has_survey:
        store.write_empty(*names)
        return
    responses = store.read(study_table(params.study, "restricted__survey_responses"))
    weights = store.read(study_table(params.study, "restricted__respondent_weights"))
    totals = margins.read_margins(store.root / MARGINS[params.study], plan.margins) if plan.margins else None
    chosen = params.estimate_survey
    sizes = Sizes(chosen.seed, chosen.bootstrap_draws, chosen.model_draws)
    survey = read_survey(plan, responses, weights, params.study)
    found = estimate(survey, totals, sizes, study_source(params.study))
    recovery = recovery_rows(found.estimates, store.read("restricted__synthetic_truth"))
    truths = dict(zip(recovery.estimate_id, recovery.truth_value, strict=True))
    made = (
        evidence_rows(survey, found.failed), found.estimates, list_counts(survey), found.diagnostics,
        found.sensitivity, recovery, survey_price(found.rows, truths),
    )  # fmt: skip
    for name, rows in zip(names, made, strict=True):
        store.write(name, rows)
