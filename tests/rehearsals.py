"""Rehearsed studies for tests: designs of the plans under `tests/plans`, and one study from exports to verdicts."""

from dataclasses import replace
from pathlib import Path

from analysis.claims.register import load_register
from analysis.commands.rehearsal_folder import open_design
from analysis.rehearsal.exports import Source
from analysis.vendors import WRITERS

ROOT = Path(__file__).resolve().parents[1]
PLANS = ROOT / "tests/plans"
REGISTER = load_register(ROOT / "data/claims/claims.yml", ROOT / "data/claims/FROZEN.sha256")
NAMES = {"consent_subject": "consent_key", "respondent": "respondent_id", "recruiter": "recruiter_id", "wave": "wave",
         "duration": "interview_seconds", "interviewed": "interview_day"}  # fmt: skip
CUT_AT = 6.0


def design_of(study, **truths):
    """The design of a plan under `tests/plans`, or of the shipped one, with other truths."""
    found = open_design(ROOT / "data/study" if study == "shipped" else PLANS / study)
    return replace(found, truths=found.truths.model_copy(update=truths))


def one_source(vendor, sample_source="rds"):
    """A single export."""
    return (Source("one", f"exports/one{WRITERS[vendor][0]}", sample_source, "web", vendor, NAMES),)
