"""What a chapter may not say without more: an absence without a search, law without a source, a work nobody listed."""

import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "book").rglob("*.md"))
CODE = sorted((ROOT / "analysis/reading").glob("*.py"))
REGISTER = ROOT / "data/claims/claims.yml"
ABSENCES = re.compile(
    r"\bnobody has (?:measured|counted|asked)|\bno (?:survey|poll|study) (?:was|is|has been) (?:in the field|made)"
    r"|\b(?:the|is the) only (?:poll|survey|study|rating)\b(?! that we)|\bno interval (?:was|is) published"
    r"|(?<!as long as )\bno host publishes|\bno (?:[\w-]+ ){1,4}exists?\b|\bno survey is known",
    re.IGNORECASE,
)
LAW = re.compile(
    r"\b(?:is|are) lawful\b|\bnot evidence (?:about|of) past fear|\bevery host(?:s)? (?:count|report)", re.I
)
LOOSE_PERCENT = re.compile(r"\d[ \u00a0]%")
OWN_NAMES = re.compile(r"\[what entered\]|\b(?:frame WR|truth puts|it is about \*)", re.IGNORECASE)
DOI = re.compile(r"https://doi\.org/(10\.[^)\s]+)")
AUTHORS = re.compile(
    r"\b(?:as|that) ([A-Z]\w+)(?:(?:, [A-Z]\w+)* and ([A-Z]\w+))? (?:show|argue|recommend|found|find|prove|ask)"
)


def works() -> list[dict[str, str]]:
    with (ROOT / "data/reference/literature.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("path", [*CHAPTERS, *CODE, REGISTER], ids=lambda path: path.stem)
@pytest.mark.parametrize("rule", [ABSENCES, LAW, LOOSE_PERCENT, OWN_NAMES], ids=["absence", "law", "percent", "names"])
def test_a_sentence_claims_no_more_than_was_looked_for(path, rule):
    assert rule.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("rule", "planted"),
    [
        (ABSENCES, "Nobody has measured this."), (ABSENCES, "No survey was in the field."),
        (ABSENCES, "No host publishes a count."), (ABSENCES, "No validated security outcome exists."),
        (ABSENCES, "It is the only poll across the diaspora."), (ABSENCES, "No interval was published."),
        (LAW, "Holding an opinion is lawful."), (LAW, "Later speech is not evidence about past fear."),
        (LOOSE_PERCENT, "About 5 % of them."), (OWN_NAMES, "See [What entered](corpora.md)."),
    ],
)  # fmt: skip
def test_a_bolder_sentence_is_found(rule, planted):
    assert rule.search(planted)


def test_the_only_rating_that_we_found_is_no_absence():
    assert not ABSENCES.search("The only rating that we found is opt-in.")


def test_every_cited_work_is_listed_and_every_listed_work_is_cited():
    cited = {doi.rstrip(".,") for path in CHAPTERS for doi in DOI.findall(path.read_text(encoding="utf-8"))}
    listed = {
        row["source_address"].removeprefix("https://doi.org/") for row in works() if "doi.org" in row["source_address"]
    }
    assert cited == listed


def authors(text: str) -> set[str]:
    """Surnames in sentences of the kind 'as Nobody and Somebody show'."""
    return {name for match in AUTHORS.findall(text) for name in match if name}


def test_every_author_who_is_said_to_show_something_is_in_the_list():
    listed = " ".join(row["source"] for row in works())
    named = set().union(*(authors(path.read_text(encoding="utf-8")) for path in CHAPTERS))
    assert {"Salganik"} <= named
    assert {name for name in named if name not in listed} == set()


def test_an_author_is_recognised():
    assert authors("a floor, as Goel and Salganik argue") == {"Goel", "Salganik"}
