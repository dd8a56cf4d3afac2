"""How much each respondent counts, and what that costs."""

from analysis.measures import margins
from analysis.params import Params
from analysis.schemas import study_source, study_table
from analysis.store import Store
from analysis.strategy import weights as weighting
from analysis.study import open_plan

MARGINS = {"synthetic": "data/fiction/synthetic_margins.csv", "vault": "data/vault/margins.csv"}


STUDY_TABLES = (
    "restricted__respondent_weights",
    "candidate__margin_coverage",
    "candidate__recruitment_waves",
    "candidate__recruitment_homophily",
    "candidate__weight_diagnostics",
)


def run(store: Store, params: Params) -> None:
    """Weight the respondents that the quality screen left in; describe recruitment and weights by sums only."""
    plan = open_plan(store.root, params.study)
    names = [study_table(params.study, name) for name in STUDY_TABLES]
    if not plan.has_survey:
        store.write_empty(*names)
        return
    responses = store.read(study_table(params.study, "restricted__survey_responses"))
    excluded = store.read(study_table(params.study, "restricted__respondent_quality")).is_excluded
    totals = margins.read_margins(store.root / MARGINS[params.study], plan.margins) if plan.margins else None
    chosen, source = params.weight_respondents, study_source(params.study)
    weights = weighting.weight_rows(plan, responses, excluded.to_numpy(bool), totals, chosen.cut_at)
    made = (
        weights,
        margins.coverage(totals, plan.margins),
        weighting.wave_rows(responses),
        weighting.homophily_rows(plan, responses, source),
        weighting.diagnostic_rows(plan, weights, responses, source),
    )
    for name, rows in zip(names, made, strict=True):
        store.write(name, rows)
