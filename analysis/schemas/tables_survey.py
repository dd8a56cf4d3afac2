"""Tables of the survey: respondents without identifiers, what was admitted, what the quality screen found."""

from analysis.schemas.columns import columns
from analysis.schemas.declaration import Rule, Table
from analysis.schemas.studies import for_every_study

RECRUITER_HAS_STATUS = Rule(
    "a recruiter is named exactly when the respondent was recruited by somebody whose row is here",
    ("recruiter_pseudonym", "recruitment_code"),
    lambda rows: rows.recruiter_pseudonym.notna() == (rows.recruitment_code == "recruited"),
)
WAVES_IN_RDS = Rule(
    "waves are counted among respondents who recruit each other",
    ("wave", "sample_source_code"),
    lambda rows: rows.wave.isna() | (rows.sample_source_code == "rds"),
)
DRAWN_WITH_A_WEIGHT = Rule(
    "respondents of a probability sample have a design weight, and nobody else has one",
    ("base_weight", "sample_source_code"),
    lambda rows: rows.base_weight.notna() == (rows.sample_source_code == "probability"),
)
FLAGS_ADD_UP = Rule(
    "flags_count counts the rules that the respondent broke",
    ("flags_count",),
    lambda rows: (
        rows.flags_count
        == sum(
            rows[name].astype("int64")
            for name in (
                "is_duplicate_answers", "is_speeder", "is_straight_liner", "is_inattentive", "is_foil_claimed",
                "is_text_repeated",
            )
        )
    ),
)  # fmt: skip

TABLES = for_every_study(
    (
        Table(
            name="survey_responses",
            title="Respondents: pseudonymised answers, one column per item",
            row_is="one respondent whose consent was in force at the release's cut-off",
            columns=columns(
                "respondent_pseudonym", "linkage_pseudonym", "person_pseudonym", "sample_source_code",
                "interview_period_text", "base_weight", "stratum_pseudonym", "cluster_pseudonym", "recruitment_code",
                "recruiter_pseudonym", "wave", "survey_mode_code", "interview_minutes", "is_recontact_allowed", "is_microdata_allowed",
            ),
            is_per_item=True,
            key=("respondent_pseudonym",),
            output_kind="microdata",
            source="",
            rules=(RECRUITER_HAS_STATUS, WAVES_IN_RDS, DRAWN_WITH_A_WEIGHT),
        ),
        Table(
            name="survey_admission",
            title="How many respondents entered, and why others did not",
            row_is="one outcome of admission in one sample; outcomes below the smallest releasable count are not listed",
            columns=columns("sample_source_code", "admission_code", "respondents_n"),
            key=("sample_source_code", "admission_code"),
            output_kind="frequency",
            corpus="survey",
            source="",
        ),
        Table(
            name="respondent_quality",
            title="Fraud and quality screen: which rules a respondent broke",
            row_is="one respondent",
            columns=columns(
                "respondent_pseudonym", "is_duplicate_answers", "is_speeder", "is_straight_liner", "is_inattentive",
                "is_foil_claimed", "is_text_repeated", "flags_count", "is_excluded",
            ),
            key=("respondent_pseudonym",),
            output_kind="microdata",
            source="",
            rules=(FLAGS_ADD_UP,),
        ),
        Table(
            name="quality_flags",
            title="Fraud and quality screen: respondents flagged, rule by rule",
            row_is="one rule in one sample; counts below the smallest releasable one are not listed",
            columns=columns("sample_source_code", "quality_rule_code", "quality_rule_text", "respondents_n"),
            key=("sample_source_code", "quality_rule_code"),
            output_kind="frequency",
            corpus="survey",
            source="",
        ),
    )
)  # fmt: skip
