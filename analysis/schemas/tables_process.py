"""Tables about the pipeline: what it searches texts for, how data flow, what attacks learn."""

from analysis.schemas.columns import columns
from analysis.schemas.declaration import Rule, Table
from analysis.schemas.studies import for_every_study

LEARNT_OF_ATTACKED = Rule(
    "what was learnt is at most what was attacked",
    ("attacked_n", "exact_n", "bounded_n"),
    lambda rows: rows.exact_n + rows.bounded_n.fillna(0) <= rows.attacked_n,
)
TOUCHED = Rule(
    "a stage is listed with the tiers that it reads or writes",
    ("files_read_n", "files_written_n"),
    lambda rows: rows.files_read_n + rows.files_written_n > 0,
)

TABLES = (
    Table(
        name="frame_codebook",
        title="The codebook of frames: what each is about, and the phrases that texts are searched for",
        row_is="one frame in one language",
        columns=columns(
            "frame_code",
            "language_code",
            "definition_text",
            "phrases_text",
            "excluded_phrases_text",
            "trap_text",
            "source",
        ),
        key=("frame_code", "language_code"),
        output_kind="reference_text",
        source="data/codelists/frame_codebook.csv",
    ),
    Table(
        name="pipeline_flow",
        title="The pipeline as data flow: which tiers each stage reads and writes",
        row_is="one stage and one tier that it reads or writes",
        columns=columns("stage_rank", "stage_text", "tier_code", "files_read_n", "files_written_n"),
        key=("stage_text", "tier_code"),
        output_kind="arithmetic",
        source="dvc.yaml of this project",
        rules=(TOUCHED,),
    ),
    *for_every_study(
        (
            Table(
                name="attack_results",
                title="What attacks learn from a table that nobody publishes, with and without the gate",
                row_is="one attack on the table after one kind of protection",
                columns=columns("attack_code", "protection_code", "attacked_n", "exact_n", "bounded_n"),
                key=("attack_code", "protection_code"),
                output_kind="attack_result",
                source="",
                rules=(LEARNT_OF_ATTACKED,),
            ),
        )
    ),
)
