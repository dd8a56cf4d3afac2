"""Every translation quotes every number and verdict of its original, says its state, and is of today's original."""

import hashlib
import re
from pathlib import Path

import pytest

from analysis.errors import ReleaseError
from analysis.reading.translations import FOLDER, LANGUAGES, head_of, state_of
from analysis.reading.wording import VERDICTS

BOOK = Path(__file__).resolve().parents[2] / "book"
PAGES = sorted((BOOK / FOLDER).rglob("*.md"))
REFERENCE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
ANCHOR = re.compile(r"\(#([\w-]+)\)")


def quoted(text: str, language: str = "") -> set[str]:
    """What a page quotes, without the ending that names its language."""
    return {key.removesuffix(f"_{language}") for key in REFERENCE.findall(text)} | set(ANCHOR.findall(text))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name)
def test_a_translation_has_every_number_and_verdict_of_its_original(path):
    text = path.read_text(encoding="utf-8")
    original = BOOK / head_of(text, path.name)["original"]
    assert quoted(text, path.parent.name) == quoted(original.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name)
def test_a_translation_is_of_the_original_as_it_is(path):
    stated = head_of(path.read_text(encoding="utf-8"), path.name)
    digest = hashlib.sha256((BOOK / stated["original"]).read_bytes()).hexdigest()
    assert stated["original_sha256"] == digest, f"{stated['original']} changed: translate anew, then state {digest}"


def test_every_language_has_a_page_and_a_word_for_every_verdict():
    assert {path.parent.name for path in PAGES} == set(LANGUAGES)
    assert all(set(language.verdicts) == set(VERDICTS) for language in LANGUAGES.values())


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
