"""Frames of posts, labels of annotators, predictions of classifiers, and the weekly table."""

from collections.abc import Callable

import pandas as pd
import polars as pl

from analysis.disclosure.policy import load_policy
from analysis.measures import annotations, frames, predictions
from analysis.measures.post_weeks import releasable_weeks
from analysis.params import Params
from analysis.schemas import study_table
from analysis.store import Store

ANNOTATIONS = {"synthetic": "data/fiction/synthetic_annotations.csv", "vault": "data/vault/annotations.csv"}
LABELS = ("post_pseudonym", "coder_text", "stance_label_code", "inclusion_probability")
PREDICTED = ("post_pseudonym", "classifier_text", "stance_label_code", "predicted_share")
NUMBERS = ("inclusion_probability", "predicted_share")
PREDICTIONS = {"synthetic": "data/fiction/synthetic_predictions.csv", "vault": "data/vault/predictions.csv"}


def run(store: Store, params: Params) -> None:
    """Code frames, take in labels and predictions, and count by week, language and frame."""
    codebook = frames.parse_codebook((store.root / "data/codelists/frame_codebook.csv").read_text(encoding="utf-8"))
    posts = store.read(study_table(params.study, "restricted__posts"))
    coded = frames.code_frames(pl.from_pandas(posts), codebook, "post_text", "language_code")
    in_codebook = coded.filter(pl.col("language_code").is_in(frames.LANGUAGES))
    found = frames.post_frames(in_codebook, codebook, "post_pseudonym").to_pandas()
    store.write(study_table(params.study, "restricted__post_frames"), found)
    labels = _rows_of(store, ANNOTATIONS[params.study], annotations.read_sheet, posts, LABELS)
    predicted = _rows_of(store, PREDICTIONS[params.study], predictions.read_predictions, posts, PREDICTED)
    store.write(study_table(params.study, "restricted__post_labels"), labels)
    store.write(study_table(params.study, "restricted__post_predictions"), predicted)
    minimum = load_policy(store.root / "data/codelists/disclosure_policy.yml").minimum_cell
    store.write(study_table(params.study, "candidate__post_weeks"), releasable_weeks(in_codebook, codebook, minimum))


def _rows_of(
    store: Store, path: str, read: Callable[[bytes, str], pd.DataFrame], posts: pd.DataFrame, names: tuple[str, ...]
) -> pd.DataFrame:
    """Rows of admitted posts from a team's own file; none where there is no file yet."""
    file = store.root / path
    if not file.is_file():
        return pd.DataFrame({name: pd.Series(dtype=float if name in NUMBERS else "str") for name in names})
    return annotations.of_posts(read(file.read_bytes(), path), posts, is_fictional="fiction" in path).set_axis(
        list(names), axis=1
    )
