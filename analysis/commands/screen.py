"""What commands print for a person: every value as it is, whole, in whatever width there is.

What must not be here: numbers. Nothing printed is markup: a label in square brackets is a label.
"""

import sys

from rich.console import Console
from rich.table import Table

from analysis.texts.library import why_slow

UNBOUND = 10_000
"""Columns where nobody reads a screen of a given width: into a file or another program."""


def screen() -> Console:
    """A console that prints literally."""
    width = None if sys.stdout.isatty() else UNBOUND
    return Console(markup=False, highlight=False, emoji=False, width=width)


def display(*parts: Table | str, style: str | None = None) -> None:
    """Print tables and lines; a cell that is wider than the screen goes on below, and is never cut."""
    console = screen()
    for part in parts:
        if isinstance(part, Table):
            for column in part.columns:
                column.overflow = "fold"
        console.print(part, style=style)


def say_if_slow() -> None:
    """Say, beside the result, why texts are read the slow way, if they are."""
    reason = why_slow()
    if reason:
        print(f"note: {reason}", file=sys.stderr)
