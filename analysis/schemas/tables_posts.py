"""Tables of posts: rows without identifiers, what was admitted, and the truth that the fictional world was made with."""

from analysis.schemas.columns import columns
from analysis.schemas.declaration import Rule, Table
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
                    "edited_code", "shared_object_pseudonym", "text_source_code", "visibility_code",
                    "post_state_code", "post_text",
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
                corpus="posts",
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
                name="post_predictions",
                title="What classifiers that somebody else ran predict about posts",
                row_is="one classifier's prediction about one post and one label",
                columns=columns("post_pseudonym", "classifier_text", "stance_label_code", "predicted_share"),
                key=("post_pseudonym", "classifier_text", "stance_label_code"),
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
                corpus="posts",
                source="",
            ),
            Table(
                name="post_estimates",
                title="Frames, stance, shocks and coordination in posts: estimates with their uncertainty",
                row_is="one estimate",
                columns=columns(
                    "estimate_id", "estimand_id", "quantity_code", "population_text", "period_text",
                    "account_group_text", "frames_text", "evidence_class_code", "method_text", "value", "standard_error", "ci_low", "ci_high", "rank_p_value", "basis_posts_n",
                    "basis_channels_n", "is_usable", "unusable_reason", "source",
                ),
                key=("estimate_id",),
                output_kind="post_estimate",
                corpus="posts",
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
                corpus="posts",
                source="",
            ),
            Table(
                name="text_prevalence",
                title="Stance of posts by classifier and estimator, uncorrected and corrected side by side",
                row_is="one estimator on the predictions of one classifier",
                columns=columns(
                    "account_kind_code", "stance_label_code", "classifier_text", "estimator_text", "balanced_accuracy_share",
                    "value", "standard_error", "ci_low", "ci_high", "known_truth_value", "known_error_value", "labelled_posts_n",
                    "basis_posts_n", "basis_channels_n", "is_usable", "unusable_reason", "source",
                ),
                key=("account_kind_code", "stance_label_code", "classifier_text", "estimator_text"),
                output_kind="post_estimate",
                corpus="posts",
                source="",
            ),
            Table(
                name="stance_periods",
                title="Corrected stance of posts by periods of four weeks",
                row_is="one stance in one period and kind of account; periods with few labelled posts or accounts are not listed",
                columns=columns(
                    "study_period_index", "account_kind_code", "stance_label_code", "estimator_text", "value", "standard_error",
                    "ci_low", "ci_high", "labelled_posts_n", "basis_posts_n", "basis_channels_n", "source",
                ),
                key=("study_period_index", "account_kind_code", "stance_label_code"),
                output_kind="post_estimate",
                corpus="posts",
                source="",
            ),
            Table(
                name="coordination",
                title="Co-posting of institutional accounts beside what chance makes of the same posts",
                row_is="one set of posts; sets of few posts or accounts are not listed",
                columns=columns(
                    "coordination_scope_text", "pairs_n", "null_low_n", "null_median_n", "null_high_n", "rank_p_value",
                    "basis_posts_n", "basis_channels_n", "source",
                ),
                key=("coordination_scope_text",),
                output_kind="post_estimate",
                corpus="posts",
                source="",
            ),
            Table(
                name="shock_specifications",
                title="Jump of a frame's weekly volume at a shock under every specification",
                row_is="one specification for one frame at one shock",
                columns=columns(
                    "shock_number", "frame_code", "specification_text", "curve_position", "quantity_code", "value",
                    "rank_p_value", "band_low", "band_high", "basis_posts_n", "basis_channels_n", "source",
                ),
                key=("shock_number", "frame_code", "specification_text"),
                output_kind="post_estimate",
                corpus="posts",
                source="",
            ),
            Table(
                name="shock_inference",
                title="What all specifications say together about a shock, ranked among placebo dates",
                row_is="one frame at one shock",
                columns=columns(
                    "shock_number", "frame_code", "study_week_index", "quantity_code", "specifications_n", "placebo_dates_n",
                    "value", "ci_low", "ci_high", "rank_p_value", "significant_share", "significant_p_value", "is_replicated",
                    "known_truth_value", "may_conclude_text", "basis_posts_n", "basis_channels_n", "is_usable", "unusable_reason",
                    "source",
                ),
                key=("shock_number", "frame_code"),
                output_kind="post_estimate",
                corpus="posts",
                source="",
            ),
            Table(
                name="shock_covariates",
                title="Whether something that cannot react to a shock jumped at it all the same",
                row_is="one covariate at one shock",
                columns=columns(
                    "shock_number", "covariate_text", "value", "rank_p_value", "adjusted_p_value", "has_jump", "basis_posts_n",
                    "basis_channels_n", "source",
                ),
                key=("shock_number", "covariate_text"),
                output_kind="post_estimate",
                corpus="posts",
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
