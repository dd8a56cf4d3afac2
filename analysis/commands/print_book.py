"""`print-book`: the built book as one PDF, printed by the machine's own Chromium."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from analysis.atomic import write_atomically
from analysis.errors import ReleaseError
from analysis.reading.print_edition import print_edition

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--headless", "--disable-gpu", "--no-sandbox", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-pdf-header-footer", "--virtual-time-budget=20000",
    "--allow-file-access-from-files",
)  # fmt: skip
SHOWN_LINES = 5


def print_book(
    out: Annotated[Path, typer.Option(help="The PDF to write")] = Path("dist/afghan-diaspora-attitudes.pdf"),
) -> None:
    """Print `dist/book`; needs Chromium. A PDF holds the day of printing, so its bytes are no part of a release."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise ReleaseError("no Chromium on this machine; on Debian: apt install chromium")
    book = Path.cwd() / "dist/book"
    page = book / ".print.html"
    write_atomically(page, print_edition(book).encode())
    try:
        write_atomically(out, _printed(browser, page))
    finally:
        page.unlink()
    print(f"written: {out}")


def _printed(browser: str, page: Path) -> bytes:
    with tempfile.TemporaryDirectory(prefix="print-") as folder:
        pdf = Path(folder) / "book.pdf"
        profile = f"--user-data-dir={folder}/profile"
        command = [browser, *OPTIONS, profile, f"--print-to-pdf={pdf}", page.as_uri()]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        if finished.returncode or not pdf.is_file():
            said = "\n".join(finished.stderr.strip().splitlines()[-SHOWN_LINES:])
            raise ReleaseError(f"{browser} printed nothing:\n{said}")
        return pdf.read_bytes()
