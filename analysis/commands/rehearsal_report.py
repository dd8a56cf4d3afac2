"""The report of a rehearsal: plain sentences, then tables; on the terminal and as files.

What must not be here: an estimate.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.atomic import write_atomically
from analysis.commands.rehearsal_studies import Studied
from analysis.rehearsal.population import drawn_columns
from analysis.rehearsal.truth import ALL
from analysis.rehearsal.world import Design
from analysis.results.rehearsal import Claimed, over_studies, verdicts_over, withheld

REPORT, ESTIMATES, REPEATED, VERDICTS = (
    "rehearsal.md",
    "estimates.csv",
    "repeated_estimates.csv",
    "repeated_verdicts.csv",
)
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
        _opening(found), _people(found), _estimates(found), _groups(found), _withheld(found), _gate(found),
        _claims(found.once.claims), _over(found),
    ]  # fmt: skip
    return "\n\n".join(section for section in sections if section) + "\n"


def write_report(found: Rehearsal, folder: Path) -> None:
    """The report and its tables, each whole or not at all."""
    write_atomically(folder / ESTIMATES, found.once.rows.to_csv(index=False).encode())
    if found.repeated:
        studies = over_studies([each.rows for each in found.repeated])
        write_atomically(folder / REPEATED, studies.to_csv(index=False).encode())
        verdicts = verdicts_over([each.claims for each in found.repeated])
        write_atomically(folder / VERDICTS, verdicts.to_csv(index=False).encode())
    write_atomically(folder / REPORT, report(found).encode())


def _opening(found: Rehearsal) -> str:
    plan, truths = found.design.plan, found.design.truths
    files = ", ".join(f"{each.file} ({each.vendor}, {each.sample_source})" for each in found.design.sources)
    stated = sorted([*truths.shares, *truths.answers, *truths.effects])
    lines = [
        f"# Rehearsal of {plan.study}",
        "All people, answers and numbers here are invented; nobody was asked, and nothing here is evidence.",
        f"{found.respondents} interviews, seed {found.seed}; exports: {files}.",
        f"Stated in truths.yml: {', '.join(stated) or 'nothing'}. Everything else has its default: "
        f"shares of 0.3, {truths.habits.denied:.0%} of holders deny a sensitive item when asked directly, "
        f"{truths.habits.refused:.0%} of answers are refused, {truths.habits.careless:.0%} of respondents answer "
        "by chance.",
    ]
    free = len(drawn_columns(plan))
    lines += [f"{len(plan.columns)} columns of answers, {free} of them drawn or counted in the interview."]
    return "\n\n".join(lines)


def _people(found: Rehearsal) -> str:
    rows = [
        [source, outcome.replace("_", " "), str(count)] for (source, outcome), count in sorted(found.once.tally.items())
    ]
    return (
        "## What happens to the rows of the exports\n\n" + _markdown((["sample", "outcome", "rows"], rows))
        if rows
        else ""
    )


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
            "estimand "
            "and `robust`, or expect tables without verdicts."
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
    studies = over_studies([each.rows for each in found.repeated])
    studies = studies[(studies.group_kind_code == ALL) & (studies.answered_n > 0)]
    words = dict(found.design.plan.estimands())
    body = [
        [words.get(row.estimand_id, row.estimand_id), row.item_text, row.weighting_code, row.estimator_text,
         _number(row.truth), _number(row.bias), _number(row.width), _number(row.covered_share),
         f"{row.answered_n} of {row.studies_n}"]
        for row in studies.itertuples()
    ]  # fmt: skip
    head = ["what", "items", "weights", "estimator", "truth", "bias", "width", "intervals that hold it", "answered"]
    parts = [
        f"## {len(found.repeated)} studies of the same people",
        "Other respondents, arms and answers each time; models and bootstraps of recruitments are left out.",
        _markdown((head, body)),
        _decided(verdicts_over([each.claims for each in found.repeated])),
    ]
    return "\n\n".join(part for part in parts if part)


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
