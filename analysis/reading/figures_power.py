"""Power of indirect ways of asking over sample sizes: one figure for lists, one for random devices."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from analysis.reading.figures import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PAGE_INCHES,
    QUIET,
    SMALL_POINTS,
    VERMILION,
    Caption,
    Drawing,
    render,
    sheet,
    wrapped,
)
from analysis.reading.tables import Release
from analysis.reading.wording import count, listing, percent

TABLE = "technique_power"
WANTED, WANTED_WORDS = 0.8, "four in five"
SOURCE = "Source: closed forms, two-sided tests at the 5% level; everybody answers truthfully."
LIST_WORDS = {"list": "one list", "double_list": "double list", "list_practice": "one list, as in practice"}
LINES = (("-", "o", BLUE), ("--", "s", VERMILION), ("-.", "D", GREEN), (":", "^", ORANGE), ("-", "v", INK))
TICKS = (100, 300, 1000, 3000, 10_000, 30_000)


def list_power(release: Release) -> Drawing:
    """Power of a list and of a double list over sample sizes, one panel for each prevalence."""
    rows = release.table(TABLE)
    return _curves(rows[rows.method_id.isin(LIST_WORDS)], "list_power", "a list", "list")


def masked_power(release: Release) -> Drawing:
    """Power of random devices over sample sizes, one panel for each prevalence."""
    rows = release.table(TABLE)
    return _curves(rows[~rows.method_id.isin(LIST_WORDS)], "masked_power", "forced response", "forced")


def _curves(rows: pd.DataFrame, name: str, what: str, method: str) -> Drawing:
    lines, rare = _lines(rows), rows.prevalence_share.min()
    needed = _needed(rows[(rows.method_id == method) & (rows.prevalence_share == rare)])
    title = f"At a prevalence of {percent(rare)}, {what} needs about {needed} respondents for a power of {WANTED_WORDS}"
    told = "; ".join(
        f"at {percent(share)}: {listing([f'{words} {_needed(kept)}' for words, kept in _split(of, lines)])}"
        for share, of in rows.groupby("prevalence_share")
    )
    return render(
        Caption(
            name,
            title,
            f"Curves of power over the number of respondents, one panel for each prevalence. Needed for a power of "
            f"{WANTED_WORDS}, {told}.",
            (TABLE,),
            __name__,
            rows[["method_id", "prevalence_share", "respondents_n", "power_share"]],
        ),
        lambda width: _draw(rows, lines, title, width),
    )


def _lines(rows: pd.DataFrame) -> dict[str, str]:
    """One method of each group with the same power everywhere, and the words for the group."""
    found: dict[tuple[float, ...], list[str]] = {}
    for method, kept in rows.groupby("method_id", sort=True):
        found.setdefault(tuple(kept.power_share.round(6)), []).append(str(method))
    return {names[0]: listing([LIST_WORDS.get(name, name) for name in names]) for names in found.values()}


def _split(rows: pd.DataFrame, lines: dict[str, str]) -> list[tuple[str, pd.DataFrame]]:
    return [(words, rows[rows.method_id == method]) for method, words in lines.items()]


def _needed(rows: pd.DataFrame) -> str:
    """Fewest tabulated respondents with the wanted power, in words."""
    enough = rows.respondents_n[rows.power_share >= WANTED]
    return f"{count(enough.min())}" if len(enough) else f"more than {count(rows.respondents_n.max())}"


def _draw(rows: pd.DataFrame, lines: dict[str, str], title: str, width: float) -> Figure:
    shares = sorted(rows.prevalence_share.unique())
    per_row = len(shares) if width == PAGE_INCHES else 1
    left, gap, panel, high = 0.52, 0.2, 1.35, 0.5
    each = (width - left - 0.15 - gap * (per_row - 1)) / per_row
    step, top = panel + high, 0.3 if width == PAGE_INCHES or len(lines) < 3 else 0.5
    paper = sheet(
        width,
        top + step * (len(shares) // per_row),
        title,
        SOURCE,
        f"Power to tell from zero, over respondents in the sample; dotted: {WANTED_WORDS}",
    )
    styles = dict(zip(lines, LINES, strict=False))
    paper.key(tuple((styles[m][1], styles[m][2], styles[m][2], words) for m, words in lines.items()))
    for index, share in enumerate(shares):
        row, column = divmod(index, per_row)
        bottom = paper.body_height - top - (row + 1) * step + 0.26
        axes = paper.axes(left + column * (each + gap), bottom, each, panel, "xy")
        axes.set_title(f"{percent(share)} hold the trait", size=SMALL_POINTS, weight="bold", loc="left", pad=3)
        _panel(axes, rows[rows.prevalence_share == share], styles, is_first=column == 0)
    return paper.figure


def _panel(axes: Axes, rows: pd.DataFrame, styles: dict[str, tuple[str, str, str]], *, is_first: bool) -> None:
    axes.axhline(WANTED, color=QUIET, lw=0.8, ls=(0, (2, 2)))
    for method, (line, marker, colour) in styles.items():
        kept = rows[rows.method_id == method]
        axes.plot(kept.respondents_n, kept.power_share, line, marker=marker, color=colour, lw=1.4, ms=3)
    axes.set(xscale="log", ylim=(0, 1.02))
    axes.set_xticks(TICKS, [wrapped(_short(n), 1, SMALL_POINTS) for n in TICKS])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_yticks([0, 0.5, WANTED, 1], [percent(v) for v in (0, 0.5, WANTED, 1)] if is_first else [""] * 4)
    axes.grid(axis="y")


def _short(n: int) -> str:
    return f"{n // 1000}k" if n >= 1000 else str(n)
