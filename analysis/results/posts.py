"""Rows of the tables on posts: frame shares, corrected stance, shocks and coordination, each with what it rests on.

What belongs here: which estimator runs on which posts, and how its number is named. What must not: arithmetic of an
estimator, files; and any row that rests on too few posts or accounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import EstimationError, InputError
from analysis.estimators.agreement import Annotations, alpha_by_class, krippendorff_alpha, standing
from analysis.estimators.coordination import Shares, coordination_null
from analysis.estimators.estimate import Estimate, unusable_estimate, usable_estimate
from analysis.estimators.event_study import event_study
from analysis.estimators.text_prevalence import ESTIMATORS, estimate_from_texts
from analysis.measures.annotations import ADJUDICATOR, decide, inclusion_probabilities
from analysis.measures.frames import LANGUAGES

SMALLEST_BASIS, ROUNDED_TO = 10, 5
STANCES = ("against", "favourable", "neutral")
KINDS = ("consented", "institutional")
PERIOD = "all weeks of the study"
REASONS_TO_DROP = 200
SPLITS = 2


@dataclass(frozen=True)
class PostTables:
    """What the rows are made from: the study, and its posts, frames and labels."""

    study: str
    posts: pd.DataFrame
    frames: pd.DataFrame
    labels: pd.DataFrame

    @property
    def source(self) -> str:
        """Where the numbers come from."""
        return "fictional world written by analysis/synthetic; nobody was asked" if self.is_synthetic else "this study"

    @property
    def is_synthetic(self) -> bool:
        """Whether all of it is made up."""
        return self.study == "synthetic"


@dataclass(frozen=True)
class Settings:
    """Fixed beforehand: weeks of the shocks, coordination, and the seed of permutations, folds and bootstraps."""

    shock_weeks: tuple[int, ...]
    window_seconds: int
    least_shares: int
    permutations: int
    seed: int


@dataclass(frozen=True)
class _Row:
    """One estimate with everything that names it."""

    name: str
    estimand_id: str
    quantity_code: str
    population: str
    period: str
    estimate: Estimate
    posts_n: int
    channels_n: int
    rank_p_value: float | None = None


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
    if len(rows):
        everything = _annotations(rows)
        found.append(("all labels", krippendorff_alpha(everything, "nominal", generator=generator, draws=500), rows))
        by_class = alpha_by_class(everything, generator=generator, draws=500)
        found += [
            (f"label {name} against the others", alpha, rows) for name, alpha in zip(STANCES, by_class, strict=True)
        ]
        for language in sorted(rows.language_code.unique()):
            inside = rows[rows.language_code == language]
            alpha = krippendorff_alpha(_annotations(inside), "nominal", generator=generator, draws=500)
            found.append((f"language {language}", alpha, inside))
    listed = [_agreement_row(scope, alpha, inside, tables.source) for scope, alpha, inside in found]
    names = ["agreement_scope_text", "value", "standard_error", "ci_low", "ci_high", "standing_code", "basis_posts_n",
             "basis_channels_n", "source"]  # fmt: skip
    frame = pd.DataFrame(listed, columns=names)
    return _typed(frame[(frame.basis_posts_n >= SMALLEST_BASIS) & (frame.basis_channels_n >= SMALLEST_BASIS)])


def _annotations(rows: pd.DataFrame) -> Annotations:
    return Annotations(
        pd.factorize(rows.post_pseudonym)[0].astype(np.int64),
        pd.factorize(rows.coder_text)[0].astype(np.int64),
        rows.stance_label_code.map({name: code for code, name in enumerate(STANCES)}).to_numpy(dtype=np.int64),
        np.arange(float(len(STANCES))),
    )


def _agreement_row(scope: str, alpha: Estimate, rows: pd.DataFrame, source: str) -> dict[str, object]:
    return {
        "agreement_scope_text": scope,
        "value": alpha.value,
        "standard_error": alpha.se,
        "ci_low": alpha.low,
        "ci_high": alpha.high,
        "standing_code": standing(alpha).replace(" ", "_"),
        "basis_posts_n": _rounded(rows.post_pseudonym.nunique()),
        "basis_channels_n": _rounded(rows.channel_pseudonym.nunique()),
        "source": source,
    }


def _rounded(number: int) -> int:
    return number - number % ROUNDED_TO


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of numbers stay columns of numbers when there is no row."""
    numbers = {"value", "standard_error", "ci_low", "ci_high", "rank_p_value"} & set(frame.columns)
    counts = {"basis_posts_n", "basis_channels_n"}
    return frame.astype(dict.fromkeys(numbers, "float64") | dict.fromkeys(counts, "int64")).reset_index(drop=True)


def estimate_rows(tables: PostTables, settings: Settings, agreement: pd.DataFrame) -> pd.DataFrame:
    """Table `post_estimates`.

    Parameters
    ----------
    tables, settings
        As above.
    agreement
        Table `label_agreement`: languages whose labels are not to be reported stay out of every stance.

    Returns
    -------
    DataFrame
        Rows that rest on at least ten posts and ten accounts.
    """
    coded = tables.frames.merge(
        tables.posts[["post_pseudonym", "channel_pseudonym", "account_kind_code", "week_index"]], on="post_pseudonym"
    )
    rows = [
        *_frame_shares(coded),
        *_shocks(coded, settings),
        *_stances(tables, settings, agreement),
        *_coordination(tables.posts, settings),
    ]
    frame = pd.DataFrame([_as_row(row, tables) for row in rows], columns=_ROW_NAMES)
    return _typed(frame[(frame.basis_posts_n >= SMALLEST_BASIS) & (frame.basis_channels_n >= SMALLEST_BASIS)])


_ROW_NAMES = [
    "estimate_id", "estimand_id", "quantity_code", "population_text", "period_text", "evidence_class_code",
    "method_text", "value", "standard_error", "ci_low", "ci_high", "rank_p_value", "basis_posts_n", "basis_channels_n",
    "is_usable", "unusable_reason", "source",
]  # fmt: skip


def _as_row(row: _Row, tables: PostTables) -> dict[str, object]:
    estimate = row.estimate
    return {
        "estimate_id": f"{row.estimand_id.partition('_')[0]}_{row.name}{'_synthetic' if tables.is_synthetic else ''}",
        "estimand_id": row.estimand_id,
        "quantity_code": row.quantity_code,
        "population_text": ("fictional world: " if tables.is_synthetic else "") + row.population,
        "period_text": row.period,
        "evidence_class_code": "synthetic" if tables.is_synthetic else "field",
        "method_text": estimate.method,
        "value": estimate.value,
        "standard_error": estimate.se,
        "ci_low": estimate.low,
        "ci_high": estimate.high,
        "rank_p_value": row.rank_p_value,
        "basis_posts_n": _rounded(row.posts_n),
        "basis_channels_n": _rounded(row.channels_n),
        "is_usable": estimate.is_usable,
        "unusable_reason": estimate.unusable_reason,
        "source": tables.source,
    }


def _frame_shares(coded: pd.DataFrame) -> Iterator[_Row]:
    """Shares of posts by frame and kind of account, weighted by post and by account, clustered by account."""
    for kind in KINDS:
        inside = coded[coded.account_kind_code == kind]
        posts = inside.drop_duplicates("post_pseudonym")
        if posts.channel_pseudonym.nunique() < SMALLEST_BASIS:
            continue
        by_channel = posts.groupby("channel_pseudonym").size()
        for frame in sorted(inside.frame_code.unique()):
            n = (
                inside[inside.frame_code == frame]
                .groupby("channel_pseudonym")
                .size()
                .reindex(by_channel.index, fill_value=0)
            )
            for quantity, estimate in (
                ("post_share", _ratio(n.to_numpy(float), by_channel.to_numpy(float))),
                ("channel_share", _mean((n / by_channel).to_numpy(float))),
            ):
                name = f"{quantity}_{kind}_{frame.lower()}"
                population = f"posts of {kind} accounts in the codebook's languages, frame {frame}"
                yield _Row(name, "E06_frame_share", quantity, population, PERIOD, estimate, len(posts), len(by_channel))


def _ratio(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> Estimate:
    value = float(part.sum() / whole.sum())
    residual = part - value * whole
    se = float(np.sqrt(len(part) / (len(part) - 1) * (residual @ residual)) / whole.sum())
    return usable_estimate(
        "share",
        value,
        se,
        n=int(whole.sum()),
        unit="share of posts",
        method="share of posts, variance clustered by account",
    )


def _mean(shares: npt.NDArray[np.float64]) -> Estimate:
    se = float(shares.std(ddof=1) / np.sqrt(len(shares)))
    method = "mean over accounts of the share of their posts"
    return usable_estimate("share", float(shares.mean()), se, n=len(shares), unit="share of posts", method=method)


def _shocks(coded: pd.DataFrame, settings: Settings) -> Iterator[_Row]:
    """Jump of each frame's weekly volume at each shock; the second shock replicates the first."""
    dated = coded[coded.week_index.notna()]
    if dated.empty:
        return
    weeks = int(dated.week_index.max()) + 1
    for frame in sorted(dated.frame_code.unique()):
        inside = dated[dated.frame_code == frame]
        series = np.bincount(inside.week_index.astype(int), minlength=weeks).astype(float)
        for number, week in enumerate(settings.shock_weeks, start=1):
            others = tuple(other for other in settings.shock_weeks if other != week)
            try:
                study = event_study(series, week, other_events=others)
                estimate, rank = study.jump, study.p_value
            except EstimationError as error:
                estimate, rank = _unusable(error, "segmented regression at the event"), None
            yield _Row(
                f"shock_{number}_{frame.lower()}", "E06_frame_change", "rate_ratio", f"posts of frame {frame}",
                f"week {week}, shock {number}", estimate, len(inside), inside.channel_pseudonym.nunique(), rank,
            )  # fmt: skip


def _unusable(error: Exception, method: str) -> Estimate:
    return unusable_estimate("none", str(error)[:REASONS_TO_DROP], n=0, unit="", method=method)


def _stances(tables: PostTables, settings: Settings, agreement: pd.DataFrame) -> Iterator[_Row]:
    """Stance by kind of account: every estimator side by side, for languages whose labels may be reported."""
    reported = agreement[agreement.standing_code != "not_reported"].agreement_scope_text
    languages = [language for language in LANGUAGES if f"language {language}" in set(reported)]
    if tables.labels.empty or not languages or "all labels" not in set(reported):
        return
    decided = decide(
        tables.labels.rename(columns={"post_pseudonym": "item", "coder_text": "coder", "stance_label_code": "label"})
    )
    label = decided.labels.set_index("item").label
    posts = tables.posts[tables.posts.post_text.notna()].copy()
    drawn = tables.labels.drop_duplicates("post_pseudonym").set_index("post_pseudonym").inclusion_probability
    sampled = posts[posts.post_pseudonym.isin(label.index)]
    generator = np.random.default_rng([settings.seed, 2])
    for kind in KINDS:
        inside = posts[(posts.account_kind_code == kind) & posts.language_code.isin(languages)]
        marked = sampled[sampled.account_kind_code == kind]
        yield from _stances_of((kind, languages), inside, label, _Sample(marked, drawn), generator)


@dataclass(frozen=True)
class _Sample:
    """Posts of one kind that were drawn for annotation, and the inclusion probability of every drawn post."""

    posts: pd.DataFrame
    probability: pd.Series


def _stances_of(
    who: tuple[str, list[str]], posts: pd.DataFrame, label: pd.Series, sample: _Sample, generator: np.random.Generator
) -> Iterator[_Row]:
    kind, languages = who
    given = posts.post_pseudonym.map(label)
    values = {stance: np.where(given.notna(), given == stance, np.nan).astype(float) for stance in STANCES}
    try:
        chance = inclusion_probabilities(
            posts.account_kind_code, sample.posts.account_kind_code, sample.posts.post_pseudonym.map(sample.probability)
        )
        found = estimate_from_texts(
            posts.post_text.tolist(),
            values,
            labelled=given.notna().to_numpy(),
            probability=chance,
            channel=posts.channel_pseudonym.to_numpy(),
            estimators=ESTIMATORS,
            generator=generator,
            splits=SPLITS,
        )
        estimates = {(s, e): found[s][e].estimates[0] for s in STANCES for e in ESTIMATORS}
    except (EstimationError, InputError) as error:
        estimates = {(s, "dsl"): _unusable(error, "design-based supervised learning") for s in STANCES}
    for (stance, estimator), estimate in estimates.items():
        name = f"stance_{kind}_{stance}_{estimator.replace('++', '_tuned')}"
        population = f"posts of {kind} accounts in {', '.join(languages)}: {stance}"
        shown = replace(estimate, method=f"{estimator}: {estimate.method}")
        yield _Row(
            name,
            "K30_stance_share",
            "post_share",
            population,
            PERIOD,
            shown,
            len(posts),
            posts.channel_pseudonym.nunique(),
        )


def _coordination(posts: pd.DataFrame, settings: Settings) -> Iterator[_Row]:
    """Institutional accounts that share more of the same things at once than chance makes."""
    inside = posts[
        (posts.account_kind_code == "institutional")
        & posts.shared_object_pseudonym.notna()
        & posts.posted_at_utc.notna()
    ]
    if inside.empty:
        return
    things = pd.factorize(pd.concat([inside.shared_object_pseudonym, inside.post_pseudonym], ignore_index=True))[0]
    seconds = (pd.to_datetime(inside.posted_at_utc, utc=True) - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)
    shares = Shares(
        things[: len(inside)].astype(np.int64),
        pd.factorize(inside.channel_pseudonym)[0].astype(np.int64),
        things[len(inside) :].astype(np.int64),
        seconds.to_numpy(dtype=np.int64),
    )
    method = (
        f"pairs within {settings.window_seconds} s against {settings.permutations} permutations within account and hour"
    )
    try:
        null = coordination_null(
            shares,
            settings.window_seconds,
            settings.least_shares,
            generator=np.random.default_rng([settings.seed, 3]),
            draws=settings.permutations,
        )
    except EstimationError as error:
        found: dict[str, tuple[Estimate, float | None]] = {"coordinated_accounts": (_unusable(error, method), None)}
    else:
        found = {
            "coordinated_accounts": (_count(null.accounts_above, method), None),
            "coordinated_components": (_count(null.components_above, method), None),
            "coordinated_pairs": (_count(null.pairs, method), null.p_value),
        }
    population = "institutional accounts that share objects"
    for name, (estimate, rank) in found.items():
        yield _Row(
            name, "K31_planted_cluster", "count", population, PERIOD, estimate, len(inside),
            inside.channel_pseudonym.nunique(), rank,
        )  # fmt: skip


def _count(number: int, method: str) -> Estimate:
    return Estimate(
        term="count", value=float(number), se=None, low=None, high=None, confidence=0.95, n=number, effective_n=None,
        degrees_of_freedom=None, unit="count", method=method,
    )  # fmt: skip
