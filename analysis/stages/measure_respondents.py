"""The fraud and quality screen: rules fixed in advance, flags counted rule by rule."""

from analysis.disclosure.policy import load_policy
from analysis.measures import quality
from analysis.params import Params
from analysis.schemas import study_table
from analysis.store import Store
from analysis.study import open_plan


def run(store: Store, params: Params) -> None:
    """Flag every respondent, and count the flags."""
    screen = open_plan(store.root, params.study).quality
    responses = store.read(study_table(params.study, "restricted__survey_responses"))
    flags = quality.flagged(responses, screen)
    minimum = load_policy(store.root / "data/codelists/disclosure_policy.yml").minimum_cell
    store.write(study_table(params.study, "restricted__respondent_quality"), flags)
    counts = quality.flag_counts(flags, responses, screen, minimum)
    store.write(study_table(params.study, "candidate__quality_flags"), counts)
