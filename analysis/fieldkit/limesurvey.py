"""LimeSurvey's tab-separated survey structure: one line for a setting, a group, a question, a part or an answer.

What must not be here: another system. Source: LimeSurvey manual, tab separated value survey structure.
"""

import csv
import io
import re
from collections.abc import Iterator

from analysis.errors import StudyError
from analysis.fieldkit.prompts import Asked, Drawn, Kit, Shown

NAMES = r"[A-Za-z][A-Za-z0-9]{0,19}"
"""Codes of questions: letters and digits, at most twenty."""

ANSWER = re.compile(r"[A-Za-z0-9]{1,20}")
KINDS = {"number": "N", "several": "M", "choice": "L", "text": "S"}
COLUMNS = ("class", "type/scale", "name", "relevance", "text", "help", "language", "validation", "mandatory", "other",
           "default", "same_default", "hidden", "min_num_value_n", "max_num_value_n", "num_value_int_only")  # fmt: skip
Row = dict[str, str]


def limesurvey(kit: Kit) -> bytes:
    """The structure in all languages, the first one as that of the survey.

    Raises
    ------
    StudyError
        Options without numbers, which are the only answers that the system's codes can hold.
    """
    rows: list[Row] = [{"class": "S", "name": "language", "text": kit.languages[0]}]
    rows += [{"class": "S", "name": "additional_languages", "text": " ".join(kit.languages[1:])}]
    rows += [
        {"class": "SL", "name": "surveyls_title", "text": kit.plan.title, "language": each} for each in kit.languages
    ]
    sections = _sections(kit)
    for language in kit.languages:
        for title, prompts in sections:
            rows.append({"class": "G", "name": title, "relevance": "1", "language": language})
            rows += [row for prompt in prompts for row in _rows(kit, prompt, language)]
    sink = io.StringIO()
    writer = csv.DictWriter(sink, COLUMNS, delimiter="\t", lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue().encode()


def _sections(kit: Kit) -> list[tuple[str, list[Drawn | Shown | Asked]]]:
    """Groups of questions under the headings of the plan; what is drawn stands in the first one."""
    found: list[tuple[str, list[Drawn | Shown | Asked]]] = [(kit.plan.study, [])]
    waiting: list[Drawn | Shown | Asked] = []
    for prompt in kit.prompts:
        waiting.append(prompt)
        if isinstance(prompt, Asked):
            if prompt.section:
                found.append((prompt.section, []))
            found[-1][1].extend(waiting)
            waiting = []
    return [each for each in found if each[1]]


def _rows(kit: Kit, prompt: Drawn | Shown | Asked, language: str) -> Iterator[Row]:
    if isinstance(prompt, Drawn):
        yield {"class": "Q", "type/scale": "*", "name": prompt.name, "relevance": "1", "text": _draw(kit, prompt),
               "language": language, "hidden": "1"}  # fmt: skip
    elif isinstance(prompt, Shown):
        code = _number(kit, prompt.variable, prompt.code)
        yield {"class": "Q", "type/scale": "X", "name": _name(prompt.name),
               "relevance": f'{prompt.variable}.NAOK == "{code}"', "text": _html(prompt.text[language]),
               "language": language}  # fmt: skip
    else:
        yield from _asked(kit, prompt, language)


def _draw(kit: Kit, prompt: Drawn) -> str:
    """An equation that keeps what was drawn first: options must be numbered one after the other."""
    numbers = [int(_number(kit, prompt.name, code)) for code in prompt.codes]
    if prompt.opposite_of:
        return f'{{if({prompt.opposite_of}.NAOK == "{numbers[1]}", {numbers[0]}, {numbers[1]})}}'
    if sorted(numbers) != list(range(min(numbers), max(numbers) + 1)):
        raise StudyError(f"{prompt.name}: LimeSurvey draws numbers in a row; number its options so, and not {numbers}")
    return f"{{if(is_empty(self.NAOK), rand({min(numbers)}, {max(numbers)}), self.NAOK)}}"


def _number(kit: Kit, variable: str, code: str) -> str:
    """The number that the plan gives to what was drawn."""
    item = next(item for name, item in kit.plan.items.items() if variable in (name, *item.variables))
    found = next((way for way in (code, *(item.options or {})[code]) if way.isdecimal()), None)
    if found is None:
        raise StudyError(f"{variable}: LimeSurvey needs a number for {code!r}; add one to its spellings")
    return found


def _asked(kit: Kit, prompt: Asked, language: str) -> Iterator[Row]:
    question = prompt.question
    _demand_codes(prompt)
    yield {"class": "Q", "type/scale": KINDS[question.kind], "name": question.name, "relevance": "1", "mandatory": "N",
           "text": _html(prompt.text[language]), "language": language, **_bounds(kit, prompt)}  # fmt: skip
    for code, name, _ in question.choices:
        said = {"text": prompt.choices[code][language], "language": language, "relevance": "1"}
        if question.kind == "several":
            yield {"class": "SQ", "name": name, **said}
        else:
            yield {"class": "A", "type/scale": "0", "name": str(question.number(code)), **said}
    for spelled, words in _missing(kit).items() if question.kind == "choice" else ():
        yield {"class": "A", "type/scale": "0", "name": spelled, "text": words, "language": language}


def _missing(kit: Kit) -> dict[str, str]:
    """Answers that are none under codes that the system holds: five letters or digits at most."""
    kinds = (kit.plan.missing.refused, kit.plan.missing.dont_know)
    found = {text: kind for kind in kinds for text in kind if re.fullmatch(r"[A-Za-z0-9]{1,5}", text)}
    return {text: max(kind, key=lambda words: (" " in words, len(words))) for text, kind in found.items()}


def _bounds(kit: Kit, prompt: Asked) -> Row:
    if prompt.bounds is None:
        return {}
    low, high = prompt.bounds
    most = str(high)
    if prompt.longer:
        arm, code = prompt.longer
        most = f'{{if({arm}.NAOK == "{_number(kit, arm, code)}", {high + 1}, {high})}}'
    return {"min_num_value_n": str(low), "max_num_value_n": most, "num_value_int_only": "1"}


def _demand_codes(prompt: Asked) -> None:
    question = prompt.question
    if question.part:
        raise StudyError(f"{question.flat_name}: parts of an item are arrays in LimeSurvey; write them as items")
    if question.kind == "choice" and not question.is_numbered:
        raise StudyError(f"{question.name}: LimeSurvey's answers are short codes; give every option a number")
    long = [code for code, _, _ in question.choices if question.kind == "several" and not ANSWER.fullmatch(code)]
    if long:
        raise StudyError(f"{question.name}: LimeSurvey's codes are letters and digits; rename the option {long[0]!r}")


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br />")


def _name(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum() and letter.isascii())[:20]
