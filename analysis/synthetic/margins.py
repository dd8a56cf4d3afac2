"""The official margins of the fictional diaspora: its true totals by host, sex and age band.

The file has the shape that a study on real exports gives its own margins in: one total a row, `variable` naming the
items that are crossed, `level` their answers, `population` saying which part of the diaspora the totals describe.
"""

import csv
import io

import numpy as np

from analysis.synthetic.world import AGE_BANDS, HOSTS, Population

MARGINS_FILE = "synthetic_margins.csv"
HEADER = ("variable", "level", "total", "population", "source")
CROSSED = "sc2:sc4:sc3"
EVERYBODY = "every person of the fictional diaspora"
SOURCE = "counted in the fictional population"


def cell_totals(population: Population) -> tuple[list[str], "np.typing.NDArray[np.int64]"]:
    """Levels and totals of every cell of host × sex × age band, empty cells included."""
    sex = population.is_woman.astype(np.int64)
    cell = (population.host * 2 + sex) * len(AGE_BANDS) + population.age_band
    totals = np.bincount(cell, minlength=len(HOSTS) * 2 * len(AGE_BANDS))
    return [f"{host}:{letter}:{band}" for host in HOSTS for letter in ("m", "f") for band in AGE_BANDS], totals


def margins_csv(population: Population) -> bytes:
    """The totals as a file."""
    sink = io.StringIO()
    levels, totals = cell_totals(population)
    rows = [(CROSSED, level, int(total), EVERYBODY, SOURCE) for level, total in zip(levels, totals, strict=True)]
    csv.writer(sink, lineterminator="\n").writerows([HEADER, *rows])
    return sink.getvalue().encode()
