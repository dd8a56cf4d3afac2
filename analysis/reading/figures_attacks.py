"""What attacks learn from one table, as it was counted, under weaker rules and under the gate."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from analysis.reading.figures import (
    BLUE,
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
from analysis.reading.figures_forest import mark_fictional
from analysis.reading.tables import Release
from analysis.reading.wording import count, is_given

TABLE = "a table of age, sex and cohort of arrival in an invented study"
NAME = "attack_results"
SOURCE = "Source: a study of nobody, made by analysis/results/attack_studies.py, attacked with the code of the audit."
PANELS = {
    "reconstruction": "Small counts that a solver learns",
    "differencing": "Departures that two releases show",
}
WAYS = {
    "as_counted": "as counted",
    "small_hidden": "small counts empty",
    "small_hidden_rounded": "… and others rounded",
    "gate": "the gate",
}
KEY = (("s", BLUE, INK, "exactly, or seen"), ("s", ORANGE, INK, "known to be small"), ("s", PAPER, QUIET, "not learnt"))


def attack_results(release: Release) -> Drawing:
    """Bars of what each attack learns out of what it attacked, one per protection."""
    rows = release.table(NAME).set_index(["attack_code", "protection_code"])
    solved = rows.loc["reconstruction"]
    attacked = int(solved.attacked_n.max())
    title = (
        f"Leaving small counts empty gives {_learnt(solved, 'small_hidden')} of {count(attacked)} away, "
        f"the gate {_learnt(solved, 'gate')}"
        if attacked
        else "The table has no small count to attack"
    )
    subtitle = f"Invented: {TABLE}"
    told = ". ".join(
        f"{heading}: {'; '.join(f'{words} {_words(rows.loc[(attack, way)])}' for way, words in WAYS.items())}"
        for attack, heading in PANELS.items()
    )
    return render(
        Caption(
            "attack_results",
            title,
            f"{subtitle}. Two panels of bars, one bar per protection. {told}.",
            (NAME,),
            __name__,
            rows.reset_index(),
        ),
        lambda width: _draw(rows, (title, SOURCE, subtitle), width),
    )


def _learnt(solved: pd.DataFrame, way: str) -> str:
    n = solved.loc[way, "exact_n"] + solved.loc[way, "bounded_n"]
    return count(n) if n else "none"


def _words(row: pd.Series) -> str:
    known = f", {count(row.bounded_n)} more known to be small" if is_given(row.bounded_n) and row.bounded_n else ""
    return f"{count(row.exact_n)} of {count(row.attacked_n)}{known}"


def _draw(rows: pd.DataFrame, words: tuple[str, str, str], width: float) -> Figure:
    is_page = width == PAGE_INCHES
    panel, step = 1.35, 2.2
    height = step if is_page else step * len(PANELS)
    paper = sheet(width, height + (0.32 if is_page else 0.52), *words)
    paper.key(KEY)
    each = width / 2 if is_page else width
    for index, (attack, heading) in enumerate(PANELS.items()):
        left, top = (index * each, height) if is_page else (0.0, height - index * step)
        box = (left + 0.3, top - step + 0.55, each - 0.5, panel)
        axes = paper.axes(*box, "y")
        axes.set_title(heading, size=8.6, weight="bold", loc="left", pad=9)
        _bars(axes, rows.loc[attack], each - 0.5)
        mark_fictional(paper, box)
    return paper.figure


def _bars(axes: Axes, rows: pd.DataFrame, inches: float) -> None:
    top = max(1, int(rows.attacked_n.max()))
    for place, way in enumerate(WAYS):
        row = rows.loc[way]
        exact, bounded = int(row.exact_n), int(row.bounded_n) if is_given(row.bounded_n) else 0
        axes.bar([place], [int(row.attacked_n)], width=0.6, fc="none", ec=QUIET, lw=0.8, zorder=0.9)
        axes.bar([place], [exact], width=0.6, fc=BLUE, ec=INK, lw=0.5, zorder=0.8)
        if bounded:
            axes.bar([place], [bounded], width=0.6, bottom=exact, fc=ORANGE, ec=INK, lw=0.5, zorder=0.8)
        label = f"{count(exact + bounded)} of {count(row.attacked_n)}"
        axes.text(place, top * 1.04, label, ha="center", size=SMALL_POINTS, weight="bold", zorder=4)
    axes.set(ylim=(0, top * 1.22), xlim=(-0.5, len(WAYS) - 0.5))
    labels = [wrapped(words, inches / len(WAYS) - 0.05, SMALL_POINTS) for words in WAYS.values()]
    axes.set_xticks(range(len(WAYS)), labels, size=SMALL_POINTS)
    axes.yaxis.set_major_locator(NullLocator())
