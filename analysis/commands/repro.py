"""`repro`: DVC's own `repro`, with what dead runs left cleared away first, and for a vault study from inside the vault.

What must not be here: running a stage, or an option that DVC does not have.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from analysis.commands.prepare_run import prepare_run
from analysis.commands.vault_pipeline import PLACE

ADVICE = "Use `dvc push`"
"""How DVC's last line begins: results of this project go nowhere by themselves, and rows of a vault must not."""


def repro(arguments: Annotated[list[str] | None, typer.Argument(help="Passed on to `dvc repro`")] = None) -> None:
    """Build everything that is not up to date."""
    # A vault study's lock holds hashes of private rows: DVC runs it from inside the vault and writes it there.
    if prepare_run() == "vault":
        os.chdir(Path.cwd() / PLACE)
    from dvc.cli import main
    from dvc.ui import ui

    write = ui.write

    def write_all_but_advice(*objects: Any, **options: Any) -> None:
        if not (objects and str(objects[0]).startswith(ADVICE)):
            write(*objects, **options)

    ui.write = write_all_but_advice
    sys.exit(main(["repro", *(arguments or [])]))
