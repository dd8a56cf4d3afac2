"""The Afghanistan list experiment as count profiles, and base rates as a thousand dots."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from analysis.errors import ReleaseError
from analysis.reading.figures import (
    BLUE,
    INK,
    MARGIN,
    PAGE_INCHES,
    PAPER,
    QUIET,
    SKY,
    SMALL_POINTS,
    VERMILION,
    Caption,
    Drawing,
    render,
    sheet,
    text_width,
    wrapped,
)
from analysis.reading.tables import Release
from analysis.reading.wording import count, half_up, listing, percent, plain, sentence_case

ARM_COLOURS = {"control": "#8C8C8C", "isaf": SKY, "taliban": BLUE}
NO_LABEL, MISSING_INK = "#B8B8B8", "#9A3F00"
LYALL = (
    "Source: Lyall, Blair & Imai 2013, doi:10.1017/S0003055413000403; Afghanistan 2011, villages in five provinces; "
    "counts of respondents."
)
PEOPLE, PER_ROW = 1000, 40
SHOWN_CASE = (0.01, 0.8, 0.95)
"""Prevalence, sensitivity and specificity of the dot grid: assumptions, chosen because they flatter no label."""


def count_profiles(release: Release) -> Drawing:
    """Three stacked profiles: how many respondents named how many items, with the answers that nobody gave."""
    rows = release.table("list_experiment_counts")
    arms = release.codes("list_experiment_counts", "arm_code")
    counts = rows.pivot(index="arm_code", columns="answer_count", values="respondents_n")
    top = int(counts.columns.max())
    missing = [f"nobody answered {answer}" for answer in (0, top) if not counts.loc["taliban", answer]]
    title = f"In the Taliban list {listing(missing)}: respondents avoided the ends"
    told = "; ".join(f"{_arm_words(arm, arms)}: {_profile_words(counts.loc[arm])}" for arm in arms)
    return render(
        Caption(
            "count_profiles",
            title,
            f"Three bar profiles, one per randomised list, of the number of items that respondents support. {told}. "
            f"The control list has {top - 1} items, so {top} cannot occur there.",
            ("list_experiment_counts",),
            __name__,
            rows,
        ),
        lambda width: _draw_profiles(counts, arms, title, width),
    )


def _arm_words(arm: str, arms: dict[str, str]) -> str:
    return f"{sentence_case(arms[arm])}"


def _profile_words(profile: "pd.Series[int]") -> str:
    answers = ", ".join(f"{count(n)} answered {answer}" for answer, n in profile.items())
    return f"of {count(profile.sum())} respondents {answers}"


def _draw_profiles(counts: pd.DataFrame, arms: dict[str, str], title: str, width: float) -> Figure:
    panel, step = 0.9, 1.42 if width == PAGE_INCHES else 1.6
    paper = sheet(
        width,
        step * len(arms) + 0.3,
        title,
        LYALL,
        "Respondents by the number of list items that they say they support",
    )
    for index, arm in enumerate(arms):
        axes = paper.axes(0.2, paper.body_height - (index + 1) * step + 0.12, width - 0.4, panel, "y")
        words = f"{_arm_words(arm, arms)} (n = {count(counts.loc[arm].sum())})"
        axes.set_title(wrapped(words, width - 0.4, 8.6, is_bold=True), size=8.6, weight="bold", loc="left", pad=3)
        _draw_profile(axes, counts.loc[arm], ARM_COLOURS.get(arm, BLUE), is_control=arm == "control")
    axes.set_xlabel("number of items")
    return paper.figure


def _draw_profile(axes: Axes, profile: "pd.Series[int]", colour: str, *, is_control: bool) -> None:
    top = int(profile.max()) * 1.25
    for answer, n in profile.items():
        if n:
            axes.bar([answer], [n], width=0.62, color=colour, ec=INK, lw=0.5)
            axes.text(answer, n + top * 0.025, count(n), ha="center", size=SMALL_POINTS, weight="bold")
        else:
            _missing(axes, answer, top, *(("cannot\noccur", QUIET) if is_control else ("nobody", MISSING_INK)))
    axes.set(ylim=(0, top), xlim=(-0.55, len(profile) - 0.45))
    axes.set_xticks(list(profile.index), [str(answer) for answer in profile.index])
    axes.yaxis.set_major_locator(NullLocator())


def _missing(axes: Axes, answer: int, top: float, word: str, colour: str) -> None:
    axes.bar([answer], [top * 0.4], width=0.62, fc="white", ec=colour, lw=1, ls="--", hatch="///", alpha=0.6)
    axes.text(
        answer, top * 0.2, word, ha="center", va="center", size=SMALL_POINTS, weight="bold", color=colour,
        bbox={"fc": "white", "ec": "none", "pad": 1.5}, linespacing=1.1,
    )  # fmt: skip


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
