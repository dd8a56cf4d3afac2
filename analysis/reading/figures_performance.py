"""How fast each part is, as a ratio to a peer or a physical limit."""

import math

import pandas as pd
from matplotlib.figure import Figure

from analysis.reading.figures import (
    BLUE,
    GRID,
    INK,
    MARGIN,
    ORANGE,
    PAGE_INCHES,
    PAPER,
    QUIET,
    Caption,
    Drawing,
    render,
    sheet,
    wrapped,
)
from analysis.reading.tables import Release
from analysis.reading.wording import count, day, decimal, plain

LABEL_POINTS = 7.2
CROWDED = 1e5
"""From this ratio of the axis' ends on only every second power of ten has room for its label."""
COMPARISON = ["part_text", "comparison_text", "compared_with_text"]
FASTER, SLOWER = ("o", BLUE), ("s", ORANGE)


def latest(rows: pd.DataFrame) -> pd.DataFrame:
    """The last measurement of every comparison, in key order."""
    return rows.sort_values("measured_date", kind="stable").groupby(COMPARISON, as_index=False, sort=True).last()


def performance_ratios(release: Release) -> Drawing:
    """The last measurement of every comparison that had its peer."""
    return draw_ratios(release.table("performance"))


def draw_ratios(rows: pd.DataFrame) -> Drawing:
    """One mark per comparison on a logarithmic axis, right of the line where ours is better.

    Parameters
    ----------
    rows : DataFrame
        Table `performance`, any number of days.
    """
    newest = latest(rows)
    shown = newest[newest.times_better.notna()].reset_index(drop=True)
    better = int((shown.times_better >= 1).sum())
    title = f"{count(better)} of {count(len(shown))} comparisons are faster or smaller than what they are held against"
    told = "; ".join(
        f"{row.comparison_text} against {row.compared_with_text}: {_times(row.times_better)}"
        for row in shown.itertuples()
    )
    alt = f"Ratio to a peer or a limit, above one where this project is better. {told}."
    caption = Caption(
        "performance_ratios",
        title,
        alt,
        ("performance",),
        __name__,
        shown[[*COMPARISON, "measured_date", "own_figure", "other_figure", "times_better"]],
    )
    return render(caption, lambda width: _draw(shown, title, width))


def _times(ratio: float) -> str:
    return plain(float(f"{ratio:.2g}")) if ratio < 10 else decimal(ratio, 0)


def _draw(rows: pd.DataFrame, title: str, width: float) -> Figure:
    is_phone = width < PAGE_INCHES
    room = width - 2 * MARGIN if is_phone else 3.5
    labels = [wrapped(f"{r.comparison_text}; {r.compared_with_text}", room, LABEL_POINTS) for r in rows.itertuples()]
    line = 0.135
    heights = [line * (label.count("\n") + 1) + (0.26 if is_phone else 0.1) for label in labels]
    total = max(math.fsum(heights), 0.3)
    first, last = (day(rows.measured_date.min()), day(rows.measured_date.max())) if len(rows) else ("", "")
    when = f"on {last}" if first == last else f"from {first} to {last}"
    source = f"Source: ./run bench, measured {when}; each ratio comes from one run on one machine."
    paper = sheet(width, total + 0.75, title, source, "Times better than the peer or the limit, logarithmic")
    paper.key(((*FASTER, INK, "better"), (*SLOWER, INK, "worse")))
    left = MARGIN + 0.1 if is_phone else MARGIN + room + 0.15
    inches = width - left - MARGIN - 0.45
    axes = paper.axes(left, 0.42, inches, total, "x")
    ratios = [float(ratio) for ratio in rows.times_better] or [1.0]
    # Each number stands on the side of its mark that the line at one is not: a decade is room for it.
    low, high = min(0.5, *ratios) / 10, max(2.0, *ratios) * 1.6
    axes.set(xscale="log", xlim=(low, high), ylim=(0, total))
    powers = range(-4, 5, 2 if high / low > CROWDED else 1)
    ticks = [10.0**power for power in powers if low <= 10.0**power <= high]
    axes.set_xticks(ticks, [f"{plain(tick)}×" for tick in ticks])
    axes.minorticks_off()
    axes.set_yticks([])
    axes.axvline(1, color=INK, lw=0.9, ls="--", zorder=1)
    edge = total
    for label, height, ratio in zip(labels, heights, ratios, strict=False):
        y = edge - height + 0.1 if is_phone else edge - height / 2
        shape, colour = FASTER if ratio >= 1 else SLOWER
        axes.axhline(y, color=GRID, lw=0.6, zorder=0)
        axes.plot([ratio], [y], shape, mfc=colour, mec=INK, mew=0.5, ms=5.5, zorder=3)
        axes.annotate(
            f"{_times(ratio)}×",
            (ratio, y),
            (5 if ratio >= 1 else -5, 0),
            "data",
            "offset points",
            size=LABEL_POINTS,
            ha="left" if ratio >= 1 else "right",
            va="center",
            bbox={"fc": PAPER, "ec": "none", "pad": 0.3},
        )
        x_points = 0.0 if is_phone else -(room + 0.1) * 72
        y_text = y + (0.08 + line * label.count("\n") / 2 + 0.06 if is_phone else 0)
        axes.annotate(
            label, (0, y_text), (x_points, 0), ("axes fraction", "data"), "offset points", size=LABEL_POINTS,
            va="center", color=QUIET, bbox={"fc": PAPER, "ec": "none", "pad": 0.3} if is_phone else None,
        )  # fmt: skip
        edge -= height
    return paper.figure
