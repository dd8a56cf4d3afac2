"""Tables of posts: rows without identifiers, what was admitted, and the truth that the fictional world was made with."""

from analysis.schemas.columns import Rule, Table, columns
from analysis.schemas.studies import for_every_study

TIME_HAS_WEEK = Rule(
    "a post with a time has a week, and no other has",
    ("posted_at_utc", "week_index"),
    lambda rows: rows.posted_at_utc.notna() == rows.week_index.notna(),
)

SYNTHETIC_IS_NAMED = Rule(
    "a synthetic estimate says so in its identifier",
    ("evidence_class_code", "estimate_id"),
    lambda rows: (rows.evidence_class_code == "synthetic") == rows.estimate_id.str.endswith("_synthetic"),
)

TABLES = (
    *for_every_study(
        (
            Table(
                name="posts",
                title="Posts of institutional or consenting accounts: pseudonymised and scrubbed",
                row_is="one post, comment or repost",
                columns=columns(
                    "post_pseudonym", "channel_pseudonym", "linkage_pseudonym", "platform_code", "account_kind_code",
                    "language_code", "week_index", "posted_at_utc", "date_source_code", "is_repost", "is_reply",
                    "edited_code", "shared_object_pseudonym", "text_source_code", "post_text",
                ),
                key=("post_pseudonym",),
                output_kind="microdata",
                source="",
                rules=(TIME_HAS_WEEK,),
            ),
            Table(
                name="posts_admission",
                title="How many posts entered, and why others did not",
                row_is="one outcome of admission; outcomes below the smallest releasable count are not listed",
                columns=columns("platform_code", "admission_code", "posts_n"),
                key=("platform_code", "admission_code"),
                output_kind="frequency",
                source="",
            ),
        )
    ),
    *for_every_study(
        (
            Table(
                name="post_frames",
                title="Frames of posts by the codebook",
                row_is="one post and one frame that it speaks of",
                columns=columns("post_pseudonym", "frame_code", "is_negated"),
                key=("post_pseudonym", "frame_code"),
                output_kind="microdata",
                source="",
            ),
            Table(
                name="post_labels",
                title="What annotators read in a probability sample of posts",
                row_is="one annotator's label of one post",
                columns=columns("post_pseudonym", "coder_text", "stance_label_code", "inclusion_probability"),
                key=("post_pseudonym", "coder_text"),
                output_kind="microdata",
                source="",
            ),
            Table(
                name="post_weeks",
                title="Posts by week, language and frame",
                row_is="one frame in one language and week; cells of few posts, few accounts or one dominant account are not listed",
                columns=columns("study_week_index", "language_code", "frame_code", "posts_n"),
                key=("study_week_index", "language_code", "frame_code"),
                output_kind="frequency",
                source="",
            ),
            Table(
                name="post_estimates",
                title="Frames, stance, shocks and coordination in posts: estimates with their uncertainty",
                row_is="one estimate",
                columns=columns(
                    "estimate_id", "estimand_id", "quantity_code", "population_text", "period_text", "evidence_class_code",
                    "method_text", "value", "standard_error", "ci_low", "ci_high", "rank_p_value", "basis_posts_n",
                    "basis_channels_n", "is_usable", "unusable_reason", "source",
                ),
                key=("estimate_id",),
                output_kind="post_estimate",
                source="",
                rules=(SYNTHETIC_IS_NAMED,),
            ),
            Table(
                name="label_agreement",
                title="Agreement of the annotators beyond chance",
                row_is="one set of labels",
                columns=columns(
                    "agreement_scope_text", "value", "standard_error", "ci_low", "ci_high", "standing_code", "basis_posts_n",
                    "basis_channels_n", "source",
                ),
                key=("agreement_scope_text",),
                output_kind="post_estimate",
                source="",
            ),
        )
    ),
    Table(
        name="synthetic_truth",
        title="Fictional world: the values that the world was made with, by estimand",
        row_is="one estimand in one group of the fictional population",
        columns=columns("estimand_id", "truth_group_text", "truth_quantity_text", "truth_value"),
        key=("estimand_id", "truth_group_text", "truth_quantity_text"),
        output_kind="arithmetic",
        source="fictional world written by analysis/synthetic; nobody was asked",
    ),
)  # fmt: skip
