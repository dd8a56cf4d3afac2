"""`python -m analysis …`: the stages of the pipeline and the commands for a researcher's own files.

A stage runs in the environment that `reproducible.env` states, whoever started it; Python reads some of it only at
its start, so a process in any other environment replaces itself.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.create_key import create_key
from analysis.commands.freeze_claims import freeze_claims
from analysis.commands.replicate import replicate
from analysis.commands.scrub import scrub
from analysis.errors import AnalysisError
from analysis.stages import run_stage

ROOT = Path(__file__).resolve().parents[1]

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


@app.callback()
def _root() -> None:
    """Measure political attitudes in a diaspora, in aggregate only."""


@app.command()
def stage(name: Annotated[str, typer.Argument(help="Stage of dvc.yaml")]) -> None:
    """Run one stage of the pipeline in the folder you stand in."""
    run_stage(name, Path.cwd())


app.command()(create_key)
app.command()(freeze_claims)
app.command()(replicate)
app.command()(scrub)


def stated_environment() -> dict[str, str]:
    """The variables that `reproducible.env` sets."""
    lines = (ROOT / "reproducible.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def enter_stated_environment() -> None:
    """Restart this process in the stated environment unless it runs there already."""
    wanted = stated_environment()
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        os.execve(sys.executable, [sys.executable, "-m", "analysis", *sys.argv[1:]], os.environ | wanted)


def main() -> None:
    """Run the command line; an error that a person can act on becomes one line and exit code 2."""
    enter_stated_environment()
    try:
        app()
    except AnalysisError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
