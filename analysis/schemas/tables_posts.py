"""Tables of posts: rows without identifiers, what was admitted, and the truth that the fictional world was made with."""

from analysis.schemas.columns import Rule, Table, columns
from analysis.schemas.studies import for_every_study

TIME_HAS_WEEK = Rule(
    "a post with a time has a week, and no other has",
    ("posted_at_utc", "week_index"),
    lambda rows: rows.posted_at_utc.notna() == rows.week_index.notna(),
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
