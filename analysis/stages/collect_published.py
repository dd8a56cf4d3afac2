"""Published figures and events, each with its grade and use; cited works, the questionnaire, its words, the frames."""

from analysis.measures import published
from analysis.params import Params
from analysis.results.post_terms import codebook_rows
from analysis.results.questionnaire import questionnaire_rows, term_rows
from analysis.store import Store
from analysis.study import open_plan


def run(store: Store, params: Params) -> None:
    """Part the figures that may be shown from those that are context, rate the days of events, list the phrases."""
    benchmarks = store.read("reference__benchmarks")
    store.write("candidate__benchmarks_shown", published.shown_as_numbers(benchmarks))
    store.write("candidate__benchmarks_context", published.named_as_context(benchmarks))
    store.write("candidate__events_dated", published.rated(store.read("reference__events")))
    store.write("candidate__literature", store.read("reference__literature"))
    plan = open_plan(store.root, params.study)
    store.write("candidate__questionnaire_items", questionnaire_rows(plan))
    store.write("candidate__study_terms", term_rows(plan))
    store.write("candidate__frame_codebook", codebook_rows(plan.posts.frames if plan.posts else ()))
