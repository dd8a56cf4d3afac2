"""Tables of the design diagnosis: what frozen rules and estimators would do, if the truth were known."""

from analysis.schemas.columns import columns
from analysis.schemas.declaration import Rule, Table

OWN_RULES = "computed from the frozen rules of data/claims/claims.yml; no data enter"
FICTION = "fictional worlds drawn by analysis/synthetic; nobody was asked"
PROBABILITIES_ADD_UP = Rule(
    "the probabilities of the three verdicts add up to one",
    ("p_supported", "p_inconclusive", "p_contradicted"),
    lambda rows: ((rows.p_supported + rows.p_inconclusive + rows.p_contradicted) - 1).abs() < 0.001,
)
ESTIMATOR = ("estimand_id", "item_text", "group_text", "weighting_code", "estimator_text", "privacy_step_text")
CHARACTERISTICS = (
    *ESTIMATOR, "estimand_text", "worlds_n", "answered_n", "mean_truth", "bias_share", "rmse_share", "mean_width_share",
    "coverage_share", "coverage_low_share", "coverage_high_share", "power_share",
)  # fmt: skip

TABLES = (
    Table(
        name="performance",
        title="How fast each part is beside a peer or a physical limit",
        row_is="one comparison on one day",
        columns=columns(
            "measured_date", "part_text", "comparison_text", "compared_with_text", "reference_kind_code", "figure_unit_text", "own_figure",
            "other_figure", "times_better", "note", "machine_text", "source",
        ),
        key=("measured_date", "part_text", "comparison_text", "compared_with_text"),
        output_kind="arithmetic",
        source="measured by ./run bench on made-up data",
        rules=(
            Rule(
                "a ratio is there exactly when the other figure is, and a missing one has its reason",
                ("other_figure", "times_better", "note"),
                lambda rows: (rows.other_figure.isna() == rows.times_better.isna()) & (rows.other_figure.notna() | rows.note.notna()),
            ),
        ),
    ),
    Table(
        name="verdict_probabilities",
        title="How often each verdict would be given, if the truth were known",
        row_is="one quantity rule, one assumed truth and one planned study",
        columns=columns(
            "claim_id", "estimand_id", "rule_kind_code", "rule_limit", "private_way_code", "planned_n",
            "assumed_design_effect", "assumed_bogus_share", "true_value", "p_supported", "p_inconclusive",
            "p_contradicted",
        ),
        key=(
            "claim_id", "estimand_id", "private_way_code", "planned_n", "assumed_design_effect", "assumed_bogus_share",
            "true_value",
        ),
        output_kind="arithmetic",
        source=OWN_RULES,
        rules=(PROBABILITIES_ADD_UP,),
    ),
    Table(
        name="required_sizes",
        title="How many people a share needs for the right verdict",
        row_is="one threshold rule, one assumed truth and one planned design",
        columns=columns(
            "claim_id", "estimand_id", "rule_limit", "true_value", "assumed_design_effect", "assumed_bogus_share",
            "sufficient_n",
        ),
        key=("claim_id", "estimand_id", "true_value", "assumed_design_effect", "assumed_bogus_share"),
        output_kind="arithmetic",
        source=OWN_RULES,
    ),
    Table(
        name="synthetic_design_diagnosis",
        title="Fictional worlds: bias, error, coverage and power of estimators at each step of privacy",
        row_is="one estimator at one step of privacy, over all simulated studies",
        columns=columns(*CHARACTERISTICS),
        key=ESTIMATOR,
        output_kind="arithmetic",
        source=FICTION,
    ),
    Table(
        name="synthetic_deep_diagnosis",
        title="Fictional worlds: the same over many more simulated studies, computed once and kept",
        row_is="one estimator at one step of privacy, over all simulated studies",
        columns=columns(*CHARACTERISTICS, "source"),
        key=ESTIMATOR,
        output_kind="arithmetic",
        source=FICTION,
    ),
)  # fmt: skip
