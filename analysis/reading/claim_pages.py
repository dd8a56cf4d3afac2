"""One page per claim, always in the same order, and the overview that leads to them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.errors import ReleaseError
from analysis.reading.chapter_tables import base_rates
from analysis.reading.design_tables import computed_decisions, required_sizes
from analysis.reading.edition import Edition, evidence_line
from analysis.reading.figures import Drawing
from analysis.reading.fragments import (
    bullets,
    cited,
    div,
    escaped,
    figure_block,
    page,
    pipe_table,
    provenance,
    quoted,
    table_block,
    verdict_word,
)
from analysis.reading.questionnaire_page import linked_items
from analysis.reading.tables import Release
from analysis.reading.wording import (
    claim_label,
    claim_order,
    claim_page,
    day,
    entries,
    in_words,
    is_given,
    is_own_claim,
    listing,
    mark,
    scope,
    sentence_case,
    subject,
)

TABLES = ("claims_register", "claim_verdicts", "claim_evidence")
SCRIPT = "claim_pages.py"
FIGURES = {"C08": "events_timeline", "C14.1": "protected_by_host"}
"""Claims for which something can be drawn today; no share is ever printed beside C09, and C10 shows all of them."""
LEGAL = {"C09", "C10", "C15"}
ARGUED = (
    "Sentences about asylum, danger and opinions on this page are arguments of ours: "
    "[what law says, with article and paragraph, and where hosts differ](../law.md)."
)
ARITHMETIC = "C10"
COMPUTED = re.compile(r"with probability|with \d+ ?% power")
"""Sentences of the register that state what the design diagnosis computes: the page prints the table's own numbers."""

SHOWN_CONTEXT = 6
DIAGNOSED = (
    "The smallest number of respondents, among those tried, at which the rule gives the right verdict in four of five "
    "studies, at the design effect of a sample that follows acquaintance. Possible bogus answers widen the interval "
    "whatever the number."
)
ARITHMETIC_WORDS = (
    "If the share and both error rates were known, these numbers would follow. They are not, and no row is likelier. "
    "[The same with sliders](../base_rates.md)."
)
DIAGNOSED_ELSEWHERE = (
    "How often the rule would give each verdict, if the truth were known, stands in the "
    "[design diagnosis](../design_diagnosis.md)."
)


@dataclass(frozen=True)
class Dossier:
    """Everything that the release says about one claim."""

    entry: Mapping[str, Any]
    verdicts: pd.DataFrame
    evidence: pd.DataFrame

    @property
    def claim_id(self) -> str:
        """Identifier in the register."""
        return str(self.entry["claim_id"])

    @property
    def subject(self) -> str:
        """Its neutral name, where it has one."""
        return subject(self.claim_id, self.entry.get("subject_text"))

    @property
    def title(self) -> str:
        """Identifier and neutral name; never the statement, which a headline would turn into an assertion."""
        return " · ".join(part for part in (self.claim_id, self.subject) if part)


@dataclass(frozen=True)
class Source:
    """Whom and when a piece of evidence describes, what is known about its interval, and where it can be read."""

    population: str
    period: str
    interval: str
    address: str = ""


UNKNOWN_SOURCE = Source("see the row's text", "see the row's text", "none")


def evidence_sources(release: Release) -> dict[str, Source]:
    """Evidence identifier → whom and when it describes; published figures, events and the series by host."""
    figures = pd.concat([release.table(name) for name in ("benchmarks_shown", "benchmarks_context")])
    found = {
        row.benchmark_id: Source(
            row.population_text,
            row.period_text,
            "not shown for context",
            str(row.source_address) if is_given(row.source_address) else "",
        )
        for row in figures.itertuples()
    }
    for row in release.table("events_dated").itertuples():
        found[row.event_id] = Source(
            "an event, no population", f"{row.event_date:%Y-%m-%d}", "none, a date is no measurement"
        )
    years = release.table("population_host_year").year
    whole = Source(
        "people from Afghanistan under UNHCR protection, by host",
        f"{years.min()} to {years.max()}",
        "none, a complete count of registrations",
    )
    return found | {"population_host_year": whole}


def dossiers(release: Release) -> list[Dossier]:
    """Every claim of the register in its order; ReleaseError when one has no verdict."""
    register, verdicts, evidence = (release.table(name) for name in TABLES)
    found = []
    for entry in sorted(register.to_dict("records"), key=lambda row: claim_order(row["claim_id"])):
        own = verdicts[verdicts.claim_id == entry["claim_id"]]
        if own.empty:
            raise ReleaseError(f"table 'claim_verdicts': no verdict on {entry['claim_id']}; run `./run repro`")
        found.append(Dossier(entry, own, evidence[evidence.claim_id == entry["claim_id"]]))
    return found


def claim_pages(release: Release, drawings: Mapping[str, Drawing], edition: Edition) -> dict[str, str]:
    """Path without suffix → page source, one per claim.

    Parameters
    ----------
    release : Release
    drawings : mapping
        Figures by name; a claim shows the one named in `FIGURES`.
    edition : Edition
    """
    sources = evidence_sources(release)
    return {
        claim_page(one.claim_id): _claim_page(
            one,
            sources,
            figure=_figure(one, release, drawings),
            decides=_decides(one, computed_decisions(release, one.claim_id), required_sizes(release, one.claim_id)),
            quote=_quote(one, release, edition),
            evidence_day=evidence_line(edition),
            items=release.table("questionnaire_items").item_id,
            data=provenance(release, TABLES, SCRIPT),
            history=_history(one, release),
        )
        for one in dossiers(release)
    }


def _claim_page(
    one: Dossier,
    sources: Mapping[str, Source],
    *,
    figure: str,
    decides: str,
    quote: str,
    evidence_day: str,
    items: "pd.Series[str]",
    data: str,
    history: str,
) -> str:
    words = ", ".join(mark(code).word for code in dict.fromkeys(one.verdicts.verdict_code))
    sections = [
        _claim(one),
        f"## Verdict\n\n{_verdicts(one)}\n\n{evidence_day}{_legal(one)}",
        _sayings(one),
        f"## Quote it\n\n{quote}",
        f"## {_rule_heading(one)}\n\n{_rule(one)}",
        f"## Evidence\n\n{_evidence(one, sources)}",
        figure,
        f"## What would decide it\n\n{decides}",
        f"## What could mislead\n\n{bullets(entries(one.entry['threats_text']), 'Nothing is recorded.')}",
        _notes(one),
        f"## History of the verdict\n\n{history}",
        f"## Downloads\n\n{data}",
    ]
    description = (
        f"Claim {', '.join(part for part in (one.claim_id, one.subject.lower()) if part)}: {words}. The rule, the "
        "evidence, what may be said and what may not."
    )
    body = linked_items("\n\n".join(part for part in sections if part), items)
    return page(one.title, description, body, claim_label(one.claim_id))


def _claim(one: Dossier) -> str:
    kind = "A premise that the article leaves unsaid." if one.entry["claim_kind_code"] == "premise" else ""
    constructs = entries(one.entry.get("constructs_text"))
    spoken = listing([f"*to {escaped(words.lower())}*" for words in constructs])
    about = f"What is measured: {spoken}." if constructs else ""
    question = escaped(str(one.entry["topic_text"]))
    where = f"Brought by this study, not by the article, on the question: {question}"
    if not is_own_claim(one.claim_id):
        numbers = str(one.entry["article_paragraphs_text"]).split(", ")
        where = (
            f"From [the article](../article.md), paragraph{'s' * (len(numbers) > 1)} "
            f"{listing([quoted(number, 'claims_register') for number in numbers])} counted from its opening, on the "
            f"question: {question}"
        )
    stated = f"**As a hypothesis.** {escaped(one.entry['statement'])}"
    return "\n\n".join(
        [
            div("claim-said", f"**In our words.** {escaped(one.entry['article_text'])}\n\n{stated}", ":::"),
            f"{where} {kind} {about}".strip(),
        ]
    )


def _legal(one: Dossier) -> str:
    """Where a claim touches law: that its sentences are arguments, and where law is quoted."""
    return f" {ARGUED}" if one.claim_id in LEGAL else ""


def _verdicts(one: Dossier) -> str:
    return "\n\n".join(_verdict(row) for row in one.verdicts.itertuples())


def _verdict(row: Any) -> str:
    points = (
        f" Robust interval: {row.low_points:.0f} to {row.high_points:.0f} percentage points, rounded outward."
        if is_given(row.low_points)
        else ""
    )
    split = f" {escaped(row.intervals_text)}" if is_given(getattr(row, "intervals_text", None)) else ""
    after = " The rule was fixed after this evidence was seen." if row.is_post_hoc else ""
    return (
        f"{verdict_word(row.verdict_code)}{_about(row)}\n\n**Why.** {escaped(row.verdict_reason)}{points}{split}{after}"
    )


def _about(row: Any) -> str:
    """What a verdict is about, where a claim has more than one."""
    return f" about {escaped(scope(row.scope_code))}" if scope(row.scope_code) else ""


def _sayings(one: Dossier) -> str:
    can = bullets(entries(one.entry["can_say"]), "Nothing yet.")
    cannot = bullets(entries(one.entry["cannot_say"]), "Nothing is recorded.")
    sides = [
        div("saying can", f"**You can say**\n\n{can}", ":::"),
        div("saying cannot", f"**You cannot say**\n\n{cannot}", ":::"),
    ]
    return "## You can say, you cannot say\n\n" + div("sayings", "\n\n".join(sides), "::::")


def _rule_heading(one: Dossier) -> str:
    """A rule that was fixed after its evidence was seen is not called fixed in advance."""
    if not is_given(one.entry["supported_if"]):
        return "Why there is no rule"
    is_late = bool(one.verdicts.is_post_hoc.fillna(False).any())
    return "The rule, fixed after the evidence was seen" if is_late else "The rule that was fixed"


def _quote(one: Dossier, release: Release, edition: Edition) -> str:
    """One block to copy: what may be said, the verdict, population, period, day of the evidence and the citation."""
    said = entries(one.entry["can_say"])
    entry, named = one.entry, release.package
    lines = [
        said[0] if said else f"Nothing may be said yet about claim {one.claim_id}.",
        *(_quoted_verdict(one, row) for row in one.verdicts.itertuples()),
        f"Population: {entry['population_text']}" if is_given(entry["population_text"]) else "",
        f"Period: {entry['period_text']}" if is_given(entry["period_text"]) else "",
        f"Evidence looked for until {day(edition.evidence_day)}.",
        f"{named['title']}, version {edition.version}, claim {one.claim_id}. {edition.book_address}".strip(),
    ]
    return "```text\n" + "\n".join(" ".join(str(line).split()) for line in lines if line) + "\n```"


def _quoted_verdict(one: Dossier, row: Any) -> str:
    about = f", about {scope(row.scope_code)}" if scope(row.scope_code) else ""
    points = (
        f", robust interval {row.low_points:.0f} to {row.high_points:.0f} points" if is_given(row.low_points) else ""
    )
    return f"Verdict on claim {one.claim_id}{about}: {mark(row.verdict_code).word}{points}."


def _rule(one: Dossier) -> str:
    if not is_given(one.entry["supported_if"]):
        return "No rule was fixed, because no data of this kind could decide the claim."
    sides = ("supported", "contradicted", "inconclusive")
    rows = [
        (verdict_word(side), escaped(one.entry[f"{side}_if"])) for side in sides if is_given(one.entry[f"{side}_if"])
    ]
    parts = [
        pipe_table(("Verdict", "If"), rows),
        f"**Population.** {escaped(one.entry['population_text'])}",
        f"**Period.** {escaped(one.entry['period_text'])}",
        "**What is "
        f"estimated**\n\n{bullets(entries(one.entry['estimands_text']), 'Nothing: the claim has no estimand.')}",
    ]
    if one.entry["is_confirmatory"]:
        parts.append("The claim belongs to the confirmatory family, over which Holm's procedure runs.")
    return "\n\n".join(parts)


def _evidence(one: Dossier, sources: Mapping[str, Source]) -> str:
    if one.evidence.empty:
        return "We found no measurement of this: no piece of evidence in the register touches the claim."
    moving, context = one.evidence[one.evidence.is_admissible], one.evidence[~one.evidence.is_admissible]
    parts = [
        f"Rows that may move the verdict: {_rows(moving)}. Rows of context: {_rows(context)}; they are named "
        "without their number and move nothing."
    ]
    parts += [_evidence_card(row, sources) for row in moving.itertuples()]
    cards = "\n\n".join(_evidence_card(row, sources) for row in context.itertuples())
    if len(context) > SHOWN_CONTEXT:
        cards = f"::::{{dropdown}} All {_rows(context)} rows of context\n{cards}\n::::"
    return "\n\n".join([*parts, cards])


def _rows(evidence: pd.DataFrame) -> str:
    return quoted(str(len(evidence)), "claim_evidence")


def _evidence_card(row: Any, sources: Mapping[str, Source]) -> str:
    role = "may move the verdict" if row.is_admissible else "context"
    grade = "not graded" if row.grade_code == "none" else f"grade {row.grade_code}"
    head = f"**{escaped(row.evidence_id)}** · {role} · {escaped(in_words(row.evidence_class_code))} · {grade}"
    source = sources.get(row.evidence_id, UNKNOWN_SOURCE)
    facts = [
        f"Population: {escaped(source.population)}; it {_matches(row.is_population_matched)}.",
        f"Period: {escaped(source.period)}; it {_matches(row.is_period_matched)}.",
        f"Interval: {source.interval}.",
        f"Source: {cited(f'{row.source} {source.address}'.strip())}",
    ]
    why = f"{escaped(row.evidence_text)} {escaped(row.admissibility_reason)}"
    return div("evidence", "\n\n".join([head, why, " ".join(facts)]), ":::")


def _matches(is_matched: bool) -> str:
    return "is the claim's" if is_matched else "is not the claim's"


def _figure(one: Dossier, release: Release, drawings: Mapping[str, Drawing]) -> str:
    """What may be drawn today; nothing for a claim on which nothing of the kind has been measured."""
    name = FIGURES.get(one.claim_id)
    shown = figure_block(drawings[name], release) if name else ""
    if one.claim_id == ARITHMETIC:
        shown = f"## The arithmetic, for every assumed share\n\n{ARITHMETIC_WORDS}\n\n{base_rates(release)}"
    return shown


def _decides(one: Dossier, computed: str, sizes: str) -> str:
    needed = [f"{text.removesuffix('.')}." for text in entries(one.entry["evidence_needed"])]
    parts = [f"**Data that it takes**\n\n{bullets(needed, 'No data of this kind.')}"]
    said = [text for text in entries(one.entry["decides_text"]) if not COMPUTED.search(text)]
    if said or computed:
        parts.append(f"**How many people**\n\n{bullets(said, '')}".strip())
    if computed:
        parts.append(computed)
    if sizes:
        parts.append(f"**How many people the right verdict takes**\n\n{DIAGNOSED}\n\n{sizes}")
    if is_given(one.entry["supported_if"]):
        parts.append(DIAGNOSED_ELSEWHERE)
    return "\n\n".join(parts)


def _notes(one: Dossier) -> str:
    notes = entries(one.entry.get("notes_text"))
    return f"## Notes for reviewers\n\n{bullets(notes, '')}" if notes else ""


def _history(one: Dossier, release: Release) -> str:
    """Every release's verdict on the claim, the oldest first, with what changed."""
    past = release.table("verdict_history")
    own = past[past.claim_id == one.claim_id].sort_values(["release_date", "release_version_text", "scope_code"])
    before: dict[str, str] = {}
    rows = []
    for row in own.itertuples():
        edition = f"{row.release_version_text}, {day(row.release_date)}"
        change = _change(before.get(row.scope_code), row.verdict_code)
        rows.append((edition, scope(row.scope_code) or "the claim", mark(row.verdict_code).word, change))
        before[row.scope_code] = row.verdict_code
    return table_block(pipe_table(("Release", "About", "Verdict", "Change"), rows), release, "verdict_history", SCRIPT)


def _change(before: str | None, now: str) -> str:
    if before is None:
        return "first release of this verdict"
    return "unchanged" if before == now else f"was {mark(before).word}"


def overview(release: Release) -> str:
    """The claims as cards under their questions, each a link to its page."""
    found = dossiers(release)
    questions = dict.fromkeys(str(one.entry["topic_text"]) for one in found)
    groups = {each: [one for one in found if one.entry["topic_text"] == each] for each in questions}
    return "\n\n".join(_group(escaped(question), group) for question, group in groups.items())


def _group(question: str, group: list[Dossier]) -> str:
    cards = "\n\n".join(_card(one) for one in group)
    return f"## {question}\n\n{div('claim-cards', cards, '::::')}"


def _card(one: Dossier) -> str:
    words = ", ".join(f"{verdict_word(row.verdict_code)}{_about(row)}" for row in one.verdicts.itertuples())
    return div(
        "claim-card",
        f"[{one.title}](#{claim_label(one.claim_id)})\n\n{words}\n\n{escaped(one.entry['article_text'])}",
        ":::",
    )


def first_sayings(release: Release) -> dict[str, str]:
    """Claim → the first thing that may be said about it, as the register words it."""
    return {
        one.claim_id: entries(one.entry["can_say"])[0] for one in dossiers(release) if entries(one.entry["can_say"])
    }


def verdict_chips(release: Release) -> dict[str, str]:
    """Claim → its verdict words, with what each is about where a claim has more than one."""
    return {
        one.claim_id: ", ".join(f"{verdict_word(row.verdict_code)}{_about(row)}" for row in one.verdicts.itertuples())
        for one in dossiers(release)
    }


def contents(release: Release) -> list[dict[str, str]]:
    """Entries of the table of contents, one per claim."""
    return [{"file": claim_page(one.claim_id), "title": sentence_case(one.title)} for one in dossiers(release)]
