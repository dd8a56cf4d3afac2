r"""Many patterns asked of many texts at once: which match anywhere in which text.

Patterns are RE2's, over bytes, without captures, look-around or flags of lines: `^`, `$` are the ends of a text, `\b`
the border of `[A-Za-z0-9_]`. With the compiled part all of them are read in one pass by one automaton, whose states
are made when a text first needs them, and kept; without it Arrow is asked for each pattern. What must not be here: what
a pattern means.
"""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analysis.texts.columns import flags_of
from analysis.texts.library import address, library

parser: Any = importlib.import_module("re._parser")
TAKE, SPLIT, ASSERT, MATCH = range(4)
ASSERTED = {"AT_BEGINNING": 0, "AT_BEGINNING_STRING": 0, "AT_END": 1, "AT_END_STRING": 1, "AT_BOUNDARY": 2,
            "AT_NON_BOUNDARY": 3}  # fmt: skip
DIGIT, SPACE = frozenset(b"0123456789"), frozenset(b"\t\n\f\r ")
WORD = DIGIT | frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
ALL = frozenset(range(256))
CATEGORIES = {
    "CATEGORY_DIGIT": DIGIT, "CATEGORY_NOT_DIGIT": ALL - DIGIT, "CATEGORY_SPACE": SPACE,
    "CATEGORY_NOT_SPACE": ALL - SPACE, "CATEGORY_WORD": WORD, "CATEGORY_NOT_WORD": ALL - WORD,
}  # fmt: skip
ONE_PLACE = ("ANY", "LITERAL", "NOT_LITERAL", "IN")
EXACT_COPIES, LOOSE_COPIES = 1 << 30, 4
TOGETHER = 32
"""Patterns of one automaton: more of them have many times more states, and the first texts pay for making these."""
MOST_BYTES = 16 * 2**20
"""Memory of one automaton; above, it forgets what it has made and goes on."""
Masks = npt.NDArray[np.uint64]


@dataclass
class _Nodes:
    """Thompson's automaton: a node takes a byte of a set, goes two ways, asserts something, or ends a pattern."""

    most_copies: int
    """How often more than at least a thing may stand; above, it may stand any number of times."""
    kind: list[int] = field(default_factory=list)
    next: list[int] = field(default_factory=list)
    other: list[int] = field(default_factory=list)
    sets: dict[frozenset[int], int] = field(default_factory=dict)

    def add(self, kind: int, following: int, other: int = 0) -> int:
        """A node, and its number."""
        self.kind.append(kind)
        self.next.append(following)
        self.other.append(other)
        return len(self.kind) - 1

    def pattern(self, written: bytes, number: int) -> int:
        """The node at which a pattern begins."""
        parsed = parser.parse(written)
        return self.sequence(parsed, self.add(MATCH, 0, number), bool(parsed.state.flags & 2))

    def sequence(self, parsed: Any, following: int, folds: bool) -> int:
        """What has to follow one another, made from behind."""
        for operation, argument in reversed(list(parsed)):
            following = self._one(str(operation), argument, following, folds)
        return following

    def _one(self, operation: str, argument: Any, following: int, folds: bool) -> int:
        if operation == "AT":
            return self.add(ASSERT, following, ASSERTED[str(argument)])
        if operation == "BRANCH":
            return self._either([self.sequence(each, following, folds) for each in argument[1]])
        if operation == "SUBPATTERN":
            _, added, removed, inner = argument
            return self.sequence(inner, following, (folds or bool(added & 2)) and not removed & 2)
        if operation in ("MAX_REPEAT", "MIN_REPEAT"):
            return self._repeated(argument, following, folds)
        return self.add(TAKE, following, self._set(operation, argument, folds))

    def _set(self, operation: str, argument: Any, folds: bool) -> int:
        taken = _taken(operation, tuple(argument) if operation == "IN" else argument, folds)
        return self.sets.setdefault(taken, len(self.sets))

    def _either(self, ways: Sequence[int]) -> int:
        last = ways[-1]
        for way in reversed(ways[:-1]):
            last = self.add(SPLIT, way, last)
        return last

    def _repeated(self, argument: Any, following: int, folds: bool) -> int:
        least, most, inner = argument
        copy = self._copies(inner, folds)
        if most == parser.MAXREPEAT or most - least > self.most_copies:
            loop = self.add(SPLIT, following, following)
            self.next[loop] = copy(loop)
            following = loop
        else:
            end = following
            for _ in range(most - least):
                following = self.add(SPLIT, copy(following), end)
        for _ in range(least):
            following = copy(following)
        return following

    def _copies(self, inner: Any, folds: bool) -> Callable[[int], int]:
        """What makes one copy of a thing; most are copies of one place, whose set is looked up once."""
        operation, argument = inner[0]
        if len(inner) > 1 or str(operation) not in ONE_PLACE:
            return lambda following: self.sequence(inner, following, folds)
        number = self._set(str(operation), argument, folds)
        return lambda following: self.add(TAKE, following, number)


@cache
def _taken(operation: str, argument: Any, folds: bool) -> frozenset[int]:
    """The bytes that one place of a pattern takes."""
    if operation == "ANY":
        return ALL - {ord("\n")}
    if operation == "LITERAL":
        return _folded({argument}, folds)
    if operation == "NOT_LITERAL":
        return ALL - _folded({argument}, folds)
    if operation != "IN":
        raise ValueError(f"a pattern holds {operation}, which no automaton can tell")
    members: set[int] = set()
    is_negated = str(argument[0][0]) == "NEGATE"
    for kind, value in argument[is_negated:]:
        members |= _members(str(kind), value)
    return ALL - _folded(members, folds) if is_negated else _folded(members, folds)


def _members(kind: str, value: Any) -> frozenset[int]:
    if kind == "LITERAL":
        return frozenset({value})
    return frozenset(range(value[0], value[1] + 1)) if kind == "RANGE" else CATEGORIES[str(value)]


def _folded(members: set[int], folds: bool) -> frozenset[int]:
    if not folds:
        return frozenset(members)
    letters = {member for member in members if chr(member).isascii() and chr(member).isalpha()}
    return frozenset(members | {letter ^ 0x20 for letter in letters})


def _classes(sets: Sequence[frozenset[int]]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Bytes that every set takes or leaves alike, numbered: the class of each byte, and the classes of each set."""
    told = np.array([[byte in held for byte in range(256)] for held in (*sets, WORD)], np.uint8)
    _, first, class_of = np.unique(told, axis=1, return_index=True, return_inverse=True)
    return class_of.reshape(-1).astype(np.uint8), np.ascontiguousarray(told[:, first])


class PatternSet:
    """Patterns, numbered in their order; compiled when first asked."""

    def __init__(self, patterns: Sequence[bytes], *, is_loose: bool = False) -> None:
        """Keep the patterns, as RE2 is given them.

        Loose ones may also match where more of something stands than they allow: many times fewer states.
        """
        self._patterns, self._most_copies = tuple(patterns), LOOSE_COPIES if is_loose else EXACT_COPIES

    @property
    def words(self) -> int:
        """Numbers of 64 bits that it takes to hold one bit for each pattern."""
        return -(-len(self._patterns) // 64)

    def matches(self, texts: pa.BinaryArray) -> Masks:
        """Which patterns match anywhere in each text.

        Parameters
        ----------
        texts
            Without nulls.

        Returns
        -------
        masks
            Texts x `words`: pattern k has the bit k % 64 of number k // 64.
        """
        masks = np.zeros((len(texts), self.words), np.uint64)
        for place, automaton in enumerate(self._automata):
            first = TOGETHER * place
            masks[:, first // 64] |= automaton.matches(texts) << np.uint64(first % 64)
        for number, pattern in enumerate(() if self._automata else self._patterns):
            held = flags_of(pc.match_substring_regex(texts, for_arrow(pattern)))
            masks[:, number // 64] |= held.astype(np.uint64) << np.uint64(number % 64)
        return masks

    @cached_property
    def _automata(self) -> "list[_Automaton]":
        compiled = library()
        firsts = range(0, len(self._patterns), TOGETHER) if compiled else ()
        return [_Automaton(compiled, self._patterns[n : n + TOGETHER], self._most_copies) for n in firsts]


class _Automaton:
    """Patterns as the compiled part keeps them."""

    def __init__(self, compiled: Any, patterns: tuple[bytes, ...], most_copies: int) -> None:
        self._compiled, self._held = compiled, None
        nodes = _Nodes(most_copies)
        beginning = nodes._either([nodes.pattern(pattern, number) for number, pattern in enumerate(patterns)])
        class_of, takes = _classes(list(nodes.sets))
        # These arrays are read by the library as long as the automaton lives.
        self._kept = (*(np.array(each, np.int32) for each in (nodes.kind, nodes.next, nodes.other)), takes, class_of,
                      np.ascontiguousarray(takes[-1]))  # fmt: skip
        kind, following, other, *rest = map(address, self._kept)
        self._held = compiled.automaton_new(
            kind, following, other, len(nodes.kind), *rest, takes.shape[1], beginning, MOST_BYTES
        )
        if not self._held:
            raise MemoryError

    def matches(self, texts: pa.BinaryArray) -> Masks:
        """Which patterns match anywhere in each text: one bit for each."""
        _, bounds, data = texts.buffers()
        offsets = np.frombuffer(bounds, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
        return self.scan(np.frombuffer(data or b"", np.uint8), offsets)

    def scan(self, data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> Masks:
        """The same for texts that lie one behind the other."""
        masks = np.empty(len(offsets) - 1, np.uint64)
        failed = self._compiled.automaton_scan(self._held, address(data), address(offsets), len(masks), address(masks))
        if failed:
            raise MemoryError
        return masks

    @property
    def states(self) -> int:
        return int(self._compiled.automaton_states(self._held))

    def __del__(self) -> None:
        self._compiled.automaton_free(self._held)


def has_any(masks: Masks) -> npt.NDArray[np.bool_]:
    """Whether any pattern matched, for each text."""
    held: npt.NDArray[np.bool_] = np.bitwise_or.reduce(masks, axis=1) != 0
    return held


def for_arrow(pattern: bytes) -> str:
    """The same pattern for Arrow, which reads a column of bytes as Latin-1."""
    return "".join(chr(byte) if byte < 0x80 else f"\\x{byte:02x}" for byte in pattern)
