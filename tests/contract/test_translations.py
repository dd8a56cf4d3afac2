"""Every translation quotes every number and verdict of its original, says its state, and is of today's original."""

import hashlib
import re
from pathlib import Path

import pytest

from analysis.errors import ReleaseError
from analysis.reading.translations import (
    CLAIM_PAGES,
    FOLDER,
    SHOWN_CLAIMS,
    head_of,
    read_languages,
    state_of,
    translated_pages,
)
from analysis.reading.wording import SEPARATOR, VERDICTS
from analysis.store import Store

BOOK = Path(__file__).resolve().parents[2] / "book"
PAGES = sorted((BOOK / FOLDER).rglob("*.md"))
LANGUAGES = read_languages(BOOK)
NAMES = [f"{path.parent.name}/{path.stem}" for path in PAGES]
REFERENCE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
ANCHOR = re.compile(r"\(#([\w-]+)\)")
OWN_PAGE = re.compile(r"\((c\d\d)\.md\)")


def quoted(text: str, language: str = "") -> set[str]:
    """What a page quotes and where it leads, without the ending that names its language."""
    keys = {key.removesuffix(f"_{language}") for key in REFERENCE.findall(text)}
    return keys | {anchor.removesuffix(f"-{language}") for anchor in ANCHOR.findall(text)}


def sentences() -> set[str]:
    """What the register says on pages that are translated."""
    store = Store(BOOK.parent)
    register = store.read("candidate__claims_register").set_index("claim_id")
    reasons = store.read("candidate__claim_verdicts").set_index("claim_id").verdict_reason
    shown = {register.can_say[claim].split(SEPARATOR)[0] for claim in SHOWN_CLAIMS if claim in register.index}
    for claim in CLAIM_PAGES:
        entry = register.loc[claim]
        shown |= {*entry.can_say.split(SEPARATOR), *entry.cannot_say.split(SEPARATOR), entry.article_text,
                  entry.statement, reasons[claim]}  # fmt: skip
    return shown


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_a_translation_has_every_number_and_verdict_of_its_original(path):
    text = path.read_text(encoding="utf-8")
    original = BOOK / head_of(text, path.name)["original"]
    assert quoted(text, path.parent.name) == quoted(original.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_a_translation_is_of_the_original_as_it_is(path):
    stated = head_of(path.read_text(encoding="utf-8"), path.name)
    digest = hashlib.sha256((BOOK / stated["original"]).read_bytes()).hexdigest()
    assert stated["original_sha256"] == digest, f"{stated['original']} changed: translate anew, then state {digest}"


def test_every_language_has_a_page_and_a_word_for_every_verdict():
    assert {path.parent.name for path in PAGES} == set(LANGUAGES)
    assert all(set(language.verdicts) == set(VERDICTS) for language in LANGUAGES.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_register_that_is_shown_is_translated(language):
    if not (BOOK.parent / "data/candidate").is_dir():
        pytest.skip("the register is not judged; ./run repro does it")
    quoted_first = {"C05.1", "C14.1"}  # their verdicts are quoted, their sentences are not
    register = Store(BOOK.parent).read("candidate__claims_register").set_index("claim_id")
    unused = {register.can_say[claim].split(SEPARATOR)[0] for claim in quoted_first}
    assert sorted(sentences() - unused - set(LANGUAGES[language].sentences)) == []
    assert sorted(set(LANGUAGES[language].sentences) - sentences()) == []


def test_a_sentence_that_nobody_translated_stays_english_and_is_marked():
    assert LANGUAGES["fa"].say("A sentence of tomorrow.") == '<span lang="en" dir="ltr">A sentence of tomorrow.</span>'


def test_a_claim_has_a_page_with_its_verdict_in_every_language():
    class Release:
        def table(self, name):
            return Store(BOOK.parent).read(f"candidate__{name}")

    pages = translated_pages(Release(), LANGUAGES)
    assert set(pages) == {f"{FOLDER}/{code}/{claim.lower()}" for code in LANGUAGES for claim in CLAIM_PAGES}
    for name, text in pages.items():
        language = LANGUAGES[name.split("/")[1]]
        assert language.verdicts["not_answerable"] in text
        assert language.draft in text
        assert 'lang="en"' not in text


def page(digest: str, reviewer: str = "") -> str:
    head = f"translation:\n  original: a.md\n  original_sha256: {digest}\n  reviewer: {reviewer}\n"
    return f"---\n{head}---\n\n# A\n"


def test_the_state_says_draft_reviewer_and_change(tmp_path):
    (tmp_path / "a.md").write_text("A", encoding="utf-8")
    digest, german = hashlib.sha256(b"A").hexdigest(), LANGUAGES["de"]
    assert state_of(page(digest), tmp_path, german, "a") == german.draft
    assert state_of(page(digest, "Nobody"), tmp_path, german, "a").startswith("Geprüft von Nobody.")
    assert state_of(page("0" * 64), tmp_path, german, "a") == f"{german.draft} {german.outdated}"


def test_a_translation_without_its_head_or_original_is_refused(tmp_path):
    with pytest.raises(ReleaseError, match="a translation states original"):
        state_of("# A\n", tmp_path, LANGUAGES["de"], "a.md")
    with pytest.raises(ReleaseError, match=r"its original a\.md does not exist"):
        state_of(page("0" * 64), tmp_path, LANGUAGES["de"], "a.md")
