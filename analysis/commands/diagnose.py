"""`diagnose`: the design diagnosis over many more worlds than the pipeline draws, resumable after an interruption."""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.progress import track

from analysis.atomic import write_atomically
from analysis.design.studies import Answer, Key, Simulation, Study, simulate_study, simulation
from analysis.errors import InputError
from analysis.params import load_params
from analysis.results.design_diagnosis import characteristic_rows, merged
from analysis.schemas import TABLES
from analysis.store import canonical, csv_bytes
from analysis.study import open_plan

FOLDER = Path("build/diagnosis")
BATCH = 50
ROOMS = ("design", "estimators", "measures", "strategy", "study", "synthetic")
"""Rooms whose code makes a study what it is."""

RESULT = "data/reference/synthetic_deep_diagnosis.csv"
TABLE = "synthetic_deep_diagnosis"
SOURCE = "simulated by `python -m analysis diagnose`; fictional worlds, nobody was asked"


def diagnose(
    worlds: Annotated[int, typer.Option(help="Simulated studies")] = 1000,
    update: Annotated[bool, typer.Option(help=f"Write the result to {RESULT}")] = False,
) -> None:
    """Simulate studies in batches, keep each batch, and go on where an earlier call stopped."""
    if worlds < 1:
        raise InputError(f"--worlds is {worlds}; give at least 1")
    params = load_params(Path("params.yaml"))
    chosen, plan = params.diagnose_design, open_plan(Path.cwd(), "synthetic")
    what = simulation(plan, chosen.respondents, params.weight_respondents.cut_at, chosen.bootstrap_draws)
    generators = np.random.default_rng(chosen.seed).spawn(worlds)
    parts: dict[int, Study] = {}
    for first in track(range(0, worlds, BATCH), description="simulating studies"):
        numbers = range(first, min(first + BATCH, worlds))
        parts |= _batch(what, chosen.seed, numbers, generators)
    rows = characteristic_rows(merged(parts), plan).assign(source=SOURCE)
    data = csv_bytes(canonical(rows, TABLES[TABLE]), TABLES[TABLE])
    if update:
        write_atomically(Path(RESULT), data)
    print(data.decode(), end="")


def _batch(what: Simulation, seed: int, numbers: range, generators: list[np.random.Generator]) -> dict[int, Study]:
    """Studies of one batch, from the file of an earlier call where there is one."""
    path = FOLDER / f"{_version(what)}_{seed}_{numbers.start}_{numbers.stop}.json"
    if path.is_file():
        return {int(number): _read(rows) for number, rows in json.loads(path.read_text(encoding="utf-8")).items()}
    made = {number: simulate_study(what, generators[number]) for number in numbers}
    rows = {number: [[*key, *answer] for key, answer in study.items()] for number, study in made.items()}
    write_atomically(path, json.dumps(rows, default=float).encode())
    return made


def _read(rows: list[list[Any]]) -> Study:
    """JSON keeps every digit of a float."""
    size = len(Key._fields)
    return {Key(*row[:size]): Answer(*row[size:]) for row in rows}


def _version(what: Simulation) -> str:
    """Of the plan, the sizes and the code: batches of another version are not taken up."""
    package = Path(__file__).parents[1]
    files = sorted(file for room in ROOMS for file in (package / room).rglob("*.py"))
    said = (what.plan.model_dump_json(), what.respondents, what.cut_at, what.bootstrap_draws)
    return hashlib.sha256(b"".join([repr(said).encode(), *(file.read_bytes() for file in files)])).hexdigest()[:12]
