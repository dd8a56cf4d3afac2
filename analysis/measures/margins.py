"""Official margins of a population: totals that respondents are weighted to, and whom they describe.

What belongs here: reading the file and summing its cells. What must not be here: weights.

The file is a CSV with one total a row; here the plan crosses host (`host`), sex (`sex`) and age band (`age`):

    variable       level            total   population                              source
    host:sex:age   Germany:f:18-24  21800   holders of Afghan nationality, Germany  the office, table, day

`variable` joins the columns that the plan's margins cross, `level` their answer codes, both by colons. Where an office
counts one item in coarser bands, a level joins the survey's: `Germany:f:18-24+25-34`. `write-margins` writes such a
file from UN DESA's migrant stock and the ages that UNHCR registers. The same file can be given to `estimate calibrate
--margins`, which describes more shapes.
"""

from pathlib import Path

import pandas as pd

from analysis.errors import InputError
from analysis.measures.margin_levels import answers_of
from analysis.study.plan import Margins

HEADER = ("variable", "level", "total", "population", "source")


def read_margins(path: Path, declared: Margins) -> pd.DataFrame:
    """Read the margins.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 with the columns of `HEADER`.
    declared : Margins
        Of the plan: which items are crossed, and of which one answers may be joined.

    Returns
    -------
    DataFrame
        One row per cell: a column per crossed item, `total` (persons), `population`, `source`.

    Raises
    ------
    InputError
        The file is not there or not a CSV, a column is missing, a row crosses other items, a level does not have a
        part for each or stands twice, a joined answer is in two levels, or a total is not a number of 0 or more; names
        line, column, value and the fix.
    """
    try:
        rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a UTF-8 CSV file"
        raise InputError(
            f"{path.name}: {reason}; write the totals of the population, see measures/margins.py"
        ) from error
    missing = [name for name in HEADER if name not in rows.columns]
    if missing:
        raise InputError(f"{path.name}: no column '{missing[0]}'; want {', '.join(HEADER)}")
    crossed = list(declared.crossed)
    _refuse(rows.variable != ":".join(crossed), rows.variable, path, f"cross {':'.join(crossed)}")
    _refuse(rows.level.str.count(":") != len(crossed) - 1, rows.level, path, f"join {declared.words} by colons")
    _refuse(rows.level.duplicated(), rows.level, path, "give every cell once")
    totals = pd.to_numeric(rows.total, errors="coerce")
    _refuse(~totals.between(0, float("1e12")), rows.total, path, "a total is a number of 0 or more")
    for name in ("population", "source"):
        _refuse(rows[name].str.strip() == "", rows[name], path, "say whom the total describes and where it was read")
    if not totals.sum() > 0:
        raise InputError(f"{path.name}: column total adds up to 0; give the totals of a population")
    parts = rows.level.str.split(":", expand=True).set_axis(crossed, axis=1)
    if declared.joined:
        is_twice = _held_twice(parts[declared.joined])
        _refuse(
            is_twice,
            rows.level,
            path,
            f"an answer of {declared.joined} belongs to one level only; use the same in every row",
        )
    return parts.assign(total=totals.astype("float64"), population=rows.population, source=rows.source)


def _held_twice(levels: "pd.Series[str]") -> "pd.Series[bool]":
    """Levels that hold an answer which another level holds too."""
    holders = {(level, answer) for level in levels for answer in answers_of(level)}
    answers = pd.Series([answer for _, answer in sorted(holders)], dtype=str)
    twice = set(answers[answers.duplicated()])
    return levels.map(lambda level: bool(twice & set(answers_of(level))))


def _refuse(is_wrong: "pd.Series[bool]", values: "pd.Series[str]", path: Path, fix: str) -> None:
    if is_wrong.any():
        position = int(is_wrong.to_numpy().argmax())
        raise InputError(f"{path.name}, line {position + 2}, column {values.name}: got {values[position]!r}; {fix}")


def coverage(margins: pd.DataFrame | None, declared: Margins | None) -> pd.DataFrame:
    """Whom the totals describe: table `margin_coverage`; without a row where there are none."""
    if margins is None or declared is None:
        return pd.DataFrame(columns=["margin_text", "population_text", "source"])
    described = margins[["population", "source"]].drop_duplicates()
    return pd.DataFrame(
        {
            "margin_text": declared.words,
            "population_text": described.population,
            "source": described.source,
        }
    ).drop_duplicates(["margin_text", "population_text"])
