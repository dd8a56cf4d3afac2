"""Tables of published facts: who is protected where, what has been measured, what happened when."""

from analysis.schemas.columns import columns
from analysis.schemas.declaration import Rule, Table

UNHCR = "UNHCR Refugee Data Finder, through the R package refugees 2025.12.1 (CC BY 4.0)"

UN_DESA = "UN DESA, International Migrant Stock 2024, through the R package gdidata 0.3.21 (CC BY 3.0 IGO)"
HOME_OFFICE = "Home Office immigration statistics, through the R package asylum 1.2.0 (Open Government Licence v3)"
DECISIONS = ("recognised_n", "other_positive_n", "rejected_n", "otherwise_closed_n")
DECIDED = ("decided_n", "protection_share", "process_low_share", "process_high_share")

PARTS_ADD_UP = Rule(
    "protected_n is the sum of refugees_n and other_protection_n (an unreported part counts as nothing), and with "
    "asylum_seekers_n it is registered_n",
    ("protected_n", "registered_n", "refugees_n", "asylum_seekers_n", "other_protection_n"),
    lambda rows: (
        (rows.protected_n == rows.refugees_n + rows.other_protection_n.fillna(0))
        & (rows.registered_n == rows.protected_n + rows.asylum_seekers_n)
    ),
)
BREAK_HAS_NOTE = Rule(
    "a series break has a note, and a note stands only at a break",
    ("is_series_break", "series_break_note"),
    lambda rows: rows.is_series_break == rows.series_break_note.notna(),
)
COUNT_HAS_STATUS = Rule(
    "persons_n is present exactly when persons_status_code is 'reported'",
    ("persons_n", "persons_status_code"),
    lambda rows: rows.persons_n.notna() == (rows.persons_status_code == "reported"),
)
FIGURE_OR_WORDS = Rule(
    "a published figure has a value or words",
    ("figure_value", "figure_text"),
    lambda rows: rows.figure_value.notna() | rows.figure_text.notna(),
)
INTERVAL_HOLDS_VALUE = Rule(
    "an interval is complete and holds its value",
    ("figure_low", "figure_value", "figure_high"),
    lambda rows: (
        (rows.figure_low.isna() & rows.figure_high.isna())
        | ((rows.figure_low <= rows.figure_value) & (rows.figure_value <= rows.figure_high))
    ),
)
FIGURE_IS_READ = Rule(
    "a row that may be shown as a number has grade A or B",
    ("use_code", "grade_code"),
    lambda rows: (rows.use_code != "figure") | rows.grade_code.isin(["A", "B"]),
)
BREAK_DATE_HAS_SOURCES = Rule(
    "a break date has two good sources",
    ("is_break_date_eligible", "good_sources_n"),
    lambda rows: rows.is_break_date_eligible == (rows.good_sources_n >= 2),
)

BENCHMARK_IDENTITY = columns("benchmark_id", "quantity_text", "population_text", "period_text")
BENCHMARK_FIGURE = columns(
    "figure_unit_code", "figure_value", "figure_low", "figure_high", "figure_text", "sample_text"
)
BENCHMARK_ORIGIN = columns("note", "grade_code", "use_code", "source", "source_address")

TABLES = (
    # As received, with a citation in every row
    Table(
        name="unhcr_population_host_year",
        title="Afghans under UNHCR's protection mandate by host and year, as published",
        row_is="one host country in one year",
        columns=columns(
            "host_iso3", "host_name", "region_name", "year",
            "refugees_n", "asylum_seekers_n", "other_protection_n", "source",
        ),
        key=("host_iso3", "year"),
        output_kind="published_figure",
        source=UNHCR,
    ),
    Table(
        name="unhcr_population_host_sex_age",
        title="Afghans under UNHCR's protection mandate by host, sex and age at the end of 2025, as published",
        row_is="one host, sex and age band; zeros are as printed",
        columns=columns("host_iso3", "year", "sex_code", "age_band_code", "persons_n", "source"),
        key=("host_iso3", "year", "sex_code", "age_band_code"),
        output_kind="published_figure",
        source=UNHCR,
    ),
    Table(
        name="series_breaks",
        title="Documented breaks in UNHCR's series of Afghans",
        row_is="one host and the first year after its break",
        columns=columns("host_iso3", "year", "series_break_note", "source"),
        key=("host_iso3", "year"),
        output_kind="reference_text",
        source=UNHCR,
    ),
    Table(
        name="benchmarks",
        title="Published figures about attitudes, populations and methods, graded",
        row_is="one published figure",
        columns=(*BENCHMARK_IDENTITY, *BENCHMARK_FIGURE, *columns("wording_line_code"), *BENCHMARK_ORIGIN),
        key=("benchmark_id",),
        output_kind="published_figure",
        source="transcribed, see each row",
        rules=(FIGURE_OR_WORDS, INTERVAL_HOLDS_VALUE, FIGURE_IS_READ),
    ),
    Table(
        name="events",
        title="Dated events, with the quality of their source",
        row_is="one event",
        columns=columns(
            "event_id", "event_date", "event_text", "event_category_code", "hosts_text",
            "date_status_code", "source_quality_code", "good_sources_n", "source",
        ),
        key=("event_id",),
        output_kind="reference_text",
        source="transcribed, see each row",
    ),
    Table(
        name="asylum_decisions",
        title="Decisions on asylum claims of Afghans by host and year, as published",
        row_is="one host, year and stage of the procedure",
        columns=columns("host_iso3", "host_name", "year", "decision_stage_code", *DECISIONS, "source"),
        key=("host_iso3", "year", "decision_stage_code"),
        output_kind="published_figure",
        source=UNHCR,
    ),
    Table(
        name="asylum_decisions_uk",
        title="Initial decisions on asylum claims of Afghans in the United Kingdom by quarter, as published",
        row_is="one quarter",
        columns=columns("quarter_text", "granted_n", "rejected_n", "otherwise_closed_n", "source"),
        key=("quarter_text",),
        output_kind="published_figure",
        source=HOME_OFFICE,
    ),
    # As released
    Table(
        name="asylum_protection",
        title="Asylum decisions on Afghans by host and year since 2015, with the share that was positive",
        row_is="one host, year and stage of the procedure",
        columns=columns(
            "host_iso3", "host_name", "year", "decision_stage_code", *DECISIONS, *DECIDED, "is_series_break", "source"
        ),
        key=("host_iso3", "year", "decision_stage_code"),
        output_kind="published_figure",
        source=UNHCR,
    ),
    Table(
        name="asylum_protection_uk",
        title="Initial asylum decisions on Afghans in the United Kingdom by quarter, with the share that was positive",
        row_is="one quarter",
        columns=columns("quarter_text", "granted_n", "rejected_n", "otherwise_closed_n", *DECIDED, "source"),
        key=("quarter_text",),
        output_kind="published_figure",
        source=HOME_OFFICE,
    ),
    Table(
        name="migrant_stock",
        title="People from Afghanistan by country of residence, year and sex: migrant stock of UN DESA",
        row_is="one host, year and sex",
        columns=columns(
            "host_iso3", "year", "sex_code", "migrants_n", "stock_basis_code", "has_refugees_added", "is_imputed", "source"
        ),
        key=("host_iso3", "year", "sex_code"),
        output_kind="published_figure",
        source=UN_DESA,
    ),
    Table(
        name="diaspora_frames",
        title="Two frames of Afghans abroad side by side: migrants and persons under protection, by host",
        row_is="one host in the last year of both sources",
        columns=columns(
            "host_iso3", "host_name", "year", "migrants_n", "protected_n", "protected_to_migrants_ratio",
            "stock_basis_code", "has_refugees_added", "is_imputed", "source",
        ),
        key=("host_iso3",),
        output_kind="published_figure",
        source=f"{UN_DESA}; {UNHCR}",
    ),
    Table(
        name="population_host_year",
        title="Afghans under UNHCR protection by host and year, 2015–2025, with series breaks",
        row_is="one host country in one year",
        columns=columns(
            "host_iso3", "host_name", "region_name", "year", "refugees_n", "asylum_seekers_n",
            "other_protection_n", "protected_n", "registered_n", "is_series_break", "series_break_note", "source",
        ),
        key=("host_iso3", "year"),
        output_kind="published_figure",
        source=UNHCR,
        rules=(PARTS_ADD_UP, BREAK_HAS_NOTE),
    ),
    Table(
        name="population_host_sex_age",
        title="Afghans under UNHCR protection by host, sex and age, 2025, with 'not disaggregated' told from zero",
        row_is="one host, sex and age band",
        columns=columns(
            "host_iso3", "year", "sex_code", "age_band_code", "persons_n", "persons_status_code", "source"
        ),
        key=("host_iso3", "year", "sex_code", "age_band_code"),
        output_kind="published_figure",
        source=UNHCR,
        rules=(COUNT_HAS_STATUS,),
    ),
    Table(
        name="population_host_disaggregation",
        title="How far each host's total is broken down by sex and age, 2025",
        row_is="one host country",
        columns=columns(
            "host_iso3", "host_name", "year", "registered_n", "sex_known_share", "age_known_share",
            "disaggregation_code", "source",
        ),
        key=("host_iso3",),
        output_kind="published_figure",
        source=UNHCR,
    ),
    Table(
        name="benchmarks_shown",
        title="Published figures that may be shown as numbers",
        row_is="one published figure whose original was read or computed",
        columns=(*BENCHMARK_IDENTITY, *BENCHMARK_FIGURE, *columns("wording_line_code"), *BENCHMARK_ORIGIN),
        key=("benchmark_id",),
        output_kind="published_figure",
        source="transcribed, see each row",
        rules=(FIGURE_OR_WORDS, INTERVAL_HOLDS_VALUE, FIGURE_IS_READ),
    ),
    Table(
        name="benchmarks_context",
        title="Published figures known only through press or a mirror: named, not shown as numbers",
        row_is="one published figure that still has to be read in the original",
        columns=(*BENCHMARK_IDENTITY, *columns("grade_code", "use_code", "source", "source_address")),
        key=("benchmark_id",),
        output_kind="reference_text",
        source="transcribed, see each row",
    ),
    Table(
        name="events_dated",
        title="Dated events 2021–2026 and whether their day may serve as a break date",
        row_is="one event",
        columns=columns(
            "event_id", "event_date", "event_text", "event_category_code", "hosts_text", "date_status_code",
            "source_quality_code", "good_sources_n", "is_break_date_eligible", "grade_code", "confounders_text", "source",
        ),
        key=("event_id",),
        output_kind="reference_text",
        source="transcribed, see each row",
        rules=(BREAK_DATE_HAS_SOURCES,),
    ),
)  # fmt: skip
