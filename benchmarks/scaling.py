"""`bench scaling`: what one row costs a command on large files, beside one row of a file ten times smaller.

What belongs here: made-up files and commands as a user gives them, CPU time and memory of whole processes. What must
not: a verdict. Admission and withdrawal work on a vault, not on one file, and are not measured here.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.commands.cpu_time import cpu_seconds
from benchmarks.coordination import shares
from benchmarks.disclosure import records
from benchmarks.engine import write_posts
from benchmarks.report import Comparison, peak_memory

SIZES = (100_000, 1_000_000)
SMALL = 1_000
"""Rows of a file that costs little beside the start of the process, which is taken off."""
SEED = 21
ITEMS, UNITS, MARGINS = 3, 200, {"m0": 20, "m1": 20}
REGIONS = 50


@dataclass(frozen=True)
class Verb:
    """A command on one file.

    Attributes
    ----------
    name : as the report names it
    write : folder, rows → files
    written : the command; what begins with `@` is a file of that folder
    order : known order of the problem; 1 for one that is linear
    """

    name: str
    write: Callable[[Path, int], object]
    written: str
    order: str = "linear"

    def command(self, folder: Path) -> list[str]:
        """The command with this folder's files."""
        words = [str(folder / word[1:]) if word.startswith("@") else word for word in self.written.split()]
        return [sys.executable, "-m", "analysis", *words]


@dataclass(frozen=True)
class Cost:
    """CPU seconds without those of a start, and the most memory in bytes, for so many rows."""

    rows: int
    seconds: float
    peak: int


def measure(sizes: Sequence[int] = SIZES) -> list[Comparison]:
    """Every verb on files of each size.

    Parameters
    ----------
    sizes
        Rows, ascending, at least two.

    Returns
    -------
    list of Comparison
        Microseconds of a row at the last size beside the one before; exponent and memory in the note.
    """
    return [_compared(verb, sizes) for verb in VERBS]


def _compared(verb: Verb, sizes: Sequence[int]) -> Comparison:
    start = _cost(verb, SMALL, 0.0).seconds
    *_, before, last = [_cost(verb, rows, start) for rows in sizes]
    exponent = log(last.seconds / before.seconds) / log(last.rows / before.rows)
    note = f"exponent {exponent:.2f}, {verb.order}; peak memory {last.peak / 2**30:.2f} GiB, start {start:.1f} s"
    ours, other = (1e6 * each.seconds / each.rows for each in (last, before))
    what = f"{verb.name}: one of {last.rows:,} rows"
    return Comparison(what, f"one of {before.rows:,}", "CPU microseconds", ours, other, note, kind="own")


def _cost(verb: Verb, rows: int, start: float) -> Cost:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder, peaks = Path(name), list[int]()
        verb.write(folder, rows)
        seconds = cpu_seconds(lambda: peaks.append(peak_memory(verb.command(folder), Path.cwd())))
        return Cost(rows, max(seconds - start, 1e-3), peaks[0])


def _persons(folder: Path, rows: int) -> None:
    keys = records(rows, SEED)
    pd.DataFrame(keys, columns=[f"k{place}" for place in range(keys.shape[1])]).to_parquet(folder / "persons.parquet")


def _respondents(folder: Path, rows: int) -> None:
    """Answers to a list, a share, a design with strata and units, and two margins."""
    generator = np.random.default_rng(SEED)
    treated = generator.integers(0, 2, rows)
    answers = {
        "y": generator.binomial(ITEMS, 0.4, rows) + treated * generator.binomial(1, 0.3, rows),
        "arm": treated,
        "x": generator.normal(size=rows),
        "yes": generator.binomial(1, 0.3, rows),
        "weight": generator.uniform(1, 5, rows),
        "stratum": np.arange(rows) * 10 // rows,
        "unit": np.arange(rows) * UNITS // rows,
    }
    levels = {name: generator.integers(0, size, rows).astype(str) for name, size in MARGINS.items()}
    pd.DataFrame(answers | levels).to_parquet(folder / "answers.parquet")
    margins = [(name, str(level), rows * 3 / size) for name, size in MARGINS.items() for level in range(size)]
    pd.DataFrame(margins, columns=["variable", "level", "total"]).to_csv(folder / "margins.csv", index=False)


def _recruits(folder: Path, rows: int) -> None:
    """Chains from ten seeds, everybody recruited by somebody before."""
    generator = np.random.default_rng(SEED)
    recruiters = [-1] * 10 + [max(0, place // 2 - 5) for place in range(10, rows)]
    people = {
        "id": np.arange(rows),
        "recruiter": np.where(np.array(recruiters) < 0, "seed", np.array(recruiters).astype(str)),
        "degree": generator.integers(1, 60, rows),
        "yes": generator.binomial(1, 0.3, rows),
    }
    pd.DataFrame(people).astype({"id": str}).to_parquet(folder / "recruits.parquet")


def _cells(folder: Path, rows: int) -> None:
    """A table of counts with so many cells, few of them small."""
    generator = np.random.default_rng(SEED)
    cells = pd.MultiIndex.from_product([range(-(-rows // REGIONS)), range(REGIONS)], names=["row", "column"])
    pd.DataFrame({"n": generator.integers(5, 500, len(cells))}, index=cells).reset_index().to_parquet(
        folder / "cells.parquet"
    )


def _consents(folder: Path, rows: int) -> None:
    decisions = {
        "subject": [f"s{place:07d}" for place in range(rows)],
        "event": "granted", "day": "2026-01-02", "scopes": "survey_analysis", "form_version": "1",
        "wording": "0" * 64, "language": "en", "proof": "folder 1", "expires": "",
    }  # fmt: skip
    pd.DataFrame(decisions).to_csv(folder / "consents.csv", index=False)


def _shares(folder: Path, rows: int) -> None:
    shares(rows).to_parquet(folder / "shares.parquet")


def _posts(folder: Path, rows: int) -> None:
    write_posts(folder / "posts.parquet", rows)


QUASI = "--quasi-identifiers k0,k1,k2,k3,k4,k5"
VERBS = (
    Verb("assess", _persons, f"assess @persons.parquet {QUASI}"),
    Verb("suppress-local", _persons, f"suppress-local @persons.parquet {QUASI} --k 3 --out @out.parquet"),
    Verb("protect-table", _cells, "protect-table @cells.parquet --rows row --columns column --value n --threshold 10"),
    Verb(
        "list experiment, maximum likelihood",
        _respondents,
        f"estimate list-experiment @answers.parquet --response y --treatment arm --items {ITEMS} --estimator ml "
        "--covariates x",
    ),
    Verb(
        f"survey mean with {UNITS} replicate weights",
        _respondents,
        "estimate survey-mean @answers.parquet --outcome yes --weights weight --strata stratum --clusters unit "
        "--replicates jkn",
    ),
    Verb(
        "calibration by raking",
        _respondents,
        "estimate calibrate @answers.parquet --margins @margins.csv --weights weight --outcome yes",
    ),
    Verb(
        "respondent-driven sample, twenty bootstrap draws",
        _recruits,
        "estimate rds @recruits.parquet --id id --recruiter recruiter --degree degree --outcome yes "
        "--estimator rds-ii --bootstrap 20",
    ),
    Verb("coordination", _shares, "estimate coordination @shares.parquet --window 60", "grows with pairs of shares"),
    Verb("posts-table", _posts, "posts-table @posts.parquet --out @out"),
    Verb("import-consents", _consents, "import-consents @consents.csv --ledger @ledger.jsonl"),
)
