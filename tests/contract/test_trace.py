"""Every number of the built book is in a release table: in prose, in table cells, in figures; and a typo is found."""

import copy
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.reading.book import FIGURES
from analysis.reading.figures import Drawing
from analysis.reading.tables import Release
from tests.contract.trace import (
    Tracer,
    drawn_beside,
    holdings,
    lost_rows,
    numbers,
    pages,
    read_figure,
)

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "dist" / "book"
MOST_MISSED = 0.1
"""Of planted typos that may happen to give another number of the same table: a year, a small count."""
EVERY = 3
"""Rows of tables of which one gets a typo."""


@pytest.fixture(scope="module")
def tracer():
    if not (BUILT / "index.html").is_file():
        pytest.skip("no built book in dist/book: run ./run repro")
    return Tracer(Release(ROOT / "data/release"))


@pytest.fixture(scope="module")
def built(tracer):
    return dict(pages(BUILT))


@pytest.fixture(scope="module")
def drawings(tracer):
    return {drawing.name: drawing for drawing in (draw(tracer.release) for draw in FIGURES)}


def test_every_number_of_every_page_is_in_the_release(tracer, built):
    lost = [one for name, page in built.items() for one in tracer.lost_on(name, copy.copy(page))]
    assert lost == []


def test_the_pages_hold_numbers_to_be_found(built):
    assert sum(len(page.select(".value")) for page in built.values()) > 50
    assert sum(len(numbers(cell.get_text())) for page in built.values() for cell in page.select("td")) > 1000


def typo(text: str) -> str:
    """The text with the last digit of its last number changed."""
    place = max(place for place, letter in enumerate(text) if letter.isdigit())
    return f"{text[:place]}{(int(text[place]) + 3) % 10}{text[place + 1 :]}"


@pytest.mark.parametrize(
    ("page", "right"),
    [
        ("population.html", r'class="value from-population-host-year">3,\d{3},\d{3}<'),  # a sentence
        ("population.html", r"<td[^>]*><p>\d{3},\d{3}</p>"),  # a cell
        ("claims/c01_2.html", r"at least \d+ respondents|\d+%"),
        ("claims/c08.html", r"at least \d+ placebo dates"),  # words of the register
    ],
)  # fmt: skip
def test_a_planted_typo_is_caught(tracer, built, page, right):
    html = str(built[page])
    found = re.search(right, html)
    assert found, f"{page} holds nothing like {right}"
    wrong = html[: found.start()] + typo(found.group()) + html[found.end() :]
    assert tracer.lost_on(page, BeautifulSoup(wrong, "html.parser")) != []


def test_nearly_every_typo_in_a_cell_is_caught(tracer, built):
    missed = planted = 0
    for name, page in built.items():
        for table in page.select("article table"):
            source = tracer.source(table)
            plan = tracer.plan(table, source)
            for place, row in enumerate(table.find_all("tr")) if source else ():
                cells = [cell for cell in row.find_all("td") if numbers(cell.get_text())]
                if not cells or row.select(".value") or place % EVERY:
                    continue
                wrong = copy.copy(row)
                next(one for one in wrong.find_all("td") if one.get_text() == cells[-1].get_text()).string = typo(
                    cells[-1].get_text()
                )
                planted += 1
                missed += not list(tracer.lost_in(name, [wrong], source, plan))
    assert planted > 200
    assert missed <= MOST_MISSED * planted, f"{missed} of {planted} typos were taken for numbers of the release"


def downloaded(drawing: Drawing) -> Path:
    """The file beside a figure, where the builder put it."""
    (path,) = (BUILT / "_downloads").glob(f"*/{drawing.csv_name}")
    return path


@pytest.mark.parametrize("name", [draw.__name__ for draw in FIGURES])
def test_a_figure_shows_the_rows_beside_it_and_they_are_in_the_release(tracer, drawings, name):
    drawing = drawings[name]
    assert (BUILT / "_images" / f"{name}.svg").read_bytes() == drawing.page_svg
    assert downloaded(drawing).read_bytes() == drawing.data_csv
    rows = read_figure(drawing.data_csv)
    assert len(rows) > 0
    assert drawn_beside(drawing.plotted, rows) == []
    assert lost_rows(undated(rows), [tracer.held(table) for table in drawing.tables]) == []


def undated(rows: pd.DataFrame) -> pd.DataFrame:
    """Without days, which the release keeps as days."""
    return rows[[name for name in rows.columns if not name.endswith("_date")]]


def test_figures_draw_numbers_on_axes(drawings):
    """Tiles, dot grids and the pipeline draw words and counts; every other figure has positions to be compared."""
    assert {name for name, drawing in drawings.items() if not drawing.plotted} <= {
        "base_rate_dots",
        "host_tiles",
        "pipeline_flow",
    }


@pytest.mark.parametrize("name", [draw.__name__ for draw in FIGURES])
def test_a_typo_in_a_figure_is_caught(tracer, drawings, name):
    drawing = drawings[name]
    rows = undated(read_figure(drawing.data_csv))
    columns = [column for column in rows.columns if rows[column].dtype.kind in "if" and rows[column].nunique() > 1]
    held = [tracer.held(table) for table in drawing.tables]
    missed = planted = 0
    for column in columns:
        values = rows[column].dropna()
        for place in values.index[:: max(1, len(values) // 8)]:
            wrong = rows.loc[[place]].astype({column: float})
            wrong[column] = values[place] * 1.07 + 0.013
            planted += 1
            missed += not lost_rows(wrong, held)
    assert missed <= MOST_MISSED * planted
    if drawing.plotted:
        moved = (*drawing.plotted, float(np.max(drawing.plotted)) * 1.07 + 0.013)
        assert drawn_beside(moved, read_figure(drawing.data_csv)) != []


@pytest.mark.parametrize("name", [draw.__name__ for draw in FIGURES])
def test_a_figure_is_described_with_its_own_numbers(built, drawings, name):
    shown = {picture["alt"] for page in built.values() for picture in page.select(f'img[src*="{name}.svg"]')}
    assert shown == {drawings[name].message}
    held = holdings(pd.read_csv(downloaded(drawings[name])))
    years = {str(year) for year in range(1900, 2100)}
    wrong = [one.text for one in numbers(drawings[name].alt) if one.text not in years and not held.holds(one)]
    assert wrong == []


SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def unmarked_fiction(page: BeautifulSoup) -> list[str]:
    """Sentences with a number of a fictional table that do not say that it is fictional."""
    found = []
    for value in page.select('span.value[class*="from-synthetic"]'):
        if value.find_parent("td"):
            continue
        for sentence in SENTENCE.split(" ".join(value.find_parent(["p", "li", "figcaption"]).get_text().split())):
            if value.get_text() in sentence and "fiction" not in sentence.lower():
                found.append(sentence)
    return found


def test_every_sentence_with_a_fictional_number_says_so(built):
    found = {name: unmarked_fiction(page) for name, page in built.items()}
    assert {name: sentences for name, sentences in found.items() if sentences} == {}


def test_a_fictional_number_without_its_mark_is_found():
    value = '<span class="value from-synthetic-post-estimates">21 %</span>'
    planted = BeautifulSoup(f"<p>The article names two frames. Of posts, {value} carry one.</p>", "html.parser")
    assert unmarked_fiction(planted) == ["Of posts, 21 % carry one."]
    harmless = BeautifulSoup(f"<p>In the fictional world, {value} carry one.</p>", "html.parser")
    assert unmarked_fiction(harmless) == []


def test_every_file_of_what_is_drawn_and_every_table_of_fiction_says_so(built):
    for path in (BUILT / "_downloads").glob("*/synthetic_*.csv"):
        rows = path.read_text(encoding="utf-8").splitlines()
        assert rows[0].startswith("evidence_class_code,")
        assert all(row.startswith("synthetic,") for row in rows[1:])
    assert len(list((BUILT / "_downloads").glob("*/synthetic_*.csv"))) > 10
    unmarked = [
        (name, before.find("tr").get_text())
        for name, page in built.items()
        for line in page.select("div.provenance")
        for before in [line.find_previous_sibling()]
        if "#table-synthetic" in str(line)
        and before
        and before.find("tr")
        and "iction" not in before.find("tr").get_text()
    ]
    assert unmarked == []
