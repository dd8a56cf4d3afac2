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

INVENTED = "invented by analysis/results/attack_studies.py; nobody is in these studies"

PLAN = "the plan of the study, study.yml"

TABLES = (
    Table(
        name="questionnaire_items",
        title="The questionnaire: what each item asks, what may be answered, and where it comes from",
        row_is="one item",
        columns=columns(
            "item_rank",
            "item_id",
            "section_text",
            "construct_text",
            "asks_text",
            "parts_text",
            "answers_text",
            "item_source_text",
            "item_role_text",
            "instrument_text",
        ),
        key=("item_id",),
        output_kind="reference_text",
        source=PLAN,
    ),
    Table(
        name="study_terms",
        title="The words of the study's plan for the codes of its tables",
        row_is="one term",
        columns=columns("term_kind_code", "term_text", "term_rank", "words_text"),
        key=("term_kind_code", "term_text"),
        output_kind="reference_text",
        source=PLAN,
    ),
    Table(
        name="literature",
        title="Works that the book cites, what for, and how much of each was seen",
        row_is="one work",
        columns=columns("literature_key", "cited_for_text", "seen_code", "source", "source_address"),
        key=("literature_key",),
        output_kind="reference_text",
        source="data/reference/literature.csv",
    ),
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
        source=PLAN,
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
    Table(
        name="attack_results",
        title="What attacks learn from a frequency table of nobody, with and without the gate",
        row_is="one attack on the table after one kind of protection",
        columns=columns("attack_code", "protection_code", "attacked_n", "exact_n", "bounded_n"),
        key=("attack_code", "protection_code"),
        output_kind="attack_result",
        source=INVENTED,
        rules=(LEARNT_OF_ATTACKED,),
    ),
    Table(
        name="attack_success",
        title="Attacks on the estimates of three invented studies and on what changes between two releases",
        row_is="one attack on one study with the rules or without",
        columns=columns(
            "attack_code", "study_code", "protection_code", "attacked_n", "exact_n", "guessed_n", "success_high_share"
        ),
        key=("attack_code", "study_code", "protection_code"),
        output_kind="attack_result",
        source=INVENTED,
    ),
    *for_every_study(
        (
            Table(
                name="release_members",
                title="Who stands behind the numbers of a release, as digests, for the comparison with the next one",
                row_is="one group of one respondent or account",
                columns=columns("corpus_code", "member_digest", "content_digest", "member_group_text"),
                key=("corpus_code", "member_digest", "member_group_text"),
                output_kind="microdata",
                source="",
            ),
            *(
                Table(
                    name=f"{corpus}_price",
                    title=f"What publication takes from the estimates of the {corpus}: rows, width, coverage",
                    row_is="one table and one kind of quantity",
                    columns=columns(
                        "table_name",
                        "price_scope_text",
                        "rows_n",
                        "withheld_rows_n",
                        "width_before",
                        "width_after",
                        "coverage_before_share",
                        "coverage_after_share",
                    ),
                    key=("table_name", "price_scope_text"),
                    output_kind="price",
                    corpus=corpus,
                    source="",
                )
                for corpus in ("survey", "posts")
            ),
        )
    ),
)
