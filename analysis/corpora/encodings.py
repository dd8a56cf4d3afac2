"""Which encoding a text is in: strict UTF-8, then what somebody or the file states, else a stop with what it could be.

What must not be here: guessing. A code page in which words come out mixed or made of accents only is doubtful, whoever
stated it in the file; the message shows code points, never a text.
"""

import codecs
import re
from collections.abc import Iterable, Iterator

from analysis.errors import ExportError

CANDIDATES = ("windows-1252", "windows-1256", "windows-1251", "utf-16-le", "utf-16-be")
SHOWN_CANDIDATES, SHOWN_POINTS = 4, 6
DOUBTFUL_SHARE = 0.3
"""Share of the words with letters beyond ASCII that may look wrong before a stated code page is doubted."""

BYTES = "latin-1"
"""Stands for undecoded bytes: each byte is the character of the same number."""

_WORD = re.compile(r"\w{2,}")
_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def known_encoding(name: str, where: str) -> str:
    """The name of an encoding as Python knows it.

    Raises
    ------
    ExportError
        No such encoding.
    """
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise ExportError(
            f"{where}: encoding {name!r} is not known; usual ones are utf-8, {', '.join(CANDIDATES)}"
        ) from error


def decodes(samples: Iterable[bytes], encoding: str) -> bool:
    """Whether all of the bytes are text in an encoding."""
    try:
        for each in samples:
            each.decode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def is_plausible(samples: Iterable[bytes], encoding: str) -> bool:
    """Whether few words look wrong: of two scripts at once, or with more accents than plain letters."""
    words = [word for each in samples for word in _WORD.findall(each.decode(encoding, "replace")) if not word.isascii()]
    return sum(map(_looks_wrong, words)) <= DOUBTFUL_SHARE * len(words)


def _looks_wrong(word: str) -> bool:
    scripts = [bool(pattern.search(word)) for pattern in (_ARABIC, _CYRILLIC, _LATIN)]
    plain = sum(each.isascii() for each in word)
    return sum(scripts) > 1 or (scripts[2] and len(word) > 2 and len(word) - plain > len(word) / 2)


def encoding_of(samples: list[bytes], stated: str, by_file: str, where: str) -> str:
    """The encoding of texts that were taken from one file.

    Parameters
    ----------
    samples : list of bytes
        Every text that is not ASCII.
    stated : str
        What a person stated, or "".
    by_file : str
        What the file itself states, or "".
    where : str
        The file, for messages.

    Raises
    ------
    ExportError
        None of them fits, or the file's own is doubtful; names candidates and code points.
    """
    if decodes(samples, "utf-8"):
        return "utf-8"
    if stated:
        if decodes(samples, stated):
            return stated
        raise ExportError(f"{where}: not in the stated encoding {stated}; {could_be(samples)}")
    if by_file and decodes(samples, by_file) and is_plausible(samples, by_file):
        return by_file
    said = f"the file states {by_file}, which is doubtful" if by_file else "the file does not state its encoding"
    raise ExportError(f"{where}: not UTF-8, and {said}; {could_be(samples)}")


def could_be(samples: list[bytes]) -> str:
    """What the bytes could be, with the first characters beyond ASCII as code points, and what to do."""
    wide = any(b"\0" in each for each in samples)
    fitting = [name for name in CANDIDATES if name.startswith("utf-16") is wide and decodes(samples, name)]
    if wide:  # read from the wrong end, no letter is plain
        fitting = [
            name for name in fitting if any(letter.isascii() for each in samples for letter in each.decode(name))
        ]
    likely = [name for name in fitting if is_plausible(samples, name)] or fitting
    shown = "; ".join(f"{name} ({' '.join(_points(samples, name))})" for name in likely[:SHOWN_CANDIDATES])
    return (
        f"it could be {shown or 'no encoding that is known here'}: look which code points are meant, then state "
        "`encoding:` in sources.yml or --encoding, or export again as UTF-8"
    )


def _points(samples: list[bytes], encoding: str) -> Iterator[str]:
    characters = (letter for each in samples for letter in each.decode(encoding) if not letter.isascii())
    yield from list(dict.fromkeys(f"U+{ord(letter):04X}" for letter in characters))[:SHOWN_POINTS]


def looks_like_utf_16(head: bytes) -> bool:
    """Whether zero bytes stand where text in UTF-16 without a mark has them."""
    zeros = (head[::2].count(0), head[1::2].count(0))
    return max(zeros) > len(head) / 10 and min(zeros) == 0


def put_together(text: str) -> str:
    r"""A text whose UTF-8 bytes stand as one character each, as downloads of Facebook and Instagram write them.

    Examples
    --------
    >>> put_together("\u00d8\u00b3"), put_together("سلام"), put_together("é")
    ('س', 'سلام', 'é')
    """
    try:
        return text.encode(BYTES).decode("utf-8")
    except UnicodeError:
        return text
