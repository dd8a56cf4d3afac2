"""`create-key`: make the key of a study's pseudonyms."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.custody import pseudonyms

ROOT = Path(__file__).resolve().parents[2]


def create_key(
    file: Annotated[Path, typer.Argument(help="New file, outside the repository")],
) -> None:
    """Write a new random key to a file that only you can read, and show its fingerprint."""
    key = pseudonyms.create_key(file, ROOT)
    print(f"created: {file}\nfingerprint: {key.fingerprint()}\nnow set {pseudonyms.KEY_VARIABLE}={file}")
    print("Keep a copy where the project does not go; destroy every copy when the study closes.")
