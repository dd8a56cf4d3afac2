"""A chapter about a part that the study does not have keeps its heading and says so; every other is as it was."""

import pandas as pd
import pytest

from analysis.errors import ReleaseError
from analysis.reading.parts import CHAPTERS, absent_chapters, absent_page, parts_sentence
from analysis.reading.questionnaire_page import questionnaire_page
from analysis.results.questionnaire import term_rows
from tests.studies import ROOT, SHIPPED, posts_only, survey_only


@pytest.mark.parametrize(
    ("plan", "absent"),
    [
        (SHIPPED, {}),
        (survey_only(), {"posts": "posts", "shocks": "posts"}),
        (posts_only(), {"survey_results": "survey"}),
    ],
    ids=["both", "survey", "posts"],
)
def test_chapters_about_what_a_study_does_not_have(release_with, plan, absent):
    assert absent_chapters(release_with(study_terms=term_rows(plan).to_dict("records"))) == absent


@pytest.mark.parametrize(("part", "name"), [(part, name) for part, names in CHAPTERS.items() for name in names])
def test_a_chapter_keeps_its_heading_and_quotes_nothing(part, name):
    text = (ROOT / f"book/{name}.md").read_text(encoding="utf-8")
    made = absent_page(text, part)
    assert text.startswith(made[: made.index("\n# ")])
    assert f"its plan has no {part}" in made
    assert "{{" not in made
    assert made.count("\n# ") == 1


def test_a_page_without_a_heading_is_refused():
    with pytest.raises(ReleaseError, match="begins with no heading"):
        absent_page("---\nmyst: 1\n---\n\ntext", "posts")


def test_the_questionnaire_of_a_study_without_one_says_so(release_with):
    release = release_with(study_terms=term_rows(posts_only()).to_dict("records"), questionnaire_items=[])
    assert "Nobody was asked in this study" in questionnaire_page(release)
    assert isinstance(release.table("questionnaire_items"), pd.DataFrame)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (SHIPPED, "has a survey and a corpus of posts."),
        (survey_only(), "has a survey; what is said about a corpus of posts here holds for studies that have one."),
        (posts_only(), "has a corpus of posts; what is said about a survey here holds for studies that have one."),
    ],
)
def test_a_study_says_which_parts_it_has(release_with, plan, said):
    assert parts_sentence(release_with(study_terms=term_rows(plan).to_dict("records"))).endswith(said)
