"""An instrument: which variable of an export is which item, which answer is which code, which code is which missing.

What belongs here: strict loading, and looking names and answers up. What must not: guessing. A name or an answer that
the instrument does not know is said to be unknown; whoever asks reports it by name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from analysis.corpora.absence import Absence, Answer, UserMissing
from analysis.corpora.digits import folded
from analysis.errors import InstrumentError

FOLDER = Path(__file__).resolve().parents[2] / "data/instruments"
DEFAULT = "blueprint"

_SEGMENTS = re.compile(r"[/:.\[\]-]+")
_ORDINAL = re.compile(r"(?:sq|a|_)?0*(\d{1,3})", re.IGNORECASE)
_WHOLE = re.compile(r"([+-]?[0-9]{1,9})(?:\.0+)?")
_CHOSEN = {"1": "chosen", "true": "chosen", "y": "chosen", "yes": "chosen", "0": "not_chosen", "false": "not_chosen"}
_CHOSEN |= {"n": "not_chosen", "no": "not_chosen"}
_TOP = {"instrument", "title", "provenance", "missing", "declared_missing", "identifying", "technical", "items"}
_ITEM = {"construct", "asks", "source", "role", "variables", "parts", "options", "whole_number", "free_text"}
_ITEM |= {"multiple", "missing"}


class MissingKind(Enum):
    """Why an item has no answer."""

    REFUSED = "refused"
    DONT_KNOW = "dont_know"
    NOT_ASKED = "not_asked"
    NO_ANSWER = "no_answer"
    """Asked, and left empty."""
    SYSTEM_MISSING = "system_missing"
    """The file has no value and does not say why."""
    NOT_EXPORTED = "not_exported"
    UNPARSEABLE = "unparseable"


@dataclass(frozen=True)
class Item:
    """One item: what it asks, and how its answers read.

    Exactly one of `options`, `whole_number` and `is_free_text` says what an answer is; `options` maps every spelling
    (case folded) to its code; `parts` are the sub-questions; a multiple-choice item has its options as parts.
    """

    item_id: str
    construct: str
    asks: str
    source: str
    role: str
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
    title: str
    provenance: str
    items: Mapping[str, Item]
    missing: Mapping[str, MissingKind]
    declared_missing: Mapping[str, MissingKind]
    others: Mapping[str, str]

    def place(self, variable: str) -> Place | None:
        """The place of a variable, or None when the instrument does not know it."""
        if variable.casefold() in self.others:
            return Place(None, other_class=self.others[variable.casefold()])
        names = self._names()
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
    """The readings of one segment of a name: as it is, or as a name and a part joined by an underscore."""
    if rest or "_" not in segment:
        return [(segment, rest)]
    words = segment.split("_")
    return [("_".join(words[:number]), "_".join(words[number:])) for number in range(len(words), 0, -1)]


def _placed(item: Item, part: str) -> Place | None:
    if not part:
        return Place(item)
    if part.casefold() in ("other", "text", "oth"):
        return Place(item, "other_text")
    parts = item.parts or (tuple(dict.fromkeys((item.options or {}).values())) if item.is_multiple else ())
    if part.casefold() in parts:
        return Place(item, part.casefold())
    ordinal = _ORDINAL.fullmatch(part)
    if ordinal and 1 <= int(ordinal[1]) <= len(parts):
        return Place(item, parts[int(ordinal[1]) - 1])
    code = (item.options or {}).get(part.casefold()) if item.is_multiple else None
    return Place(item, code) if code else None


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
    codes = [whole] if whole else [options.get(each.casefold()) for each in re.split(r"[\s,;،؛]+", answer) if each]
    known = [each for each in codes if each]
    return Reading(code=" ".join(known)) if len(known) == len(codes) else Reading(unknown=answer)


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key given twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise InstrumentError(f"line {node.start_mark.line + 1}: key {sorted(map(str, twice))[0]!r} is given twice")
        return dict(super().construct_mapping(node, deep))


def load_instrument(name: str = DEFAULT) -> Instrument:
    """An instrument by its name in `data/instruments`, or by the path of its file.

    Raises
    ------
    InstrumentError
        No such file, a key that is unknown, lacking or of another type, or one name with two meanings.
    """
    path = Path(name) if name.endswith((".yml", ".yaml")) else FOLDER / f"{name}.yml"
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a SafeLoader that is stricter)
    except OSError as error:
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("*.yml")))
        raise InstrumentError(f"{path}: no such instrument; known by name: {known}; or give a .yml file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InstrumentError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from error
    except InstrumentError as error:
        raise InstrumentError(f"{path}, {error}") from error
    return _instrument(_keyed(tree, _TOP, _TOP, str(path)), str(path))


def _keyed(tree: Any, allowed: set[str], required: set[str], where: str) -> dict[str, Any]:
    if not isinstance(tree, dict):
        raise InstrumentError(f"{where}: got {type(tree).__name__}; a mapping with keys {', '.join(sorted(required))}")
    unknown, lacking = set(tree) - allowed, required - set(tree)
    if unknown or lacking:
        what = f"unknown key {sorted(map(str, unknown))[0]!r}" if unknown else f"lacks key {sorted(lacking)[0]!r}"
        raise InstrumentError(f"{where}: {what}; allowed are {', '.join(sorted(allowed))}")
    return tree


def _instrument(tree: dict[str, Any], where: str) -> Instrument:
    items = {
        str(key): _item(str(key), each, f"{where}, item {key}") for key, each in _mapping(tree["items"], where).items()
    }
    others = {
        name.casefold(): kind
        for kind in ("identifying", "technical")
        for name in _texts(tree[kind], f"{where}, {kind}")
    }
    _unambiguous([name for item in items.values() for name in item.variables] + list(others), where)
    return Instrument(
        name=_text(tree["instrument"], f"{where}, instrument"),
        title=_text(tree["title"], f"{where}, title"),
        provenance=_text(tree["provenance"], f"{where}, provenance"),
        items=items,
        missing=_kinds(tree["missing"], f"{where}, missing"),
        declared_missing=_kinds(tree["declared_missing"], f"{where}, declared_missing"),
        others=others,
    )


def _unambiguous(names: list[str], where: str) -> None:
    folded = [name.casefold() for name in names]
    twice = next((name for name in folded if folded.count(name) > 1), None)
    if twice:
        raise InstrumentError(f"{where}: variable {twice!r} has two places; a name has one meaning")


def _item(item_id: str, tree: Any, where: str) -> Item:
    tree = _keyed(tree, _ITEM, {"construct", "asks", "source", "role"}, where)
    kinds = [key for key in ("options", "whole_number", "free_text") if key in tree]
    if len(kinds) != 1:
        raise InstrumentError(
            f"{where}: got {kinds}; exactly one of options, whole_number, free_text says what an answer is"
        )
    span = tree.get("whole_number")
    if span is not None and not (isinstance(span, list) and len(span) == 2 and all(type(each) is int for each in span)):
        raise InstrumentError(f"{where}, whole_number: got {span!r}; two whole numbers, lowest and highest")
    return Item(
        item_id=item_id,
        construct=_text(tree["construct"], f"{where}, construct"),
        asks=_text(tree["asks"], f"{where}, asks"),
        source=_text(tree["source"], f"{where}, source"),
        role=_text(tree["role"], f"{where}, role"),
        variables=tuple(_texts(tree.get("variables", [item_id]), f"{where}, variables")),
        parts=tuple(_texts(tree.get("parts", []), f"{where}, parts")),
        options=_options(tree["options"], f"{where}, options") if "options" in tree else None,
        whole_number=(span[0], span[1]) if span else None,
        is_free_text=tree.get("free_text") is True,
        is_multiple=tree.get("multiple") is True,
        missing=_kinds(tree.get("missing", {}), f"{where}, missing"),
    )


def _options(tree: Any, where: str) -> dict[str, str]:
    """Every spelling of every option → its code; the code itself is a spelling."""
    spelled = [
        (spelling, code) for code, each in _mapping(tree, where).items() for spelling in (code, *_texts(each, where))
    ]
    options: dict[str, str] = {}
    for spelling, code in spelled:
        key = folded(spelling).casefold()
        if options.setdefault(key, code) != code:
            raise InstrumentError(f"{where}: {spelling!r} stands for {options[key]!r} and for {code!r}")
    return options


def _kinds(tree: Any, where: str) -> dict[str, MissingKind]:
    kinds = {each.value: each for each in MissingKind}
    found: dict[str, MissingKind] = {}
    for kind, spellings in _mapping(tree, where).items():
        if kind not in kinds:
            raise InstrumentError(f"{where}: got {kind!r}; kinds are {', '.join(kinds)}")
        for spelling in _texts(spellings, where):
            if found.setdefault(folded(spelling).casefold(), kinds[kind]) is not kinds[kind]:
                raise InstrumentError(f"{where}: {spelling!r} stands for two kinds of missing")
    return found


def _mapping(tree: Any, where: str) -> dict[str, Any]:
    if not isinstance(tree, dict) or not all(isinstance(key, str) for key in tree):
        raise InstrumentError(f"{where}: a mapping whose keys are texts (quote numbers, yes and no)")
    return tree


def _texts(tree: Any, where: str) -> list[str]:
    if not isinstance(tree, list) or not all(isinstance(each, str) for each in tree):
        raise InstrumentError(f"{where}: got {tree!r}; a list of texts (quote numbers, yes and no)")
    return tree


def _text(tree: Any, where: str) -> str:
    if not isinstance(tree, str) or not tree.strip():
        raise InstrumentError(f"{where}: got {tree!r}; a text")
    return tree
