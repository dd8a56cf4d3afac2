"""What a frozen rule would say: verdict probabilities over the truth, for three sizes of study."""

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.reading.figures import (
    BLUE,
    GRID,
    INK,
    ORANGE,
    PAGE_INCHES,
    QUIET,
    SKY,
    SMALL_POINTS,
    VERMILION,
    Caption,
    Drawing,
    render,
    sheet,
    wrapped,
)
from analysis.reading.figures_forest import FRAME, mark_fictional
from analysis.reading.tables import Release
from analysis.reading.wording import count, decimal, percent, sentence_case

SHOWN_CLAIM, SHOWN_EFFECT, SHOWN_BOGUS = "C01.2", 2.0, 0.0
LINES = (
    ("p_contradicted", "contradicted", VERMILION, "--", "s"),
    ("p_inconclusive", "inconclusive", QUIET, ":", "o"),
    ("p_supported", "supported", BLUE, "-", "^"),
)
STEP_LOOKS = {"all answers": ("o", BLUE), "consenting only": ("s", SKY), "after the gate": ("D", ORANGE)}
PRICED_WEIGHTING = "blended"
"""Weights under which the price is shown. A robust interval has none: its width comes from what cannot be known."""

FICTIONAL_SOURCE = "Source: simulated by `python -m analysis diagnose`; fictional worlds, nobody was asked."
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


def priced(rows: pd.DataFrame) -> pd.DataFrame:
    """Estimates of everybody whose price of privacy is shown, each with its quantity and estimator in one text."""
    chosen = rows[rows.weighting_code.eq(PRICED_WEIGHTING) & rows.group_text.eq("all")]
    return chosen.assign(line=chosen.estimand_text.map(sentence_case) + ": " + chosen.estimator_text)


def privacy_price(release: Release) -> Drawing:
    """Mean width of the interval with all answers, with consenting respondents only, and after the gate."""
    rows = priced(release.table("synthetic_deep_diagnosis"))
    wide = rows.pivot(index=["line", "item_text"], columns="privacy_step_text", values="mean_width_share")
    most = 100 * float((wide["after the gate"] - wide["all answers"]).max())
    title = f"Consent and the gate together widen no interval by more than {math.ceil(10 * most) / 10:.1f} points"
    told = "; ".join(
        f"{row.line}, {row.privacy_step_text}: {decimal(row.mean_width_share, 4)}" for row in rows.itertuples()
    )
    return render(
        Caption(
            "privacy_price",
            title,
            f"Fictional worlds: mean width of intervals, as a share. {told}.",
            ("synthetic_deep_diagnosis",),
            __name__,
            rows[["estimand_id", "estimator_text", "privacy_step_text", "worlds_n", "bias_share", "mean_width_share"]],
        ),
        lambda width: _draw_price(rows, title, width),
    )


def _draw_price(rows: pd.DataFrame, title: str, width: float) -> Figure:
    lines = list(dict.fromkeys(rows.line))
    pitch, left = (0.4, 2.6) if width == PAGE_INCHES else (0.46, 1.7)
    key_height, height = 0.3 if width == PAGE_INCHES else 0.5, pitch * len(lines)
    subtitle = "Fictional worlds: mean width of the 95% interval"
    paper = sheet(width, height + key_height + 0.6, title, FICTIONAL_SOURCE, subtitle)
    paper.key(tuple((shape, colour, INK, step) for step, (shape, colour) in STEP_LOOKS.items()))
    box = (left, 0.5, width - left - 0.3, height)
    axes = paper.axes(*box, "x")
    labels = []
    for place, line in enumerate(reversed(lines)):
        labels.append(wrapped(line, left - 0.25, 7.2))
        own = rows[rows.line == line]
        axes.plot([0, own.mean_width_share.max()], [place, place], "-", color=GRID, lw=0.8)
        for row in own.itertuples():
            shape, colour = STEP_LOOKS[row.privacy_step_text]
            axes.plot([row.mean_width_share], [place], shape, mfc=colour, mec=INK, mew=0.5, ms=5.5)
    axes.set_yticks(range(len(lines)), labels, size=7.2)
    axes.tick_params(axis="y", pad=FRAME * 72 + 2)
    top = float(rows.mean_width_share.max()) * 1.1
    axes.set(ylim=(-0.6, len(lines) - 0.4), xlim=(0, top))
    ticks = [tick / 20 for tick in range(21) if tick / 20 <= top]
    axes.set_xticks(ticks, [f"{round(100 * tick)}" for tick in ticks])
    axes.set_xlabel("points")
    mark_fictional(paper, box)
    return paper.figure


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
