"""A release of a few rows per table, declared like the real one; every name and number in it is made up."""

import datetime
import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.reading.book import DOCUMENTS
from analysis.reading.chapter_tables import METHOD_KINDS
from analysis.reading.wording import VERDICTS
from analysis.results.questionnaire import term_rows
from analysis.schemas import TABLES
from analysis.schemas.publish import frictionless_resource
from analysis.store import canonical, csv_bytes, parquet_bytes
from tests.studies import SHIPPED
from tests.unit.reading.miniature_posts import posts_tables

SOURCE = "Nobody 2011, doi:10.1234/made.up"
PLACE = {"region_name": "Europe", "source": SOURCE}
HOSTS = {"IRN": ("Iran (Islamic Rep. of)", 9000), "DEU": ("Germany", 5000), "USA": ("United States of America", 700)}

ABOUT = {"title": "Invented", "contributors": [{"title": "Nobody"}], "created": "2030-01-01T00:00:00Z"}


def benchmark(identifier: str, unit: str, value: float | None, line: str, quantity: str = "A view") -> dict[str, Any]:
    return {
        "benchmark_id": identifier, "quantity_text": quantity, "population_text": "United States (survey)",
        "period_text": "2022", "figure_unit_code": unit, "figure_value": value, "figure_low": None, "figure_high": None,
        "figure_text": None if value is not None else "words", "sample_text": "500", "wording_line_code": line,
        "note": None, "grade_code": "B", "use_code": "figure", "source": SOURCE, "source_address": None,
    }  # fmt: skip


def claim(identifier: str, topic: str, **changes: Any) -> dict[str, Any]:
    entry = {
        "claim_id": identifier, "topic_text": topic, "subject_text": None, "claim_kind_code": "claim",
        "constructs_text": "speak in public",
        "article_text": f"The article says {identifier}.", "article_paragraphs_text": "3, 5",
        "statement": f"Hypothesis {identifier}.",
        "estimands_text": "E01_made_up: a share.", "population_text": "Nobody.", "period_text": "Never.",
        "evidence_needed": "a survey | n of 10", "supported_if": "above 5 %", "contradicted_if": "below 5 %",
        "inconclusive_if": "otherwise", "decides_text": "n = 10", "can_say": "Nobody knows. | Nobody can know.",
        "cannot_say": "That it is so.", "threats_text": "Fear.", "notes_text": None, "is_confirmatory": True,
    }  # fmt: skip
    return entry | changes


def population() -> list[dict[str, Any]]:
    rows = []
    for iso3, (name, size) in HOSTS.items():
        for year in (2021, 2022, 2023):
            is_break = iso3 == "IRN" and year == 2022
            rows.append({
                "host_iso3": iso3, "host_name": name, "year": year, "refugees_n": size, "asylum_seekers_n": year - 2000,
                "other_protection_n": None,
                "protected_n": size, "registered_n": size + year - 2000, "is_series_break": is_break,
                "series_break_note": "Counted anew" if is_break else None, **PLACE,
            })  # fmt: skip
    return rows


def experiment_counts() -> list[dict[str, Any]]:
    profiles = {"control": (4, 3, 3, 2, 0), "isaf": (3, 3, 3, 2, 1), "taliban": (0, 6, 4, 2, 0)}
    return [
        {"experiment_code": "afghanistan_2011", "arm_code": arm, "answer_count": answer, "respondents_n": n,
         "source": SOURCE}
        for arm, profile in profiles.items()
        for answer, n in enumerate(profile)
    ]  # fmt: skip


def estimate(name: str, value: float | None) -> dict[str, Any]:
    is_usable = value is not None
    return {
        "estimate_id": f"K02_{name}", "estimand_id": "K02_list_taliban_afghanistan_2011",
        "quantity_code": "difference_in_mean_counts" if is_usable else "prevalence", "population_text": "Nobody",
        "period_text": "2011", "evidence_class_code": "published", "grade_code": "A", "method_text": "difference",
        "value": value, "standard_error": 0.1 if is_usable else None, "ci_low": -0.1 if is_usable else None,
        "ci_high": 0.9 if is_usable else None, "respondents_n": 24, "is_usable": is_usable,
        "unusable_reason": None if is_usable else "failed", "source": SOURCE,
    }  # fmt: skip


def base_rate(prevalence: float, sensitivity: float, specificity: float) -> dict[str, Any]:
    right, wrong = prevalence * sensitivity, (1 - prevalence) * (1 - specificity)
    return {
        "prevalence_share": prevalence, "sensitivity_share": sensitivity, "specificity_share": specificity,
        "labelled_share": right + wrong, "predictive_value_share": right / (right + wrong),
        "wrong_labels_per_1000": 1000 * wrong, "right_labels_per_1000": 1000 * right,
    }  # fmt: skip


def verdicts() -> list[dict[str, Any]]:
    """Every verdict of the vocabulary once, and a claim with two scopes."""
    empty = {"is_post_hoc": False, "low_points": None, "high_points": None, "intervals_text": None}
    ids = ("C01.1", "C01.2", "C02.2", "C09", "C10")
    rows = [
        {"claim_id": identifier, "scope_code": "claim", "verdict_code": code, "verdict_reason": f"As {code}.", **empty}
        for identifier, code in zip(ids, VERDICTS, strict=True)
    ]  # fmt: skip
    rows[0] |= {"is_post_hoc": True, "low_points": 6, "high_points": 9}
    return [*rows, rows[2] | {"scope_code": "future_study", "verdict_code": "not_yet_answerable"}]


SURVEY_SOURCE = "fictional world"
HIDDEN, POINTS = {"quantity_code": "prevalence"}, {"quantity_code": "points_of_scale"}


def survey_estimate(
    estimand: str, item: str, weighting: str, estimator: str, value: float | None, **changed: Any
) -> dict[str, Any]:
    group, quantity = changed.get("group_text", "all"), changed.get("quantity_code", "answer_share")
    kind = {"all": "all", "Host A": "host"}.get(group, "service_household")
    stem = "_".join((estimand, group, weighting, estimator, item)).replace(" ", "_").replace("-", "_")
    stem = stem[:4] + stem[4:].lower()
    shown = value is not None
    return {
        "estimate_id": f"{stem}_synthetic", "estimand_id": estimand, "item_text": item, "quantity_code": quantity,
        "group_kind_code": kind, "group_text": group, "weighting_code": weighting, "estimator_text": estimator,
        "population_text": "Nobody", "period_text": "Never", "evidence_class_code": "synthetic", "grade_code": "A",
        "method_text": "made up", "value": value, "standard_error": 0.05 if shown else None,
        "ci_low": value - 0.1 if shown else None, "ci_high": value + 0.1 if shown else None, "respondents_n": 200,
        "is_usable": shown, "unusable_reason": None if shown else "the two lists disagree", "source": SURVEY_SOURCE,
    }  # fmt: skip


def survey_estimates() -> list[dict[str, Any]]:
    return [
        survey_estimate("K20_approval_share", "ta1", "unweighted", "share of answers", 0.3),
        survey_estimate("K20_approval_share", "ta1", "blended", "share of answers", 0.31),
        survey_estimate("K20_approval_share", "lx1 and lx2", "unweighted", "double list", None, **HIDDEN),
        survey_estimate("K22_expression_share", "re4", "unweighted", "share of answers", 0.4),
        survey_estimate("K22_expression_share", "re4", "model", "mrp", 0.42, group_text="Host A"),
        survey_estimate("E13a_share_not_favourable", "ta1", "envelope", "robust interval", 0.7),
        survey_estimate("E01b_public_support_service_household", "rr1", "blended", "crosswise", 0.2,
                        group_text="service household", **HIDDEN),
        survey_estimate("K47_endorsement_shift", "en1", "unweighted", "UN agency", 0.05, **POINTS),
    ]  # fmt: skip


def list_counts() -> list[dict[str, Any]]:
    """The treated answers reach both ends of the list; those to the placebo list are hidden at the upper end."""
    profiles = {
        ("lx1", "control"): (20, 60, 20), ("lx1", "treatment"): (15, 50, 25, 10),
        ("lx3", "control"): (20, 60, 20), ("lx3", "treatment"): (20, None, 20, None),
    }  # fmt: skip
    return [
        {"item_text": item, "list_arm_code": arm, "list_answer_text": answer, "list_answers_n": n}
        for (item, arm), profile in profiles.items()
        for answer, n in (*((str(answer), n) for answer, n in enumerate(profile)), ("all answers", 100))
    ]


def attack_results() -> list[dict[str, Any]]:
    learnt = {"as_counted": (8, 0, 3), "small_hidden": (5, 2, 3), "small_hidden_rounded": (0, 6, 2), "gate": (0, 0, 0)}
    return [
        {"attack_code": attack, "protection_code": way, "attacked_n": attacked, "exact_n": exact, "bounded_n": bounded}
        for way, (solved, small, seen) in learnt.items()
        for attack, attacked, exact, bounded in (
            ("reconstruction", 8, solved, small), ("differencing", 3, seen, None))
    ]  # fmt: skip


def pipeline_flow() -> list[dict[str, Any]]:
    stages = {
        "admit_survey": {"exports": (1, 0), "reference": (2, 0), "restricted": (0, 1)},
        "estimate_survey": {"restricted": (3, 0), "candidate": (0, 4)},
        "gate_release": {"candidate": (4, 0), "release": (1, 1)},
        "build_book": {"release": (1, 0), "product": (0, 1)},
    }
    return [
        {"stage_rank": rank, "stage_text": stage, "tier_code": tier, "files_read_n": read, "files_written_n": written}
        for rank, (stage, tiers) in enumerate(stages.items(), start=1)
        for tier, (read, written) in tiers.items()
    ]


def survey_tables() -> dict[str, list[dict[str, Any]]]:
    kept = ("estimate_id", "estimand_id", "quantity_code", "group_kind_code", "group_text", "weighting_code",
            "estimator_text", "value", "ci_low", "ci_high", "respondents_n", "source")  # fmt: skip
    recovered = [{name: row[name] for name in kept} for row in survey_estimates() if row["is_usable"]]
    interval = {"estimand_id": "E13a_share_not_favourable", "respondents_n": 200, "source": SURVEY_SOURCE}
    return {
        "synthetic_margin_coverage": [{"margin_text": "host", "population_text": "nobody", "source": SURVEY_SOURCE}],
        "synthetic_recruitment_waves": [
            {"wave_text": "waves 0 to 1", "respondents_n": 20}, {"wave_text": "all waves", "respondents_n": 20},
        ],
        "synthetic_recruitment_homophily": [
            {"item_text": "sc2", "level_text": "Host A", "homophily_ratio": 1.2, "respondents_n": 50,
             "source": SURVEY_SOURCE},
        ],
        "synthetic_weight_diagnostics": [
            {"weighting_code": "rds", "respondents_n": 200, "kish_design_effect": 1.5, "realised_design_effect": None,
             "effective_n": 130, "weight_low_ratio": 0.1, "weight_high_ratio": 4.0, "source": SURVEY_SOURCE},
        ],
        "synthetic_survey_estimates": survey_estimates(),
        "synthetic_list_counts": list_counts(),
        "attack_results": attack_results(),
        "attack_success": [
            {"attack_code": attack, "study_code": "small", "protection_code": way, "attacked_n": 44, "exact_n": right,
             "guessed_n": 3, "success_high_share": 0.2}
            for attack in ("person_of_two_releases", "rounding_undone") for way, right in (("gate", 3), ("off", 40))
        ],
        **{
            f"synthetic_{corpus}_price": [
                {"table_name": f"{corpus}_estimates", "price_scope_text": scope, "rows_n": 20, "withheld_rows_n": 2,
                 "width_before": width, "width_after": width and 2 * width, "coverage_before_share": None,
                 "coverage_after_share": None}
                for scope, width in (("answer_share, all", 0.04), ("rate_ratio", 0.5), ("count", None))
            ]
            for corpus in ("survey", "posts")
        },
        "pipeline_flow": pipeline_flow(),
        "synthetic_survey_diagnostics": [
            {"item_text": "lx3", "check_code": "placebo", "statistic": 0.02, "threshold": 0.05, "is_passed": False,
             "check_text": "p-value", "respondents_n": 200, "source": SURVEY_SOURCE},
        ],
        "synthetic_survey_sensitivity": [
            {"sensitivity_code": "robust", "step_rank": 0, "assumption_text": "weights", "bound_low": 0.6,
             "bound_high": 0.8, **interval},
            {"sensitivity_code": "robust", "step_rank": 1, "assumption_text": "and more", "bound_low": 0.5,
             "bound_high": 0.9, **interval},
            {"sensitivity_code": "data_defect", "step_rank": 0, "assumption_text": "-0.005", "bound_low": 0.72,
             "bound_high": 0.72, **interval},
        ],
        "synthetic_recovery": [
            row | {"truth_value": 0.32, "estimation_error": round(row["value"] - 0.32, 3),
                   "is_truth_covered": row["ci_low"] <= 0.32 <= row["ci_high"]}
            for row in recovered
        ],
        "performance": [
            {"measured_date": pd.Timestamp(2026, 1, 2), "part_text": part, "machine_text": "a made-up machine",
             "comparison_text": f"doing it {times} times", "compared_with_text": "a peer",
             "reference_kind_code": "peer", "figure_unit_text": "CPU seconds", "own_figure": 2.0, "other_figure": other,
             "times_better": ratio, "note": note, "source": SOURCE}
            for part, times, other, ratio, note in (
                ("engine", 3, 1.0, 0.5, None), ("engine", 9, 80.0, 40.0, "a note"), ("scrub", 4, None, None, "skipped"))
        ],
        "rds_coverage": [
            {"simulation_code": code, "estimator_text": "rds-ii", "interval_text": "made up", "worlds_n": 20,
             "truth_share": 0.3, "bias_share": 0.0, "spread_share": 0.1, "mean_standard_error": 0.1,
             "coverage_share": 0.8, "coverage_low_share": 0.5, "coverage_high_share": high, "mean_width_share": 0.2,
             "design_effect": 2.0, "source": SURVEY_SOURCE}
            for code, high in (("spot_check", 0.93), ("bottleneck", 0.93), ("homophily", 0.97))
        ],
    }  # fmt: skip


def known_truth() -> list[dict[str, Any]]:
    """A list under three control lists, and two figures about lists in general."""
    names = (
        "R16_list_zodiac_conventional", "R17_list_zodiac_placebo_item", "R18_list_zodiac_equal_length",
        "R19_lists_median_standard_error", "R21_lists_rare", "R27_incidents_named_afghan", "R28_incidents_needed",
        "R33_darfur_robustness", "R35_conflict_events_before", "R36_conflict_events_on_the_day",
        "R39_toronto_naming_afghans", "R40_england_largest_change", "R42_attitudes_immigrants",
        "R44_lists_spread_of_one_answer", "R45_lists_spread_of_one_answer_lower", "R47_lists_errors_predicted",
        "R46_lists_spread_of_one_answer_upper", "R49_lists_everywhere_spread",
    )  # fmt: skip
    return [
        {"replication_id": name, "estimand_id": "K09_made_up", "quantity_code": "difference_in_mean_counts",
         "population_text": "Nobody", "period_text": "Never", "method_text": "difference", "value": 0.2,
         "standard_error": None if "median" in name else 0.05, "ci_low": 0.1, "ci_high": 0.3, "respondents_n": 24,
         "published_text": "the truth is known", "file_name": "made.csv", "file_sha256": "0" * 64, "source": SOURCE}
        for name in names
    ]  # fmt: skip


def real_tables() -> dict[str, list[dict[str, Any]]]:
    """Lists in practice, asylum decisions and two frames."""
    shares = {"decided_n": 100, "protection_share": 0.4, "process_low_share": 0.3, "process_high_share": 0.5}
    closed = {"rejected_n": 60, "otherwise_closed_n": 5, **shares, "source": SOURCE}
    decided = {"recognised_n": 30, "other_positive_n": 10, **closed}
    quarter = {"granted_n": 40, **closed}
    return {
        "list_practice": [
            {"band_kind_code": kind, "band_low_share": low, "band_high_share": high, "experiments_n": n, "papers_n": 2,
             "list_minus_direct": 0.05 if kind == "direct_share" else None,
             "ci_low": 0.01 if kind == "direct_share" else None, "ci_high": 0.09 if kind == "direct_share" else None,
             "source": SOURCE}
            for kind, low, high, n in (("half_width", 0.0, 0.05, 4), ("half_width", 0.05, 0.1, 60),
                                       ("direct_share", 0.0, 0.1, 30), ("direct_share", 0.1, 1.0, 34))
        ],
        "asylum_protection": [
            {"host_iso3": iso3, "host_name": f"Host {iso3}", "year": year, "decision_stage_code": stage,
             "is_series_break": year == 2021, **decided}
            for iso3, stage in (("DEU", "first_instance"), ("DEU", "repeat_application"), ("FRA", "first_instance"),
                                ("GBR", "first_instance"), ("USA", "us_immigration_service"))
            for year in (2021, 2022, 2023)
        ],
        "asylum_protection_uk": [{"quarter_text": f"2023 Q{n}", **quarter} for n in (1, 2)],
        "diaspora_frames": [
            {"host_iso3": iso3, "host_name": HOSTS[iso3][0], "year": 2023, "migrants_n": n, "protected_n": 50,
             "protected_to_migrants_ratio": 50 / n if n else None, "stock_basis_code": "country_of_birth",
             "has_refugees_added": False, "is_imputed": False, "source": SOURCE}
            for iso3, n in (("DEU", 100), ("USA", 0))
        ],
    }  # fmt: skip


def tables() -> dict[str, list[dict[str, Any]]]:
    checked = {"experiment_code": "afghanistan_2011", "arm_code": "taliban", "source": SOURCE}
    levels = (("IRN", "none", 0.0), ("DEU", "full", 1.0), ("USA", "partial", 0.4))
    day = datetime.date(2025, 10, 9)
    return {
        "synthetic_survey_admission": [
            {"sample_source_code": "opt_in", "admission_code": "admitted", "respondents_n": 20},
        ],
        "synthetic_posts_admission": [
            {"platform_code": "mastodon", "admission_code": "unreadable", "posts_n": 30},
        ],
        "synthetic_quality_flags": [
            {"sample_source_code": "opt_in", "quality_rule_code": "speeder", "quality_rule_text": "Too fast",
             "respondents_n": 10},
        ],
        **survey_tables(),
        **posts_tables(),
        "population_host_year": population(),
        "population_host_sex_age": [
            {"host_iso3": "USA", "year": 2023, "sex_code": "female", "age_band_code": "0_4", "persons_n": None,
             "persons_status_code": "not_disaggregated", "source": SOURCE},
        ],
        "population_host_disaggregation": [
            {"host_iso3": iso3, "host_name": HOSTS[iso3][0], "year": 2023, "registered_n": 100 * rank,
             "sex_known_share": share, "age_known_share": share, "disaggregation_code": code, "source": SOURCE}
            for rank, (iso3, code, share) in enumerate(levels, start=1)
        ],
        "benchmarks_shown": [
            benchmark("B020", "count_difference", 0.5, "other", "List experiment (Taliban item)"),
            benchmark("B038", "percent", 33.0, "rating_of_rule_abroad"),
            benchmark("B066", "percent", 91.0, "host_public_on_afghans"),
            benchmark("B070", "persons", 4000.0, "other", "Afghan-born population"),
        ],
        "benchmarks_context": [
            {"benchmark_id": "B060", "quantity_text": "A report", "population_text": "Nobody", "period_text": "2025",
             "grade_code": "C", "use_code": "context_until_original_read", "source": SOURCE, "source_address": None},
        ],
        "events_dated": [
            {"event_id": f"V0{n}", "event_date": day.replace(month=n), "event_text": "Something",
             "event_category_code": kind, "date_status_code": "seen", "source_quality_code": "named_or_official",
             "good_sources_n": n - 1, "is_break_date_eligible": n > 2, "source": SOURCE, "grade_code": "C",
             "hosts_text": None, "confounders_text": "V02 in DEU, -7 d" if n == 3 else None}
            for n, kind in ((1, "afg_pak"), (2, "host_policy"), (3, "afg_pak"))
        ],
        "questionnaire_items": [
            {"item_rank": rank, "item_id": name, "section_text": "Views", "construct_text": "regime_eval",
             "asks_text": "How do you view them",
             "parts_text": None, "answers_text": "very_unfavourable | somewhat_favourable", "item_source_text": "x",
             "item_role_text": "outcome", "instrument_text": "made_up"}
            for rank, name in enumerate(("TA1", "LX1_ARM"), start=1)
        ],
        "study_terms": term_rows(SHIPPED).to_dict("records"),
        "literature": [
            {"literature_key": "nobody2011", "source": "Nobody (2011). Made up.", "cited_for_text": "nothing",
             "seen_code": "memory", "source_address": "https://doi.org/10.1234/made.up"},
        ],
        "list_experiment_counts": experiment_counts(),
        "list_experiment_types": [
            {**checked, "other_items_count": 0, "holds_item": True, "type_share": 0.3, "standard_error": 0.1},
        ],
        "list_experiment_checks": [
            {**checked, "check_code": "floor", "statistic": 0.0, "threshold": 0.1, "is_passed": False,
             "check_text": "0 of 12"},
        ],
        "verdict_probabilities": [
            {"claim_id": "C01.2", "estimand_id": "E01b_made_up", "rule_kind_code": "threshold", "rule_limit": 0.05,
             "private_way_code": "direct", "planned_n": size, "assumed_design_effect": 2.0,
             "assumed_bogus_share": bogus, "true_value": truth,
             "p_supported": truth, "p_inconclusive": 0.9 - truth, "p_contradicted": 0.1}
            for size in (500, 1000, 4000) for bogus in (0.0, 0.04) for truth in (0.01, 0.05, 0.2)
        ],
        "required_sizes": [
            {"claim_id": "C01.2", "estimand_id": "E01b_made_up", "rule_limit": 0.05, "true_value": 0.2,
             "assumed_design_effect": 2.0, "assumed_bogus_share": bogus, "sufficient_n": size}
            for bogus, size in ((0.0, 250), (0.04, None))
        ],
        "synthetic_deep_diagnosis": [
            {"estimand_id": "K20_approval_share", "item_text": "ta1", "group_text": "all", "weighting_code": "blended",
             "estimator_text": "share of answers", "privacy_step_text": step, "estimand_text": "approve",
             "worlds_n": 9, "answered_n": 9, "mean_truth": 0.3, "bias_share": 0.01, "rmse_share": 0.02,
             "mean_width_share": 0.05,
             "coverage_share": 0.9, "coverage_low_share": 0.8, "coverage_high_share": 0.99, "power_share": 1.0,
             "source": SOURCE}
            for step in ("all answers", "consenting only", "after the gate")
        ],
        "method_coverage": [
            {"method_id": f"{kind}_made_up", "survey_text": "a survey", "respondents_n": 10, "surveys_n": 20,
             "answered_n": 20, "coverage_share": 0.95, "coverage_low_share": 0.8, "coverage_high_share": 0.99,
             "bias": 0.0, "spread_of_estimates": 0.1, "mean_standard_error": 0.1, "is_failed": False,
             "failure_text": None, "slice_n": 5,
             "slice_covered_n": 5, "seed": 1, "source": SOURCE}
            for kind in METHOD_KINDS
        ],
        "technique_price": [
            {"method_id": name, "survey_text": name, "prevalence_share": 0.05, "margin_share": 0.02,
             "variance_ratio": ratio, "required_n": round(100 * ratio)}
            for name, ratio in (("direct", 1.0), ("list", 80.0), ("double_list", 40.0), ("list_practice", 70.0),
                                ("forced", 7.0), ("crosswise", 17.0))
        ],
        "list_assurance": [
            {"prior_text": "all topics", "respondents_n": n, "true_mean_difference": 0.0, "true_spread_share": 0.1,
             "assumed_error_share": 0.06, "smallest_effect_share": 0.02, "power_share": 0.06, "assurance_share": 0.4}
            for n in (1000, 2000)
        ],
        "technique_power": [
            {"method_id": name, "survey_text": name, "prevalence_share": share, "respondents_n": n,
             "power_share": min(n * share / cost, 1.0)}
            for name, cost in (("list", 500.0), ("double_list", 250.0), ("list_practice", 450.0), ("forced", 50.0),
                               ("mirrored", 80.0),
                               ("crosswise", 80.0))
            for share in (0.05, 0.2)
            for n in (100, 1000, 10_000)
        ],
        "replication_results": [
            *known_truth(),
            {"replication_id": "R01_made_up", "estimand_id": "K02_list_taliban_afghanistan_2011",
             "quantity_code": "difference_in_mean_counts", "population_text": "Nobody", "period_text": "2011",
             "method_text": "difference", "value": 0.4, "standard_error": 0.1, "ci_low": 0.2, "ci_high": 0.6,
             "respondents_n": 24, "published_text": "0.4", "file_name": "made.csv",
             "file_sha256": "0" * 64, "source": SOURCE},
        ],
        **real_tables(),
        "estimates": [estimate("difference", 0.437), estimate("prevalence", None)],
        "base_rates": [base_rate(0.01, 0.8, 0.95), base_rate(0.1, 0.9, 0.99)],
        "claims_register": [
            claim("C01.1", "existence"), claim("C01.2", "size"), claim("C02.2", "growth", notes_text="TA1 is asked."),
            claim("C09", "standing", supported_if=None, contradicted_if=None, inconclusive_if=None, estimands_text=None,
                  constructs_text=None, is_confirmatory=False),
            claim("C10", "an_unknown_topic", claim_kind_code="premise"),
        ],
        "claim_evidence": [
            {"claim_id": "C01.1", "evidence_id": "B060", "evidence_class_code": "published", "grade_code": "C",
             "is_population_matched": False, "is_period_matched": True, "is_admissible": False,
             "admissibility_reason": "Grade C.", "evidence_text": "A report.", "source": SOURCE},
        ],
        "claim_verdicts": verdicts(),
        "verdict_history": [
            {"release_version_text": version, "release_date": datetime.date(2030, month, 1),
             "claim_id": row["claim_id"], "scope_code": row["scope_code"],
             "verdict_code": "inconclusive" if version == "0.0.9" else row["verdict_code"]}
            for month, version in ((1, "0.0.9"), (2, "0.1.0")) for row in verdicts()
        ],
        "disclosure_records": [
            {"table_name": "series_breaks", "gate_check_code": "no_measure", "outcome_code": "pass",
             "outcome_text": "texts only"},
        ],
    }  # fmt: skip


def write_miniature(folder: Path, **changed: list[dict[str, Any]]) -> Path:
    """Write the release; a table given by name replaces its rows."""
    (folder / "tables").mkdir(parents=True)
    sums, resources = [], []
    for name, rows in (tables() | changed).items():
        declared = TABLES[name]
        frame = canonical(pd.DataFrame(rows, columns=[column.name for column in declared.columns]), declared)
        for suffix, data in (("csv", csv_bytes(frame, declared)), ("parquet", parquet_bytes(frame, declared))):
            path = f"tables/open__{name}.{suffix}"
            (folder / path).write_bytes(data)
            sums.append(f"{hashlib.sha256(data).hexdigest()}  {path}\n")
        resources.append(frictionless_resource(declared, f"tables/open__{name}.csv", "0" * 64, 1))
    (folder / "datapackage.json").write_text(json.dumps(ABOUT | {"resources": resources}), encoding="utf-8")
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    for name in {"KNOWN_ISSUES.md", *DOCUMENTS} - {"datapackage.json", "SHA256SUMS"}:
        (folder / name).write_text("# Made up\n\nNothing.\n", encoding="utf-8")
    return folder
