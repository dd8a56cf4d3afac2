"""The fraud and quality screen: rules fixed in advance, flags counted rule by rule."""

from analysis.disclosure.policy import load_policy
from analysis.measures import quality
from analysis.params import Params
from analysis.schemas import study_table
from analysis.store import Store
from analysis.study import open_plan

STUDY_TABLES = ("restricted__respondent_quality", "candidate__quality_flags")


def run(store: Store, params: Params) -> None:
    """Flag every respondent, and count the flags."""
    screen = open_plan(store.root, params.study).quality
    names = [study_table(params.study, name) for name in STUDY_TABLES]
    if screen is None:
        store.write_empty(*names)
        return
    responses = store.read(study_table(params.study, "restricted__survey_responses"))
    flags = quality.flagged(responses, screen)
    minimum = load_policy(store.root / "data/codelists/disclosure_policy.yml").minimum_cell
    counts = quality.flag_counts(flags, responses, screen, minimum)
    for name, rows in zip(names, (flags, counts), strict=True):
        store.write(name, rows)
