"""Estimates from posts: frame shares, stance by every estimator, shocks under every specification, coordination."""

from analysis.params import Params
from analysis.results.post_coordination import coordination_table
from analysis.results.post_evidence import post_evidence_rows
from analysis.results.post_rows import ROW_NAMES, PostTables, Settings, released, truths
from analysis.results.post_shocks import covariate_table, shock_tables
from analysis.results.post_stances import stances
from analysis.results.posts import agreement_rows, computed_rows
from analysis.results.posts_price import posts_price
from analysis.schemas import study_table
from analysis.store import Store
from analysis.study import open_plan

STUDY_TABLES = (
    "candidate__label_agreement",
    "candidate__post_estimates",
    "candidate__posts_price",
    "candidate__text_prevalence",
    "candidate__stance_periods",
    "candidate__coordination",
    "candidate__shock_specifications",
    "candidate__shock_inference",
    "candidate__shock_covariates",
    "restricted__post_evidence",
)


def run(store: Store, params: Params) -> None:
    """Write the annotators' agreement and the estimates from posts."""
    plan = open_plan(store.root, params.study).posts
    names = [study_table(params.study, name) for name in STUDY_TABLES]
    if plan is None:
        store.write_empty(*names)
        return
    tables = PostTables(
        study=params.study,
        posts=store.read(study_table(params.study, "restricted__posts")),
        frames=store.read(study_table(params.study, "restricted__post_frames")),
        labels=store.read(study_table(params.study, "restricted__post_labels")),
        predictions=store.read(study_table(params.study, "restricted__post_predictions")),
        plan=plan,
        truth=truths(params.study, store.read("restricted__synthetic_truth")),
    )
    chosen = params.estimate_posts
    settings = Settings(chosen.permutations, chosen.seed)
    agreement = agreement_rows(tables, settings)
    found, shocks = stances(tables, settings, agreement), shock_tables(tables)
    covariates = covariate_table(tables)
    computed = computed_rows(tables, settings, found.estimates)
    rows = {"post_estimates": computed, "text_prevalence": found.prevalence, "stance_periods": found.periods}
    made = (
        agreement, released(computed, ROW_NAMES), posts_price(rows), found.prevalence_table, found.period_table,
        coordination_table(tables, settings), shocks.specifications, shocks.inference, covariates,
        post_evidence_rows(tables, found.levels, covariates),
    )  # fmt: skip
    for name, table in zip(names, made, strict=True):
        store.write(name, table)
