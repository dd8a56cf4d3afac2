"""One rehearsed study from its exports to its estimates, in memory and a folder of its own: no stage, no book.

What must not be here: a world, a sentence for a person.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.admission.study import Study
from analysis.admission.survey import admit_survey
from analysis.admission.tally import Tally
from analysis.claims.entries import Register
from analysis.commands.rehearsal_posts import Read, posts_once
from analysis.custody.ledger import Consent, ConsentEvent, append_all, read_ledger, standing_consents, wording_hash
from analysis.custody.manifest import load_manifest
from analysis.custody.pseudonyms import published_test_key
from analysis.measures import margins, quality
from analysis.rehearsal.population import populate, size_for
from analysis.rehearsal.world import Design, World, ask, manifest, publish, together
from analysis.results.rehearsal import KEYS, POST_KEYS, Claimed, beside_truth, claimed
from analysis.strategy import weights as weighting
from analysis.strategy.evidence import evidence_rows
from analysis.strategy.frame import read_survey
from analysis.strategy.survey import Sizes, estimate
from analysis.study import Plan

LEDGER = "ledger.jsonl"
GIVEN, CHANGED = date(2026, 1, 8), date(2026, 3, 5)
"""Days of consents, and of changes of mind."""

FULL = ("survey_analysis", "aggregate_publication", "recontact", "microdata_restricted")
ONE_RUN = Sizes(seed=1, bootstrap_draws=100, model_draws=100)
_NUMBERS = ["value", "ci_low", "ci_high", "is_usable", "unusable_reason", "truth", "width", "is_covered"]
NO_ROWS, NO_POSTS = [*KEYS, *_NUMBERS], [*POST_KEYS, *_NUMBERS]


@dataclass(frozen=True)
class Studied:
    """One study: its estimates beside the truth, what it says on claims, what happened to every row of the exports.

    Attributes
    ----------
    rows, posts : estimates of the survey, and from posts; empty where nobody was asked, or no post was read
    claims : of survey and posts
    tally : of interviews and posts, by sample or platform
    """

    rows: pd.DataFrame
    claims: list[Claimed]
    tally: Tally
    posts: pd.DataFrame


def consent_events(decisions: Sequence[tuple[str, str]]) -> list[ConsentEvent]:
    """The events of a ledger, in the order of their days."""
    first = [_event(subject, "refused" if outcome == "refuses" else "granted", GIVEN)
             for subject, outcome in decisions if outcome != "never_asked"]  # fmt: skip
    changes = {"withdraws": ("withdrawn", ()), "narrows": ("amended", ("survey_analysis",))}
    later = [_event(subject, changes[outcome][0], CHANGED, changes[outcome][1])
             for subject, outcome in decisions if outcome in changes]  # fmt: skip
    return [*first, *later]


def _event(subject: str, event: str, day: date, scopes: tuple[str, ...] = FULL) -> ConsentEvent:
    given = () if event == "refused" else scopes
    return ConsentEvent(subject, event, given, "rehearsal", wording_hash("a rehearsal"), "en", day, "invented")


def write_vault(design: Design, world: World, folder: Path) -> None:
    """Exports, margins, ledger and manifest of a world, in a folder that holds none of them yet."""
    for name, content in world.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    append_all(folder / LEDGER, consent_events(world.decisions))
    (folder / "sources.yml").write_bytes(manifest(design, world, LEDGER))


def study_once(design: Design, world: World, folder: Path, register: Register, cut_at: float) -> Studied:
    """Admit, screen, weight and estimate what a world handed out.

    Parameters
    ----------
    design, world
    folder : Path
        Empty; the files are written there.
    register : Register
        Claims on which the study is asked.
    cut_at : float
        Weights above so many times the median are cut.
    """
    write_vault(design, world, folder)
    entries = read_ledger(folder / LEDGER)
    consents: Mapping[str, Consent] = standing_consents(entries, CHANGED, CHANGED)
    study = Study(folder, load_manifest(folder / "sources.yml"), consents, published_test_key())
    asked = _asked(design, world, study, cut_at) if design.sources else NOBODY
    read = posts_once(design, world, study, np.random.default_rng(ONE_RUN.seed)) if design.press else NOTHING
    claims = claimed(register, together_rows(asked.evidence, read.evidence), design.plan, world.values)
    return Studied(asked.rows, claims, asked.tally + read.tally, read.rows)


@dataclass(frozen=True)
class _Asked:
    """The survey of one rehearsed study."""

    rows: pd.DataFrame
    evidence: pd.DataFrame
    tally: Tally


NOBODY = _Asked(pd.DataFrame(columns=NO_ROWS), pd.DataFrame(columns=["estimand_id"]), Counter())
NOTHING = Read(pd.DataFrame(columns=NO_POSTS), pd.DataFrame(columns=["estimand_id"]), Counter())


def together_rows(survey: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """Evidence of both parts of a study."""
    return pd.concat([each for each in (survey, posts) if len(each)] or [survey], ignore_index=True)


def _asked(design: Design, world: World, study: Study, cut_at: float) -> _Asked:
    admitted = admit_survey(study, design.plan)
    responses = admitted.rows.sort_values("respondent_pseudonym", ignore_index=True)
    plan = design.plan
    totals = margins.read_margins(study.folder / "margins.csv", plan.margins) if plan.margins else None
    excluded = quality.flagged(responses, plan.screen).is_excluded.to_numpy(bool)
    weights = weighting.weight_rows(plan, responses, excluded, totals, cut_at)
    survey = read_survey(plan, responses, weights, "vault")
    found = estimate(survey, totals, ONE_RUN, "a rehearsal")
    rows = beside_truth(found.estimates, world.values)
    return _Asked(rows, evidence_rows(survey, found.failed), admitted.tally)


def without_models(plan: Plan) -> Plan:
    """The same plan without what takes long: models, bootstraps of recruitments, checks of scales."""
    questions = tuple(question.model_copy(update={"modelled": False, "network": ()}) for question in plan.questions)
    fields = {name: getattr(plan, name) for name in type(plan).model_fields}
    return type(plan).model_construct(**{**fields, "questions": questions, "scales": ()})


def repeated(
    design: Design, respondents: int, seed: int, draws: int, run: Callable[[Design, World], Studied]
) -> Iterator[Studied]:
    """The same people studied again and again, each time with other respondents, arms and answers; and other posts."""
    lean = replace(design, plan=without_models(design.plan))
    people, *others = np.random.default_rng([seed, 1]).spawn(draws + 1)
    size = size_for(respondents)
    population = populate(lean.plan, lean.truths, lean.hosts, size, people, cells=lean.cells) if lean.sources else None
    for generator in others:
        parts = [ask(lean, population, respondents, generator)] if population else []
        parts += [publish(lean.press, lean.truths, generator)] if lean.press else []
        yield run(lean, together(parts))


def tally_of(rows: pd.DataFrame, by: str, count: str) -> Tally:
    """Table `survey_admission` or `posts_admission` as counts; those that are not shown are left out."""
    shown = rows[rows[count].notna()].to_dict("records")
    return Counter({(str(row[by]), str(row["admission_code"])): int(row[count]) for row in shown})
