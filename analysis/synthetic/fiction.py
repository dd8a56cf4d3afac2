"""The whole fictional world as files: exports, ledger, manifest, key, truth, canaries and a README, by path."""

import json
from dataclasses import dataclass, replace

import numpy as np

from analysis.synthetic import canaries, consents, posts, recruitment, truth, world
from analysis.synthetic.answers import Answers, interview
from analysis.synthetic.consents import Decision, decide
from analysis.synthetic.exports import broken_rows, survey_vendors
from analysis.synthetic.exports.post_rows import VENDORS as POST_VENDORS
from analysis.synthetic.exports.post_rows import post_rows
from analysis.synthetic.exports.survey_rows import respondent_ids, survey_rows
from analysis.synthetic.labels import ANNOTATION_FILE, PREDICTION_FILE, annotate, predict
from analysis.synthetic.margins import MARGINS_FILE, margins_csv
from analysis.synthetic.papers import KEY_FILE, LEDGER_FILE, TEST_KEY, manifest, readme
from analysis.synthetic.posts import CONSENTED, INSTITUTIONAL, Channels, Posts
from analysis.synthetic.truth import Truth, truth_csv
from analysis.synthetic.world import Bools
from analysis.vendors import POST_WRITERS
from analysis.vendors.form import Row
from analysis.vendors.platforms import account_name
from analysis.vendors.post import PostRow

RDS_SHARE = 0.6
RDS_VENDORS, OPT_IN_VENDORS = ("spss", "stata", "kobo"), ("qualtrics", "limesurvey")
VENDOR_SHARES = {"rds": (0.45, 0.35, 0.20), "opt_in": (0.6, 0.4)}
ROW_TWICE_SHARE = 0.012
"""Of respondents whose row stands twice in one export."""

PERSON_TWICE_SHARE = 0.012
"""Of volunteers who answer twice under two ids, with the same answers."""

POST_TWICE_SHARE = 0.004
LINKED_CHANNELS = 15
"""Consenting channels that belong to respondents."""

UNLICENSED = "synthetic_posts_x_api_v2_without_terms"


@dataclass(frozen=True)
class Sizes:
    """How large the world is: persons of the population, respondents, posts."""

    population: int
    respondents: int
    posts: int


@dataclass(frozen=True)
class Fiction:
    """Files by path, and the truth as values."""

    files: dict[str, bytes]
    truths: list[Truth]


def write_fiction(seed: int, sizes: Sizes) -> Fiction:
    """Make the world and everything that it hands out.

    Parameters
    ----------
    seed : int
        Starts the only generator of random numbers.
    sizes : Sizes
        Respondents and posts that are asked and written; fewer are admitted.
    """
    generator = np.random.default_rng(seed)
    population = world.populate(sizes.population, generator)
    survey = _survey(population, sizes.respondents, generator)
    channels = posts.open_channels(generator)
    press = _press(channels, sizes.posts, survey.decisions, generator)
    found = truth.truths(population, channels, press.posts)
    files = survey.files | press.files
    files[LEDGER_FILE] = consents.ledger([*survey.decisions, *press.decisions])
    files[ANNOTATION_FILE] = annotate(press.posts, channels, press.enters, np.random.default_rng([seed, 1]))
    files[PREDICTION_FILE] = predict(press.posts, channels, press.enters, np.random.default_rng([seed, 2]))
    files["synthetic_sources.yml"] = manifest(tuple(survey.files), press.accounts)
    files[KEY_FILE] = TEST_KEY
    files[MARGINS_FILE] = margins_csv(population)
    files["synthetic_truth.csv"] = truth_csv(found)
    files["synthetic_canaries.json"] = _canary_file(survey.rows, press.canaries)
    files["README.md"] = readme(sizes.respondents, sizes.posts)
    return Fiction(dict(sorted(files.items())), found)


@dataclass(frozen=True)
class _Survey:
    rows: list[Row]
    decisions: list[Decision]
    files: dict[str, bytes]


def _survey(population: world.Population, size: int, generator: np.random.Generator) -> _Survey:
    recruits = recruitment.recruit(population, round(RDS_SHARE * size), generator)
    opt_in = generator.choice(population.size, size - len(recruits.person), replace=False)
    answers = interview(population, recruits, opt_in, generator)
    rows = survey_rows(answers, recruits.wave, generator)
    decisions = decide([row.consent_key for row in rows], "prs", generator)
    again = _second_interviews(rows, answers, generator)
    decisions += [Decision(row.consent_key, "grants", consents.FULL, "prs") for row in again]
    files = {}
    for vendor, chosen in _by_vendor(rows, answers, again, generator).items():
        name, write = survey_vendors.VENDORS[vendor]
        files[f"exports/{name}"] = write(_with_repeats(chosen, generator))
    return _Survey([*rows, *again], decisions, files)


def _second_interviews(rows: list[Row], answers: Answers, generator: np.random.Generator) -> list[Row]:
    """Volunteers who answer once more under another id: nothing but the answers gives them away."""
    volunteers = [row for row, source in zip(rows, answers.source, strict=True) if source == "opt_in"]
    chosen = generator.random(len(volunteers)) < PERSON_TWICE_SHARE
    twice = [row for row, is_chosen in zip(volunteers, chosen, strict=True) if is_chosen]
    taken = {row.respondent_id for row in rows}
    fresh = [name for name in respondent_ids(len(rows) + 10 * len(twice), generator) if name not in taken]
    return [
        replace(row, number=len(rows) + number, respondent_id=name, consent_key=f"SYNK-{name[4:]}")
        for number, (row, name) in enumerate(zip(twice, fresh, strict=False))
    ]


def _by_vendor(
    rows: list[Row], answers: Answers, again: list[Row], generator: np.random.Generator
) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for source, vendors in (("rds", RDS_VENDORS), ("opt_in", OPT_IN_VENDORS)):
        chosen = [row for row, own in zip(rows, answers.source, strict=True) if own == source]
        chosen += again if source == "opt_in" else []
        drawn = generator.choice(vendors, len(chosen), p=VENDOR_SHARES[source])
        for vendor in vendors:
            found[vendor] = [row for row, own in zip(chosen, drawn, strict=True) if own == vendor]
    return found


def _with_repeats(rows: list[Row], generator: np.random.Generator) -> list[Row]:
    """Some rows twice, all in an order that is not that of recruitment."""
    repeated = [row for row in rows if generator.random() < ROW_TWICE_SHARE]
    order = generator.permutation(len(rows))
    return [*(rows[position] for position in order), *repeated]


@dataclass(frozen=True)
class _Press:
    posts: Posts
    canaries: tuple[canaries.Canary, ...]
    decisions: list[Decision]
    files: dict[str, bytes]
    accounts: dict[str, list[dict[str, str]]]
    enters: Bools


def _press(channels: Channels, size: int, people: list[Decision], generator: np.random.Generator) -> _Press:
    found = posts.publish(channels, size, generator)
    subjects, decisions = _channel_consents(channels, people, generator)
    enters = channels.kind == INSTITUTIONAL
    enters |= np.array([subjects.get(number) in _in_force([*people, *decisions]) for number in range(len(enters))])
    source = _sources(channels)
    enters &= source != UNLICENSED
    text, hatched = canaries.plant(found.text, found.language, enters[found.channel], generator)
    rows = post_rows(found, channels, text)
    twice = generator.random(len(rows)) < POST_TWICE_SHARE
    files, accounts = {}, {}
    for name in dict.fromkeys(source.tolist()):
        vendor = _vendor(name)
        chosen = [row for row in rows if source[row.channel_number] == name]
        chosen += [row for row in chosen if twice[row.number]]
        path = f"exports/{POST_VENDORS[vendor]}" if name != UNLICENSED else f"exports/posts/{name}.jsonl"
        files[path] = broken_rows.add(vendor, POST_WRITERS[vendor][1](chosen))
        accounts[path] = [
            _account(vendor, channels, int(number), subjects) for number in np.flatnonzero(source == name)
        ]
    return _Press(found, hatched, decisions, files, accounts, enters)


def _in_force(decisions: list[Decision]) -> set[str | None]:
    return {decision.subject for decision in decisions if decision.is_in_force}


def _channel_consents(
    channels: Channels, people: list[Decision], generator: np.random.Generator
) -> tuple[dict[int, str], list[Decision]]:
    """Ledger key of each consenting channel; a few are respondents who allowed that both be linked."""
    numbers = [int(number) for number in np.flatnonzero(channels.kind == CONSENTED)]
    linkable = [each.subject for each in people if each.is_in_force and "linkage_to_posts" in each.scopes]
    linked = linkable[: min(LINKED_CHANNELS, len(linkable))]
    subjects = {number: f"SYNA-{number:04d}" for number in numbers} | dict(zip(numbers, linked, strict=False))
    own = [subjects[number] for number in numbers[len(linked) :]]
    return subjects, decide(own, "prs", generator)


def _sources(channels: Channels) -> "np.typing.NDArray[np.str_]":
    """The export of each channel: vendors in turn within each kind; the last of the others has no terms."""
    vendors = list(POST_VENDORS)
    named = [f"synthetic_posts_{vendors[number % len(vendors)]}" for number in range(len(channels.kind))]
    source = np.array(named, dtype="U60")
    without = np.flatnonzero(channels.kind == CONSENTED)[-4:]
    source[without] = UNLICENSED
    return source


def _vendor(source: str) -> str:
    return "x_api_v2" if source == UNLICENSED else source.removeprefix("synthetic_posts_")


def _account(vendor: str, channels: Channels, number: int, subjects: dict[int, str]) -> dict[str, str]:
    """One account of the manifest, under the id that this vendor gives it."""
    identity = PostRow(0, number, "", 0, 0, "", "", "").account_id
    entry = {"account": account_name(vendor, identity), "kind": str(channels.kind[number])}
    return entry | ({"consent_subject": subjects[number]} if number in subjects else {})


def _canary_file(rows: list[Row], hatched: tuple[canaries.Canary, ...]) -> bytes:
    """Every planted string: those that may stand nowhere outside this folder, and those that posts may keep."""
    outside = {text for row in rows for text in row.trace.strings}
    inside: set[str] = set()
    for canary in hatched:
        own = {canary.name, canary.phrase}
        is_inside = canary.phrase in canaries.INSIDE.phrases
        (inside if is_inside else outside).update(own)
        outside |= {canary.phone, canary.email, canary.handle}
    outside |= {text for row in rows for text in (row.respondent_id, row.consent_key)}
    content = {"everywhere": sorted(outside), "restricted_text": sorted(inside)}
    return (json.dumps(content, indent=1) + "\n").encode()
