"""A plan from its file, strictly: a key or a value that does not fit is refused with its line and the way to mend it.

What belongs here: YAML, lines, sentences of refusal, the JSON Schema. What must not: what a plan is (`plan`).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from analysis.errors import InputError, StudyError
from analysis.study.codebook import frame_entries
from analysis.study.entry import Entry
from analysis.study.faults import Place, nearest
from analysis.study.plan import Plan
from analysis.study.references import faults

PLANS = {"synthetic": "data/study/study.yml", "vault": "data/vault/study.yml"}
"""Where the plan of each study lies: the shipped one, and a team's own beside its exports."""

Part = TypeVar("Part", bound=Entry)
_QUOTE = "put a text that looks like a number, true, false or nothing in quotation marks"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # either is a SafeLoader
    """YAML in which yes, no and days are texts, as people mean them."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as the parent has it
        letter: [(tag, pattern) for tag, pattern in found if tag.rpartition(":")[2] in ("int", "float", "null")]
        for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


def open_plan(root: Path, study: str) -> Plan:
    """The plan of the study that runs; StudyError as `load_plan`, another study's plan is never taken instead."""
    return load_plan(root / PLANS[study])


def load_plan(path: Path) -> Plan:
    """Read a plan.

    Parameters
    ----------
    path : Path
        A YAML file; `data/study/study.schema.json` describes it to an editor.

    Raises
    ------
    StudyError
        No such file, not YAML, a key twice, unknown or missing, a value of another type, or a part that names an item,
        a code, a question or a group that the plan does not declare. Every fault has a line of its own with file,
        line, key, value and fix.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        advice = "write the study's plan there; data/study/study.yml is one, data/study/study.schema.json describes it"
        raise StudyError(f"{path}: {error.strerror}; {advice}") from error
    except UnicodeDecodeError as error:
        raise StudyError(f"{path}: not UTF-8; save the file in UTF-8") from error
    return parse_plan(text, str(path), path.parent)


def parse_plan(text: str, name: str, folder: Path | None = None) -> Plan:
    """The same from a text; `name` stands for the file in refusals, files beside the plan lie in `folder`."""
    tree, lines = _read(text, name)
    table = codebook_file(tree)
    if table:
        tree["posts"]["frames"] = _codebook(table, folder, _sentence(name, lines, ("posts", "frames"), table, ""))
    plan = _validated(tree, name, lines, Plan)
    found = [_sentence(name, lines, fault.place, fault.value, fault.fix) for fault in faults(plan)]
    if found:
        raise StudyError("\n".join(found))
    return plan


def parse_entry(text: str, name: str, kind: type[Part]) -> Part:
    """A declaration of another kind, as strictly; StudyError as `load_plan`."""
    tree, lines = _read(text, name)
    return _validated(tree, name, lines, kind)


def _validated(tree: Any, name: str, lines: dict[Place, int], kind: type[Part]) -> Part:
    try:
        return kind.model_validate_json(json.dumps(tree))
    except ValidationError as error:
        raise StudyError("\n".join(_refusals(error, name, lines, kind))) from error


def json_schema() -> str:
    """The declaration as a JSON Schema, for editors; frames may also be the name of a table beside the plan."""
    schema = Plan.model_json_schema()
    frames = schema["$defs"]["Posts"]["properties"]["frames"]
    listed = {key: frames.pop(key) for key in ("items", "type")}
    frames["anyOf"] = [listed, {"type": "string", "pattern": r"\.csv$"}]
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def codebook_file(tree: Any) -> str:
    """The table of frames that a plan names, by its path beside the plan; empty where it has none."""
    posts = tree.get("posts") if isinstance(tree, dict) else None
    frames = posts.get("frames") if isinstance(posts, dict) else None
    return frames if isinstance(frames, str) else ""


def named_codebook(path: Path) -> str | None:
    """The table of frames that a plan names beside it, where it names one."""
    return codebook_file(_read(path.read_text(encoding="utf-8"), str(path))[0])


def study_files(root: Path, study: str) -> tuple[str, ...]:
    """The plan of a study and the table of frames that it names, relative to the project."""
    plan = PLANS[study]
    path = root / plan
    tree = _read(path.read_text(encoding="utf-8"), plan)[0] if path.is_file() else None
    named = codebook_file(tree)
    return (plan, (Path(plan).parent / named).as_posix()) if named else (plan,)


def _codebook(table: str, folder: Path | None, where: str) -> list[dict[str, Any]]:
    """Frames of a table in the folder of the plan; nowhere else is looked."""
    if folder is None or Path(table).name != table:
        raise StudyError(f"{where}name a CSV file that lies beside the plan, such as frames.csv")
    try:
        return frame_entries((folder / table).read_text(encoding="utf-8"), str(folder / table))
    except OSError as error:
        raise StudyError(f"{where}{error.strerror}; write the codebook there, data/study/frames.csv is one") from error
    except UnicodeDecodeError as error:
        raise StudyError(f"{where}not UTF-8; save the file in UTF-8") from error
    except InputError as error:
        raise StudyError(str(error)) from error


def _read(text: str, name: str) -> tuple[Any, dict[Place, int]]:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise StudyError(f"{name}: want a mapping of keys to values")
        lines = dict(_lines(node, (), name))
        return loader.construct_document(node), lines
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise StudyError(f"{name}: not readable as YAML: {' '.join(str(error).split())}") from error
    finally:
        loader.dispose()


def _lines(node: yaml.Node, place: Place, name: str) -> Iterator[tuple[Place, int]]:
    """The line of every key and entry; a key that is no text, or stands twice, is refused."""
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for number, child in enumerate(node.value):
            yield from _lines(child, (*place, number), name)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, child in node.value:
            where = f"{name}, line {key.start_mark.line + 1}: key {key.value!r}"
            if key.tag != "tag:yaml.org,2002:str":
                raise StudyError(f"{where} is no text; {_QUOTE}")
            if key.value in seen:
                raise StudyError(f"{where} is given twice; keep one of them")
            seen.add(key.value)
            yield from _lines(child, (*place, key.value), name)
            yield (*place, key.value), key.start_mark.line + 1


def _refusals(error: ValidationError, name: str, lines: dict[Place, int], kind: type[Entry]) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        place, value = tuple(fault["loc"]), fault["input"]
        if fault["type"] == "extra_forbidden":
            known = _keys_at(place[:-1], kind)
            yield _sentence(name, lines, place, None, f"unknown key; {nearest(str(place[-1]), known)}")
        elif fault["type"] == "missing":
            yield _sentence(name, lines, place, None, "the key is missing; add it")
        else:
            why = fault["msg"].removeprefix("Value error, ")
            quoted = f"; {_QUOTE}" if fault["type"] == "string_type" and not isinstance(value, list | dict) else ""
            yield _sentence(name, lines, place, value, why[0].lower() + why[1:] + quoted)


def _sentence(name: str, lines: dict[Place, int], place: Place, value: object, fix: str) -> str:
    line = next((lines[place[:length]] for length in range(len(place), -1, -1) if place[:length] in lines), 1)
    got = "" if value is None or isinstance(value, dict | list) else f": got {value!r}"
    return f"{name}, line {line}: {_key(place)}{got}: {fix}"


def _key(place: Place) -> str:
    """`questions[2].yes`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).lstrip(".") or "the plan"


def _keys_at(place: Place, kind: type[Entry]) -> list[str]:
    """Keys that the declaration knows at a place."""
    schema = kind.model_json_schema()
    at: Any = schema
    for part in place:
        at = _resolved(at, schema)
        at = at.get("items", {}) if isinstance(part, int) else at.get("properties", {}).get(part) or _of_any_key(at)
    return list(_resolved(at, schema).get("properties", {}))


def _of_any_key(at: Any) -> Any:
    """What a mapping holds whose keys a plan chooses; the schema lists it by the pattern of the keys."""
    return next(iter(at.get("patternProperties", {}).values()), at.get("additionalProperties", {}))


def _resolved(at: Any, schema: Any) -> Any:
    """A part of the schema behind references and alternatives to nothing."""
    while "$ref" in at or "anyOf" in at or "allOf" in at:
        if "$ref" in at:
            at = schema["$defs"][at["$ref"].rpartition("/")[2]]
        else:
            at = next(each for each in at.get("anyOf") or at["allOf"] if each.get("type") != "null")
    return at
