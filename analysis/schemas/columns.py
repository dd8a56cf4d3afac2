"""What a column is, what a table is, and every column of the project.

One column name has one meaning in the whole project: a table is a list of names from `COLUMNS`.
A new column is added here, with a meaning that a stranger understands, and then named in a table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

Kind = Literal["text", "code", "integer", "number", "boolean", "date"]

Role = Literal["key", "measure", "explanation", "citation"]
"""What a column is to a reader who wants to learn about a person: `key` columns form groups, `measure` columns hold
what is said about the group, `explanation` is our own prose, `citation` leads to the source."""

OutputKind = Literal[
    "published_figure",
    "reference_text",
    "frequency",
    "estimate",
    "survey_estimate",
    "post_estimate",
    "arithmetic",
    "verdict",
    "microdata",
]
"""What the disclosure gate treats a table as; the rules per kind stand in the disclosure policy, and `microdata`, rows
about persons, has none: such a table can only be refused."""


@dataclass(frozen=True)
class Column:
    """One column: its name, what it means and which values are allowed."""

    name: str
    kind: Kind
    meaning: str
    role: Role = "explanation"
    unit: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    decimals: int | None = None
    pattern: str = ""
    null_means: str = ""
    total: str = ""
    """Value of a key that stands for the sum over all its other values; empty where the values do not add up."""

    def __post_init__(self) -> None:
        if (self.kind == "code") != bool(self.codes):
            raise ValueError(f"column {self.name}: a code list belongs to columns of kind 'code' and to no other")
        if (self.kind == "number") != (self.decimals is not None):
            raise ValueError(f"column {self.name}: 'number' columns, and only they, declare their decimals")

    @property
    def is_nullable(self) -> bool:
        """A column may be empty only when the declaration says what an empty cell means."""
        return bool(self.null_means)


@dataclass(frozen=True)
class Rule:
    """A condition that holds between columns; `holds` returns one boolean per row."""

    sentence: str
    columns: tuple[str, ...]
    holds: Callable[[pd.DataFrame], "pd.Series[bool]"]


@dataclass(frozen=True)
class Table:
    """A table without its tier: what a row is, its columns, its key and the rules between columns."""

    name: str
    title: str
    row_is: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    output_kind: OutputKind
    source: str
    rules: tuple[Rule, ...] = ()
    counts: str = ""
    """What the frequencies count; tables that count the same share cells, and the gate protects them together."""

    def column(self, name: str) -> Column:
        """The declaration of one column, or KeyError."""
        return next(column for column in self.columns if column.name == name)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in the order in which they are written."""
        return tuple(column.name for column in self.columns)


EVIDENCE_CLASSES = {
    "published": "a figure transcribed from a publication, with its citation and grade",
    "replicated": "a figure recomputed here from third-party record-level data",
    "field": "a figure from this study's own consented corpora",
    "synthetic": "a figure from the fictional demonstration world; never evidence about a real group",
}
GRADES = {
    "A": "computed from data files",
    "B": "the primary page was read",
    "C": "seen only through press or a mirror",
    "none": "not graded",
}
VERDICTS = {
    "supported": "the evidence meets the rule that was fixed for the claim",
    "contradicted": "the evidence meets the rule that was fixed against the claim",
    "inconclusive": "there is evidence, and it meets neither rule",
    "not_yet_answerable": "data could decide it, and those data do not exist",
    "not_answerable": "no data of this kind could decide it",
}
DISAGGREGATION = {
    "full": "every person of the host's total is counted in a sex and an age band",
    "partial": "some persons have no sex or no age band, so a zero may hide persons",
    "none": "only the total is known: the zeros in the source are not counts",
}
SERIES_STATUS = {
    "reported": "the source gives a count",
    "not_reported": "the source leaves the cell empty",
    "not_disaggregated": "the source prints a zero that stands for 'not broken down', or the host's zero cannot be told from it",
}
USES = {
    "figure": "may be shown as a number",
    "context_until_original_read": "context: the number is not shown until the original has been read",
    "context_until_source_replaced": "context: the number is not shown until a better source has been found",
}
EVENT_CATEGORIES = {
    "afg_pak": "hostilities between Afghanistan and Pakistan",
    "afg_pak_deescalation": "talks or ceasefire between Afghanistan and Pakistan",
    "amnesty": "amnesty and its violations",
    "expulsion": "expulsion of Afghans by a neighbouring state",
    "host_attack": "violent attack in a host country (a confounder only)",
    "host_policy": "policy of a host country",
    "outreach": "outreach of the authorities in Kabul to Afghans abroad",
    "regime": "change or recognition of the regime",
    "resettlement": "resettlement programme",
    "women_rights": "restriction of women's rights",
}

PSEUDONYM = r"[0-9a-f]{32}"
ADMISSIONS = {
    "admitted": "entered",
    "no_consent": "no consent in force at the cut-off: never given, refused, expired or ended",
    "no_identity": "the row names no respondent or account, so no consent can be looked up",
    "account_not_admissible": "the account is no institution's, and no person's whose consent was in force at the cut-off",
    "no_platform_terms_basis": "the source states no basis in the platform's terms",
    "repeats_an_earlier_row": "the same respondent or post came before",
    "unreadable": "broken rows, set aside with the rule that they break",
    "not_a_response": "previews, tests and interviews that were never submitted",
}
PLATFORMS = {
    "telegram_desktop": "Telegram", "x_api_v2": "X, interface version 2", "x_archive": "X, archive of an account",
    "x_v1_1": "X, interface version 1.1", "youtube_comment_threads": "YouTube comments",
    "meta_content_library": "Meta Content Library", "crowdtangle": "CrowdTangle", "tiktok_research": "TikTok",
    "bluesky": "Bluesky", "mastodon": "Mastodon", "pushshift": "Reddit", "4cat": "4CAT",
}  # fmt: skip

_DECLARED = (
    # Who, where, when
    Column("host_iso3", "text", "Host country, ISO 3166-1 alpha-3", "key", pattern=r"[A-Z]{3}"),
    Column("host_name", "text", "Host country as the source names it", "key"),
    Column("region_name", "text", "United Nations region of the host", "key"),
    Column("year", "integer", "Calendar year; stocks are counted at its end", "key", "year", minimum=1950, maximum=2100),
    Column("sex_code", "code", "Sex as registered", "key", codes={
        "female": "female", "male": "male", "not_stated": "neither is stated for these persons"}),
    Column("age_band_code", "code", "Age band as registered", "key", codes={
        "0_4": "0 to 4 years", "5_11": "5 to 11 years", "12_17": "12 to 17 years", "18_59": "18 to 59 years",
        "60_plus": "60 years and over", "not_stated": "no age band is stated for these persons"}),
    # Counts of persons under protection
    Column("refugees_n", "integer", "Persons with refugee status or a comparable protection", "measure", "persons", minimum=0),
    Column("asylum_seekers_n", "integer", "Persons whose asylum claim is pending", "measure", "persons", minimum=0),
    Column("other_protection_n", "integer", "Other people in need of international protection", "measure", "persons", minimum=0,
           null_means="the source reports no such category for this host and year"),
    Column("protected_n", "integer", "Refugees, asylum-seekers and others in need of international protection together",
           "measure", "persons", minimum=0),
    Column("persons_n", "integer", "Persons in this cell", "measure", "persons", minimum=0,
           null_means="not disaggregated: the zero in the source is not a count"),
    Column("persons_status_code", "code", "Whether the cell is a count", codes=SERIES_STATUS),
    Column("disaggregation_code", "code", "How far the host's total is broken down by sex and age", codes=DISAGGREGATION),
    Column("sex_known_share", "number", "Share of the host's persons whose sex is stated", "measure", "share", minimum=0, maximum=1, decimals=4),
    Column("age_known_share", "number", "Share of the host's persons whose age band is stated", "measure", "share", minimum=0, maximum=1, decimals=4),
    Column("is_series_break", "boolean", "The count is not comparable with the year before"),
    Column("series_break_note", "text", "Why the series breaks here", null_means="no break"),
    # Corpora: rows without identifiers (restricted) and what entered (released)
    Column("respondent_pseudonym", "text", "Respondent, under the key of the survey", "key", pattern=PSEUDONYM),
    Column("recruiter_pseudonym", "text", "Respondent who passed the coupon on", "key", pattern=PSEUDONYM,
           null_means="nobody, or somebody whose row is not here: see recruitment_code"),
    Column("linkage_pseudonym", "text", "Person, under the key of linkage", "key", pattern=PSEUDONYM,
           null_means="linkage of survey and posts was not allowed"),
    Column("sample_source_code", "code", "How the respondent was reached", "key", codes={
        "web_rds": "respondent-driven sample on the web", "opt_in": "volunteers"}),
    Column("recruitment_code", "code", "Place in the recruitment", codes={
        "seed": "chosen by the team", "recruited": "recruited by a respondent whose row is here",
        "recruiter_not_admitted": "recruited by somebody whose row is not here", "volunteer": "not recruited"}),
    Column("wave", "integer", "Recruitment steps from a seed", "key", "steps", minimum=0, null_means="a volunteer, or the export states no wave"),
    Column("survey_mode_code", "code", "How the interview was held", "key", codes={
        "web": "self-completed on the web", "telephone": "by telephone", "face_to_face": "in person"}),
    Column("interview_minutes", "number", "Length of the interview", "measure", "minutes", minimum=0, decimals=1,
           null_means="the export states no length"),
    Column("is_recontact_allowed", "boolean", "The respondent allowed to be asked again"),
    Column("is_microdata_allowed", "boolean", "The respondent allowed the restricted person-level file"),
    Column("is_duplicate_answers", "boolean", "An earlier row, by pseudonym, has the same answers"),
    Column("is_speeder", "boolean", "The interview was shorter than the fixed share of the median"),
    Column("is_straight_liner", "boolean", "Every agree-disagree item has the same answer"),
    Column("is_inattentive", "boolean", "The instructed answer was not given"),
    Column("is_foil_claimed", "boolean", "Says to have seen the message that was invented"),
    Column("is_text_repeated", "boolean", "A free answer repeats another respondent's words"),
    Column("flags_count", "integer", "Rules broken", "measure", "rules", minimum=0, maximum=6),
    Column("is_excluded", "boolean", "Left out of estimation by the rule fixed in advance"),
    Column("quality_rule_code", "code", "Rule of the screen, fixed before the data", "key", codes={
        "duplicate_answers": "same answers as another row", "speeder": "too fast", "straight_liner": "one answer throughout",
        "inattentive": "instructed answer not given", "foil_claimed": "claims to have seen what does not exist",
        "text_repeated": "repeats another's words", "any": "at least one rule", "excluded": "left out of estimation"}),
    Column("quality_rule_text", "text", "The rule, in words"),
    Column("admission_code", "code", "What admission did with a row of an export", "key", codes=ADMISSIONS),
    Column("posts_n", "integer", "Posts", "measure", "posts", minimum=0),
    Column("post_pseudonym", "text", "Post, under the key of the posts", "key", pattern=PSEUDONYM),
    Column("channel_pseudonym", "text", "Account or channel, under the key of the posts", "key", pattern=PSEUDONYM),
    Column("shared_object_pseudonym", "text", "What the post shares, a link or another post, under the key of the posts", "key",
           pattern=PSEUDONYM, null_means="shares nothing"),
    Column("frame_code", "code", "What the post speaks of, by the frame codebook; never what its author believes", "key", codes={
        "ALL": "all posts", "NONE": "none of the frames", "NU": "national unity", "IB": "Islamic brotherhood", "IR": "Islamic rule",
        "FE": "foreign enemy, defence of the homeland", "AR": "amnesty and return", "RC": "critique of the regime",
        "WR": "rights of women and girls", "HS": "status in the host country"}),
    Column("is_negated", "boolean", "A negation stands within three words of the frame's phrase"),
    Column("study_week_index", "integer", "Week of the study, from 0", "key", "weeks", minimum=0),
    Column("coder_text", "text", "Annotator, by the sheet's own code", "key"),
    Column("stance_label_code", "code", "What the annotator read in the post", codes={
        "favourable": "favourable to the regime", "against": "against the regime", "neutral": "neither, or not to be told"}),
    Column("inclusion_probability", "number", "Probability with which the post was drawn for annotation", "explanation", "share",
           minimum=0, maximum=1, decimals=6),
    Column("agreement_scope_text", "text", "Labels and posts that the agreement is about", "key"),
    Column("standing_code", "code", "What may be done with the labels, by the lower end of alpha", codes={
        "good": "at least .80: reported", "tentative": "at least .667: reported as tentative", "not_reported": "below .667, or undefined"}),
    Column("basis_posts_n", "integer", "Posts that the number rests on, rounded down to a multiple of five", minimum=0),
    Column("basis_channels_n", "integer", "Accounts that the number rests on, rounded down to a multiple of five", minimum=0),
    Column("rank_p_value", "number", "Share of placebo dates, or of permutations, with a statistic at least as large", "measure", "probability",
           minimum=0, maximum=1, decimals=6, null_means="no inference by rank"),
    Column("classifier_text", "text", "Classifier, by the name in the file of predictions; `own` is scored inside the estimate and kept nowhere", "key"),
    Column("predicted_share", "number", "Probability, by the classifier, that a person would give the post this label", "explanation", "share",
           minimum=0, maximum=1, decimals=6),
    Column("balanced_accuracy_share", "number", "Mean of the shares of labelled posts with and without the label that predictions, cut at one half, put right", "measure", "share",
           minimum=0, maximum=1, decimals=4, null_means="the scores are not kept"),
    Column("labelled_posts_n", "integer", "Posts with labels that the number rests on, rounded down to a multiple of five", minimum=0),
    Column("known_truth_value", "number", "The value with which the fictional world was made", "measure", "see quantity_code", decimals=6,
           null_means="no fictional world, or it does not state this value"),
    Column("known_error_value", "number", "Estimate minus the value with which the fictional world was made", "measure", "see quantity_code", decimals=6,
           null_means="no estimate, or no known truth"),
    Column("study_period_index", "integer", "Period of four weeks of the study, from 0", "key", "periods of four weeks", minimum=0),
    Column("coordination_scope_text", "text", "Posts among which coordination is counted", "key"),
    Column("pairs_n", "integer", "Pairs of shares of one object by two accounts within the window", "measure", "pairs", minimum=0),
    Column("null_low_n", "integer", "Pairs that 2.5 % of the permutations stay below", "measure", "pairs", minimum=0),
    Column("null_median_n", "integer", "Pairs that half of the permutations stay below", "measure", "pairs", minimum=0),
    Column("null_high_n", "integer", "Pairs that 97.5 % of the permutations do not exceed", "measure", "pairs", minimum=0),
    Column("shock_number", "integer", "Shock, in order of time", "key", minimum=1),
    Column("specification_text", "text", "Accounts, language, weights, baseline and weeks of the regression", "key"),
    Column("curve_position", "integer", "Place of the specification in the curve, from the smallest jump", minimum=1),
    Column("band_low", "number", "2.5 % quantile of the placebo dates' curves at this place", "measure", "see quantity_code", decimals=6),
    Column("band_high", "number", "97.5 % quantile of the placebo dates' curves at this place", "measure", "see quantity_code", decimals=6),
    Column("specifications_n", "integer", "Specifications that were run", "measure", "specifications", minimum=0),
    Column("placebo_dates_n", "integer", "Dates without event that the event is ranked among", "measure", "dates", minimum=0),
    Column("significant_share", "number", "Share of specifications whose own rank p-value is at most .05, with the sign of the median", "measure", "share",
           minimum=0, maximum=1, decimals=4, null_means="no estimate"),
    Column("significant_p_value", "number", "Share of dates at which that share is at least as large", "measure", "probability", minimum=0, maximum=1, decimals=6,
           null_means="no estimate"),
    Column("is_replicated", "boolean", "Both shocks moved the frame in the same direction, each with a joint rank p-value of at most .05"),
    Column("covariate_text", "text", "Something that was fixed before the event and cannot react to it", "key"),
    Column("adjusted_p_value", "number", "Rank p-value after Holm's adjustment over the covariates of one shock", "measure", "probability", minimum=0, maximum=1, decimals=6),
    Column("has_jump", "boolean", "The adjusted p-value is at most .05: other posts are being observed, and the shock cannot be read"),
    Column("platform_code", "code", "Kind of export that the post came in", "key", codes=PLATFORMS),
    Column("account_kind_code", "code", "Why the account may be read", "key", codes={
        "institutional": "speaks for an institution", "consented": "a person who consented"}),
    Column("language_code", "code", "Family of the text's language", "key", codes={
        "fa": "Dari or Persian, which no tool tells apart", "ps": "Pashto", "en": "English", "de": "German", "ur": "Urdu",
        "uz": "Uzbek", "other": "another language, or too little text"}),
    Column("week_index", "integer", "Weeks since the study's first day", "key", "weeks",
           null_means="the export gives no time with a zone"),
    Column("posted_at_utc", "text", "Time of the post, ISO 8601; never leaves the restricted tier", "key", pattern=r"\d{4}-\d\d-\d\dT[0-9:.]+Z",
           null_means="the export gives no time with a zone"),
    Column("date_source_code", "code", "Who vouches for the time", codes={
        "unix": "seconds since 1970, set by the platform", "zone_stated": "a time with its zone, set by the platform",
        "utc_by_convention": "the vendor documents its times as UTC", "naive_local": "in a zone that is not known",
        "client_set": "set by the author's own program", "server_indexed": "when the platform first saw the post",
        "not_exported": "the export has no time"}),
    Column("is_repost", "boolean", "Passes somebody else's post on"),
    Column("is_reply", "boolean", "A comment, or an answer to another post"),
    Column("edited_code", "code", "Whether the post was edited", codes={
        "edited": "edited", "not_edited": "not edited", "unreliable": "the vendor also marks other events as edits",
        "not_exported": "the export does not say"}),
    Column("text_source_code", "code", "Where the text comes from", codes={
        "own": "the author's own", "referenced": "a repost: the original's", "truncated": "cut by the vendor"}),
    Column("post_text", "text", "The text with identifiers replaced by placeholders; names of persons may remain",
           null_means="no text, or a repost: the words are somebody else's"),
    Column("truth_group_text", "text", "Group of the fictional population, `all` for everybody", "key"),
    Column("truth_quantity_text", "text", "What the value is", "key"),
    Column("truth_value", "number", "The value with which the fictional world was made", "measure", "see truth_quantity_text", decimals=6),
    # Disclosure
    Column("table_name", "text", "Table that was checked", "key", pattern=r"[a-z_]+"),
    Column("gate_check_code", "code", "Check of the disclosure gate", "key", codes={
        "output_kind": "the kind of output has a rule", "source_cited": "every row names its source",
        "minimum_cell": "no frequency below the threshold", "minimum_basis": "no number from few posts or few accounts",
        "secondary_suppression": "no hidden frequency can be worked out from the others",
        "roles": "every number says whether it forms groups or measures them", "rounding": "frequencies rounded after suppression",
        "minimum_respondents": "no estimate on fewer respondents than the threshold",
        "respondents_rounded": "numbers of respondents rounded down to the base",
        "few_decimals": "measured values with so few decimals that no count can be worked out",
        "both_sides": "no share with fewer respondents than the threshold on either side of the answer",
        "service_pooled": "answers of service households over all hosts together, on a hundred respondents or more",
        "whole_points": "verdict intervals in whole points, no counts", "no_measure": "no measured quantity in the table"}),
    Column("outcome_code", "code", "Outcome of the check", codes={
        "pass": "may be released", "review": "a person has to decide", "fail": "may not be released"}),
    Column("outcome_text", "text", "The evidence, in words"),
    # Published figures
    Column("benchmark_id", "text", "Published figure", "key", pattern=r"B\d{3}"),
    Column("quantity_text", "text", "What was asked or counted, close to the source's wording"),
    Column("population_text", "text", "Whom the figure describes"),
    Column("period_text", "text", "When it was measured"),
    Column("figure_unit_code", "code", "Unit of the published figure", codes={
        "percent": "per cent", "count_difference": "difference in mean counts of list items", "count": "number of cases",
        "persons": "persons", "accounts": "accounts", "posts": "posts", "events": "events", "applications": "applications",
        "ratio": "ratio", "percentage_points": "percentage points", "none": "a finding in words"}),
    Column("figure_value", "number", "The published figure", "measure", "see figure_unit_code", decimals=4,
           null_means="the source gives a range, a bound or words: see figure_text"),
    Column("figure_low", "number", "Lower end of the published interval", "measure", "see figure_unit_code", decimals=4,
           null_means="no interval was published"),
    Column("figure_high", "number", "Upper end of the published interval", "measure", "see figure_unit_code", decimals=4,
           null_means="no interval was published"),
    Column("figure_text", "text", "The figure in words where it is not a plain number", null_means="the figure is a plain number"),
    Column("sample_text", "text", "Sample size as published", null_means="the source gives none"),
    Column("note", "text", "What a reader has to know before using the figure", null_means="nothing to add"),
    Column("grade_code", "code", "How close we came to the original", codes=GRADES),
    Column("use_code", "code", "What the figure may be used for", codes=USES),
    Column("wording_line_code", "code", "Figures of one wording line share question, scale and population type; lines are never joined", codes={
        "rating_of_rule_abroad": "rating of four months of Taliban rule, Afghans abroad, opt-in",
        "host_public_on_afghans": "opinion of a host country's public about Afghans or recognition",
        "life_evaluation": "rating of one's own life inside Afghanistan",
        "harm_reported": "harm reported by respondents of the 2011 village survey",
        "other": "not an attitude, or not comparable with any other row"}),
    Column("source", "text", "Citation", "citation"),
    Column("source_address", "text", "Where the source can be read", "citation", null_means="the citation is the only pointer"),
    # Events
    Column("event_id", "text", "Dated event", "key", pattern=r"V\d{2}"),
    Column("event_date", "date", "Day of the event, or the first day of a span", "key"),
    Column("event_text", "text", "What happened"),
    Column("event_category_code", "code", "Kind of event", codes=EVENT_CATEGORIES),
    Column("date_status_code", "code", "How the day is known", codes={
        "seen": "the day stands in the source", "day_recalled": "the event stands in the source, its day is from memory",
        "recalled": "from memory, to be verified"}),
    Column("source_quality_code", "code", "Quality of the source", codes={
        "named_or_official": "a named outlet or an official document", "aggregator": "an aggregator: the original has to be found"}),
    Column("good_sources_n", "integer", "Sources that are a named outlet or official and state the day", "measure", "sources", minimum=0),
    Column("is_break_date_eligible", "boolean", "The day may serve as the break date of an event study (two good sources)"),
    # List experiments
    Column("experiment_code", "code", "List experiment", "key", codes={
        "afghanistan_2011": "Afghanistan 2011, 204 villages in five Pashtun-majority provinces, three control items"}),
    Column("arm_code", "code", "Randomised arm: the list shown", "key", codes={
        "control": "three control items", "isaf": "the control items and the foreign forces", "taliban": "the control items and the Taliban"}),
    Column("answer_count", "integer", "Number of list items that the respondent says to support", "key", "items", minimum=0, maximum=10),
    Column("respondents_n", "integer", "Respondents", "measure", "persons", minimum=0),
    Column("holds_item", "boolean", "The type supports the sensitive item", "key"),
    Column("other_items_count", "integer", "Number of control items that the type supports", "key", "items", minimum=0, maximum=10),
    Column("type_share", "number", "Estimated share of the type; negative values are sampling error or a failed design", "measure", "share",
           minimum=-1, maximum=1, decimals=6),
    Column("check_code", "text", "Diagnostic check", "key", pattern=r"[a-z_]+"),
    Column("statistic", "number", "Value of the check's statistic", "measure", "see check_text", decimals=6,
           null_means="the check has no value on these data: see check_text"),
    Column("threshold", "number", "Value at which the check fails", "measure", "see check_text", decimals=6,
           null_means="the check has no single threshold"),
    Column("is_passed", "boolean", "The design passes the check"),
    Column("check_text", "text", "What the check says, in words"),
    # Estimates
    Column("estimate_id", "text", "Estimate", "key", pattern=r"[A-Z]\d{2}[a-z]?_[a-z0-9_]+"),
    Column("estimand_id", "text", "Quantity that is estimated; E… stands in the claims register, K… is context", "key", pattern=r"[EK]\d{2}[a-z]?_[a-z0-9_]+"),
    Column("quantity_code", "code", "What kind of number the value is", codes={
        "difference_in_mean_counts": "difference in mean counts of list items between two arms; not a percentage",
        "prevalence": "share of a population", "answer_share": "share of a group that gave an answer to a direct question",
        "difference_in_shares": "difference between two shares", "points_of_scale": "difference in points of an answer scale",
        "post_share": "share of posts", "channel_share": "mean over accounts of the share of their posts",
        "rate_ratio": "weekly volume at the event, by that without it, as a natural logarithm",
        "agreement": "Krippendorff's alpha", "count": "a number of things", "persons": "number of persons",
        "log_odds_coefficient": "coefficient of a regression, in logarithms of odds",
        "standardised_effect": "average effect of an endorsement, in standard deviations of the answers without one"}),
    Column("evidence_class_code", "code", "Where the number comes from", "key", codes=EVIDENCE_CLASSES),
    Column("method_text", "text", "Estimator and variance"),
    Column("value", "number", "The estimate", "measure", "see quantity_code", decimals=6,
           null_means="the design failed its diagnostics: see unusable_reason"),
    Column("standard_error", "number", "Standard error of the estimate", "measure", "see quantity_code", minimum=0, decimals=6,
           null_means="no estimate, or a complete count"),
    Column("ci_low", "number", "Lower end of the 95 % interval", "measure", "see quantity_code", decimals=6,
           null_means="no estimate, or a complete count"),
    Column("ci_high", "number", "Upper end of the 95 % interval", "measure", "see quantity_code", decimals=6,
           null_means="no estimate, or a complete count"),
    Column("is_usable", "boolean", "The design passed its diagnostics and the value may be used"),
    Column("unusable_reason", "text", "Why the value may not be used", null_means="the value may be used"),
    # Quality and price of methods
    Column("method_id", "text", "Estimator whose interval is checked, or technique that is priced", "key", pattern=r"[a-z_]+"),
    Column("survey_text", "text", "Simulated survey, or technique, in words"),
    Column("surveys_n", "integer", "Simulated surveys"),
    Column("answered_n", "integer", "Surveys that the estimator answered with an interval; it refused the others"),
    Column("bias", "number", "Mean of estimate minus truth", "measure", "unit of the estimate", decimals=6),
    Column("spread_of_estimates", "number", "Standard deviation of estimate minus truth", "measure", "unit of the estimate", minimum=0, decimals=6),
    Column("is_failed", "boolean", "The upper end of what the coverage may be lies below .94"),
    Column("slice_n", "integer", "First surveys that are recorded apart, to be run again"),
    Column("slice_covered_n", "integer", "Of these, intervals that held the truth"),
    Column("seed", "integer", "Root seed of the surveys"),
    Column("variance_ratio", "number", "Variance per respondent over that of a truthful direct question", "measure", "ratio", minimum=0, decimals=6),
    Column("measured_date", "date", "Day of the measurement", "key"),
    Column("part_text", "text", "Part of the project that was measured", "key"),
    Column("comparison_text", "text", "What was done, and to how much", "key"),
    Column("compared_with_text", "text", "Peer or physical limit, measured in the same run", "key"),
    Column("figure_unit_text", "text", "Unit of both figures; 'per CPU second' where more is better, anything else where less is"),
    Column("own_figure", "number", "Ours", "measure", "as the unit column says", minimum=0, decimals=6),
    Column("other_figure", "number", "The peer's or the limit's", "measure", "as the unit column says", minimum=0, decimals=6, null_means="the peer was not there; the note says why"),
    Column("times_better", "number", "How many times ours is better; below one where it is worse", "measure", "ratio", minimum=0, decimals=4, null_means="the peer was not there"),
    Column("machine_text", "text", "Cores, processor, system and Python"),
    Column("required_n", "integer", "Respondents for a 95 % interval of plus or minus the margin", "measure", "respondents"),
    Column("margin_share", "number", "Half width of that interval", "explanation", "share of respondents", minimum=0, maximum=1, decimals=6),
    # Replications
    Column("replication_id", "text", "Recomputed figure", "key", pattern=r"R\d{2}_[a-z0-9_]+"),
    Column("published_text", "text", "The figure it is compared with"),
    Column("file_name", "text", "Third-party file that was read", "citation"),
    Column("file_sha256", "text", "SHA-256 of that file", "citation", pattern=r"[0-9a-f]{64}"),
    # Base rates
    Column("prevalence_share", "number", "Assumed share of the population that holds the opinion", "key", "share", minimum=0, maximum=1, decimals=4),
    Column("sensitivity_share", "number", "Assumed share of holders that the label finds", "key", "share", minimum=0, maximum=1, decimals=4),
    Column("specificity_share", "number", "Assumed share of non-holders that the label leaves alone", "key", "share", minimum=0, maximum=1, decimals=4),
    Column("labelled_share", "number", "Share of the population that gets the label", "measure", "share", minimum=0, maximum=1, decimals=6),
    Column("predictive_value_share", "number", "Share of labels that are right", "measure", "share", minimum=0, maximum=1, decimals=6,
           null_means="nobody is labelled"),
    Column("wrong_labels_per_1000", "number", "Persons labelled wrongly among 1,000", "measure", "persons per 1,000", minimum=0, maximum=1000, decimals=4),
    Column("right_labels_per_1000", "number", "Correctly labelled opinions among 1,000 persons", "measure", "persons per 1,000", minimum=0, maximum=1000, decimals=4),
    # Claims
    Column("claim_id", "text", "Sub-claim of the article", "key", pattern=r"C\d{2}(\.\d)?"),
    Column("topic_code", "text", "Part of the article's argument", pattern=r"[a-z_]+"),
    Column("claim_kind_code", "code", "Whether the article says it or only presumes it", codes={
        "claim": "the article says it", "premise": "the article presumes it"}),
    Column("article_text", "text", "What the article says, in our words"),
    Column("statement", "text", "The claim as a hypothesis"),
    Column("constructs_text", "text", "Which of the three constructs the claim is about: defend the country, approve the regime, speak in public",
           null_means="none of the three"),
    Column("estimands_text", "text", "Estimands, with what each one is", null_means="the claim has no estimand"),
    Column("evidence_needed", "text", "Data that the rule needs"),
    Column("supported_if", "text", "When the claim is supported", null_means="the claim has no rule"),
    Column("contradicted_if", "text", "When the claim is contradicted", null_means="the claim has no rule"),
    Column("inconclusive_if", "text", "When the evidence decides nothing", null_means="the claim has no rule"),
    Column("decides_text", "text", "What data would decide it, and how many people it takes"),
    Column("can_say", "text", "What may be said today"),
    Column("cannot_say", "text", "What may not be said today"),
    Column("threats_text", "text", "What could mislead"),
    Column("notes_text", "text", "What else a reviewer has to know", null_means="nothing to add"),
    Column("is_confirmatory", "boolean", "Belongs to the family over which Holm's procedure runs"),
    Column("release_version_text", "text", "Version of the release", "key"),
    Column("release_date", "date", "Day of the release"),
    Column("scope_code", "text", "Part of the claim that the verdict is about", "key", pattern=r"[a-z0-9_]+"),
    Column("verdict_code", "code", "Verdict", codes=VERDICTS),
    Column("verdict_reason", "text", "Why, in one sentence"),
    Column("is_post_hoc", "boolean", "The rule was fixed after this evidence was known"),
    Column("low_points", "integer", "Lower end of the robust interval, rounded outward", "measure", "whole percentage points",
           null_means="no interval"),
    Column("high_points", "integer", "Upper end of the robust interval, rounded outward", "measure", "whole percentage points",
           null_means="no interval"),
    Column("intervals_text", "text", "Robust intervals of the parts of a claim with several, rounded outward", null_means="no interval, or one quantity only"),
    Column("evidence_id", "text", "Evidence row: a published figure, an event or an estimate", "key"),
    Column("is_admissible", "boolean", "The row may move the verdict"),
    Column("admissibility_reason", "text", "Why it may, or may not"),
    Column("is_population_matched", "boolean", "The row describes the claim's population"),
    Column("is_period_matched", "boolean", "The row describes the claim's period"),
    Column("evidence_text", "text", "What the row says"),
    # Design diagnosis
    Column("rule_kind_code", "code", "Kind of rule", codes={
        "threshold": "a share is compared with a threshold", "effect": "a change is compared with the smallest effect of interest"}),
    Column("rule_limit", "number", "Threshold, or smallest effect of interest, of the frozen rule", "explanation", "share", decimals=4),
    Column("planned_n", "integer", "Respondents of the planned study; per wave or group for a change", "key", "respondents", minimum=1),
    Column("assumed_design_effect", "number", "Assumed variance over that of a simple random sample", "key", "ratio", minimum=1, decimals=2),
    Column("assumed_bogus_share", "number", "Largest share of answers that may be bogus, in the envelope of the robust interval", "key", "share",
           minimum=0, maximum=1, decimals=4),
    Column("true_value", "number", "The truth that is assumed", "key", "share", minimum=-1, maximum=1, decimals=6),
    Column("p_supported", "number", "Probability of the verdict supported", "measure", "probability", minimum=0, maximum=1, decimals=4),
    Column("p_inconclusive", "number", "Probability of the verdict inconclusive", "measure", "probability", minimum=0, maximum=1, decimals=4),
    Column("p_contradicted", "number", "Probability of the verdict contradicted", "measure", "probability", minimum=0, maximum=1, decimals=4),
    Column("sufficient_n", "integer", "Smallest planned size with a probability of the right verdict of four in five", "measure", "respondents", minimum=1,
           null_means="none of the sizes that were tried is enough: more people do not narrow the envelope"),
    Column("privacy_step_text", "text", "Answers that are left at this step of privacy", "key"),
    Column("rmse_share", "number", "Root mean squared error", "measure", "share", minimum=0, decimals=4),
    Column("power_share", "number", "Share of simulated intervals, or the probability of a test, to leave out zero", "measure", "share", minimum=0, maximum=1, decimals=4),
    # The study's survey: weights, recruitment, estimates, what they rest on
    Column("degree_n", "integer", "Acquaintances by which the respondent counts in the respondent-driven sample", "measure", "acquaintances", minimum=1,
           null_means="not in the respondent-driven sample"),
    Column("rds_weight", "number", "Inverse of the number of acquaintances, 1 on average", "measure", "ratio", minimum=0, decimals=6,
           null_means="not in the respondent-driven sample"),
    Column("raked_weight", "number", "Weight of a volunteer after raking to the margins, 1 on average", "measure", "ratio", minimum=0, decimals=6,
           null_means="not a volunteer"),
    Column("blended_weight", "number", "Weight in both samples together, extreme weights cut, 1 on average", "measure", "ratio", minimum=0, decimals=6),
    Column("weighting_code", "code", "Which respondents count, and how much each", "key", codes={
        "unweighted": "all respondents, each once", "rds": "the respondent-driven sample, by the inverse of the number of acquaintances",
        "raked": "the volunteers, raked to the margins", "blended": "both samples, raked, mixed by their effective sizes, extreme weights cut",
        "model": "all respondents through a model that is averaged over the margins", "envelope": "several weightings together"}),
    Column("kish_design_effect", "number", "What unequal weights alone cost, as a ratio of variances", "measure", "ratio", minimum=1, decimals=3),
    Column("realised_design_effect", "number", "Variance of the share that approves over that of a simple random sample of the same size",
           "measure", "ratio", minimum=0, decimals=3, null_means="nobody answered the item, or all alike"),
    Column("effective_n", "integer", "Equally weighted respondents that are as precise, by Kish, rounded down to five", "measure", "persons", minimum=0),
    Column("weight_low_ratio", "number", "First percentile of the weights over their mean", "measure", "ratio", minimum=0, decimals=3),
    Column("weight_high_ratio", "number", "Ninety-ninth percentile of the weights over their mean", "measure", "ratio", minimum=0, decimals=3),
    Column("margin_text", "text", "What the totals are broken down by", "key"),
    Column("wave_text", "text", "Recruitment waves", "key", total="all waves"),
    Column("level_text", "text", "Answer of the recruiter and of the recruited", "key"),
    Column("homophily_ratio", "number", "Recruitments inside the level over those expected if recruitment ignored it; 1 means no homophily", "measure", "ratio",
           minimum=0, decimals=3),
    Column("item_text", "text", "Item of the questionnaire, or the items that are combined", "key"),
    Column("group_kind_code", "code", "What the group is made by", "key", codes={
        "all": "everybody", "host": "host country", "cohort": "cohort of arrival", "language": "language of the interview",
        "service_household": "pre-2021 state-security service in the household, all hosts together",
        "ballot_version": "wording that the respondent was given at random"}),
    Column("group_text", "text", "Group of respondents, `all` for everybody", "key"),
    Column("sensitivity_code", "code", "What is varied", "key", codes={
        "robust": "steps from the design-based to the robust interval", "bogus": "assumed share of bogus respondents",
        "data_defect": "assumed correlation between taking part and the answer"}),
    Column("step_rank", "integer", "Order of the assumption", "key", "steps", minimum=0),
    Column("assumption_text", "text", "The assumption"),
    Column("bound_low", "number", "Lower end of what remains possible", "measure", "share", decimals=3),
    Column("bound_high", "number", "Upper end of what remains possible", "measure", "share", decimals=3),
    Column("estimation_error", "number", "Estimate minus truth", "measure", "see quantity_code", decimals=3),
    Column("is_truth_covered", "boolean", "The interval holds the truth", null_means="no interval"),
    # Coverage of sampling estimators over simulated populations
    Column("simulation_code", "text", "Kind of simulated population and recruitment", "key", pattern=r"[a-z_]+"),
    Column("estimator_text", "text", "Estimator", "key"),
    Column("interval_text", "text", "How the interval was made; none for a point estimate only", "key"),
    Column("worlds_n", "integer", "Simulated studies in which the estimator gave an answer", "measure", "studies", minimum=1),
    Column("truth_share", "number", "Mean true share over the simulated populations", "measure", "share", minimum=0, maximum=1, decimals=4),
    Column("bias_share", "number", "Mean of estimate minus truth", "measure", "share", minimum=-1, maximum=1, decimals=4),
    Column("spread_share", "number", "Standard deviation of estimate minus truth", "measure", "share", minimum=0, maximum=1, decimals=4),
    Column("mean_standard_error", "number", "Mean standard error that the method claims", "measure", "unit of the estimate", minimum=0, decimals=6,
           null_means="the method claims none"),
    Column("coverage_share", "number", "Share of nominal 95 % intervals that hold the truth, among studies that the method answered", "measure", "share", minimum=0, maximum=1, decimals=6,
           null_means="a point estimate only"),
    Column("coverage_low_share", "number", "Lower 99 % Clopper–Pearson limit of the coverage", "measure", "share", minimum=0, maximum=1, decimals=6,
           null_means="a point estimate only"),
    Column("coverage_high_share", "number", "Upper 99 % Clopper–Pearson limit of the coverage; below .94 the method fails", "measure", "share", minimum=0, maximum=1, decimals=6,
           null_means="a point estimate only"),
    Column("mean_width_share", "number", "Mean width of the intervals", "measure", "share", minimum=0, decimals=4, null_means="a point estimate only"),
    Column("design_effect", "number", "Mean squared error over the variance of a simple random sample of the same size", "measure", "ratio", minimum=0, decimals=4),
)  # fmt: skip

COLUMNS: dict[str, Column] = {column.name: column for column in _DECLARED}
if len(COLUMNS) != len(_DECLARED):
    raise ValueError("a column name is declared twice in analysis/schemas/columns.py")


def columns(*names: str) -> tuple[Column, ...]:
    """The declarations of these names, in this order; KeyError for a name that is not declared."""
    return tuple(COLUMNS[name] for name in names)
