"""The claims register: read strictly, guarded against change, and tied to the sources that are known.

What belongs here: reading entries, checking that they fit together, freezing the file, reading the table of links.
What must not: judging, estimating, or repairing a register that is wrong.
"""

import csv
import hashlib
import io
import math
import re
import types
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

import yaml

from analysis.claims.entries import (
    FIRST_OWN,
    Claim,
    Contents,
    Conventions,
    EvidenceLink,
    FieldLink,
    HistoryEntry,
    OwnContents,
    Register,
)
from analysis.claims.rules import (
    RULE_TYPES,
    Conjunction,
    Unanswerable,
    quantity_rules,
    required_screens,
    rule_estimands,
)
from analysis.errors import ClaimsError

FROZEN = "FROZEN.sha256"
OWN = "data/vault/claims.yml"
"""Claims of a study of one's own; `FROZEN.sha256` beside it holds their hash."""

CLAIM_ID = re.compile(r"C(\d{2})(\.\d)?")
ESTIMAND_ID = re.compile(r"E(\d{2})[a-z]?_[a-z0-9_]+(\[[A-Z0-9]+\])*")
SOURCE_ID = re.compile(r"B\d{3}|V\d{2}|[a-z][a-z0-9_]+")
HASH_LINE = re.compile(r"([0-9a-f]{64})  ([^/\s]+)\n?")
Hint: TypeAlias = Any  # a type hint, as `typing` hands it over
Yaml: TypeAlias = Any  # whatever a YAML file may hold, and what became of it
LINK_COLUMNS = (
    "claim_id",
    "source_id",
    "report_group",
    "estimand_id",
    "is_population_matched",
    "is_period_matched",
    "is_qualifying",
    "relation",
)


FIELD_COLUMNS = (
    "claim_id",
    "estimand_id",
    "is_population_matched",
    "is_period_matched",
    "screens_passed",
    "decided_by",
    "decided_on",
    "reason",
)


def load_register(path: Path, frozen_hash_path: Path) -> Register:
    """Read the register, after making sure that it is the one that was frozen.

    Parameters
    ----------
    path : Path
        The register, YAML in UTF-8.
    frozen_hash_path : Path
        Its hash in the format of `sha256sum`, in the same folder.

    Returns
    -------
    Register
        The bytes that were hashed are the bytes that were parsed.

    Raises
    ------
    ClaimsError
        When a file is missing, the hash differs, or an entry is malformed; the message names claim, field, value, fix.
    """
    content = _read_bytes(path)
    _check_frozen(path, hashlib.sha256(content).hexdigest(), frozen_hash_path)
    return _parse(content, path.name)


def open_register(root: Path, study: str) -> Register:
    """The register of the project; for a study of one's own with the claims that it brings, where it brings any.

    Parameters
    ----------
    root : Path
        The project.
    study : str
        `synthetic` or `vault`.

    Raises
    ------
    ClaimsError
        As `load_register`; also when a claim of the study is numbered below C50.
    """
    register, own = project_register(root), root / OWN
    return with_own(register, own) if study == "vault" and own.is_file() else register


def project_register(root: Path) -> Register:
    """The register that the project ships, without the claims of any study; ClaimsError as `load_register`."""
    folder = root / "data/claims"
    return load_register(folder / "claims.yml", folder / FROZEN)


def with_own(register: Register, path: Path, *, is_frozen: bool = True) -> Register:
    """The register with the claims of a study behind its own.

    Rules, screens and the confirmatory family of both hold together: Holm's procedure runs over all of them. Claims
    that are not frozen yet can be rehearsed, and never judged.
    """
    content = _read_bytes(path)
    if is_frozen:
        _check_frozen(path, hashlib.sha256(content).hexdigest(), path.with_name(FROZEN))
    return _joined(register, content, path.name)


def freeze_own(register: Register, path: Path) -> str:
    """Record the hash of a study's claims that are well formed, beside them; ClaimsError otherwise."""
    content = _read_bytes(path)
    _joined(register, content, path.name)
    return _record(hashlib.sha256(content).hexdigest(), path, path.with_name(FROZEN))


def _joined(register: Register, content: bytes, file: str) -> Register:
    own: OwnContents = _read_dataclass(OwnContents, _loaded(content, file), file)
    for claim in own.claims:
        match = CLAIM_ID.fullmatch(claim.id)
        if match is None or int(match[1]) < FIRST_OWN:
            raise _refuse(f"{file}: claim {claim.id}, field id", claim.id, f"C{FIRST_OWN} to C99", "number it anew")
    known = register.conventions
    for name in ("topics", "screens"):
        _check_unique(f"{file}, field {name}", [*getattr(known, name), *getattr(own, name)])
    conventions = replace(
        known,
        topics={**known.topics, **own.topics},
        screens={**known.screens, **own.screens},
        confirmatory_family=(*known.confirmatory_family, *own.confirmatory_family),
    )
    joined = Contents(register.history, register.external_time_stamp, conventions, (*register.claims, *own.claims))
    _check_contents(joined, file)
    _check_history(own.history, file)
    digest = hashlib.sha256(register.sha256.encode() + content).hexdigest()
    return Register(digest, joined.history, joined.external_time_stamp, conventions, joined.claims, own.history)


def freeze(path: Path, hash_path: Path) -> str:
    """Record the hash of a register that is well formed, in one atomic step, and return the hash.

    Use it once per version, after adding a dated entry to `history`. A malformed register is never frozen.

    Raises
    ------
    ClaimsError
        When the register is missing or malformed; the old hash file then stays as it was.
    """
    return _record(_parse(_read_bytes(path), path.name).sha256, path, hash_path)


def _record(digest: str, path: Path, hash_path: Path) -> str:
    partial = hash_path.with_name(hash_path.name + ".partial")
    partial.write_bytes(f"{digest}  {path.name}\n".encode())
    partial.replace(hash_path)
    return digest


def load_links(path: Path, register: Register) -> tuple[EvidenceLink, ...]:
    """Read the table that ties known sources to claims and says why each one counts or does not.

    Raises
    ------
    ClaimsError
        For other columns, an unknown claim or estimand, a flag that is not true or false, an empty sentence, or a
        source that is tied to the same estimand twice.
    """
    links = tuple(_link(row, where, register) for where, row in _rows(path, LINK_COLUMNS))
    keys = [(link.claim_id, link.source_id, link.estimand_id) for link in links]
    _check_unique(f"{path.name}: claim, source, estimand", keys)
    return links


def load_field_links(path: Path, register: Register) -> tuple[FieldLink, ...]:
    """Read a study's own table of links; without the file no estimate of the study bears on a claim.

    Raises
    ------
    ClaimsError
        As `load_links`; also for an unknown screen, a decision without a name, a day or a reason.
    """
    if not path.is_file():
        return ()
    links = tuple(_field_link(row, where, register) for where, row in _rows(path, FIELD_COLUMNS))
    _check_unique(f"{path.name}: claim, estimand", [(link.claim_id, link.estimand_id) for link in links])
    return links


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Yaml]]]:
    """Rows of a table of links, each with its place."""
    rows = csv.DictReader(io.StringIO(_read_bytes(path).decode("utf-8-sig")))
    if tuple(rows.fieldnames or ()) != columns:
        raise _refuse(path.name, rows.fieldnames, ", ".join(columns), "restore the header")
    for number, row in enumerate(rows, start=2):
        where = f"{path.name}: row {number}"
        if None in row or None in row.values():
            raise _refuse(where, "another number of cells", f"{len(columns)} cells", "quote cells that hold a comma")
        yield where, row


def _field_link(row: Mapping[str, Yaml], where: str, register: Register) -> FieldLink:
    _check_named(row, where, register)
    screens = tuple(row["screens_passed"].split())
    unknown = sorted(set(screens) - set(register.conventions.screens))
    if unknown:
        known = ", ".join(register.conventions.screens)
        raise _refuse(f"{where}, column screens_passed", unknown[0], known, "name screens with spaces between them")
    for name in ("decided_by", "reason"):
        if not row[name].strip():
            raise _refuse(f"{where}, column {name}", row[name], "words", "say who decided it, and why")
    try:
        day = date.fromisoformat(row["decided_on"].strip())
    except ValueError as error:
        raise _refuse(f"{where}, column decided_on", row["decided_on"], "a day as 2027-06-30", "date it") from error
    flags = {name: _flag(row[name], f"{where}, column {name}") for name in FIELD_COLUMNS if name.startswith("is_")}
    return FieldLink(**{**row, **flags, "screens_passed": screens, "decided_on": day})


def _check_named(row: Mapping[str, Yaml], where: str, register: Register) -> None:
    """The claim is in the register, and the estimand is one of its own."""
    claims = {claim.id: claim for claim in register.claims}
    if row["claim_id"] not in claims:
        raise _refuse(f"{where}, column claim_id", row["claim_id"], "an id of the register", "correct the id")
    known = {estimand.id for estimand in claims[row["claim_id"]].estimands} or {""}
    if row["estimand_id"] not in known:
        raise _refuse(f"{where}, column estimand_id", row["estimand_id"], ", ".join(sorted(known)), "correct the id")


def _refuse(where: str, received: object, allowed: str, todo: str) -> ClaimsError:
    return ClaimsError(f"{where}: received {received!r}; allowed: {allowed}; {todo}.")


def _check_unique(where: str, values: list[Yaml]) -> None:
    seen: set[Hashable] = set()
    for value in values:
        if value in seen:
            raise _refuse(where, value, "each once", "remove or rename the duplicate")
        seen.add(value)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror
        raise ClaimsError(f"{path.name}: cannot be read ({reason}); restore it from version control.") from error


def _check_frozen(path: Path, actual: str, hash_path: Path) -> None:
    line = HASH_LINE.fullmatch(_read_bytes(hash_path).decode("utf-8", errors="replace"))
    if line is None or line[2] != path.name:
        allowed, todo = f"one line '<sha256>  {path.name}'", "restore it, or run `python -m analysis freeze-claims`"
        raise _refuse(hash_path.name, "another content", allowed, todo)
    if line[1] != actual:
        raise ClaimsError(
            f"{path.name}: the register is frozen and its bytes have changed: frozen {line[1]}, found {actual}; "
            "restore the file from version control, or, if a new version is meant, add a dated entry to its `history` "
            "and run `python -m analysis freeze-claims`."
        )


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a key may stand only once in its mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Yaml]:
        """Refuse a mapping in which a key stands twice; `deep` is a switch of PyYAML."""
        keys = [key.value for key, _ in node.value]
        _check_unique(f"line {node.start_mark.line + 1}, key", keys)
        return super().construct_mapping(node, deep=deep)


def _loaded(content: bytes, file: str) -> Yaml:
    try:
        # A subclass of the safe loader: it builds plain values only.
        return yaml.load(content, Loader=_StrictLoader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ClaimsError(f"{file}: is not valid YAML ({error}); correct the line that is named.") from error
    except ClaimsError as error:
        raise ClaimsError(f"{file}: {error}") from error


def _parse(content: bytes, file: str) -> Register:
    contents: Contents = _read_dataclass(Contents, _loaded(content, file), file)
    _check_contents(contents, file)
    sha256 = hashlib.sha256(content).hexdigest()
    return Register(sha256, contents.history, contents.external_time_stamp, contents.conventions, contents.claims)


def _read(kind: Hint, value: Yaml, where: str) -> Yaml:
    """Read one value strictly as the declared kind; nothing is converted except whole numbers to floats."""
    origin: Hint = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read_union(kind, value, where)
    if origin is Literal:
        return _read_choice(get_args(kind), value, where)
    if origin is tuple:
        return _read_tuple(get_args(kind)[0], value, where)
    if origin is Mapping:
        return _read_mapping(get_args(kind), value, where)
    if is_dataclass(kind):
        return _read_dataclass(kind, value, where)
    return _read_scalar(kind, value, where)


def _read_union(kind: Hint, value: Yaml, where: str) -> Yaml:
    members = get_args(kind)
    if type(None) in members:
        present = next(member for member in members if member is not type(None))
        return None if value is None else _read(present, value, where)
    return _read_rule(value, where, tuple(name for name, rule in RULE_TYPES.items() if rule in members))


def _read_rule(value: Yaml, where: str, allowed: tuple[str, ...]) -> Yaml:
    if not isinstance(value, dict) or value.get("type") not in allowed:
        received = value.get("type") if isinstance(value, dict) else value
        raise _refuse(f"{where}.type", received, ", ".join(allowed), "name the kind of rule")
    return _read_dataclass(RULE_TYPES[value["type"]], {key: v for key, v in value.items() if key != "type"}, where)


def _read_choice(allowed: tuple[Yaml, ...], value: Yaml, where: str) -> Yaml:
    if value not in allowed:
        raise _refuse(where, value, ", ".join(map(str, allowed)), "use one of these codes")
    return value


def _read_tuple(kind: Hint, value: Yaml, where: str) -> tuple[Yaml, ...]:
    if not isinstance(value, list):
        raise _refuse(where, value, "a list", "write one entry per line, or [] for none")
    return tuple(_read(kind, item, _place(where, item, number)) for number, item in enumerate(value, start=1))


def _place(where: str, item: Yaml, number: int) -> str:
    """Name a claim by its id and any other list entry by its position."""
    if where.endswith(", field claims") and isinstance(item, dict):
        return f"{where.removesuffix(', field claims')}: claim {item.get('id', f'number {number}')}"
    return f"{where}[{number}]"


def _read_mapping(kinds: tuple[Hint, ...], value: Yaml, where: str) -> dict[Yaml, Yaml]:
    if not isinstance(value, dict):
        raise _refuse(where, value, "a mapping", "write one `name: value` per line")
    return {_read(kinds[0], key, where): _read(kinds[1], item, f"{where}.{key}") for key, item in value.items()}


def _read_dataclass(kind: Hint, value: Yaml, where: str) -> Yaml:
    if not isinstance(value, dict):
        raise _refuse(where, value, "a mapping", "write its fields")
    names = [one.name for one in fields(kind)]
    for key in value:
        if key not in names:
            raise _refuse(_field(where, key), value[key], ", ".join(names), "remove or rename the unknown field")
    hints = get_type_hints(kind)
    read = {name: _read(hints[name], _present(value, name, where), _field(where, name)) for name in names}
    try:
        return kind(**read)
    except ClaimsError as error:
        raise ClaimsError(_field(where, str(error))) from error


def _field(where: str, name: str) -> str:
    return f"{where}.{name}" if ", field " in where else f"{where}, field {name}"


def _present(value: Mapping[str, Yaml], name: str, where: str) -> Yaml:
    if name not in value:
        raise ClaimsError(f"{_field(where, name)}: is missing; add it (the header of the file says what it holds).")
    return value[name]


def _read_scalar(kind: Hint, value: Yaml, where: str) -> Yaml:
    if kind is float:
        return _read_number(value, where)
    if kind is str and (not isinstance(value, str) or not value.strip()):
        raise _refuse(where, value, "text that is not empty", "write it in quotation marks")
    if type(value) is not kind:
        raise _refuse(where, value, f"a value of kind {kind.__name__}", "correct the value")
    return value.strip() if kind is str else value


def _read_number(value: Yaml, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refuse(where, value, "a finite number", "write it without quotation marks or unit")
    return float(value)


def _check_contents(contents: Contents, file: str) -> None:
    conventions = contents.conventions
    _check_history(contents.history, file)
    _check_unique(f"{file}: claim id", [claim.id for claim in contents.claims])
    _check_unique(f"{file}: estimand id", [one.id for claim in contents.claims for one in claim.estimands])
    _check_unique(f"{file}: conventions, field confirmatory_family", list(conventions.confirmatory_family))
    for member in conventions.confirmatory_family:
        if member not in {claim.id for claim in contents.claims}:
            where = f"{file}: conventions, field confirmatory_family"
            raise _refuse(where, member, "ids of claims in this file", "correct the id or add the claim")
    for claim in contents.claims:
        _check_claim(claim, conventions, f"{file}: claim {claim.id}")


def _check_history(history: tuple[HistoryEntry, ...], file: str) -> None:
    versions = [entry.version for entry in history]
    if not versions or versions != list(range(1, len(versions) + 1)):
        raise _refuse(f"{file}, field history", versions, "versions 1, 2, 3 and so on", "number the dated entries")
    if [entry.frozen_on for entry in history] != sorted(entry.frozen_on for entry in history):
        raise _refuse(f"{file}, field history", "dates", "dates in order", "put the newest entry last")


def _check_claim(claim: Claim, conventions: Conventions, where: str) -> None:
    claim_match = CLAIM_ID.fullmatch(claim.id)
    if claim_match is None:
        raise _refuse(f"{where}, field id", claim.id, "C and two digits, with .1 to .9 for a part", "correct the id")
    for estimand in claim.estimands:
        match = ESTIMAND_ID.fullmatch(estimand.id)
        if match is None or match[1] != claim_match[1]:
            allowed = f"E{claim_match[1]}, an optional letter, and a slug"
            raise _refuse(f"{where}, field estimands", estimand.id, allowed, "correct the id")
    if claim.topic not in conventions.topics:
        raise _refuse(f"{where}, field topic", claim.topic, ", ".join(conventions.topics), "use a declared topic")
    if not claim.paragraphs or any(number < 1 for number in claim.paragraphs):
        allowed = "one or more numbers from 1"
        raise _refuse(f"{where}, field paragraphs", list(claim.paragraphs), allowed, "count from the opening")
    _check_unique(f"{where}, field paragraphs", list(claim.paragraphs))
    _check_rule(claim, conventions, where)
    _check_scopes(claim, where)


def _check_rule(claim: Claim, conventions: Conventions, where: str) -> None:
    known = {estimand.id for estimand in claim.estimands}
    for estimand in rule_estimands(claim.rule):
        if estimand not in known:
            raise _refuse(f"{where}, field rule", estimand, ", ".join(sorted(known)), "use an estimand of this claim")
    for part in quantity_rules(claim.rule):
        for name in required_screens(claim.rule, part) + part.support_conditions:
            if name not in conventions.screens:
                raise _refuse(f"{where}, field rule", name, "screens of the conventions", "declare or correct it")
    if isinstance(claim.rule, Conjunction):
        _check_unique(f"{where}, field rule.parts, estimand", list(rule_estimands(claim.rule)))


def _check_scopes(claim: Claim, where: str) -> None:
    """Demand one scope that the rule can judge, or none when nothing could decide the claim."""
    scopes = [scope.id for scope in claim.scopes]
    blocked = [entry.scope for entry in claim.not_answerable]
    _check_unique(f"{where}, field scopes", scopes)
    _check_unique(f"{where}, field not_answerable", blocked)
    for scope in blocked:
        if scope not in scopes:
            raise _refuse(f"{where}, field not_answerable", scope, ", ".join(scopes), "name a scope of this claim")
    open_scopes = len(scopes) - len(blocked)
    if not scopes or open_scopes != (0 if isinstance(claim.rule, Unanswerable) else 1):
        allowed = "one scope that the rule can judge, or none with the rule `unanswerable`"
        raise _refuse(f"{where}, field scopes", open_scopes, allowed, "correct scopes, not_answerable or rule")


def _link(row: Mapping[str, Yaml], where: str, register: Register) -> EvidenceLink:
    _check_named(row, where, register)
    if SOURCE_ID.fullmatch(row["source_id"]) is None:
        allowed = "B and three digits, V and two digits, or the name of a reference table"
        raise _refuse(f"{where}, column source_id", row["source_id"], allowed, "correct the id")
    if not row["relation"].strip():
        raise _refuse(f"{where}, column relation", row["relation"], "one sentence", "say why the source counts or not")
    flags = {name: _flag(row[name], f"{where}, column {name}") for name in LINK_COLUMNS if name.startswith("is_")}
    return EvidenceLink(**{**row, **flags})


def _flag(text: str, where: str) -> bool:
    if text not in ("true", "false"):
        raise _refuse(where, text, "true, false", "write one of the two")
    return text == "true"
