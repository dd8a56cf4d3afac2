"""Exports that are generated while they are read, and a process that reads a small and a large one of a format.

`python -m tests.formats.streamed FORMAT` prints what it read, and by how much its memory grew for the large one.
"""

import io
import json
import os
import sys
from pathlib import Path

from analysis.corpora.census import take_census
from analysis.corpora.exports import open_export
from analysis.corpora.sources import Source
from tests.formats.miniatures import (
    KOBO,
    META,
    REDDIT_COMMENT,
    TELEGRAM,
    TELEGRAM_MESSAGE,
    TIKTOK_VIDEO,
    WHATSAPP,
    X_PAGE,
)
from tests.formats.portables import header, text, variable, whole

SMALL, LARGE = 2**20, int(os.environ.get("STREAMED_MEGABYTES", "4")) * 2**20
"""Sizes compared; set STREAMED_MEGABYTES for a long run (5120 is the shape of 5 GB)."""

ALLOWED = 12 * 2**20
"""Bytes that the larger export may need more: buffers and the digests kept before they go to disk."""


class Generated(io.RawIOBase):
    """A head, then numbered copies of a body up to a size, then a tail."""

    def __init__(self, head: bytes, body: bytes, tail: bytes, size: int) -> None:
        self.body, self.tail, self.size = body, tail, size
        self.left, self.made, self.number, self.ended = head, 0, 0, False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        assert (offset, whence, self.made) == (0, 0, 0) or self.number == 0
        return 0

    def readinto(self, buffer) -> int:
        while len(self.left) < len(buffer) and not self.ended:
            self.number += 1
            block = self.body.replace(b"424242", str(10**9 + self.number).encode())
            self.made += len(block)
            self.ended = self.made >= self.size
            self.left += block + (self.tail if self.ended else b"")
        given, self.left = self.left[: len(buffer)], self.left[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


class Rewindable(io.BufferedReader):
    """A generated stream whose first bytes can be looked at."""

    def seek(self, offset, whence=0):
        return offset

    def read(self, size=-1):
        return super().read(size) if size != 6 else super().peek(6)[:6]


def _lines(value):
    return b"", json.dumps(value).encode() + b"\n", b""


def _in_list(document, key, value):
    head, tail = json.dumps({**document, key: ["@"]}).encode().split(b'"@"')
    body = json.dumps(value).encode() + b","
    return head, body, json.dumps(value).encode() + tail


def _portable():
    head = header(variable("CASEID", 10, 1), variable("NOTE", 63, 1), variable("TA1"))
    cut = head.ljust(-(-len(head) // 80) * 80)
    start = b"".join(cut[at : at + 80] + b"\n" for at in range(0, len(cut), 80))
    return start, whole(10) + b"424242" + text("x" * 63) + whole(1) + b"\n", b"Z" * 80 + b"\n"


SHAPES = {
    "telegram_desktop": _in_list({**TELEGRAM, "id": 5}, "messages", {**TELEGRAM_MESSAGE, "id": 424242}),
    "pushshift": _lines({**REDDIT_COMMENT, "id": "424242"}),
    "x_api_v2": _lines({**X_PAGE, "data": [{**X_PAGE["data"][0], "id": "424242"}]}),
    "tiktok_research": _in_list({}, "videos", {**TIKTOK_VIDEO, "id": 424242}),
    "meta_content_library": (META.split(b"\n")[0] + b"\n", b"424242" + META.split(b"\n")[-2][19:] + b"\n", b""),
    "spss_portable": _portable(),
    "whatsapp": (WHATSAPP, b"01/01/2030, 00:02 - Invented One: 424242 " + b"x" * 60 + b"\n", b""),
    "kobo": (KOBO.split(b"\n")[0] + b"\n", b";yes;;;;424242;u-424242;2030;1\n", b""),
}


def export(code, size):
    head, body, tail = SHAPES[code]
    return open_export(Source(code, lambda: Rewindable(Generated(head, body, tail, size))))


def most_memory():
    """High-water mark of this process, in bytes; getrusage would count what its parent held, too."""
    return int(Path("/proc/self/status").read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0]) * 1024


def main(code, keeps_everything=""):
    few, before = take_census(export(code, SMALL)), most_memory()
    large = export(code, LARGE)
    kept = list(large.entries()) if keeps_everything else []
    many = take_census(large) if not kept else few
    told = {"format": large.format.code, "few": few.items, "many": len(kept) or many.items}
    told |= {"quarantined": many.quarantined, "duplicates": many.duplicates, "grown": most_memory() - before}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
