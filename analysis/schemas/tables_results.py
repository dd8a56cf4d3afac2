"""Tables of results: estimates with their diagnostics, the arithmetic of base rates, claims and verdicts."""

from analysis.schemas.columns import columns
from analysis.schemas.declaration import Rule, Table

AFGHANISTAN_2011 = "Lyall, Blair & Imai 2013, doi:10.1017/S0003055413000403; counts tabulated from the public file"

UNUSABLE_IS_NULL = Rule(
    "a value that may not be used as what it claims to be is null and has a reason; a usable one is not null and has none",
    ("is_usable", "value", "unusable_reason"),
    lambda rows: (rows.is_usable == rows.value.notna()) & (rows.is_usable == rows.unusable_reason.isna()),
)
INTERVAL_HOLDS_ESTIMATE = Rule(
    "an interval is complete and holds its estimate",
    ("ci_low", "value", "ci_high"),
    lambda rows: (
        (rows.ci_low.isna() & rows.ci_high.isna()) | ((rows.ci_low <= rows.value) & (rows.value <= rows.ci_high))
    ),
)
FAILURE_IS_EXPLAINED = Rule(
    "a method that fails says why and what to do instead, in analysis/results/method_flags.py; one that passes does not",
    ("is_failed", "failure_text"),
    lambda rows: rows.is_failed == rows.failure_text.notna(),
)
SYNTHETIC_IS_NAMED = Rule(
    "a synthetic estimate says so in its identifier",
    ("evidence_class_code", "estimate_id"),
    lambda rows: (rows.evidence_class_code == "synthetic") == rows.estimate_id.str.endswith("_synthetic"),
)

ESTIMATE = columns(
    "estimate_id", "estimand_id", "quantity_code", "population_text", "period_text", "evidence_class_code",
    "grade_code", "method_text", "value", "standard_error", "ci_low", "ci_high", "respondents_n", "is_usable",
    "unusable_reason", "source",
)  # fmt: skip

TABLES = (
    Table(
        name="list_experiment_counts",
        title="Afghanistan list experiment 2011: respondents by arm and answer",
        row_is="one arm and one possible answer",
        columns=columns("experiment_code", "arm_code", "answer_count", "respondents_n", "source"),
        key=("experiment_code", "arm_code", "answer_count"),
        output_kind="published_figure",
        source=AFGHANISTAN_2011,
    ),
    Table(
        name="list_experiment_types",
        title="Afghanistan list experiment 2011: estimated shares of the answer types behind each arm",
        row_is="one arm whose design passed its diagnostics and one type: the number of control items supported, with or "
        "without the sensitive item; why another arm has no rows stands under unusable_reason in estimates",
        columns=columns(
            "experiment_code", "arm_code", "other_items_count", "holds_item", "type_share", "standard_error", "source"
        ),
        key=("experiment_code", "arm_code", "other_items_count", "holds_item"),
        output_kind="estimate",
        source=AFGHANISTAN_2011,
    ),
    Table(
        name="list_experiment_checks",
        title="Afghanistan list experiment 2011: design diagnostics",
        row_is="one check of one arm",
        columns=columns(
            "experiment_code", "arm_code", "check_code", "statistic", "threshold", "is_passed", "check_text", "source"
        ),
        key=("experiment_code", "arm_code", "check_code"),
        output_kind="estimate",
        source=AFGHANISTAN_2011,
    ),
    Table(
        name="replication_results",
        title="Figures recomputed from third-party record-level files",
        row_is="one recomputed figure",
        columns=columns(
            "replication_id", "estimand_id", "quantity_code", "population_text", "period_text", "method_text", "value",
            "standard_error", "ci_low", "ci_high", "respondents_n", "published_text", "file_name", "file_sha256", "source",
        ),
        key=("replication_id",),
        output_kind="estimate",
        source="recomputed, see each row",
        rules=(INTERVAL_HOLDS_ESTIMATE,),
    ),
    Table(
        name="list_practice",
        title="Published list experiments beside direct questions: how precise they were, and how far apart",
        row_is="one band of precision, or of the direct answer",
        columns=columns(
            "band_kind_code", "band_low_share", "band_high_share", "experiments_n", "papers_n", "list_minus_direct",
            "ci_low", "ci_high", "source",
        ),
        key=("band_kind_code", "band_low_share"),
        output_kind="published_figure",
        source="recomputed from the studies of Blair, Coppock & Moor 2020, doi:10.1017/S0003055420000374",
    ),
    Table(
        name="method_coverage",
        title="Coverage of each method's interval over simulated surveys",
        row_is="one estimator on one kind of simulated survey",
        columns=columns(
            "method_id", "survey_text", "respondents_n", "surveys_n", "answered_n", "coverage_share", "coverage_low_share",
            "coverage_high_share", "bias", "spread_of_estimates", "mean_standard_error", "is_failed", "failure_text",
            "slice_n", "slice_covered_n", "seed", "source",
        ),
        key=("method_id",),
        rules=(FAILURE_IS_EXPLAINED,),
        output_kind="arithmetic",
        source="simulated by ./run coverage; nobody in these surveys exists",
    ),
    Table(
        name="technique_price",
        title="Respondents that each way of asking needs for the same precision",
        row_is="one technique at one prevalence",
        columns=columns(
            "method_id", "survey_text", "prevalence_share", "margin_share", "variance_ratio", "required_n",
        ),
        key=("method_id", "prevalence_share"),
        output_kind="arithmetic",
        source="closed forms; no data enter",
    ),
    Table(
        name="technique_power",
        title="Power of each indirect way of asking to tell a prevalence from zero",
        row_is="one technique at one prevalence with one number of respondents",
        columns=columns("method_id", "survey_text", "prevalence_share", "respondents_n", "power_share"),
        key=("method_id", "prevalence_share", "respondents_n"),
        output_kind="arithmetic",
        source="closed forms; no data enter",
    ),
    Table(
        name="list_assurance",
        title="Chance of telling list and direct answers apart, if they differ as in published experiments",
        row_is="one kind of published experiment with one planned number of respondents",
        columns=columns(
            "prior_text", "respondents_n", "true_mean_difference", "true_spread_share", "assumed_error_share",
            "smallest_effect_share", "power_share", "assurance_share",
        ),
        key=("prior_text", "respondents_n"),
        output_kind="arithmetic",
        source="closed forms; differences and errors of 264 experiments, recomputed from the studies of Blair, Coppock & Moor 2020, doi:10.1017/S0003055420000374",
    ),
    Table(
        name="estimates",
        title="Every estimate of the study",
        row_is="one estimate of one estimand by one method from one class of evidence",
        columns=ESTIMATE,
        key=("estimate_id",),
        output_kind="estimate",
        source="see each row",
        rules=(UNUSABLE_IS_NULL, INTERVAL_HOLDS_ESTIMATE, SYNTHETIC_IS_NAMED),
    ),
    Table(
        name="base_rates",
        title="What a label would get right and wrong, if its error rates were known",
        row_is="one combination of assumed prevalence, sensitivity and specificity",
        columns=columns(
            "prevalence_share", "sensitivity_share", "specificity_share", "labelled_share",
            "predictive_value_share", "wrong_labels_per_1000", "right_labels_per_1000",
        ),
        key=("prevalence_share", "sensitivity_share", "specificity_share"),
        output_kind="arithmetic",
        source="Bayes' rule; no data enter",
    ),
    Table(
        name="claims_register",
        title="The register of claims, as frozen before estimation",
        row_is="one sub-claim of the article",
        columns=columns(
            "claim_id", "topic_text", "subject_text", "claim_kind_code", "constructs_text", "article_text", "article_paragraphs_text", "statement", "estimands_text",
            "population_text", "period_text", "evidence_needed", "supported_if", "contradicted_if", "inconclusive_if",
            "decides_text", "can_say", "cannot_say", "threats_text", "notes_text", "is_confirmatory",
        ),
        key=("claim_id",),
        output_kind="reference_text",
        source="data/claims/claims.yml",
    ),
    Table(
        name="claim_evidence",
        title="What is known that touches a claim, and whether it may move the verdict",
        row_is="one piece of evidence beside one claim",
        columns=columns(
            "claim_id", "evidence_id", "evidence_class_code", "grade_code", "is_population_matched",
            "is_period_matched", "is_admissible", "admissibility_reason", "evidence_text", "source",
        ),
        key=("claim_id", "evidence_id"),
        output_kind="reference_text",
        source="data/claims/evidence_links.csv and the tables that it points to",
    ),
    Table(
        name="claim_verdicts",
        title="The verdict on every claim",
        row_is="one scope of one claim",
        columns=columns(
            "claim_id", "scope_code", "verdict_code", "verdict_reason", "is_post_hoc", "low_points", "high_points",
            "intervals_text",
        ),
        key=("claim_id", "scope_code"),
        output_kind="verdict",
        source="computed from the register's rules and the evidence",
    ),
    Table(
        name="verdict_history",
        title="The verdict on every claim in every release so far",
        row_is="one scope of one claim in one release",
        columns=columns("release_version_text", "release_date", "claim_id", "scope_code", "verdict_code"),
        key=("release_version_text", "claim_id", "scope_code"),
        output_kind="verdict",
        source="the verdicts of this release and of the archived ones",
    ),
    Table(
        name="disclosure_records",
        title="What the disclosure gate checked, and what it found",
        row_is="one check of one table",
        columns=columns("table_name", "gate_check_code", "outcome_code", "outcome_text"),
        key=("table_name", "gate_check_code"),
        output_kind="reference_text",
        source="data/codelists/disclosure_policy.yml",
    ),
)  # fmt: skip
