"""Who is protected where: the series by host with its breaks, the two frames, and how far totals are broken down."""

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

from analysis.errors import ReleaseError
from analysis.reading.figures import (
    BLUE,
    GREEN,
    GRID,
    INK,
    MARGIN,
    ORANGE,
    PAGE_INCHES,
    PAPER,
    QUIET,
    SMALL_POINTS,
    VERMILION,
    Caption,
    Drawing,
    render,
    sheet,
)
from analysis.reading.tables import Release
from analysis.reading.wording import EUROPE, EUROPEAN_HOSTS, PROTECTED, count, host, listing, percent, spoken_count

UNHCR = (
    "Source: UNHCR Refugee Data Finder (CC BY 4.0), through the R package refugees 2025.12.1; hosts with at least 500 "
    "people registered in the last year; not a diaspora."
)
PANELS = 12
ROW = 0.175
DECADES = {10: "10", 100: "100", 1e3: "1,000", 1e4: "10,000", 1e5: "100,000", 1e6: "1 million"}
DECADES_PHONE = {1e3: "1,000", 1e5: "100,000"}
CENSUS_UNIT = "Afghan-born population"
BREAK_INK = "#9A3F00"


def population_series(release: Release) -> Drawing:
    """Small multiples: one panel per host, each with its own scale; a break is a gap with a word."""
    rows = release.table("population_host_year")
    latest = rows[rows.year == rows.year.max()].nlargest(PANELS, "protected_n")
    broken = [host(row.host_iso3, row.host_name) for row in rows[rows.is_series_break].itertuples() if row.protected_n]
    title = (
        f"Counts move differently in every host, and the one of {listing(list(dict.fromkeys(broken)))} is not "
        "one series"
    )
    lines = "; ".join(_series_sentence(rows, row.host_iso3) for row in latest.itertuples())
    return render(
        Caption(
            "population_series",
            title,
            "Small multiples of people from Afghanistan under UNHCR protection, end of each year, one scale per "
            f"host. {lines}.",
            ("population_host_year",),
            __name__,
            rows[rows.host_iso3.isin(latest.host_iso3)][
                ["host_iso3", "host_name", "year", "protected_n", "is_series_break"]
            ],
        ),
        lambda width: _draw_series(rows, list(latest.host_iso3), title, width),
    )


def _series_sentence(rows: pd.DataFrame, iso3: str) -> str:
    own = rows[rows.host_iso3 == iso3].sort_values("year")
    first, last = own.iloc[0], own.iloc[-1]
    breaks = [str(year) for year in own.year[own.is_series_break]]
    ends = (
        f"{host(iso3, last.host_name)}: {count(first.protected_n)} in {first.year}, {count(last.protected_n)} "
        f"in {last.year}"
    )
    return f"{ends}, series broken in {listing(breaks)}" if breaks else ends


def _draw_series(rows: pd.DataFrame, hosts: list[str], title: str, width: float) -> Figure:
    columns = 4 if width == PAGE_INCHES else 2
    lines, panel, step = -(-len(hosts) // columns), 0.72, 1.36
    subtitle = f"{PROTECTED}; end of year; every panel has its own scale from zero"
    paper = sheet(width, lines * step, title, UNHCR, subtitle)
    column = (width - 2 * MARGIN) / columns
    for index, iso3 in enumerate(hosts):
        bottom = paper.body_height - (index // columns) * step - panel - 0.42
        axes = paper.axes(MARGIN + index % columns * column + 0.06, bottom, column - 0.3, panel, "xy")
        _draw_host(axes, rows[rows.host_iso3 == iso3].sort_values("year"))
    return paper.figure


def _draw_host(axes: Axes, own: pd.DataFrame) -> None:
    last, top = own.iloc[-1], float(own.protected_n.max())
    axes.set_title(host(last.host_iso3, last.host_name), size=9, loc="left", pad=13, weight="bold")
    axes.text(0, 1.05, count(last.protected_n), size=SMALL_POINTS, transform=axes.transAxes, color=BLUE, weight="bold")
    for _, run in own.groupby(own.is_series_break.cumsum()):
        axes.plot(run.year, run.protected_n, "-", color=BLUE, lw=1.6)
        axes.plot(run.year, run.protected_n, "o", color=BLUE, ms=2.4)
    for year in own.year[own.is_series_break]:
        axes.axvspan(year - 0.82, year - 0.18, color="#F6E6DA", lw=0)
        axes.text(year - 0.5, top * 0.5, "break", rotation=90, ha="center", va="center", size=7, color=BREAK_INK)
    axes.plot([last.year], [last.protected_n], "o", color=BLUE, ms=5)
    axes.set(ylim=(0, top * 1.08), xlim=(own.year.min() - 0.4, own.year.max() + 0.6))
    axes.set_xticks([int(own.year.min()), int(own.year.max())])
    axes.yaxis.set_major_locator(NullLocator())


def protected_by_host(release: Release) -> Drawing:
    """Every host in the last year on one logarithmic line; the hosts that the article is about have their own shape."""
    rows = release.table("population_host_year")
    year = int(rows.year.max())
    latest = rows[rows.year == year].sort_values("protected_n")
    is_meant = latest.host_iso3.isin(EUROPEAN_HOSTS | {"USA"})
    total, meant = latest.protected_n.sum(), latest.protected_n[is_meant].sum()
    title = (
        f"Of {spoken_count(total)} Afghans under protection in {year}, {spoken_count(meant)} are in Europe or "
        "the United States"
    )
    largest = latest.nlargest(10, "protected_n")
    named = "; ".join(f"{host(row.host_iso3, row.host_name)} {count(row.protected_n)}" for row in largest.itertuples())
    return render(
        Caption(
            "protected_by_host",
            title,
            f"Dots on a logarithmic scale, one per host, {len(latest)} hosts, end of {year}. Total {count(total)} "
            f"persons; {count(meant)} "
            f"in the United States and the European hosts. The ten largest: {named}. All are complete counts by "
            "UNHCR, so they have no interval.",
            ("population_host_year",),
            __name__,
            latest[["host_iso3", "host_name", "year", "protected_n"]].assign(is_europe_or_usa=is_meant),
        ),
        lambda width: _draw_hosts(latest, is_meant, title, width),
    )


def _draw_hosts(latest: pd.DataFrame, is_meant: "pd.Series[bool]", title: str, width: float) -> Figure:
    subtitle = f"{PROTECTED}. {EUROPE}. Each grid line is ten times the one before"
    paper = sheet(width, len(latest) * ROW + 0.62, title, UNHCR, subtitle)
    left, least = 1.12, 10 ** math.floor(math.log10(latest.protected_n[latest.protected_n > 0].min()))
    axes = paper.axes(left, 0.3, width - left - 0.2, len(latest) * ROW + 0.05, "x")
    for position, (row, meant) in enumerate(zip(latest.itertuples(), is_meant, strict=True)):
        look: dict[str, Any] = (
            {"marker": "o", "mfc": BLUE, "mec": BLUE} if meant else {"marker": "s", "mfc": PAPER, "mec": QUIET}
        )
        axes.plot([least, row.protected_n], [position, position], "-", color=GRID, lw=0.8)
        axes.plot([row.protected_n], [position], ms=5, **look)
        axes.annotate(
            count(row.protected_n), (row.protected_n, position), (6, 0), textcoords="offset points", va="center", size=7
        )
    axes.set_yticks(range(len(latest)), [host(row.host_iso3, row.host_name) for row in latest.itertuples()], size=7.5)
    _decades(axes, DECADES if width == PAGE_INCHES else DECADES_PHONE)
    axes.set(xlim=(least, 2 * 10 ** math.ceil(math.log10(latest.protected_n.max()))), ylim=(-0.8, len(latest) - 0.2))
    paper.key((("o", BLUE, BLUE, "Europe or United States"), ("s", PAPER, QUIET, "other hosts")))
    return paper.figure


def _decades(axes: Axes, words: dict[float, str]) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.get(value, "")))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="x")
    axes.tick_params(axis="x", labelsize=7.5)


def frame_pairs(release: Release) -> pd.DataFrame:
    """Hosts and years for which both a protection count and a census-type count may be shown.

    Returns
    -------
    DataFrame
        `year`, `protected_n`, `asylum_seekers_n` and `born_n`, one row per year of the United States.

    Raises
    ------
    ReleaseError
        No published census figure has a protection count of the same year beside it.
    """
    shown, rows = release.table("benchmarks_shown"), release.table("population_host_year")
    census = shown[shown.quantity_text.eq(CENSUS_UNIT) & shown.population_text.str.startswith("United States")]
    census = census.assign(year=census.period_text.str.extract(r"(\d{4})", expand=False).astype("int64"))
    pairs = census.merge(rows[rows.host_iso3 == "USA"], on="year", suffixes=("_census", ""))
    if pairs.empty:
        raise ReleaseError(
            f"table 'benchmarks_shown': no row '{CENSUS_UNIT}' of the United States meets a year of "
            "population_host_year; "
            "add the figure to data/reference/benchmarks.csv or leave the comparison out"
        )
    return pairs.rename(columns={"figure_value": "born_n"})[
        ["year", "protected_n", "asylum_seekers_n", "born_n"]
    ].sort_values("year")


def protection_frame(release: Release) -> Drawing:
    """The same country and year counted twice: people under protection, people born in Afghanistan."""
    pairs = frame_pairs(release)
    last = pairs.iloc[-1]
    title = (
        f"Two counts of Afghans in the United States in {last.year:.0f}: {count(last.protected_n)} and "
        f"{count(last.born_n)}"
    )
    told = "; ".join(
        f"{row.year}: {count(row.protected_n)} under protection, {count(row.born_n)} born in Afghanistan"
        for row in pairs.itertuples()
    )
    return render(
        Caption(
            "protection_frame",
            title,
            f"Two dots per year on one line. United States, {told}. We recorded no interval with the rounded "
            "census figure.",
            ("population_host_year", "benchmarks_shown"),
            __name__,
            pairs,
        ),
        lambda width: _draw_frames(pairs, title, width),
    )


def _draw_frames(pairs: pd.DataFrame, title: str, width: float) -> Figure:
    source = f"{UNHCR} American Community Survey through the Migration Policy Institute, rounded, no interval recorded."
    subtitle = (
        "A protection count leaves out people who are naturalised, on special visas or paroled; it is not a "
        "part of the other count"
    )
    row_height = 0.78
    paper = sheet(width, row_height * len(pairs) + 0.36, title, source, subtitle)
    axes = paper.axes(0.55, 0.28, width - 0.9, row_height * len(pairs), "x")
    for position, row in enumerate(pairs.itertuples()):
        axes.plot([row.protected_n, row.born_n], [position, position], "-", color=GRID, lw=2)
        axes.plot([row.protected_n], [position], "o", color=BLUE, ms=7)
        axes.plot([row.born_n], [position], "s", color=VERMILION, ms=7)
        _frame_label(axes, row.protected_n, position, "under protection", is_left=True)
        _frame_label(axes, row.born_n, position, "born in Afghanistan", is_left=False)
    axes.set_yticks(range(len(pairs)), [str(year) for year in pairs.year], size=9, weight="bold")
    axes.set(xlim=(-pairs.born_n.max() * 0.02, pairs.born_n.max() * 1.08), ylim=(-0.55, len(pairs) - 0.45))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: count(value)))
    axes.locator_params(axis="x", nbins=4)
    axes.grid(axis="x")
    return paper.figure


def _frame_label(axes: Axes, value: float, position: int, words: str, *, is_left: bool) -> None:
    """The left dot's label above it, the right one's below, so that close dots stay readable."""
    axes.annotate(
        f"{count(value)} {words}",
        (value, position),
        (-3, 7) if is_left else (3, -7),
        textcoords="offset points",
        ha="left" if is_left else "right",
        va="bottom" if is_left else "top",
        size=SMALL_POINTS,
        color=INK,
    )


def disaggregation(release: Release) -> Drawing:
    """How much of each host's total has a sex, and how much an age."""
    rows = release.table("population_host_disaggregation")
    tally = rows.disaggregation_code.value_counts()
    year = int(rows.year.max())
    title = (
        f"{tally.get('full', 0)} of {len(rows)} hosts count everybody by sex and age; {tally.get('none', 0)} "
        "publish only a total"
    )
    largest = rows.nlargest(20, "registered_n").iloc[::-1]
    told = "; ".join(
        f"{host(row.host_iso3, row.host_name)} sex {percent(row.sex_known_share)}, age {percent(row.age_known_share)}"
        for row in largest.iloc[::-1].itertuples()
    )
    return render(
        Caption(
            "disaggregation",
            title,
            f"Two dots per host, {year}: share of persons whose sex is stated and share whose age band is stated. "
            f"The 20 largest hosts: {told}.",
            ("population_host_disaggregation",),
            __name__,
            largest[["host_iso3", "host_name", "year", "sex_known_share", "age_known_share"]],
        ),
        lambda width: _draw_disaggregation(largest, title, year, width),
    )


def _draw_disaggregation(largest: pd.DataFrame, title: str, year: int, width: float) -> Figure:
    subtitle = (
        f"Share of each host's persons whose sex or age band is stated, end of {year}; the 20 largest hosts, "
        "largest first"
    )
    paper = sheet(width, len(largest) * 0.2 + 0.6, title, UNHCR, subtitle)
    axes = paper.axes(1.12, 0.28, width - 1.42, len(largest) * 0.2, "x")
    for position, row in enumerate(largest.itertuples()):
        axes.plot([row.sex_known_share, row.age_known_share], [position, position], "-", color=GRID, lw=2)
        axes.plot([row.age_known_share], [position], "s", color=ORANGE, ms=6, mec=INK, mew=0.4)
        axes.plot([row.sex_known_share], [position], "o", color=GREEN, ms=4, mec=INK, mew=0.4)
    axes.set_yticks(
        range(len(largest)), [host(row.host_iso3, row.host_name) for row in largest.itertuples()], size=SMALL_POINTS
    )
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.7, len(largest) - 0.3))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["nobody", "25%", "50%", "75%", "all"])
    axes.grid(axis="x")
    paper.key((("o", GREEN, INK, "sex is stated"), ("s", ORANGE, INK, "age band is stated")))
    return paper.figure
