"""The pipeline as data flow: stages from the top down, tiers from left to right."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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
    Caption,
    Drawing,
    line_height,
    render,
    sheet,
    wrapped,
)
from analysis.reading.tables import Release
from analysis.reading.wording import count, in_words, listing, sentence_case

TABLE = "pipeline_flow"
SOURCE = "Source: dvc.yaml of this project. Numbers: files or folders, where there are several."
LANES = {
    "reference": "written by people",
    "exports": "exports",
    "restricted": "restricted rows",
    "candidate": "candidate tables",
    "release": "release",
    "product": "book, bundle, reports",
}
"""Tiers from left to right: nothing is written to the left of what was read, but for reports of attacks."""
SHORT = {"reference": "people", "exports": "exports", "restricted": "rows", "candidate": "tables", "product": "book"}
"""Fewer words where a lane is narrow."""
GATED = "release"
LABEL_POINTS = 7.8


def pipeline_flow(release: Release) -> Drawing:
    """One line per stage from the tiers that it reads to those that it writes."""
    rows = release.table(TABLE).sort_values(["stage_rank", "tier_code"], kind="stable", ignore_index=True)
    stages = list(dict.fromkeys(rows.stage_text))
    writers = [in_words(name) for name in rows.stage_text[(rows.tier_code == GATED) & (rows.files_written_n > 0)]]
    verb = "writes" if len(writers) == 1 else "write"
    title = f"{count(len(stages))} stages, one way out: only {listing(writers)} {verb} the release"
    told = "; ".join(_told(name, rows[rows.stage_text == name]) for name in stages)
    return render(
        Caption(
            "pipeline_flow",
            title,
            f"Stages of the pipeline in their order, each with the tiers that it reads and writes. {told}.",
            (TABLE,),
            __name__,
            rows,
        ),
        lambda width: _draw(rows, stages, title, width),
    )


def _told(name: str, rows: pd.DataFrame) -> str:
    sides = [
        f"{verb} {listing([f'{LANES[row.tier_code]} ({count(getattr(row, column))})' for row in used.itertuples()])}"
        for verb, column in (("reads", "files_read_n"), ("writes", "files_written_n"))
        if len(used := rows[rows[column] > 0])
    ]
    return f"{in_words(name)} {' and '.join(sides)}"


def _draw(rows: pd.DataFrame, stages: list[str], title: str, width: float) -> Figure:
    is_page = width == PAGE_INCHES
    pitch, left = (0.235, 2.0) if is_page else (0.37, MARGIN + 0.2)
    lane = (width - MARGIN - left) / len(LANES)
    words = LANES if is_page else LANES | SHORT
    heads = [wrapped(words[tier], lane - 0.04, SMALL_POINTS - 0.8) for tier in LANES]
    head = line_height(SMALL_POINTS) * max(one.count("\n") + 1 for one in heads) + 0.12
    paper = sheet(width, 0.32 + head + pitch * len(stages), title, SOURCE, "Data flow from left to right")
    paper.key((("o", PAPER, INK, "reads"), ("s", BLUE, INK, "writes"), ("|", VERMILION, VERMILION, "the gate")))
    axes, top = paper.canvas(), paper.body_height - 0.32
    places = {tier: left + (number + 0.5) * lane for number, tier in enumerate(LANES)}
    for tier, heading in zip(LANES, heads, strict=True):
        axes.text(places[tier], top, heading, ha="center", va="top", size=SMALL_POINTS - 0.8, weight="bold")
        axes.plot([places[tier]] * 2, [0, top - head], "-", color=GRID, lw=1.2, zorder=1)
    gate = places[GATED] - lane / 2
    axes.plot([gate, gate], [0, top - head], "--", color=VERMILION, lw=1.4, zorder=2)
    for number, name in enumerate(stages):
        y = top - head - (number + (0.5 if is_page else 0.75)) * pitch
        _stage(axes, rows[rows.stage_text == name], places, y, 0.02 if is_page else -0.14)
        axes.text(
            MARGIN, y if is_page else y + 0.16, sentence_case(in_words(name)), size=LABEL_POINTS, va="center", zorder=6,
            bbox=None if is_page else {"fc": PAPER, "ec": "none", "pad": 0.6},
        )  # fmt: skip
    return paper.figure


def _stage(axes: Axes, rows: pd.DataFrame, places: dict[str, float], y: float, rise: float) -> None:
    touched = [places[tier] for tier in rows.tier_code]
    axes.plot([min(touched), max(touched)], [y, y], "-", color=QUIET, lw=1.0, zorder=3)
    for row in rows.itertuples():
        x = places[row.tier_code]
        if row.files_read_n:
            axes.plot([x], [y], "o", mfc=PAPER, mec=INK, mew=1.0, ms=7 if row.files_written_n else 5.5, zorder=4)
        if row.files_written_n:
            axes.plot([x], [y], "s", mfc=BLUE, mec=INK, mew=0.5, ms=3.4 if row.files_read_n else 5.5, zorder=5)
        numbers = [count(n) for n in (row.files_read_n, row.files_written_n) if n > 1]
        if numbers:
            axes.text(
                x + 0.075, y + rise, "/".join(numbers), size=6.6, va="bottom", color=QUIET, zorder=5,
                bbox={"fc": PAPER, "ec": "none", "pad": 0.2},
            )  # fmt: skip
