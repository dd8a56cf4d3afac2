"""`python -m analysis …`: the stages of the pipeline and the commands for a researcher's own files.

A stage runs in the environment that `reproducible.env` states, whoever started it; Python reads some of it only at
its start, so a process in any other environment replaces itself.
"""

import errno
import gc
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from analysis.errors import AnalysisError

MACHINE_REFUSES = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)
"""What no code can mend: a full or broken disk, a folder that may not be written."""
ROOT = Path(__file__).resolve().parents[1]
COMMANDS = {
    "archive-release": "analysis.commands.archive_release:archive_release",
    "assess": "analysis.commands.assess:assess",
    "book": "analysis.commands.serve_book:serve_book",
    "check": "analysis.commands.check:check",
    "check-study": "analysis.commands.check_study:check_study",
    "coverage": "analysis.commands.coverage:coverage",
    "create-key": "analysis.commands.create_key:create_key",
    "describe-formats": "analysis.commands.describe_formats:describe_formats",
    "diagnose": "analysis.commands.diagnose:diagnose",
    "estimate": "analysis.commands.estimate:estimate",
    "field-kit": "analysis.commands.field_kit:field_kit",
    "freeze-claims": "analysis.commands.freeze_claims:freeze_claims",
    "guard-commit": "analysis.commands.guard_commit:guard_commit",
    "import-consents": "analysis.commands.import_consents:import_consents",
    "new-study": "analysis.commands.new_study:new_study",
    "papers": "analysis.commands.papers:papers",
    "posts-table": "analysis.commands.posts_table:posts_table",
    "print-book": "analysis.commands.print_book:print_book",
    "protect-table": "analysis.commands.protect_table:protect_table",
    "publish": "analysis.commands.publish:publish",
    "rehearse": "analysis.commands.rehearse:rehearse",
    "replicate": "analysis.commands.replicate:replicate",
    "repro": "analysis.commands.repro:repro",
    "restricted-file": "analysis.commands.restricted_file:restricted_file",
    "scrub": "analysis.commands.scrub:scrub",
    "sheet": "analysis.commands.sheet:app",
    "suppress-local": "analysis.commands.suppress_local:suppress_local",
    "verify": "analysis.commands.verify:verify",
    "verify-bundle": "analysis.commands.verify_bundle:verify_bundle",
    "withdraw": "analysis.commands.withdraw:withdraw",
    "write-margins": "analysis.commands.write_margins:write_margins",
}
"""Name on the command line → where it is; only the one that is asked for is imported."""


def stage(name: Annotated[str, typer.Argument(help="Stage of dvc.yaml")]) -> None:
    """Run one stage of the pipeline in the folder you stand in."""
    from analysis.stages import run_stage

    run_stage(name, Path.cwd())


def command_line(arguments: list[str]) -> typer.Typer:
    """The command that the arguments name, or all of them when they name none, as for `--help`."""
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback()(_purpose)
    app.command()(stage)
    asked = arguments[0] if arguments else ""
    for name in [asked] if asked in COMMANDS else COMMANDS if asked != "stage" else []:
        command = _loaded(COMMANDS[name])
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _purpose() -> None:
    """Measure political attitudes in a diaspora, in aggregate only."""


def _loaded(where: str) -> Callable[..., Any] | typer.Typer:
    module, _, name = where.partition(":")
    command: Callable[..., Any] | typer.Typer = getattr(importlib.import_module(module), name)
    return command


def stated_environment() -> dict[str, str]:
    """The variables that `reproducible.env` sets."""
    lines = (ROOT / "reproducible.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def enter_stated_environment(package: str = "analysis") -> None:
    """Restart this process of a package in the stated environment unless it runs there already."""
    wanted = stated_environment()
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        os.execve(sys.executable, [sys.executable, "-m", package, *sys.argv[1:]], os.environ | wanted)


def main(commands: Callable[[list[str]], typer.Typer] = command_line, package: str = "analysis") -> None:
    """Run a package's command line; an error that a person can act on becomes one line and exit code 2."""
    enter_stated_environment(package)
    try:
        sys.exit(commands(sys.argv[1:])(standalone_mode=False))
    except AnalysisError as error:
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        if error.errno not in MACHINE_REFUSES:
            raise
        print(
            f"error: {error.filename or 'a file'}: {error.strerror}; make room or permit it, then run the same again",
            file=sys.stderr,
        )
    except typer.TyperException as error:
        print(f"error: {error.format_message()}; --help lists what is allowed", file=sys.stderr)
    except typer.Abort:
        print("error: stopped", file=sys.stderr)
    finally:
        # Python would look through all that was imported before it ends.
        gc.freeze()
    sys.exit(2)


if __name__ == "__main__":
    main()
