"""Frames of posts, labels of annotators, predictions of classifiers, and the weekly table."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.disclosure.policy import load_policy
from analysis.measures import annotations, frames, predictions
from analysis.measures.codebooks import codebook_of
from analysis.measures.post_weeks import releasable_weeks
from analysis.params import Params
from analysis.schemas import study_table
from analysis.store import Store
from analysis.study import open_plan

ANNOTATIONS = {"synthetic": "data/fiction/synthetic_annotations.csv", "vault": "data/vault/annotations.csv"}
LABELS = ("post_pseudonym", "coder_text", "stance_label_code", "inclusion_probability")
PREDICTED = ("post_pseudonym", "classifier_text", "stance_label_code", "predicted_share")
NUMBERS = ("inclusion_probability", "predicted_share")
PREDICTIONS = {"synthetic": "data/fiction/synthetic_predictions.csv", "vault": "data/vault/predictions.csv"}
STUDY_TABLES = (
    "restricted__post_frames",
    "restricted__post_labels",
    "restricted__post_predictions",
    "candidate__post_weeks",
)


def run(store: Store, params: Params) -> None:
    """Code frames, take in labels and predictions, and count by week, language and frame."""
    plan = open_plan(store.root, params.study).posts
    names = [study_table(params.study, name) for name in STUDY_TABLES]
    if plan is None:
        store.write_empty(*names)
        return
    codebook = codebook_of(plan.frames)
    posts = store.read(study_table(params.study, "restricted__posts"))
    in_codebook = frames.in_codebook(posts, codebook)
    brought = _Brought(store.root, posts, {stance.code for stance in plan.stances})
    minimum = load_policy(store.root / "data/codelists/disclosure_policy.yml").minimum_cell
    made = (
        frames.post_frames(in_codebook, codebook, "post_pseudonym").to_pandas(),
        brought.rows(ANNOTATIONS[params.study], annotations.read_sheet, LABELS),
        brought.rows(PREDICTIONS[params.study], predictions.read_predictions, PREDICTED),
        releasable_weeks(in_codebook, codebook, minimum),
    )
    for name, rows in zip(names, made, strict=True):
        store.write(name, rows)


@dataclass(frozen=True, eq=False)
class _Brought:
    """Files that people or programs outside made about the posts."""

    root: Path
    posts: pd.DataFrame
    labels: set[str]

    def rows(self, path: str, read: Callable[[bytes, str], pd.DataFrame], names: tuple[str, ...]) -> pd.DataFrame:
        """Rows of admitted posts from such a file; none where there is no file yet."""
        file = self.root / path
        if not file.is_file():
            return pd.DataFrame({name: pd.Series(dtype=float if name in NUMBERS else "str") for name in names})
        rows = read(file.read_bytes(), path)
        annotations.demand_labels(rows, self.labels, path)
        own = annotations.of_posts(rows, self.posts, is_fictional="fiction" in path, name=path)
        return own.set_axis(list(names), axis=1)
