"""Hosts as tiles of one size, placed about where they lie: a map that needs no borders and gives no host more paper."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.errors import ReleaseError
from analysis.reading.figures import INK, MARGIN, PAGE_INCHES, PAPER, QUIET, Caption, Drawing, render, sheet
from analysis.reading.figures_population import UNHCR
from analysis.reading.tables import Release
from analysis.reading.wording import count, host, spoken_count

BLOCKS = {
    "Americas": {"CAN": (0, 0), "USA": (0, 1), "BRA": (1, 3)},
    "Europe and Ukraine": {
        "NOR": (3, 0), "SWE": (4, 0), "FIN": (5, 0), "IRL": (0, 1), "GBR": (1, 1), "DNK": (3, 1), "BEL": (1, 2),
        "NLD": (2, 2), "DEU": (3, 2), "POL": (4, 2), "UKR": (5, 2), "FRA": (1, 3), "LUX": (2, 3), "CHE": (3, 3),
        "AUT": (4, 3), "PRT": (0, 4), "ESP": (1, 4), "ITA": (3, 4), "BGR": (5, 4), "GRC": (4, 5), "CYP": (5, 6),
    },
    "Asia, Africa and Oceania": {
        "RUS": (1, 0), "KGZ": (4, 1), "AZE": (1, 2), "TKM": (2, 2), "UZB": (3, 2), "TJK": (4, 2), "TUR": (0, 3),
        "IRN": (2, 3), "PAK": (3, 3), "IND": (4, 4), "SYR": (0, 4), "IRQ": (1, 4), "JPN": (6, 2), "KEN": (0, 6),
        "MYS": (5, 5), "IDN": (5, 6), "AUS": (6, 7),
    },
}  # fmt: skip
"""Column and row of every host in its part of the world."""
PAGE_STARTS = {"Americas": (0, 2), "Europe and Ukraine": (3, 0), "Asia, Africa and Oceania": (9, 1)}
COLUMNS, PHONE_COLUMNS, ROWS = 16, 7, 9
CLASSES = ((0, "#EAF3FA", "under 1,000"), (1e3, "#B9DBF0", "1,000"), (1e4, "#74B6DE", "10,000"),
           (1e5, "#2B7FB8", "100,000"), (1e6, "#0B3F66", "1 million"))  # fmt: skip
DARK_FROM = 1e5


@dataclass(frozen=True)
class _Place:
    """Where a block's tiles begin, in tiles."""

    column: int
    row: int


def host_tiles(release: Release) -> Drawing:
    """Every host in the last year as a tile, darker for each power of ten."""
    rows = release.table("population_host_year")
    year = int(rows.year.max())
    latest = rows[rows.year == year].sort_values("protected_n", ascending=False)
    _demand_places(latest)
    top = latest.iloc[0]
    two = latest.head(2)
    title = (
        f"Most Afghans under protection live next door: {host(two.host_iso3.iloc[0], two.host_name.iloc[0])} and "
        f"{host(two.host_iso3.iloc[1], two.host_name.iloc[1])} come first in {year}"
    )
    named = "; ".join(f"{host(row.host_iso3, row.host_name)} {count(row.protected_n)}" for row in latest.itertuples())
    return render(
        Caption(
            "host_tiles",
            title,
            f"Tiles of one size, one per host, placed about where the host lies; {len(latest)} hosts, end of {year}, "
            f"at most {count(top.protected_n)} people. {named}.",
            ("population_host_year",),
            __name__,
            latest[["host_iso3", "host_name", "region_name", "year", "protected_n"]],
        ),
        lambda width: _draw(latest, title, width),
    )


def _demand_places(latest: pd.DataFrame) -> None:
    known = {iso3 for block in BLOCKS.values() for iso3 in block}
    unknown = sorted(set(latest.host_iso3) - known)
    if unknown:
        raise ReleaseError(f"host {unknown[0]} has no place on the map of tiles; add it to BLOCKS in figures_hosts.py")


def _draw(latest: pd.DataFrame, title: str, width: float) -> Figure:
    is_page = width == PAGE_INCHES
    columns = COLUMNS if is_page else PHONE_COLUMNS
    tile = (width - 2 * MARGIN) / columns
    starts, rows = _starts(is_page=is_page)
    key_height = 0.34 if is_page else 0.62
    subtitle = (
        "People under protection; every host has a tile of one size; darker: ten times as many; hatched: no figure"
    )
    paper = sheet(width, rows * tile + key_height, title, UNHCR, subtitle)
    axes = paper.canvas()
    paper.key(tuple(("s", colour, QUIET, f"{words}{'' if n == 0 else ' and more'}") for n, (_, colour, words) in
                    enumerate(CLASSES)))  # fmt: skip
    known = {row.host_iso3: row for row in latest.itertuples()}
    top = paper.body_height - key_height
    for block, places in BLOCKS.items():
        start = starts[block]
        if not is_page:
            axes.text(MARGIN, top - start.row * tile + 0.07, block, size=8, weight="bold", va="bottom")
        for iso3, (column, row) in places.items():
            left = MARGIN + (start.column + column) * tile
            _draw_tile(axes, known.get(iso3), iso3, (left, top - (start.row + row + 1) * tile, tile))
    return paper.figure


def _starts(*, is_page: bool) -> tuple[dict[str, _Place], float]:
    if is_page:
        return {block: _Place(*place) for block, place in PAGE_STARTS.items()}, ROWS
    found, row = {}, 1
    for block, places in BLOCKS.items():
        found[block] = _Place(0, row)
        row += max(line for _, line in places.values()) + 2
    return found, row - 1


def _draw_tile(axes: Axes, row: Any, iso3: str, box: tuple[float, float, float]) -> None:
    left, bottom, tile = box
    gap = 0.03
    if row is None:
        axes.add_patch(Rectangle((left, bottom), tile - gap, tile - gap, fc=PAPER, ec=QUIET, hatch="////", lw=0.5))
        return
    colour = [shade for least, shade, _ in CLASSES if row.protected_n >= least][-1]
    ink = PAPER if row.protected_n >= DARK_FROM else INK
    axes.add_patch(Rectangle((left, bottom), tile - gap, tile - gap, fc=colour, ec=QUIET, lw=0.5))
    centre = left + (tile - gap) / 2
    axes.text(centre, bottom + tile * 0.62, iso3, size=8, weight="bold", ha="center", va="center", color=ink)
    axes.text(centre, bottom + tile * 0.27, _short(row.protected_n), size=6.2, ha="center", va="center", color=ink)


def _short(number: float) -> str:
    """A count that fits a tile: 3.9 m, 774 k, 512."""
    words = spoken_count(number)
    return words.replace(" million", " m").replace(" thousand", " k")
