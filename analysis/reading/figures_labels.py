"""What a label would get right and wrong, as a thousand dots."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.errors import ReleaseError
from analysis.reading.figures import (
    BLUE,
    MARGIN,
    PAGE_INCHES,
    PAPER,
    VERMILION,
    Caption,
    Drawing,
    render,
    sheet,
    text_width,
)
from analysis.reading.tables import Release
from analysis.reading.wording import count, half_up, percent, plain

NO_LABEL = "#B8B8B8"
PEOPLE, PER_ROW = 1000, 40
SHOWN_CASE = (0.01, 0.8, 0.95)
"""Prevalence, sensitivity and specificity of the dot grid: assumptions, chosen because they flatter no label."""


def base_rate_case(release: Release) -> pd.Series:
    """The assumed case that the dot grid shows; ReleaseError when the table does not hold it."""
    rows = release.table("base_rates")
    prevalence, sensitivity, specificity = SHOWN_CASE
    case = rows[
        rows.prevalence_share.round(4).eq(prevalence)
        & rows.sensitivity_share.round(4).eq(sensitivity)
        & rows.specificity_share.round(4).eq(specificity)
    ]
    if len(case) != 1:
        raise ReleaseError(
            f"table 'base_rates': {len(case)} rows with prevalence {prevalence}, sensitivity {sensitivity}, "
            "specificity "
            f"{specificity}; the dot grid needs exactly one: add them to tabulate_base_rates in params.yaml"
        )
    return case.iloc[0]


def base_rate_dots(release: Release) -> Drawing:
    """A thousand people as dots: who would be labelled, rightly and wrongly, under stated assumptions."""
    case = base_rate_case(release)
    right, wrong = case.right_labels_per_1000, case.wrong_labels_per_1000
    title = (
        f"If {percent(case.prevalence_share)} hold an opinion, a label marks {plain(right)} holders and "
        f"{plain(wrong)} others among 1,000 people"
    )
    assumed = (
        f"Assumed, not measured: {percent(case.prevalence_share)} hold the opinion, the label finds "
        f"{percent(case.sensitivity_share)} of "
        f"holders and leaves {percent(case.specificity_share)} of the others alone"
    )
    return render(
        Caption(
            "base_rate_dots",
            title,
            f"A grid of 1,000 dots, one per person. {assumed}. {plain(right)} correctly labelled opinions, "
            f"{plain(wrong)} wrong labels, "
            f"so {percent(case.predictive_value_share)} of labels are right. The figure says nothing about danger "
            "or asylum.",
            ("base_rates",),
            __name__,
            case.to_frame().T,
        ),
        lambda width: _draw_dots(case, title, assumed, width),
    )


def _draw_dots(case: pd.Series, title: str, assumed: str, width: float) -> Figure:
    per_row = PER_ROW if width == PAGE_INCHES else 25
    pitch = (width - 0.24) / per_row
    kinds = _kinds(case)
    key_height = 0.34 if width == PAGE_INCHES else 0.92
    source = (
        "Source: Bayes' rule; no data enter. Dots are whole people, halves rounded up. Even if every label "
        "were right, it would say nothing about danger or asylum."
    )
    paper = sheet(width, PEOPLE / per_row * pitch + key_height, title, source, assumed)
    axes = paper.canvas()
    _dot_key(axes, kinds, paper.body_height - 0.12, width)
    start, top = 0, paper.body_height - key_height
    for n, shape, face, edge, size, _ in kinds:
        places = range(start, start + n)
        x = [0.12 + (place % per_row + 0.5) * pitch for place in places]
        y = [top - (place // per_row + 0.5) * pitch for place in places]
        axes.plot(x, y, shape, mfc=face, mec=edge, ms=size * pitch * 46, mew=0.8, ls="none")
        start += n
    return paper.figure


def _kinds(case: pd.Series) -> list[tuple[int, str, str, str, float, str]]:
    holders = half_up(PEOPLE * case.prevalence_share)
    right, wrong = half_up(case.right_labels_per_1000), half_up(case.wrong_labels_per_1000)
    return [
        (right, "o", BLUE, BLUE, 0.86, "correctly labelled opinions"),
        (holders - right, "o", PAPER, BLUE, 0.82, "holders without a label"),
        (wrong, "s", VERMILION, VERMILION, 0.78, "wrong labels"),
        (PEOPLE - holders - wrong, "o", NO_LABEL, NO_LABEL, 0.45, "others without a label"),
    ]


def _dot_key(axes: Axes, kinds: list[tuple[int, str, str, str, float, str]], y: float, width: float) -> None:
    x = MARGIN + 0.07
    for n, shape, face, edge, _, words in kinds:
        label = f"{count(n)} {words}"
        axes.plot([x], [y], shape, mfc=face, mec=edge, ms=6)
        axes.text(x + 0.1, y, label, size=7.6, va="center")
        x += 0.27 + text_width(label, 7.6)
        if width < PAGE_INCHES:
            x, y = MARGIN + 0.07, y - 0.2
