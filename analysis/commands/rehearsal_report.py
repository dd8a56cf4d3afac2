"""The report of a rehearsal: plain sentences, then tables; on the terminal and as files.

What must not be here: an estimate.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.atomic import write_atomically
from analysis.commands.rehearsal_studies import Studied
from analysis.rehearsal.population import drawn_columns
from analysis.rehearsal.post_exports import Press
from analysis.rehearsal.post_truths import PostTruths
from analysis.rehearsal.truth import ALL
from analysis.rehearsal.world import Design
from analysis.results.rehearsal import KEYS, POST_KEYS, Claimed, over_studies, verdicts_over, withheld

REPORT, VERDICTS = "rehearsal.md", "repeated_verdicts.csv"
ESTIMATES, REPEATED = "estimates.csv", "repeated_estimates.csv"
POSTS, REPEATED_POSTS = "post_estimates.csv", "repeated_post_estimates.csv"
Table = tuple[list[str], list[list[str]]]


@dataclass(frozen=True)
class Gated:
    """What passed the gate of the throw-away project: table, check, outcome, evidence; and empty cells by table."""

    records: pd.DataFrame
    empty: pd.DataFrame


@dataclass(frozen=True)
class Rehearsal:
    """Everything that a report tells."""

    design: Design
    respondents: int
    seed: int
    once: Studied
    gated: Gated | None
    repeated: Sequence[Studied]


def report(found: Rehearsal) -> str:
    """The report as Markdown."""
    sections = [
        _opening(found), _rows_of_exports(found), *(_survey(found) if found.design.sources else ()), _posts(found),
        _gate(found), _claims(found.once.claims), _over(found),
    ]  # fmt: skip
    return "\n\n".join(section for section in sections if section) + "\n"


def write_report(found: Rehearsal, folder: Path) -> None:
    """The report and its tables, each whole or not at all."""
    for name, repeated, keys, part in _parts(found.design):
        write_atomically(folder / name, getattr(found.once, part).to_csv(index=False).encode())
        if found.repeated:
            studies = over_studies([getattr(each, part) for each in found.repeated], keys)
            write_atomically(folder / repeated, studies.to_csv(index=False).encode())
    if found.repeated:
        verdicts = verdicts_over([each.claims for each in found.repeated])
        write_atomically(folder / VERDICTS, verdicts.to_csv(index=False).encode())
    write_atomically(folder / REPORT, report(found).encode())


def _parts(design: Design) -> Iterator[tuple[str, str, list[str], str]]:
    """Files, keys and name of the estimates that a design has: of its survey, of its posts."""
    if design.sources:
        yield ESTIMATES, REPEATED, KEYS, "rows"
    if design.press:
        yield POSTS, REPEATED_POSTS, POST_KEYS, "posts"


def _opening(found: Rehearsal) -> str:
    lines = [
        f"# Rehearsal of {found.design.plan.study}",
        "All people, accounts, answers and numbers here are invented; nobody was asked, and nothing here is evidence.",
        *(_asked(found) if found.design.sources else ()),
        *(_published(found, found.design.press) if found.design.press else ()),
    ]
    return "\n\n".join(lines)


def _asked(found: Rehearsal) -> Iterator[str]:
    plan, truths = found.design.plan, found.design.truths
    files = ", ".join(f"{each.file} ({each.vendor}, {each.sample_source})" for each in found.design.sources)
    waves = [f"{estimand} in {period}" for period, shares in truths.waves.items() for estimand in shares]
    stated = sorted([*truths.shares, *truths.answers, *truths.effects, *waves])
    yield f"{found.respondents} interviews, seed {found.seed}; exports: {files}."
    yield (
        f"Stated in truths.yml: {', '.join(stated) or 'nothing'}. Everything else has its default: "
        f"shares of 0.3, {truths.habits.denied:.0%} of holders deny a sensitive item when asked directly, "
        f"{truths.habits.refused:.0%} of answers are refused, {truths.habits.careless:.0%} of respondents answer "
        "by chance."
    )
    free = len(drawn_columns(plan))
    yield f"{len(plan.columns)} columns of answers, {free} of them drawn or counted in the interview."


def _published(found: Rehearsal, press: Press) -> Iterator[str]:
    truths = found.design.truths.posts
    files = ", ".join(f"{each.file} ({each.vendor})" for each in press.sources)
    accounts = ", ".join(f"{number} {kind}" for kind, number in press.accounts.items())
    yield f"{press.posts_n} posts, seed {found.seed}; accounts: {accounts}; exports: {files}."
    others = [f"{each.source_id}: {each.stands_for} cannot be written, and is rehearsed as {each.vendor}."
              for each in press.sources if each.stands_for]  # fmt: skip
    yield from others
    stated = sorted(name for name in PostTruths.model_fields if getattr(truths, name) != getattr(PostTruths(), name))
    yield (
        f"Stated in truths.yml for posts: {', '.join(stated) or 'nothing'}. Everything else has its default: frames "
        "and labels alike, a quarter of posts without a frame, three times as many of the main frame at every event; "
        f"two readers label {truths.labelled} posts of each kind of account, {truths.misread:.0%} of them by chance."
    )


def _rows_of_exports(found: Rehearsal) -> str:
    rows = [[source, outcome.replace("_", " "), str(n)] for (source, outcome), n in sorted(found.once.tally.items())]
    title = "## What happens to the rows of the exports\n\n"
    return title + _markdown((["sample or platform", "outcome", "rows"], rows)) if rows else ""


def _survey(found: Rehearsal) -> tuple[str, ...]:
    return _estimates(found), _groups(found), _withheld(found)


def _posts(found: Rehearsal) -> str:
    rows = found.once.posts
    if rows.empty:
        said = "No number of the posts is shown: too few accounts or posts stand behind each."
        return f"## Posts\n\n{said}" if found.design.press else ""
    body = [
        [row.population_text, row.period_text, row.quantity_code, _number(row.truth), *_shown(row)]
        for row in rows.itertuples()
    ]  # fmt: skip
    head = ["posts", "period", "quantity", "truth", "estimate", "interval", "holds the truth"]
    said = (
        "As they would be published; a rate ratio is a natural logarithm. Numbers that too few accounts carry have no "
        "row. An empty truth means that the world states none for it."
    )
    return f"## Posts\n\n{said}\n\n{_markdown((head, body))}"


def _estimates(found: Rehearsal) -> str:
    words, rows = dict(found.design.plan.estimands()), found.once.rows
    rows = rows[rows.group_kind_code == ALL]
    body = [
        [words.get(row.estimand_id, row.estimand_id), row.item_text, row.weighting_code, row.estimator_text,
         _number(row.truth), *_shown(row)]
        for row in rows.itertuples()
    ]  # fmt: skip
    head = ["what", "items", "weights", "estimator", "truth", "estimate", "interval", "holds the truth"]
    said = "The interval is as it would be published. An empty truth means that the world states none for it."
    return f"## Estimates for everybody\n\n{said}\n\n{_markdown((head, body))}"


def _shown(row: object) -> list[str]:
    if not bool(row.is_usable):  # type: ignore[attr-defined] # a row of a table
        return ["withheld", "", ""]
    low, high, covered = row.ci_low, row.ci_high, row.is_covered  # type: ignore[attr-defined] # likewise
    interval = "" if pd.isna(low) else f"{_number(low)} to {_number(high)}"
    return [_number(row.value), interval, "" if pd.isna(covered) else "yes" if covered else "no"]  # type: ignore[attr-defined] # likewise


def _number(value: object) -> str:
    return "" if pd.isna(value) else f"{float(value):.3f}"  # type: ignore[arg-type] # a number of a table


def _groups(found: Rehearsal) -> str:
    rows = found.once.rows
    rows = rows[rows.group_kind_code != ALL]
    body = []
    for kind, chosen in rows.groupby("group_kind_code", sort=False):
        usable = chosen[chosen.is_usable.astype(bool)]
        groups = ", ".join(dict.fromkeys(usable.group_text)) or "none"
        body.append([str(kind), groups, str(len(usable)), str(len(chosen) - len(usable)), _number(usable.width.mean())])
    if not body:
        return "## Groups\n\nNo group is reported: the plan names none, or none has enough respondents."
    head = ["kind", "groups with a number", "estimates", "withheld", "mean width of the intervals"]
    return f"## Groups\n\n{_markdown((head, body))}"


def _withheld(found: Rehearsal) -> str:
    rows = withheld(found.once.rows)
    if rows.empty:
        return "## Withheld\n\nNo estimate is withheld."
    body = [[str(row.estimates_n), str(row.group_kind_code), str(row.unusable_reason)] for row in rows.itertuples()]
    return f"## Withheld\n\n{_markdown((['estimates', 'kind of group', 'why'], body))}"


def _gate(found: Rehearsal) -> str:
    if found.gated is None:
        return "## The gate\n\nThe pipeline was not run: what the gate hides in tables of counts is not known."
    stopped = found.gated.records[found.gated.records.outcome_code != "pass"]
    said = "Every table passes." if stopped.empty else f"{len(stopped)} checks do not pass: nothing would be released."
    hidden = [[str(row.table_name), str(row.empty_n), str(row.cells_n)] for row in found.gated.empty.itertuples()]
    table = _markdown((["table", "cells hidden", "of cells"], hidden)) if hidden else "No cell of a count is hidden."
    return f"## The gate\n\n{said} Counts under ten, and those that would tell them, are hidden.\n\n{table}"


def _claims(claims: Sequence[Claimed]) -> str:
    if not claims:
        return (
            "## Claims\n\nNo claim of the register reads an estimate of this plan: give a question the claim's "
            "estimand and `robust`, or posts a place under `evidence`, or expect tables without verdicts."
        )
    body = [[each.claim_id, each.estimand_id, _number(each.truth), each.deserved, _words(each.verdict), each.reason]
            for each in claims]  # fmt: skip
    head = ["claim", "estimand", "truth", "deserved", "this study", "why"]
    unlinked = next((each.unlinked_reason for each in claims), "")
    said = (
        "If the investigators write that population and period match, and vouch for the screens that no program sees. "
        f"Until they do, the verdict is “{_words(claims[0].unlinked)}”: {unlinked}"
    )
    return f"## Claims\n\n{said}\n\n{_markdown((head, body))}"


def _words(verdict: str) -> str:
    return verdict.replace("_", " ")


def _over(found: Rehearsal) -> str:
    if not found.repeated:
        return ""
    parts = [f"## {len(found.repeated)} studies of the same kind"]
    if found.design.sources:
        parts += [
            "The same people, other respondents, arms and answers each time; models and bootstraps of recruitments are "
            "left out.",
            _over_surveys(found),
        ]
    if found.design.press:
        parts += ["Other accounts and posts each time.", _over_posts(found)]
    return "\n\n".join(part for part in [*parts, _decided(verdicts_over([e.claims for e in found.repeated]))] if part)


OVER = ["truth", "bias", "width", "intervals that hold it", "answered"]


def _over_surveys(found: Rehearsal) -> str:
    studies = over_studies([each.rows for each in found.repeated])
    studies = studies[(studies.group_kind_code == ALL) & (studies.answered_n > 0)]
    words = dict(found.design.plan.estimands())
    body = [
        [words.get(row.estimand_id, row.estimand_id), row.item_text, row.weighting_code, row.estimator_text,
         *_over_one(row)]
        for row in studies.itertuples()
    ]  # fmt: skip
    return _markdown((["what", "items", "weights", "estimator", *OVER], body))


def _over_posts(found: Rehearsal) -> str:
    studies = over_studies([each.posts for each in found.repeated], POST_KEYS)
    body = [
        [row.population_text, row.period_text, row.quantity_code, *_over_one(row)]
        for row in studies[studies.truth.notna()].itertuples()
    ]
    return _markdown((["posts", "period", "quantity", *OVER], body))


def _over_one(row: Any) -> list[str]:
    numbers = (_number(each) for each in (row.truth, row.bias, row.width, row.covered_share))
    return [*numbers, f"{row.answered_n} of {row.studies_n}"]


def _decided(verdicts: pd.DataFrame) -> str:
    if verdicts.empty:
        return ""
    body = [
        [row.claim_id, row.estimand_id, _number(row.truth), row.deserved, f"{row.supported:.0%}",
         f"{row.contradicted:.0%}", f"{row.inconclusive:.0%}"]
        for row in verdicts.itertuples()
    ]  # fmt: skip
    head = ["claim", "estimand", "truth", "deserved", "supported", "contradicted", "inconclusive"]
    return _markdown((head, body)) + "\n\n" + "\n".join(_sentences(verdicts))


def _sentences(verdicts: pd.DataFrame) -> Iterator[str]:
    for row in verdicts.itertuples():
        share = getattr(row, row.deserved) if row.deserved else 0.0
        can = "can be decided" if share >= 0.8 else "is decided by luck" if share >= 0.2 else "cannot be decided"
        yield f"* {row.claim_id} {can} with so many respondents: {share:.0%} of the studies give what truth deserves."


def _markdown(table: Table) -> str:
    head, rows = table
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
