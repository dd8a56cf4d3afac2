"""Posts through the guarded door: decoded, consented, pseudonymised, scrubbed, in one stage."""

import os

from analysis.admission.posts import admit_posts
from analysis.admission.study import open_study
from analysis.admission.tally import released
from analysis.disclosure.policy import load_policy
from analysis.params import Params
from analysis.schemas import study_table
from analysis.store import Store
from analysis.study import open_plan

FOLDERS = ("data/fiction", "data/vault")


def run(store: Store, params: Params) -> None:
    """Write the posts of admissible accounts, and how many entered."""
    study = open_study(params.study, store.root, params.release.date, os.environ)
    admitted = admit_posts(study, open_plan(store.root, params.study).posts)
    policy = load_policy(store.root / "data/codelists/disclosure_policy.yml")
    names = ("platform_code", "admission_code", "posts_n")
    counts = released(admitted.tally, names, policy.minimum_cell, admitted.authors)
    store.write(study_table(params.study, "restricted__posts"), admitted.rows)
    store.write(study_table(params.study, "candidate__posts_admission"), counts)
