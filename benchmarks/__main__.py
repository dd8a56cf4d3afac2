"""`python -m benchmarks …`, which is `./run bench …`."""

import typer

from analysis.__main__ import main
from benchmarks.bench import bench


def command_line(arguments: list[str]) -> typer.Typer:
    """The one command, whatever the arguments."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command("bench")(bench)
    return app


if __name__ == "__main__":
    main(command_line, "benchmarks")
