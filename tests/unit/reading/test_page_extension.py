"""What a page gets as it is written: neighbours in its own language, and the meaning of a term on the link to it."""

import importlib.util
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

PLACE = Path(__file__).resolve().parents[3] / "book/_ext/pages.py"
ORDER = ("start", "translations/de/home", "translations/de/privacy", "translations/fa/home", "end")
LINK = '<p><a href="../glossary.html#{anchor}"><span class="std std-term">frozen</span></a> <a href="x.html">x</a></p>'


@pytest.fixture(scope="module")
def extension():
    spec = importlib.util.spec_from_file_location("pages", PLACE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def relations():
    around = [None, *ORDER, None]
    return {name: [None, around[place], around[place + 2]] for place, name in enumerate(ORDER)}


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("start", None, "end"),
        ("translations/de/home", None, "translations/de/privacy"),
        ("translations/de/privacy", "translations/de/home", None),
        ("translations/fa/home", None, None),
        ("end", "start", None),
        ("search", None, None),
    ],
)
def test_a_page_leads_to_pages_of_its_own_language_only(extension, relations, name, before, after):
    found = [extension.neighbour(name, side, relations) for side in ("prev", "next")]
    assert found == [before, after]


def test_the_links_are_worded_and_directed_as_the_page_is(extension):
    assert extension.turning("privacy") == extension.ENGLISH
    assert extension.turning("translations/de/home") == {
        "tag": "de", "direction": "ltr", "prev": "Zurück", "next": "Weiter",
    }  # fmt: skip
    assert extension.turning("translations/ps/home")["direction"] == "rtl"
    assert set(extension.TURNING) == set(extension.LANGUAGES)


def test_a_link_to_a_term_says_what_it_means(extension):
    body = BeautifulSoup(LINK.format(anchor="term-Frozen"), "html.parser")
    extension.explain_terms(body, {"term-Frozen": "Fixed, with a recorded hash."})
    assert [link.get("title") for link in body.find_all("a")] == ["Fixed, with a recorded hash.", None]


def test_a_link_to_no_term_is_refused(extension):
    body = BeautifulSoup(LINK.format(anchor="term-Gone"), "html.parser")
    with pytest.raises(KeyError, match="term-Gone"):
        extension.explain_terms(body, {"term-Frozen": "Fixed."})
