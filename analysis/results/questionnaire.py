"""The questionnaire and the words of a plan as tables. What must not be here: an answer."""

from collections.abc import Iterator

import pandas as pd

from analysis.results.post_terms import post_terms
from analysis.study import Plan
from analysis.study.items import Item

BETWEEN = " | "
ITEM_COLUMNS = [
    "item_rank", "item_id", "section_text", "construct_text", "asks_text", "parts_text", "answers_text",
    "item_source_text", "item_role_text", "instrument_text",
]  # fmt: skip
COLUMNS = ["term_kind_code", "term_text", "term_rank", "words_text"]


def questionnaire_rows(plan: Plan) -> pd.DataFrame:
    """Table `questionnaire_items`, in the order of the plan."""
    section = ""
    rows = []
    for rank, (item_id, item) in enumerate(plan.items.items(), start=1):
        section = item.section or section
        rows.append(
            {
                "item_rank": rank,
                "item_id": item_id,
                "section_text": section or None,
                "construct_text": item.measures,
                "asks_text": item.asks,
                "parts_text": BETWEEN.join(item.parts) or None,
                "answers_text": answers(item),
                "item_source_text": item.source,
                "item_role_text": item.role,
                "instrument_text": plan.study,
            }
        )
    return pd.DataFrame(rows, columns=ITEM_COLUMNS)


def answers(item: Item) -> str:
    """What may be answered: the codes in their order, the range of a number, or free text."""
    if item.free_text:
        return "free text"
    if item.whole_number is not None:
        low, high = item.whole_number
        return f"a whole number from {low} to {high}"
    return BETWEEN.join(item.codes) + (", several may be chosen" if item.multiple else "")


def term_rows(plan: Plan) -> pd.DataFrame:
    """Table `study_terms`: what readers are told for the codes of a plan, in its order."""
    ranked = ((kind, term, rank, words) for rank, (kind, term, words) in enumerate(_terms(plan), start=1))
    return pd.DataFrame(ranked, columns=COLUMNS)


def _terms(plan: Plan) -> Iterator[tuple[str, str, str]]:
    yield from (("study", name, getattr(plan, name)) for name in ("title", "provenance", "population", "period"))
    yield from (("estimand", estimand, words) for estimand, words in plan.estimands())
    yield from (("item", column, plan.label(column)) for column, (item, _) in plan.columns.items() if item.label)
    yield from (("group", group.kind, group.words) for group in plan.groups)
    yield from (("domain", group.kind, group.words) for group in plan.groups if group.is_domain)
    yield from (("sensitive_group", group.kind, group.words) for group in plan.groups if group.is_sensitive)
    lists = {each.item: each.label for experiment in plan.list_experiments for each in experiment.all_lists}
    yield from (("list", item, label) for item, label in lists.items())
    policies = {each.item: each.label for endorsement in plan.endorsements for each in endorsement.policies}
    yield from (("policy", item, label) for item, label in policies.items())
    endorsers = [words for endorsement in plan.endorsements for words in endorsement.endorsers.values()]
    yield from (("endorser", words, words) for words in dict.fromkeys(endorsers))
    yield from (("endorsement", each.estimand, each.words) for each in plan.endorsements)
    yield from (("modelled", each.estimand, each.words) for each in plan.questions if each.modelled)
    if plan.main_question:
        yield "main_question", plan.main_question, plan.by_estimand[plan.main_question].words
    if plan.sensitivity:
        yield "sensitivity", plan.sensitivity, plan.by_estimand[plan.sensitivity].words
    if plan.has_survey:
        yield "part", "survey", "a survey"
    if plan.posts:
        yield "part", "posts", "posts"
        yield from post_terms(plan.posts)
