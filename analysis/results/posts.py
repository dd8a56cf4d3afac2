"""Rows of the tables on posts: agreement of annotators, frame shares, and the estimates that are put beside them.

What belongs here: which estimator runs on which posts, and how its number is named. What must not: arithmetic of an
estimator, files; and any row that rests on too few posts or accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.estimators.agreement import Annotations, alpha_by_class, krippendorff_alpha, standing
from analysis.estimators.estimate import DEFAULT_CONFIDENCE, Estimate, usable_estimate
from analysis.estimators.shares import ShareEvidence, share_interval, variance_pieces
from analysis.measures.annotations import ADJUDICATOR
from analysis.results.post_coordination import coordination_rows
from analysis.results.post_precision import is_carried, on_steps
from analysis.results.post_rows import (
    PERIOD,
    ROW_NAMES,
    PostRow,
    PostTables,
    Settings,
    basis,
    released,
)
from analysis.results.post_shocks import shock_rows
from analysis.study.posts import Posts

AGREEMENT_NAMES = (
    "agreement_scope_text", "value", "standard_error", "ci_low", "ci_high", "standing_code", "basis_posts_n",
    "basis_channels_n", "source",
)  # fmt: skip


def agreement_rows(tables: PostTables, settings: Settings) -> pd.DataFrame:
    """Table `label_agreement`: overall, by label and by language.

    Parameters
    ----------
    tables, settings
        As above; the adjudicator's labels do not enter.

    Returns
    -------
    DataFrame
        Empty without labels.
    """
    rows = tables.labels[tables.labels.coder_text != ADJUDICATOR]
    rows = rows.merge(tables.posts[["post_pseudonym", "channel_pseudonym", "language_code"]], on="post_pseudonym")
    generator = np.random.default_rng([settings.seed, 1])
    found = []
    labels = sorted(stance.code for stance in tables.plan.stances)
    if len(rows):
        everything = _annotations(rows, labels)
        found.append(("all labels", krippendorff_alpha(everything, "nominal", generator=generator, draws=500), rows))
        by_class = alpha_by_class(everything, generator=generator, draws=500)
        found += [
            (f"label {name} against the others", alpha, rows) for name, alpha in zip(labels, by_class, strict=True)
        ]
        for language in sorted(rows.language_code.unique()):
            inside = rows[rows.language_code == language]
            alpha = krippendorff_alpha(_annotations(inside, labels), "nominal", generator=generator, draws=500)
            found.append((f"language {language}", alpha, inside))
    return released(
        [_agreement_row(scope, alpha, inside, tables.source) for scope, alpha, inside in found], AGREEMENT_NAMES
    )


def _annotations(rows: pd.DataFrame, labels: list[str]) -> Annotations:
    return Annotations(
        pd.factorize(rows.post_pseudonym)[0].astype(np.int64),
        pd.factorize(rows.coder_text)[0].astype(np.int64),
        rows.stance_label_code.map({name: code for code, name in enumerate(labels)}).to_numpy(dtype=np.int64),
        np.arange(float(len(labels))),
    )


def _agreement_row(scope: str, alpha: Estimate, rows: pd.DataFrame, source: str) -> dict[str, object]:
    """One set of labels; what may be done with them is told by the lower end as it is published."""
    row = {
        "agreement_scope_text": scope,
        "value": alpha.value,
        "standard_error": alpha.se,
        "ci_low": alpha.low,
        "ci_high": alpha.high,
        **basis(rows.post_pseudonym.nunique(), rows.channel_pseudonym.nunique()),
        "source": source,
    }
    low = (on_steps(row) or {}).get("ci_low")
    as_shown = replace(alpha, low=None if low is None else float(str(low)))
    return row | {"standing_code": standing(as_shown).replace(" ", "_")}


def estimate_rows(tables: PostTables, settings: Settings, stances: Iterable[PostRow]) -> pd.DataFrame:
    """Table `post_estimates`.

    Parameters
    ----------
    tables, settings
        As above.
    stances
        Corrected shares of stances.

    Returns
    -------
    DataFrame
        Rows that rest on at least ten posts and ten accounts.
    """
    return released(computed_rows(tables, settings, stances), ROW_NAMES)


def computed_rows(tables: PostTables, settings: Settings, stances: Iterable[PostRow]) -> list[dict[str, object]]:
    """The rows of `post_estimates` before any step: never published."""
    rows = [
        *_frame_shares(tables),
        *shock_rows(tables),
        *stances,
        *coordination_rows(tables, settings),
    ]
    return [row.as_row(tables) for row in rows]


def frame_share_rows(tables: PostTables, *, protects: bool = True) -> pd.DataFrame:
    """Shares of posts by frame under the column names of `post_estimates`.

    Parameters
    ----------
    tables
        Of the study.
    protects
        False leaves every number as it was computed, whoever carries it: for the audit's attacks on invented posts.
    """
    rows = [row.as_row(tables) for row in _frame_shares(tables, protects=protects)]
    return released(rows, ROW_NAMES) if protects else pd.DataFrame(rows, columns=list(ROW_NAMES))


@dataclass(frozen=True, eq=False)
class Mentioned:
    """Posts of one kind of account by account: those with a frame, and all.

    Attributes
    ----------
    kind, frame : of the accounts and of the posts
    part, whole : (m,) posts of each account
    """

    kind: str
    frame: str
    part: npt.NDArray[np.float64]
    whole: npt.NDArray[np.float64]

    @property
    def posts_n(self) -> int:
        """Posts of all accounts."""
        return int(self.whole.sum())

    def by_post(self, confidence: float = DEFAULT_CONFIDENCE) -> Estimate:
        """Share of the posts, variance clustered by account."""
        return _ratio(self.part, self.whole, confidence)

    def by_account(self, confidence: float = DEFAULT_CONFIDENCE) -> Estimate:
        """Mean share of an account's posts."""
        return _mean(self.part, self.whole, confidence)


def _frame_shares(tables: PostTables, *, protects: bool = True) -> Iterator[PostRow]:
    """Shares of posts by frame and kind of account, weighted by post and by account, clustered by account."""
    estimated = tables.plan.frame_share
    if estimated is None:
        return
    for each in mentioned(tables, protects=protects):
        for quantity, estimate in (("post_share", each.by_post()), ("channel_share", each.by_account())):
            name = f"{quantity}_{each.kind}_{each.frame.lower().replace(' ', '_')}"
            population = f"posts of {each.kind} accounts in the codebook's languages, frame {each.frame}"
            yield PostRow(
                name, estimated.estimand, quantity, population, PERIOD, estimate, each.posts_n,
                len(each.whole), kind=each.kind, frames=each.frame,
            )  # fmt: skip


def mentioned(tables: PostTables, *, protects: bool = True) -> Iterator[Mentioned]:
    """Every frame by kind of account.

    Only where enough accounts stand behind all posts, those with the frame and those without, none of them most.
    """
    for kind in tables.kinds:
        inside = tables.coded[tables.coded.account_kind_code == kind]
        posts = inside.drop_duplicates("post_pseudonym")
        by_channel = posts.groupby("channel_pseudonym").size()
        if len(by_channel) <= 1 or (protects and not is_carried(by_channel.to_numpy(float))):
            continue
        for frame, rows in _mentions(inside, tables.plan):
            part = rows.groupby("channel_pseudonym").size().reindex(by_channel.index, fill_value=0).to_numpy(float)
            whole = by_channel.to_numpy(float)
            if not protects or (is_carried(part) and is_carried(whole - part)):
                yield Mentioned(kind, frame, part, whole)


def _mentions(inside: pd.DataFrame, plan: Posts) -> Iterator[tuple[str, pd.DataFrame]]:
    """Posts by frame, and once each where the plan takes frames together."""
    for frame in sorted(inside.frame_code.unique()):
        yield frame, inside[inside.frame_code == frame]
    for together in plan.together:
        yield together.name, inside[inside.frame_code.isin(together.frames)].drop_duplicates("post_pseudonym")


def _ratio(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64], confidence: float) -> Estimate:
    value = float(part.sum() / whole.sum())
    residual = part - value * whole
    se = float(np.sqrt(len(part) / (len(part) - 1) * (residual @ residual)) / whole.sum())
    evidence = ShareEvidence(
        float(whole.sum()), len(part) - 1.0, float(whole.sum()) ** 2 / float(whole @ whole), variance_pieces(residual)
    )
    shown = usable_estimate(
        "share",
        value,
        se,
        n=int(whole.sum()),
        unit="share of posts",
        method="share of posts, variance clustered by account",
    )
    return _with_limits(shown, evidence, confidence)


def _mean(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64], confidence: float) -> Estimate:
    """Every account counts alike, so a post of an account that wrote much counts little."""
    shares, accounts = part / whole, len(part)
    se = float(shares.std(ddof=1) / np.sqrt(accounts))
    alike = accounts**2 / float((1 / whole).sum())
    evidence = ShareEvidence(alike, accounts - 1.0, float(accounts), variance_pieces(shares - shares.mean()))
    shown = usable_estimate(
        "share", float(shares.mean()), se, n=accounts, unit="share of posts",
        method="mean over accounts of the share of their posts",
    )  # fmt: skip
    return _with_limits(shown, evidence, confidence)


def _with_limits(made: Estimate, evidence: ShareEvidence, confidence: float) -> Estimate:
    value, se = float(made.value or 0.0), float(made.se or 0.0)
    limits = share_interval(min(max(value, 0.0), 1.0), se * se, evidence, confidence)
    return replace(made, low=limits.low, high=limits.high, confidence=confidence)
