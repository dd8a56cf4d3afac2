"""Official margins of a population: totals that respondents are weighted to, and whom they describe.

What belongs here: reading the file and summing its cells. What must not be here: weights.

The file is a CSV with one total a row:

    variable       level            total   population                              source
    sc2:sc4:sc3    Germany:f:18-24  21800   holders of Afghan nationality, Germany  the office, table, day

`variable` crosses host (`sc2`), sex (`sc4`) and age band (`sc3`); `level` joins their answer codes by colons. Where an
office counts in coarser bands, a level joins the survey's: `Germany:f:18-24+25-34`. `write-margins` writes such a file
from UN DESA's migrant stock and the ages that UNHCR registers. The same file can be given to `estimate calibrate
--margins`, which describes more shapes.
"""

from pathlib import Path

import pandas as pd

from analysis.errors import InputError
from analysis.measures.margin_levels import answers_of

CROSSED = ("sc2", "sc4", "sc3")
"""Host, sex and age band, in the order in which a level names them."""

HEADER = ("variable", "level", "total", "population", "source")


def read_margins(path: Path) -> pd.DataFrame:
    """Read the margins.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 with the columns of `HEADER`.

    Returns
    -------
    DataFrame
        One row per cell: `sc2`, `sc4`, `sc3`, `total` (persons), `population`, `source`.

    Raises
    ------
    InputError
        The file is not there or not a CSV, a column is missing, a row crosses other items, a level does not have three
        parts or stands twice, an age band is in two levels, or a total is not a number of 0 or more; names line,
        column, value and the fix.
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
    _refuse(rows.variable != ":".join(CROSSED), rows.variable, path, f"cross {':'.join(CROSSED)}")
    _refuse(rows.level.str.count(":") != len(CROSSED) - 1, rows.level, path, "join host, sex and age band by colons")
    _refuse(rows.level.duplicated(), rows.level, path, "give every cell once")
    totals = pd.to_numeric(rows.total, errors="coerce")
    _refuse(~totals.between(0, float("1e12")), rows.total, path, "a total is a number of 0 or more")
    for name in ("population", "source"):
        _refuse(rows[name].str.strip() == "", rows[name], path, "say whom the total describes and where it was read")
    if not totals.sum() > 0:
        raise InputError(f"{path.name}: column total adds up to 0; give the totals of a population")
    parts = rows.level.str.split(":", expand=True).set_axis(list(CROSSED), axis=1)
    holders = {(band, answer) for band in parts.sc3 for answer in answers_of(band)}
    bands = pd.Series([answer for _, answer in sorted(holders)], dtype=str)
    twice = set(bands[bands.duplicated()])
    is_twice = parts.sc3.map(lambda band: bool(twice & set(answers_of(band))))
    _refuse(is_twice, rows.level, path, "an age band belongs to one level only; use the same bands in every row")
    return parts.assign(total=totals.astype("float64"), population=rows.population, source=rows.source)


def _refuse(is_wrong: "pd.Series[bool]", values: "pd.Series[str]", path: Path, fix: str) -> None:
    if is_wrong.any():
        position = int(is_wrong.to_numpy().argmax())
        raise InputError(f"{path.name}, line {position + 2}, column {values.name}: got {values[position]!r}; {fix}")


def coverage(margins: pd.DataFrame) -> pd.DataFrame:
    """Which part of the diaspora the totals describe: table `margin_coverage`."""
    described = margins[["population", "source"]].drop_duplicates()
    return pd.DataFrame(
        {
            "margin_text": "host, sex and age band",
            "population_text": described.population,
            "source": described.source,
        }
    ).drop_duplicates(["margin_text", "population_text"])
