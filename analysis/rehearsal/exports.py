"""The rehearsal's respondents under the names and spellings of the plan, as files of the survey systems it names.

What belongs here: which name and which spelling an export has. What must not: the bytes of a format (`vendors`), what
anybody says.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analysis.errors import StudyError
from analysis.study import Plan
from analysis.study.items import Item, MissingKind
from analysis.vendors import WRITERS
from analysis.vendors.form import Form, Question, Row

ENDINGS = {".sav": "spss", ".dta": "stata", ".xlsx": "kobo"}
SIGNS = {"ResponseId": "qualtrics", "submitdate": "limesurvey", "record_id": "redcap", "Collector ID": "surveymonkey"}
"""Variables of a survey system among a plan's technical ones → the system that a CSV without a format is of."""

IDS = {"qualtrics": "R_{id}", "kobo": "uuid-{id}", "limesurvey": "{number}", "redcap": "{record}",
       "surveymonkey": "{response}"}  # fmt: skip
"""How a system names a response where the office gives no id of its own."""

NAMES = {"spss": r"[A-Za-z@#$][\w.@#$]{0,63}", "stata": r"[A-Za-z_]\w{0,31}", "kobo": r"[A-Za-z_][\w-]*",
         "limesurvey": r"[A-Za-z]\w*", "redcap": r"[A-Za-z]\w*"}  # fmt: skip
"""Names of variables that a system can hold; the others take any."""

OWN_DAYS = ("EndDate", "StartDate", "RecordedDate", "end", "start", "submitdate", "startdate", "datestamp")
"""Variables in which a system writes the day of an interview by itself."""

WORDED = ("qualtrics", "surveymonkey", "google_forms")
"""Systems whose exports hold answers in words."""

_WHOLE = re.compile(r"-?\d+")


@dataclass(frozen=True)
class Source:
    """One export that a study expects.

    Attributes
    ----------
    source_id, file, sample_source, mode : as the manifest has them
    vendor : code of the format
    variables : role (`consent_subject`, `respondent`, `recruiter`, `wave`, `duration`, `interviewed`, `weight`,
        `stratum`, `cluster`) → variable, where it has one
    duration_unit : `seconds` or `minutes`
    period : period of the plan in which all its interviews fall
    sample : name that exports of one probability sample have in common
    """

    source_id: str
    file: str
    sample_source: str
    mode: str
    vendor: str
    variables: Mapping[str, str]
    duration_unit: str = "seconds"
    period: str = ""
    sample: str = ""


def vendor_of(file: str, plan: Plan) -> str:
    """The survey system of an export for which the manifest names no format."""
    ending = next((ending for ending in ENDINGS if file.lower().endswith(ending)), "")
    if ending:
        return ENDINGS[ending]
    return next((vendor for sign, vendor in SIGNS.items() if sign in plan.technical), "qualtrics")


def written(source: Source, plan: Plan, rows: list[Row]) -> bytes:
    """The export of a source.

    Raises
    ------
    StudyError
        The system cannot hold an item: its name, or the format is none that can be written.
    """
    if source.vendor not in WRITERS:
        raise StudyError(f"{source.file}: {source.vendor} cannot be rehearsed; formats: {', '.join(WRITERS)}")
    return WRITERS[source.vendor][1](rows, form_of(source, plan))


def form_of(source: Source, plan: Plan, names: str = "") -> Form:
    """Names and spellings of a plan in the exports of one source; `names` is a stricter pattern of names."""
    questions = tuple(question for item_id, item in plan.items.items()
                      for question in _questions(source.vendor, item_id, item, names))  # fmt: skip
    spelled = {f".{kind.value}": _missing(plan, kind, source.vendor) for kind in MissingKind}
    declared = {answer: (float(text), answer.strip(".")) for answer, text in spelled.items() if _WHOLE.fullmatch(text)}
    letters = {f".{kind.value}": letter for kind in MissingKind if (letter := _letter(plan, kind))}
    return Form(questions, _office(source), spelled, declared, letters)


def _office(source: Source) -> dict[str, str]:
    what = {"consent_subject": "consent_key", "respondent": "respondent_id", "recruiter": "recruiter", "wave": "wave",
            "duration": source.duration_unit, "weight": "weight", "stratum": "stratum",
            "cluster": "cluster"}  # fmt: skip
    if source.variables.get("interviewed") not in OWN_DAYS:
        what["interviewed"] = "day"
    office = {source.variables[role]: kept for role, kept in what.items() if source.variables.get(role)}
    return (
        office
        if source.vendor in IDS or source.variables.get("respondent")
        else office | {"respondent_id": "respondent_id"}
    )


def identity(source: Source, number: int, respondent_id: str) -> str:
    """The id by which a recruiter is named: the office's, or the survey system's own."""
    if source.variables.get("respondent"):
        return respondent_id
    pattern = IDS.get(source.vendor, "{id}")
    return pattern.format(id=respondent_id, number=number, record=number + 1, response=10_000_000 + number)


def _questions(vendor: str, item_id: str, item: Item, names: str) -> Iterator[Question]:
    name = _name(vendor, item_id, item, names)
    if item.multiple:
        yield from _several(vendor, name, item_id, item)
        return
    kind = "text" if item.free_text else "number" if item.whole_number else "choice"
    choices, numbers = _choices(item)
    if kind == "choice" and not numbers and vendor in ("spss", "stata"):
        kind = "text"
    for part in item.parts or ("",):
        column = f"{item_id}_{part}".lower() if part else item_id.lower()
        yield Question(
            name, item.asks, () if kind == "text" else choices, part, kind, column, 1, numbers, bool(numbers)
        )


def _several(vendor: str, name: str, item_id: str, item: Item) -> Iterator[Question]:
    """One question with its choices; for a statistics package one variable a choice."""
    if vendor not in ("spss", "stata"):
        yield Question(name, item.asks, _choices(item)[0], "", "several", item_id.lower())
        return
    marks = (("0", "0", "not chosen"), ("1", "1", "chosen"))
    for code in item.codes:
        yield Question(name, item.asks, marks, code, "choice", f"{item_id.lower()}/{code}", numbers=(0, 1))


def _name(vendor: str, item_id: str, item: Item, stricter: str) -> str:
    names = item.variables or (item_id,)
    pattern = stricter or NAMES.get(vendor, r".+")
    found = next((name for name in names if re.fullmatch(pattern, name)), None)
    if found is None:
        raise StudyError(
            f"items.{item_id}: {vendor} holds no variable {names[0]!r}; add the name it has there under `variables`"
        )
    return found


def _choices(item: Item) -> tuple[tuple[tuple[str, str, str], ...], tuple[int, ...]]:
    """Options under code, name and words, and their numbers where every one has a number of its own."""
    if item.options is None:
        return (), ()
    spelled = {code: (code, *more) for code, more in item.options.items()}
    numbers = [next((int(each) for each in ways if _WHOLE.fullmatch(each)), None) for ways in spelled.values()]
    known = tuple(number for number in numbers if number is not None)
    if len(set(known)) < len(numbers):
        known = ()
    worded = next((words.options for words in item.wording.values() if words.options), {})
    choices = tuple((code, code, worded.get(code) or _words(ways)) for code, ways in spelled.items())
    return choices, known


def _words(ways: tuple[str, ...]) -> str:
    """The spelling of an option that reads most like words."""
    return max(ways, key=lambda way: (not _WHOLE.fullmatch(way) and not re.fullmatch(r"\d+\.0", way), " " in way))


def _missing(plan: Plan, kind: MissingKind, vendor: str) -> str:
    """How a system spells a missing answer; an empty cell where the plan knows no spelling that no answer has."""
    known = [text for text in getattr(plan.missing, kind.value) if not text.startswith(".")]
    if vendor == "spss":
        known += list(getattr(plan.declared_missing, kind.value))
    free = [text for text in known if not any(_is_answer(text, item) for item in plan.items.values())]
    is_number = [text for text in free if _WHOLE.fullmatch(text)]
    words = [text for text in free if not _WHOLE.fullmatch(text)]
    if vendor in ("spss", "stata"):
        return next(iter(is_number), "")
    return next(iter([*words, *is_number] if vendor in WORDED else [*is_number, *words]), "")


def _is_answer(text: str, item: Item) -> bool:
    spelled = {each.casefold() for code, more in (item.options or {}).items() for each in (code, *more)}
    return text.casefold() in spelled or (item.whole_number is not None and item.may_be(text))


def _letter(plan: Plan, kind: MissingKind) -> str:
    """Stata's letter for a kind of missing."""
    known: Iterable[str] = getattr(plan.missing, kind.value)
    return next((text[1] for text in known if re.fullmatch(r"\.[a-z]", text)), "")
