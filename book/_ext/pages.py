"""What every page gets as it is written: tables that a phone can show, one picture per figure, what other sites and the
search read of it; and the files around the pages.
"""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bs4 import BeautifulSoup
from bs4.element import Tag
from docutils import nodes
from sphinx.application import Sphinx

CARD, FEED = "share_card.png", "verdicts.xml"
UNLISTED = {"search", "genindex", "404"}
LANGUAGES = {"de": ("de", "ltr"), "fa": ("fa-AF", "rtl"), "ps": ("ps", "rtl")}
ENGLISH = {"tag": "en", "direction": "ltr", "prev": "Previous", "next": "Next"}
TURNING = {"de": ("Zurück", "Weiter"), "fa": ("قبلی", "بعدی"), "ps": ("مخکینی", "راتلونکی")}
"""What leads to the page before and to the page after, in each language."""
GLOSSARY = "glossary"
PHONE = "(max-width: 640px)"
LOST = (
    "<section><h1>There is no such page</h1><p>It may have another name now. "
    '<a href="index.html">Start page</a> · <a href="search.html">Search</a></p></section>'
)


def language_of(name: str) -> str:
    """Code of the language that a page is translated into; empty for the pages in English."""
    parts = name.split("/")
    return parts[1] if parts[0] == "translations" and parts[1] in LANGUAGES else ""


def turning(name: str) -> dict[str, str]:
    """How the links to the page before and after are worded, and from which side they are read."""
    code = language_of(name)
    if not code:
        return ENGLISH
    return dict(zip(ENGLISH, (*LANGUAGES[code], *TURNING[code]), strict=True))


def neighbour(name: str, side: str, relations: dict[str, Any]) -> str | None:
    """The next page on one side in the same language, so that nobody is led into a language they did not choose.

    `relations` holds parent, previous and next page of every page, as Sphinx collects them.
    """
    place = {"prev": 1, "next": 2}[side]
    other = relations[name][place] if name in relations else None
    while other and language_of(other) != language_of(name):
        other = relations[other][place]
    return other


def meanings(app: Sphinx) -> dict[str, str]:
    """Anchor of a term in the glossary → what the term means."""
    if GLOSSARY not in app.env.found_docs:
        return {}
    return {
        anchor: " ".join(item[-1].astext().split())
        for item in app.env.get_doctree(GLOSSARY).findall(nodes.definition_list_item)
        for term in item.findall(nodes.term)
        for anchor in term["ids"]
    }


def explain_terms(body: Tag, known: dict[str, str]) -> None:
    """A link to a term of the glossary says what the term means to whoever points at it."""
    for word in body.select("a > .std-term"):
        link = word.parent
        if link is not None:
            link["title"] = known[str(link["href"]).partition("#")[2]]


def directed(body: str, name: str) -> str:
    """A page in another language says which, and from which side it is read; other pages stay as they are."""
    code = language_of(name)
    if not code:
        return body
    tag, direction = LANGUAGES[code]
    return f'<div class="in-language" lang="{tag}" dir="{direction}">{body}</div>'


def label_tables(body: Tag) -> None:
    """Every cell names its column, so that a row can be read as a card; roles keep a table a table for readers."""
    for table in body.find_all("table"):
        head = table.find("thead")
        titles = head.find_all("th") if head else []
        if not titles:
            continue
        heads = [" ".join(title.get_text(" ").split()) for title in titles]
        table["role"] = "table"
        for title in titles:
            title["role"] = "columnheader"
        for row in table.find_all("tr"):
            row["role"] = "row"
            cells = row.find_all("td", recursive=False)
            for head, cell in zip(heads, cells, strict=False):
                cell["data-label"], cell["role"] = head.removeprefix("Fictional "), "cell"


def join_pictures(body: BeautifulSoup) -> None:
    """The page's and the phone's drawing as one picture, of which a browser loads one."""
    for wide in body.find_all("img", class_="figure-page"):
        narrow = wide.find_next("img", class_="figure-phone")
        if narrow is None:
            continue
        picture = body.new_tag("picture")
        wide.replace_with(picture)
        picture.extend([body.new_tag("source", media=PHONE, srcset=narrow["src"]), wide])
        narrow.extract()


def described(title: str, description: str, name: str, address: str) -> str:
    """What other sites show of a page; with an address of the book, its one place too."""
    top = f"{address.rstrip('/')}/" if address else "../" * name.count("/")
    told = {
        "og:title": title, "og:description": description, "og:type": "article", "og:image": top + CARD,
        "og:image:alt": "How many claims have which verdict",
    }  # fmt: skip
    if address:
        told["og:url"] = f"{top}{quote(name)}.html"
    tags = [f'<meta property="{key}" content="{html.escape(text)}">' for key, text in told.items() if text]
    tags.append('<meta name="twitter:card" content="summary_large_image">')
    if address:
        tags.append(f'<link rel="canonical" href="{html.escape(told["og:url"])}">')
    feed = "../" * name.count("/") + FEED
    tags.append(f'<link rel="alternate" type="application/atom+xml" title="Changes of verdicts" href="{feed}">')
    return "\n".join(tags)


def sections(body: BeautifulSoup, name: str, title: str) -> list[dict[str, str]]:
    """What the search knows of a page: one entry per heading with the text under it, alternative texts included."""
    for gone in [*body.find_all(["script", "style"]), *body.find_all(class_=["provenance", "headerlink"])]:
        gone.decompose()
    for picture in body.find_all("img"):
        picture.replace_with(f" {picture.get('alt', '')} ")
    found = []
    for section in reversed(body.find_all("section")):
        heading = section.find(["h1", "h2", "h3"])
        part = section.extract()
        words = heading.extract().get_text(" ").strip() if heading else ""
        text = re.sub(r"\s+", " ", part.get_text(" ")).strip()
        found.append({"id": f"{name}.html#{part.get('id', '')}", "title": title, "heading": words, "text": text})
    return found[::-1]


def turn(app: Sphinx, name: str, context: dict[str, Any]) -> None:
    """Give a page the links to the pages before and after it."""
    context["turning"] = turning(name)
    for side in ("prev", "next"):
        other = neighbour(name, side, app.builder.relations)  # type: ignore[attr-defined]
        if other:
            title = app.builder.render_partial(app.env.titles[other])["title"]  # type: ignore[attr-defined]
            context[side] = {"link": app.builder.get_relative_uri(name, other), "title": title}
        else:
            context[side] = None


def sitemap(names: list[str], address: str) -> str:
    """Every page under the address of the book."""
    top = address.rstrip("/")
    lines = [f"  <url><loc>{html.escape(f'{top}/{quote(name)}.html')}</loc></url>" for name in names]
    head = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *lines, "</urlset>", ""])


class Pages:
    """Collects what the search needs while pages are written, and writes the files around them at the end."""

    def __init__(self) -> None:
        self.entries: dict[str, list[dict[str, str]]] = {}
        self.meanings: dict[str, str] | None = None

    def write(self, app: Sphinx, name: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
        """Change one page before it is written."""
        title = BeautifulSoup(context.get("title") or "", "html.parser").get_text()
        tags = context.get("metatags") or ""
        found = re.search(r'<meta content="([^"]*)" name="description"|name="description" content="([^"]*)"', tags)
        said = html.unescape(next((part for part in found.groups() if part), "")) if found else ""
        context["metatags"] = f"{tags}\n{described(title, said, name, str(app.config.book_address))}"
        turn(app, name, context)
        if not context.get("body"):
            return
        body = BeautifulSoup(directed(context["body"], name), "html.parser")
        label_tables(body)
        join_pictures(body)
        if self.meanings is None:
            self.meanings = meanings(app)
        explain_terms(body, self.meanings)
        context["body"] = str(body)
        if name not in UNLISTED:
            self.entries[name] = sections(body, name, title)

    def lost(self, _app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
        """The page for an address that leads nowhere."""
        yield "404", {"title": "There is no such page", "body": LOST}, "page.html"

    def close(self, app: Sphinx, error: Exception | None) -> None:
        """The search's data, and the sitemap where the book has an address."""
        if error is not None:
            return
        out, names = Path(app.outdir), sorted(self.entries)
        data = json.dumps([entry for name in names for entry in self.entries[name]], ensure_ascii=False, sort_keys=True)
        (out / "search/data.js").write_text(f"window.SEARCH_DATA = {data};\n", encoding="utf-8", newline="\n")
        if app.config.book_address:
            text = sitemap(names, str(app.config.book_address))
            (out / "sitemap.xml").write_text(text, encoding="utf-8", newline="\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register."""
    pages = Pages()
    app.add_config_value("book_address", "", "html")
    app.connect("html-page-context", pages.write, priority=900)
    app.connect("html-collect-pages", pages.lost)
    app.connect("build-finished", pages.close)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
