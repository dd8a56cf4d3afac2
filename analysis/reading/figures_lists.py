"""List experiments as count profiles: how many respondents named how many items, arm by arm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from analysis.reading.figures import (
    BLUE,
    INK,
    PAGE_INCHES,
    QUIET,
    SKY,
    SMALL_POINTS,
    Caption,
    Drawing,
    render,
    sheet,
    wrapped,
)
from analysis.reading.figures_forest import mark_fictional
from analysis.reading.tables import Release
from analysis.reading.terms import terms
from analysis.reading.wording import NO_BREAK, count, is_given, listing, sentence_case

FICTIONAL = "synthetic"
CONTROL_COLOUR, MISSING_INK = "#8C8C8C", "#9A3F00"
ARM_COLOURS = {"control": CONTROL_COLOUR, "isaf": SKY, "taliban": BLUE, "treatment": BLUE}
LYALL = (
    "Source: Lyall, Blair & Imai 2013, doi:10.1017/S0003055413000403; Afghanistan 2011, villages in five provinces; "
    "counts of respondents."
)
ROUNDED = "counts of respondents, rounded; hidden: too few to be shown, or beside a count of too few."
SOURCES = {
    "synthetic": f"Source: fictional world written by analysis/synthetic; nobody was asked; {ROUNDED}",
    "vault": f"Source: this study; {ROUNDED}",
}
ALL = "all answers"
PANEL, STEP = 0.9, 1.42


@dataclass(frozen=True)
class Profile:
    """How often each answer was given in one arm.

    `counts` maps an answer to the respondents who gave it, None where that is hidden; an answer up to `top` that it
    lacks cannot occur.
    """

    words: str
    counts: Mapping[int, int | None]
    top: int
    colour: str


def count_profiles(release: Release) -> Drawing:
    """Three stacked profiles: how many respondents named how many items, with the answers that nobody gave."""
    rows = release.table("list_experiment_counts")
    arms = release.codes("list_experiment_counts", "arm_code")
    counts = rows.pivot(index="arm_code", columns="answer_count", values="respondents_n")
    top = int(counts.columns.max())
    missing = [f"nobody answered {answer}" for answer in (0, top) if not counts.loc["taliban", answer]]
    title = f"In the Taliban list {listing(missing)}: respondents avoided the ends"
    told = "; ".join(f"{sentence_case(words)}: {_profile_words(counts.loc[arm])}" for arm, words in arms.items())
    profiles = []
    for arm, words in arms.items():
        given = {int(answer): int(n) for answer, n in counts.loc[arm].items() if arm != "control" or answer < top}
        heading = f"{sentence_case(words)} {_size('=', counts.loc[arm].sum())}"
        profiles.append(Profile(heading, given, top, ARM_COLOURS[arm]))
    subtitle = "Respondents by the number of list items that they say they support"
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
        lambda width: _draw(profiles, (title, LYALL, subtitle), width, per_row=1),
    )


def _size(sign: str, n: float) -> str:
    """How many respondents there are, in one piece."""
    return f"(n{NO_BREAK}{sign}{NO_BREAK}{count(n)})"


def _profile_words(profile: "pd.Series[int]") -> str:
    answers = ", ".join(f"{count(n)} answered {answer}" for answer, n in profile.items())
    return f"of {count(profile.sum())} respondents {answers}"


def list_profiles(release: Release) -> Drawing:
    """The survey's own lists, control beside treatment, as the gate leaves them."""
    name = f"{release.study}_list_counts"
    rows, lists = release.table(name), terms(release, "list")
    profiles, told, reached = [], [], []
    top = max((int(answer) for answer in rows.list_answer_text if answer != ALL), default=0)
    for (item, arm), given in rows.groupby(["item_text", "list_arm_code"], sort=True):
        cells = dict(zip(given.list_answer_text, given.list_answers_n, strict=True))
        total = cells.pop(ALL)
        counts = {int(answer): int(n) if is_given(n) else None for answer, n in sorted(cells.items())}
        words = f"{sentence_case(lists.get(str(item), str(item)))}, {arm}"
        size = f" {_size('≈', total)}" if is_given(total) else ""
        profiles.append(Profile(words + size, counts, top, ARM_COLOURS[str(arm)]))
        told.append(f"{words}{size}: {_told(counts)}")
        if arm == "treatment" and counts[0] is not None and counts[max(counts)] is not None:
            reached.append(lists.get(str(item), str(item)))
    title = (
        f"With the tested item on it, answers still reach both ends of {listing(reached)}"
        if reached
        else "No list is seen to reach both its ends"
    )
    is_fictional = release.study == FICTIONAL
    label = "Fictional world: " if is_fictional else ""
    subtitle = f"{label}respondents by the number of list items that they name"
    return render(
        Caption(
            "list_profiles",
            title,
            f"{label}bar profiles of the number of items named, one per list and arm. {'; '.join(told) or 'No list'}. "
            "Counts are rounded; hidden ones are too few to be shown, or stand beside such a count.",
            (name,),
            __name__,
            rows,
        ),
        lambda width: _draw(
            profiles,
            (title, SOURCES[release.study], subtitle),
            width,
            per_row=2 if width == PAGE_INCHES else 1,
            is_fictional=is_fictional,
        ),
    )


def _told(counts: Mapping[int, int | None]) -> str:
    return ", ".join(f"{answer} {'hidden' if n is None else f'by {count(n)}'}" for answer, n in counts.items())


def _draw(
    profiles: Sequence[Profile], words: tuple[str, str, str], width: float, *, per_row: int, is_fictional: bool = False
) -> Figure:
    title, source, subtitle = words
    rows = -(-len(profiles) // per_row)
    step = STEP if width == PAGE_INCHES else STEP + 0.18
    paper = sheet(width, step * rows + 0.3, title, source, subtitle)
    each = width / per_row
    highest = max((n for profile in profiles for n in profile.counts.values() if n), default=1)
    for index, profile in enumerate(profiles):
        row, column = divmod(index, per_row)
        box = (0.2 + column * each, paper.body_height - (row + 1) * step + 0.12, each - 0.4, PANEL)
        axes = paper.axes(*box, "y")
        heading = wrapped(profile.words, each - 0.4, 8.6, is_bold=True)
        axes.set_title(heading, size=8.6, weight="bold", loc="left", pad=9 if is_fictional else 3)
        _bars(axes, profile, highest * 1.25)
        if row == rows - 1:
            axes.set_xlabel("number of items")
        if is_fictional:
            mark_fictional(paper, box)
    return paper.figure


def _bars(axes: Axes, profile: Profile, top: float) -> None:
    for answer in range(profile.top + 1):
        n = profile.counts.get(answer)
        if answer not in profile.counts:
            _missing(axes, answer, top, "cannot\noccur", QUIET)
        elif n is None:
            _missing(axes, answer, top, "hidden", QUIET)
        elif n:
            axes.bar([answer], [n], width=0.62, color=profile.colour, ec=INK, lw=0.5)
            axes.text(answer, n + top * 0.025, count(n), ha="center", size=SMALL_POINTS, weight="bold")
        else:
            _missing(axes, answer, top, "nobody", MISSING_INK)
    axes.set(ylim=(0, top), xlim=(-0.55, profile.top + 0.55))
    axes.set_xticks(range(profile.top + 1), [str(answer) for answer in range(profile.top + 1)])
    axes.yaxis.set_major_locator(NullLocator())


def _missing(axes: Axes, answer: int, top: float, word: str, colour: str) -> None:
    axes.bar([answer], [top * 0.4], width=0.62, fc="white", ec=colour, lw=1, ls="--", hatch="///", alpha=0.6)
    axes.text(
        answer, top * 0.2, word, ha="center", va="center", size=SMALL_POINTS, weight="bold", color=colour,
        bbox={"fc": "white", "ec": "none", "pad": 1.5}, linespacing=1.1,
    )  # fmt: skip
