"""Posts in pictures: classifiers uncorrected and corrected, stance over time, frames by week, coordination."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.reading.figures import (
    BLUE,
    GREEN,
    GRID,
    INK,
    MARGIN,
    ORANGE,
    PAGE_INCHES,
    QUIET,
    SKY,
    SMALL_POINTS,
    VERMILION,
    Caption,
    Drawing,
    Sheet,
    line_height,
    render,
    sheet,
    wrapped,
)
from analysis.reading.figures_forest import FRAME, mark_fictional
from analysis.reading.figures_survey import FICTIONAL
from analysis.reading.tables import Release
from analysis.reading.terms import only, terms
from analysis.reading.wording import count, percent, sentence_case

SOURCES = {
    "synthetic": "Source: fictional world written by analysis/synthetic; nobody posted.",
    "vault": "Source: posts of this study.",
}
NAIVE, DSL, TUNED = ("naive", "X", VERMILION), ("dsl", "o", SKY), ("ppi++", "s", BLUE)
ESTIMATOR_WORDS = {"naive": "uncorrected", "dsl": "DSL", "ppi++": "PPI++"}
LOOKS = (
    ("s", ORANGE, ":"), ("o", BLUE, "-"), ("^", GREEN, "--"), ("D", VERMILION, "-."), ("v", SKY, ":"),
    ("P", QUIET, "-"), ("<", ORANGE, "--"), (">", BLUE, "-."), ("h", GREEN, "-"),
)  # fmt: skip
"""Shape, colour and line of each stance, in the order of the plan."""
NO_PANEL = ("ALL", "CUT")
"""Counts of posts whatever they speak of."""


def start(release: Release) -> str:
    """What a title or description of made-up numbers begins with."""
    return "Fictional world: " if release.study == FICTIONAL else ""


def frame_words(release: Release) -> dict[str, str]:
    """What each frame speaks of."""
    return terms(release, "frame")


def account_kinds(release: Release) -> dict[str, str]:
    """Kinds of accounts that are read."""
    return terms(release, "account_kind")


def shown(release: Release, what: str) -> str:
    """The frame, stance or language that the plan shows by itself; empty where it has none."""
    return only(release, f"main_{what}")[0]


def event_names(release: Release) -> dict[int, str]:
    """Number of an event, in order of time, to its name."""
    return {int(number): name for number, name in terms(release, "event").items()}


def stance_looks(release: Release, rows: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    """How each stance of some rows is drawn."""
    found = set(rows.stance_label_code)
    return {code: look for code, look in zip(terms(release, "stance"), LOOKS, strict=False) if code in found}


def finished(paper: Sheet, release: Release, boxes: list[tuple[Axes, tuple[float, float, float, float]]]) -> Figure:
    """The sheet, with the mark of fiction around every plotting area where numbers are made up."""
    if release.study == FICTIONAL:
        for axes, box in boxes:
            # The hatched frame stands where tick labels would begin.
            axes.tick_params(axis="y", pad=FRAME * 72 + 2)
            mark_fictional(paper, box)
    return paper.figure


def brought_predictions(release: Release) -> pd.DataFrame:
    """Estimates of one stance from predictions that came in a file, by the quality of the classifier."""
    rows = release.table(f"{release.study}_text_prevalence")
    names = [name for name, _, _ in (NAIVE, DSL, TUNED)]
    chosen = rows.stance_label_code.eq(shown(release, "stance")) & rows.estimator_text.isin(names) & rows.value.notna()
    return rows[chosen & rows.balanced_accuracy_share.notna()].sort_values(
        ["account_kind_code", "balanced_accuracy_share", "estimator_text"]
    )


def text_quality(release: Release) -> Drawing:
    """Share of one stance over the quality of the classifier: uncorrected, and corrected by labels in two ways."""
    rows = brought_predictions(release)
    naive = rows[rows.estimator_text == NAIVE[0]]
    title = "No predictions were brought along"
    if len(naive):
        worst = naive.loc[naive.known_error_value.abs().idxmax()] if naive.known_error_value.notna().any() else None
        title = (
            f"Uncorrected, a classifier is up to {abs(100 * worst.known_error_value):.0f} points off; corrected by a "
            "sample of labels, every interval holds the truth"
            if worst is not None and _all_hold(rows)
            else "Uncorrected and corrected shares, over the quality of the classifier"
        )
    told = "; ".join(
        f"{row.account_kind_code}, classifier {row.classifier_text} (accuracy {percent(row.balanced_accuracy_share)}), "
        f"{ESTIMATOR_WORDS[row.estimator_text]}: {percent(row.value, 1)}, interval {percent(row.ci_low, 1)} to "
        f"{percent(row.ci_high, 1)}"
        for row in rows.itertuples()
    )
    name = f"{release.study}_text_prevalence"
    columns = ["account_kind_code", "classifier_text", "estimator_text", "balanced_accuracy_share", "value", "ci_low",
             "ci_high", "known_truth_value", "known_error_value"]  # fmt: skip
    return render(
        Caption(
            "text_quality",
            title,
            f"{start(release)}share of posts that are {shown(release, 'stance')}, over balanced accuracy. "
            f"{told or 'No estimate'}.",
            (name,),
            __name__,
            rows[columns],
        ),
        lambda width: _draw_quality(release, rows, title, width),
    )


def _all_hold(rows: pd.DataFrame) -> bool:
    corrected = rows[rows.estimator_text != NAIVE[0]]
    held = (corrected.ci_low <= corrected.known_truth_value) & (corrected.known_truth_value <= corrected.ci_high)
    return bool(held.all())


def _draw_quality(release: Release, rows: pd.DataFrame, title: str, width: float) -> Figure:
    is_page = width == PAGE_INCHES
    kinds = {kind: words for kind, words in account_kinds(release).items() if kind in set(rows.account_kind_code)}
    panels, step = max(1, len(kinds)), 2.5
    height = step if is_page else step * panels
    subtitle = (
        f"Share of posts that are {shown(release, 'stance')}, by balanced accuracy of the classifier; "
        "lines: 95% intervals"
    )
    key_height = 0.3 if is_page else 0.5
    paper = sheet(width, height + key_height, title, SOURCES[release.study], start(release) + subtitle)
    looks = tuple((shape, colour, INK, ESTIMATOR_WORDS[name]) for name, shape, colour in (NAIVE, TUNED, DSL))
    paper.key((*looks, ("_", QUIET, INK, "truth of the fictional world")) if release.study == FICTIONAL else looks)
    panel = (width - 0.75) / panels - 0.45 if is_page else width - 1.0
    boxes = []
    for index, kind in enumerate(kinds):
        box = (0.6 + index * (panel + 0.7), 0.5, panel, step - 0.85)
        if not is_page:
            box = (0.6, height - (index + 1) * step + 0.5, panel, step - 0.85)
        axes = paper.axes(*box, "xy")
        _draw_quality_panel(axes, rows[rows.account_kind_code == kind], kinds[kind])
        boxes.append((axes, box))
    return finished(paper, release, boxes)


def _draw_quality_panel(axes: Axes, rows: pd.DataFrame, words: str) -> None:
    axes.set_title(words, size=SMALL_POINTS + 0.5, weight="bold", loc="left", pad=9)
    if rows.known_truth_value.notna().any():
        axes.axhline(float(rows.known_truth_value.iloc[0]), color=INK, lw=1.0, ls=(0, (4, 2)), zorder=2)
    for name, shape, colour in (DSL, TUNED, NAIVE):
        wide = {"dsl": 4.5, "ppi++": 1.4, "naive": 1.4}[name]
        for row in rows[rows.estimator_text == name].itertuples():
            x = row.balanced_accuracy_share
            axes.plot([x, x], [row.ci_low, row.ci_high], "-", color=colour, lw=wide, zorder=3, solid_capstyle="butt")
            size = 8 if name == "dsl" else 4.5 if name == "ppi++" else 7
            axes.plot([x], [row.value], shape, mfc=colour, mec=INK, mew=0.5, ms=size, zorder=4)
    axes.set(xlim=(0.55, 1.02), xlabel="balanced accuracy", ylim=_whole_tenths(rows))
    _percent_axis(axes)
    axes.set_xticks([0.6, 0.7, 0.8, 0.9, 1.0], ["60%", "70%", "80%", "90%", "100%"])


def _whole_tenths(rows: pd.DataFrame) -> tuple[float, float]:
    return max(0.0, float(rows.ci_low.min()) // 0.1 * 0.1), min(1.0, float(rows.ci_high.max()) // 0.1 * 0.1 + 0.15)


def _percent_axis(axes: Axes) -> None:
    low, high = axes.get_ylim()
    ticks = [tick / 10 for tick in range(11) if low - 1e-9 <= tick / 10 <= high + 1e-9]
    axes.set_yticks(ticks, [f"{round(100 * tick)}%" for tick in ticks])
    axes.grid(axis="y")


def stance_periods(release: Release) -> Drawing:
    """Corrected stance over periods of four weeks, with the weeks of the shocks."""
    name = f"{release.study}_stance_periods"
    rows = release.table(name)
    shocks = release.table(f"{release.study}_shock_inference").drop_duplicates("shock_number")
    weeks = [int(week) for week in shocks.study_week_index]
    leading = [
        _leading(words, rows[rows.account_kind_code == kind])
        for kind, words in account_kinds(release).items()
        if kind in set(rows.account_kind_code)
    ]
    title = sentence_case("; ".join(leading)) or "No period has enough labels"
    told = "; ".join(_spoken_period(part) for _, part in rows.groupby(["account_kind_code", "stance_label_code"]))
    marked = f" Shocks are in weeks {' and '.join(map(str, weeks))}." if weeks else ""
    columns = ["study_period_index", "account_kind_code", "stance_label_code", "value", "ci_low", "ci_high"]
    return render(
        Caption(
            "stance_periods",
            title,
            f"{start(release)}lines of corrected shares of posts with their intervals, one panel per kind of account. "
            f"{told or 'No estimate'}.{marked}",
            (name, f"{release.study}_shock_inference"),
            __name__,
            pd.concat([rows[columns], shocks[["study_week_index"]]]),
        ),
        lambda width: _draw_periods(release, rows, weeks, title, width),
    )


def _leading(words: str, rows: pd.DataFrame) -> str:
    """Which stance has the largest share in most periods, and in how many."""
    first = rows.loc[rows.groupby("study_period_index").value.idxmax()].stance_label_code.value_counts()
    return f"{words.lower()}: “{first.index[0]}” leads in {first.iloc[0]} of {first.sum()} periods"


def _spoken_period(part: pd.DataFrame) -> str:
    first = part.iloc[0]
    return (
        f"{first.account_kind_code}, {first.stance_label_code}: {len(part)} periods, "
        f"from {percent(part.value.min())} to {percent(part.value.max())}"
    )


def _draw_periods(release: Release, rows: pd.DataFrame, weeks: list[int], title: str, width: float) -> Figure:
    is_page = width == PAGE_INCHES
    kinds = {kind: words for kind, words in account_kinds(release).items() if kind in set(rows.account_kind_code)}
    step = 1.95
    key_height = 0.3 if is_page else 0.32
    subtitle = f"{start(release)}share of posts by stance, corrected by labels (DSL); upright lines: 95% intervals"
    paper = sheet(width, step * max(1, len(kinds)) + key_height, title, SOURCES[release.study], subtitle)
    looks, events = stance_looks(release, rows), event_names(release)
    paper.key(tuple((shape, colour, INK, name) for name, (shape, colour, _) in looks.items()))
    boxes = []
    for index, kind in enumerate(kinds):
        box = (0.55, (len(kinds) - 1 - index) * step + 0.42, width - 0.8, step - 0.8)
        axes = paper.axes(*box, "xy")
        axes.set_title(kinds[kind], size=SMALL_POINTS + 0.5, weight="bold", loc="left", pad=9)
        for stance, (shape, colour, style) in looks.items():
            own = rows[(rows.account_kind_code == kind) & (rows.stance_label_code == stance)]
            for row in own.itertuples():
                axes.plot([row.study_period_index] * 2, [row.ci_low, row.ci_high], "-", color=colour, lw=1.0)
            axes.plot(own.study_period_index, own.value, style, color=colour, lw=1.0)
            axes.plot(own.study_period_index, own.value, shape, mfc=colour, mec=INK, mew=0.4, ms=3.6)
        for number, week in enumerate(weeks, start=1):
            axes.axvline(week / 4, color=QUIET, lw=0.9, ls=(0, (1, 2)))
            axes.text(week / 4 + 0.1, 0.99, events[number], transform=axes.get_xaxis_transform(), size=7, va="top")
        axes.set(ylim=(0, 1), xlabel="period of four weeks")
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
        axes.grid(axis="y")
        boxes.append((axes, box))
    return finished(paper, release, boxes)


def frame_weeks(release: Release) -> Drawing:
    """Posts by week and frame in one language; weeks below the threshold of the gate are gaps."""
    name = f"{release.study}_post_weeks"
    rows = release.table(name)
    rows = rows[
        rows.language_code.eq(shown(release, "language")) & ~rows.frame_code.isin(NO_PANEL) & rows.posts_n.notna()
    ]
    words = frame_words(release)
    frames = [code for code in words if code in set(rows.frame_code)]
    title = "No week has enough posts to be shown"
    if frames:
        most = rows.loc[rows.posts_n.idxmax()]
        title = (
            f"No other week of a frame has as many posts as week {most.study_week_index} of “{words[most.frame_code]}”"
        )
    told = "; ".join(
        f"{words[code]}: {count(len(own))} weeks shown, at most {count(own.posts_n.max())} posts"
        for code, own in ((code, rows[rows.frame_code == code]) for code in frames)
    )
    return render(
        Caption(
            "frame_weeks",
            title,
            f"{start(release)}small multiples of rounded counts of posts by week, one panel per frame. "
            f"{told or 'No week is shown'}.",
            (name,),
            __name__,
            rows[["study_week_index", "language_code", "frame_code", "posts_n"]],
        ),
        lambda width: _draw_weeks(release, rows, frames, title, width),
    )


def _draw_weeks(release: Release, rows: pd.DataFrame, frames: list[str], title: str, width: float) -> Figure:
    columns, panel, step = (3 if width == PAGE_INCHES else 1), 0.72, 1.38
    lines = max(1, -(-len(frames) // columns))
    languages = release.codes(f"{release.study}_post_weeks", "language_code")
    language = languages.get(shown(release, "language"), "no language")
    subtitle = f"{start(release)}posts in {language.partition(',')[0]}, rounded to five; gaps: few posts or accounts"
    paper = sheet(width, lines * step + 0.1, title, SOURCES[release.study], subtitle)
    column, top = (width - 2 * MARGIN) / columns, float(rows.posts_n.max()) if len(rows) else 1.0
    boxes = []
    for index, code in enumerate(frames):
        left, line = MARGIN + index % columns * column + 0.28, index // columns
        box = (left, paper.body_height - line * step - panel - 0.42, column - 0.42, panel)
        axes = paper.axes(*box, "xy")
        own = rows[rows.frame_code == code].sort_values("study_week_index")
        heading = wrapped(sentence_case(frame_words(release)[code]), column - 0.2, 7.2, is_bold=True)
        axes.set_title(heading, size=7.2, loc="left", pad=9, weight="bold")
        axes.plot(own.study_week_index, own.posts_n, "o", color=BLUE, ms=1.8)
        for _, run in own.groupby((own.study_week_index.diff() != 1).cumsum()):
            axes.plot(run.study_week_index, run.posts_n, "-", color=BLUE, lw=1.0)
        axes.set(ylim=(0, top * 1.08), xlim=(rows.study_week_index.min() - 6, rows.study_week_index.max() + 6))
        axes.tick_params(labelsize=7)
        axes.locator_params(axis="y", nbins=3)
        axes.grid(axis="y")
        boxes.append((axes, box))
    return finished(paper, release, boxes)


def coordination_null(release: Release) -> Drawing:
    """Pairs of near-simultaneous shares beside what chance makes of the same posts, over all and by frame."""
    name = f"{release.study}_coordination"
    rows = release.table(name)
    rows = rows[~rows.coordination_scope_text.str.startswith("weeks")].sort_values("pairs_n", kind="stable")
    above = rows[rows.pairs_n > rows.null_high_n]
    says = rows[(rows.pairs_n > 0) | (rows.null_high_n > 0)]
    title = (
        f"{len(above)} of {len(rows)} sets of posts hold more pairs than chance makes"
        if len(rows)
        else "No set of posts is large enough to look for coordination"
    )
    told = "; ".join(
        f"{row.coordination_scope_text}: {count(row.pairs_n)} pairs, by chance {count(row.null_low_n)} to "
        f"{count(row.null_high_n)}"
        for row in rows.iloc[::-1].itertuples()
    )
    return render(
        Caption(
            "coordination_null",
            title,
            f"{start(release)}observed pairs as dots and the null as lines. {told or 'No count'}.",
            (name,),
            __name__,
            rows[["coordination_scope_text", "pairs_n", "null_low_n", "null_median_n", "null_high_n"]],
        ),
        lambda width: _draw_null(release, says, (title, len(rows) - len(says)), width),
    )


def _draw_null(release: Release, rows: pd.DataFrame, told: tuple[str, int], width: float) -> Figure:
    title, silent = told
    words = frame_words(release)
    left = 2.2 if width == PAGE_INCHES else 1.45
    frames = [scope.removeprefix("frame ") for scope in rows.coordination_scope_text]
    labels = [wrapped(sentence_case(words.get(frame, frame)), left - 0.3, 7.4) for frame in frames]
    pitch = max([0.27, *(line_height(7.4) * (label.count("\n") + 1) + 0.06 for label in labels)])
    height = pitch * max(1, len(rows)) + 0.1
    subtitle = f"{start(release)}pairs of accounts that share one object within the window; institutional accounts only"
    if silent:
        subtitle += f". In {count(silent)} more sets there is no pair, and chance makes none; they are in the table"
    key_height = 0.3 if width == PAGE_INCHES else 0.5
    paper = sheet(width, height + 0.5 + key_height, title, SOURCES[release.study], subtitle)
    paper.key((("o", BLUE, INK, "observed"), ("|", ORANGE, ORANGE, "permutations: middle and 95% of them")))
    box = (left, 0.5, width - left - 0.3, height)
    axes = paper.axes(*box, "x")
    for place, row in enumerate(rows.itertuples()):
        axes.axhline(place, color=GRID, lw=0.8, zorder=0)
        axes.plot([row.null_low_n, row.null_high_n], [place, place], "-", color=ORANGE, lw=3.4, solid_capstyle="butt")
        axes.plot([row.null_median_n], [place], "|", color=INK, ms=8, zorder=3)
        axes.plot([row.pairs_n], [place], "o", mfc=BLUE, mec=INK, mew=0.5, ms=6, zorder=4)
    axes.set_yticks(range(len(rows)), labels, size=7.4)
    axes.tick_params(axis="y", pad=FRAME * 72 + 2)
    axes.set(ylim=(-0.6, max(1, len(rows)) - 0.4), xlabel="pairs")
    axes.locator_params(axis="x", nbins=5)
    return finished(paper, release, [(axes, box)])
