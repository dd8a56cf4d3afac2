"""Estimates from posts: frame shares, stance by every estimator, shocks under every specification, coordination."""

from analysis.params import Params
from analysis.results.post_coordination import coordination_table
from analysis.results.post_rows import ROW_NAMES, PostTables, Settings, released, truths
from analysis.results.post_shocks import covariate_table, shock_tables
from analysis.results.post_stances import stances
from analysis.results.posts import agreement_rows, computed_rows
from analysis.results.posts_price import posts_price
from analysis.schemas import study_table
from analysis.store import Store


def run(store: Store, params: Params) -> None:
    """Write the annotators' agreement and the estimates from posts."""
    tables = PostTables(
        study=params.study,
        posts=store.read(study_table(params.study, "restricted__posts")),
        frames=store.read(study_table(params.study, "restricted__post_frames")),
        labels=store.read(study_table(params.study, "restricted__post_labels")),
        predictions=store.read(study_table(params.study, "restricted__post_predictions")),
        truth=truths(params.study, store.read("restricted__synthetic_truth")),
    )
    chosen = params.estimate_posts
    settings = Settings(
        shock_weeks=chosen.shock_weeks,
        window_seconds=chosen.coordination_window_seconds,
        least_shares=chosen.coordination_least_shares,
        permutations=chosen.permutations,
        seed=chosen.seed,
    )
    agreement = agreement_rows(tables, settings)
    found, shocks = stances(tables, settings, agreement), shock_tables(tables, settings)
    computed = computed_rows(tables, settings, found.estimates)
    price = posts_price(
        {"post_estimates": computed, "text_prevalence": found.prevalence, "stance_periods": found.periods}
    )
    store.write(study_table(params.study, "candidate__label_agreement"), agreement)
    store.write(study_table(params.study, "candidate__post_estimates"), released(computed, ROW_NAMES))
    store.write(study_table(params.study, "candidate__posts_price"), price)
    store.write(study_table(params.study, "candidate__text_prevalence"), found.prevalence_table)
    store.write(study_table(params.study, "candidate__stance_periods"), found.period_table)
    store.write(study_table(params.study, "candidate__coordination"), coordination_table(tables, settings))
    store.write(study_table(params.study, "candidate__shock_specifications"), shocks.specifications)
    store.write(study_table(params.study, "candidate__shock_inference"), shocks.inference)
    store.write(study_table(params.study, "candidate__shock_covariates"), covariate_table(tables, settings))
