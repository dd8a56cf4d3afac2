"""Apache Spark as a place to run the project's own functions: a session, and the functions' code on every executor.

What belongs here: starting and stopping, what executors need to know. What must not: what is run.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from analysis.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Part = TypeVar("Part")
Result = TypeVar("Result")
PACKAGE = Path(__file__).resolve().parents[1]
BATCH_BYTES, BATCH_ROWS, READER_ROWS = 16 * 2**20, 8_192, 256
SETTINGS = {
    # One long text must not make a batch that no executor can hold.
    "spark.sql.execution.arrow.maxBytesPerBatch": BATCH_BYTES,
    "spark.sql.execution.arrow.maxRecordsPerBatch": BATCH_ROWS,
    "spark.sql.parquet.columnarReaderBatchSize": READER_ROWS,
    "spark.sql.session.timeZone": "UTC",
    "spark.executorEnv.POLARS_MAX_THREADS": 1,
    "spark.executorEnv.OMP_NUM_THREADS": 1,
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
ON_THIS_MACHINE = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}


def settings_of(pairs: Sequence[str]) -> dict[str, str]:
    """Settings as they are typed.

    Parameters
    ----------
    pairs
        Such as `spark.executor.memory=4g`.

    Raises
    ------
    InputError
        What has no name of a setting, or no value.
    """
    wrong = [pair for pair in pairs if not pair.startswith("spark.") or not pair.partition("=")[2]]
    if wrong:
        raise InputError(f"--conf '{wrong[0]}' is no setting; write it as spark.name=value")
    return dict(pair.split("=", 1) for pair in pairs)


@contextmanager
def cluster(master: str, settings: dict[str, str]) -> Iterator[SparkSession]:
    """A Spark session whose executors know the project's modules.

    Use it for as long as one run needs; it stops at the end.

    Parameters
    ----------
    master
        `local[*]`, `local-cluster[2,1,1024]`, `spark://host:7077`, `k8s://https://host:443` …
    settings
        Of Spark, beside the project's own and stronger than them.

    Yields
    ------
    pyspark.sql.SparkSession

    Raises
    ------
    InputError
        Spark's package or Java is missing.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise InputError(
            "engine spark: package pyspark is missing; install requirements-spark.lock into the environment"
        )
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise InputError("engine spark: no Java found; install version 17, or name it in JAVA_HOME")
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("posts")
    ours = SETTINGS | (ON_THIS_MACHINE if master.startswith("local") else {}) | settings
    for name, value in ours.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        with tempfile.TemporaryDirectory(prefix="modules-") as folder:
            session.sparkContext.addPyFile(str(_modules(Path(folder))))
            yield session
    finally:
        session.stop()


def _modules(folder: Path) -> Path:
    """The project's modules as one archive."""
    archive = folder / "analysis.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        for file in sorted((*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.c"))):
            written.write(file, Path(PACKAGE.name) / file.relative_to(PACKAGE))
    return archive


def on_executors(session: SparkSession, function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
    """A function of each part, on the executors; results in order of the parts.

    Parameters
    ----------
    session, function, parts
        From `cluster`; a module's function or a partial of one; what it is called with.

    Yields
    ------
    What the function returns.
    """
    every = list(parts)
    if every:
        yield from session.sparkContext.parallelize(every, len(every)).map(function).collect()
