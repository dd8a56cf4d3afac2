"""Posts in tables and in single values: agreement, frames, stance by estimator, coordination, shocks.

What must not be here: a number without the label that fiction carries, an account, a verdict.
"""

from datetime import date
from typing import Any

import pandas as pd

from analysis.reading.corpora_tables import FICTIONAL, LABEL, WORLD
from analysis.reading.figures_posts import (
    ESTIMATOR_WORDS,
    account_kinds,
    brought_predictions,
    event_names,
    frame_words,
    shown,
)
from analysis.reading.figures_shocks import LEVEL, every_shock, inference, is_described_only
from analysis.reading.fragments import column_table, escaped, quoted, table_block
from analysis.reading.tables import Release
from analysis.reading.terms import only, terms
from analysis.reading.wording import count, day, decimal, is_given, listing, percent, sentence_case, span

SCRIPT = "posts_tables.py"
TEXTS = {
    "synthetic": (
        "The posts of this release are fictional: a program wrote them from templates, with a stance that is a made-up "
        "token, so that the true shares are known. Nothing below is evidence about anybody, and no verdict rests on it."
    ),
    "vault": (
        "The posts of this release are the team's own: of institutions, and of persons who consented. Nobody knows the "
        "true shares; a number is worth what its labels are worth."
    ),
}
ESTIMATORS = {
    "naive": "uncorrected", "labelled": "labelled posts alone", "acc": "ACC", "ppi": "PPI", "ppi++": "PPI++",
    "dsl": "DSL", "emq": "EMQ",
}  # fmt: skip
OWN = "own"
RIGHT_TO_LEFT = ("fa", "ps")
ARABIC_SEMICOLON = "\u061b"


def posts_tables(release: Release) -> dict[str, str]:
    """Every table of the chapters on posts, by the key it is quoted with."""
    return {
        "table_label_agreement": agreement_table(release),
        "table_post_frames": frames_table(release),
        "table_frame_definitions": frame_definitions(release),
        "table_frame_phrases": frame_phrases(release),
        "table_text_prevalence": prevalence_table(release, is_own=False),
        "table_text_prevalence_own": prevalence_table(release, is_own=True),
        "table_coordination": coordination_table(release),
        "table_shock_inference": inference_table(release),
        "table_shock_covariates": covariates_table(release),
    }


def _labelled(release: Release, table: str, name: str) -> str:
    label = LABEL if release.study == FICTIONAL else ""
    return label + table_block(table, release, name, SCRIPT)


def agreement_table(release: Release) -> str:
    """Agreement of the annotators with what may be done with their labels."""
    name = f"{release.study}_label_agreement"
    standings = release.codes(name, "standing_code")
    languages = release.codes(f"{release.study}_post_weeks", "language_code")
    columns = {
        "Labels": lambda row: escaped(_scope(row.agreement_scope_text, languages)),
        "Krippendorff's alpha": lambda row: decimal(row.value, 2) if is_given(row.value) else "undefined",
        "95% interval": lambda row: _interval(row, 2),
        "So": lambda row: escaped(sentence_case(standings[row.standing_code])),
        "Posts": lambda row: count(row.basis_posts_n),
    }
    return _labelled(release, column_table(release.table(name), columns, (1, 4)), name)


def _scope(text: str, languages: dict[str, str]) -> str:
    kind, _, rest = text.partition(" ")
    if kind == "language":
        return f"In {languages.get(rest, rest)}"
    label = rest.removesuffix(" against the others")
    return sentence_case(f"{label}, told from the other labels" if kind == "label" else text)


def _interval(row: Any, places: int) -> str:
    if not is_given(row.ci_low):
        return "none"
    return span(decimal(row.ci_low, places), decimal(row.ci_high, places))


def _percent_interval(row: Any) -> str:
    if not is_given(row.ci_low):
        return "none"
    return span(decimal(100 * row.ci_low, 1), f"{decimal(100 * row.ci_high, 1)}%")


def frames_table(release: Release) -> str:
    """Shares of posts by frame, weighted by post and by account."""
    name, words, kinds = f"{release.study}_post_estimates", frame_words(release), account_kinds(release)
    rows = release.table(name)
    rows = rows[rows.estimand_id.eq(only(release, "frame_share")[0]) & rows.frames_text.notna()]
    order = ["account_group_text", "frames_text", "quantity_code"]
    rows = rows.sort_values(order, ascending=[False, True, False], kind="stable")
    columns = {
        "Accounts": lambda row: escaped(kinds.get(row.account_group_text, row.account_group_text)),
        "Frame": lambda row: escaped(sentence_case(" or ".join(words[code] for code in row.frames_text.split(" or ")))),
        "Each … counts alike": lambda row: "post" if row.quantity_code == "post_share" else "account",
        "Share": lambda row: percent(row.value, 1),
        "95% interval": _percent_interval,
        "Posts": lambda row: count(row.basis_posts_n),
        "On accounts": lambda row: count(row.basis_channels_n),
    }
    return _labelled(release, column_table(rows, columns, (3, 5, 6)), name)


def frame_definitions(release: Release) -> str:
    """What each frame is about, and what it is mistaken for."""
    columns = {
        "Frame": lambda row: _frame_name(release, row),
        "What it is about": lambda row: escaped(row.definition_text),
        "What it is mistaken for": lambda row: escaped(row.trap_text),
    }
    rows = release.table("frame_codebook").drop_duplicates("frame_code")
    return table_block(column_table(rows, columns, ()), release, "frame_codebook", SCRIPT)


def frame_phrases(release: Release) -> str:
    """The phrases of each frame in each language; Dari and Pashto from right to left."""
    languages = release.codes("frame_codebook", "language_code")
    columns = {
        "Frame and language": lambda row: (
            f"{_frame_name(release, row)}: {escaped(languages[row.language_code].partition(',')[0])}"
        ),
        "Phrases": _phrases,
    }
    return table_block(column_table(release.table("frame_codebook"), columns, ()), release, "frame_codebook", SCRIPT)


def _frame_name(release: Release, row: Any) -> str:
    return escaped(sentence_case(frame_words(release)[row.frame_code]))


def _phrases(row: Any) -> str:
    """Phrases in their own direction: a browser needs to be told, and a screen reader the language."""
    if row.language_code not in RIGHT_TO_LEFT:
        return f'<span lang="{row.language_code}">{escaped(row.phrases_text)}</span>'
    shown = escaped(row.phrases_text.replace(";", ARABIC_SEMICOLON))
    return f'<span lang="{row.language_code}" dir="rtl">{shown}</span>'


def prevalence_table(release: Release, *, is_own: bool) -> str:
    """Share of one stance among the first kind of accounts by every estimator, from a file or by our own scores."""
    name = f"{release.study}_text_prevalence"
    rows = release.table(name)
    rows = rows[
        rows.account_kind_code.eq(_first_kind(release)[0]) & rows.stance_label_code.eq(shown(release, "stance"))
    ]
    rows = rows[rows.classifier_text.eq(OWN) == is_own]
    order = list(ESTIMATORS)
    rows = rows.sort_values(
        ["balanced_accuracy_share", "estimator_text"],
        key=lambda column: column.map(order.index) if column.name == "estimator_text" else column,
        kind="stable",
    )
    columns = {
        "Classifier": lambda row: escaped(row.classifier_text),
        "Balanced accuracy": lambda row: (
            percent(row.balanced_accuracy_share, 1) if is_given(row.balanced_accuracy_share) else "not kept"
        ),
        "Estimator": lambda row: ESTIMATORS[row.estimator_text],
        "Share": lambda row: percent(row.value, 1) if row.is_usable else f"withheld: {escaped(row.unusable_reason)}",
        "95% interval": _percent_interval,
        "Estimate minus truth, points": lambda row: (
            decimal(100 * row.known_error_value, 1) if is_given(row.known_error_value) else "truth unknown"
        ),
        "Labelled posts": lambda row: count(row.labelled_posts_n),
    }
    if is_own:
        del columns["Classifier"], columns["Balanced accuracy"]
    return _labelled(release, column_table(rows, columns, (len(columns) - 2, len(columns) - 1)), name)


def _first_kind(release: Release) -> tuple[str, str]:
    """Code and words of the kind of accounts that the plan names first."""
    return next(iter(account_kinds(release).items()), ("", "no accounts"))


def coordination_table(release: Release) -> str:
    """Pairs observed and under the null, over all posts, by frame and by period."""
    name, words = f"{release.study}_coordination", frame_words(release)
    rows = release.table(name)
    rows = rows.assign(order=rows.coordination_scope_text.str.extract(r"weeks (\d+)", expand=False).astype(float))
    rows = rows.sort_values("order", na_position="first", kind="stable")
    columns = {
        "Posts": lambda row: escaped(sentence_case(_coordination_scope(row.coordination_scope_text, words))),
        "Pairs": lambda row: count(row.pairs_n),
        "Middle of chance": lambda row: count(row.null_median_n),
        "Chance makes": lambda row: span(count(row.null_low_n), count(row.null_high_n)),
        "Rank p-value": lambda row: decimal(row.rank_p_value),
        "Rests on posts": lambda row: count(row.basis_posts_n),
    }
    return _labelled(release, column_table(rows, columns, (1, 2, 3, 4, 5)), name)


def _coordination_scope(text: str, words: dict[str, str]) -> str:
    return words.get(text.removeprefix("frame "), text)


def inference_table(release: Release) -> str:
    """Joint answer of all specifications by frame and shock."""
    name, words, events = f"{release.study}_shock_inference", frame_words(release), event_names(release)
    rows = release.table(name).sort_values(["frame_code", "shock_number"], kind="stable")
    columns = {
        "Frame": lambda row: escaped(sentence_case(words[row.frame_code])),
        "Shock": lambda row: escaped(events[row.shock_number]),
        "Median jump": lambda row: decimal(row.value, 2) if row.is_usable else f"none: {escaped(row.unusable_reason)}",
        "95% interval": lambda row: _interval(row, 2),
        "Joint rank p-value": lambda row: decimal(row.rank_p_value) if is_given(row.rank_p_value) else "none",
        "Stand out alone": lambda row: percent(row.significant_share) if is_given(row.significant_share) else "none",
        "Its rank p-value": lambda row: decimal(row.significant_p_value) if row.is_usable else "none",
        "Specifications": lambda row: count(row.specifications_n),
        "Replicated": lambda row: "yes" if row.is_replicated else "no",
        "True jump": lambda row: decimal(row.known_truth_value, 2) if is_given(row.known_truth_value) else "unknown",
    }
    return _labelled(release, column_table(rows, columns, (7,)), name)


def covariates_table(release: Release) -> str:
    """What must not jump."""
    name, events = f"{release.study}_shock_covariates", event_names(release)
    columns = {
        "Fixed before the first shock": lambda row: escaped(sentence_case(row.covariate_text)),
        "Shock": lambda row: escaped(events[row.shock_number]),
        "Jump, points": lambda row: decimal(100 * row.value, 1),
        "Rank p-value": lambda row: decimal(row.rank_p_value),
        "Adjusted for several": lambda row: decimal(row.adjusted_p_value),
        "Jumps": lambda row: "**yes**" if row.has_jump else "no",
    }
    return _labelled(release, column_table(release.table(name), columns, (2, 3, 4)), name)


def posts_values(release: Release) -> dict[str, str]:
    """Sentences and single values that the chapters on posts quote."""
    coordination = release.table(f"{release.study}_coordination")
    covariates = release.table(f"{release.study}_shock_covariates")
    joint = inference(release)
    return {
        "text_posts": TEXTS[release.study],
        "text_naive_bias": _naive_sentence(release),
        "text_together": _together_sentences(release),
        "text_events": _event_sentence(release),
        "text_placebos": _placebo_sentence(release),
        "text_first_accounts": escaped(_first_kind(release)[1].lower()),
        "text_every_shock": every_shock(release),
        "text_codebook_languages": _languages(release),
        "text_truth_held": _held_sentence(release),
        "text_shock_shown": _shock_sentence(release, joint[joint.frame_code == shown(release, "frame")]),
        "text_replicated": _replicated_sentence(release, joint),
        "value_coordination_scopes": count(len(coordination)),
        "value_coordination_above": count((coordination.pairs_n > coordination.null_high_n).sum()),
        "value_shock_covariates_rows": count(len(covariates)),
        "value_shock_covariates_jumping": count(covariates.has_jump.astype(bool).sum()),
        "value_shock_inference_placebos": count(joint.placebo_dates_n.max()) if len(joint) else "none",
        "value_stance_periods_rows": count(len(release.table(f"{release.study}_stance_periods"))),
    }


def _naive_sentence(release: Release) -> str:
    world = WORLD[release.study]
    rows = brought_predictions(release)
    rows = rows[rows.known_error_value.notna()]
    if rows.empty:
        return "No predictions with a known truth are in this release, so the bias of uncorrected shares is not known."
    name = f"{release.study}_text_prevalence"
    naive, corrected = rows[rows.estimator_text == "naive"], rows[rows.estimator_text != "naive"]
    worst = naive.loc[naive.known_error_value.abs().idxmax()]
    held = (corrected.ci_low <= corrected.known_truth_value) & (corrected.known_truth_value <= corrected.ci_high)
    names = " and ".join(ESTIMATOR_WORDS[one] for one in ("dsl", "ppi++"))
    verb = "hold" if held.all() else "do not all hold"
    is_held = worst.ci_low <= worst.known_truth_value <= worst.ci_high
    return (
        f"In {world}, the classifier named *{escaped(worst.classifier_text)}* is off by "
        f"{quoted(decimal(100 * worst.known_error_value, 1), name)} points among "
        f"{escaped(account_kinds(release)[worst.account_kind_code].lower())} when nobody corrects it, and its "
        f"interval {'holds' if is_held else 'excludes'} the truth. The intervals of {names} {verb} the truth for "
        "every classifier, good or poor."
    )


def _held_sentence(release: Release) -> str:
    """How many intervals hold the truth, uncorrected and corrected, where the truth is known."""
    world = WORLD[release.study]
    name = f"{release.study}_text_prevalence"
    rows = brought_predictions(release)
    rows = rows[rows.known_error_value.notna() & rows.ci_low.notna()]
    if rows.empty:
        return "In this release no truth is known, so that nobody can count how often."
    held = (rows.ci_low <= rows.known_truth_value) & (rows.known_truth_value <= rows.ci_high)
    naive = rows.estimator_text == "naive"

    def told(chosen: "pd.Series[bool]") -> str:
        return f"{quoted(count((held & chosen).sum()), name)} of {quoted(count(chosen.sum()), name)}"

    return (
        f"In {world}, {told(naive)} uncorrected intervals hold the truth, and {told(~naive)} of those that "
        "labels from a known sample correct."
    )


def _together_sentences(release: Release) -> str:
    """Frames that the plan takes together, among the first kind of accounts."""
    name, (kind, accounts) = f"{release.study}_post_estimates", _first_kind(release)
    rows = release.table(name)
    rows = rows[rows.quantity_code.eq("post_share") & rows.account_group_text.eq(kind)]
    found = []
    for together, words in terms(release, "frames_together").items():
        for row in rows[rows.frames_text == together].itertuples():
            found.append(
                f"In {WORLD[release.study]}, among posts of {escaped(accounts.lower())}, "
                f"{quoted(percent(row.value, 1), name)} carry a frame of *{escaped(words)}* (95% interval "
                f"{quoted(decimal(100 * row.ci_low, 1), name)} to {quoted(decimal(100 * row.ci_high, 1), name)}%)."
            )
    return " ".join(found) or "This release has no share of frames that are counted together."


def _event_sentence(release: Release) -> str:
    """The events of the plan with their days."""
    days = terms(release, "event_day")
    named = [f"*{escaped(name)}* on {day(date.fromisoformat(days[number]))}" for number, name in
             terms(release, "event").items()]  # fmt: skip
    if not named:
        return "The plan of this study names no event, so nothing of this chapter was estimated for it."
    return f"In this release they are {listing(named)}, fixed by their days in the plan before there were posts."


def _placebo_sentence(release: Release) -> str:
    """How many placebo dates there are, how many the plan asks for, and what follows."""
    name, asked = f"{release.study}_shock_inference", only(release, "fewest_placebos")[0]
    joint = inference(release)
    if joint.empty or not asked:
        return "In this release no shock can be read, so there is no placebo date."
    least = int(joint.placebo_dates_n.min())
    follows = (
        f"so that the smallest possible p-value is one in {quoted(count(least + 1), name)} or less"
        if least >= int(asked)
        else "so jumps are described here, each with its p-value, and none is called replicated"
    )
    return (
        f"The plan asks for {asked} or more before an event may be called replicated; this study has "
        f"{quoted(count(least), name)}, {follows}."
    )


def _languages(release: Release) -> str:
    """Languages of the codebook, in words."""
    words = release.codes("frame_codebook", "language_code")
    spoken = release.table("frame_codebook").language_code.unique()
    return listing([words[code].partition(",")[0] for code in words if code in spoken])


def _shock_sentence(release: Release, joint: pd.DataFrame) -> str:
    world = WORLD[release.study]
    if joint.empty:
        return "No shock can be read from these posts."
    name = f"{release.study}_shock_inference"
    events = event_names(release)
    parts = [
        f"at *{escaped(events[row.shock_number])}* the median over {quoted(count(row.specifications_n), name)} "
        f"specifications is {quoted(decimal(row.value, 2), name)} "
        f"(95% interval {quoted(decimal(row.ci_low, 2), name)} "
        f"to {quoted(decimal(row.ci_high, 2), name)})"
        for row in joint.itertuples()
    ]
    frame = frame_words(release)[joint.frame_code.iloc[0]]
    return f"In {world}, for the frame *{escaped(frame)}*, {' and '.join(parts)}."


def _replicated_sentence(release: Release, joint: pd.DataFrame) -> str:
    world = WORLD[release.study]
    moved = [frame_words(release)[code] for code in joint[joint.is_replicated.astype(bool)].frame_code.unique()]
    alone = joint[(joint.rank_p_value <= LEVEL) & ~joint.is_replicated.astype(bool)]
    name = f"{release.study}_shock_inference"
    if is_described_only(release):
        found = quoted(count((joint.rank_p_value <= LEVEL).sum()), name)
        return (
            f"With so few placebo dates nothing is called replicated: {found} of {quoted(count(len(joint)), name)} "
            "jumps of frames have a joint rank p-value of at most .05."
        )
    every = every_shock(release)
    both = f"Moved at {every}: *{', '.join(moved)}*." if moved else f"No frame moved at {every}."
    return (
        f"{both} Of the frames of {world} that did not, {quoted(count(len(alone)), name)} stand out at one shock only: "
        "with many frames some do by chance, and that is why a second shock is asked for."
    )
