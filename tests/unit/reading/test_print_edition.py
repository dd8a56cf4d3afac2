"""A book of three made-up pages on one page, and on paper."""

import shutil

import pytest
from bs4 import BeautifulSoup

from analysis.commands.print_book import print_book
from analysis.errors import ReleaseError
from analysis.reading.print_edition import print_edition

FRAME = """<!DOCTYPE html><html><head><title>Made up</title><link rel="stylesheet" href="_static/a.css"/></head><body>
<nav class="bd-links"><a class="reference internal" href="#">Start</a>
<a class="reference internal" href="two.html">Two</a><a class="reference internal" href="claims/c1.html">C1</a>
<a class="reference internal" href="two.html">Two again</a></nav>
<article class="bd-article">{}</article></body></html>"""
PAGES = {
    "index.html": '<h1 id="top">Start<a class="headerlink" href="#top">#</a></h1>'
    '<a id="l1" href="claims/c1.html#rule">r</a>',
    "two.html": '<h1 id="top">Two</h1><script>alert(1)</script><a id="l2" href="https://doi.org/10.1/x#y">d</a>',
    "claims/c1.html": '<h2 id="rule">Rule</h2><a id="l3" href="../two.html">t</a><a id="l4" href="#rule">s</a>'
    '<a id="l5" href="../_downloads/t.csv">c</a><img src="../_images/f.svg" loading="lazy"/>',
}


@pytest.fixture
def book(tmp_path):
    for name, article in PAGES.items():
        path = tmp_path / "dist/book" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FRAME.format(article), encoding="utf-8")
    return tmp_path / "dist/book"


@pytest.fixture
def page(book):
    return BeautifulSoup(print_edition(book), "html.parser")


def test_pages_come_in_the_order_of_the_contents_and_once(page):
    assert [article["id"] for article in page.select("article")] == ["index--", "two--", "claims-c1--"]


def test_no_anchor_occurs_twice_and_every_inner_link_leads_to_one(page):
    anchors = [each["id"] for each in page.select("[id]")]
    assert len(anchors) == len(set(anchors))
    inner = [link["href"] for link in page.select("a[href^='#']")]
    assert inner == ["#claims-c1--rule", "#two--", "#claims-c1--rule"]
    assert {link[1:] for link in inner} <= set(anchors)


def test_other_links_and_pictures_lead_where_they_led(page):
    assert page.select_one("#two--l2")["href"] == "https://doi.org/10.1/x#y"
    assert page.select_one("#claims-c1--l5")["href"] == "_downloads/t.csv"
    assert page.select_one("img")["src"] == "_images/f.svg"
    assert page.select_one("link")["href"] == "_static/a.css"


def test_nothing_that_is_for_the_screen_is_left(page):
    assert page.select("script, .headerlink") == []
    assert "alert" not in str(page)


def test_without_a_book_there_is_nothing_to_print(tmp_path):
    with pytest.raises(ReleaseError, match="there is no built book"):
        print_edition(tmp_path)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium on this machine")
def test_the_book_is_printed_and_nothing_is_left_in_it(book, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    print_book(tmp_path / "book.pdf")
    assert (tmp_path / "book.pdf").read_bytes().startswith(b"%PDF-")
    assert sorted(path.name for path in book.iterdir()) == ["claims", "index.html", "two.html"]


def test_a_machine_without_a_browser_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(ReleaseError, match="no Chromium on this machine; on Debian: apt install chromium"):
        print_book()
