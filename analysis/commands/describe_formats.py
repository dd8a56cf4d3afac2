"""`describe-formats`: write the page that says what is read of every export."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.atomic import write_atomically
from analysis.corpora.detect import FORMATS
from analysis.corpora.format_page import format_page


def describe_formats(
    page: Annotated[Path, typer.Argument(help="File to write")] = Path("book/formats.md"),
) -> None:
    """Write the book's page on formats from what every reader declares about itself."""
    write_atomically(page, format_page(each.about for each in FORMATS.values()).encode())
    print(f"{page}: {len(FORMATS)} formats")
