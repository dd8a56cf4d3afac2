"""Respondents through the guarded door: decoded, consented, pseudonymised, free text deleted, in one stage."""

import os

from analysis.admission.study import open_study
from analysis.admission.survey import admit_survey
from analysis.admission.tally import released
from analysis.disclosure.policy import load_policy
from analysis.params import Params
from analysis.schemas import study_table
from analysis.store import Store
from analysis.study import open_plan

FOLDERS = ("data/fiction", "data/vault")


def run(store: Store, params: Params) -> None:
    """Write the respondents whose consent holds at the release, and how many entered."""
    study = open_study(params.study, store.root, params.release.date, os.environ)
    admitted = admit_survey(study, open_plan(store.root, params.study))
    policy = load_policy(store.root / "data/codelists/disclosure_policy.yml")
    counts = released(admitted.tally, ("sample_source_code", "admission_code", "respondents_n"), policy.minimum_cell)
    store.write(study_table(params.study, "restricted__survey_responses"), admitted.rows)
    store.write(study_table(params.study, "candidate__survey_admission"), counts)
