"""Pages about a part that the study does not have: they keep their place and heading, and say that it is absent.

What must not be here: which parts there are, which the study's words say.
"""

import re

from analysis.errors import ReleaseError
from analysis.reading.tables import Release
from analysis.reading.terms import terms
from analysis.reading.wording import listing

CHAPTERS = {"survey": ("survey_results",), "posts": ("posts", "shocks")}
"""Chapters that say what one part of a study found; chapters on methods stand whatever the study has."""

WORDS = {"survey": "Nobody was asked", "posts": "No posts were read"}
NAMES = {"survey": "a survey", "posts": "a corpus of posts"}
HEAD = re.compile(r"\A---\n.*?\n---\n.*?^# [^\n]*\n", re.DOTALL | re.MULTILINE)
"""The head of a page up to its first heading, with labels in front of it."""


def has_part(release: Release, part: str) -> bool:
    """Whether the study of the release has a survey, or posts."""
    return part in terms(release, "part")


def absent_chapters(release: Release) -> dict[str, str]:
    """Name of a chapter to the part of a study that it is about, for parts that this study does not have."""
    return {name: part for part, names in CHAPTERS.items() if not has_part(release, part) for name in names}


def absent_page(text: str, part: str) -> str:
    """The page with its heading, and one sentence in place of all the rest.

    Raises
    ------
    ReleaseError
        The page has no heading.
    """
    found = HEAD.match(text)
    if found is None:
        raise ReleaseError(f"a chapter about {part} begins with no heading; give it one")
    return f"{found[0]}\n{absent_sentence(part)}\n"


def absent_sentence(part: str) -> str:
    """What a page says about a part that the study does not have."""
    return f"{WORDS[part]} in this study: its plan has no {part}, so this release holds no number of that kind."


def parts_sentence(release: Release) -> str:
    """Which parts the study has, and how to read rows about one that it does not have."""
    has = [words for part, words in NAMES.items() if has_part(release, part)]
    lacks = [words for part, words in NAMES.items() if not has_part(release, part)]
    without = "".join(f"; what is said about {words} here holds for studies that have one" for words in lacks)
    return f"The study of this release has {listing(has)}{without}."
