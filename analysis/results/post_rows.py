"""What all rows on posts share: the study's tables, what was fixed beforehand, and how an estimate becomes a row.

What must not be here: an estimator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from analysis.estimators.estimate import Estimate, unusable_estimate
from analysis.results.post_precision import LEAST, on_steps
from analysis.schemas.precision import floored
from analysis.study.posts import Posts

SMALLEST_BASIS = LEAST
PERIOD = "all weeks of the study"
WEEKS_OF_A_PERIOD = 4
REASONS_TO_DROP = 200

NUMBERS = (
    "value", "standard_error", "ci_low", "ci_high", "rank_p_value", "balanced_accuracy_share",
    "known_truth_value", "known_error_value",
    "band_low", "band_high", "significant_share", "significant_p_value", "adjusted_p_value",
)  # fmt: skip
COUNTS = (
    "basis_posts_n", "basis_channels_n", "labelled_posts_n", "study_period_index", "study_week_index", "pairs_n",
    "null_low_n", "null_median_n", "null_high_n", "shock_number", "curve_position", "specifications_n",
    "placebo_dates_n",
)  # fmt: skip


@dataclass(frozen=True)
class PostTables:
    """What the rows are made from.

    Attributes
    ----------
    study
        Whose posts these are.
    posts, frames, labels, predictions
        The study's restricted tables.
    plan
        What the study says about its posts.
    truth
        (estimand, group) → the value that the fictional world was made with; empty for a real study.
    """

    study: str
    posts: pd.DataFrame
    frames: pd.DataFrame
    labels: pd.DataFrame
    predictions: pd.DataFrame
    plan: Posts
    truth: Mapping[tuple[str, str], float] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Where the numbers come from."""
        return "fictional world written by analysis/synthetic; nobody was asked" if self.is_synthetic else "this study"

    @property
    def is_synthetic(self) -> bool:
        """Whether all of it is made up."""
        return self.study == "synthetic"

    @property
    def kinds(self) -> list[str]:
        """Kinds of accounts that are read, in alphabetical order: the order of a plan changes no number."""
        return sorted(kind.code for kind in self.plan.read_kinds)

    @cached_property
    def coded(self) -> pd.DataFrame:
        """One row per post and frame, with account, kind, language and week."""
        about = ["post_pseudonym", "channel_pseudonym", "account_kind_code", "language_code", "week_index"]
        return self.frames.merge(self.posts[about], on="post_pseudonym")


def truths(study: str, truth: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Known values by estimand and group; none for a study that is not synthetic."""
    rows = truth.itertuples() if study == "synthetic" else ()
    return {(row.estimand_id, row.truth_group_text): float(row.truth_value) for row in rows}


@dataclass(frozen=True)
class Settings:
    """Permutations of coordination, and the seed of permutations, folds and bootstraps."""

    permutations: int
    seed: int


@dataclass(frozen=True)
class PostRow:
    """One estimate of the table `post_estimates` with everything that names it."""

    name: str
    estimand_id: str
    quantity_code: str
    population: str
    period: str
    estimate: Estimate
    posts_n: int
    channels_n: int
    rank_p_value: float | None = None
    kind: str | None = None
    frames: str | None = None

    def as_row(self, tables: PostTables) -> dict[str, object]:
        """The row under the table's column names."""
        ending = "_synthetic" if tables.is_synthetic else ""
        return {
            "estimate_id": f"{self.estimand_id.partition('_')[0]}_{self.name}{ending}",
            "estimand_id": self.estimand_id,
            "quantity_code": self.quantity_code,
            "population_text": ("fictional world: " if tables.is_synthetic else "") + self.population,
            "period_text": self.period,
            "account_group_text": self.kind,
            "frames_text": self.frames,
            "evidence_class_code": "synthetic" if tables.is_synthetic else "field",
            "method_text": self.estimate.method,
            **numbers_of(self.estimate),
            "rank_p_value": self.rank_p_value,
            **basis(self.posts_n, self.channels_n),
            "source": tables.source,
        }


@dataclass(frozen=True)
class AtLevels:
    """One share with its interval at several levels, and the posts and accounts behind it."""

    estimates: Mapping[float, Estimate]
    posts_n: int
    channels_n: int


StanceLevels = Mapping[tuple[str, str], AtLevels]
"""Kind of account and stance → the share that readers' labels correct."""


ROW_NAMES = (
    "estimate_id", "estimand_id", "quantity_code", "population_text", "period_text", "account_group_text",
    "frames_text", "evidence_class_code", "method_text", "value", "standard_error", "ci_low", "ci_high", "rank_p_value",
    "basis_posts_n", "basis_channels_n", "is_usable", "unusable_reason", "source",
)  # fmt: skip


def numbers_of(estimate: Estimate) -> dict[str, object]:
    """An estimate's numbers and standing under the tables' column names."""
    return {
        "value": estimate.value,
        "standard_error": estimate.se,
        "ci_low": estimate.low,
        "ci_high": estimate.high,
        "is_usable": estimate.is_usable,
        "unusable_reason": estimate.unusable_reason,
    }


def basis(posts_n: int, channels_n: int) -> dict[str, object]:
    """On how many posts and accounts a number rests."""
    return {"basis_posts_n": floored(posts_n), "basis_channels_n": floored(channels_n)}


def released(rows: list[dict[str, object]], names: tuple[str, ...]) -> pd.DataFrame:
    """The rows that rest on enough posts and accounts, every number on its step; columns stay when there is no row."""
    shown = [found for row in rows if (found := on_steps(row)) is not None]
    frame = pd.DataFrame(shown, columns=list(names))
    frame = frame.astype({name: "float64" for name in NUMBERS if name in names})
    frame = frame.astype({name: "int64" for name in COUNTS if name in names})
    enough = (frame.basis_posts_n >= SMALLEST_BASIS) & (frame.basis_channels_n >= SMALLEST_BASIS)
    if "labelled_posts_n" in names:
        enough &= frame.labelled_posts_n >= SMALLEST_BASIS
    return frame[enough].reset_index(drop=True)


def unusable(error: Exception, method: str) -> Estimate:
    """An estimate that is not there, and why."""
    return unusable_estimate("none", str(error)[:REASONS_TO_DROP], n=0, unit="", method=method)
