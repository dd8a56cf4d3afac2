"""Shocks in pictures: the specification curve with its placebo band, and what all frames say together."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.reading.figures import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PAGE_INCHES,
    PAPER,
    QUIET,
    SMALL_POINTS,
    Caption,
    Drawing,
    render,
    sheet,
    wrapped,
)
from analysis.reading.figures_forest import Entry, Scale, entry_rows, forest
from analysis.reading.figures_posts import SOURCES, event_names, finished, frame_words, shown, start
from analysis.reading.figures_survey import FICTIONAL, TRUTH_KEY
from analysis.reading.tables import Release
from analysis.reading.terms import only
from analysis.reading.wording import decimal, is_given, percent, sentence_case

CHOICES = ("accounts", "language", "each", "baseline", "weeks")
TICKS, REPLICATED, LEVEL = 0.15, 2, 0.05
CONTRARY = "#B3261E"


def inference(release: Release) -> pd.DataFrame:
    """Joint results by frame and shock that may be used."""
    rows = release.table(f"{release.study}_shock_inference")
    return rows[rows.value.notna()]


def every_shock(release: Release) -> str:
    """All shocks of the study, in words."""
    number = len(event_names(release))
    return (
        "both shocks" if number == REPLICATED else f"all {number} shocks" if number > REPLICATED else "a second shock"
    )


def is_described_only(release: Release) -> bool:
    """Whether a study has fewer placebo dates than its plan asks for to call a jump replicated."""
    asked = only(release, "fewest_placebos")[0]
    return bool(asked) and bool((inference(release).placebo_dates_n < int(asked)).any())


def specification_curve(release: Release) -> Drawing:
    """Every specification's jump in order of size, beside what dates without an event give; one panel per shock."""
    rows = release.table(f"{release.study}_shock_specifications")
    frame, events = shown(release, "frame"), event_names(release)
    rows = rows[rows.frame_code == frame].sort_values(["shock_number", "curve_position"])
    rows = rows.assign(is_contrary=_is_contrary(rows))
    joint = inference(release)
    joint = joint[joint.frame_code == frame]
    title = _curve_title(rows, joint)
    told = "; ".join(_spoken(row, events) for row in joint.itertuples())
    columns = ["shock_number", "specification_text", "curve_position", "value", "rank_p_value", "band_low", "band_high"]
    return render(
        Caption(
            "specification_curve",
            title,
            f"{start(release)}jumps of the weekly volume of the frame {frame_words(release).get(frame, frame)}, as "
            f"natural logarithms of the ratio. {told or 'No estimate'}.",
            (f"{release.study}_shock_specifications", f"{release.study}_shock_inference"),
            __name__,
            pd.concat([rows[columns], joint[["shock_number", "specifications_n", "placebo_dates_n", "value", "ci_low",
                                           "ci_high", "rank_p_value", "significant_share"]]]),
        ),
        lambda width: _draw_curves(release, rows, joint, title, width),
    )  # fmt: skip


def _curve_title(rows: pd.DataFrame, joint: pd.DataFrame) -> str:
    if rows.empty or joint.empty:
        return "No shock can be read from these posts"
    outside = int((rows.value > rows.band_high).sum() + (rows.value < rows.band_low).sum())
    return f"{outside} of {len(rows)} specifications lie outside what dates without an event give"


def _is_contrary(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Specifications that do not say what most of their shock say: inside the band, or of the other sign."""
    usual = np.sign(rows.groupby("shock_number").value.transform("median"))
    return rows.value.between(rows.band_low, rows.band_high) | (np.sign(rows.value) != usual)


def _spoken(row: Any, events: dict[int, str]) -> str:
    return (
        f"{events[row.shock_number]}: median of {row.specifications_n} specifications {decimal(row.value, 2)}, "
        f"interval {decimal(row.ci_low, 2)} to {decimal(row.ci_high, 2)}, joint rank p-value "
        f"{decimal(row.rank_p_value)} among {row.placebo_dates_n} placebo dates; "
        f"{percent(row.significant_share)} of specifications stand out alone"
    )


def _options(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Choice and option, in the order in which specifications were made."""
    found: dict[tuple[str, str], None] = {}
    for choice in CHOICES:
        for text in rows.specification_text:
            found |= {option: None for option in _chosen(text) if option[0] == choice}
    return list(found)


def _chosen(text: str) -> list[tuple[str, str]]:
    """What a specification chose: `accounts: all; language: fa; …` as pairs."""
    parts = [part.strip() for part in text.split(";")]
    pairs = [tuple(part.split(": ", 1)) if ": " in part else _unnamed(part) for part in parts]
    return [(choice, option) for choice, option in pairs]


def _unnamed(part: str) -> tuple[str, str]:
    return ("each", part) if part.startswith("each ") else ("baseline", part)


def _draw_curves(release: Release, rows: pd.DataFrame, joint: pd.DataFrame, title: str, width: float) -> Figure:
    is_page = width == PAGE_INCHES
    shocks, options = sorted(rows.shock_number.unique()), _options(rows)
    panel, matrix = 1.6, TICKS * len(options) + 0.1
    step = panel + matrix + 0.75
    subtitle = (
        f"{start(release)}jump at the shock, natural logarithm; each place is one specification, ordered by its jump; "
        "below: what it chose"
    )
    key_height = 0.3 if is_page else 0.55
    paper = sheet(width, step * max(1, len(shocks)) + key_height, title, SOURCES[release.study], subtitle)
    paper.key(
        (
            ("o", BLUE, INK, "specification"),
            ("s", "#F3D9A4", ORANGE, "95% of placebo dates"),
            ("D", PAPER, CONTRARY, "within them, or of the other sign"),
        )
    )
    left = 1.95 if is_page else 1.42
    boxes = []
    for index, shock in enumerate(shocks):
        bottom = paper.body_height - key_height - (index + 1) * step + 0.35
        own = rows[rows.shock_number == shock]
        box = (left, bottom + matrix, width - left - 0.3, panel)
        axes = paper.axes(*box, "xy")
        _draw_curve(axes, own, joint[joint.shock_number == shock], (event_names(release)[shock], box[2]))
        below = paper.axes(left, bottom, width - left - 0.3, matrix - 0.05, "x")
        _draw_choices(below, own, options, points=7.2)
        boxes.append((axes, box))
    return finished(paper, release, boxes)


def _draw_curve(axes: Axes, own: pd.DataFrame, joint: pd.DataFrame, heading: tuple[str, float]) -> None:
    axes.fill_between(own.curve_position, own.band_low, own.band_high, color="#F3D9A4", lw=0, zorder=1)
    for column in ("band_low", "band_high"):
        axes.plot(own.curve_position, own[column], "-", color=ORANGE, lw=0.9, zorder=2)
    usual, contrary = own[~own.is_contrary], own[own.is_contrary]
    axes.plot(usual.curve_position, usual.value, "o", color=BLUE, ms=2.6, zorder=3)
    axes.plot(contrary.curve_position, contrary.value, "D", mfc=PAPER, mec=CONTRARY, mew=1.4, ms=5, zorder=4)
    axes.axhline(0, color=QUIET, lw=0.8)
    event, inches = heading
    words = sentence_case(event)
    if len(joint):
        words += f": median {decimal(joint.value.iloc[0], 2)}, joint p = {decimal(joint.rank_p_value.iloc[0])}"
    axes.set_title(
        wrapped(words, inches, SMALL_POINTS, is_bold=True), size=SMALL_POINTS, weight="bold", loc="left", pad=10
    )
    axes.set_xticks([])
    axes.set(xlim=(0, len(own) + 1))
    axes.grid(axis="y")


def _draw_choices(axes: Axes, own: pd.DataFrame, options: list[tuple[str, str]], points: float) -> None:
    for place, (choice, option) in enumerate(options):
        chosen = own[[(choice, option) in _chosen(text) for text in own.specification_text]]
        for some, colour, weight in ((~chosen.is_contrary, INK, 0.6), (chosen.is_contrary, CONTRARY, 2.0)):
            axes.plot(chosen.curve_position[some], [place] * int(some.sum()), "|", color=colour, ms=4.6, mew=weight)
    axes.set_yticks(range(len(options)), [_option_words(*pair) for pair in options], size=points)
    axes.set(ylim=(len(options) - 0.4, -0.6), xlim=(0, len(own) + 1))
    axes.set_xticks([])


def _option_words(choice: str, option: str) -> str:
    if choice in ("accounts", "language"):
        return f"{choice}: {option}"
    return option.replace(" from it on", " after").replace("beside posts without a frame", "beside frameless")


def shock_forest(release: Release) -> Drawing:
    """Median jump of every frame at every shock, over all specifications."""
    words, rows, events = frame_words(release), inference(release), event_names(release)
    entries = []
    for shock in sorted(rows.shock_number.unique()):
        heading = sentence_case(events[shock])
        for row in rows[rows.shock_number == shock].itertuples():
            truth = float(row.known_truth_value) if is_given(row.known_truth_value) else None
            looks = {"shape": "D", "colour": BLUE} if row.is_replicated else {"shape": "o", "colour": GREEN}
            label = sentence_case(words[row.frame_code])
            entries.append(
                Entry(label, float(row.value), float(row.ci_low), float(row.ci_high), truth, heading=heading, **looks)
            )
            heading = ""
    moved = int(rows[rows.is_replicated.astype(bool)].frame_code.nunique())
    title = _forest_title(release, rows, moved)
    told = "; ".join(_spoken_frame(row, words, events) for row in rows.itertuples())
    numbers = [x for entry in entries for x in (entry.low, entry.high, entry.truth) if x is not None]
    low, high = min(numbers, default=-1.0), max(numbers, default=1.0)
    first, last = int(low / 0.5) - 1, int(high / 0.5) + 1
    ticks = [(place * 0.5, decimal(place * 0.5, 1)) for place in range(first, last + 1)]
    scale = Scale(first * 0.5, last * 0.5, ticks, "jump of the weekly volume, natural logarithm of the ratio")
    key = (("D", BLUE, INK, f"moved at {every_shock(release)}"), ("o", GREEN, INK, "did not"))
    has_truth = any(entry.truth is not None for entry in entries)
    source = f"{SOURCES[release.study]} Lines: 95% intervals from placebo dates."
    subtitle = f"{start(release)}median over specifications"
    return render(
        Caption(
            "shock_forest",
            title,
            f"{start(release)}median jumps by frame and shock. {told or 'No estimate'}.",
            (f"{release.study}_shock_inference",),
            __name__,
            entry_rows(entries),
        ),
        lambda width: forest(
            entries,
            scale,
            (title, source, subtitle),
            width,
            is_fictional=release.study == FICTIONAL,
            key=(*key, TRUTH_KEY) if has_truth else key,
        ),
    )


def _forest_title(release: Release, rows: pd.DataFrame, moved: int) -> str:
    if rows.empty:
        return "No shock can be read from these posts"
    if is_described_only(release):
        found = int((rows.rank_p_value <= LEVEL).sum())
        return f"{found} of {len(rows)} jumps of frames stand out; too few placebo dates to call one replicated"
    return f"{moved} of {rows.frame_code.nunique()} frames moved at {every_shock(release)}, in the same direction"


def _spoken_frame(row: Any, words: dict[str, str], events: dict[int, str]) -> str:
    return (
        f"{events[row.shock_number]}, {words[row.frame_code]}: {decimal(row.value, 2)}, interval "
        f"{decimal(row.ci_low, 2)} to {decimal(row.ci_high, 2)}"
    )
