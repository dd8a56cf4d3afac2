"""Phrases looked up word by word in a whole column of plain texts at once.

What belongs here: which phrases of a list stand where. What must not: what a phrase means. A text is spelled in one
byte for each folded character: letters of the phrases have bytes of their own, all other letters share one, and so do
all other marks. Words are then compared by their first bytes, and only those that may be a phrase's are looked at.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analysis.measures.folding import LONGEST, WORD_CATEGORIES, plain
from analysis.texts.columns import code_points, utf8_of, without, without_nulls
from analysis.texts.library import address, library

Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
DROPPED, ODD, SPACE, OTHER, FIRST = range(5)
"""Bytes: left out; not plain; a blank; any other mark that no phrase holds; the first with a meaning of its own."""
MOST_CHARACTERS = 200
KEYS, KEY_BYTES = 3, 8
"""A word is compared by so many numbers of so many bytes; no phrase may hold a longer one."""
SLOTS, MULTIPLIER = 16, np.uint64(0x9E3779B97F4A7C15)
LONGEST_GAP = 4
"""Blanks between two words of a phrase that are counted; more make a text odd."""


@dataclass(frozen=True)
class Found:
    """Where a phrase stands: text, first and last word, and the phrase's number.

    Words are numbered through all texts, so that neighbours in a text have neighbouring numbers.
    """

    rows: Places
    first: Places
    last: Places
    phrases: Places


@dataclass(frozen=True)
class Lexicon:
    """Phrases, folded, in order."""

    phrases: tuple[str, ...]

    @property
    def is_simple(self) -> bool:
        """Whether bytes can tell the phrases apart: words of letters, one blank or mark between two, none too long."""
        return len(self._characters) <= MOST_CHARACTERS and all(map(_is_simple, self.phrases))

    def look_up(self, texts: pa.StringArray) -> tuple[Found, Flags]:
        """Where phrases stand.

        Parameters
        ----------
        texts
            Any column; a null has no words.

        Returns
        -------
        found, odd
            Every place of a phrase as whole words, in odd texts perhaps not all; texts of which this is not known: one
            holds a character that is not plain, is longer than what is looked at, or has a wide gap between words.
        """
        texts = without_nulls(texts)
        known, odd = self._by_columns(texts) if library() is None else self._by_library(texts)
        odd[known.rows[known.gaps == ODD]] = True
        return self._found(known), odd

    def _by_columns(self, texts: pa.StringArray) -> tuple[_Known, Flags]:
        """Known words, and texts that are odd but for their gaps, from all texts at once."""
        points, offsets = code_points(texts)
        odd = np.diff(offsets) > LONGEST
        is_narrow = points.itemsize == 2
        codes = self._spelling[points if is_narrow else np.minimum(points, len(self._spelling) - 1)]
        odd[_rows(offsets, np.flatnonzero(codes == ODD))] = True
        return _Words(*without(codes, offsets, DROPPED), self._first_letter).known(self._vocabulary[0]), odd

    def _by_library(self, texts: pa.StringArray) -> tuple[_Known, Flags]:
        """The same in one loop over their bytes; what stands in odd texts is left out."""
        compiled: Any = library()
        (raw, offsets), odd = utf8_of(texts), np.empty(len(texts), bool)
        vocabulary, slots = self._vocabulary[0], self._slots
        bounds = (len(self._spelling), LONGEST, self._first_letter, address(vocabulary), address(slots), len(slots) - 1)
        room, found = 0, len(texts) + 1
        while found > room:
            room = found + found // 4
            held = [np.empty(room, kind) for kind in (np.int32, np.int32, np.int32, np.uint8)]
            found = compiled.known_words(
                *(address(raw), address(offsets), len(texts), address(self._spelling), *bounds),
                *(*map(address, held), room, address(odd)),
            )
        return _Known(*(each[:found].astype(np.int64) for each in held)), odd

    @cached_property
    def _characters(self) -> str:
        """Marks that stand in phrases, then letters."""
        held = {character for phrase in self.phrases for character in phrase} - {" "}
        return "".join(sorted(held, key=lambda character: (_is_letter(character), character)))

    @cached_property
    def _first_letter(self) -> int:
        return FIRST + len([character for character in self._characters if not _is_letter(character)])

    @cached_property
    def _bytes(self) -> dict[str, int]:
        """Bytes of the phrases' characters; letters behind that of all other letters."""
        marks = self._first_letter - FIRST
        return {c: FIRST + place + (place >= marks) for place, c in enumerate(self._characters)} | {" ": SPACE}

    @cached_property
    def _spelling(self) -> npt.NDArray[np.uint8]:
        """Code point → byte; every point behind the last is not plain."""
        characters = plain()
        table = np.full(max(0x10000, *map(ord, characters)) + 2, ODD, np.uint8)
        table[[ord(character) for character in characters]] = [self._byte(to) for to in characters.values()]
        return table

    def _byte(self, folded: str) -> int:
        if not folded:
            return DROPPED
        if len(folded) > 1:
            return ODD if set(folded) & set(self._characters) else OTHER
        if folded in self._bytes:
            return self._bytes[folded]
        return self._first_letter if _is_letter(folded) else SPACE if folded.isspace() else OTHER

    @cached_property
    def _vocabulary(self) -> tuple[npt.NDArray[np.uint64], Places]:
        """Keys of every word of the phrases, in order of their signatures, and the number of each by its signature."""
        spelled = sorted({word for words, _ in self._spelled for word in words})
        keys = np.array([_keys_of(word) for word in spelled], np.uint64).reshape(-1, KEYS)
        order = np.argsort(_signatures(keys))
        return keys[order], np.argsort(order)

    @cached_property
    def _spelled(self) -> list[tuple[tuple[bytes, ...], tuple[int, ...]]]:
        """Words and marks between them, for each phrase."""
        return [_split(bytes(self._bytes[c] for c in phrase), self._first_letter) for phrase in self.phrases]

    @cached_property
    def _numbered(self) -> list[tuple[int, ...]]:
        """The numbers of each phrase's words in the vocabulary."""
        spelled = sorted({word for words, _ in self._spelled for word in words})
        number = dict(zip(spelled, self._vocabulary[1].tolist(), strict=True))
        return [tuple(number[word] for word in words) for words, _ in self._spelled]

    @cached_property
    def _slots(self) -> npt.NDArray[np.int32]:
        """Numbers of the vocabulary's words where the library looks for them, -1 elsewhere."""
        keys = self._vocabulary[0]
        slots = np.full(1 << max(4, (4 * len(keys)).bit_length()), -1, np.int32)
        for number, hashed in enumerate(((_signatures(keys) * MULTIPLIER) >> np.uint64(32)).tolist()):
            slot = next(slot % len(slots) for slot in count(hashed) if slots[slot % len(slots)] < 0)
            slots[slot] = number
        return slots

    def _found(self, known: _Known) -> Found:
        parts = [
            known.standing(wanted, marks) for wanted, (_, marks) in zip(self._numbered, self._spelled, strict=True)
        ]
        phrases = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        at = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        first = known.places[at]
        lengths = np.array([len(wanted) for wanted in self._numbered], np.int64)
        return Found(known.rows[at], first, first + lengths[phrases] - 1, phrases)


@dataclass(frozen=True)
class _Known:
    """Words of a vocabulary: text, place among all words of all texts, number, and what stands before the next one.

    That is a mark's byte where it is one mark, SPACE where all is blank, ODD where it is too wide to tell; else, and
    where the next word is not known or of another text, DROPPED.
    """

    rows: Places
    places: Places
    numbers: Places
    gaps: Places

    def standing(self, wanted: tuple[int, ...], marks: tuple[int, ...]) -> Places:
        """Where a phrase begins, counted in known words."""
        at = np.flatnonzero(self.numbers[: len(self.numbers) - len(wanted) + 1] == wanted[0])
        for step, (mark, number) in enumerate(zip(marks, wanted[1:], strict=True)):
            at = at[(self.gaps[at + step] == mark) & (self.numbers[at + step + 1] == number)]
        return at


class _Words:
    """Words of spelled texts."""

    def __init__(self, data: npt.NDArray[np.uint8], offsets: Places, first_letter: int) -> None:
        is_letter = data >= first_letter
        begins, ends = is_letter.copy(), is_letter.copy()
        begins[1:] &= ~is_letter[:-1]
        ends[:-1] &= ~is_letter[1:]
        held = np.flatnonzero(np.diff(offsets))
        begins[offsets[held]], ends[offsets[held + 1] - 1] = is_letter[offsets[held]], is_letter[offsets[held + 1] - 1]
        self.starts, self.ends = np.flatnonzero(begins), np.flatnonzero(ends) + 1
        self._data, self._offsets = np.append(data, np.zeros(KEYS * KEY_BYTES, np.uint8)), offsets

    def known(self, vocabulary: npt.NDArray[np.uint64]) -> _Known:
        """Those of a vocabulary."""
        likely = np.zeros(1 << SLOTS, bool)
        likely[_slots(vocabulary[:, 0])] = True
        words = np.flatnonzero(likely[_slots(self._keys(self.starts, self.ends - self.starts))])
        starts, lengths = self.starts[words], self.ends[words] - self.starts[words]
        bytes_before = range(0, KEYS * KEY_BYTES, KEY_BYTES)
        keys = np.stack([self._keys(starts + skipped, lengths - skipped) for skipped in bytes_before], axis=1)
        numbers = np.minimum(np.searchsorted(_signatures(vocabulary), _signatures(keys)), len(vocabulary) - 1)
        same = (vocabulary[numbers] == keys).all(axis=1) & (lengths <= KEYS * KEY_BYTES)
        places = words[same]
        rows = _rows(self._offsets, self.starts[places])
        return _Known(rows, places, numbers[same], self._gaps(places, rows))

    def _keys(self, starts: Places, lengths: Places) -> npt.NDArray[np.uint64]:
        """Eight bytes as a number, without those behind a word's end."""
        view = np.ndarray((len(self._data) - KEY_BYTES + 1,), "<u8", self._data, strides=(1,))
        keys: npt.NDArray[np.uint64] = view[np.minimum(starts, len(view) - 1)] & _MASKS[np.clip(lengths, 0, KEY_BYTES)]
        return keys

    def _gaps(self, known: Places, rows: Places) -> Places:
        gaps = np.zeros(len(known), np.int64)
        if len(known) < 2:
            return gaps
        at = np.flatnonzero((np.diff(known) == 1) & (np.diff(rows) == 0))
        ends, widths = self.ends[known[at]], self.starts[known[at] + 1] - self.ends[known[at]]
        blank = np.logical_and.reduce(
            [(self._data[ends + step] == SPACE) | (widths <= step) for step in range(LONGEST_GAP)]
        )
        alone = np.where(widths == 1, self._data[ends], DROPPED)
        gaps[at] = np.where(blank, np.where(widths > LONGEST_GAP, ODD, SPACE), alone)
        return gaps


_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(KEY_BYTES + 1)], np.uint64)


def _slots(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    return (keys * MULTIPLIER) >> np.uint64(64 - SLOTS)


def _signatures(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """One number for the keys of each word; words of one signature are told apart by their keys."""
    mixed: npt.NDArray[np.uint64] = keys[:, 0]
    for which in range(1, KEYS):
        mixed = mixed * MULTIPLIER + keys[:, which]
    return mixed


def _keys_of(word: bytes) -> list[int]:
    padded = word.ljust(KEYS * KEY_BYTES, b"\0")
    return [int.from_bytes(padded[at : at + KEY_BYTES], "little") for at in range(0, KEYS * KEY_BYTES, KEY_BYTES)]


def _rows(offsets: Places, places: Places) -> Places:
    rows: Places = np.searchsorted(offsets, places, side="right") - 1
    return rows


def _is_letter(character: str) -> bool:
    return unicodedata.category(character).startswith(WORD_CATEGORIES)


def _is_simple(phrase: str) -> bool:
    letters = [_is_letter(character) for character in phrase]
    return (
        bool(phrase)
        and letters[0]
        and letters[-1]
        and all(one or other for one, other in pairwise(letters))
        and all(len(word) <= KEYS * KEY_BYTES for word in _runs(phrase, letters))
    )


def _runs(phrase: str, letters: Sequence[bool]) -> list[str]:
    return "".join(c if is_letter else " " for c, is_letter in zip(phrase, letters, strict=True)).split()


def _split(spelled: bytes, first_letter: int) -> tuple[tuple[bytes, ...], tuple[int, ...]]:
    """Words of a phrase, and the mark between each two."""
    places = [place for place, byte in enumerate(spelled) if byte < first_letter]
    bounds = [-1, *places, len(spelled)]
    return tuple(spelled[a + 1 : b] for a, b in pairwise(bounds)), tuple(spelled[place] for place in places)
