"""`diagnose`: the design diagnosis over many more worlds than the pipeline draws, resumable after an interruption."""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.progress import track

from analysis.atomic import write_atomically
from analysis.design.estimators import Answer
from analysis.design.studies import Study, simulate_study
from analysis.errors import InputError
from analysis.params import load_params
from analysis.results.design_diagnosis import characteristic_rows, merged
from analysis.schemas import TABLES
from analysis.store import canonical, csv_bytes

FOLDER = Path("build/diagnosis")
BATCH = 50
ROOMS = ("design", "estimators", "synthetic")
"""Rooms whose code makes a study what it is."""

RESULT = "data/reference/synthetic_deep_diagnosis.csv"
TABLE = "synthetic_deep_diagnosis"
SOURCE = "simulated by `python -m analysis diagnose`; fictional worlds, nobody was asked"


def diagnose(
    worlds: Annotated[int, typer.Option(help="Simulated studies")] = 2000,
    update: Annotated[bool, typer.Option(help=f"Write the result to {RESULT}")] = False,
) -> None:
    """Simulate studies in batches, keep each batch, and go on where an earlier call stopped."""
    if worlds < 1:
        raise InputError(f"--worlds is {worlds}; give at least 1")
    plan = load_params(Path("params.yaml")).diagnose_design
    generators = np.random.default_rng(plan.seed).spawn(worlds)
    parts: dict[int, Study] = {}
    for first in track(range(0, worlds, BATCH), description="simulating studies"):
        numbers = range(first, min(first + BATCH, worlds))
        parts |= _batch(plan.seed, plan.respondents, numbers, generators)
    rows = characteristic_rows(merged(parts)).assign(source=SOURCE)
    data = csv_bytes(canonical(rows, TABLES[TABLE]), TABLES[TABLE])
    if update:
        write_atomically(Path(RESULT), data)
    print(data.decode(), end="")


def _batch(seed: int, respondents: int, numbers: range, generators: list[np.random.Generator]) -> dict[int, Study]:
    """Studies of one batch, from the file of an earlier call where there is one."""
    path = FOLDER / f"{_version()}_{seed}_{respondents}_{numbers.start}_{numbers.stop}.json"
    if path.is_file():
        return {int(number): _read(rows) for number, rows in json.loads(path.read_text(encoding="utf-8")).items()}
    made = {number: simulate_study(respondents, generators[number]) for number in numbers}
    rows = {number: [_written(name, answer) for name, answer in study.items()] for number, study in made.items()}
    write_atomically(path, json.dumps(rows).encode())
    return made


def _written(name: tuple[str, str], answer: Answer) -> list[str | float | None]:
    """One answer; JSON keeps every digit of a float."""
    numbers = (answer.truth, answer.value, answer.low, answer.high)
    return [*name, *(None if number is None else float(number) for number in numbers)]


def _read(rows: list[list[Any]]) -> Study:
    return {(name, step): Answer(*numbers) for name, step, *numbers in rows}


def _version() -> str:
    """Of the code that draws, asks and estimates: batches of another version are not taken up."""
    package = Path(__file__).parents[1]
    files = sorted(file for room in ROOMS for file in (package / room).rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
