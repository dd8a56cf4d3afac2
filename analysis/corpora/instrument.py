"""An instrument: which variable of an export is which item, which answer is which code, which code is which missing.

What belongs here: looking names and answers up as the plan of the study states them. What must not: guessing. A name or
an answer that the instrument does not know is said to be unknown; whoever asks reports it by name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from analysis.corpora.absence import Absence, Answer, UserMissing
from analysis.corpora.digits import folded
from analysis.errors import StudyError
from analysis.study.items import Item as Declared
from analysis.study.items import MissingKind
from analysis.study.plan import Plan

_SEGMENTS = re.compile(r"[/:.\[\]-]+")
_ORDINAL = re.compile(r"(?:sq|a|_)?0*(\d{1,3})", re.IGNORECASE)
_BETWEEN_CHOICES = re.compile(r"[\s,;،؛]+")
_WHOLE = re.compile(r"([+-]?[0-9]{1,9})(?:\.0+)?")
_CHOSEN = {"1": "chosen", "true": "chosen", "y": "chosen", "yes": "chosen", "0": "not_chosen", "false": "not_chosen"}
_CHOSEN |= {"n": "not_chosen", "no": "not_chosen"}

Meaning = TypeVar("Meaning")


@dataclass(frozen=True)
class Item:
    """How the answers of one item read.

    Exactly one of `options`, `whole_number` and `is_free_text` says what an answer is; `options` maps every spelling
    (case folded) to its code; `parts` are the sub-questions; a multiple-choice item has its options as parts.
    """

    item_id: str
    variables: tuple[str, ...]
    parts: tuple[str, ...] = ()
    options: Mapping[str, str] | None = None
    whole_number: tuple[int, int] | None = None
    is_free_text: bool = False
    is_multiple: bool = False
    missing: Mapping[str, MissingKind] | None = None


@dataclass(frozen=True)
class Place:
    """Where a variable belongs: an item and perhaps a part of it, or a class of variables that are no items."""

    item: Item | None
    part: str = ""
    other_class: str = ""


@dataclass(frozen=True)
class Reading:
    """One answer read: a code, a kind of missing, or, where the instrument knows neither, the answer as unknown."""

    code: str | None = None
    missing: MissingKind | None = None
    unknown: str | None = None


@dataclass(frozen=True)
class Instrument:
    """The items of a questionnaire and the names under which exports know them."""

    name: str
    items: Mapping[str, Item]
    missing: Mapping[str, MissingKind]
    declared_missing: Mapping[str, MissingKind]
    others: Mapping[str, str]

    def place(self, variable: str) -> Place | None:
        """The place of a variable, or None when the instrument does not know it."""
        if variable.casefold() in self.others:
            return Place(None, other_class=self.others[variable.casefold()])
        names = self._names()
        if variable.casefold() in names:
            return _placed(names[variable.casefold()], "")
        question, mark, part = variable.removesuffix("]").rpartition("[")
        if mark and question.strip().casefold() in names:
            return _placed(names[question.strip().casefold()], part)
        segments = [each for each in _SEGMENTS.split(variable) if each]
        for number in range(len(segments) - 1, max(len(segments) - 3, -1), -1):
            rest = segments[number + 1 :]
            for name, part in _splits(segments[number], rest[0] if rest else ""):
                if name.casefold() in names:
                    return _placed(names[name.casefold()], part)
        return None

    def _names(self) -> dict[str, Item]:
        return {name.casefold(): item for item in self.items.values() for name in item.variables}

    def read(self, place: Place, answer: Answer) -> Reading:
        """What one answer means at its place; digits of any script count as 0 to 9, save in free text."""
        if isinstance(answer, Absence):
            return Reading(missing=_ABSENT.get(answer, MissingKind.NOT_EXPORTED))
        if isinstance(answer, UserMissing):
            return self._declared(answer, place.item)
        item = place.item
        if item is None:
            return Reading(code=answer)
        plain = folded(answer).strip()
        missing = self._missing_kind(plain.casefold(), item)
        is_text = item.is_free_text or place.part == "other_text"
        return Reading(missing=missing) if missing else _valid(item, place.part, answer.strip() if is_text else plain)

    def _missing_kind(self, answer: str, item: Item | None) -> MissingKind | None:
        own = (item.missing or {}) if item else {}
        return own.get(answer) or self.missing.get(answer)

    def _declared(self, answer: UserMissing, item: Item | None) -> Reading:
        keys = (folded(answer.code).casefold(), folded(answer.label).strip().casefold())
        found = [self._missing_kind(key, item) or self.declared_missing.get(key) for key in keys]
        kind = next((each for each in found if each), None)
        return Reading(missing=kind) if kind else Reading(unknown=f"declared missing {answer.code}")


_ABSENT = {
    Absence.EMPTY: MissingKind.NO_ANSWER,
    Absence.NULL: MissingKind.SYSTEM_MISSING,
    Absence.UNPARSEABLE: MissingKind.UNPARSEABLE,
}


def _splits(segment: str, rest: str) -> list[tuple[str, str]]:
    """The readings of one segment of a name: as it is, or as a name and a part joined by underscores."""
    if rest or "_" not in segment:
        return [(segment, rest)]
    words = segment.split("_")
    return [("_".join(words[:number]), "_".join(words[number:]).strip("_")) for number in range(len(words), 0, -1)]


def _placed(item: Item, part: str) -> Place | None:
    if not part:
        return Place(item)
    if part.casefold() in ("other", "text", "oth"):
        return Place(item, "other_text")
    parts = item.parts or (tuple(dict.fromkeys((item.options or {}).values())) if item.is_multiple else ())
    if part.casefold() in parts:
        return Place(item, part.casefold())
    # A number that the plan gives to an option is that option, wherever it stands.
    code = (item.options or {}).get(part.casefold()) if item.is_multiple else None
    if code:
        return Place(item, code)
    ordinal = _ORDINAL.fullmatch(part)
    return Place(item, parts[int(ordinal[1]) - 1]) if ordinal and 1 <= int(ordinal[1]) <= len(parts) else None


def _valid(item: Item, part: str, answer: str) -> Reading:
    if part == "other_text" or item.is_free_text:
        return Reading(code=answer)
    if item.is_multiple:
        return _chosen(item, part, answer)
    if item.whole_number:
        low, high = item.whole_number
        number = _WHOLE.fullmatch(answer)
        is_within = number is not None and low <= int(number[1]) <= high
        return Reading(code=str(int(number[1]))) if number and is_within else Reading(unknown=answer)
    code = (item.options or {}).get(answer.casefold())
    return Reading(code=code) if code else Reading(unknown=answer)


def _chosen(item: Item, part: str, answer: str) -> Reading:
    """One choice of a multiple-choice item, or the list of all that were chosen."""
    options = item.options or {}
    if part:
        mark = _CHOSEN.get(answer.casefold()) or ("chosen" if options.get(answer.casefold()) == part else None)
        return Reading(code=mark) if mark else Reading(unknown=answer)
    whole = options.get(answer.casefold())
    found = [(whole,)] if whole else _covers(_words(answer), options)
    return Reading(code=" ".join(found[0])) if len(found) == 1 else Reading(unknown=answer)


def _words(answer: str) -> tuple[str, ...]:
    return tuple(each for each in _BETWEEN_CHOICES.split(answer.casefold()) if each)


def _covers(words: tuple[str, ...], options: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The ways in which words are a row of choices, two at most: labels may hold what parts them."""
    spelled = [(_words(spelling), code) for spelling, code in options.items()]
    ways: list[dict[tuple[str, ...], None]] = [{} for _ in words] + [{(): None}]
    for start in reversed(range(len(words))):
        for spelling, code in spelled:
            if spelling and words[start : start + len(spelling)] == spelling:
                after = ways[start + len(spelling)]
                ways[start] |= dict.fromkeys((code, *(each for each in way if each != code)) for way in after)
        ways[start] = dict.fromkeys(list(ways[start])[:2])
    return list(ways[0]) if words else []


def instrument_of(plan: Plan) -> Instrument:
    """The questionnaire of a plan as exports know it.

    Raises
    ------
    StudyError
        One spelling stands for two answers, or for two kinds of missing.
    """
    others = {name.casefold(): kind for kind in ("identifying", "technical") for name in getattr(plan, kind)}
    return Instrument(
        name=plan.study,
        items={item_id: _item(item_id, item) for item_id, item in plan.items.items()},
        missing=_once(plan.missing.spellings(), "missing"),
        declared_missing=_once(plan.declared_missing.spellings(), "declared_missing"),
        others=others,
    )


def _item(item_id: str, item: Declared) -> Item:
    where = f"item {item_id}"
    spelled = [(spelling, code) for code, more in (item.options or {}).items() for spelling in (code, *more)]
    spelled += [(shown, code) for words in item.wording.values() for code, shown in words.options.items()]
    return Item(
        item_id=item_id,
        variables=item.variables or (item_id,),
        parts=item.parts,
        options=_once(spelled, where) if item.options else None,
        whole_number=item.whole_number,
        is_free_text=item.free_text,
        is_multiple=item.multiple,
        missing=_once(item.missing.spellings(), where),
    )


def _once(spelled: Iterable[tuple[str, Meaning]], where: str) -> dict[str, Meaning]:
    """Every spelling, as answers are compared, to what it stands for."""
    found: dict[str, Meaning] = {}
    for spelling, meaning in spelled:
        key = folded(spelling).casefold()
        if found.setdefault(key, meaning) != meaning:
            raise StudyError(f"{where}: {spelling!r} stands for {found[key]!r} and for {meaning!r}; keep one of them")
    return found
