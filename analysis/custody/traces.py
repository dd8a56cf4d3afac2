"""Search bytes for what is left of a person: in plain files, packed ones, workbooks, tables, and what git keeps.

What must not be here: a name in a message. What was found is said by its kind, its count and the place.
"""

import bz2
import gzip
import html
import io
import json
import lzma
import os
import re
import subprocess
import tempfile
import urllib.parse
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import re2

from analysis.custody.erasure.items import is_telling

BLOCK = 2**22
"""Bytes that are searched at once; blocks overlap by the longest needle."""
SHORTEST_PHRASE = 12
LONGEST_NEEDLE = 80
"""Characters of a phrase that are looked for: its beginning."""
LARGEST = 2**32
"""Bytes that one packed file may unpack to before it counts as not searched."""
DEEPEST = 4
"""Archives inside archives that are opened."""
Needles = Mapping[str, str]
"""What is looked for → its kind, as a person is told: key, id, account, pseudonym, phrase, hash of a file."""

ENCODINGS: tuple[Callable[[str], bytes], ...] = (
    lambda text: text.encode("utf-8", "surrogatepass"),
    lambda text: text.encode("utf-16-le", "surrogatepass"),
    lambda text: text.encode("utf-16-be", "surrogatepass"),
    lambda text: json.dumps(text)[1:-1].encode(),
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass"),
    lambda text: html.escape(text).encode("utf-8", "surrogatepass"),
    lambda text: urllib.parse.quote(text, errors="replace").encode(),
    lambda text: text.replace('"', '""').encode("utf-8", "surrogatepass"),
)


_ESCAPE_BEFORE = re.compile(rb"(?:\\(?:[nrtbf]|u[0-9a-fA-F]{4})|%[0-9a-fA-F]{2})\Z")
"""A sign that JSON or an address writes with letters and digits: what follows is no piece of a longer word."""


class Search:
    """Needles in every encoding in which a file here may hold them."""

    def __init__(self, needles: Needles) -> None:
        """Compile the needles; those too short to mean anybody by themselves count in company only."""
        self.kinds: dict[bytes, str] = {}
        for text, kind in needles.items():
            for variant in _variants(text, kind):
                for encode in ENCODINGS:
                    self.kinds.setdefault(encode(variant[:LONGEST_NEEDLE]), kind)
        self.longest = max(map(len, self.kinds), default=0) + 8
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = 2**29
        options.log_errors = False
        self._pattern = re2.compile(b"|".join(map(_escaped, sorted(self.kinds, key=len, reverse=True))), options)

    def count(self, stream: IO[bytes]) -> "Counter[str]":
        """Occurrences by kind."""
        found: Counter[str] = Counter()
        if not self.kinds:
            return found
        kept, start = b"", 0
        while block := stream.read(BLOCK):
            window = kept + block
            for match in self._pattern.finditer(window):
                # What ends inside the overlap was counted with the block before.
                if match.end() > start and not _is_part(window, match.start(), match.end(), self._kind(match.group())):
                    found[self._kind(match.group())] += 1
            kept = window[-self.longest :]
            start = len(kept)
        return found

    def count_text(self, text: str) -> "Counter[str]":
        """Occurrences in a short text, such as the name of a file."""
        return self.count(io.BytesIO(text.encode("utf-8", "surrogateescape")))

    def _kind(self, matched: bytes) -> str:
        return self.kinds[matched]


def _variants(text: str, kind: str) -> Iterator[str]:
    """A phrase, a telling name, or a name together with the mark that makes it one."""
    if kind == "phrase" or is_telling(text) or kind == "key":
        yield text
        return
    yield from (
        f"{before}{text}{after}" for before, after in (("@", ""), ("/", ""), ('"', '"'), (">", "<"), (",", ","))
    )


def _escaped(needle: bytes) -> bytes:
    return b"".join(bytes([byte]) if chr(byte).isalnum() and byte < 128 else b"\\x%02x" % byte for byte in needle)


def _is_part(window: bytes, start: int, end: int, kind: str) -> bool:
    """Whether a name is only a piece of a longer word or number; a phrase only where a number goes on.

    Texts of fixed width stand beside each other without a border, so letters beside a phrase mean nothing.
    """
    before = b"" if _ESCAPE_BEFORE.search(window, max(start - 6, 0), start) else window[max(start - 1, 0) : start]
    first, last, after = window[start : start + 1], window[end - 1 : end], window[end : end + 1]
    goes_on = bytes.isdigit if kind == "phrase" else _in_word
    return (goes_on(before) and goes_on(first)) or (goes_on(after) and goes_on(last))


def _in_word(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_"


def traces_in_file(path: Path, search: Search) -> "Counter[str]":
    """Occurrences in a file and in all that is packed in it, by kind; the kind `unsearched` where it does not open."""
    try:
        with path.open("rb") as stream:
            return traces(stream, search)
    except OSError:
        return Counter({"unsearched": 1})


def traces(stream: IO[bytes], search: Search, depth: int = 0) -> "Counter[str]":
    """Occurrences in a stream that can be rewound."""
    found = search.count(stream)
    stream.seek(0)
    start = stream.read(8)
    stream.seek(0)
    for marks, opened in _CONTAINERS:
        if start.startswith(marks):
            found += _inside(stream, search, depth, opened)
    return found


def _inside(
    stream: IO[bytes], search: Search, depth: int, opened: Callable[..., Iterator[IO[bytes]]]
) -> "Counter[str]":
    found: Counter[str] = Counter()
    if depth >= DEEPEST:
        return Counter({"unsearched": 1})
    try:
        for inside in opened(stream):
            with inside:
                found += traces(inside, search, depth + 1)
    except Exception:  # each library has failures of its own; what does not open is said to be unsearched
        found["unsearched"] += 1
    return found


def _zip(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(stream) as package:
        for member in package.infolist():
            yield io.BytesIO(member.filename.encode("utf-8", "surrogateescape"))
            yield _spooled(package.open(member))


def _spooled(stream: Any) -> IO[bytes]:
    """A stream in a file without a name, so that it can be rewound whatever its size."""
    spool = tempfile.SpooledTemporaryFile(max_size=BLOCK)  # noqa: SIM115
    total = 0
    with stream:
        while block := stream.read(BLOCK):
            total += len(block)
            if total > LARGEST:
                raise ValueError("too large")
            spool.write(block)
    spool.seek(0)
    return cast(IO[bytes], spool)


def _parquet(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    file = pq.ParquetFile(stream)
    for batch in file.iter_batches(batch_size=65_536):
        for column in batch.columns:
            yield io.BytesIO("\n".join(str(v) for v in column.to_pylist() if v is not None).encode("utf-8", "replace"))


def _statistical(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """Texts of a file whose own bytes are coded."""
    with tempfile.NamedTemporaryFile(suffix=".sav") as copy:
        while block := stream.read(BLOCK):
            copy.write(block)
        copy.flush()
        reader: Any = pyreadstat.read_sav
        frame, meta = reader(os.fspath(copy.name), output_format="dict", user_missing=True)
    for values in frame.values():
        yield io.BytesIO("\n".join(str(v) for v in values if isinstance(v, str)).encode())
    yield io.BytesIO(repr(meta.variable_value_labels).encode())


_CONTAINERS: tuple[tuple[bytes | tuple[bytes, ...], Callable[..., Iterator[IO[bytes]]]], ...] = (
    (b"PK\x03\x04", _zip),
    (b"\x1f\x8b", lambda stream: iter([_spooled(gzip.GzipFile(fileobj=stream, mode="rb"))])),
    (b"BZh", lambda stream: iter([_spooled(bz2.BZ2File(stream))])),
    (b"\xfd7zXZ\x00", lambda stream: iter([_spooled(lzma.LZMAFile(stream))])),  # noqa: SIM115
    (
        b"\x28\xb5\x2f\xfd",
        lambda stream: iter([_spooled(pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd"))]),
    ),
    ((b"$FL2", b"$FL3"), _statistical),
    (b"PAR1", _parquet),
)


def traces_in_git(root: Path, search: Search) -> "Counter[str]":
    """Occurrences in every object that a repository keeps, committed or only staged once."""
    if not (root / ".git").exists():
        return Counter()
    command = ["git", "-C", str(root), "cat-file", "--batch-all-objects", "--batch", "--unordered"]
    try:
        with subprocess.Popen(  # noqa: S603 (our own words)
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            return search.count(cast(IO[bytes], process.stdout))
    except OSError:
        return Counter({"unsearched": 1})
