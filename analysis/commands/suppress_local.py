"""`suppress-local`: blank cells until every record shares its keys with k − 1 others."""

import io
import json
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from analysis.atomic import write_atomically
from analysis.commands.person_file import coded, named_columns, read_persons
from analysis.disclosure.classes import Ints, partition
from analysis.disclosure.local_suppression import BLANK, suppress_locally
from analysis.disclosure.risk import violations
from analysis.errors import InputError
from analysis.spreadsheet import csv_text, inert


def suppress_local(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet file, one row per person", show_default=False)],
    *,
    quasi_identifiers: Annotated[
        str, typer.Option(help="Columns that an attacker may know, such as age,sex,region", show_default=False)
    ],
    k: Annotated[int, typer.Option("--k", help="Smallest class that may remain", show_default=False)],
    out: Annotated[Path, typer.Option(help="File to write, .csv or .parquet; never the input", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a sentence")] = False,
) -> None:
    """Write a copy in which blanks protect the rare; an empty cell counts as a category of its own."""
    if out.resolve() == file.resolve():
        raise InputError(f"--out is the input '{file}'; name another file: the original is not overwritten")
    keys = named_columns(quasi_identifiers)
    frame = read_persons(file, keys)
    codes = coded(frame, keys)
    found = suppress_locally(codes, k)
    write_atomically(out, _bytes(_blanked(frame, keys, found.codes), out))
    left = violations(partition(found.codes), k)
    blanks = dict(zip(keys, found.blanks.tolist(), strict=True))
    if as_json:
        print(
            json.dumps({"n": len(frame), "k": k, "blanks": sum(blanks.values()), "per_key": blanks, "violations": left})
        )
        return
    per_key = ", ".join(f"{key} {count}" for key, count in blanks.items())
    print(f"{len(frame)} records, k = {k}: {sum(blanks.values())} cells blanked ({per_key}); {left} below k remain")


def _blanked(frame: pd.DataFrame, keys: list[str], codes: Ints) -> pd.DataFrame:
    protected = frame.copy()
    for key, column in zip(keys, codes.T, strict=True):
        protected[key] = protected[key].mask(column == BLANK)
    return protected


def _bytes(frame: pd.DataFrame, out: Path) -> bytes:
    if out.suffix != ".parquet":
        return csv_text(inert(frame)).encode()
    sink = io.BytesIO()
    frame.to_parquet(sink, index=False)
    return sink.getvalue()
