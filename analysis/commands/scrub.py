"""`scrub`: take identifiers out of a file of texts."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from analysis.commands.screen import display, say_if_slow
from analysis.custody.scrub import KINDS, Scrubbed, Span, find_all, placed
from analysis.errors import CustodyError

LINES_AT_ONCE = 1_024
"""Lines held in memory together."""


@dataclass(frozen=True)
class Item:
    """One line of the file."""

    id: str | int
    text: str


def scrub(
    file: Annotated[Path, typer.Argument(help='JSON Lines with {"id", "text"}')],
    as_json: Annotated[bool, typer.Option("--json", help="Write the scrubbed texts as JSON Lines")] = False,
) -> None:
    """Replace identifiers in texts by typed placeholders; without --json, count them by kind."""
    say_if_slow()
    if as_json:
        for item, scrubbed in scrubbed_items(file):
            spans = [asdict(span) for span in scrubbed.spans]
            sys.stdout.write(json.dumps({"id": item.id, "text": scrubbed.text, "spans": spans}) + "\n")
        return
    found: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    total = 0
    for _, scrubbed in scrubbed_items(file):
        total += 1
        found.update(span.type for span in scrubbed.spans)
        texts.update({span.type for span in scrubbed.spans})
    display(_summary(total, found, texts))


def scrubbed_items(path: Path) -> Iterator[tuple[Item, Scrubbed]]:
    """The items of a file in order, each with its scrubbed text; memory does not grow with the file.

    Raises
    ------
    CustodyError
        The file cannot be read, or a line is not an object with a text `id` and a text `text`; names file and line.
    """
    items = read_items(path)
    while batch := list(islice(items, LINES_AT_ONCE)):
        for item, spans in zip(batch, find_all([item.text for item in batch]), strict=True):
            yield item, _scrubbed(item.text, spans)


def read_items(path: Path) -> Iterator[Item]:
    """The items of a JSON Lines file; empty lines are passed over."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if content.strip():
                    yield _item(content, f"{path}: line {number}")
    except OSError as error:
        raise CustodyError(f"{path}: cannot be read: {error.strerror}; name a readable JSON Lines file") from error


def _item(line: bytes, where: str) -> Item:
    wanted = 'want one object {"id": "…", "text": "…"} per line, in UTF-8'
    try:
        content: Any = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise CustodyError(f"{where}: not UTF-8 at byte {error.start + 1}; {wanted}") from error
    except (ValueError, RecursionError) as error:
        raise CustodyError(f"{where}: not JSON: {error}; {wanted}") from error
    if not isinstance(content, dict):
        raise CustodyError(f"{where}: got {_named(content)}; {wanted}")
    for key, kinds in (("id", str | int), ("text", str)):
        if key not in content:
            raise CustodyError(f"{where}: key '{key}' is missing; {wanted}")
        if not isinstance(content[key], kinds) or isinstance(content[key], bool):
            raise CustodyError(f"{where}: '{key}' is {_named(content[key])}; {wanted}")
    return Item(content["id"], content["text"])


def _named(value: Any) -> str:
    """What a value is, without showing it: it may identify somebody."""
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), "null")


def _scrubbed(text: str, spans: tuple[Span, ...]) -> Scrubbed:
    return Scrubbed(placed(text, spans), spans)


def _summary(total: int, found: "Counter[str]", texts: "Counter[str]") -> Table:
    shown = Table(title=f"Identifiers in {total:,} texts", caption="Names of people are not searched for.")
    for heading in ("kind", "found", "texts with it"):
        shown.add_column(heading, justify="left" if heading == "kind" else "right")
    for kind in KINDS:
        shown.add_row(kind, f"{found[kind]:,}", f"{texts[kind]:,}")
    shown.add_section()
    shown.add_row("all", f"{found.total():,}", "")
    return shown
