"""Tables about sampling: what the estimators do where the truth is known."""

from analysis.schemas.columns import columns
from analysis.schemas.declaration import Rule, Table

TABLES = (
    Table(
        name="rds_coverage",
        title="Bias and coverage of estimators for respondent-driven samples over simulated populations",
        row_is="one estimator with one kind of interval in one kind of simulated population",
        columns=columns(
            "simulation_code", "estimator_text", "interval_text", "worlds_n", "truth_share", "bias_share", "spread_share",
            "mean_standard_error", "coverage_share", "coverage_low_share", "coverage_high_share", "mean_width_share",
            "design_effect", "source",
        ),
        key=("simulation_code", "estimator_text", "interval_text"),
        output_kind="arithmetic",
        rules=(
            Rule(
                "coverage lies between its limits",
                ("coverage_low_share", "coverage_share", "coverage_high_share"),
                lambda rows: (
                    rows.coverage_share.isna()
                    | ((rows.coverage_low_share <= rows.coverage_share) & (rows.coverage_share <= rows.coverage_high_share))
                ),
            ),
        ),
        source="simulated; nobody real is in these populations",
    ),
)  # fmt: skip
