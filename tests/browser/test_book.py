"""Open the built book as a reader would: quiet, whole, readable by everybody, and without a network."""

import functools
import gzip
import http.server
import shutil
import threading
from pathlib import Path
from urllib.parse import quote_plus

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "dist" / "book"
CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PAGES = sorted(path.relative_to(BUILT).as_posix() for path in BUILT.rglob("*.html")) if BUILT.is_dir() else []
FRAME = "index.html"
"""The page on which everything around the text is read in the dark too; on the others it is the same."""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="session")
def axe():
    package = pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    return next(Path(package.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser():
    if not (BUILT / "index.html").is_file():
        pytest.skip("no built book in dist/book: run ./run repro")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def address():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(BUILT)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="session")
def window(browser):
    context = browser.new_context(viewport=WIDE, color_scheme="light")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def tab(window):
    """A page that records whatever a quiet page would not do."""
    page = window.new_page()
    page.heard, page.asked = [], []
    page.on("console", lambda said: page.heard.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: page.heard.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("response", lambda answer: page.heard.append(answer.url) if answer.status >= 400 else None)
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    yield page
    page.close()


def violations(page, axe, rules, within="html"):
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    run = "([within, rules]) => axe.run(within, {runOnly: rules, preload: false, resultTypes: ['violations']})"
    found = page.evaluate(run, [within, rules])["violations"]
    return [(rule["id"], node["target"]) for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("name", PAGES or [FRAME])
def test_a_page_is_quiet_whole_and_readable_by_everybody(tab, address, axe, name):
    tab.set_viewport_size(NARROW)
    tab.goto(f"{address}/{name}", wait_until="load")
    assert tab.evaluate(OVERFLOW) <= 0
    assert violations(tab, axe, ["target-size", "scrollable-region-focusable"]) == []
    tab.set_viewport_size(WIDE)
    assert violations(tab, axe, RULES) == []
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert violations(tab, axe, ["color-contrast"], "html" if name == FRAME else "main") == []
    assert tab.heard == []
    assert [url for url in tab.asked if not url.startswith((address, "data:"))] == []


def test_the_instruments_see_a_bad_page(tab, axe, address):
    tab.goto(f"{address}/index.html")
    tab.set_content(
        "<html lang=en><title>x</title><main><img src='data:,'><p style='color:#ccc;width:3000px'>pale</p></main>"
        "<script>console.error('loud')</script></html>"
    )
    tab.set_viewport_size(NARROW)
    assert {"image-alt", "color-contrast"} <= {rule for rule, _ in violations(tab, axe, RULES)}
    assert tab.evaluate(OVERFLOW) > 0
    assert "loud" in tab.heard


def results(tab, top, words):
    tab.goto(f"{top}/search.html?q={quote_plus(words)}")
    tab.wait_for_function("document.querySelector('#search-said').textContent.length > 0")
    return [link.get_attribute("href") for link in tab.locator("#search-results li a").all()]


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("privacy", "privacy.html"), ("delete my data", "privacy.html"), ("randomized response", "randomised_response"),
        ("RDS", "reaching_a_diaspora"), ("Kauser", "article.html"),
    ],
)  # fmt: skip
def test_the_search_knows_what_readers_call_it(tab, address, words, page):
    assert any(page in link for link in results(tab, address, words)[:10])
    assert tab.locator("#search-results mark").count() > 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("اندازه‌گیری", "اندازهگیری"),  # with and without the join that is not seen
        ("می‌گوید", "ميگويد"),  # Persian and Arabic yeh
        ("کتاب", "كتاب"),  # Persian and Arabic kaf
        ("انګلیسي", "انګليسي"),
        ("څېړنه", "څیړنه"),  # two letters for one vowel of Pashto
    ],
)
def test_the_search_finds_persian_and_pashto_in_every_spelling(tab, address, one, other):
    found = results(tab, address, one)
    assert found
    assert found == results(tab, address, other)


@pytest.mark.parametrize("words", ["floor", "RDS", "Durand", "Holm", "robust interval"])
@pytest.mark.parametrize("place", ["served", "from disk"])
def test_the_search_finds_words_that_are_there(tab, address, words, place):
    top = address if place == "served" else BUILT.as_uri()
    tab.goto(f"{top}/search.html?q={words.replace(' ', '+')}")
    tab.wait_for_selector("#search-results li a")
    assert tab.locator("#search-results li a").count() >= 1
    assert tab.heard == []


def test_the_search_admits_what_is_not_there(tab, address):
    tab.goto(f"{address}/search.html?q=zzxqyw")
    tab.wait_for_function("document.querySelector('#search-said').textContent.includes('did not match')")
    assert tab.locator("#search-results li a").count() == 0


def test_sliders_move_by_keyboard_and_change_the_numbers(tab, address):
    tab.goto(f"{address}/base_rates.html")
    said = tab.locator("#base-rate-said")
    before = said.inner_text()
    assert "correctly labelled opinions" in before
    assert "nothing about danger or asylum" in before
    tab.locator("#base-rate-prevalence").focus()
    for _ in range(5):
        tab.keyboard.press("ArrowRight")
    assert tab.locator("#base-rate-prevalence-value").inner_text() == "1.5%"
    assert said.inner_text() != before
    assert tab.locator(".slider-grid > *").count() == 1000


@pytest.mark.parametrize(
    ("prevalence", "expected"), [("0.1", "90 correctly labelled opinions and 9 wrong labels"), ("0", "0 correctly")]
)
def test_sliders_compute_what_the_table_says(tab, address, prevalence, expected):
    tab.goto(f"{address}/base_rates.html")
    for name, value in (("prevalence", prevalence), ("sensitivity", "0.9"), ("specificity", "0.99")):
        tab.locator(f"#base-rate-{name}").fill(value)
    assert expected in tab.locator("#base-rate-said").inner_text()


def test_without_javascript_the_figure_and_the_table_remain(browser, address):
    context = browser.new_context(java_script_enabled=False, viewport=WIDE)
    page = context.new_page()
    page.goto(f"{address}/base_rates.html")
    assert page.locator("img.figure-page").is_visible()
    assert page.locator("table").is_visible()
    assert not page.locator("#base-rate-sliders").is_visible()
    context.close()


@pytest.mark.parametrize("name", ["index.html", "claims/c09.html", "base_rates.html"])
def test_pages_open_from_disk_without_a_word(tab, name):
    tab.goto((BUILT / name).as_uri())
    tab.wait_for_load_state("load")
    assert tab.heard == []
    assert all(url.startswith(("file:", "data:")) for url in tab.asked)


def test_the_first_key_leads_to_the_content(tab, address):
    tab.goto(f"{address}/index.html")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"


TALLEST = 12_000
ESTIMATES = ("share", "estimate", "difference", "95% interval")


@pytest.mark.parametrize("name", PAGES or [FRAME])
def test_a_phone_shows_every_estimate_on_a_page_of_bounded_length(tab, address, name):
    tab.set_viewport_size(NARROW)
    tab.goto(f"{address}/{name}", wait_until="load")
    assert tab.evaluate("document.documentElement.scrollHeight") <= TALLEST
    hidden = """words => [...document.querySelectorAll('article td[data-label]')].filter(cell =>
        words.some(word => cell.dataset.label.toLowerCase().includes(word))
        && cell.getClientRects().length && cell.getBoundingClientRect().right > innerWidth).length"""
    assert tab.evaluate(hidden, list(ESTIMATES)) == 0


def test_a_phone_loads_one_drawing_of_a_figure(tab, address):
    tab.set_viewport_size(NARROW)
    tab.goto(f"{address}/population.html", wait_until="networkidle")
    drawings = {url.rpartition("/")[2] for url in tab.asked if url.endswith(".svg")}
    assert "host_tiles_phone.svg" in drawings
    assert "host_tiles.svg" not in drawings


def test_the_explorer_filters_sorts_and_gives_what_is_seen(tab):
    tab.goto(f"{(BUILT / 'explore.html').as_uri()}?table=claim_verdicts")
    tab.wait_for_selector("td.gridjs-td")
    tab.locator("#explorer-filter").fill("C05")
    tab.wait_for_function("document.querySelector('#table-explorer [role=status]').textContent.startsWith('3 of')")
    for direction in ("asc", "desc"):
        tab.locator("th.gridjs-th").first.focus()
        tab.keyboard.press("Enter")
        tab.wait_for_selector(f"th .gridjs-sort-{direction}")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Download what is seen").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == ["C05.3", "C05.2", "C05.1"]
    assert all(url.startswith(("file:", "data:", "blob:")) for url in tab.asked)


@pytest.mark.parametrize("language", ["de", "fa", "ps"])
def test_a_translated_page_is_read_from_its_own_side(tab, address, language):
    tab.goto(f"{address}/translations/{language}/start.html")
    block = tab.locator("article .in-language")
    assert block.get_attribute("dir") == ("ltr" if language == "de" else "rtl")
    assert tab.locator("article .translation-state").count() == 1


START_PAGE_BYTES = 500_000


def test_the_start_page_is_light_and_has_no_mathematics(tab, address):
    """Everything that a reader's browser loads for it, each file as gzip would send it."""
    answers = []
    tab.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 (playwright marks what it calls)
    tab.goto(f"{address}/index.html")
    tab.wait_for_load_state("networkidle")
    sizes = {answer.url: len(gzip.compress(answer.body(), 6)) for answer in answers if answer.ok}
    assert sum(sizes.values()) <= START_PAGE_BYTES, sorted(sizes.items(), key=lambda item: -item[1])[:5]
    assert not any("mathjax" in url.lower() for url in sizes)
    assert tab.locator("mjx-container, .math").count() == 0
