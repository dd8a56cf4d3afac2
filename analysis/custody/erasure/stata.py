"""Stata files without some of their observations: everything else keeps its bytes, long strings their owners.

Source: Stata, `help dta` (releases 113 to 119). Older releases are refused. What must not be here: reading values for
any other purpose.
"""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from analysis.custody.erasure.cut import MARK, MARK_NUMBER, Cut
from analysis.errors import CustodyError

LEGACY = (113, 114, 115)
STRL = 32_768
NUMBERS = {65_526: "d", 65_527: "f", 65_528: "i", 65_529: "h", 65_530: "b"}
OLD_NUMBERS = {255: 65_526, 254: 65_527, 253: 65_528, 252: 65_529, 251: 65_530}
LONGEST_FIXED = 2_045
MAP_ENTRIES = 14
SECTIONS = ("map", "variable_types", "varnames", "sortlist", "formats", "value_label_names", "variable_labels",
            "characteristics", "data", "strls", "value_labels")  # fmt: skip
Key = tuple[int, int]
"""Variable and observation to which a long string belongs."""


@dataclass(frozen=True)
class _Table:
    """How the observations lie in a file."""

    order: str
    release: int
    names: tuple[str, ...]
    types: tuple[int, ...]
    label_names: tuple[str, ...]
    count: int

    @property
    def widths(self) -> tuple[int, ...]:
        """Bytes of each variable."""
        return tuple(
            8 if kind == STRL else kind if kind <= LONGEST_FIXED else struct.calcsize(NUMBERS[kind])
            for kind in self.types
        )


def without_observations(content: bytes, name: str, cut: Cut) -> bytes:
    """The file without the observations of a cut.

    Raises
    ------
    CustodyError
        The file is damaged, or of a release before 113 (Stata 8).
    """
    try:
        if content[0] in LEGACY:
            return _legacy(content, cut)
        if content.startswith(b"<stata_dta>"):
            return _tagged(content, cut)
    except (struct.error, IndexError, KeyError, ValueError, AttributeError) as error:
        raise CustodyError(f"{name}: not a readable Stata file ({type(error).__name__})") from error
    raise CustodyError(f"{name}: Stata's format before release 113 cannot be rewritten; save it with a newer Stata")


def _texts(content: bytes, size: int) -> tuple[str, ...]:
    return tuple(
        content[at : at + size].partition(b"\0")[0].decode("utf-8", "replace") for at in range(0, len(content), size)
    )


def _legacy(content: bytes, cut: Cut) -> bytes:
    release = content[0]
    order = "<" if content[1] == 2 else ">"
    variables, count = struct.unpack_from(f"{order}hi", content, 4)
    at = 109
    types = tuple(OLD_NUMBERS.get(kind, kind) for kind in content[at : at + variables])
    at += variables
    names = _texts(content[at : at + 33 * variables], 33)
    at += 33 * variables + 2 * (variables + 1) + (12 if release == 113 else 49) * variables
    labels = _texts(content[at : at + 33 * variables], 33)
    at += 33 * variables + 81 * variables
    while content[at] or struct.unpack_from(f"{order}i", content, at + 1)[0]:
        at += 5 + struct.unpack_from(f"{order}i", content, at + 1)[0]
    at += 5
    table = _Table(order, release, names, types, labels, count)
    size = sum(table.widths) * count
    kept = _observations(content[at : at + size], table, cut, {})
    rest = _legacy_labels(content[at + size :], table, cut)
    return content[:6] + struct.pack(f"{order}i", count - len(cut.rows)) + content[10:at] + kept + rest


def _legacy_labels(rest: bytes, table: _Table, cut: Cut) -> bytes:
    at, kept = 0, b""
    while at < len(rest):
        size = struct.unpack_from(f"{table.order}i", rest, at)[0]
        end = at + 4 + 36 + size
        kept += _label_block(rest[at:end], 33, table, cut)
        at = end
    return kept


def _tagged(content: bytes, cut: Cut) -> bytes:
    stated = re.match(rb"<stata_dta><header><release>(\d+)</release>", content)
    if not stated:
        raise ValueError("release")
    release = int(stated[1])
    order = "<" if b"<byteorder>LSF</byteorder>" in content[:100] else ">"
    map_at = content.index(b"<map>") + 5
    places = struct.unpack_from(f"{order}{MAP_ENTRIES}q", content, map_at)
    parts = {name: _inner(content, places[n + 1], places[n + 2], name) for n, name in enumerate(SECTIONS)}
    count_at = content.index(b"<N>") + 3
    count_size = 4 if release == 117 else 8
    count = int.from_bytes(content[count_at : count_at + count_size], "little" if order == "<" else "big")
    width = 33 if release == 117 else 129
    table = _Table(
        order, release, _texts(parts["varnames"], width),
        struct.unpack(f"{order}{len(parts['variable_types']) // 2}H", parts["variable_types"]),
        _texts(parts["value_label_names"], width), count,
    )  # fmt: skip
    owners = _owners(parts["data"], table, cut.rows)
    parts["data"] = _observations(parts["data"], table, cut, owners)
    parts["strls"] = _long_strings(parts["strls"], table, owners)
    parts["value_labels"] = _labels(parts["value_labels"], width, table, cut)
    left = count - len(cut.rows)
    head = content[:count_at] + left.to_bytes(count_size, "little" if order == "<" else "big")
    return _put_together(head + content[count_at + count_size : places[1]], parts, order)


def _inner(content: bytes, start: int, end: int, name: str) -> bytes:
    opening, closing = f"<{name}>".encode(), f"</{name}>".encode()
    if not content.startswith(opening, start) or content[end - len(closing) : end] != closing:
        raise ValueError(name)
    return content[start + len(opening) : end - len(closing)]


def _put_together(head: bytes, parts: Mapping[str, bytes], order: str) -> bytes:
    """The sections behind the header, and the map of where each begins."""
    body, starts = b"", [0]
    for name in SECTIONS:
        starts.append(len(head) + len(body))
        body += f"<{name}>".encode() + parts[name] + f"</{name}>".encode()
    starts.append(len(head) + len(body))
    body += b"</stata_dta>"
    starts.append(len(head) + len(body))
    return head + b"<map>" + struct.pack(f"{order}{MAP_ENTRIES}q", *starts) + body[5 + 8 * MAP_ENTRIES :]


def _reference(cell: bytes, table: _Table) -> Key:
    """The long string that a cell names."""
    end = "little" if table.order == "<" else "big"
    split = {117: 4, 118: 2, 119: 3}[table.release]
    return int.from_bytes(cell[:split], end), int.from_bytes(cell[split:], end)  # type: ignore[arg-type]


def _cell(key: Key, table: _Table) -> bytes:
    end = "little" if table.order == "<" else "big"
    split = {117: 4, 118: 2, 119: 3}[table.release]
    return key[0].to_bytes(split, end) + key[1].to_bytes(8 - split, end)  # type: ignore[arg-type]


def _owners(data: bytes, table: _Table, gone: frozenset[int]) -> dict[Key, Key]:
    """Long strings that an observation which stays still names → the new key: the first such observation."""
    owners: dict[Key, Key] = {}
    size, number = sum(table.widths), 0
    for old in range(1, table.count + 1):
        if old in gone:
            continue
        number += 1
        at = (old - 1) * size
        for variable, (kind, width) in enumerate(zip(table.types, table.widths, strict=True), start=1):
            if kind == STRL:
                key = _reference(data[at : at + width], table)
                if key != (0, 0):
                    owners.setdefault(key, (variable, number))
            at += width
    return owners


def _observations(data: bytes, table: _Table, cut: Cut, owners: Mapping[Key, Key]) -> bytes:
    size = sum(table.widths)
    kept = []
    for number in range(1, table.count + 1):
        if number not in cut.rows:
            row = data[(number - 1) * size : number * size]
            kept.append(_row(row, table, cut.marks.get(number, frozenset()), owners))
    return b"".join(kept)


def _row(row: bytes, table: _Table, marked: frozenset[str], owners: Mapping[Key, Key]) -> bytes:
    cells, at = [], 0
    for name, kind, width in zip(table.names, table.types, table.widths, strict=True):
        cell = row[at : at + width]
        at += width
        if kind == STRL:
            key = _reference(cell, table)
            cell = bytes(8) if name in marked else _cell(owners.get(key, key), table)
        elif name in marked:
            text = MARK.encode()[:width].ljust(width, b"\0")
            cell = text if kind <= LONGEST_FIXED else struct.pack(f"{table.order}{NUMBERS[kind]}", MARK_NUMBER)
        cells.append(cell)
    return b"".join(cells)


def _long_strings(section: bytes, table: _Table, owners: Mapping[Key, Key]) -> bytes:
    """The long strings that are still named, under their new keys and in their order."""
    shape = f"{table.order}I{'I' if table.release == 117 else 'Q'}BI"
    at, kept = 0, list[tuple[Key, bytes]]()
    while at < len(section):
        if section[at : at + 3] != b"GSO":
            raise ValueError("GSO")
        variable, observation, kind, size = struct.unpack_from(shape, section, at + 3)
        start = at + 3 + struct.calcsize(shape)
        at = start + size
        if (variable, observation) in owners:
            new = owners[variable, observation]
            kept.append((new, b"GSO" + struct.pack(shape, *new, kind, size) + section[start:at]))
    return b"".join(block for _, block in sorted(kept, key=lambda each: (each[0][1], each[0][0])))


def _labels(section: bytes, width: int, table: _Table, cut: Cut) -> bytes:
    at, kept = 0, b""
    while at < len(section):
        size = struct.unpack_from(f"{table.order}i", section, at + 5)[0]
        end = at + 5 + 4 + width + 3 + size
        if section[at : at + 5] != b"<lbl>" or section[end : end + 6] != b"</lbl>":
            raise ValueError("lbl")
        kept += b"<lbl>" + _label_block(section[at + 5 : end], width, table, cut) + b"</lbl>"
        at = end + 6
    return kept


def _label_block(block: bytes, width: int, table: _Table, cut: Cut) -> bytes:
    """A set of value labels without the codes that a cut takes from every variable that uses it."""
    order, start = table.order, 4 + width + 3
    label = block[4 : 4 + width].partition(b"\0")[0].decode("utf-8", "replace")
    used = [
        cut.labels.get(n, frozenset()) for n, each in zip(table.names, table.label_names, strict=True) if each == label
    ]
    codes = frozenset.intersection(*used) if used else frozenset()
    count, _ = struct.unpack_from(f"{order}2i", block, start)
    offsets = struct.unpack_from(f"{order}{count}i", block, start + 8)
    values = struct.unpack_from(f"{order}{count}i", block, start + 8 + 4 * count)
    texts = block[start + 8 + 8 * count :]
    pairs = [(v, texts[o:].partition(b"\0")[0]) for v, o in zip(values, offsets, strict=True) if str(v) not in codes]
    if len(pairs) == count:
        return block
    new, places = b"", []
    for _, text in pairs:
        places.append(len(new))
        new += text + b"\0"
    body = struct.pack(f"{order}2i{2 * len(pairs)}i", len(pairs), len(new), *places, *(v for v, _ in pairs)) + new
    return struct.pack(f"{order}i", len(body)) + block[4:start] + body
