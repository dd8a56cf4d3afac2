"""How fast each part is, as a ratio to a peer or a physical limit."""

import math

import pandas as pd
from matplotlib.axes import Axes
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
    Sheet,
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
LINE = 0.135
PANEL_EXTRA = 0.6
PANELS = {
    "peer": "Other programs that do the same",
    "limit": "The least possible work, or a limit",
    "own": "The same program on other work",
}
FASTER, SLOWER = ("o", BLUE), ("s", ORANGE)


def latest(rows: pd.DataFrame) -> pd.DataFrame:
    """What was measured on the last day of each part, in key order: older figures are of another program."""
    last = rows.groupby("part_text").measured_date.transform("max")
    return rows[rows.measured_date == last].sort_values(COMPARISON, kind="stable")


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
    peers = shown[shown.reference_kind_code == "peer"]
    slower = int((peers.times_better >= 1).sum())
    title = f"{count(slower)} of {count(len(peers))} measured programs that do the same take longer"
    told = "; ".join(
        f"{heading.lower()}: {_times(own.times_better.min())} to {_times(own.times_better.max())}"
        for heading, own in _panels(shown)
    )
    alt = f"Times better, by what ours is held against, above one where this project is better. {told}."
    caption = Caption(
        "performance_ratios",
        title,
        alt,
        ("performance",),
        __name__,
        shown[[*COMPARISON, "reference_kind_code", "measured_date", "own_figure", "other_figure", "times_better"]],
    )
    return render(caption, lambda width: _draw(shown, title, width))


def _panels(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """One kind of ratio each, with its heading; kinds that nobody measured have none."""
    found = [(heading, rows[rows.reference_kind_code == kind]) for kind, heading in PANELS.items()]
    return [(heading, own) for heading, own in found if len(own)]


def _times(ratio: float) -> str:
    return plain(float(f"{ratio:.2g}")) if ratio < 10 else decimal(ratio, 0)


def _draw(rows: pd.DataFrame, title: str, width: float) -> Figure:
    is_phone = width < PAGE_INCHES
    room = width - 2 * MARGIN if is_phone else 3.5
    panels = [(heading, own, _labels(own, room)) for heading, own in _panels(rows)]
    heights = [math.fsum(_heights(labels, is_phone)) for _, _, labels in panels]
    first, last = (day(rows.measured_date.min()), day(rows.measured_date.max())) if len(rows) else ("", "")
    when = f"on {last}" if first == last else f"from {first} to {last}"
    source = f"Source: ./run bench, measured {when}; each ratio comes from one run on one machine."
    body = math.fsum(heights) + PANEL_EXTRA * len(panels) + 0.4
    paper = sheet(width, body, title, source, "Times better, logarithmic; one kind of ratio in each panel")
    paper.key(((*FASTER, INK, "better"), (*SLOWER, INK, "worse")))
    top = body - 0.4
    for (heading, own, labels), height in zip(panels, heights, strict=True):
        paper.canvas().text(MARGIN, top - 0.12, heading, size=LABEL_POINTS + 1, weight="bold", va="center")
        _draw_panel(paper, own, labels, (top - 0.25 - height, height, room))
        top -= height + PANEL_EXTRA
    return paper.figure


def _labels(rows: pd.DataFrame, room: float) -> list[str]:
    return [wrapped(f"{r.comparison_text}; {r.compared_with_text}", room, LABEL_POINTS) for r in rows.itertuples()]


def _heights(labels: list[str], is_phone: bool) -> list[float]:
    """Inches of each row: its label beside the mark, or above it on a phone."""
    return [LINE * (label.count("\n") + 1) + (0.26 if is_phone else 0.1) for label in labels]


def _draw_panel(paper: Sheet, rows: pd.DataFrame, labels: list[str], place: tuple[float, float, float]) -> None:
    bottom, total, room = place
    left = MARGIN + 0.1 if paper.is_phone else MARGIN + room + 0.15
    axes = paper.axes(left, bottom, paper.width - left - MARGIN - 0.45, total, "x")
    ratios = [float(ratio) for ratio in rows.times_better]
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
    for label, height, ratio in zip(labels, _heights(labels, paper.is_phone), ratios, strict=True):
        _draw_row(axes, label, ratio, (edge, height, room if not paper.is_phone else None))
        edge -= height


def _draw_row(axes: Axes, label: str, ratio: float, place: tuple[float, float, float | None]) -> None:
    """One comparison: its mark, its number, and what was compared; `room` is None on a phone."""
    edge, height, room = place
    y = edge - height / 2 if room else edge - height + 0.1
    shape, colour = FASTER if ratio >= 1 else SLOWER
    side, shift = ("left", 5) if ratio >= 1 else ("right", -5)
    axes.axhline(y, color=GRID, lw=0.6, zorder=0)
    axes.plot([ratio], [y], shape, mfc=colour, mec=INK, mew=0.5, ms=5.5, zorder=3)
    axes.annotate(
        f"{_times(ratio)}×", (ratio, y), (shift, 0), "data", "offset points", size=LABEL_POINTS, ha=side, va="center",
        bbox={"fc": PAPER, "ec": "none", "pad": 0.3},
    )  # fmt: skip
    y_text = y if room else y + 0.14 + LINE * label.count("\n") / 2
    axes.annotate(
        label, (0, y_text), (-(room + 0.1) * 72 if room else 0, 0), ("axes fraction", "data"), "offset points",
        size=LABEL_POINTS, va="center", color=QUIET, bbox=None if room else {"fc": PAPER, "ec": "none", "pad": 0.3},
    )  # fmt: skip
