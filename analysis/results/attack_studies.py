"""Three invented studies on which attacks are tried: a small one, a skewed one, one in which a single host dominates.

What belongs here: answers and posts of nobody, drawn with a generator. What must not: an estimate, an attack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import StudyError
from analysis.reserved import NO_FRAME
from analysis.results.post_rows import PostTables
from analysis.study import Plan
from analysis.study.posts import Posts

SEXES, BANDS = ("f", "m"), ("18-24", "25-34", "35-44")
COMMON_FRAMES, RARE_POSTS = 4, 3
"""Frames of the plan that many posts have; the one behind them is rare."""


@dataclass(frozen=True)
class Shape:
    """How a study is made.

    Attributes
    ----------
    respondents, hosts, cohorts, approval
        Number of respondents, shares of hosts and of cohorts, share that approves.
    accounts, posts, tail
        Number of accounts, mean posts of each, and how unequal accounts are: 0 for all alike.
    """

    code: str
    respondents: int
    hosts: tuple[float, ...]
    cohorts: tuple[float, ...]
    approval: float
    accounts: int
    posts: int
    tail: float


SHAPES = (
    Shape("small", 330, (0.34, 0.33, 0.33), (0.4, 0.35, 0.25), 0.4, 24, 30, 0.0),
    Shape("skewed", 900, (0.4, 0.3, 0.2, 0.1), (0.55, 0.25, 0.12, 0.05, 0.03), 0.12, 60, 60, 1.1),
    Shape("one_host", 700, (0.8, 0.19, 0.01), (0.3, 0.3, 0.4), 0.3, 30, 80, 0.6),
)


def invented_answers(plan: Plan, shape: Shape, rng: np.random.Generator, extra: int = 0) -> pd.DataFrame:
    """Rows of the table `survey_responses` for volunteers; `extra` more stand at the end, for those who join later.

    The plan is that of the rehearsal, `data/study/rehearsal.yml`.
    """
    n = shape.respondents + extra
    chosen = {
        "place": (_places(shape), shape.hosts),
        "age": (BANDS, (0.3, 0.4, 0.3)),
        "sex": (SEXES, (0.5, 0.5)),
        "cohort": (plan.items["COHORT"].codes[: len(shape.cohorts)], shape.cohorts),
        "language": (plan.items["LANGUAGE"].codes, (0.5, 0.35, 0.15)),
        "household": (plan.items["HOUSEHOLD"].codes, (0.35, 0.65)),
        "view": (plan.items["VIEW"].codes, (shape.approval, 1 - shape.approval)),
        "public": (plan.items["PUBLIC"].codes, (0.35, 0.65)),
    }
    rows = pd.DataFrame({item: _drawn(rng, levels, shares, n) for item, (levels, shares) in chosen.items()})
    return rows.assign(
        respondent_pseudonym=[f"{number:032x}" for number in range(n)],
        sample_source_code="opt_in",
        survey_mode_code="web",
        interview_period_text=None,
        recruiter_pseudonym=None,
    )


def _places(shape: Shape) -> list[str]:
    return [f"place {chr(65 + number)}" for number in range(len(shape.hosts))]


def _drawn(rng: np.random.Generator, levels: Sequence[str], shares: Sequence[float], n: int) -> list[str]:
    return [levels[place] for place in rng.choice(len(levels), n, p=np.array(shares) / np.sum(shares))]


def invented_margins(shape: Shape) -> pd.DataFrame:
    """Totals by place, sex and age band, as `analysis.measures.margins.read_margins` gives them."""
    cells = [
        {"place": place, "sex": sex, "age": band, "total": 1000 * share, "population": "nobody", "source": "invented"}
        for place, share in zip(_places(shape), shape.hosts, strict=True)
        for sex in SEXES
        for band in BANDS
    ]
    return pd.DataFrame(cells)


def invented_posts(plan: Plan, shape: Shape, rng: np.random.Generator, extra: int = 0) -> PostTables:
    """Posts of consenting accounts with frames; `extra` more accounts stand at the end, for those who join later.

    One frame has three posts, all of the same account. The plan is that of the rehearsal.
    """
    declared = posts_of(plan)
    common = [frame.code for frame in declared.frames[:COMMON_FRAMES]] + [NO_FRAME]
    accounts = shape.accounts + extra
    sizes = np.maximum(3, np.round(shape.posts / np.arange(1, accounts + 1) ** shape.tail * _level(shape, accounts)))
    order = rng.permutation(accounts)
    account = np.repeat(order, sizes.astype(np.int64))
    lean = rng.dirichlet(np.full(len(common), 4.0), accounts)
    frame = [common[rng.choice(len(common), p=lean[each])] for each in account]
    frame[:RARE_POSTS] = [declared.frames[COMMON_FRAMES].code] * RARE_POSTS
    posts = pd.DataFrame(
        {
            "post_pseudonym": [f"{number:032x}" for number in range(len(account))],
            "channel_pseudonym": [f"{number:032x}" for number in account],
            "account_kind_code": declared.read_kinds[0].code,
            "language_code": declared.languages[0],
            "week_index": rng.integers(0, 8, len(account)),
        }
    )
    frames = pd.DataFrame({"post_pseudonym": posts.post_pseudonym, "frame_code": frame, "is_negated": False})
    none = posts.iloc[:0][["post_pseudonym"]]
    return PostTables("synthetic", posts, frames, none, none, declared)


def posts_of(plan: Plan) -> Posts:
    """The posts' part of a plan that has one."""
    if plan.posts is None:
        raise StudyError(f"{plan.study}: the plan has no `posts`; add that part")
    return plan.posts


def _level(shape: Shape, accounts: int) -> float:
    return accounts / float(np.sum(1 / np.arange(1, accounts + 1) ** shape.tail))
