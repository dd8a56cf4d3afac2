"""Estimates from posts: frame shares, corrected stance, shocks, coordination."""

from analysis.params import Params
from analysis.results.posts import PostTables, Settings, agreement_rows, estimate_rows
from analysis.schemas import study_table
from analysis.store import Store


def run(store: Store, params: Params) -> None:
    """Write the annotators' agreement and the estimates from posts."""
    tables = PostTables(
        study=params.study,
        posts=store.read(study_table(params.study, "restricted__posts")),
        frames=store.read(study_table(params.study, "restricted__post_frames")),
        labels=store.read(study_table(params.study, "restricted__post_labels")),
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
    store.write(study_table(params.study, "candidate__label_agreement"), agreement)
    store.write(study_table(params.study, "candidate__post_estimates"), estimate_rows(tables, settings, agreement))
