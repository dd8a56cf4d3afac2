"""A team's own study is the subject of its book's front page; the shipped study leaves that page to the article."""

import pytest

from analysis.reading.share_card import QUESTION, card_sentence
from analysis.reading.study_front import NO_CLAIMS, study_front
from analysis.reading.tables import Release
from analysis.reading.terms import own_title
from analysis.results.questionnaire import term_rows
from analysis.study import load_plan
from tests.studies import ROOT
from tests.unit.reading.miniature import claim, tables, verdicts

PLAN = load_plan(ROOT / "tests/plans/trust/study.yml")
OWN = claim("C60", "Whom do they trust?", subject_text="trust the courts")


@pytest.fixture
def front(release_with, monkeypatch):
    """The front page of the release of plan `trust`, with these claims of its own."""
    monkeypatch.setattr(Release, "study", "vault")

    def written(*own):
        rows = [*tables()["claims_register"], *own]
        judged = [*verdicts(), *({**verdicts()[0], "claim_id": each["claim_id"]} for each in own)]
        return study_front(
            release_with(study_terms=term_rows(PLAN).to_dict("records"), claims_register=rows, claim_verdicts=judged)
        )

    return written


def test_title_population_and_claims_are_the_studys(front):
    page = front(OWN)
    assert page.startswith(f"# {PLAN.title}\n")
    assert PLAN.population[1:] in page
    assert PLAN.provenance in page
    assert NO_CLAIMS not in page
    own, of_article = page.split("## Claims of the article")
    assert "**Whom do they trust?**" in own
    assert "[C60 Trust the courts](#claim-c60)" in own
    assert "C01.1" not in own
    assert "[C01.1 Existence](#claim-c01-1)" in of_article
    assert "C60" not in of_article


def test_a_study_without_claims_says_so(front):
    assert NO_CLAIMS in front()


def test_chapters_about_what_a_study_does_not_have_are_not_offered(front):
    page = front()
    assert "(survey_results.md)" in page
    assert "(posts.md)" not in page


def test_the_shipped_study_has_no_title_of_its_own(release, monkeypatch):
    assert own_title(release) == ""
    assert card_sentence(release).startswith("A news article says so.")
    monkeypatch.setattr(Release, "study", "vault")
    assert own_title(release)
    assert own_title(release) != QUESTION
    assert "of the study and of a news article" in card_sentence(release)
