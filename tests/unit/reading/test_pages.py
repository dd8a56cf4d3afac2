"""Claim pages, the dictionary and the values that chapters quote."""

import dataclasses
import datetime
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from analysis.errors import ReleaseError
from analysis.reading.chapter_tables import chapter_tables
from analysis.reading.claim_pages import claim_pages, contents, overview
from analysis.reading.dictionary import SUBJECTS, dictionary_pages, dictionary_sections
from analysis.reading.edition import Edition, edition_values
from analysis.reading.feed import verdict_feed
from analysis.reading.figures_lists import list_profiles
from analysis.reading.figures_survey import (
    defect_curve,
    endorsement_forest,
    estimate_ladder,
    robust_steps,
    weighting_comparison,
)
from analysis.reading.fragments import NO_ROW
from analysis.reading.questionnaire_page import linked_codes, linked_items, questionnaire_page, reported_items
from analysis.reading.substitutions import sourced, substitutions
from analysis.reading.survey_tables import survey_values
from analysis.reading.tables import table_name
from tests.unit.reading.miniature import claim, tables, verdicts

ORDER = (
    "In our words", "## Verdict", "**Why.**", "**You can say**", "**You cannot say**", "## Quote it",
    "## Evidence", "## What would decide it", "## What could mislead", "## History of the verdict",
    "## Downloads",
)  # fmt: skip


ROOT = Path(__file__).resolve().parents[3]
EDITION = Edition("0.1.0", datetime.date(2030, 2, 1), datetime.date(2030, 1, 1))


@pytest.fixture(scope="module")
def pages(release, drawings):
    return claim_pages(release, drawings, EDITION)


def test_every_claim_has_a_page_in_the_same_order(pages, release):
    assert list(pages) == ["claims/c01_1", "claims/c01_2", "claims/c02_2", "claims/c09", "claims/c10"]
    for text in pages.values():
        places = [text.index(part) for part in ORDER]
        assert places == sorted(places)


def test_a_headline_asserts_nothing(pages):
    for text in pages.values():
        heading = next(line for line in text.splitlines() if line.startswith("# "))
        assert "Hypothesis" not in heading
        assert "%" not in heading


def test_no_share_stands_beside_the_asylum_claim(pages):
    assert "%" not in pages["claims/c09"].replace("%20", "")


def test_a_claim_without_a_rule_says_so(pages):
    assert "No rule was fixed" in pages["claims/c09"]
    assert "How many people the right verdict takes" not in pages["claims/c09"]
    assert "no size tried is enough" in pages["claims/c01_2"]


def test_an_interval_and_a_rule_after_the_fact_are_shown(pages):
    assert "6 to 9 percentage points, rounded outward. The rule was fixed after" in pages["claims/c01_1"]


def test_evidence_carries_class_grade_population_period_and_interval(pages):
    for part in ("published", "grade C", "Population: Nobody", "Period: 2025", "Interval: not shown for context"):
        assert part in pages["claims/c01_1"]
    assert "We found no measurement of this" in pages["claims/c02_2"]


def test_a_claim_with_two_scopes_has_two_verdicts(pages):
    assert "not yet answerable" in pages["claims/c02_2"]
    assert pages["claims/c02_2"].count("**Why.**") == 2


def test_a_claim_without_verdict_is_refused(release_with, drawings):
    rows = [row for row in verdicts() if row["claim_id"] != "C10"]
    with pytest.raises(ReleaseError, match="no verdict on C10"):
        claim_pages(release_with(claim_verdicts=rows), drawings, EDITION)


def test_the_overview_and_the_contents_lead_to_every_claim(release, pages):
    text = overview(release)
    assert all(f"(#claim-{name.removeprefix('claims/').replace('_', '-')})" in text for name in pages)
    assert [entry["file"] for entry in contents(release)] == list(pages)


def test_the_dictionary_describes_every_column(release):
    text = "\n".join(dictionary_pages(release).values())
    for name in release.names:
        assert f"(table-{name.replace('_', '-')})=" in text
        assert f'pandas.read_parquet("tables/open__{name}.parquet")' in text
        assert all(f"`{field['name']}`" in text for field in release.resource(name)["schema"]["fields"])


def test_the_history_says_how_the_verdict_moved(pages):
    page = pages["claims/c01_1"]
    history = page[page.index("## History of the verdict") :]
    assert "| 0.0.9, 1 January 2030 | the claim | inconclusive | first release of this verdict |" in history
    assert "| 0.1.0, 1 February 2030 | the claim | supported | was inconclusive |" in history


def test_every_value_names_its_origin(release, drawings):
    values = substitutions(release, drawings, EDITION)
    kinds = {key.split("_")[0] for key in values}
    assert kinds == {"value", "figure", "table", "text", "verdict", "can", "widget"}
    assert values["value_population_host_year_usa_census_year"] == "[700]{.value .from-population-host-year}"
    assert values["value_list_experiment_counts_taliban_0"] == "[0]{.value .from-list-experiment-counts}"
    assert values["value_events_dated_eligible"] == "[1]{.value .from-events-dated}"


def test_what_attacks_learnt_is_told_by_protection(release, drawings):
    values = substitutions(release, drawings, EDITION)
    told = {key.removeprefix("value_attack_results_"): text for key, text in values.items() if "attack_results" in key}
    assert values["value_attack_success_right"] == "[3]{.value .from-attack-success}"
    assert values["value_attack_success_off_solved"][:4] == "[40]"
    assert told["small"] == "[8]{.value .from-attack-results}"
    assert [told[f"{way}_exact"][:3] for way in ("counted", "empty", "rounded", "gate")] == ["[8]", "[5]", "[0]", "[0]"]
    assert [told[f"{way}_bounded"][:3] for way in ("empty", "rounded")] == ["[2]", "[6]"]
    assert [told[f"{way}_seen"][:3] for way in ("counted", "rounded", "gate")] == ["[3]", "[2]", "[0]"]


@pytest.mark.parametrize("hole", ["nan", "None", "&lt;NA&gt;", "<NA>", "NaT"])
def test_no_cell_shows_how_a_program_writes_an_empty_one(release, drawings, pages, hole):
    values = substitutions(release, drawings, EDITION)
    texts = {**values, **pages, **dictionary_pages(release), "questionnaire": questionnaire_page(release)}
    cell = re.compile(rf"\|\s*{re.escape(hole)}\s*(?=\|)")
    assert [name for name, text in texts.items() if cell.search(text)] == []


def test_a_value_of_no_table_is_refused():
    with pytest.raises(ReleaseError, match=r"'value_invented_n'.*value_<table>_<what>"):
        sourced("value_invented_n", "7", ("claims_register",), "synthetic")


def test_no_text_turns_the_failed_difference_into_a_percentage(release, drawings):
    values = substitutions(release, drawings, EDITION)
    assert "0.437" in values["table_list_experiment_differences"]
    dressed_up = ("43.7 %", "43.70 %", "44 %", "43.7%", "43.70%", "44%")
    assert not any(wrong in text for text in values.values() for wrong in dressed_up)


def test_a_release_without_its_statements_is_refused(release_with, drawings):
    release = release_with()
    (release.folder / "KNOWN_ISSUES.md").unlink()
    with pytest.raises(ReleaseError, match=r"KNOWN_ISSUES\.md"):
        substitutions(release, drawings, EDITION)


def test_every_table_is_described_on_one_page_of_the_contents(release):
    pages = dictionary_pages(release)
    listed = {entry["file"] for entry in dictionary_sections(release)}
    assert listed == pages.keys() - {"dictionary"}
    for name in release.names:
        assert sum(f"(table-{name.replace('_', '-')})=" in text for text in pages.values()) == 1


def test_every_table_of_no_study_has_a_subject_by_its_name():
    named = tuple(beginning for _, beginnings in SUBJECTS.values() for beginning in beginnings)
    of_studies = ("synthetic_", "vault_")
    published = json.loads((ROOT / "data/release/datapackage.json").read_text(encoding="utf-8"))["resources"]
    names = [table_name(resource) for resource in published]
    assert [name for name in names if not name.startswith((*named, *of_studies))] == []
    assert not "an_invented_table".startswith(named)


def test_the_verdict_says_until_when_evidence_was_looked_for(pages):
    for text in pages.values():
        verdict = text[text.index("## Verdict") : text.index("## You can say")]
        assert "looked for until [1 January 2030]" in verdict


def test_a_claim_that_touches_law_says_that_it_argues(pages):
    assert "arguments of ours: [what law says" in pages["claims/c09"]
    assert "arguments of ours: [what law says" in pages["claims/c10"]
    assert "arguments of ours" not in pages["claims/c02_2"]


def test_a_rule_after_the_fact_is_not_called_fixed_in_advance(pages):
    assert "## The rule, fixed after the evidence was seen" in pages["claims/c01_1"]
    assert "## The rule that was fixed" in pages["claims/c02_2"]
    assert "## Why there is no rule" in pages["claims/c09"]


def test_what_the_diagnosis_computes_is_not_printed_from_the_register(release_with, drawings):
    said = "With n = 1,000 the rule says so with probability .77. | Two reports would do."
    register = tables()["claims_register"]
    rows = [claim("C01.2", "size", decides_text=said) if row["claim_id"] == "C01.2" else row for row in register]
    page = claim_pages(release_with(claims_register=rows), drawings, EDITION)["claims/c01_2"]
    assert ".77" not in page
    assert "* Two reports would do." in page
    assert "How often the rule would give each verdict, by what is true" in page


def test_a_block_to_copy_has_sentence_verdict_population_period_day_and_citation(pages):
    block = pages["claims/c01_1"].partition("## Quote it")[2].partition("## The rule")[0]
    for part in ("Nobody knows.", "supported, robust interval 6 to 9 points", "Population: Nobody.", "Period: Never.",
                 "until 1 January 2030", "version 0.1.0, claim C01.1"):  # fmt: skip
        assert part in block


def test_the_arithmetic_of_labels_shows_every_assumed_share(pages):
    assert "1.0%" in pages["claims/c10"]
    assert "10.0%" in pages["claims/c10"]
    assert "base_rate_dots" not in pages["claims/c10"]


def test_an_item_has_an_anchor_its_answers_and_the_claims_that_name_it(release):
    text = questionnaire_page(release)
    assert "(item-ta1)=\n### TA1\n\nHow do you view them" in text
    assert "Answers: *very unfavourable*, *somewhat favourable*." in text
    assert "Named by [C02.2](#claim-c02-2)." in text
    assert text.count("Named by") == 1


def test_an_item_whose_answers_are_reported_says_where(release):
    parts = {name: part for name, _, part in (one.partition("\n") for one in questionnaire_page(release).split("### "))}
    told = {name for name, part in parts.items() if "Reported in [Survey results]" in part}
    assert told == reported_items(release)
    assert told
    assert told < {*release.table("questionnaire_items").item_id}


def test_items_of_a_cell_lead_to_the_questionnaire(release):
    known = release.table("questionnaire_items").item_id
    assert linked_codes("ta1 to xx9", known) == "[TA1](#item-ta1) to xx9"


def test_items_in_a_text_lead_to_the_questionnaire(release):
    known = release.table("questionnaire_items").item_id
    assert linked_items("Item TA1 and XX9.", known) == "Item [TA1](#item-ta1) and XX9."


def test_addresses_are_linked_where_the_copy_has_them():
    bare = edition_values(EDITION)
    assert bare["text_issues"] == bare["text_repository"] == "not stated in this copy"
    placed = edition_values(dataclasses.replace(EDITION, issues_address="https://made.up/issues"))
    assert placed["text_issues"] == "[made.up/issues](https://made.up/issues)"
    assert "kausernews.com" in bare["text_article"]


def test_the_feed_tells_what_is_new_or_changed(release):
    feed = verdict_feed(release, EDITION)
    ElementTree.fromstring(feed)
    assert feed.count("<entry>") == 2 * len(verdicts()) - sum(
        row["verdict_code"] == "inconclusive" for row in verdicts()
    )
    assert "It was: inconclusive." in feed
    assert 'href="claims/c01_1.html"' in feed


SMALL_STUDY = {"term_kind_code": ["study"] * 4 + ["estimand", "main_question", "part"],
               "term_text": ["title", "provenance", "population", "period", "K01_trust", "K01_trust", "survey"],
               "term_rank": range(1, 8),
               "words_text": ["A", "B", "C", "D", "trust them", "trust them", "a survey"]}  # fmt: skip


def test_a_study_without_lists_recruitment_or_posts_has_pages_that_say_so(release_with):
    """Every table of the study itself is empty but for what was admitted; its plan names one question."""
    whole = tables()
    own = [name for name in whole if name.startswith("synthetic_") and not re.search("admission|diagnosis", name)]
    own.append("frame_codebook")
    small = release_with(**{name: [] for name in own}, study_terms=pd.DataFrame(SMALL_STUDY).to_dict("records"))
    made = chapter_tables(small)
    assert made["table_recruitment_waves"].count(NO_ROW) == 1
    assert "pooled over all others" in survey_values(small)["text_sensitive_groups"]
    for draw in (estimate_ladder, weighting_comparison, endorsement_forest, robust_steps, defect_curve, list_profiles):
        assert draw(small).page_svg


def test_a_claim_of_the_study_is_not_put_into_the_articles_mouth(release_with, drawings):
    made = tables()
    own = {
        name: [*made[name], *({**row, "claim_id": "C50"} for row in made[name] if row["claim_id"] == "C01.2")]
        for name in ("claims_register", "claim_verdicts")
    }
    pages = claim_pages(release_with(**own), drawings, EDITION)
    assert "Brought by this study, not by the article" in pages["claims/c50"]
    assert "From [the article]" not in pages["claims/c50"]
    assert "From [the article]" in pages["claims/c01_2"]
