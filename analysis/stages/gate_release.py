"""Everything that may leave passes here, and nothing else leaves."""

from dataclasses import replace

from analysis.disclosure.gate import clear
from analysis.disclosure.history import hold, load_history, load_past
from analysis.disclosure.policy import load_policy, pooled_groups
from analysis.params import Params
from analysis.release.dataset import Edition, write_release
from analysis.schemas import study_table
from analysis.store import Store
from analysis.study import open_plan

CANDIDATES = (
    "candidate__asylum_protection",
    "candidate__asylum_protection_uk",
    "candidate__attack_results",
    "candidate__attack_success",
    "candidate__base_rates",
    "candidate__benchmarks_context",
    "candidate__benchmarks_shown",
    "candidate__claim_evidence",
    "candidate__claim_verdicts",
    "candidate__claims_register",
    "candidate__diaspora_frames",
    "candidate__estimates",
    "candidate__events_dated",
    "candidate__frame_codebook",
    "candidate__list_assurance",
    "candidate__list_experiment_checks",
    "candidate__list_experiment_counts",
    "candidate__list_experiment_types",
    "candidate__list_practice",
    "candidate__literature",
    "candidate__method_coverage",
    "candidate__migrant_stock",
    "candidate__performance",
    "candidate__pipeline_flow",
    "candidate__population_host_disaggregation",
    "candidate__population_host_sex_age",
    "candidate__population_host_year",
    "candidate__questionnaire_items",
    "candidate__rds_coverage",
    "candidate__replication_results",
    "candidate__required_sizes",
    "candidate__study_terms",
    "candidate__synthetic_deep_diagnosis",
    "candidate__synthetic_design_diagnosis",
    "candidate__technique_power",
    "candidate__technique_price",
    "candidate__verdict_history",
    "candidate__verdict_probabilities",
)
STUDY_CANDIDATES = (
    "candidate__coordination",
    "candidate__label_agreement",
    "candidate__list_counts",
    "candidate__margin_coverage",
    "candidate__post_estimates",
    "candidate__post_weeks",
    "candidate__posts_admission",
    "candidate__posts_price",
    "candidate__quality_flags",
    "candidate__recovery",
    "candidate__recruitment_homophily",
    "candidate__recruitment_waves",
    "candidate__shock_covariates",
    "candidate__shock_inference",
    "candidate__shock_specifications",
    "candidate__stance_periods",
    "candidate__survey_admission",
    "candidate__survey_diagnostics",
    "candidate__survey_estimates",
    "candidate__survey_price",
    "candidate__survey_sensitivity",
    "candidate__text_prevalence",
    "candidate__weight_diagnostics",
)
"""From the corpora of the study that runs; a release holds those of one study."""


def run(store: Store, params: Params) -> None:
    """Clear every candidate table under the disclosure policy and write the release folder."""
    policy = load_policy(store.root / "data/codelists/disclosure_policy.yml")
    policy = replace(policy, pooled=pooled_groups(open_plan(store.root, params.study)))
    earlier = load_history(store.root / "data/release_history")
    names = [*CANDIDATES, *(study_table(params.study, name) for name in STUDY_CANDIDATES)]
    candidates = {name.removeprefix("candidate__"): store.read(name) for name in names}
    members = store.read(study_table(params.study, "restricted__release_members"))
    held = hold(load_past(store.root, params.study), members, policy.minimum_cell)
    cleared = clear(candidates, policy, earlier, held)
    edition = Edition(params.release.version, params.release.date)
    write_release(cleared, edition, statements=store.root, folder=store.root / "data/release")
