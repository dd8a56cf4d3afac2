"""Coverage of respondent-driven estimators over simulated populations."""

import pandas as pd
from matplotlib.figure import Figure

from analysis.reading.figures import (
    BLUE,
    GREEN,
    GRID,
    INK,
    MARGIN,
    ORANGE,
    PAGE_INCHES,
    PAPER,
    PURPLE,
    QUIET,
    SKY,
    VERMILION,
    Caption,
    Drawing,
    line_height,
    render,
    sheet,
    wrapped,
)
from analysis.reading.tables import Release
from analysis.reading.wording import count, estimator, in_words, percent, sentence_case

NOT_A_STUDY = "spot_check"
REQUIRED = 0.94
SHAPES = (
    ("o", SKY),
    ("s", BLUE),
    ("D", GREEN),
    ("^", ORANGE),
    ("v", PURPLE),
    ("P", INK),
    ("X", VERMILION),
    ("*", QUIET),
)


def coverage_rows(release: Release) -> pd.DataFrame:
    """Simulated studies with an interval; the small spot check that tests run is no study."""
    rows = release.table("rds_coverage")
    return rows[(rows.simulation_code != NOT_A_STUDY) & rows.coverage_share.notna()]


def rds_coverage(release: Release) -> Drawing:
    """Share of 95% intervals that hold the truth: one line per estimator, one mark per kind of population."""
    rows = coverage_rows(release)
    failing = int((rows.coverage_high_share < REQUIRED).sum())
    title = f"{failing} of {len(rows)} combinations of estimator and population hold the truth less often than promised"
    lines = list(dict.fromkeys(zip(rows.estimator_text, rows.interval_text, strict=True)))
    told = "; ".join(_spoken(rows, line) for line in lines)
    return render(
        Caption(
            "rds_coverage",
            title,
            f"Coverage of nominal 95% intervals over simulated populations. {told}.",
            ("rds_coverage",),
            __name__,
            rows[
                [
                    "simulation_code",
                    "estimator_text",
                    "interval_text",
                    "worlds_n",
                    "coverage_share",
                    "coverage_high_share",
                ]
            ],
        ),
        lambda width: _draw(rows, lines, title, width),
    )


def _spoken(rows: pd.DataFrame, line: tuple[str, str]) -> str:
    chosen = _of(rows, line)
    worst = chosen.loc[chosen.coverage_share.idxmin()]
    lowest, highest = percent(chosen.coverage_share.min()), percent(chosen.coverage_share.max())
    return f"{estimator(line[0])} with {line[1]}: from {lowest} ({in_words(worst.simulation_code)}) to {highest}"


def _of(rows: pd.DataFrame, line: tuple[str, str]) -> pd.DataFrame:
    return rows[(rows.estimator_text == line[0]) & (rows.interval_text == line[1])]


def _draw(rows: pd.DataFrame, lines: list[tuple[str, str]], title: str, width: float) -> Figure:
    is_phone = width < PAGE_INCHES
    kinds = list(dict.fromkeys(rows.simulation_code))
    looks = {kind: SHAPES[place % len(SHAPES)] for place, kind in enumerate(kinds)}
    pitch, key_height = (0.52, 1.1) if is_phone else (0.34, 0.5)
    height = pitch * len(lines)
    fewest, most = count(rows.worlds_n.min()), count(rows.worlds_n.max())
    source = f"Source: simulated, {fewest} to {most} studies per population; nobody real is in them."
    paper = sheet(width, height + key_height + 0.5, title, source, "Share of nominal 95% intervals that hold the truth")
    paper.key(tuple((shape, colour, INK, sentence_case(in_words(kind))) for kind, (shape, colour) in looks.items()))
    left = MARGIN + 0.14 if is_phone else MARGIN + 2.6
    axes = paper.axes(left, 0.5, width - left - MARGIN - 0.14, height, "x")
    axes.set(xlim=(0, 1.02), ylim=(0, height))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 0.95], ["0%", "25%", "50%", "75%", "95%"])
    axes.set_yticks([])
    axes.axvline(0.95, color=INK, lw=0.9, ls="--", zorder=1)
    inches = width - left - MARGIN - 0.14
    x_label = 0.0 if is_phone else -(left - MARGIN - 0.02) / inches * 1.02
    for place, line in enumerate(lines):
        y = height - pitch * (place + (0.7 if is_phone else 0.5))
        axes.plot([0, 1], [y, y], "-", color=GRID, lw=0.8, zorder=0)
        label = wrapped(f"{estimator(line[0])}; {line[1]}", width - 0.4 if is_phone else 2.5, 7.8)
        place_y = y + 0.1 + line_height(7.8) / 2 if is_phone else y
        axes.text(
            x_label,
            place_y,
            label,
            size=7.8,
            va="center",
            bbox={"fc": PAPER, "ec": "none", "pad": 0.5} if is_phone else None,
        )
        for row in _of(rows, line).itertuples():
            shape, colour = looks[row.simulation_code]
            axes.plot([row.coverage_share], [y], shape, mfc=colour, mec=INK, mew=0.5, ms=6, zorder=3)
    axes.set_xlabel("coverage")
    return paper.figure
