"""The page that says of every format what is read, what never is, and by which rules: made from the declarations.

What must not be here: anything that a declaration does not say.
"""

import re
from collections.abc import Iterable, Iterator

from analysis.corpora.declaration import About

HEAD = (
    "---\nmyst:\n  html_meta:\n    description: Which fields of every export are read and which never, "
    "who could see an item, what is done about times, and what is set aside.\n---\n\n"
    "# What is read of every export\n\n"
    "This page is made from what each reader declares about itself: `./run python -m analysis "
    "describe-formats` writes it, and a test compares. Fields that are not named are not read, and have no place to "
    "go. Every format sets aside, with position, value and rule, an item that is no item of its kind, and counts "
    "it; the rest is kept. Only posts that were public and still stand enter, and only interviews that are "
    "complete and that nobody rejected; the others are counted by reason. Where a rule says *unknown*, a study "
    "has to state why the posts were public.\n"
)
_NAME = re.compile(r"`[^`]*`|[\w.]*\d(?:[\w.]*\w)?")
"""Code, or a word with a digit: a vendor's name, and no number of ours."""


def format_page(abouts: Iterable[About]) -> str:
    """The whole page as MyST.

    Parameters
    ----------
    abouts : iterable of About
        Every format.
    """
    known = sorted(abouts, key=lambda about: about.title.casefold())
    parts = [HEAD]
    for title, is_survey in (("Surveys", True), ("Posts", False)):
        parts.append(f"## {title}\n")
        parts += [_section(about) for about in known if about.is_survey is is_survey]
    return "\n".join(parts)


def _section(about: About) -> str:
    rows = "\n".join(f"| {question} | {_marked(answer)} |" for question, answer in _rows(about))
    return f":::{{dropdown}} {_marked(about.title)}\n\n| | |\n|---|---|\n{rows}\n\n:::\n"


def _rows(about: About) -> Iterator[tuple[str, str]]:
    yield "code", f"`{about.code}`"
    yield "read", ", ".join(about.fields)
    yield "never read", ", ".join(about.never) or "–"
    yield "which interviews count" if about.is_survey else "who could see it", about.seen_by
    if about.standing:
        yield "whether it stands", about.standing
    yield "times", about.times
    yield "set aside", about.set_aside
    yield "checked against", "; ".join(f"{version} ({source})" for version, source in about.checked)


def _marked(text: str) -> str:
    """The text with such words as code."""
    return _NAME.sub(lambda found: found.group() if found.group().startswith("`") else f"`{found.group()}`", text)
