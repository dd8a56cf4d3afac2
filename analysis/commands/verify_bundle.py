"""`verify-bundle`: whether a downloaded bundle is whole and unchanged."""

import json
from pathlib import Path
from typing import Annotated

import typer

from analysis.errors import ReleaseError
from analysis.release import verification


def verify_bundle(
    bundle: Annotated[
        Path, typer.Argument(help="Zip that was downloaded, or the folder it was unpacked into", metavar="BUNDLE")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a sentence")] = False,
) -> None:
    """Compare every file of a bundle with the checksums that it carries; exit code 2 when anything differs."""
    found = verification.verify_bundle(bundle)
    if as_json:
        problems = [{"file": name, "problem": problem} for name, problem in found.problems]
        print(json.dumps({"bundle": found.top, "files": found.files_n, "whole": not problems, "problems": problems}))
    if found.problems:
        listed = "; ".join(f"{name} {problem}" for name, problem in found.problems)
        raise ReleaseError(f"{bundle}: {listed}; download it again, and do not use this copy")
    if not as_json:
        print(f"{found.top}: all {found.files_n} files match their checksums")
