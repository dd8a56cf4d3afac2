"""`check`: what a researcher runs first on a new export: format, counts, duplicates, missing kinds, identifiers."""

import contextlib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from analysis.admission.coverage import coverage, source_of
from analysis.admission.posts import bases_of, demand_kinds, demand_no_posts
from analysis.commands.screen import display
from analysis.corpora.census import Census, take_census
from analysis.corpora.exports import Export, open_export
from analysis.corpora.instrument import Instrument, instrument_of
from analysis.custody.ledger import Consent, read_ledger, standing_consents
from analysis.custody.manifest import CHAT_DAY_ORDERS, Manifest, PostSource, SurveySource, load_manifest
from analysis.custody.scrub import find
from analysis.errors import ExportError, InputError, shown, values_shown
from analysis.study import Plan, load_plan

SHOWN_FIELDS = 40
"""Rows of the table of missing values; the rest is counted."""


def identifier_kinds(text: str) -> Iterable[str]:
    """The kind of every identifier in a text, once per place; never the identifier itself."""
    return (span.type for span in find(text))


def check(
    files: Annotated[list[Path], typer.Argument(help="Exports to look at; nothing is written", metavar="FILE…")],
    *,
    study: Annotated[
        Path | None, typer.Option(help="The study's plan, a .yml file: reports unmapped variables and unknown answers")
    ] = None,
    format: Annotated[str | None, typer.Option(help="Insist on a format instead of detecting it")] = None,
    encoding: Annotated[
        str, typer.Option(help="Encoding of a file that is not UTF-8 and does not say what it is")
    ] = "",
    day_order: Annotated[
        str, typer.Option(help=f"Dates of a chat whose rows do not decide it: {' or '.join(CHAT_DAY_ORDERS)}")
    ] = "",
    ledger: Annotated[Path | None, typer.Option(help="Consent ledger: reports how far consent covers the rows")] = None,
    sources: Annotated[
        Path | None,
        typer.Option(help="Manifest of the exports: accounts, terms, the ledger's place; --study says what kinds are"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per file and line")] = False,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Repeat unknown answers and names of columns, on a terminal only")
    ] = False,
) -> None:
    """Look at exports before anything else is done with them: counts only, nothing is written anywhere.

    Answers and columns that nobody expected are described by length and classes of characters: a file without a header
    holds a person's answers where names of columns should stand.
    """
    if day_order and day_order not in CHAT_DAY_ORDERS:
        raise InputError(f"--day-order {day_order}: allowed are {' and '.join(CHAT_DAY_ORDERS)}")
    if show_values and (as_json or not sys.stdout.isatty()):
        raise InputError(
            "--show-values is for a person at a terminal; leave it out, or leave out --json and redirections"
        )
    with values_shown() if show_values else contextlib.nullcontext():
        plan = load_plan(study) if study else None
        check_all(files, plan, (format, encoding, day_order), open_papers(ledger, sources, plan), as_json)


def check_all(
    files: list[Path], plan: Plan | None, stated: tuple[str | None, str, str], papers: "Papers | None", as_json: bool
) -> None:
    """Report on every file, of which something may be stated; raise the last failure when all were tried."""
    questionnaire = instrument_of(plan) if plan and plan.has_survey else None
    failures: list[ExportError] = []
    for path in files:
        try:
            report_one(open_export(path, *stated), questionnaire, as_json, papers)
        except ExportError as error:
            failures.append(ExportError(" ".join(str(error).split())))
    for failure in failures[:-1]:
        print(f"error: {failure}", file=sys.stderr)
    if failures:
        raise failures[-1]


@dataclass(frozen=True)
class Papers:
    """What a study knows about its exports: consents as they stand today, the manifest, its folder, its kinds."""

    consents: Mapping[str, Consent]
    manifest: Manifest | None
    folder: Path
    bases: Mapping[str, str]

    def source(self, export: Export) -> SurveySource | PostSource | None:
        """The manifest's entry for a file, or None."""
        path = export.source.path
        return source_of(path, self.folder, self.manifest) if path and self.manifest else None

    def coverage(self, export: Export) -> dict[str, int]:
        """How far consent covers a file's rows."""
        return coverage(export, self.consents, self.source(export), self.bases)

    def variables(self, export: Export) -> dict[str, str]:
        """Role to the variable that the manifest names for it, for a survey's file."""
        source = self.source(export)
        named = vars(source.variables) if isinstance(source, SurveySource) else {}
        return {role: name for role, name in named.items() if name}


def open_papers(ledger: Path | None, sources: Path | None, plan: Plan | None = None) -> Papers | None:
    """The papers that were named; None when none were. A manifest is held against the plan, as admission does."""
    manifest = load_manifest(sources) if sources else None
    folder = sources.parent if sources else Path()
    path = ledger or (folder / manifest.ledger if manifest else None)
    posts = plan.posts if plan else None
    if manifest and plan and posts:
        demand_kinds(manifest, posts)
    if manifest and plan and not posts:
        demand_no_posts(manifest)
    if path is None:
        return None
    consents = standing_consents(read_ledger(path), datetime.now(UTC).date())
    return Papers(consents, manifest, folder, bases_of(posts) if posts else {})


def report_one(export: Export, instrument: Instrument | None, as_json: bool, papers: Papers | None = None) -> None:
    """Print the report on one file."""
    census = take_census(export, instrument, identifier_kinds, papers.variables(export) if papers else None)
    consent = papers.coverage(export) if papers else None
    if as_json:
        print(json.dumps(as_record(export, census) | ({} if consent is None else {"consent": consent})))
    else:
        _show(export, census, consent or {})


def as_record(export: Export, census: Census) -> dict[str, object]:
    """The report as JSON values."""
    return {
        "file": export.source.name,
        "format": export.format.code,
        "items": census.items,
        "quarantined": census.quarantined,
        "reasons": dict(census.reasons),
        "identifiers": dict(census.identifiers),
        "standing": dict(census.standing),
        "gone": dict(census.gone),
        "warnings": list(census.warnings),
    }


def _show(export: Export, census: Census, consent: Mapping[str, int]) -> None:
    how = "stated" if export.is_stated else "detected from the content"
    display(f"{export.source.name}: {export.format.title} ({how})")
    display(_totals(census, consent))
    if census.missing:
        display(_missing(census, may_be_named=not export.is_stated))
    for warning in census.warnings:
        display(f"! {warning}")


def _totals(census: Census, consent: Mapping[str, int]) -> Table:
    table = Table(show_header=False)
    table.add_row("items", str(census.items))
    table.add_row("set aside in quarantine", str(census.quarantined))
    for rule, count in census.reasons.items():
        table.add_row(f"  broken rule: {rule}", str(count))
    table.add_row("repeat an earlier item", str(census.duplicates))
    for what, count in census.standing.items():
        table.add_row(f"items: {what}", str(count))
    for what, count in census.gone.items():
        table.add_row(f"said to be gone or back: {what}", str(count))
    for kind, count in census.missing_kinds.items():
        table.add_row(f"answers missing: {kind}", str(count))
    for kind, count in census.identifiers.items():
        table.add_row(f"identifiers found: {kind}", str(count))
    for outcome, count in consent.items():
        table.add_row(f"consent: {outcome.replace('_', ' ')}", str(count))
    return table


def _missing(census: Census, may_be_named: bool) -> Table:
    """Why fields are empty; where a format was insisted on, nobody knows whether its names are names."""
    table = Table("field", "no value, and why", title="Missing values")
    for name, counts in list(census.missing.items())[:SHOWN_FIELDS]:
        table.add_row(
            name if may_be_named else shown(name),
            ", ".join(f"{why} × {count}" for why, count in counts.items()),
        )
    if len(census.missing) > SHOWN_FIELDS:
        table.add_row("…", f"and {len(census.missing) - SHOWN_FIELDS} fields more")
    return table
