"""Estimates as lines with a point on them, one under the other, and the frame that marks what is fictional.

What must not be here: which estimates a figure shows, or a sentence about them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.reading.figures import (
    BLUE,
    GRID,
    INK,
    MARGIN,
    PAGE_INCHES,
    PAPER,
    QUIET,
    SMALL_POINTS,
    VERMILION,
    Sheet,
    line_height,
    sheet,
    wrapped,
)

WATERMARK = "fictional world"
FRAME = 0.09
LABEL_POINTS = 7.8


@dataclass(frozen=True)
class Entry:
    """One estimate: what it is, its interval, the truth where it is known, and why there is no number."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    truth: float | None = None
    withheld: str = ""
    shape: str = "o"
    colour: str = BLUE
    heading: str = ""


@dataclass(frozen=True)
class Scale:
    """The horizontal axis: ends, ticks with their words, and what is measured."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    words: str


def entry_rows(entries: Sequence[Entry]) -> pd.DataFrame:
    """What a forest shows, as rows for download; an entry under a heading carries it."""
    rows = pd.DataFrame(
        [(e.heading or None, e.label, e.value, e.low, e.high, e.truth, e.withheld) for e in entries],
        columns=["heading", "label", "value", "ci_low", "ci_high", "truth_value", "withheld"],
    )
    return rows.assign(heading=rows.heading.ffill()).dropna(axis="columns", how="all")


def percent_scale(entries: Sequence[Entry], words: str, step: float = 0.1) -> Scale:
    """An axis in per cent that holds every interval and truth."""
    numbers = [x for entry in entries for x in (entry.low, entry.value, entry.high, entry.truth) if x is not None]
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    first, last = int(low / step - 1e-9) - (low < 0), int(high / step + 1 - 1e-9)
    ticks = [(place * step, f"{round(100 * place * step)}%") for place in range(first, last + 1)]
    return Scale(first * step, last * step, ticks, words)


def forest(
    entries: Sequence[Entry],
    scale: Scale,
    words: tuple[str, str, str],
    width: float,
    *,
    is_fictional: bool,
    key: tuple[tuple[str, str, str, str], ...] = (),
) -> Figure:
    """Draw entries from the top down.

    Parameters
    ----------
    entries : sequence of Entry
    scale : Scale
    words : tuple
        Title, source, subtitle.
    width : float
        Inches.
    is_fictional : bool
        Draw the hatched frame, and the words inside it.
    key : tuple
        As `Sheet.key` takes it; empty for none.
    """
    is_phone = width < PAGE_INCHES
    label_width = width - 2 * MARGIN - 0.1 if is_phone else 2.55
    labels = [wrapped(entry.label, label_width, LABEL_POINTS) for entry in entries]
    heights = [_height(entry, label, is_phone=is_phone) for entry, label in zip(entries, labels, strict=True)]
    key_height = (0.24 if not is_phone else 0.24 * max(1, len(key))) if key else 0.0
    axis_height, clear = 0.5, FRAME + 0.07 if is_fictional else 0.0
    plot_height = max(math.fsum(heights), 0.5)
    paper = sheet(width, plot_height + key_height + axis_height + clear, *words)
    if key:
        paper.key(key)
    left = MARGIN + 0.14 if is_phone else MARGIN + 2.65
    axes = paper.axes(left, axis_height, width - left - MARGIN - 0.16, plot_height, "x")
    _rule(axes, scale, plot_height)
    _rows(axes, entries, labels, heights, (plot_height, -(left - MARGIN - 0.02), is_phone))
    if is_fictional:
        mark_fictional(paper, (left, axis_height, width - left - MARGIN - 0.16, plot_height), axes)
    return paper.figure


def _height(entry: Entry, label: str, *, is_phone: bool) -> float:
    lines = label.count("\n") + 1
    heading = 0.24 if entry.heading else 0.0
    return heading + (
        line_height(LABEL_POINTS) * lines + 0.26 if is_phone else line_height(LABEL_POINTS) * lines + 0.08
    )


def _rule(axes: Axes, scale: Scale, height: float) -> None:
    axes.set(xlim=(scale.low, scale.high), ylim=(0, height))
    axes.set_xticks([place for place, _ in scale.ticks], [words for _, words in scale.ticks])
    axes.set_yticks([])
    axes.grid(axis="x", color=GRID)
    axes.set_xlabel(wrapped(scale.words, 4.2, SMALL_POINTS))


def _rows(
    axes: Axes,
    entries: Sequence[Entry],
    labels: Sequence[str],
    heights: Sequence[float],
    place: tuple[float, float, bool],
) -> None:
    top, label_inches, is_phone = place
    y = top
    inches = axes.figure.get_figwidth() * axes.get_position().width  # type: ignore[union-attr] # it has a figure
    span = axes.get_xlim()[1] - axes.get_xlim()[0]
    x_label = axes.get_xlim()[0] + (0.0 if is_phone else label_inches / inches * span)
    for entry, label, height in zip(entries, labels, heights, strict=True):
        head = 0.24 if entry.heading else 0.0
        if entry.heading:
            axes.text(x_label, y - 0.13, entry.heading, size=8.2, weight="bold", va="center", zorder=4)
        if is_phone:
            axes.text(x_label, y - head - 0.03, label, size=LABEL_POINTS, va="top", zorder=4)
        else:
            middle = y - head - (height - head) / 2
            axes.text(x_label, middle, label, size=LABEL_POINTS, va="center")
        centre = y - height + 0.13 if is_phone else y - head - (height - head) / 2
        _line(axes, entry, centre)
        y -= height


def _line(axes: Axes, entry: Entry, y: float) -> None:
    if entry.truth is not None:
        axes.plot([entry.truth, entry.truth], [y - 0.1, y + 0.1], "-", color=VERMILION, lw=2.4, zorder=2)
    if entry.value is None:
        text = wrapped(entry.withheld or "no estimate", 3.0, 7.4)
        axes.text(axes.get_xlim()[0], y, f" {text}", size=7.4, style="italic", color=QUIET, va="center")
        return
    if entry.low is not None and entry.high is not None:
        axes.plot([entry.low, entry.high], [y, y], "-", color=entry.colour, lw=1.6, zorder=3)
    axes.plot([entry.value], [y], entry.shape, mfc=entry.colour, mec=INK, mew=0.5, ms=6, zorder=5)


def mark_fictional(paper: Sheet, box: tuple[float, float, float, float], axes: Axes) -> None:
    """A hatched band around the plotting area, and the words inside it."""
    left, bottom, width, height = box
    canvas = paper.canvas()
    canvas.set_zorder(-1)
    for x, y, w, h in (
        (left - FRAME, bottom + height, width + 2 * FRAME, FRAME),
        (left + width, bottom, FRAME, height),
        (left - FRAME, bottom, FRAME, height),
    ):
        canvas.add_patch(Rectangle((x, y), w, h, fc=PAPER, ec=QUIET, hatch="/////", lw=0.4))
    axes.text(
        0.5, 0.5, WATERMARK, transform=axes.transAxes, size=19 if width > 3.3 else 15, color="#9A9A9A", alpha=0.45,
        ha="center", va="center", rotation=18 if height > 1.2 else 0, weight="bold", zorder=1,
    )  # fmt: skip
