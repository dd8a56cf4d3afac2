"""Who stands behind the numbers of a release: members of a corpus, the groups they are shown in, what their rows say.

What belongs here: digests and groups, so that two releases can be compared without a row of either. What must not: an
answer, a post, a pseudonym.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.results.post_rows import WEEKS_OF_A_PERIOD
from analysis.study.plan import Group, Plan

COLUMNS = ["corpus_code", "member_digest", "content_digest", "member_group_text"]
FIELD, ROW = "\x1f", "\x1e"
BESIDE = {"sample": "sample_source_code", "mode": "survey_mode_code", "time": "interview_period_text"}
"""Groups of every survey, whatever its plan."""
IN_PERIOD = "time = "
"""How the groups of `BESIDE` begin that say in which period of the plan an interview was."""


def survey_members(plan: Plan, responses: pd.DataFrame, excluded: pd.Series) -> pd.DataFrame:
    """Every respondent in every group that a released number may be about.

    Parameters
    ----------
    plan : Plan
    responses : DataFrame
        Table `survey_responses`.
    excluded : Series
        Pseudonym → whether the quality screen left the respondent out.

    Returns
    -------
    DataFrame
        Rows of the table `release_members`.
    """
    rows = responses.assign(is_excluded=responses.respondent_pseudonym.map(excluded))
    content = dict(zip(rows.respondent_pseudonym, _row_texts(rows), strict=True))
    columns = {kind: rows[name] for kind, name in BESIDE.items() if rows[name].notna().any()}
    columns |= {group.kind: _levels(rows, group) for group in plan.groups}
    columns |= {ballot.kind: rows[ballot.version] for ballot in plan.split_ballots}
    columns["screen"] = rows.is_excluded.astype(str)
    groups = [
        (member, f"{kind} = {level}")
        for kind, levels in columns.items()
        for member, level in zip(rows.respondent_pseudonym, levels, strict=True)
    ]
    return _members("survey", content, [*((member, "all") for member in content), *groups])


def _levels(rows: pd.DataFrame, group: Group) -> pd.Series[str]:
    """The group of each respondent, or why it is not known."""
    answers, holder = rows[group.item], group.holder
    if holder is None:
        return answers
    holds = answers.str.split(" ").map(lambda codes: str(holder.code in codes))
    return answers.where(answers.str.startswith("."), holds)


def post_members(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every account in every group of posts that a released number may be about: by kind, frame, language, period.

    Parameters
    ----------
    tables : mapping
        `posts`, `frames`, `labels` and `predictions`, the study's restricted tables.

    Returns
    -------
    DataFrame
        Rows of the table `release_members`.
    """
    posts = tables["posts"]
    account = dict(zip(posts.post_pseudonym, posts.channel_pseudonym, strict=True))
    texts: dict[str, list[str]] = defaultdict(list)
    for rows in tables.values():
        for post, text in zip(rows.post_pseudonym, _row_texts(rows), strict=True):
            texts[account[post]].append(text)
    content = {member: ROW.join(sorted(found)) for member, found in texts.items()}
    return _members("posts", content, sorted(set(_post_groups(posts, tables["frames"]))))


def _post_groups(posts: pd.DataFrame, frames: pd.DataFrame) -> Iterator[tuple[str, str]]:
    kind = posts.account_kind_code
    dated = posts[posts.week_index.notna()]
    period = (dated.week_index // WEEKS_OF_A_PERIOD).astype("Int64").astype(str)
    framed = frames[["post_pseudonym", "frame_code"]].merge(
        posts[["post_pseudonym", "channel_pseudonym", "account_kind_code"]], on="post_pseudonym"
    )
    yield from zip(posts.channel_pseudonym, kind, strict=True)
    yield from zip(posts.channel_pseudonym, kind + ", language = " + posts.language_code, strict=True)
    yield from zip(dated.channel_pseudonym, dated.account_kind_code + ", period = " + period, strict=True)
    yield from zip(framed.channel_pseudonym, framed.account_kind_code + ", frame = " + framed.frame_code, strict=True)


def _row_texts(rows: pd.DataFrame) -> list[str]:
    """Every row as one text, columns by name, so that a new order of columns changes nobody."""
    columns = [rows[name].tolist() for name in sorted(rows.columns)]
    return [FIELD.join(map(str, cells)) for cells in zip(*columns, strict=True)]


def _members(corpus: str, content: Mapping[str, str], groups: list[tuple[str, str]]) -> pd.DataFrame:
    who, what = {member: digest(member) for member in content}, {member: digest(content[member]) for member in content}
    rows = [(corpus, who[member], what[member], group) for member, group in groups]
    return pd.DataFrame(rows, columns=COLUMNS)


def digest(text: str) -> str:
    """Sixteen bytes of SHA-256 in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
