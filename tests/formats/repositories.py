"""Bluesky repositories for tests: an encoder of DAG-CBOR, and CAR files with a tree of two levels."""

import hashlib


def head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    size = next(size for size in (1, 2, 4, 8) if number < 256**size)
    return bytes([kind << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[size]]) + number.to_bytes(size, "big")


def cbor(value) -> bytes:
    return next(write for kind, write in WRITERS if isinstance(value, kind))(value)


class Cid:
    def __init__(self, octets: bytes):
        self.octets = octets


WRITERS = (
    (bool, lambda value: b"\xf5" if value else b"\xf4"),
    (int, lambda value: head(0, value) if value >= 0 else head(1, -1 - value)),
    (Cid, lambda value: b"\xd8\x2a" + cbor(b"\0" + value.octets)),
    (bytes, lambda value: head(2, len(value)) + value),
    (str, lambda value: head(3, len(value.encode())) + value.encode()),
    (list, lambda value: head(4, len(value)) + b"".join(map(cbor, value))),
    (dict, lambda value: head(5, len(value)) + b"".join(cbor(key) + cbor(each) for key, each in value.items())),
    (type(None), lambda _: b"\xf6"),
)


def cid_of(block: bytes) -> Cid:
    return Cid(b"\x01\x71\x12\x20" + hashlib.sha256(block).digest())


def length(number: int) -> bytes:
    low, high = number & 127, number >> 7
    return bytes([low | 128]) + length(high) if high else bytes([low])


def section(block: bytes) -> bytes:
    return length(36 + len(block)) + cid_of(block).octets + block


def node(entries, left=None) -> bytes:
    """A node of the tree: (key, record or block, right subtree) with keys shortened as repositories do."""
    listed, before = [], b""
    for key, value, right in entries:
        shared = 0
        while shared < min(len(key), len(before)) and key[shared] == before[shared]:
            shared += 1
        listed.append({"k": key[shared:], "p": shared, "t": right, "v": value})
        before = key
    return cbor({"e": listed, "l": left})


def repository(records, did="did:plc:invented") -> bytes:
    """A CAR file of records by key: the first half hangs below the tree's root on the left."""
    blocks = {key.encode(): cbor(value) for key, value in sorted(records.items())}
    keys = sorted(blocks)
    half = len(keys) // 2
    left = node([(key, cid_of(blocks[key]), None) for key in keys[:half]])
    top = node([(key, cid_of(blocks[key]), None) for key in keys[half:]], cid_of(left))
    commit = cbor({"did": did, "rev": "3aaa", "data": cid_of(top), "prev": None, "sig": b"s", "version": 3})
    header = cbor({"roots": [cid_of(commit)], "version": 1})
    return length(len(header)) + header + b"".join(map(section, (commit, top, left, *blocks.values())))
