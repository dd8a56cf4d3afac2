"""Tables of the survey's weights and estimates: how respondents count, what was answered and estimated, what it rests on."""

from dataclasses import replace

from analysis.schemas.columns import columns
from analysis.schemas.declaration import Column, Rule, Table
from analysis.schemas.studies import for_every_study
from analysis.schemas.tables_results import INTERVAL_HOLDS_ESTIMATE, SYNTHETIC_IS_NAMED, UNUSABLE_IS_NULL

ENDS_IN_ORDER = Rule(
    "the lower end lies at or below the upper end",
    ("bound_low", "bound_high"),
    lambda rows: rows.bound_low <= rows.bound_high,
)
COVERED_BY_INTERVAL = Rule(
    "the truth is covered exactly when it lies in the interval",
    ("truth_value", "ci_low", "ci_high", "is_truth_covered"),
    lambda rows: (
        (rows.ci_low.isna() & rows.is_truth_covered.isna())
        | (((rows.ci_low <= rows.truth_value) & (rows.truth_value <= rows.ci_high)) == rows.is_truth_covered)
    ),
)


def with_hidden_counts(listed: tuple[Column, ...]) -> tuple[Column, ...]:
    """The same columns where a row that is withheld for its numbers says no number of respondents either."""
    hidden = "withheld together with the numbers of the row"
    return tuple(replace(one, null_means=hidden) if one.name == "respondents_n" else one for one in listed)


TABLES = for_every_study(
    (
        Table(
            name="respondent_weights",
            title="How much each respondent counts",
            row_is="one respondent whom the quality screen left in",
            columns=columns(
                "respondent_pseudonym", "degree_n", "is_degree_imputed", "rds_weight", "raked_weight", "design_weight",
                "blended_weight",
            ),
            key=("respondent_pseudonym",),
            output_kind="microdata",
            source="",
        ),
        Table(
            name="margin_coverage",
            title="Which population the margins describe",
            row_is="one population that totals were given for",
            columns=columns("margin_text", "population_text", "source"),
            key=("margin_text", "population_text"),
            output_kind="reference_text",
            source="",
        ),
        Table(
            name="recruitment_waves",
            title="Respondent-driven sample: respondents by wave",
            row_is="one span of waves; seeds are in the first",
            columns=columns("wave_text", "respondents_n"),
            key=("wave_text",),
            output_kind="frequency",
            corpus="survey",
            source="",
        ),
        Table(
            name="recruitment_homophily",
            title="Respondent-driven sample: recruitment inside groups",
            row_is="one level of one item that is held by enough respondents",
            columns=columns("item_text", "level_text", "homophily_ratio", "respondents_n", "source"),
            key=("item_text", "level_text"),
            output_kind="survey_estimate",
            corpus="survey",
            source="",
        ),
        Table(
            name="weight_diagnostics",
            title="What each weighting costs",
            row_is="one weighting",
            columns=columns(
                "weighting_code", "respondents_n", "kish_design_effect", "realised_design_effect", "effective_n",
                "weight_low_ratio", "weight_high_ratio", "source",
            ),
            key=("weighting_code",),
            output_kind="survey_estimate",
            corpus="survey",
            source="",
        ),
        Table(
            name="survey_estimates",
            title="Estimates from the survey",
            row_is="one estimand in one group by one weighting and one estimator",
            columns=with_hidden_counts(columns(
                "estimate_id", "estimand_id", "item_text", "quantity_code", "group_kind_code", "group_text",
                "weighting_code", "estimator_text", "population_text", "period_text", "evidence_class_code",
                "grade_code", "method_text", "value", "standard_error", "ci_low", "ci_high", "respondents_n",
                "is_usable", "unusable_reason", "source",
            )),
            key=("estimate_id",),
            output_kind="survey_estimate",
            corpus="survey",
            source="",
            rules=(UNUSABLE_IS_NULL, INTERVAL_HOLDS_ESTIMATE, SYNTHETIC_IS_NAMED),
        ),
        Table(
            name="survey_evidence",
            title="Robust intervals of the claims' estimands at several levels: what verdicts are judged by, never released",
            row_is="one estimand at one level",
            columns=columns(
                "estimand_id", "item_text", "group_text", "quantity_code", "confidence_level", "robust_value", "robust_low",
                "robust_high", "respondents_count", "is_publishable", "is_design_passed",
            ),
            key=("estimand_id", "confidence_level"),
            output_kind="microdata",
            source="",
        ),
        Table(
            name="post_evidence",
            title="Shares of posts and jumps that claims read, at several levels: what verdicts are judged by, never released",
            row_is="one estimand at one level",
            columns=columns(
                "estimand_id", "item_text", "group_text", "quantity_code", "confidence_level", "robust_value", "robust_low",
                "robust_high", "basis_posts_n", "basis_channels_n", "is_publishable", "is_rise_ranked",
                "is_composition_steady", "unusable_reason",
            ),
            key=("estimand_id", "confidence_level"),
            output_kind="microdata",
            source="",
        ),
        Table(
            name="list_counts",
            title="Lists of the survey: respondents by list, arm and answer",
            row_is="one possible answer to one list in one arm, or all of them together",
            columns=columns("item_text", "list_arm_code", "list_answer_text", "list_answers_n"),
            key=("item_text", "list_arm_code", "list_answer_text"),
            output_kind="frequency",
            corpus="survey",
            source="",
        ),
        Table(
            name="survey_diagnostics",
            title="Design diagnostics of the survey's experiments and scales",
            row_is="one check of one item or scale",
            columns=columns(
                "item_text", "check_code", "statistic", "threshold", "is_passed", "check_text", "respondents_n", "source"
            ),
            key=("item_text", "check_code"),
            output_kind="survey_estimate",
            corpus="survey",
            source="",
        ),
        Table(
            name="survey_sensitivity",
            title="What assumptions about answers and selection do to an estimate",
            row_is="one assumption about one estimand",
            columns=columns(
                "sensitivity_code", "estimand_id", "step_rank", "assumption_text", "bound_low", "bound_high",
                "respondents_n", "source",
            ),
            key=("sensitivity_code", "estimand_id", "step_rank"),
            output_kind="survey_estimate",
            corpus="survey",
            source="",
            rules=(ENDS_IN_ORDER,),
        ),
        Table(
            name="recovery",
            title="Estimates beside the values that the world was made with; empty where nobody knows the truth",
            row_is="one estimate whose truth is known",
            columns=columns(
                "estimate_id", "estimand_id", "quantity_code", "group_kind_code", "group_text", "weighting_code",
                "estimator_text", "truth_value", "value", "ci_low", "ci_high", "estimation_error", "is_truth_covered",
                "respondents_n", "source",
            ),
            key=("estimate_id",),
            output_kind="survey_estimate",
            corpus="survey",
            source="",
            rules=(COVERED_BY_INTERVAL,),
        ),
    )
)  # fmt: skip
