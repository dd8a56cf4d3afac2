"""`papers` drafts what a study owes: filled in from its files, and open where only a team can say it."""

import io
import re

import openpyxl
import pandas as pd
import pytest
import yaml

from analysis.commands import papers as module
from analysis.commands.papers import papers
from analysis.errors import EstimationError, InputError, StudyError
from analysis.papers.collection import Collected
from analysis.papers.document import OPEN, Paper, Point
from analysis.papers.methods import NONE_YET, Numbers, methods_statement
from analysis.papers.rates import Dispositions, outcome_rates
from analysis.papers.tables import latex, workbook
from analysis.study import load_plan
from tests.pipeline import own_posts
from tests.studies import ROOT, SHIPPED
from tests.unit.custody.test_governance import VALID

NAMES = ("preregistration.md", "methods.md", "data_management.md", "data_protection.md")
PLANS = ROOT / "tests/plans"
CASES = {"I": 400, "P": 100, "R": 200, "NC": 150, "O": 50, "UH": 60, "UO": 40}
HEAD = "sample_source,I,P,R,NC,O,UH,UO,e\n"


def drafts(study, to):
    papers(study, to=to)
    return {name: (to / name).read_text(encoding="utf-8") for name in NAMES}


def beside(tmp_path, name="election", **files):
    """A copy of a plan's folder with further files."""
    folder = tmp_path / name
    folder.mkdir()
    for path in (PLANS / name).iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    for file, text in files.items():
        (folder / file.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["returns", "trust", "election"])
def test_every_plan_gives_every_paper_with_its_items_and_estimands(tmp_path, name):
    plan, made = load_plan(PLANS / name / "study.yml"), drafts(PLANS / name, tmp_path)
    for text in made.values():
        assert not re.search(r"^###? .*\n\n#+ (?!#)", re.sub(r"^## .*\n\n", "", text, flags=re.MULTILINE), re.MULTILINE)
    for item_id, item in plan.items.items():
        assert f"| {item_id} | {item.measures} | {item.asks} |" in made["preregistration.md"]
        assert f"* {item_id}: {item.asks}" in made["methods.md"]
    for estimand, words in plan.estimands():
        assert f"* {estimand}: {words}" in made["preregistration.md"]
    assert ("(STROBE-RDS)" in made["methods.md"]) == bool(plan.recruitment)
    assert "(CHERRIES)" in made["methods.md"]
    assert NONE_YET in made["methods.md"]


def test_hypotheses_are_the_claims_that_the_estimands_speak_to(tmp_path):
    text = drafts(PLANS / "election", tmp_path)["preregistration.md"]
    assert "| C50 | E50_vote_share | A majority of adults abroad would vote by mail. |" in text
    assert "after Holm's procedure" in text
    without = drafts(PLANS / "returns", tmp_path / "b")["preregistration.md"]
    assert "| C13" in without
    assert "C50" not in without


def test_what_chance_decides_is_said_arm_by_arm(tmp_path):
    text = drafts(PLANS / "returns", tmp_path)["preregistration.md"]
    assert "List groups (the list): arm `short` sees 4 control items, arm `long` 4 and the sensitive item" in text
    assert "Endorsement p2 (policy two): nobody is named, or the union; the arm stands in p2_by." in text
    assert "Nothing is assigned at random." in drafts(PLANS / "election", tmp_path / "b")["preregistration.md"]


def test_rules_that_leave_people_out_are_those_of_the_screen(tmp_path):
    text = drafts(PLANS / "returns", tmp_path)["preregistration.md"]
    assert "* the instructed item was not answered with 4" in text
    assert "invented for this question" not in text


def test_a_governance_file_is_used_once_it_is_filled_in(tmp_path, capsys):
    folder = beside(tmp_path, governance_yml=yaml.safe_dump(VALID, allow_unicode=True))
    made = drafts(folder, tmp_path / "to")
    assert VALID["controller"]["name"] in made["data_protection.md"]
    assert f"raw exports: until {VALID['retention']['raw_exports_until']}" in made["data_management.md"]
    assert "left open" not in capsys.readouterr().out
    bare = drafts(PLANS / "election", tmp_path / "bare")["data_protection.md"]
    assert bare.count(OPEN) > made["data_protection.md"].count(OPEN)
    assert "left open, as the governance file does not say it yet" in capsys.readouterr().out


def test_rates_follow_the_standard_definitions():
    rates = outcome_rates(Dispositions(CASES, 0.5))
    assert rates == pytest.approx(
        {
            "RR1": 400 / 1000, "RR2": 500 / 1000, "RR3": 400 / 950, "RR4": 500 / 950, "RR5": 400 / 900,
            "RR6": 500 / 900, "COOP1": 400 / 750, "COOP3": 400 / 700, "REF1": 200 / 1000,
            "REF2": 200 / 950, "REF3": 200 / 900, "CON1": 750 / 1000, "CON2": 750 / 950, "CON3": 750 / 900,
        }
    )  # fmt: skip
    assert set(rates) - set(outcome_rates(Dispositions(CASES))) == {"RR3", "RR4", "REF2", "CON2"}
    assert outcome_rates(Dispositions(dict.fromkeys(CASES, 0) | {"UH": 5})) == {
        "RR1": 0.0, "RR2": 0.0, "REF1": 0.0, "CON1": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (Dispositions({"I": 1}), "give exactly I, P, R, NC, O, UH, UO"),
        (Dispositions(CASES | {"R": -1}), "R is -1"),
        (Dispositions(CASES, 1.5), "e is 1.5"),
    ],
)
def test_impossible_dispositions_are_refused(made, words):
    with pytest.raises(EstimationError, match=words):
        outcome_rates(made)


def test_stated_dispositions_become_rates_in_the_statement(tmp_path):
    rows = HEAD + "probability,400,100,200,150,50,60,40,0.5\n"
    text = drafts(beside(tmp_path, dispositions_csv=rows), tmp_path / "to")["methods.md"]
    assert "| drawn with known chances from a sampling frame | RR3 | 0.421 |" in text


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            HEAD + "opt_in,1,1,1,1,1,1,1,\n",
            r"line 2: sample_source is 'opt_in'; outcome rates are of samples that were",
        ),
        (HEAD + "probability,x,1,1,1,1,1,1,\n", r"line 2: holds something that is no number: .*'x'"),
        (HEAD + "probability,1,1,1,1,1,1,1,2\n", r"line 2: e is 2"),
        ("sample_source,I\nprobability,1\n", r"columns sample_source, I; give sample_source, I, P"),
    ],
)
def test_dispositions_that_cannot_be_read_are_refused_by_line(tmp_path, rows, words):
    with pytest.raises(InputError, match=words):
        papers(beside(tmp_path, dispositions_csv=rows), to=tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_numbers_are_those_of_released_tables_and_withheld_ones_are_not_shown():
    estimates = pd.DataFrame(
        {
            "estimand_id": ["K1", "K1", "K2"], "item_text": "a", "weighting_code": "blended", "estimator_text": "share",
            "value": [0.25, 0.5, None], "ci_low": [0.2, 0.4, None], "ci_high": [0.3, 0.6, None],
            "respondents_n": [500, 100, 450], "group_kind_code": ["all", "place", "all"],
        }
    )  # fmt: skip
    collected = (Collected("opt_in", "web", "kobo"),)
    text = methods_statement(SHIPPED, collected, Numbers({"survey_estimates": estimates}, is_fictional=True)).text()
    assert "| K1 | a | blended | share | 0.25 | 0.2 | 0.3 | 500 |" in text
    assert "| K2 | a | blended | share | not shown | not shown | not shown | 450 |" in text
    assert "0.4" not in text
    assert text.count("The study is fictional: nobody was asked") == 1


def test_a_release_is_read_for_the_plan_that_it_was_built_from(tmp_path, monkeypatch):
    """Not for another plan that lies elsewhere, whatever was built last."""
    if not (ROOT / "data/release/tables/open__synthetic_survey_admission.parquet").is_file():
        pytest.skip("no release is built here: ./run repro")
    own = drafts(ROOT / "data/study/study.yml", tmp_path)["methods.md"]
    assert (tmp_path / "fictional_tables.xlsx").is_file()
    assert r"\caption{Fictional, nobody was asked. " in (tmp_path / "fictional_estimates.tex").read_text(
        encoding="utf-8"
    )
    assert "| opt_in | admitted |" in own
    assert "nobody was asked" in own
    assert "| opt_in | admitted |" not in drafts(PLANS / "returns", tmp_path / "b")["methods.md"]
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == sorted(NAMES)
    monkeypatch.setattr(module, "PLANS", {})
    assert "| opt_in | admitted |" not in drafts(ROOT / "data/study/study.yml", tmp_path / "c")["methods.md"]


ESTIMATES = pd.DataFrame(
    {
        "estimand_id": ["K1_a", "K1_a", "K2"], "item_text": ["50% & more", "x", "y"], "weighting_code": "blended",
        "estimator_text": "share", "value": [0.25, 0.5, None], "ci_low": [0.2, 0.4, None], "ci_high": [0.3, 0.6, None],
        "respondents_n": [500, 100, 450], "group_kind_code": ["all", "place", "all"],
    }
)  # fmt: skip


def test_main_estimates_are_a_table_that_latex_takes():
    text = latex(ESTIMATES, "All of us & 95%")
    assert r"\caption{All of us \& 95\%}" in text
    assert r"\toprule" in text
    assert r"K1\_a & 50\% \& more & blended & share & 0.250 & 0.200 & 0.300 & 500 \\" in text
    assert r"K2 & y & blended & share & -- & -- & -- & 450 \\" in text
    assert "0.400" not in text


def test_the_workbook_holds_every_table_without_a_formula_and_without_a_clock():
    rows = ESTIMATES.assign(item_text=["=1+1", "x", None])
    content = workbook({"survey_estimates": rows, "a_table_with_a_name_of_over_31_letters": rows.iloc[:0]})
    assert content == workbook({"survey_estimates": rows, "a_table_with_a_name_of_over_31_letters": rows.iloc[:0]})
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["survey_estimates", "a_table_with_a_name_of_over_31_"]
    cells = list(book["survey_estimates"].values)
    assert cells[0] == tuple(rows.columns)
    assert cells[1][:2] == ("K1_a", "'=1+1")
    assert cells[3][1] is None
    assert cells[3][4] is None
    assert {cell.data_type for row in book["survey_estimates"] for cell in row} <= {"s", "n"}


def test_a_point_without_words_is_left_to_the_team():
    paper = Paper("T", "about", {"S": [Point("a"), Point("b", "said"), Point("c", "said", "more")]})
    assert paper.open_points == 2
    assert (
        f"### a\n\n{OPEN} neither the plan nor the release says anything here.\n\n### b\n\nsaid\n\n### c"
        in paper.text()
    )


def test_a_study_of_posts_has_papers_about_posts(tmp_path):
    for name, text in (
        ("study.yml", own_posts.PLAN),
        ("frames.csv", own_posts.FRAMES),
        ("claims.yml", own_posts.CLAIMS),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    made = drafts(tmp_path, tmp_path / "to")
    assert "| C51 | E51_money |" in made["preregistration.md"]
    assert "* the flood: 2026-03-11" in made["preregistration.md"]
    assert "* RM, money sent home: Money that is sent home" in made["methods.md"]
    assert "* praise: praises them" in made["methods.md"]
    assert "from exports: Foundations, Persons who agreed" in made["data_protection.md"]
    for text in made.values():
        for of_a_survey in ("respondent", "interview", "questionnaire", "answered", "Shops"):
            assert of_a_survey not in re.sub("respondents or posts", "", text), of_a_survey


def test_a_folder_without_a_plan_is_refused(tmp_path):
    with pytest.raises(StudyError, match=r"holds no study\.yml"):
        papers(tmp_path, to=tmp_path / "to")
