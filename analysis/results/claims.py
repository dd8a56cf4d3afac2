"""The register and its verdicts as table rows, and table rows as evidence for the verdicts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis.claims.entries import Claim, EvidenceLink, Register
from analysis.claims.evidence import Evidence, EvidenceClass, Grade
from analysis.claims.rules import EverySeriesPositive, Unanswerable
from analysis.claims.verdict import Verdict, admissibility
from analysis.errors import ClaimsError

FIRST_YEAR_OF_SERIES = 2021
"""Protection of Afghans since the Taliban entered Kabul shows first in the stock at the end of 2021."""


@dataclass(frozen=True)
class Piece:
    """One piece of evidence beside the source that it was read from."""

    evidence: Evidence
    evidence_id: str
    text: str
    source: str


@dataclass(frozen=True)
class _Known:
    """What a link can point to: a published figure, an event or a series."""

    evidence_class: EvidenceClass
    grade: Grade
    text: str
    source: str


def register_rows(register: Register, words: Mapping[str, str]) -> pd.DataFrame:
    """Table `claims_register`: one row per sub-claim, lists joined into readable text.

    Parameters
    ----------
    register : Register
    words : mapping
        Estimand to what the study's plan calls it.
    """
    return pd.DataFrame([_register_row(claim, register, words) for claim in register.claims])


def _register_row(claim: Claim, register: Register, words: Mapping[str, str]) -> dict[str, object]:
    has_rule = not isinstance(claim.rule, Unanswerable)
    needed = claim.evidence_needed
    beyond = [f"{entry.part.rstrip('.')}: {entry.reason}" for entry in claim.beyond_reach]
    return {
        "claim_id": claim.id,
        "topic_text": register.conventions.topics[claim.topic],
        "subject_text": next((words[each.id] for each in claim.estimands if each.id in words), None),
        "claim_kind_code": claim.kind,
        "constructs_text": _joined([construct.replace("_", " ") for construct in claim.constructs]),
        "article_text": claim.article,
        "article_paragraphs_text": ", ".join(str(number) for number in claim.paragraphs),
        "statement": claim.statement,
        "estimands_text": _joined([f"{estimand.id}: {estimand.meaning}" for estimand in claim.estimands]),
        "population_text": claim.population,
        "period_text": claim.period,
        "evidence_needed": _joined([needed.data, *needed.requirements]),
        "supported_if": claim.supported_if if has_rule else None,
        "contradicted_if": claim.contradicted_if if has_rule else None,
        "inconclusive_if": claim.inconclusive_if if has_rule else None,
        "decides_text": _joined(claim.decides),
        "can_say": _joined(claim.can_say),
        "cannot_say": _joined(claim.cannot_say),
        "threats_text": _joined(claim.threats),
        "notes_text": _joined([*beyond, *claim.notes]),
        "is_confirmatory": claim.id in register.conventions.confirmatory_family,
    }


SEPARATOR = " | "
"""Between the entries of a list that is kept in one cell."""


def _joined(entries: Iterable[str]) -> str | None:
    return SEPARATOR.join(entry.strip() for entry in entries) or None


def pieces(
    register: Register,
    links: Sequence[EvidenceLink],
    *,
    figures: pd.DataFrame,
    events: pd.DataFrame,
    population: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
) -> list[Piece]:
    """Everything known that touches a claim.

    Parameters
    ----------
    register : Register
    links : sequence of EvidenceLink
        Which source touches which claim, and why it counts or does not.
    figures : DataFrame
        Published figures: benchmark_id, quantity_text, grade_code, source.
    events : DataFrame
        Table `events_dated`.
    population : DataFrame
        Table `population_host_year`.
    tables : mapping
        Name to rows of the tables in `REPLICATED`, and of `replication_results`.

    Raises
    ------
    ClaimsError
        A link points to a source that no table holds.
    """
    known = _known_sources(figures, events, population) | _known_tables(tables)
    claims = {claim.id: claim for claim in register.claims}
    for link in links:
        if link.source_id not in known:
            raise ClaimsError(
                f"evidence_links.csv: received source_id {link.source_id!r} for claim {link.claim_id}; allowed: a "
                "published figure, an event or a table of data/reference. An estimate of your own study is linked in "
                "data/vault/evidence_links.csv, by its estimand."
            )
    return [_piece(link, claims[link.claim_id], known[link.source_id], population) for link in links]


def _known_sources(figures: pd.DataFrame, events: pd.DataFrame, population: pd.DataFrame) -> dict[str, _Known]:
    known = {
        row.benchmark_id: _Known("published", row.grade_code, row.quantity_text, row.source)
        for row in figures.itertuples()
    }
    known |= {
        row.event_id: _Known("published", row.grade_code, row.event_text, row.source) for row in events.itertuples()
    }
    series = _Known("replicated", "A", "Refugees by host at the end of each year since 2021", population.source.iloc[0])
    return known | {"population_host_year": series}


REPLICATED = {
    "asylum_protection": "Decisions on asylum claims of Afghans by host and year since 2015",
    "asylum_protection_uk": "Initial decisions on asylum claims of Afghans in the United Kingdom by quarter",
    "diaspora_frames": "Migrants from Afghanistan and Afghans under protection, host by host",
    "list_practice": "Published list experiments beside direct questions: their precision and their distance",
}
"""Tables that are evidence as a whole, in words; recomputed here from files of third parties."""
FIGURES = {
    "known_truth_list": ("_list_zodiac_", "A list experiment whose truth is known"),
    "incidents_germany": ("_incidents_", "Incidents against refugees in Germany that name Afghans"),
    "hate_crimes": ("_toronto_|_england_", "Hate crimes recorded in Toronto and in England"),
}
"""Parts of `replication_results` that are evidence: how their figures are named, and in words."""


def _known_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, _Known]:
    figures = tables["replication_results"]
    found = {name: (words, tables[name]) for name, words in REPLICATED.items()}
    found |= {
        name: (words, figures[figures.replication_id.str.contains(named)]) for name, (named, words) in FIGURES.items()
    }
    return {
        name: _Known("replicated", "A", words, "; ".join(sorted(rows.source.unique())))
        for name, (words, rows) in found.items()
    }


def _piece(link: EvidenceLink, claim: Claim, known: _Known, population: pd.DataFrame) -> Piece:
    rule = claim.rule if link.source_id == "population_host_year" else None
    series = host_series(population, rule) if isinstance(rule, EverySeriesPositive) else {}
    evidence = Evidence(
        claim_id=link.claim_id,
        estimand_id=link.estimand_id,
        evidence_class=known.evidence_class,
        grade=known.grade,
        is_population_matched=link.is_population_matched,
        is_period_matched=link.is_period_matched,
        n_qualifying_reports=int(link.is_qualifying),
        n_near_miss_reports=int(not link.is_qualifying and not series),
        report_group=link.report_group,
        series=series,
        note=link.relation,
    )
    return Piece(evidence, link.source_id, f"{known.text}. {link.relation}", known.source)


def host_series(population: pd.DataFrame, rule: EverySeriesPositive) -> dict[str, tuple[float | None, ...]]:
    """Refugees by year for each host that the rule names; a host without rows gets an empty series."""
    recent = population[population.year >= FIRST_YEAR_OF_SERIES].sort_values("year")
    return {
        host: tuple(float(count) for count in recent.refugees_n[recent.host_iso3 == host])
        for host in (rule.us_host, *rule.european_hosts)
    }


def evidence_rows(found: list[Piece]) -> pd.DataFrame:
    """Table `claim_evidence`."""
    return pd.DataFrame([_evidence_row(piece) for piece in found])


def _evidence_row(piece: Piece) -> dict[str, object]:
    admission = admissibility(piece.evidence)
    return {
        "claim_id": piece.evidence.claim_id,
        "evidence_id": piece.evidence_id,
        "evidence_class_code": piece.evidence.evidence_class,
        "grade_code": piece.evidence.grade,
        "is_population_matched": piece.evidence.is_population_matched,
        "is_period_matched": piece.evidence.is_period_matched,
        "is_admissible": admission.code == "admissible",
        "admissibility_reason": admission.reason,
        "evidence_text": piece.text,
        "source": piece.source,
    }


def verdict_rows(verdicts: Iterable[Verdict]) -> pd.DataFrame:
    """Table `claim_verdicts`."""
    return pd.DataFrame([_verdict_row(verdict) for verdict in verdicts])


def verdict_history(releases: Iterable[tuple[str, date, pd.DataFrame]]) -> pd.DataFrame:
    """Table `verdict_history`.

    Parameters
    ----------
    releases
        Version, day and table `claim_verdicts` of every release, this one among them.
    """
    names = ["claim_id", "scope_code", "verdict_code"]
    return pd.concat(
        [rows[names].assign(release_version_text=version, release_date=day) for version, day, rows in releases],
        ignore_index=True,
    )


def _verdict_row(verdict: Verdict) -> dict[str, object]:
    is_split = verdict.low_points is None
    intervals = [f"{part.estimand_id}: {part.low} to {part.high} points" for part in verdict.points]
    return {
        "claim_id": verdict.claim_id,
        "scope_code": verdict.scope,
        "verdict_code": verdict.verdict,
        "verdict_reason": verdict.reason,
        "is_post_hoc": verdict.is_post_hoc,
        "low_points": verdict.low_points,
        "high_points": verdict.high_points,
        "intervals_text": _joined(intervals) if is_split else None,
    }
