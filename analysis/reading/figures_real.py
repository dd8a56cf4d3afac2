"""Real data drawn: what list experiments could see in practice, and how hosts decided on asylum claims."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from analysis.reading.figures import (
    BLUE,
    GRID,
    INK,
    MARGIN,
    ORANGE,
    PAGE_INCHES,
    SMALL_POINTS,
    Caption,
    Drawing,
    render,
    sheet,
)
from analysis.reading.figures_population import UNHCR
from analysis.reading.tables import Release
from analysis.reading.wording import count, decimal, host, percent

BLAIR = (
    "Source: recomputed from Blair, Coppock & Moor 2020, doi:10.1017/S0003055420000374; published list experiments "
    "with a direct question on the same item."
)
DECIDED = UNHCR.replace("people under protection, not a diaspora.", "persons decided on the substance of their claim.")
HOSTS_DRAWN = 8
FIRST_STAGES = ("first_instance", "first_instance_and_appeal", "us_immigration_service")
PANEL, STEP = 0.72, 1.36


def list_practice(release: Release) -> Drawing:
    """Two panels: how wide the intervals of published lists are, and how far lists lie from direct answers."""
    rows = release.table("list_practice")
    widths = rows[rows.band_kind_code == "half_width"].sort_values("band_low_share")
    direct = rows[rows.band_kind_code == "direct_share"].sort_values("band_low_share")
    narrow, total = widths.experiments_n.iloc[0], widths.experiments_n.sum()
    title = (
        f"Of {count(total)} published lists, {count(narrow)} are precise to {percent(widths.band_high_share.iloc[0])}; "
        "where few say yes directly, lists say more"
    )
    bars = "; ".join(f"{_band(row)} {count(row.experiments_n)}" for row in widths.itertuples())
    told = "; ".join(
        f"{_band(row)}: {decimal(row.list_minus_direct)} ({decimal(row.ci_low)} to {decimal(row.ci_high)}), "
        f"{count(row.experiments_n)} experiments"
        for row in direct.itertuples()
    )
    return render(
        Caption(
            "list_practice",
            title,
            f"Above, bars: experiments by half the width of the list's 95% interval: {bars}. Below, dots with a 95% "
            f"interval each: list minus direct answer by the share of direct yes. {told}.",
            ("list_practice",),
            __name__,
            rows,
        ),
        lambda width: _draw_practice(widths, direct, title, width),
    )


def _band(row: object) -> str:
    return f"{percent(row.band_low_share)} to {percent(row.band_high_share)}"  # type: ignore[attr-defined]


def _draw_practice(widths: pd.DataFrame, direct: pd.DataFrame, title: str, width: float) -> Figure:
    subtitle = "Above: experiments by half the width of the 95% interval. Below: list minus direct answer"
    paper = sheet(width, 4.1, title, BLAIR, subtitle)
    above = paper.axes(0.3, 2.5, width - 0.6, 1.3, "y")
    for place, row in enumerate(widths.itertuples()):
        above.bar([place], [row.experiments_n], width=0.7, color=BLUE if place else ORANGE, ec=INK, lw=0.5)
        above.text(
            place, row.experiments_n + 2, count(row.experiments_n), ha="center", size=SMALL_POINTS, weight="bold"
        )
    above.set_xticks(range(len(widths)), [_short(row) for row in widths.itertuples()], size=7)
    above.set_xlabel("half-width, percentage points")
    above.yaxis.set_major_locator(NullLocator())
    _differences(paper.axes(0.62, 0.42, width - 0.9, 1.4, "y"), direct)
    return paper.figure


def _short(row: object) -> str:
    return f"{100 * row.band_low_share:.0f}–{100 * row.band_high_share:.0f}"  # type: ignore[attr-defined]


def _differences(axes: Axes, direct: pd.DataFrame) -> None:
    axes.axhline(0, color=GRID, lw=1)
    for place, row in enumerate(direct.itertuples()):
        axes.plot([place, place], [row.ci_low, row.ci_high], "-", color=BLUE, lw=1.6)
        axes.plot([place], [row.list_minus_direct], "o", color=BLUE, ms=5)
    axes.set_xticks(range(len(direct)), [_short(row) for row in direct.itertuples()], size=7)
    axes.set_yticks([-0.2, 0, 0.2], ["−20", "0", "+20"])
    axes.set(xlim=(-0.5, len(direct) - 0.5))
    axes.set_xlabel("said yes directly, per cent")


def protection_rates(release: Release) -> Drawing:
    """Small multiples: the share of first decisions that was positive, host by host, with breaks as gaps."""
    rows = release.table("asylum_protection")
    first = rows[rows.decision_stage_code.isin(FIRST_STAGES)]
    chosen = first.groupby("host_iso3").decided_n.sum().sort_index().nlargest(HOSTS_DRAWN).index
    drawn = first[first.host_iso3.isin(chosen) & first.protection_share.notna()]
    last = int(drawn.year.max())
    spread = drawn[drawn.year == last].protection_share
    title = (
        f"In {last} hosts said yes to between {percent(spread.min())} and {percent(spread.max())} of the Afghans whose "
        "claims they decided"
    )
    told = "; ".join(_rate_sentence(drawn[drawn.host_iso3 == iso3]) for iso3 in chosen)
    return render(
        Caption(
            "protection_rates",
            title,
            f"Small multiples of the share of decisions on the substance that were positive, by host and year. {told}. "
            "Complete counts, so that they have no interval; repeat claims and appeals that a host counts apart are "
            "left out.",
            ("asylum_protection",),
            __name__,
            drawn[["host_iso3", "host_name", "year", "decision_stage_code", "decided_n", "protection_share"]],
        ),
        lambda width: _draw_rates(drawn, list(chosen), title, width),
    )


def _rate_sentence(own: pd.DataFrame) -> str:
    ordered = own.sort_values("year")
    first, last = ordered.iloc[0], ordered.iloc[-1]
    return (
        f"{host(last.host_iso3, last.host_name)}: {percent(first.protection_share, 1)} in {first.year}, "
        f"{percent(last.protection_share, 1)} in {last.year}"
    )


def _draw_rates(drawn: pd.DataFrame, hosts: list[str], title: str, width: float) -> Figure:
    columns = 4 if width == PAGE_INCHES else 2
    lines = -(-len(hosts) // columns)
    subtitle = "Positive among decisions on the substance, first decisions; every panel from none to all"
    paper = sheet(width, lines * STEP, title, DECIDED, subtitle)
    column = (width - 2 * MARGIN) / columns
    years = (int(drawn.year.min()), int(drawn.year.max()))
    for index, iso3 in enumerate(hosts):
        bottom = paper.body_height - (index // columns) * STEP - PANEL - 0.42
        axes = paper.axes(MARGIN + index % columns * column + 0.06, bottom, column - 0.3, PANEL, "xy")
        _draw_rate(axes, drawn[drawn.host_iso3 == iso3].sort_values("year"), years)
    return paper.figure


def _draw_rate(axes: Axes, own: pd.DataFrame, years: tuple[int, int]) -> None:
    last = own.iloc[-1]
    axes.set_title(host(last.host_iso3, last.host_name), size=9, loc="left", pad=13, weight="bold")
    words = f"{percent(last.protection_share, 1)} in {last.year}"
    axes.text(0, 1.05, words, size=SMALL_POINTS, transform=axes.transAxes, color=BLUE, weight="bold")
    for _, run in own.groupby([own.decision_stage_code, own.is_series_break.cumsum()]):
        axes.plot(run.year, run.protection_share, "-o", color=BLUE, lw=1.6, ms=2.4)
    axes.set(ylim=(0, 1.08), xlim=(years[0] - 0.4, years[1] + 0.6))
    axes.set_xticks(list(years))
    axes.yaxis.set_major_locator(NullLocator())
