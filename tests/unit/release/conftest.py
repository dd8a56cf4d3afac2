"""A small cleared release with one failed design."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.disclosure.gate import clear
from analysis.disclosure.policy import load_policy
from analysis.release.dataset import Edition, write_release

ROOT = Path(__file__).resolve().parents[3]
EDITION = Edition("0.1.0", date(2026, 11, 30))


def estimate(name, quantity, value, is_usable):
    return {
        "estimate_id": f"K01_{name}", "estimand_id": "K01_made_up", "quantity_code": quantity,
        "population_text": "nobody", "period_text": "never", "evidence_class_code": "published", "grade_code": "A",
        "method_text": "made up", "value": value, "standard_error": 0.1, "ci_low": None, "ci_high": None,
        "respondents_n": 100, "is_usable": is_usable, "unusable_reason": None if is_usable else "failed",
        "source": "made up",
    }  # fmt: skip


@pytest.fixture(scope="session")
def cleared():
    tables = {
        "synthetic_survey_admission": pd.DataFrame(
            [{"sample_source_code": "opt_in", "admission_code": "admitted", "respondents_n": 20}]
        ),
        "estimates": pd.DataFrame(
            [
                estimate("difference", "difference_in_mean_counts", 0.3141, True),
                estimate("share", "prevalence", None, False),
            ]
        ),
    }
    return clear(tables, load_policy(ROOT / "data/codelists/disclosure_policy.yml"))


@pytest.fixture
def release(cleared, tmp_path):
    write_release(cleared, EDITION, ROOT, tmp_path / "release")
    return tmp_path / "release"
