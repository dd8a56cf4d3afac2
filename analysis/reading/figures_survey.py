"""The survey in pictures: ways of asking, weightings, assumptions, endorsements, beside the truth where it is known."""

import itertools
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from analysis.reading.figures import BLUE, GREEN, INK, ORANGE, PURPLE, SKY, VERMILION, Caption, Drawing, render
from analysis.reading.figures_forest import Entry, Scale, entry_rows, forest, percent_scale
from analysis.reading.tables import Release
from analysis.reading.terms import only, terms
from analysis.reading.wording import decimal, is_given, percent, sentence_case

FICTIONAL = "synthetic"
INTERVALS = " Lines: 95% intervals."
SOURCES = {
    "synthetic": f"Source: fictional world written by analysis/synthetic; nobody was asked.{INTERVALS}",
    "vault": f"Source: this study.{INTERVALS}",
}
TRUTH_KEY = ("|", VERMILION, VERMILION, "truth of the fictional world")
DIRECTLY, IN_A_LIST = "Asked directly", "Hidden in a list"
LADDER = (
    (DIRECTLY, "unweighted", "share of answers"),
    (DIRECTLY, "blended", "share of answers"),
    (DIRECTLY, "rds", "rds-ii"),
    (DIRECTLY, "rds", "ss"),
    (DIRECTLY, "model", "mrp"),
    (IN_A_LIST, "unweighted", "difference in means"),
    (IN_A_LIST, "blended", "difference in means"),
    (IN_A_LIST, "unweighted", "difference in means, lists of equal length"),
    (IN_A_LIST, "unweighted", "double list"),
    (IN_A_LIST, "blended", "double list"),
    (IN_A_LIST, "unweighted", "linear regression"),
    (IN_A_LIST, "unweighted", "maximum likelihood"),
    (IN_A_LIST, "envelope", "list, error of length allowed for"),
)
NAMES = {
    "share of answers": "share of answers", "rds-ii": "RDS-II", "ss": "successive sampling", "mrp": "multilevel model",
    "difference in means": "difference in means", "double list": "both lists", "linear regression": "linear regression",
    "maximum likelihood": "maximum likelihood",
    "difference in means, lists of equal length": "lists of equal length",
    "list, error of length allowed for": "error of length allowed for",
}  # fmt: skip
WEIGHTINGS = {"unweighted": "unweighted", "raked": "raked volunteers", "blended": "blended weights", "rds": "by degree",
              "model": "poststratified", "envelope": "all weightings"}  # fmt: skip
LOOKS = {"unweighted": ("o", INK), "raked": ("s", ORANGE), "blended": ("D", BLUE), "model": ("^", GREEN)}
KEY = tuple((shape, colour, INK, WEIGHTINGS[name]) for name, (shape, colour) in LOOKS.items())
ENDORSER_LOOKS = (("o", BLUE), ("s", SKY), ("^", PURPLE), ("D", ORANGE), ("v", GREEN))


def estimates(release: Release) -> pd.DataFrame:
    """The study's estimates with the truth beside each where it is known."""
    rows = release.table(f"{release.study}_survey_estimates")
    known = release.table(f"{release.study}_recovery")[["estimate_id", "truth_value"]]
    return rows.merge(known, on="estimate_id", how="left")


def _tables(release: Release) -> tuple[str, ...]:
    return (f"{release.study}_survey_estimates", f"{release.study}_recovery")


def _entry(row: Any, label: str, **looks: Any) -> Entry:
    value, low, high, truth = (
        None if not is_given(x) else float(x) for x in (row.value, row.ci_low, row.ci_high, row.truth_value)
    )
    reason = "" if not is_given(row.unusable_reason) else f"withheld: {row.unusable_reason}"
    return Entry(label, value, low, high, truth, withheld=reason, **looks)


def _spoken(entry: Entry) -> str:
    if entry.value is None:
        return f"{entry.label}: {entry.withheld}"
    interval = (
        f", interval {percent(entry.low)} to {percent(entry.high)}"
        if entry.low is not None and entry.high is not None
        else ""
    )
    return f"{entry.label}: {percent(entry.value)}{interval}"


def _held(entries: list[Entry]) -> str:
    """How many intervals hold the truth, where it is known."""
    judged = [entry for entry in entries if None not in (entry.truth, entry.low, entry.high)]
    held = [entry for entry in judged if (entry.low or 0.0) <= (entry.truth or 0.0) <= (entry.high or 0.0)]
    return f": {len(held)} of {len(judged)} intervals hold the truth" if judged else ""


def _label_of_study(release: Release) -> str:
    return "Fictional world: " if release.study == FICTIONAL else ""


def estimate_ladder(release: Release) -> Drawing:
    """One quantity by every way of asking: direct question, weights, lists, regressions."""
    rows, lists = estimates(release), terms(release, "list")
    estimand, meaning = only(release, "main_question")
    rows = rows[(rows.estimand_id == estimand) & (rows.group_text == "all")]
    entries, last = [], ""
    for heading, weighting, estimator in LADDER:
        chosen = rows[(rows.weighting_code == weighting) & (rows.estimator_text == estimator)]
        for row in chosen.itertuples():
            label = _way(weighting, estimator, lists.get(str(row.item_text), ""))
            shape, colour = ("o", BLUE) if heading == DIRECTLY else ("s", ORANGE)
            shown = "" if heading == last else heading
            entries.append(_entry(row, label, heading=shown, shape=shape, colour=colour))
            last = heading
    truth = next((entry.truth for entry in entries if entry.truth is not None), None)
    title = f"One share, asked in {len(entries)} ways{_held(entries)}"
    told = "; ".join(_spoken(entry) for entry in entries)
    known = f" The truth is {percent(truth)}." if truth is not None else ""
    words = (title, SOURCES[release.study], f"{_label_of_study(release)}share of people who {meaning}")
    scale = percent_scale(entries, "share of adults")
    return render(
        Caption(
            "estimate_ladder",
            title,
            f"{_label_of_study(release)}estimates of one share, one line each.{known} {told}.",
            _tables(release),
            __name__,
            entry_rows(entries),
        ),
        lambda width: _forest(release, entries, scale, words, width, with_truth=truth is not None),
    )


def _way(weighting: str, estimator: str, name: str) -> str:
    is_one_of_many = estimator in {"difference in means", "linear regression", "list, error of length allowed for"}
    listed = f", {name}" if name and is_one_of_many else ""
    return sentence_case(f"{NAMES[estimator]}, {WEIGHTINGS[weighting]}{listed}")


def _forest(release: Release, entries: list[Entry], scale: Scale, words: tuple[str, str, str], width: float, *,
            with_truth: bool, key: tuple[tuple[str, str, str, str], ...] = ()) -> Figure:  # fmt: skip
    shown = (*key, TRUTH_KEY) if with_truth else key
    return forest(entries, scale, words, width, is_fictional=release.study == FICTIONAL, key=shown)


def weighting_comparison(release: Release) -> Drawing:
    """Unweighted, raked, blended and poststratified shares of one question, for everybody and by domain."""
    rows, modelled = estimates(release), terms(release, "modelled")
    estimand, meaning = list(modelled.items())[-1] if modelled else only(release, "main_question")
    domain, kind = only(release, "domain")
    rows = rows[(rows.estimand_id == estimand) & rows.group_kind_code.isin(["all", domain])]
    rows = rows[rows.estimator_text.isin(["share of answers", "mrp"])]
    entries = []
    for group in ["all", *sorted(set(rows.group_text) - {"all"})]:
        heading = "Everybody" if group == "all" else group
        for weighting, (shape, colour) in LOOKS.items():
            for row in rows[(rows.group_text == group) & (rows.weighting_code == weighting)].itertuples():
                label = sentence_case(WEIGHTINGS[weighting])
                entries.append(_entry(row, label, heading=heading, shape=shape, colour=colour))
                heading = ""
    told = "; ".join(f"{entry.heading + ', ' if entry.heading else ''}{_spoken(entry)}" for entry in entries)
    title = f"Four weightings of one share, by {kind or 'group'}{_held(entries)}"
    words = (title, SOURCES[release.study], f"{_label_of_study(release)}share of people who {meaning}")
    with_truth = any(entry.truth is not None for entry in entries)
    scale = percent_scale(entries, "share of adults")
    return render(
        Caption(
            "weighting_comparison",
            title,
            f"{_label_of_study(release)}shares by {kind or 'group'} under four weightings. {told}.",
            _tables(release),
            __name__,
            entry_rows(entries),
        ),
        lambda width: _forest(release, entries, scale, words, width, with_truth=with_truth),
    )


def endorsement_forest(release: Release) -> Drawing:
    """Shift of support for each policy when an endorser is named, in points of the answer scale."""
    rows, policies = estimates(release), terms(release, "policy")
    rows = rows[rows.estimand_id.isin(list(terms(release, "endorsement"))) & (rows.quantity_code == "points_of_scale")]
    entries = []
    for endorser, (shape, colour) in zip(terms(release, "endorser"), itertools.cycle(ENDORSER_LOOKS), strict=False):
        heading = sentence_case(endorser)
        for row in rows[rows.estimator_text == endorser].itertuples():
            entries.append(
                _entry(
                    row,
                    sentence_case(policies.get(row.item_text, row.item_text)),
                    heading=heading,
                    shape=shape,
                    colour=colour,
                )
            )
            heading = ""
    told = "; ".join(_points(entry) for entry in entries)
    title = f"What naming an endorser does to support for a policy{_held(entries)}"
    numbers = [x for entry in entries for x in (entry.low, entry.high, entry.truth, 0.0) if x is not None]
    low, high = min(numbers, default=-0.5), max(numbers, default=0.5)
    first, last = int(low / 0.2) - 1, int(high / 0.2) + 1
    scale = Scale(first * 0.2, last * 0.2, [(place * 0.2, decimal(place * 0.2, 1)) for place in range(first, last + 1)],
                  "points of the answer scale")  # fmt: skip
    words = (
        title,
        SOURCES[release.study],
        f"{_label_of_study(release)}difference from the question without an endorser",
    )
    with_truth = any(entry.truth is not None for entry in entries)
    return render(
        Caption(
            "endorsement_forest",
            title,
            f"{_label_of_study(release)}differences in points. {told or 'No estimate'}.",
            _tables(release),
            __name__,
            entry_rows(entries),
        ),
        lambda width: _forest(release, entries, scale, words, width, with_truth=with_truth),
    )


def _points(entry: Entry) -> str:
    start = f"{entry.heading}: " if entry.heading else ""
    if entry.value is None or entry.low is None or entry.high is None:
        return f"{start}{entry.label}, {entry.withheld or 'no estimate'}"
    return (
        f"{start}{entry.label} {decimal(entry.value, 2)}, interval {decimal(entry.low, 2)} to {decimal(entry.high, 2)}"
    )


def robust_steps(release: Release) -> Drawing:
    """How one share's interval widens as assumptions are let go one after the other."""
    name = f"{release.study}_survey_sensitivity"
    rows = release.table(name)
    rows = rows[rows.sensitivity_code == "robust"].sort_values("step_rank")
    known, (estimand, meaning) = estimates(release), only(release, "sensitivity")
    known = known[
        (known.estimand_id == estimand) & (known.estimator_text == "robust interval") & (known.group_text == "all")
    ]
    share = float(known.value.iloc[0]) if len(known) and is_given(known.value.iloc[0]) else None
    truth = float(known.truth_value.iloc[0]) if len(known) and is_given(known.truth_value.iloc[0]) else None
    entries = [
        Entry(
            sentence_case(row.assumption_text), share, float(row.bound_low), float(row.bound_high), truth, colour=BLUE
        )
        for row in rows.itertuples()
    ]
    told = "; ".join(f"{entry.label}: {percent(entry.low or 0.0)} to {percent(entry.high or 0.0)}" for entry in entries)
    widths = [round(100 * ((entry.high or 0.0) - (entry.low or 0.0))) for entry in entries]
    title = (
        f"Let every assumption go, and the interval grows from {widths[0]} to {widths[-1]} points"
        if widths
        else "No robust interval"
    )
    words = (
        title,
        SOURCES[release.study],
        f"{_label_of_study(release)}share of people who {meaning}",
    )
    scale = percent_scale(entries, "share of adults; the point is the blended share")
    return render(
        Caption(
            "robust_steps",
            title,
            f"{_label_of_study(release)}intervals of one share, one wider than the other. {told or 'No estimate'}.",
            (name, *_tables(release)),
            __name__,
            entry_rows(entries),
        ),
        lambda width: _forest(release, entries, scale, words, width, with_truth=truth is not None),
    )


def defect_curve(release: Release) -> Drawing:
    """Which true shares are compatible with one observed share, over how much taking part goes with the answer."""
    name = f"{release.study}_survey_sensitivity"
    rows = release.table(name)
    rows = rows[rows.sensitivity_code == "data_defect"].sort_values("step_rank")
    entries = [
        Entry(f"correlation {row.assumption_text.replace('-', '−')}", float(row.bound_low), colour=BLUE)
        for row in rows.itertuples()
    ]
    values = [entry.value for entry in entries if entry.value is not None]
    title = (
        f"Selection that nobody sees could hide any true share from {percent(min(values))} to {percent(max(values))}"
        if values
        else "No share to vary"
    )
    told = "; ".join(f"{entry.label}: {percent(entry.value or 0.0)}" for entry in entries)
    source = SOURCES[release.study].replace(INTERVALS, " Method: Meng 2018, doi:10.1214/18-AOAS1161SF.")
    share = only(release, "sensitivity")[1]
    meaning = f"true share of people who {share}, if taking part were correlated with that answer"
    words = (title, source, f"{_label_of_study(release)}{meaning}")
    scale = percent_scale(entries, "true share behind the observed one")
    return render(
        Caption(
            "defect_curve",
            title,
            f"{_label_of_study(release)}true shares over nine assumed correlations. {told or 'No estimate'}.",
            (name,),
            __name__,
            entry_rows(entries),
        ),
        lambda width: _forest(release, entries, scale, words, width, with_truth=False),
    )
