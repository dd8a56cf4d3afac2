"""A questionnaire to read and print, one page a language; scripts that run from right to left do so.

What must not be here: a system's file, a script that runs in a browser.
"""

from collections.abc import Iterator
from html import escape

from analysis.fieldkit.prompts import Asked, Drawn, Kit, Shown

RIGHT_TO_LEFT = ("ar", "fa", "he", "prs", "ps", "ur")
STYLE = """
body { font: 1rem/1.6 serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }
section { break-inside: avoid; margin-block: 1.2rem; border-block-start: 1px solid #999; padding-block-start: .6rem; }
ul { list-style: none; padding-inline-start: 1rem; }
li::before { content: "☐"; padding-inline-end: .5rem; }
.lines { white-space: pre-line; border-inline-start: 3px solid #999; padding-inline-start: .8rem; }
code { font: .8rem monospace; color: #555; unicode-bidi: isolate; }
"""


def printed(kit: Kit, language: str) -> bytes:
    """The page."""
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    body = "\n".join(line for prompt in kit.prompts for line in (*_lines(prompt, language), *_declined(prompt, kit)))
    title = escape(kit.plan.title)
    page = (
        f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )
    return page.encode()


def _declined(prompt: Drawn | Shown | Asked, kit: Kit) -> Iterator[str]:
    """Every question can be declined, in the words that the plan has for it."""
    if isinstance(prompt, Asked):
        options = (f"<li>{escape(words)} <code>{escape(code)}</code></li>" for code, words in kit.missing.items())
        yield from ("<ul>", *options, "</ul>", "</section>") if kit.missing else ("</section>",)


def _lines(prompt: Drawn | Shown | Asked, language: str) -> Iterator[str]:
    if isinstance(prompt, Drawn):
        return
    if isinstance(prompt, Shown):
        where = f"<code>{escape(prompt.variable)} = {escape(prompt.code)}</code>"
        yield f'<div class="lines">{where}\n{escape(prompt.text[language])}</div>'
        return
    if prompt.section:
        yield f"<h2>{escape(prompt.section)}</h2>"
    yield f"<section><code>{escape(prompt.question.flat_name)}</code><p>{escape(prompt.text[language])}</p>"
    if prompt.choices:
        yield "<ul>"
        yield from (
            f"<li>{escape(words[language])} <code>{escape(code)}</code></li>" for code, words in prompt.choices.items()
        )
        yield "</ul>"
    elif prompt.bounds:
        more = 1 if prompt.longer else 0
        yield f"<p>____ <code>{prompt.bounds[0]}–{prompt.bounds[1] + more}</code></p>"
    else:
        yield "<p>________________________</p>"
