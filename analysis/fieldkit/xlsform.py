"""XLSForm for ODK, KoboToolbox and SurveyCTO: a workbook of the sheets survey, choices and settings.

Chance is drawn once, at the start of an interview, and kept with the answers. What must not be here: another system.
Source: XLSForm reference, sheets and question types; `once()` and `random()` of the ODK form logic.
"""

import io
from collections.abc import Iterator, Sequence

import openpyxl

from analysis.fieldkit.prompts import Asked, Drawn, Kit, Shown, Words
from analysis.vendors.servers import without_clock

NAMES = r"[A-Za-z_][A-Za-z0-9_.-]*"
LANGUAGES = {"ar": "Arabic", "de": "German", "en": "English", "fa": "Persian", "fr": "French", "prs": "Dari",
             "ps": "Pashto", "sv": "Swedish", "tr": "Turkish", "ur": "Urdu", "uz": "Uzbek"}  # fmt: skip
Row = dict[str, str]


PER_DAY = {"seconds": 86_400, "minutes": 1_440}


def xlsform(kit: Kit, office: Sequence[str], duration: tuple[str, str] | None = None) -> bytes:
    """The workbook.

    Parameters
    ----------
    kit : Kit
        Of the vendor `kobo`.
    office : sequence of str
        Variables that the field office fills in: the key of the consent ledger, the respondent's id, who invited them.
    duration : tuple, optional
        Variable that holds the length of the interview, and its unit: seconds or minutes.
    """
    survey = [*_opening(office), *(row for prompt in kit.prompts for row in _rows(kit, prompt)), *_length(duration)]
    choices = [row for prompt in kit.prompts if isinstance(prompt, Asked) for row in _choices(kit, prompt)]
    settings = [{"form_title": kit.plan.title, "form_id": kit.plan.study, "default_language": _label(kit.languages[0])}]
    book = openpyxl.Workbook(write_only=True)
    for name, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
        sheet = book.create_sheet(name)
        columns = list(dict.fromkeys(key for row in rows for key in row))
        sheet.append(columns)
        for row in rows:
            sheet.append([row.get(column) for column in columns])
    sink = io.BytesIO()
    book.save(sink)
    return without_clock(sink.getvalue())


def _label(language: str) -> str:
    return f"{LANGUAGES.get(language, language)} ({language})"


def _labelled(words: Words) -> Row:
    return {f"label::{_label(language)}": text for language, text in words.items()}


def _opening(office: Sequence[str]) -> Iterator[Row]:
    yield {"type": "start", "name": "start"}
    yield {"type": "end", "name": "end"}
    yield from ({"type": "text", "name": name, "label": name} for name in office)


def _length(duration: tuple[str, str] | None) -> Iterator[Row]:
    if duration:
        name, unit = duration
        formula = f"int((decimal-date-time(now()) - decimal-date-time(${{start}})) * {PER_DAY[unit]})"
        yield {"type": "calculate", "name": name, "calculation": formula}


def _rows(kit: Kit, prompt: Drawn | Shown | Asked) -> Iterator[Row]:
    if isinstance(prompt, Drawn):
        yield from _draw(prompt)
    elif isinstance(prompt, Shown):
        relevant = f"${{{prompt.variable}}} = '{prompt.code}'" if prompt.variable else ""
        yield {"type": "note", "name": _name(prompt.name), "relevant": relevant, **_labelled(prompt.text)}
    else:
        if prompt.section:
            text = dict.fromkeys(kit.languages, f"— {prompt.section} —")
            yield {"type": "note", "name": f"section_{prompt.question.flat_name}", **_labelled(text)}
        yield _asked(kit, prompt)


def _draw(prompt: Drawn) -> Iterator[Row]:
    """A number that is drawn once, and the code that it stands for."""
    if prompt.opposite_of:
        first, second = prompt.codes
        formula = f"if(${{{prompt.opposite_of}}} = '{second}', '{first}', '{second}')"
        yield {"type": "calculate", "name": prompt.name, "calculation": formula}
        return
    number = f"draw_{prompt.name}"
    yield {"type": "calculate", "name": number, "calculation": "once(random())"}
    *most, last = prompt.codes
    formula = f"'{last}'"
    for position, code in reversed(list(enumerate(most, start=1))):
        formula = f"if(${{{number}}} < {position}/{len(prompt.codes)}, '{code}', {formula})".replace("/", " div ")
    yield {"type": "calculate", "name": prompt.name, "calculation": formula}


def _asked(kit: Kit, prompt: Asked) -> Row:
    question = prompt.question
    name = question.flat_name
    row: Row = {"type": "text", "name": name, **_labelled(prompt.text)}
    if question.kind == "number" and prompt.bounds:
        return row | {"type": "integer", "constraint": _constraint(kit, prompt), "required": "yes"}
    if question.kind == "several":
        return row | {"type": f"select_multiple {name}", "required": "yes"}
    return row | ({"type": f"select_one {name}", "required": "yes"} if question.kind == "choice" else {})


def _constraint(kit: Kit, prompt: Asked) -> str:
    """Within the bounds, one more where the list is longer, or a number that stands for no answer."""
    low, high = prompt.bounds or (0, 0)
    most = str(high)
    if prompt.longer:
        arm, code = prompt.longer
        most = f"if(${{{arm}}} = '{code}', {high + 1}, {high})"
    numbers = [text for text in kit.missing if text.lstrip("-").isdecimal()]
    return " or ".join([f"(. >= {low} and . <= {most})", *(f". = {text}" for text in numbers)])


def _choices(kit: Kit, prompt: Asked) -> Iterator[Row]:
    question = prompt.question
    for code, _, _ in question.choices:
        yield {"list_name": question.flat_name, "name": code, **_labelled(prompt.choices[code])}
    if question.choices:
        for spelled, words in ((name, said) for name, said in kit.missing.items() if " " not in name):
            text = dict.fromkeys(kit.languages, words)
            yield {"list_name": question.flat_name, "name": spelled, **_labelled(text)}


def _name(text: str) -> str:
    return "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in text)
