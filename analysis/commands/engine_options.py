"""Where work runs: the options that every command with an engine has.

What belongs here: options, and what they mean together. What must not: an engine.
"""

from typing import Annotated

import typer

from analysis.errors import InputError

ALL_CORES = "local[*]"

EngineName = Annotated[str, typer.Option("--engine", help="local, or spark")]
Master = Annotated[
    str | None, typer.Option(help="spark: address of the cluster, such as spark://host:7077; all cores here without it")
]
Conf = Annotated[list[str] | None, typer.Option(help="spark: a setting, spark.name=value; may be given more than once")]


def is_spark(engine: str, master: str | None, conf: list[str] | None) -> bool:
    """Whether the options ask for Spark.

    Parameters
    ----------
    engine, master, conf
        As typed.

    Raises
    ------
    InputError
        An engine that there is not, or options of Spark for another one.
    """
    if engine not in ("local", "spark"):
        raise InputError(f"--engine {engine}: there is no such engine; name local or spark")
    if engine == "local" and (master or conf):
        raise InputError("--master and --conf belong to --engine spark; add it, or leave them out")
    return engine == "spark"
