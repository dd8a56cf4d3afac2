"""All that a stranger can read in the product: every file decoded, every text in one spelling, searchable by windows.

Files are opened as what they are: Parquet column by column, zip entry by entry, HTML also without its tags. What must
not be here: what is searched for.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
import urllib.parse
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

Hashes = npt.NDArray[np.uint64]
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_TAG = re.compile(r"<[^>]{0,2000}>")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_APART = re.compile(r"[^\w+]|_")
_LETTERS = {"ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ؤ": "و"}
MARKUP = {".html", ".svg", ".xml"}
SEPARATOR = "\n"
PART = 2**18
"""Characters that are hashed at a time; the arrays stay in the processor's cache."""

SPARSENESS, FEWEST_BITS, MOST_BITS = 3, 12, 26
"""Eight or more places for each hash that is looked for, between four thousand and 64 MB of them."""


def one_spelling(text: str) -> str:
    """Text without what differs between two ways of writing it.

    Compatibility forms, case, Arabic and Persian letter variants, vowel marks, zero-width and direction marks, runs of
    space. Dari and Pashto keep their letters.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", text).casefold()
    for letter in set(folded):
        if unicodedata.category(letter) in ("Mn", "Cf"):
            folded = folded.replace(letter, "")
        elif letter in _LETTERS:
            folded = folded.replace(letter, _LETTERS[letter])
    return " ".join(folded.split())


def closed_up(text: str) -> str:
    """A text in one spelling without what stands between its letters, digits and plus signs."""
    return _APART.sub("", text)


def window_hashes(text: str, length: int) -> Hashes:
    """Polynomial hashes, modulo 2⁶⁴, of every run of `length` characters of a text."""
    return _rolling(_codes(text), length)


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


def _rolling(codes: npt.NDArray[np.uint32], length: int) -> Hashes:
    """Hashes of all windows; those of twice as many characters come from two that lie side by side."""
    if len(codes) < length:
        return np.zeros(0, dtype=np.uint64)
    single = codes.astype(np.uint64)
    found, covered = single, 1
    for bit in f"{length:b}"[1:]:
        found = found[:-covered] * np.uint64(pow(int(MULTIPLIER), covered, 2**64)) + found[covered:]
        covered *= 2
        if bit == "1":
            found = found[:-1] * MULTIPLIER + single[covered:]
            covered += 1
    return found


def start_hashes(texts: Sequence[str], length: int) -> Hashes:
    """The hash of the first `length` characters of every text; each has at least that many."""
    joined = "".join(text[:length] for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64).reshape(len(texts), length)
    found = np.zeros(len(texts), dtype=np.uint64)
    for column in codes.T:
        found = found * MULTIPLIER + column
    return found


@dataclass(frozen=True)
class Haystack:
    """Searchable texts, one per file.

    Attributes
    ----------
    texts
        Name of a file → everything that can be read in it, in one spelling. Names are searched like texts.
    """

    texts: dict[str, str]

    @cached_property
    def _all_codes(self) -> npt.NDArray[np.uint32]:
        """Characters of all names and of each different text, after each other."""
        parts = dict.fromkeys([*map(one_spelling, self.texts), *self.texts.values()])
        return _codes(SEPARATOR.join(parts))

    def holds(self, hashes: Hashes, length: int) -> npt.NDArray[np.bool_]:
        """Which of these hashes belong to a run of `length` characters in any file.

        Both sides are thinned out by a table of the hashes' first bits, so that neither has to be sorted whole.
        """
        bits = min(max(SPARSENESS + len(hashes).bit_length(), FEWEST_BITS), MOST_BITS)
        places = hashes >> np.uint64(64 - bits)
        wanted = np.zeros(2**bits, dtype=bool)
        wanted[places] = True
        met = [run[wanted[run >> np.uint64(64 - bits)]] for run in self._runs(length)]
        held = np.sort(np.concatenate([*met, np.zeros(0, dtype=np.uint64)]))
        wanted[:] = False
        wanted[held >> np.uint64(64 - bits)] = True
        found: npt.NDArray[np.bool_] = wanted[places]
        asked = hashes[found]
        found[found] = held[np.minimum(np.searchsorted(held, asked), len(held) - 1)] == asked
        return found

    def _runs(self, length: int) -> Iterator[Hashes]:
        """Hashes of every run of `length` characters, in parts that bound the memory."""
        for start in range(0, len(self._all_codes) - length + 1, PART):
            yield _rolling(self._all_codes[start : start + PART + length - 1], length)

    def files_with(self, needle: str) -> list[str]:
        """Files that hold a text, or have it in their name, compared in one spelling."""
        wanted = one_spelling(needle)
        return [name for name, text in self.texts.items() if wanted in text or wanted in one_spelling(name)]

    def files_with_apart(self, needles: Sequence[str], length: int) -> list[str]:
        """Files that hold a text though something may stand between its letters; each has at least `length` of them."""
        hashes = start_hashes(needles, length)
        order = np.argsort(hashes, kind="stable")
        known, ordered = hashes[order], [needles[number] for number in order]
        return [name for name, text in self.texts.items() if _holds_any(closed_up(text), known, ordered, length)]


def _holds_any(text: str, known: Hashes, needles: Sequence[str], length: int) -> bool:
    """Whether any needle stands in a text; both they and their hashes are in the order of the hashes."""
    windows = window_hashes(text, length)
    if not len(known) or not len(windows):
        return False
    first = np.searchsorted(known, windows)
    for start in np.flatnonzero(known[np.minimum(first, len(known) - 1)] == windows):
        last = np.searchsorted(known, windows[start], side="right")
        if any(text.startswith(needles[number], int(start)) for number in range(first[start], last)):
            return True
    return False


def read_haystack(folders: Iterable[Path]) -> Haystack:
    """Open every file below the folders, and the folders' own zip files, entry by entry."""
    texts: dict[str, str] = {}
    read: dict[tuple[str, bytes], str] = {}
    for folder in folders:
        files = sorted(file for file in folder.rglob("*") if file.is_file()) if folder.is_dir() else [folder]
        for file in files:
            name = f"{folder.name}/{file.relative_to(folder).as_posix()}" if folder.is_dir() else folder.name
            for inner, data in _entries(file):
                # The same table lies in the release, beside the book and in the bundle.
                same = (Path(f"{name}{inner}").suffix, hashlib.sha256(data).digest())
                if same not in read:
                    read[same] = one_spelling(SEPARATOR.join(_readings(f"{name}{inner}", data)))
                texts[f"{name}{inner}"] = read[same]
    return Haystack(texts)


def _entries(file: Path) -> Iterator[tuple[str, bytes]]:
    if file.suffix != ".zip":
        yield "", file.read_bytes()
        return
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            yield f":{entry.filename}", archive.read(entry)


def _readings(name: str, data: bytes) -> Iterator[str]:
    """Everything that a file can be read as."""
    if name.endswith(".parquet"):
        yield from _parquet_texts(data)
    text = data.decode("utf-8", errors="replace") if _is_text(data) else data.decode("latin-1")
    yield text
    yield from _decodings(text)
    if Path(name).suffix in MARKUP:
        yield html.unescape(_TAG.sub(" ", text))
        # A tag in the middle of a word is no space.
        yield html.unescape(_TAG.sub("", text))


def _decodings(text: str) -> Iterator[str]:
    """What stands in a text in the spelling of another machine: escapes, entities, addresses; one in another."""
    if "\\u" in text:
        yield _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    unescaped = html.unescape(text) if "&" in text else text
    if unescaped != text:
        yield unescaped
    plain = urllib.parse.unquote(unescaped, errors="replace") if "%" in unescaped else unescaped
    if plain != unescaped:
        yield plain


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _parquet_texts(data: bytes) -> Iterator[str]:
    import pyarrow as pa

    table = pq.read_table(pa.BufferReader(data))
    yield str(table.schema.metadata or "")
    for column in table.columns:
        yield SEPARATOR.join(str(value) for value in column.to_pylist() if value is not None)
