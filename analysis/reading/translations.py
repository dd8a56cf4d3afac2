"""Pages in other languages: their state, the words of verdicts, and the register's sentences in each language.

A translated page has a head that names its original, the hash of the original that it was made from, and its reviewer.
What no page writes itself stands in `words.yml` beside them; a sentence of the register that is not there, or that the
register has changed since, stays English and is marked so. What must not be here: a number; those are quoted by
reference, as in English.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import ReleaseError
from analysis.reading.fragments import escaped, verdict_word
from analysis.reading.tables import Release
from analysis.reading.wording import SEPARATOR

FOLDER, WORDS = "translations", "words.yml"
SHOWN_CLAIMS = ("C01.1", "C01.2", "C02.2", "C05.1", "C09", "C10", "C14.1")
"""Claims whose verdict a translated page may quote: each has one verdict."""
CLAIM_PAGES = ("C09", "C10")
"""Claims with a page in every language, made of the register's sentences."""


@dataclass(frozen=True)
class Language:
    """What pages of one language say that no page writes itself.

    `verdicts` has a word for each code; `held` what is held about people, by whose corpora these are; the three states
    say that a draft has no reviewer, who reviewed it, and that its original has changed since; `claim_page` has the
    headings of a claim's page; `sentences` the register's sentences.
    """

    verdicts: dict[str, str]
    held: dict[str, str]
    draft: str
    reviewed: str
    outdated: str
    reviewer: str | None
    claim_page: dict[str, str]
    sentences: dict[str, str]

    def say(self, english: str) -> str:
        """A sentence of the register in this language; as it is, and marked, where nobody has translated it."""
        known = self.sentences.get(english.strip())
        return escaped(known) if known else f'<span lang="en" dir="ltr">{escaped(english)}</span>'

    def state(self, reviewer: str | None, *, is_outdated: bool) -> str:
        """Whether somebody reviewed a page, and whether its original has changed since."""
        said = self.reviewed.format(reviewer=reviewer) if reviewer else self.draft
        return f"{said} {self.outdated}" if is_outdated else said


def read_languages(chapters: Path) -> dict[str, Language]:
    """Code → language, from the folders beside the chapters.

    Raises
    ------
    ReleaseError
        A file lacks a part or has one that is not known.
    """
    found = {}
    for path in sorted((chapters / FOLDER).glob(f"*/{WORDS}")):
        parts = yaml.safe_load(path.read_text(encoding="utf-8"))
        try:
            pairs = {one["english"]: one["text"] for one in parts.pop("sentences")}
            found[path.parent.name] = Language(**parts, sentences=pairs)
        except (KeyError, TypeError) as error:
            raise ReleaseError(f"{FOLDER}/{path.parent.name}/{WORDS} is not complete: {error}") from error
    return found


def translated_values(release: Release, languages: dict[str, Language]) -> dict[str, str]:
    """Verdicts, what may be said first and what is held about people, in every language, by the keys of pages."""
    verdicts = release.table("claim_verdicts").drop_duplicates("claim_id").set_index("claim_id").verdict_code
    sayings = release.table("claims_register").set_index("claim_id").can_say
    found = {}
    for code, language in languages.items():
        found[f"text_held_{code}"] = language.held[release.study]
        for claim in (claim for claim in SHOWN_CLAIMS if claim in verdicts.index):
            key, word = claim.replace(".", "_"), language.verdicts[verdicts[claim]]
            found[f"verdict_{key}_{code}"] = verdict_word(verdicts[claim], word)
            found[f"can_say_{key}_{code}"] = language.say(str(sayings[claim]).split(SEPARATOR)[0])
    return found


def translated_pages(release: Release, languages: dict[str, Language]) -> dict[str, str]:
    """Pages of the claims that every language has, by their name in the book."""
    known = set(release.table("claims_register").claim_id)
    return {
        f"{FOLDER}/{code}/{claim.lower()}": _claim_page(release, claim, language)
        for code, language in languages.items()
        for claim in CLAIM_PAGES
        if claim in known
    }


def _claim_page(release: Release, claim: str, language: Language) -> str:
    """A claim as the register words it: what it says, the verdict and why, what may be said and what not."""
    entry = release.table("claims_register").set_index("claim_id").loc[claim]
    judged = release.table("claim_verdicts").set_index("claim_id").loc[claim]
    words, say = language.claim_page, language.say
    can, cannot = (
        "\n".join(f"* {say(one)}" for one in str(entry[part]).split(SEPARATOR)) for part in ("can_say", "cannot_say")
    )
    verdict = verdict_word(judged.verdict_code, language.verdicts[judged.verdict_code])
    described = words["description"].format(id=claim)
    return f"""---
myst:
  html_meta:
    description: "{described}"
---

# {words["claim"].format(id=claim)}

:::{{div}} translation-state
{language.state(language.reviewer, is_outdated=False)}
:::

**{words["said"]}:** {say(entry.article_text)}

**{words["hypothesis"]}:** {say(entry.statement)}

## {words["verdict"]}

{verdict}

**{words["why"]}:** {say(judged.verdict_reason)}

## {words["can"]}

{can}

## {words["cannot"]}

{cannot}

{words["more"].format(anchor=f"claim-{claim.lower()}")}
"""


def complete_translations(staging: Path, languages: dict[str, Language]) -> None:
    """Put its state under the heading of every translated page of the staged sources.

    Raises
    ------
    ReleaseError
        A page has no head of its own, or its original does not exist.
    """
    for path in sorted((staging / FOLDER).rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        state = state_of(text, staging, languages[path.parent.name], path.name)
        heading = next(line for line in text.splitlines() if line.startswith("# "))
        shown = text.replace(f"{heading}\n", f"{heading}\n\n:::{{div}} translation-state\n{state}\n:::\n", 1)
        path.write_text(shown, encoding="utf-8", newline="\n")


def head_of(text: str, name: str) -> dict[str, Any]:
    """Original, hash of the original and reviewer, as the page's head states them."""
    head = yaml.safe_load(text.split("---\n")[1]) if text.startswith("---\n") else {}
    stated = head.get("translation") or {}
    if {"original", "original_sha256", "reviewer"} - stated.keys():
        raise ReleaseError(f"{name}: a translation states original, original_sha256 and reviewer under `translation`")
    return dict(stated)


def state_of(text: str, chapters: Path, language: Language, name: str) -> str:
    """The state of a page that has an original of its own."""
    stated = head_of(text, name)
    original = chapters / stated["original"]
    if not original.is_file():
        raise ReleaseError(f"{name}: its original {stated['original']} does not exist")
    digest = hashlib.sha256(original.read_bytes()).hexdigest()
    return language.state(stated["reviewer"], is_outdated=digest != stated["original_sha256"])
