"""What has been measured: published attitudes on their wording lines, and the days on which something happened."""

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.reading.figures import (
    BLUE,
    GRID,
    INK,
    LINE_SPACING,
    MARGIN,
    PAGE_INCHES,
    PAPER,
    QUIET,
    SMALL_POINTS,
    Caption,
    Drawing,
    line_height,
    render,
    sheet,
    wrapped,
)
from analysis.reading.tables import Release
from analysis.reading.wording import NO_BREAK, count, is_given, plain, sentence_case

RECOMPUTED = "Recomputed here"
NOT_AN_ATTITUDE = "other"
LINE_SHAPES = ("o", "s", "D", "^", "v", "P")
OVER_RULES: dict[str, Any] = {"bbox": {"fc": PAPER, "ec": "none", "pad": 1.0}}
LINE_COLOURS = (BLUE, "#B14A00", "#00694C", "#8A4A70", "#5F5F5F", INK)


def attitude_rows(release: Release) -> pd.DataFrame:
    """Published percentages that share a wording line; figures of list experiments are on none and so never here."""
    rows = release.table("benchmarks_shown")
    chosen = rows[
        rows.figure_unit_code.eq("percent") & rows.wording_line_code.ne(NOT_AN_ATTITUDE) & rows.figure_value.notna()
    ]
    return chosen.sort_values(["wording_line_code", "benchmark_id"], kind="stable")


def published_attitudes(release: Release) -> Drawing:
    """One dot per published percentage; each wording has its own line and no line is joined to another."""
    rows = attitude_rows(release)
    meanings = release.codes("benchmarks_shown", "wording_line_code")
    lines = list(dict.fromkeys(rows.wording_line_code))
    title = f"{len(rows)} percentages, {count(questions(rows))} different questions: no two lines can be compared"
    told = "; ".join(f"{_row_words(row)}: {plain(row.figure_value)}%" for row in rows.itertuples())
    return render(
        Caption(
            "published_attitudes",
            title,
            f"Dots on {len(lines)} separate lines, never joined. {told}.",
            ("benchmarks_shown",),
            __name__,
            rows,
        ),
        lambda width: _draw_attitudes(rows, meanings, title, width),
    )


def questions(rows: pd.DataFrame) -> int:
    """How many questions were asked: two answers to one question, or one question asked twice, count once."""
    bare = rows.quantity_text.str.replace(r"\s*\([^)]*\)", "", regex=True)
    return int(bare.str.replace(r"^(?:Positive|Negative) ", "", regex=True).nunique())


def _row_words(row: Any) -> str:
    sample = f", n{NO_BREAK}={NO_BREAK}{row.sample_text}" if is_given(row.sample_text) else ", sample size not given"
    made = ", recomputed here" if row.source.startswith(RECOMPUTED) else ""
    return f"{row.quantity_text}; {row.population_text}, {row.period_text}{sample}{made}"


def _draw_attitudes(rows: pd.DataFrame, meanings: dict[str, str], title: str, width: float) -> Figure:
    is_phone = width < PAGE_INCHES
    blocks = [
        _block(code, rows[rows.wording_line_code == code], meanings, width)
        for code in dict.fromkeys(rows.wording_line_code)
    ]
    source = (
        "Source: each row of the table below. Published percentages, but where a row says recomputed; no interval is "
        "recorded."
    )
    subtitle = "Per cent of respondents; each wording stands on its own line"
    paper = sheet(width, math.fsum(block.height for block in blocks) + 0.3, title, source, subtitle)
    axes, top = paper.canvas(), paper.body_height
    left, right = (0.2, width - 0.45) if is_phone else (3.95, width - 0.45)
    _percent_rule(axes, left, right, top)
    dots = paper.axes(left, 0, right - left, top, "x")
    dots.set(xlim=(0, 100), ylim=(0, top))
    dots.axis("off")
    for line, block in enumerate(blocks):
        axes.text(
            MARGIN, top - 0.12, block.heading, size=8.4, weight="bold", va="top", linespacing=LINE_SPACING, **OVER_RULES
        )
        top -= block.heading_height
        for label, value in zip(block.labels, block.values, strict=True):
            height = _row_height(label, is_phone=is_phone)
            axes.text(MARGIN, top - 0.03, label, size=7.8, va="top", linespacing=LINE_SPACING, **OVER_RULES)
            y = top - height + 0.17 if is_phone else top - height / 2
            _attitude_words(axes, value, (left, right), y)
            look: dict[str, Any] = {
                "marker": LINE_SHAPES[line % len(LINE_SHAPES)],
                "color": LINE_COLOURS[line % len(LINE_COLOURS)],
            }
            dots.plot([value], [y], ms=7, **look)
            top -= height
    return paper.figure


@dataclass(frozen=True)
class _Block:
    """One wording line: its heading and its rows, broken into lines that fit."""

    heading: str
    labels: list[str]
    values: list[float]
    is_phone: bool

    @property
    def heading_height(self) -> float:
        """Inches that the heading takes."""
        return line_height(8.4) * (self.heading.count("\n") + 1) + 0.17

    @property
    def height(self) -> float:
        """Inches that the whole block takes."""
        return self.heading_height + math.fsum(_row_height(label, is_phone=self.is_phone) for label in self.labels)


def _block(code: str, rows: pd.DataFrame, meanings: dict[str, str], width: float) -> _Block:
    is_phone = width < PAGE_INCHES
    heading = wrapped(sentence_case(meanings.get(code, code)), width - 2 * MARGIN, 8.4, is_bold=True)
    labels = [wrapped(_row_words(row), width - 0.3 if is_phone else 3.7, 7.8) for row in rows.itertuples()]
    return _Block(heading, labels, list(rows.figure_value), is_phone)


def _row_height(label: str, *, is_phone: bool) -> float:
    return line_height(7.8) * (label.count("\n") + 1) + (0.36 if is_phone else 0.14)


def _percent_rule(axes: Axes, left: float, right: float, top: float) -> None:
    for value in (0, 25, 50, 75, 100):
        x = left + (right - left) * value / 100
        axes.plot([x, x], [0.2, top - 0.05], "-", color=GRID, lw=0.7, zorder=0)
        axes.text(x, 0.08, f"{value}%", size=7.5, ha="center", va="center", color=QUIET)


def _attitude_words(axes: Axes, value: float, ends: tuple[float, float], y: float) -> None:
    left, right = ends
    x = left + (right - left) * value / 100
    side, shift = ("right", -0.13) if value > 85 else ("left", 0.13)
    axes.plot([left, right], [y, y], ":", color="#A6A6A6", lw=0.8, zorder=1)
    axes.text(
        x + shift,
        y,
        f"{plain(value)}%",
        size=SMALL_POINTS,
        weight="bold",
        va="center",
        ha=side,
        zorder=2,
        **OVER_RULES,
    )


def events_timeline(release: Release) -> Drawing:
    """Every dated event in the lane of its kind; days that may be break dates, and what lies beside, are numbered."""
    rows = release.table("events_dated").sort_values("event_date", kind="stable").reset_index(drop=True)
    meanings = release.codes("events_dated", "event_category_code")
    eligible, good = int(rows.is_break_date_eligible.sum()), int((rows.good_sources_n > 0).sum())
    title = (
        f"{eligible or 'None'} of {len(rows)} event days {'has' if eligible < 2 else 'have'} the two good "
        "sources that a break date needs"
    )
    per_lane = "; ".join(
        f"{meanings[code]}: {n}" for code, n in rows.event_category_code.value_counts(sort=False).items()
    )
    return render(
        Caption(
            "events_timeline",
            title,
            f"Timeline from {rows.event_date.min():%Y-%m-%d} to {rows.event_date.max():%Y-%m-%d}, one lane per "
            "kind of event. "
            f"{title}; {good} have one good source. Events per lane: {per_lane}.",
            ("events_dated",),
            __name__,
            rows,
        ),
        lambda width: _draw_events(rows, meanings, title, width),
    )


def _draw_events(rows: pd.DataFrame, meanings: dict[str, str], title: str, width: float) -> Figure:
    lanes = [code for code in reversed(meanings) if code in set(rows.event_category_code)]
    step, key_height = 0.44, 0.32 if width == PAGE_INCHES else 0.5
    numbers = _numbered(rows)
    words = [
        wrapped(f"{number}  {rows.event_date[at]:%Y-%m-%d}: {rows.event_text[at]}", width - 0.5, SMALL_POINTS)
        for at, number in numbers.items()
    ]
    told = line_height(SMALL_POINTS) * len("\n".join(words).splitlines()) + 0.1
    source = (
        "Source: see each row of the table. A good source is a named outlet or an official document that "
        "states the day."
    )
    paper = sheet(width, told + step * len(lanes) + 0.3 + key_height, title, source)
    paper.key(
        (
            ("o", BLUE, BLUE, "one good source states the day"),
            ("o", PAPER, BLUE, "aggregator, or the day is from memory"),
        )
    )
    axes = paper.axes(0.2, told + 0.3, width - 0.4, step * len(lanes), "x")
    for position, code in enumerate(lanes):
        name, points = sentence_case(meanings[code]), 7.8 if width == PAGE_INCHES else 7.2
        axes.text(0, position + 0.22, name, size=points, transform=axes.get_yaxis_transform(), va="bottom")
        _draw_lane(axes, rows[rows.event_category_code == code], position, numbers)
    axes.set(ylim=(-0.4, len(lanes) - 0.1))
    axes.yaxis.set_visible(False)
    _years(axes, rows)
    canvas = paper.canvas()
    canvas.text(0.2, told - 0.1, "\n".join(words), size=SMALL_POINTS, va="top", linespacing=LINE_SPACING)
    return paper.figure


def _numbered(rows: pd.DataFrame) -> dict[int, int]:
    """Position of an event → its number: days with their two sources, and what a host did within a week of them."""
    eligible = rows[rows.is_break_date_eligible]
    beside = set(re.findall(r"V\d{2}", " ".join(eligible.confounders_text.dropna())))
    chosen = rows.index[rows.is_break_date_eligible | rows.event_id.isin(beside)]
    return {int(at): number for number, at in enumerate(chosen, start=1)}


def _draw_lane(axes: Axes, own: pd.DataFrame, position: int, numbers: dict[int, int]) -> None:
    axes.axhline(position, color=GRID, lw=0.8, zorder=0)
    above = True
    for row in own.itertuples():
        face, at, number = BLUE if row.good_sources_n else PAPER, row.event_date.toordinal(), numbers.get(row.Index)
        axes.plot([at], [position], "o", ms=6, mfc=face, mec=BLUE, mew=1.1)
        if number:  # in turn above and below, so that neighbours are not read as one number
            y, side = (position + 0.17, "bottom") if above else (position - 0.17, "top")
            axes.text(at, y, str(number), size=SMALL_POINTS, weight="bold", ha="center", va=side)
            above = not above


def _years(axes: Axes, rows: pd.DataFrame) -> None:
    """Years on an axis of days, counted as ordinals so that no time zone or epoch enters."""
    first, last = rows.event_date.min(), rows.event_date.max()
    years = range(first.year, last.year + 2)
    axes.set_xticks([date(year, 1, 1).toordinal() for year in years], [str(year) for year in years])
    axes.set_xlim(first.toordinal() - 40, last.toordinal() + 60)
    axes.grid(axis="x")
