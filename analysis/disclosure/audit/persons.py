"""Look for persons in the product: their words, their names and handles, and hashes of these.

What must not be here: what a finding was found by. A report that quoted it would leak it.
"""

from __future__ import annotations

import base64
import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from analysis.disclosure.audit.findings import Finding
from analysis.disclosure.audit.haystack import Haystack, closed_up, one_spelling, start_hashes, window_hashes

SHINGLE_CHARACTERS = 25
SHINGLE_WORDS = 6
SHORTEST_NEEDLE = 5
"""Shorter texts are found by chance in any book."""

SHORTEST_OF_ALL = 2
CELLS = (('"', '"'), ("'", "'"), (">", "<"), (",", ","), (";", ";"), ("|", "|"), ("@", " "), ("/", " "))
SHORTEST_CLOSED = 8
SHORTEST_IN_BASE64 = 8
"""Fewer signs stand in longer base64 by chance."""
SHORTEST_CLOSED_NUMBER = 9

SCREENED_LENGTHS = (5, 8, 12, SHINGLE_CHARACTERS)
"""A needle is screened by its first characters, as many as the longest of these that it has."""

SHORTEST_PLAIN_WORD = 9
"""A name of fewer letters and no digit is looked for with the sign of a handle or of an address in front."""

HASHES: tuple[Callable[[bytes], str], ...] = (
    lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    lambda data: hashlib.sha1(data, usedforsecurity=False).hexdigest(),
    lambda data: hashlib.sha224(data).hexdigest(),
    lambda data: hashlib.sha256(data).hexdigest(),
    lambda data: hashlib.sha512(data).hexdigest(),
    lambda data: hashlib.blake2b(data).hexdigest(),
    lambda data: hashlib.blake2b(data, digest_size=16).hexdigest(),
    lambda data: hashlib.blake2s(data).hexdigest(),
)
HASH_PREFIX = 12
"""Characters of a hexadecimal hash that are looked for: products like to shorten them."""


def verbatim(haystack: Haystack, texts: Iterable[str], own_phrases: Iterable[str] = ()) -> list[Finding]:
    """Find runs of 25 characters or 6 words that somebody wrote and the product repeats.

    Parameters
    ----------
    haystack
        The product.
    texts
        What persons and channels wrote, as the restricted tier keeps it.
    own_phrases
        Phrases that the project itself publishes, such as its codebook's. A run that lies inside one of them, but for a
        word at one end, is no finding: any list of phrases puts a word beside each. One that goes on further is.
    """
    own = "\n".join(one_spelling(phrase) for phrase in own_phrases)
    written = [one_spelling(text) for text in texts]
    runs = _shared_runs(haystack, "\0".join(written), SHINGLE_CHARACTERS)
    words = {" ".join(part) for text in written for part in _word_runs(text)}
    needles = {needle for needle in {*runs, *words} if not _is_inside(needle.strip(), own)}
    return sorted(set(_report(haystack, "verbatim", needles, "repeats what somebody wrote")), key=str)


def _is_inside(run: str, own: str) -> bool:
    return any(part in own for part in (run, run.partition(" ")[2], run.rpartition(" ")[0]) if part)


def _shared_runs(haystack: Haystack, text: str, length: int) -> Iterator[str]:
    for start in np.flatnonzero(haystack.holds(window_hashes(text, length), length)):
        yield text[start : start + length]


def _word_runs(text: str) -> Iterator[list[str]]:
    words = text.split()
    for start in range(len(words) - SHINGLE_WORDS + 1):
        yield words[start : start + SHINGLE_WORDS]


def identifiers(haystack: Haystack, needles: Iterable[str]) -> list[Finding]:
    """Find names, handles, numbers, keys or pseudonyms in plain text."""
    listed = list(needles)
    spelled = [one_spelling(needle) for needle in listed]
    wanted = {form for needle in spelled for form in _forms(needle)}
    wanted |= {form for needle in listed for form in _base64_forms(needle)}
    apart = {closed_up(needle) for needle in spelled if _survives_closing_up(needle)}
    found = [*_report(haystack, "identifiers", wanted, "holds something that names a person or an account")]
    taken_apart = haystack.files_with_apart(sorted(apart), SHORTEST_CLOSED)
    known = {finding.file for finding in found}
    more = (file for file in taken_apart if file not in known)
    return found + [Finding("identifiers", file, "holds something that names a person, taken apart") for file in more]


def _survives_closing_up(spelled: str) -> bool:
    """Whether a name is found even where it was taken apart: digits alone stand beside each other in any table."""
    closed = closed_up(spelled)
    if closed.startswith("+"):
        return len(closed) >= SHORTEST_CLOSED_NUMBER
    return len(closed) >= SHORTEST_CLOSED and any(map(str.isdigit, closed)) and any(map(str.isalpha, closed))


def _forms(spelled: str) -> tuple[str, ...]:
    """What to look for: a short word may be any word, so it counts only as a handle or at the end of an address."""
    if len(spelled) < SHORTEST_NEEDLE:
        return _short_forms(spelled)
    is_word = len(spelled) < SHORTEST_PLAIN_WORD and spelled.isalpha()
    return (f"@{spelled.lstrip('@')}", f"/{spelled.lstrip('@')}") if is_word else (spelled,)


def _base64_forms(needle: str) -> Iterator[str]:
    """How a name looks in base64: alone, filling a value; inside of more, the letters that the rest does not change."""
    for text in {needle, needle.lower()}:
        data = text.encode()
        if SHORTEST_NEEDLE <= len(data) < SHORTEST_IN_BASE64:
            alone = base64.b64encode(data).decode().rstrip("=")
            yield from (f"{quote}{alone}{end}" for quote in "\"'>" for end in (quote.replace(">", "<"), "="))
        if len(data) >= SHORTEST_IN_BASE64:
            for before in range(3):
                letters = base64.b64encode(b"\0" * before + data).decode().rstrip("=")
                # The first letters hold what stands before, the last one what comes behind.
                yield one_spelling(letters[-(-before * 4 // 3) : (before + len(data)) * 4 // 3])


def _short_forms(spelled: str) -> tuple[str, ...]:
    """A key of few signs is one where it fills a cell, a value or a tag; a number of few digits nowhere."""
    name = spelled.lstrip("@")
    if len(name) < SHORTEST_OF_ALL or name.isdigit():
        return ()
    if name.isalpha():
        return (f"@{name}", f"/{name}")
    return tuple(f"{before}{name}{after}" for before, after in CELLS)


def hashed_identifiers(haystack: Haystack, needles: Iterable[str]) -> list[Finding]:
    """Find common unkeyed hashes of names and handles: whoever has a list of names can make them too."""
    spellings = {form for needle in needles for form in (needle, needle.lower(), needle.lstrip("@"), f"@{needle}")}
    hashed = {make(form.encode())[:HASH_PREFIX] for form in spellings for make in HASHES}
    return list(_report(haystack, "hashed_identifiers", hashed, "holds a hash of something that names a person"))


def _report(haystack: Haystack, attack: str, needles: set[str], text: str) -> Iterator[Finding]:
    """One finding per file that holds any needle; needles are screened by their first characters at once."""
    by_length: dict[int, list[str]] = {}
    for needle in sorted(needles):
        if len(needle) < min(SCREENED_LENGTHS):  # few are
            yield from (Finding(attack, file, text) for file in haystack.files_with(needle))
            continue
        length = SCREENED_LENGTHS[bisect_right(SCREENED_LENGTHS, len(needle)) - 1]
        by_length.setdefault(length, []).append(needle)
    for length, group in by_length.items():
        for position in np.flatnonzero(haystack.holds(start_hashes(group, length), length)):
            for file in haystack.files_with(group[position]):
                yield Finding(attack, file, text)
