"""Qualtrics' advanced text format, and the steps that are left: the format holds neither chance nor logic.

What must not be here: another system. Source: Qualtrics support, preparing an advanced format TXT file.
"""

from collections.abc import Iterator

from analysis.fieldkit.prompts import Asked, Drawn, Kit, Shown

NAMES = r"[A-Za-z][\w.]*"
KINDS = {"choice": "MC:SingleAnswer:Vertical", "several": "MC:MultipleAnswer:Vertical", "number": "TE:SingleLine",
         "text": "TE:SingleLine"}  # fmt: skip


def qualtrics(kit: Kit, language: str) -> bytes:
    """The questionnaire in one language; options are numbered as the plan numbers them."""
    lines = ["[[AdvancedFormat]]", ""]
    for prompt in kit.prompts:
        if isinstance(prompt, Drawn):
            lines += [f"[[ED:{prompt.name}]]", ""]
    for prompt in kit.prompts:
        if isinstance(prompt, Asked) and prompt.section:
            lines += [f"[[Block:{prompt.section}]]", ""]
        if not isinstance(prompt, Drawn):
            lines += [*_lines(kit, prompt, language), ""]
    return "\n".join(lines).encode()


def _lines(kit: Kit, prompt: Shown | Asked, language: str) -> Iterator[str]:
    if isinstance(prompt, Shown):
        yield from ("[[Question:DB]]", f"[[ID:{prompt.name}]]", _html(prompt.text[language]))
        return
    question = prompt.question
    yield from (f"[[Question:{KINDS[question.kind]}]]", f"[[ID:{question.flat_name}]]", _html(prompt.text[language]))
    if question.choices:
        yield "[[AdvancedChoices]]"
        for position, (code, _, _) in enumerate(question.choices, start=1):
            number = question.number(code) if question.is_numbered else position
            yield from (f"[[Choice:{number}]]", _html(prompt.choices[code][language]))
        last = max(question.numbers, default=len(question.choices))
        for position, spelled in enumerate(kit.missing, start=last + 1):
            yield from (f"[[Choice:{position}]]", _html(spelled))


def steps(kit: Kit) -> bytes:
    """What is set by hand after the import: chance in the survey's flow, and who is shown what."""
    lines = ["After the import, in Qualtrics:", "", *map(_step, kit.prompts)]
    lines += ["* Survey flow: embedded data for the key of the consent ledger, as sources.yml names it.",
              "* Export with choice text: the plan knows its words."]  # fmt: skip
    return ("\n".join(line for line in lines if line is not None) + "\n").encode()


def _step(prompt: Drawn | Shown | Asked) -> str | None:
    if isinstance(prompt, Drawn):
        return _chance(prompt)
    if isinstance(prompt, Shown):
        return f"* Display logic of {prompt.name}: embedded data {prompt.variable} is {prompt.code}."
    if prompt.bounds is None:
        return None
    low, high = prompt.bounds
    more = f" (one more where {prompt.longer[0]} is {prompt.longer[1]})" if prompt.longer else ""
    return f"* Validation of {prompt.question.flat_name}: a whole number from {low} to {high}{more}."


def _chance(prompt: Drawn) -> str:
    name, codes = prompt.name, ", ".join(prompt.codes)
    if prompt.opposite_of:
        first, second = prompt.codes
        return f"* Survey flow, below: {name} = {first} where {prompt.opposite_of} = {second}, else {second}."
    return (
        f"* Survey flow, above the first block: a randomiser that evenly presents 1 of {len(prompt.codes)} embedded "
        f"data {name} = {codes}."
    )


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
