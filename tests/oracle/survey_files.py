"""Survey samples that the oracle tests share, as plain columns; no test of its own."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent


def cases(folder, name):
    return json.loads((HERE / folder / name).read_text(encoding="utf-8"))["cases"]


def external(name):
    folder = os.environ.get("EXTERNAL_MIRROR")
    if not folder:
        pytest.skip("EXTERNAL_MIRROR names no folder: third-party record-level files are not distributed here")
    path = Path(folder) / name
    if not path.exists():
        pytest.skip(f"{name} is not in the folder named by EXTERNAL_MIRROR")
    return path


def own_columns(name):
    with (HERE / "own_synthetic" / name).open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {column: [row[column] for row in rows] for column in rows[0]}


def numbers(columns, *names):
    return np.column_stack([np.array(columns[n], dtype=float) for n in names])
