"""The built book as one page for paper: every chapter in order, links between chapters kept, nothing interactive.

What must not be here: printing, or anything that is not in the built book.
"""

import posixpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup
from bs4.element import Tag

from analysis.errors import ReleaseError

START = "index.html"
SCREEN_ONLY = "script, .headerlink, .copybtn, .prev-next-footer, .base-rates-controls, .figure-phone, noscript"
PAPER_STYLE = """
@page { size: A4; margin: 18mm 16mm 20mm; }
html { font-size: 10pt; }
body { background: #fff; color: #1a1a1a; }
article { break-before: page; max-width: none; }
article:first-of-type { break-before: auto; }
table { font-size: 8pt; width: 100%; table-layout: auto; }
th, td { overflow-wrap: anywhere; }
img, svg { max-width: 100%; break-inside: avoid; }
h1, h2, h3 { break-after: avoid; }
.pst-scrollable-table-container, .table-wrapper, pre { overflow: visible; white-space: pre-wrap; }
"""


def print_edition(book: Path) -> str:
    """Put the chapters of a built book on one page.

    Parameters
    ----------
    book : Path
        Folder of the built book; the page belongs into it, beside `index.html`.

    Returns
    -------
    str
        HTML.

    Raises
    ------
    ReleaseError
        There is no built book.
    """
    if not (book / START).is_file():
        raise ReleaseError(f"{book}: there is no built book; run `./run repro`")
    start = _parsed(book / START)
    pages = _order(start)
    page = BeautifulSoup(
        "<!DOCTYPE html><html lang='en' data-theme='light'><head></head><body></body></html>", "html.parser"
    )
    head, body = page.select_one("head"), page.select_one("body")
    if head is None or body is None:
        raise ReleaseError("the frame of the print edition has no head or no body")
    head.append(page.new_tag("meta", charset="utf-8"))
    if start.title is not None:
        head.append(start.title)
    for sheet in start.select("link[rel=stylesheet]"):
        head.append(sheet)
    style = page.new_tag("style")
    style.string = PAPER_STYLE
    head.append(style)
    for name in pages:
        body.append(_chapter(_parsed(book / name), name, set(pages)))
    return str(page)


def _parsed(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def _order(start: BeautifulSoup) -> list[str]:
    """Pages as the table of contents lists them, the start page first, each once."""
    linked = [str(link.get("href", "")) for link in start.select("nav.bd-links a.reference.internal")]
    return list(dict.fromkeys([START, *(name for name in linked if name.endswith(".html"))]))


def _chapter(page: BeautifulSoup, name: str, pages: set[str]) -> Tag:
    """The article of a page, its anchors named after the page so that none occurs twice."""
    article = page.select_one("article")
    if article is None:
        raise ReleaseError(f"{name}: the built page has no article; rebuild the book with `./run repro`")
    for left_out in article.select(SCREEN_ONLY):
        left_out.decompose()
    for marked in article.select("[id]"):
        marked["id"] = _anchor(name, str(marked["id"]))
    article["id"] = _anchor(name, "")
    for link in article.select("a[href]"):
        link["href"] = _target(str(link["href"]), name, pages)
    for picture in article.select("img[src]"):
        picture["src"] = _beside_start(str(picture["src"]), name)
        picture["loading"] = "eager"
    return article


def _anchor(name: str, fragment: str) -> str:
    return f"{name.removesuffix('.html').replace('/', '-')}--{fragment}"


def _target(link: str, name: str, pages: set[str]) -> str:
    """Where a link leads on one page: within it to a chapter, elsewhere as it did."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return link
    page = _beside_start(unquote(parts.path), name) if parts.path else name
    return f"#{_anchor(page, parts.fragment)}" if page in pages else page


def _beside_start(path: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
