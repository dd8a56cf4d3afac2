"""Who stands behind the numbers of the next release, as digests: the gate compares them with earlier releases."""

import pandas as pd

from analysis.params import Params
from analysis.results.members import post_members, survey_members
from analysis.schemas import study_table
from analysis.store import Store
from analysis.study import open_plan


def run(store: Store, params: Params) -> None:
    """Write every respondent and account with the groups that a released number may be about."""
    quality = store.read(study_table(params.study, "restricted__respondent_quality"))
    responses = store.read(study_table(params.study, "restricted__survey_responses"))
    posts = {
        "posts": store.read(study_table(params.study, "restricted__posts")),
        "frames": store.read(study_table(params.study, "restricted__post_frames")),
        "labels": store.read(study_table(params.study, "restricted__post_labels")),
        "predictions": store.read(study_table(params.study, "restricted__post_predictions")),
    }
    excluded = quality.set_index("respondent_pseudonym").is_excluded
    found = pd.concat(
        [survey_members(open_plan(store.root, params.study), responses, excluded), post_members(posts)],
        ignore_index=True,
    )
    store.write(study_table(params.study, "restricted__release_members"), found)
