"""A release of a few rows per table, declared like the real one; every name and number in it is made up."""

import datetime
import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.reading.book import DOCUMENTS
from analysis.reading.wording import VERDICTS
from analysis.schemas import TABLES
from analysis.schemas.publish import frictionless_resource
from analysis.store import canonical, csv_bytes, parquet_bytes

SOURCE = "Nobody 2011, doi:10.1234/made.up"
PLACE = {"region_name": "Europe", "source": SOURCE}
HOSTS = {"IRN": ("Iran (Islamic Rep. of)", 9000), "DEU": ("Germany", 5000), "USA": ("United States of America", 700)}


def benchmark(identifier: str, unit: str, value: float | None, line: str, quantity: str = "A view") -> dict[str, Any]:
    return {
        "benchmark_id": identifier, "quantity_text": quantity, "population_text": "United States (survey)",
        "period_text": "2022", "figure_unit_code": unit, "figure_value": value, "figure_low": None, "figure_high": None,
        "figure_text": None if value is not None else "words", "sample_text": "500", "wording_line_code": line,
        "note": None, "grade_code": "B", "use_code": "figure", "source": SOURCE, "source_address": None,
    }  # fmt: skip


def claim(identifier: str, topic: str, **changes: Any) -> dict[str, Any]:
    entry = {
        "claim_id": identifier, "topic_code": topic, "claim_kind_code": "claim", "constructs_text": "speak in public",
        "article_text": f"The article says {identifier}.", "statement": f"Hypothesis {identifier}.",
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
                "other_protection_n": None, "protected_n": size + year - 2000, "is_series_break": is_break,
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
    ids = ("C01.1", "C01.2", "C02", "C09", "C10")
    rows = [
        {"claim_id": identifier, "scope_code": "claim", "verdict_code": code, "verdict_reason": f"As {code}.", **empty}
        for identifier, code in zip(ids, VERDICTS, strict=True)
    ]  # fmt: skip
    rows[0] |= {"is_post_hoc": True, "low_points": 6, "high_points": 9}
    return [*rows, rows[2] | {"scope_code": "future_study", "verdict_code": "not_yet_answerable"}]


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
        "population_host_year": population(),
        "population_host_sex_age": [
            {"host_iso3": "USA", "year": 2023, "sex_code": "female", "age_band_code": "0_4", "persons_n": None,
             "persons_status_code": "not_disaggregated", "source": SOURCE},
        ],
        "population_host_disaggregation": [
            {"host_iso3": iso3, "host_name": HOSTS[iso3][0], "year": 2023, "protected_n": 100 * rank,
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
             "good_sources_n": n - 1, "is_break_date_eligible": n > 2, "source": SOURCE}
            for n, kind in ((1, "afg_pak"), (2, "host_policy"), (3, "afg_pak"))
        ],
        "list_experiment_counts": experiment_counts(),
        "list_experiment_types": [
            {**checked, "other_items_count": 0, "holds_item": True, "type_share": 0.3, "standard_error": 0.1},
        ],
        "list_experiment_checks": [
            {**checked, "check_code": "floor", "statistic": 0.0, "threshold": 0.1, "is_passed": False,
             "check_text": "0 of 12"},
        ],
        "method_coverage": [
            {"method_id": f"{kind}_made_up", "survey_text": "a survey", "respondents_n": 10, "surveys_n": 20,
             "answered_n": 20, "coverage_share": 0.95, "coverage_low_share": 0.8, "coverage_high_share": 0.99,
             "bias": 0.0, "spread_of_estimates": 0.1, "mean_standard_error": 0.1, "is_failed": False, "slice_n": 5,
             "slice_covered_n": 5, "seed": 1, "source": SOURCE}
            for kind in ("list", "masked", "endorsement")
        ],
        "technique_price": [
            {"method_id": name, "survey_text": name, "prevalence_share": 0.05, "margin_share": 0.02,
             "variance_ratio": ratio, "required_n": round(100 * ratio)}
            for name, ratio in (("direct", 1.0), ("list", 80.0), ("double_list", 40.0), ("forced", 7.0),
                                ("crosswise", 17.0))
        ],
        "replication_results": [
            {"replication_id": "R01_made_up", "estimand_id": "K02_list_taliban_afghanistan_2011",
             "quantity_code": "difference_in_mean_counts", "population_text": "Nobody", "period_text": "2011",
             "method_text": "difference", "value": 0.4, "standard_error": 0.1, "ci_low": 0.2, "ci_high": 0.6,
             "respondents_n": 24, "published_text": "0.4", "file_name": "made.csv",
             "file_sha256": "0" * 64, "source": SOURCE},
        ],
        "estimates": [estimate("difference", 0.437), estimate("prevalence", None)],
        "base_rates": [base_rate(0.01, 0.8, 0.95), base_rate(0.1, 0.9, 0.99)],
        "claims_register": [
            claim("C01.1", "existence"), claim("C01.2", "size"), claim("C02", "growth"),
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
    (folder / "datapackage.json").write_text(json.dumps({"resources": resources}), encoding="utf-8")
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    for name in {"KNOWN_ISSUES.md", *DOCUMENTS} - {"datapackage.json", "SHA256SUMS"}:
        (folder / name).write_text("# Made up\n\nNothing.\n", encoding="utf-8")
    return folder
