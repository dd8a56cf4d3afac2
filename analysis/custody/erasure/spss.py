"""SPSS system files without some of their cases: the dictionary keeps its bytes, and every other case its values.

Weights, response sets, documents, string widths and long labels live in the dictionary, which no writer known here
writes whole; so cases are cut out of the data instead. Source: PSPP, *System File Format* (layout of records 2, 3, 4,
6, 7, 999 and of compressed data). What must not be here: reading values for any other purpose.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from analysis.custody.erasure.cut import MARK, MARK_NUMBER, Cut
from analysis.errors import CustodyError

ELEMENT = 8
NO_OPERATION, END, LITERAL, SPACES = 0, 252, 253, 254
LAYOUT_AT, COMPRESSION_AT, CASES_AT, DICTIONARY_AT = 64, 72, 80, 176
BLOCK = 0x3FF000
"""Bytes that a compressed block of a .zsav file holds unpacked."""
LONGEST_STRING = 255
VARIABLE, LABELS, LABELLED, DOCUMENT, EXTENSION, END_OF_DICTIONARY = 2, 3, 4, 6, 7, 999
"""Types of records; of the extensions two are looked into."""
LONG_NAMES, LONG_LABELS = 13, 21
DOCUMENT_LINE = 80
Element = tuple[int, bytes]
"""Operation code of compressed data and the eight bytes that follow it elsewhere, if any do."""


@dataclass
class _Dictionary:
    """What is needed of it: where the data start, how many elements a case has, where each variable stands."""

    order: str
    compression: int
    content: bytes = b""
    data_at: int = 0
    elements: int = 0
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Short name → first element, width (0: a number)."""
    long_names: dict[str, str] = field(default_factory=dict)

    def place(self, variable: str) -> tuple[int, int]:
        """First element and width of a variable under its long name."""
        short = next((s for s, long in self.long_names.items() if long == variable), variable.upper())
        return self.places[short]


def without_cases(content: bytes, name: str, cut: Cut) -> bytes:
    """The file without the cases of a cut.

    Raises
    ------
    CustodyError
        The file is damaged, or a marked variable is longer than a string of SPSS's own kind.
    """
    try:
        return _rewritten(content, name, cut)
    except (struct.error, IndexError, KeyError, zlib.error, ValueError) as error:
        raise CustodyError(f"{name}: not a readable SPSS file ({type(error).__name__})") from error


def _rewritten(content: bytes, name: str, cut: Cut) -> bytes:
    order = "<" if content[LAYOUT_AT : LAYOUT_AT + 4] in (b"\x02\0\0\0", b"\x03\0\0\0") else ">"
    dictionary = _Dictionary(order, struct.unpack_from(f"{order}i", content, COMPRESSION_AT)[0])
    dictionary.content = b"".join(_records(content, dictionary, cut))
    marks = {row: _places(dictionary, columns, name) for row, columns in cut.marks.items()}
    data = content[dictionary.data_at :]
    writer = _Writer(dictionary, cut.rows, marks)
    if dictionary.compression == 0:
        new, count = _plain(data, writer)
    elif dictionary.compression == 1:
        new, count = _coded(data, writer)
    else:
        header_at = DICTIONARY_AT + len(dictionary.content)
        unpacked, bias = _unpacked(data, order)
        coded, count = _coded(unpacked, writer)
        new = _packed(coded, header_at, order, bias)
    stated = struct.unpack_from(f"{order}i", content, CASES_AT)[0]
    cases = struct.pack(f"{order}i", count if stated >= 0 else stated)
    return content[:CASES_AT] + cases + content[CASES_AT + 4 : DICTIONARY_AT] + dictionary.content + new


def _records(content: bytes, dictionary: _Dictionary, cut: Cut) -> Iterator[bytes]:
    """The dictionary's records as they are, less the value labels that a cut takes."""
    at, labels = DICTIONARY_AT, b""
    while True:
        kind = _whole(content, at, dictionary)
        end = _end_of_record(content, at, kind, dictionary)
        record, at = content[at:end], end
        if kind == LABELS:
            labels = record
        elif kind == LABELLED:
            yield _labels(labels, record, dictionary, cut)
        elif kind == EXTENSION:
            yield _extension(record, dictionary, cut)
        else:
            yield record
        if kind == END_OF_DICTIONARY:
            dictionary.data_at = end
            return


def _whole(content: bytes, at: int, dictionary: _Dictionary) -> int:
    return int(struct.unpack_from(f"{dictionary.order}i", content, at)[0])


def _end_of_record(content: bytes, at: int, kind: int, dictionary: _Dictionary) -> int:
    """The byte after a record; a variable is noted."""
    if kind == VARIABLE:
        return _variable(content, at, dictionary)
    if kind == LABELS:
        return _after_labels(content, at, _whole(content, at + 4, dictionary))
    if kind == LABELLED:
        return at + 8 + 4 * _whole(content, at + 4, dictionary)
    if kind == DOCUMENT:
        return at + 8 + DOCUMENT_LINE * _whole(content, at + 4, dictionary)
    if kind == EXTENSION:
        return at + 16 + _whole(content, at + 8, dictionary) * _whole(content, at + 12, dictionary)
    if kind == END_OF_DICTIONARY:
        return at + 8
    raise ValueError(kind)


def _variable(content: bytes, at: int, dictionary: _Dictionary) -> int:
    """Note a variable; gives the byte after its record."""
    width, has_label, missing = struct.unpack_from(f"{dictionary.order}3i", content, at + 4)
    if width >= 0:
        short = content[at + 24 : at + 32].decode("latin-1").rstrip()
        dictionary.places[short] = (dictionary.elements, width)
    dictionary.elements += 1
    at += 32
    if has_label:
        at += 4 + -(-struct.unpack_from(f"{dictionary.order}i", content, at)[0] // 4) * 4
    return at + ELEMENT * abs(int(missing))


def _after_labels(content: bytes, at: int, count: int) -> int:
    at += 8
    for _ in range(count):
        at += ELEMENT + -(-(1 + content[at + ELEMENT]) // ELEMENT) * ELEMENT
    return at


def _labels(record: bytes, variables: bytes, dictionary: _Dictionary, cut: Cut) -> bytes:
    """A set of value labels and its variables, without the codes that a cut takes from every one of them."""
    order = dictionary.order
    indexes = struct.unpack_from(f"{order}{(len(variables) - 8) // 4}i", variables, 8)
    names = {start + 1: dictionary.long_names.get(short, short) for short, (start, _) in dictionary.places.items()}
    # Long names come later in the file: a short name is compared without regard to capitals.
    wanted = {variable.casefold()[:8]: codes for variable, codes in cut.labels.items()}
    taken = [wanted.get(names.get(index, "").casefold(), frozenset()) for index in indexes]
    codes = frozenset.intersection(*taken) if taken else frozenset()
    at, kept, count = 8, b"", 0
    while at < len(record):
        end = at + ELEMENT + -(-(1 + record[at + ELEMENT]) // ELEMENT) * ELEMENT
        if not _code_texts(record[at : at + ELEMENT], order) & codes:
            kept, count = kept + record[at:end], count + 1
        at = end
    return (record[:4] + struct.pack(f"{order}i", count) + kept + variables) if count else b""


def _code_texts(code: bytes, order: str) -> set[str]:
    """How a reader may show a code: as a text, or as a number without a decimal point."""
    number = struct.unpack(f"{order}d", code)[0]
    text = code.decode("utf-8", "replace").rstrip()
    return {text, str(int(number))} if abs(number) < 2**53 and number.is_integer() else {text}


def _extension(record: bytes, dictionary: _Dictionary, cut: Cut) -> bytes:
    kind = _whole(record, 4, dictionary)
    if kind == LONG_NAMES:
        pairs = (pair.split("=", 1) for pair in record[16:].decode("utf-8", "replace").split("\t"))
        dictionary.long_names.update({pair[0]: pair[1].rstrip("\0 ") for pair in pairs if len(pair) == 2})
    if kind == LONG_LABELS:
        body = b"".join(_long_labels(record[16:], dictionary.order, cut))
        return record[:8] + struct.pack(f"{dictionary.order}2i", 1, len(body)) + body if body else b""
    return record


def _long_labels(body: bytes, order: str, cut: Cut) -> Iterator[bytes]:
    """Value labels of long strings, variable by variable."""
    at = 0

    def counted() -> bytes:
        nonlocal at
        size = struct.unpack_from(f"{order}i", body, at)[0]
        at += 4 + size
        return body[at - size : at]

    while at < len(body):
        name = counted()
        width, count = struct.unpack_from(f"{order}2i", body, at)
        at += 8
        codes = cut.labels.get(name.decode("utf-8", "replace"), frozenset())
        pairs = [(counted(), counted()) for _ in range(count)]
        kept = [pair for pair in pairs if pair[0].decode("utf-8", "replace").rstrip() not in codes]
        if kept:
            sized = [struct.pack(f"{order}i", len(part)) + part for pair in kept for part in pair]
            head = struct.pack(f"{order}i", len(name)) + name + struct.pack(f"{order}2i", width, len(kept))
            yield head + b"".join(sized)


def _places(dictionary: _Dictionary, columns: frozenset[str], name: str) -> dict[int, bytes]:
    """Element → what it becomes, for each marked variable."""
    found: dict[int, bytes] = {}
    for column in columns:
        first, width = dictionary.place(column)
        if width >= LONGEST_STRING:
            raise CustodyError(f"{name}: variable {column} is a very long string and cannot be overwritten in place")
        text = MARK[:width].encode().ljust(-(-max(width, 1) // ELEMENT) * ELEMENT)
        new = text if width else struct.pack(f"{dictionary.order}d", MARK_NUMBER)
        found.update({first + n: new[n * ELEMENT : (n + 1) * ELEMENT] for n in range(len(new) // ELEMENT)})
    return found


@dataclass
class _Writer:
    """Which cases stay, and what is overwritten in them."""

    dictionary: _Dictionary
    gone: frozenset[int]
    marks: dict[int, dict[int, bytes]]


def _plain(data: bytes, writer: _Writer) -> tuple[bytes, int]:
    size = writer.dictionary.elements * ELEMENT
    kept = []
    for number in range(1, len(data) // size + 1):
        if number in writer.gone:
            continue
        case = bytearray(data[(number - 1) * size : number * size])
        for element, new in writer.marks.get(number, {}).items():
            case[element * ELEMENT : (element + 1) * ELEMENT] = new
        kept.append(bytes(case))
    return b"".join(kept), len(kept)


def _coded(data: bytes, writer: _Writer) -> tuple[bytes, int]:
    """Compressed data without the cases: the codes that stay are packed anew, eight to a block."""
    codes, literals, sink = bytearray(), list[bytes](), bytearray()
    ended, count = False, 0

    def put(code: int, literal: bytes = b"") -> None:
        codes.append(code)
        literals.append(literal)
        if len(codes) == ELEMENT:
            sink.extend(codes + b"".join(literals))
            codes.clear()
            literals.clear()

    for number, case in enumerate(_cases(data, writer.dictionary.elements), start=1):
        ended = case[-1][0] == END
        if ended or number in writer.gone:
            continue
        count += 1
        new = writer.marks.get(number, {})
        for element, (code, literal) in enumerate(case):
            put(*((LITERAL, new[element]) if element in new else (code, literal)))
    if ended:
        put(END)
    while codes:
        put(NO_OPERATION)
    return bytes(sink), count


def _cases(data: bytes, elements: int) -> Iterator[list[Element]]:
    """The codes of each case; the last one is the end mark alone, where the file has it."""
    case: list[Element] = []
    at = 0
    while at < len(data):
        block = data[at : at + ELEMENT]
        at += ELEMENT
        for code in block:
            if code == NO_OPERATION:
                continue
            literal = data[at : at + ELEMENT] if code == LITERAL else b""
            at += len(literal)
            case.append((code, literal))
            if code == END:
                yield [case[-1]]
                return
            if len(case) == elements:
                yield case
                case = []
    if case:
        raise ValueError("a case is cut")


def _unpacked(data: bytes, order: str) -> tuple[bytes, bytes]:
    """The coded data of a .zsav file, and the first 16 bytes of its trailer."""
    _, trailer_at, _ = struct.unpack_from(f"{order}3q", data, 0)
    origin = struct.unpack_from(f"{order}q", data, 0)[0]
    trailer = data[trailer_at - origin :]
    blocks = struct.unpack_from(f"{order}i", trailer, 20)[0]
    parts = []
    for number in range(blocks):
        _, at, size, packed = struct.unpack_from(f"{order}2q2i", trailer, 24 + 24 * number)
        part = zlib.decompressobj().decompress(data[at - origin : at - origin + packed], size + 1)
        if len(part) != size:
            raise ValueError("a block is not of its size")
        parts.append(part)
    return b"".join(parts), trailer[:16]


def _packed(coded: bytes, header_at: int, order: str, bias: bytes) -> bytes:
    """Coded data as the compressed blocks of a .zsav file, with the table of its blocks."""
    body, table, unpacked_at = b"", b"", header_at
    for start in range(0, len(coded), BLOCK):
        part = coded[start : start + BLOCK]
        packed = zlib.compress(part)
        table += struct.pack(f"{order}2q2i", unpacked_at, header_at + 24 + len(body), len(part), len(packed))
        body, unpacked_at = body + packed, unpacked_at + len(part)
    blocks = -(-len(coded) // BLOCK)
    trailer = bias + struct.pack(f"{order}2i", BLOCK, blocks) + table
    return struct.pack(f"{order}3q", header_at, header_at + 24 + len(body), len(trailer)) + body + trailer
