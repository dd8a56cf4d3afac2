"""What entered a release: the sentences and tables of the corpora, with the label that fiction carries everywhere.

What must not be here: a number about a group of persons that is not a count of rows.
"""

import pandas as pd

from analysis.reading.fragments import column_table, escaped, table_block
from analysis.reading.parts import has_part, parts_sentence
from analysis.reading.tables import Release
from analysis.reading.wording import count, in_words, listing, sentence_case

SCRIPT = "corpora_tables.py"
FICTIONAL = "synthetic"

HELD = {
    "synthetic": (
        "**Nothing about any real person.** This release has no answer, no post, no name, no account and no row about "
        "one. If you are an Afghan abroad, nobody here has a file about you. The pipeline ran on a fictional world, "
        "whose persons a program made up."
    ),
    "vault": (
        "**Sums over many people.** The team that made this release holds {whose}. None of those rows is in this book "
        "or in the data that it offers."
    ),
}
CORPORA = {
    "synthetic": (
        "The corpora of this release are fictional. A program drew a population that does not exist, let part of "
        "it answer the questionnaire and write posts, and exported both the way real survey systems and platforms "
        "do. The exports then went through the same door as real ones. Hosts are called by letters, posts carry "
        " days of the year 2100, and no number below says anything about a real group. It shows that the "
        "pipeline works, and how."
    ),
    "vault": "The corpora of this release are the team's own: {whose}.",
}
MAY_BE_QUOTED = {
    "synthetic": ("No. They are [fictional](corpora.md): made-up people and made-up posts, to test the methods."),
    "vault": (
        "Only as the row has it, with its interval, its population and its period, and how people were chosen: "
        "[survey results](survey_results.md), [posts](posts.md). A row that is withheld has no number."
    ),
}
"""Whether a percentage of the study's own may be written."""

WHOSE = {"survey": "answers of persons who consented", "posts": "posts of institutions and of persons who consented"}
WORLD = {"synthetic": "the fictional world", "vault": "this study"}
"""Whose numbers a sentence gives; every sentence with a number of a fictional table says it itself."""
LABEL = (
    ":::{admonition} Fictional\n:class: warning\nMade-up rows about nobody. Not evidence about any real group.\n:::\n\n"
)


def corpora_sentences(release: Release) -> dict[str, str]:
    """What is held about people, and whose corpora these are."""
    study = release.study
    whose = listing([words for part, words in WHOSE.items() if has_part(release, part)])
    entered = release.table(f"{study}_survey_admission"), release.table(f"{study}_posts_admission")
    return {
        "text_held": HELD[study].format(whose=whose),
        "text_may_be_quoted": MAY_BE_QUOTED[study],
        "text_corpora": CORPORA[study].format(whose=whose),
        "text_parts": parts_sentence(release),
        "text_world": WORLD[study],
        "value_survey_admission_admitted": _admitted(entered[0], "respondents_n"),
        "value_posts_admission_admitted": _admitted(entered[1], "posts_n"),
    }


def _admitted(rows: pd.DataFrame, measure: str) -> str:
    return count(rows.loc[rows.admission_code == "admitted", measure].sum())


def corpora_tables(release: Release) -> dict[str, str]:
    """Admission and quality screen; fiction is labelled above each table."""
    return {
        "table_survey_admission": _admission(release, "survey_admission", "sample_source_code", "respondents_n"),
        "table_posts_admission": _admission(release, "posts_admission", "platform_code", "posts_n"),
        "table_quality_flags": _quality(release),
    }


def _labelled(release: Release, table: str, name: str) -> str:
    label = LABEL if release.study == FICTIONAL else ""
    return label + table_block(table, release, name, SCRIPT)


def _admission(release: Release, table: str, group: str, measure: str) -> str:
    name = f"{release.study}_{table}"
    groups, outcomes = release.codes(name, group), release.codes(name, "admission_code")
    columns = {
        sentence_case(in_words(group.removesuffix("_code"))): lambda row: escaped(groups[getattr(row, group)]),
        "What happened": lambda row: escaped(sentence_case(outcomes[row.admission_code])),
        sentence_case(measure.removesuffix("_n")): lambda row: count(getattr(row, measure)),
    }
    return _labelled(release, column_table(release.table(name), columns, (2,)), name)


def _quality(release: Release) -> str:
    name = f"{release.study}_quality_flags"
    groups = release.codes(name, "sample_source_code")
    columns = {
        "Sample": lambda row: escaped(groups[row.sample_source_code]),
        "Rule": lambda row: escaped(sentence_case(row.quality_rule_text)),
        "Respondents": lambda row: count(row.respondents_n),
    }
    return _labelled(release, column_table(release.table(name), columns, (2,)), name)
