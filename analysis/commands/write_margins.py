"""`write-margins`: totals of Afghans abroad by host and sex from UN DESA, with the ages that UNHCR registers.

What belongs here: the options and the file. What must not: a split of an age band that no source splits.
"""

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from analysis.atomic import write_atomically
from analysis.errors import InputError
from analysis.measures.margins import HEADER, read_margins
from analysis.measures.migrant_margins import MigrantMargins, migrant_margins
from analysis.params import load_params
from analysis.store import Store
from analysis.study import open_plan
from analysis.study.plan import Margins


def write_margins(
    out: Annotated[Path, typer.Argument(help="File to write, such as data/vault/margins.csv; it must not exist")],
    hosts: Annotated[str, typer.Option(help="Hosts as CODE=NAME, the name as your survey answers it: DEU=Germany,…")],
    pool_ages: Annotated[
        bool, typer.Option("--pool-ages", help="Hosts without ages get those of all hosts that have them")
    ] = False,
) -> None:
    """Write the margins of a survey of Afghans abroad: migrant stock by host and sex, adults by registered ages.

    Columns are those that the plan of the study in params.yaml crosses: host, sex and age band, in this order.
    """
    if out.exists():
        raise InputError(f"{out}: exists; move it away, or name another file")
    named, store = _named(hosts), Store(Path(__file__).resolve().parents[2])
    declared = open_plan(store.root, load_params(store.root / "params.yaml").study).margins
    if declared is None or len(declared.crossed) != 3:
        raise InputError("the plan's margins do not cross three items; let margins.crossed name host, sex and age band")
    made = migrant_margins(
        store.read("reference__migrant_stock"), store.read("reference__unhcr_population_host_sex_age"), named,
        is_pooled=pool_ages,
    )  # fmt: skip
    write_atomically(out, _csv(made, declared))
    total = read_margins(out, declared).total.sum()
    print(f"written: {out}; {len(made.rows)} totals, {total:,.0f} adults")
    for note in made.notes:
        print(f"note: {note}")


def _named(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",")]
    wrong = [code for code, equals, name in pairs if not (equals and code.strip() and name.strip()) or ":" in name]
    if wrong:
        raise InputError(f"--hosts holds '{wrong[0]}'; write hosts as DEU=Germany,USA=United States, without colons")
    return {code.strip(): name.strip() for code, _, name in pairs}


def _csv(made: MigrantMargins, declared: Margins) -> bytes:
    sink = io.StringIO()
    rows = [(":".join(declared.crossed), row.level, row.total, row.population, row.source) for row in made.rows]
    csv.writer(sink, lineterminator="\n").writerows([HEADER, *rows])
    return sink.getvalue().encode()
