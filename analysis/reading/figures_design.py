"""What a frozen rule would say: verdict probabilities over the truth, for three sizes of study."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.reading.figures import (
    BLUE,
    INK,
    PAGE_INCHES,
    QUIET,
    SMALL_POINTS,
    VERMILION,
    Caption,
    Drawing,
    render,
    sheet,
)
from analysis.reading.tables import Release
from analysis.reading.wording import count, percent

SHOWN_CLAIM, SHOWN_EFFECT, SHOWN_BOGUS = "C01.2", 2.0, 0.0
LINES = (
    ("p_contradicted", "contradicted", VERMILION, "--", "s"),
    ("p_inconclusive", "inconclusive", QUIET, ":", "o"),
    ("p_supported", "supported", BLUE, "-", "^"),
)
SOURCE = "Computed from the frozen rule of the register; no data enter. The envelope of bogus answers is left out here."


def shown_probabilities(release: Release, bogus: float = SHOWN_BOGUS) -> pd.DataFrame:
    """Rows of the shown claim at the shown design effect, by size and truth."""
    rows = release.table("verdict_probabilities")
    return rows[
        rows.claim_id.eq(SHOWN_CLAIM)
        & rows.assumed_design_effect.eq(SHOWN_EFFECT)
        & rows.assumed_bogus_share.round(4).eq(bogus)
    ].sort_values(["planned_n", "true_value"])


def verdict_curves(release: Release) -> Drawing:
    """Three panels, one per size: how likely each verdict is over the true share."""
    rows = shown_probabilities(release)
    sizes = sorted(rows.planned_n.unique())
    shown = [sizes[0], sizes[len(sizes) // 2], sizes[-1]] if len(sizes) > 2 else sizes
    title = "A small study mostly says that it cannot tell"
    told = " ".join(
        f"With {count(size)} respondents: "
        + "; ".join(
            f"at a true share of {percent(row.true_value)}, supported {percent(row.p_supported)}, "
            f"inconclusive {percent(row.p_inconclusive)}, contradicted {percent(row.p_contradicted)}"
            for row in rows[rows.planned_n == size].itertuples()
        )
        + "."
        for size in shown
    )
    return render(
        Caption(
            "verdict_curves",
            title,
            f"Line charts of the probability of each verdict on claim {SHOWN_CLAIM} over the true share, one per "
            f"number of respondents, at a design effect of {SHOWN_EFFECT:g}. {told}",
            ("verdict_probabilities",),
            __name__,
            rows[rows.planned_n.isin(shown)],
        ),
        lambda width: _draw(rows, shown, title, width),
    )


def _draw(rows: pd.DataFrame, sizes: list[int], title: str, width: float) -> Figure:
    is_page = width == PAGE_INCHES
    step = 2.15 if is_page else 1.95
    height = step if is_page else step * len(sizes)
    subtitle = "Probability of each verdict by the true share; the dotted upright line is the threshold of the rule"
    paper = sheet(width, height + 0.25, title, SOURCE, subtitle)
    paper.key(tuple((marker, colour, INK, words) for _, words, colour, _, marker in LINES))
    panel = (width - 0.75) / len(sizes) - 0.3 if is_page else width - 0.95
    for index, size in enumerate(sizes):
        left = 0.55 + index * (panel + 0.35) if is_page else 0.55
        bottom = 0.4 if is_page else height - (index + 1) * step + 0.4
        axes = paper.axes(left, bottom, panel, step - 0.95, "xy")
        _draw_panel(axes, rows[rows.planned_n == size], size)
    return paper.figure


def _draw_panel(axes: Axes, rows: pd.DataFrame, size: int) -> None:
    axes.set_title(f"n = {count(size)}", size=SMALL_POINTS + 0.5, weight="bold", loc="left", pad=4)
    axes.axvline(float(rows.rule_limit.iloc[0]), color=QUIET, lw=0.9, ls=(0, (1, 2)))
    for column, _, colour, style, marker in LINES:
        axes.plot(rows.true_value, rows[column], style, color=colour, marker=marker, ms=4, mec=INK, mew=0.4, lw=1.4)
    axes.set(ylim=(-0.03, 1.05), xlabel="true share")
    axes.set_yticks([0, 0.5, 1], ["0", "1/2", "1"])
    ticks = [0.0, float(rows.rule_limit.iloc[0]), float(rows.true_value.max())]
    axes.set_xticks(ticks, [percent(tick) for tick in ticks])
    axes.grid(axis="y")
