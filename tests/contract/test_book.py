"""What the book promises: no typed number, no undefined value, a text for every picture, nothing from elsewhere."""

import importlib.util
import posixpath
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from analysis.reading.book import FIGURES
from analysis.reading.claim_pages import contents
from analysis.reading.edition import ARTICLE_ADDRESS, Edition
from analysis.reading.substitutions import substitutions
from analysis.reading.tables import Release
from analysis.reading.translations import CLAIM_PAGES, read_languages, translated_values
from tests.unit.reading.miniature import write_miniature

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted([*(ROOT / "book").glob("*.md"), *(ROOT / "book/translations").rglob("*.md")])
BUILT = ROOT / "dist" / "book"
GENERATED = {
    "dictionary",
    "questionnaire",
    *(f"translations/{code}/{claim.lower()}" for code in read_languages(ROOT / "book") for claim in CLAIM_PAGES),
}
SUBPAGES = ("claims/", "dictionary/")


def named(chapter: Path) -> str:
    """A chapter as the table of contents names it."""
    return chapter.relative_to(ROOT / "book").with_suffix("").as_posix()


NOT_PROSE = (
    re.compile(r"^translation:\n(?:  .*\n)+", re.MULTILINE),  # what a translation was made from
    re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE),  # code
    re.compile(r"\A---\n.*?(?=^myst:)", re.DOTALL | re.MULTILINE),  # the notebook's kernel; descriptions stay
    re.compile(r"`[^`]*`"),  # names of files, columns and commands
    re.compile(r"\{\{.*?\}\}"),  # values
    re.compile(r"\]\([^)]*\)"),  # targets of links
    re.compile(r"^\d+\. ", re.MULTILINE),  # numbers of a list
)
ALLOWED = (
    re.compile(r"\bdoi:10\.\S+"),
    re.compile(r"\bDirective 2011/95/EU|\bRegulation \(EU\) 2024/1347|\bGeneral comment No\. 34"),  # law
    re.compile(r"\b(?:19|20)\d\d\b"),  # years that name a survey, a study or a month
    re.compile(r"\b[CEK]\d\d(?:\.\d)?\b"),  # claims, estimands
    re.compile(r"\b95% interval|\ball 95%|the 95% level"),  # the level of every interval
    re.compile(r"\b1,000 people\b"),  # the base of the base-rate arithmetic
    re.compile(r"\bshare of 1\.0\b"),  # the sentence that every base rate carries
    re.compile(r"\b(?:articles?|paragraphs?) \d+(?: [A-F])?(?:\(\d\))?(?:(?: to|, paragraph) \d+)?"),  # law
    re.compile(r"\bversion 4\.0\b|\bBSD 3-Clause\b|\bSHA-256\b|\bx86-64\b|\bAVX2\b|\bPython 3\b"),  # names
)


def typed_numbers(text: str) -> list[str]:
    """Numbers in a chapter's prose that came neither from a value nor from the short list of allowed names."""
    for pattern in (*NOT_PROSE, *ALLOWED):
        text = pattern.sub(" ", text)
    return re.findall(r"[-−]?\d[\d.,]*\s?%?", text)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_no_number_is_typed_into_a_chapter(chapter):
    assert typed_numbers(chapter.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        "UNHCR counts 331,536 people in Germany.",
        "About 13.4 % said so in 2019.",
        "A share of 0.9 of labels is right.",
        "We asked 1,000 respondents.",
        "The interval is 95 wide.",
        "---\nmyst:\n  html_meta:\n    description: 4.8 % of people.\n---\n",
    ],
)
def test_a_typed_number_is_found(planted):
    assert typed_numbers(planted)


@pytest.mark.parametrize(
    "harmless",
    [
        "{{ value_base_rates_right }} of 1,000 people", "In August 2021, see [claim C13.1](#claim-c13-1).",
        "`SELECT 1`", "doi:10.1017/pan.2018.56", "1. First\n2. Second", "the envelope of all 95% intervals", "[doi:10.1017/x1](https://doi.org/10.1017/x1)",
    ],
)  # fmt: skip
def test_names_and_values_are_not_mistaken_for_numbers(harmless):
    assert typed_numbers(harmless) == []


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return Release(write_miniature(tmp_path_factory.mktemp("release") / "miniature"))


@pytest.fixture(scope="module")
def defined(release):
    drawings = {drawing.name: drawing for drawing in (draw(release) for draw in FIGURES)}
    values = set(substitutions(release, drawings, Edition("0.1.0", date(2030, 1, 1), date(2030, 1, 1))))
    built, languages = Release(ROOT / "data/release"), read_languages(ROOT / "book")
    claims = built.table("claims_register").claim_id.str.replace(".", "_")
    values |= set(translated_values(built, languages))
    return values | {f"{kind}_{claim}" for kind in ("verdict", "can_say") for claim in claims}


def used_values(text: str) -> set[str]:
    return set(re.findall(r"\{\{\s*(\w+)\s*\}\}", text))


def test_every_value_that_a_chapter_quotes_is_defined(defined):
    used = set().union(*(used_values(chapter.read_text(encoding="utf-8")) for chapter in CHAPTERS))
    assert used - defined == set()
    assert {"value_invented"} - defined


def test_every_figure_is_shown_somewhere(release):
    text = "".join(chapter.read_text(encoding="utf-8") for chapter in CHAPTERS)
    missing = [draw.__name__ for draw in FIGURES if f"figure_{draw.__name__}" not in used_values(text)]
    assert missing == []


def test_every_chapter_is_in_the_table_of_contents(release):
    toc = yaml.safe_load((ROOT / "book/_toc.yml").read_text(encoding="utf-8"))
    listed = [toc["root"], *(chapter["file"] for part in toc["parts"] for chapter in part["chapters"])]
    assert sorted(listed) == sorted({named(chapter) for chapter in CHAPTERS} | GENERATED)
    assert len(contents(release)) == len(release.table("claims_register"))


def test_every_chapter_has_a_description_of_its_own():
    found = [
        re.search(r"^    description: (.+)$", chapter.read_text(encoding="utf-8"), re.MULTILINE) for chapter in CHAPTERS
    ]
    assert all(found)
    assert len({match.group(1) for match in found if match}) == len(CHAPTERS)


@pytest.fixture(scope="module")
def tidied():
    """The page filter of the book's own extension."""
    spec = importlib.util.spec_from_file_location("offline", ROOT / "book/_ext/offline.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.tidied


@pytest.mark.parametrize(
    "foreign",
    [
        '<script defer src="_static/scripts/fontawesome.js?digest=1"></script>',
        '<script async="async" src="_static/sphinx-thebe.js"></script>',
        '<script src="../searchindex.js"></script>',
        '<script type="text/x-thebe-config">\n{"b": {}}\n</script>\n<script>kernelName = \'python3\'</script>\n',
    ],
)
def test_scripts_that_call_others_are_dropped(tidied, foreign):
    assert tidied(f"<p>a</p>{foreign}<p>b</p>") == "<p>a</p><p>b</p>"


def test_other_scripts_stay_and_toggles_get_a_name(tidied):
    page = '<script src="vendor/minisearch.umd.js"></script><summary><span class="toctree-toggle"></span></summary>'
    assert 'src="vendor/minisearch.umd.js"' in tidied(page)
    assert 'aria-label="Pages of this chapter"' in tidied(page)


FORBIDDEN_WORDS = re.compile(r"extremis|terroris|red flag|true flag", re.IGNORECASE)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_chapters_use_no_word_of_alarm(chapter):
    assert not FORBIDDEN_WORDS.search(chapter.read_text(encoding="utf-8"))


class Page(HTMLParser):
    """Pictures, addresses and descriptions of one built page."""

    def __init__(self, path: Path):
        super().__init__()
        self.pictures: list[dict[str, str | None]] = []
        self.loaded: list[str] = []
        self.linked: list[str] = []
        self.metas: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.ids.add(values.get("id") or "")
        if tag == "img":
            self.pictures.append(values)
        if tag == "meta" and values.get("name") == "description":
            self.metas.append(values.get("content") or "")
        address = values.get("src") or values.get("href")
        if address:
            (self.linked if tag == "a" else self.loaded).append(address)


@pytest.fixture(scope="module")
def pages():
    if not (BUILT / "index.html").is_file():
        pytest.skip("no built book in dist/book: run ./run repro")
    return {path.relative_to(BUILT).as_posix(): Page(path) for path in sorted(BUILT.rglob("*.html"))}


CITED_HOSTS = (ARTICLE_ADDRESS, "https://doi.org/", "https://creativecommons.org/", "https://semver.org")


def test_every_picture_of_the_built_book_has_a_text(pages):
    assert [name for name, page in pages.items() for picture in page.pictures if not picture.get("alt")] == []
    assert any(page.pictures for page in pages.values())


def test_no_built_page_loads_anything_from_elsewhere(pages):
    foreign = re.compile(r"^(?:[a-z]+:)?//", re.IGNORECASE)
    assert [(name, address) for name, page in pages.items() for address in page.loaded if foreign.match(address)] == []
    links = [address for page in pages.values() for address in page.linked if foreign.match(address)]
    cited = "\n".join(path.read_text(encoding="utf-8") for path in (BUILT / "_downloads").glob("*/open__*.csv"))
    assert [address for address in links if not address.startswith(CITED_HOSTS) and address not in cited] == []


def broken_links(pages):
    """Addresses within the book that lead to no file, or to no place on a page."""
    broken = []
    for name, page in pages.items():
        for address in [*page.linked, *page.loaded]:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            path = posixpath.join(posixpath.dirname(name), unquote(parts.path))
            target = posixpath.normpath(path) if parts.path else name
            places = pages[target].ids | {""} if target in pages else {unquote(parts.fragment)}
            if not (BUILT / target).is_file() or unquote(parts.fragment) not in places:
                broken.append((name, address))
    return broken


def test_every_link_and_download_leads_somewhere(pages):
    assert sum(len(page.linked) for page in pages.values()) > 100
    assert broken_links(pages) == []


def test_a_broken_link_is_found(pages, tmp_path):
    planted = tmp_path / "planted.html"
    planted.write_text('<a href="missing.html">x</a><a href="index.html#nowhere">y</a><a href="index.html">z</a>')
    found = broken_links(pages | {"planted.html": Page(planted)})
    assert found == [("planted.html", "missing.html"), ("planted.html", "index.html#nowhere")]


def test_no_search_snippet_holds_a_percentage(pages):
    assert [name for name, page in pages.items() for text in page.metas if re.search(r"\d\s*%", text)] == []


def test_every_claim_and_chapter_is_built(pages):
    assert {f"{named(chapter)}.html" for chapter in CHAPTERS} <= pages.keys()
    register = Release(ROOT / "data/release").table("claims_register")
    built = {name for name in pages if name.startswith("claims/")}
    assert len(built) == len(register)
