"""Release, change, release again: what attacks on the published bytes tell about whoever came or left.

What belongs here: histories of invented studies, their releases with the rules on and off, and the score of attackers.
What must not: an attack, which is the audit's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

from analysis.disclosure.audit.estimates import few_carriers, rounding_undone, rows_of, whole_minus_groups
from analysis.disclosure.audit.two_releases import Guess, guess_account, guess_person
from analysis.disclosure.history import Past, hold
from analysis.estimators.shares import ShareEvidence, share_interval
from analysis.results.attack_studies import SHAPES, Shape, invented_answers, invented_margins, invented_posts
from analysis.results.members import digest, post_members, survey_members
from analysis.results.post_rows import PostTables
from analysis.results.posts import frame_share_rows
from analysis.schemas import TABLES
from analysis.schemas.precision import floored, up_to_step
from analysis.store import canonical, csv_bytes
from analysis.strategy.direct import direct_rows
from analysis.strategy.frame import ALL, Survey, read_survey
from analysis.strategy.rows import Rows
from analysis.strategy.weights import weight_rows
from analysis.study import Plan
from analysis.study.estimands import Question

SINGLES, JOINS, BATCHES, BATCHES_EACH = 24, 8, (2, 5, 9, 10), 3
OFF_EVERY = 3
"""Of the histories, those that are repeated without the rules: enough to see that the attack works."""

KINDS, ITEMS = ("host", "cohort", "language", "household"), ("view", "public")
"""Groups and items of the rehearsal's plan that an attacker asks about."""

EXTRA = max(BATCHES)
CUT_AT = 6.0
HIGH_STEP = 0.001
POST_DECIMALS = 6
WEIGHTS = ("rds_weight", "raked_weight", "design_weight", "blended_weight")
TABLE_OF = {"survey": "synthetic_survey_estimates", "posts": "synthetic_post_estimates"}
NUMBERS = ("value", "standard_error", "ci_low", "ci_high")
NAMES = ("attack_code", "study_code", "protection_code", "attacked_n", "exact_n", "guessed_n", "success_high_share")


@dataclass(frozen=True)
class Event:
    """Members, by position, that leave the first release, and members that come to it."""

    left: tuple[int, ...] = ()
    came: tuple[int, ...] = ()

    @property
    def target(self) -> int:
        """The one whom the attacker asks about."""
        return (self.left or self.came)[0]


def events(members: int, extra: int, rng: np.random.Generator) -> list[Event]:
    """Single withdrawals, single arrivals, and batches of both kinds: 24 + 8 + 4 × 3."""
    gone = rng.choice(members, min(SINGLES, members), replace=False)
    found = [Event(left=(int(one),)) for one in gone]
    found += [Event(came=(members + place % extra,)) for place in range(JOINS)]
    for size in BATCHES:
        for number in range(BATCHES_EACH):
            chosen = tuple(int(one) for one in rng.choice(members, size, replace=False))
            is_join = number == BATCHES_EACH - 1
            found.append(Event(came=tuple(range(members, members + size))) if is_join else Event(left=chosen))
    return found


def attack_rows(plan: Plan, seed: int, minimum: int) -> pd.DataFrame:
    """Table `attack_success`: every attack on every study, with the rules and without.

    Parameters
    ----------
    plan
        Of the invented studies.
    seed
        Of the invented studies and of who leaves.
    minimum
        The threshold of the policy, in persons.
    """
    found: list[tuple[object, ...]] = []
    for shape in SHAPES:
        rng = np.random.default_rng([seed, SHAPES.index(shape)])
        found += _survey(plan, shape, rng, minimum)
        found += _posts(plan, shape, rng, minimum)
    return pd.DataFrame(found, columns=list(NAMES))


def _survey(plan: Plan, shape: Shape, rng: np.random.Generator, minimum: int) -> Iterator[tuple[object, ...]]:
    everybody, margins = invented_answers(plan, shape, rng, EXTRA), invented_margins(shape)
    nobody_excluded = pd.Series(data=False, index=everybody.respondent_pseudonym)
    study = _Study(
        everybody, "respondent_pseudonym", shape.respondents, survey_members(plan, everybody, nobody_excluded)
    )
    planned, profiles = events(shape.respondents, EXTRA, rng), _profiles(plan, everybody)
    for protection, made in (
        ("gate", partial(_survey_bytes, plan, margins)),
        ("off", partial(unprotected_answers, plan)),
    ):
        chosen = planned if protection == "gate" else planned[::OFF_EVERY]
        truth = [profiles[event.target] for event in chosen]
        first, pairs = study.histories(made, chosen, minimum if protection == "gate" else 0)
        guesses = [guess_person(*pair, KINDS, ITEMS) for pair in pairs]
        margin = guess_person(first, first, KINDS, ITEMS)
        for attack, names in (("person_of_two_releases", KINDS), ("answer_of_two_releases", ITEMS[:1])):
            yield attack, shape.code, protection, *_score(guesses, margin, truth, names)
        rows = rows_of(first)
        shown = len([row for row in rows if row["value"]])
        for attack, found in (("rounding_undone", rounding_undone), ("whole_minus_groups", whole_minus_groups)):
            yield attack, shape.code, protection, *_tally(len(list(found(rows, minimum))), 0, shown)


def _posts(plan: Plan, shape: Shape, rng: np.random.Generator, minimum: int) -> Iterator[tuple[object, ...]]:
    tables = invented_posts(plan, shape, rng, EXTRA)
    accounts = pd.DataFrame({"channel_pseudonym": sorted(tables.posts.channel_pseudonym.unique())})
    members = post_members({"posts": tables.posts, "frames": tables.frames})
    study = _Study(accounts, "channel_pseudonym", shape.accounts, members)
    planned = events(shape.accounts, EXTRA, rng)
    for protection in ("gate", "off"):
        chosen = planned if protection == "gate" else planned[::OFF_EVERY]
        made = partial(_post_bytes, tables, protects=protection == "gate")
        first, pairs = study.histories(made, chosen, minimum if protection == "gate" else 0)
        guesses, margin = [guess_account(*pair) for pair in pairs], guess_account(first, first)
        names = tuple(margin.said)
        known = [_frames_of(tables, accounts.channel_pseudonym[event.target], names) for event in chosen]
        yield "account_of_two_releases", shape.code, protection, *_score(guesses, margin, known, names)
        rows = rows_of(first)
        yield "few_carriers", shape.code, protection, *_tally(len(list(few_carriers(rows, minimum))), 0, len(rows))


@dataclass(frozen=True, eq=False)
class _Study:
    """Everybody who is ever in a study: the first `n` are in its first release; `members` stand behind its numbers."""

    everybody: pd.DataFrame
    key: str
    n: int
    members: pd.DataFrame

    def histories(
        self, made: Callable[[pd.DataFrame], bytes], planned: Sequence[Event], minimum: int
    ) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        """The first release, and for every event the bytes with and without its members; 0 holds nothing."""
        start = list(range(self.n))
        first = made(self.everybody.iloc[start])
        past = [Past("1", {TABLE_OF[str(self.members.corpus_code.iloc[0])]: pd.DataFrame()}, self._behind(start))]
        found = []
        for event in planned:
            kept = [place for place in start if place not in event.left] + list(event.came)
            is_held = minimum and hold(past, self._behind(kept), minimum).since
            second = first if is_held else made(self.everybody.iloc[kept].reset_index(drop=True))
            found.append((first, second) if event.left else (second, first))
        return first, found

    def _behind(self, places: Sequence[int]) -> pd.DataFrame:
        inside = {digest(name) for name in self.everybody[self.key].iloc[list(places)].tolist()}
        return self.members[[member in inside for member in self.members.member_digest.tolist()]]


def _score(
    guesses: Sequence[Guess], margin: Guess, truth: Sequence[Mapping[str, object]], names: Sequence[str]
) -> tuple[int, int, int, float]:
    """Targets of whom everything was said rightly, by the attacker and by who only knows the margins."""
    right = _agreed([guess.said for guess in guesses], truth, names)
    by_margin = _agreed([margin.said] * len(truth), truth, names)
    n, right, by_margin = (number if names else 0 for number in (len(truth), right, by_margin))
    return _tally(right, by_margin, n)


def _agreed(said: Sequence[Mapping[str, object]], truth: Sequence[Mapping[str, object]], names: Sequence[str]) -> int:
    pairs = zip(said, truth, strict=True)
    return len([None for mine, one in pairs if all(mine.get(name) == one[name] for name in names)])


def _tally(right: int, guessed: int, n: int) -> tuple[int, int, int, float]:
    high = stats.binomtest(right, n).proportion_ci(method="wilson").high if n else 1.0
    return n, right, guessed, up_to_step(float(high), HIGH_STEP)


def _profiles(plan: Plan, everybody: pd.DataFrame) -> list[dict[str, object]]:
    """What there is to learn about each: the names of their groups, and yes or no to the items."""
    survey = _plain(plan, everybody)
    found: list[dict[str, object]] = [{} for _ in range(len(everybody))]
    for group in plan.groups:
        for name, members in survey.levels(group):
            for position in np.flatnonzero(members).tolist():
                found[position][group.kind] = name
    for question in _asked(plan):
        yes = survey.coded(question).yes
        for position, profile in enumerate(found):
            profile[str(question.item)] = "yes" if yes[position] else "no"
    return found


def _asked(plan: Plan) -> list[Question]:
    """The first question of each item."""
    return [next(question for question in plan.questions if question.item == item) for item in ITEMS]


def _plain(plan: Plan, responses: pd.DataFrame) -> Survey:
    weights = {"respondent_pseudonym": responses.respondent_pseudonym} | dict.fromkeys(WEIGHTS, np.nan)
    return read_survey(plan, responses, pd.DataFrame(weights), "synthetic")


def _survey_bytes(plan: Plan, margins: pd.DataFrame, responses: pd.DataFrame) -> bytes:
    weights = weight_rows(plan, responses, np.zeros(len(responses), dtype=bool), margins, CUT_AT)
    rows = Rows(read_survey(plan, responses, weights, "synthetic"), "invented")
    direct_rows(rows)
    return _as_bytes(pd.DataFrame(rows.found), TABLE_OF["survey"])


def unprotected_answers(plan: Plan, responses: pd.DataFrame) -> bytes:
    """Unweighted shares by group at three decimals, respondents rounded down to five, as if that were enough."""
    survey = _plain(plan, responses)
    found = []
    for question in _asked(plan):
        yes = survey.coded(question).yes
        for group, name, members in survey.groups():
            named = (group.kind if group else ALL, name)
            found.append(_as_answered(question, named, int(members.sum()), int((yes & members).sum()), survey.n))
    text: str = pd.DataFrame(found).to_csv(index=False)
    return text.encode()


def _as_answered(question: Question, named: tuple[str, str], n: int, yes_n: int, everybody: int) -> dict[str, object]:
    share = yes_n / n
    variance = share * (1 - share) / n * everybody / (everybody - 1)
    limits = share_interval(share, variance, ShareEvidence(n, n - 1))
    numbers = (share, float(np.sqrt(variance)), limits.low, limits.high)
    return {
        "estimate_id": f"{question.estimand} {named[1]}", "estimand_id": question.estimand,
        "item_text": question.item, "quantity_code": "answer_share", "group_kind_code": named[0],
        "group_text": named[1],
        "weighting_code": "unweighted", "estimator_text": "share of answers",
        **dict(zip(NUMBERS, (round(number, 3) for number in numbers), strict=True)), "respondents_n": floored(n),
    }  # fmt: skip


def _post_bytes(tables: PostTables, accounts: pd.DataFrame, *, protects: bool) -> bytes:
    posts = tables.posts[tables.posts.channel_pseudonym.isin(accounts.channel_pseudonym)]
    frames = tables.frames[tables.frames.post_pseudonym.isin(posts.post_pseudonym)]
    of_these = PostTables(**vars(tables) | {"posts": posts, "frames": frames})
    rows = frame_share_rows(of_these, protects=protects)
    if protects:
        return _as_bytes(rows, TABLE_OF["posts"])
    text: str = rows.round(dict.fromkeys(NUMBERS, POST_DECIMALS)).to_csv(index=False)
    return text.encode()


def _as_bytes(rows: pd.DataFrame, name: str) -> bytes:
    return csv_bytes(canonical(rows, TABLES[name]), TABLES[name])


def _frames_of(tables: PostTables, account: str, names: Iterable[str]) -> dict[str, object]:
    """Posts by published share; a share of two frames together is named after both."""
    mine = tables.posts[tables.posts.channel_pseudonym == account].post_pseudonym
    frames = tables.frames[tables.frames.post_pseudonym.isin(mine)]
    found: dict[str, object] = {}
    for name in names:
        codes = name.removesuffix("_synthetic").rpartition(f"{tables.kinds[0]}_")[2].upper().split("_OR_")
        found[name] = frames[frames.frame_code.isin(codes)].post_pseudonym.nunique()
    return found
