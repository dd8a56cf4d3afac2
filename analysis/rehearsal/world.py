"""A whole rehearsal: people and accounts, what sources hand out, consents, all files of a throw-away vault by path.

What must not be here: a folder, a real file, an estimate.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import yaml

from analysis.errors import StudyError
from analysis.rehearsal.exports import Source, identity, written
from analysis.rehearsal.interview import Interviews, interview
from analysis.rehearsal.population import Bools, Population, populate, size_for
from analysis.rehearsal.post_exports import Press, hand_out
from analysis.rehearsal.post_values import post_values
from analysis.rehearsal.sampling import Sample, drawn, recruits, volunteers
from analysis.rehearsal.truth import Truth, truths
from analysis.rehearsal.truths import Truths
from analysis.study import Plan
from analysis.study.faults import nearest
from analysis.vendors import Row

FEWEST = 30
"""Respondents of a source with fewer are no rehearsal of anything."""

OUTCOMES = ("grants", "refuses", "withdraws", "narrows", "never_asked")
NO_DAY = "2100-01-01"
"""Of interviews where the plan has no periods."""


@dataclass(frozen=True)
class Traced:
    """What a survey system would have recorded of an invented person."""

    name: str
    phone: str
    email: str
    handle: str

    @property
    def strings(self) -> tuple[str, ...]:
        """What nothing that is released may hold."""
        return (self.name, self.email, self.handle)


@dataclass(frozen=True)
class Design:
    """What is rehearsed: the plan, what is true, the exports that are expected, where people may live."""

    plan: Plan
    truths: Truths
    sources: tuple[Source, ...]
    hosts: tuple[str, ...]
    cells: Mapping[tuple[str, ...], float] | None = None
    press: Press | None = None
    """Posts, where they are rehearsed too."""


@dataclass(frozen=True)
class World:
    """What is handed out, and what is true.

    Attributes
    ----------
    files : path in the vault → content: exports and margins
    decisions : key in the ledger and what its owner decided, one of `OUTCOMES`
    traces : strings that point at an invented person: nothing that is released may hold one
    values : every true value
    accounts : path of an export of posts → accounts as a manifest lists them
    """

    files: Mapping[str, bytes]
    decisions: Sequence[tuple[str, str]]
    traces: Sequence[str]
    values: Sequence[Truth]
    accounts: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)


def make_world(design: Design, respondents: int, seed: int) -> World:
    """Make people and accounts, ask some of the people, and write everything out.

    Parameters
    ----------
    design : Design
    respondents : int
        Interviews over all sources.
    seed : int

    Raises
    ------
    StudyError
        Too few respondents for the sources, or a truth that cannot be.
    """
    if respondents < FEWEST * len(design.sources):
        raise StudyError(
            f"{respondents} respondents for {len(design.sources)} exports; give at least {FEWEST} for each, by "
            "--respondents"
        )
    people, sampling = np.random.default_rng(seed).spawn(2)
    parts = []
    if design.sources:
        size = size_for(respondents)
        population = populate(design.plan, design.truths, design.hosts, size, people, cells=design.cells)
        parts.append(ask(design, population, respondents, sampling))
    if design.press:
        parts.append(publish(design.press, design.truths, np.random.default_rng([seed, 2])))
    return together(parts)


def together(parts: Sequence[World]) -> World:
    """What a survey and platforms hand out, in one vault."""
    files = {name: content for part in parts for name, content in part.files.items()}
    accounts = {name: listed for part in parts for name, listed in part.accounts.items()}
    return World(
        dict(sorted(files.items())),
        [each for part in parts for each in part.decisions],
        sorted({text for part in parts for text in part.traces}),
        [each for part in parts for each in part.values],
        accounts,
    )


def publish(press: Press, truths: Truths, generator: np.random.Generator) -> World:
    """What accounts write, once; another generator gives other accounts and posts."""
    handed = hand_out(press, truths, generator)
    decisions = _decided(handed.subjects, truths.habits.consenting, generator)
    return World(handed.files, decisions, handed.traces, post_values(press.plan, truths.posts), handed.accounts)


def ask(design: Design, population: Population, respondents: int, generator: np.random.Generator) -> World:
    """Sample and interview, once; another generator gives another study of the same people."""
    taken = np.zeros(population.size, dtype=bool)
    files: dict[str, bytes] = {}
    decisions: list[tuple[str, str]] = []
    traces: list[str] = []
    office = _Office(generator)
    for number, source in enumerate(design.sources):
        size = respondents // len(design.sources) + (number < respondents % len(design.sources))
        sample = _sample(population, source, size, taken | _elsewhere(population, source), generator)
        taken[sample.person] = True
        said, days = _asked(design.plan, population, source, sample, generator)
        rows = _rows(source, sample, said, office, days)
        again = (
            _again(rows, population.truths.habits.answered_twice, office) if source.sample_source == "opt_in" else []
        )
        decisions += _decided(
            [row.consent_key for row in (*rows, *again)], population.truths.habits.consenting, generator
        )
        traces += [text for row in [*rows, *again] for text in (row.respondent_id, *row.trace.strings)]
        files[source.file] = written(source, design.plan, _shuffled([*rows, *again], population.truths, generator))
    if design.plan.margins:
        files["margins.csv"] = margins_csv(population)
    return World(dict(sorted(files.items())), decisions, sorted(set(traces)), truths(population))


def _sample(population: Population, source: Source, size: int, taken: Bools, generator: np.random.Generator) -> Sample:
    draw = {"rds": recruits, "probability": drawn}.get(source.sample_source, volunteers)
    return draw(population, size, taken, generator)


def _elsewhere(population: Population, source: Source) -> Bools:
    """Who lives where a source does not ask."""
    asked = population.truths.places.get(source.source_id)
    if asked is None:
        return np.zeros(population.size, dtype=bool)
    place = population.plan.place
    if place is None:
        raise StudyError("truths.yml: places: the plan has no place; name the item that asks where people live")
    lives = population.answers[place]
    unknown = sorted(set(asked) - set(lives))
    if unknown:
        raise StudyError(
            f"truths.yml: places: {source.source_id}: nobody lives in {unknown[0]!r}; "
            f"{nearest(unknown[0], sorted(set(lives)))}"
        )
    return np.asarray(~np.isin(lives.astype(str), asked))


class _Office:
    """Hands out ids that say nothing about recruitment, and invents the person behind them."""

    def __init__(self, generator: np.random.Generator) -> None:
        self.generator = generator
        self.numbers = iter(generator.permutation(900_000) + 100_000)

    def next(self) -> str:
        """An id that nobody has."""
        return f"INV{next(self.numbers)}"


def _asked(
    plan: Plan, population: Population, source: Source, sample: Sample, generator: np.random.Generator
) -> tuple[Interviews, list[str]]:
    """What a sample says, each in the period of the interview, and the days."""
    if not population.changed:
        said = interview(population, sample.person, generator)
        return said, _days(plan, source, len(sample.person), generator)[1]
    periods, days = _days(plan, source, len(sample.person), generator)
    places = [np.flatnonzero(np.array(periods) == period) for period in sorted(set(periods))]
    parts = [interview(population.during(periods[where[0]]), sample.person[where], generator) for where in places]
    order = np.argsort(np.concatenate(places), kind="stable")
    return _joined(parts, order), days


def _joined(parts: Sequence[Interviews], order: npt.NDArray[np.int64]) -> Interviews:
    answers = {column: np.concatenate([part.answers[column] for part in parts])[order] for column in parts[0].answers}
    return Interviews(answers, np.concatenate([part.seconds for part in parts])[order])


def _days(plan: Plan, source: Source, size: int, generator: np.random.Generator) -> tuple[list[str], list[str]]:
    """Periods and days of interviews, spread evenly over the periods of the plan, or over that of the source."""
    periods = [source.period] if source.period else list(plan.periods)
    if not periods:
        return [""] * size, [NO_DAY] * size
    chosen = [periods[number] for number in generator.integers(0, len(periods), size)]
    shares = generator.random(size)
    ends = [(plan.periods[each].first, plan.periods[each].last) for each in chosen]
    return chosen, [(first + timedelta(days=int(share * ((last - first).days + 1)))).isoformat()
                    for (first, last), share in zip(ends, shares, strict=True)]  # fmt: skip


def _rows(source: Source, sample: Sample, said: Interviews, office: _Office, days: list[str]) -> list[Row]:
    ids = [office.next() for _ in sample.person]
    rows = []
    for number, name in enumerate(ids):
        recruiter = int(sample.recruiter[number])
        minutes = f"{said.seconds[number] / 60:.1f}"
        named = identity(source, recruiter, ids[recruiter]) if recruiter >= 0 else ""
        rows.append(
            Row(
                number=number,
                respondent_id=name,
                consent_key=f"KEY-{name}",
                recruiter_id=named,
                wave=int(sample.wave[number]),
                seconds=int(said.seconds[number]),
                trace=_trace(name),
                answers=_answers(said, number),
                more={
                    "recruiter": named,
                    "minutes": minutes,
                    **{key: kept[number] for key, kept in sample.design.items()},
                },
                day=days[number],
            )
        )
    return rows


def _answers(said: Interviews, number: int) -> dict[str, str]:
    """Codes by column, and for several answers a mark for each choice."""
    found = {column: str(answers[number]) for column, answers in said.answers.items()}
    return _Marks(found)


class _Marks(dict[str, str]):
    """Answers; `column/code` says whether a code is among several that were chosen."""

    def __missing__(self, key: str) -> str:
        column, _, code = key.rpartition("/")
        answer = self[column]
        return answer if answer.startswith(".") else str(int(code in answer.split()))


def _trace(name: str) -> Traced:
    digits = int(name[3:]) % 100
    return Traced(f"Invented {name}", f"+1 202 555 01{digits:02d}", f"{name.lower()}@mail.example.org", name.lower())


def _again(rows: list[Row], share: float, office: _Office) -> list[Row]:
    """Volunteers who answer once more under another id, with the same answers."""
    twice = [row for row in rows if office.generator.random() < share]
    names = [office.next() for _ in twice]
    return [
        replace(row, number=len(rows) + number, respondent_id=name, consent_key=f"KEY-{name}")
        for number, (row, name) in enumerate(zip(twice, names, strict=True))
    ]


def _decided(keys: Sequence[str], consenting: float, generator: np.random.Generator) -> list[tuple[str, str]]:
    others = (1 - consenting) / (len(OUTCOMES) - 1)
    drawn = generator.choice(OUTCOMES, len(keys), p=[consenting, *[others] * (len(OUTCOMES) - 1)])
    return [(key, str(outcome)) for key, outcome in zip(keys, drawn, strict=True)]


def _shuffled(rows: list[Row], truths: Truths, generator: np.random.Generator) -> list[Row]:
    """Some rows twice, all in an order that is not that of recruitment."""
    repeated = [row for row in rows if generator.random() < truths.habits.written_twice]
    order = generator.permutation(len(rows))
    return [*(rows[position] for position in order), *repeated]


def margins_csv(population: Population) -> bytes:
    """Totals of the population in the cells that the plan's margins cross."""
    declared = population.plan.margins
    crossed = declared.crossed if declared else ()
    columns = [population.answers[column] for column in crossed]
    cells, totals = np.unique(
        np.array([":".join(map(str, each)) for each in zip(*columns, strict=True)]), return_counts=True
    )
    sink = io.StringIO()
    name = ":".join(crossed)
    rows = [(name, cell, int(total), "everybody of the rehearsal", "counted in its invented population")
            for cell, total in zip(cells.tolist(), totals, strict=True)]  # fmt: skip
    csv.writer(sink, lineterminator="\n").writerows([("variable", "level", "total", "population", "source"), *rows])
    return sink.getvalue().encode()


def manifest(design: Design, world: World, ledger: str) -> bytes:
    """`sources.yml` of the throw-away vault."""
    surveys = [
        {
            "source_id": source.source_id, "file": source.file, "sample_source": source.sample_source,
            "mode": source.mode, "variables": dict(source.variables), "format": source.vendor,
            "duration_unit": source.duration_unit,
            **{key: text for key, text in (("period", source.period), ("sample", source.sample)) if text},
        }
        for source in design.sources
    ]  # fmt: skip
    posts = [
        {"source_id": source.source_id, "file": source.file, "format": source.vendor,
         "platform_terms_basis": source.basis or None, "accounts": world.accounts[source.file]}
        for source in (design.press.sources if design.press else ())
    ]  # fmt: skip
    content = {"hosts": list(design.hosts), "ledger": ledger, "surveys": surveys, "posts": posts}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False).encode()
