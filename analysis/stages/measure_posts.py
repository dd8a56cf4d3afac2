"""Frames of posts, labels of annotators, and the weekly table."""

import pandas as pd
import polars as pl

from analysis.disclosure.policy import load_policy
from analysis.measures import annotations, frames
from analysis.measures.post_weeks import releasable_weeks
from analysis.params import Params
from analysis.schemas import study_table
from analysis.store import Store

ANNOTATIONS = {"synthetic": "data/fiction/synthetic_annotations.csv", "vault": "data/vault/annotations.csv"}
NUMBER = r"(\d+)"
"""A fictional sheet names a post by the number that stands first in its text; any other sheet by its pseudonym."""


def run(store: Store, params: Params) -> None:
    """Code frames, take in the labels of annotators, and count by week, language and frame."""
    codebook = frames.parse_codebook((store.root / "data/codelists/frame_codebook.csv").read_text(encoding="utf-8"))
    posts = store.read(study_table(params.study, "restricted__posts"))
    coded = frames.code_frames(pl.from_pandas(posts), codebook, "post_text", "language_code")
    in_codebook = coded.filter(pl.col("language_code").is_in(frames.LANGUAGES))
    found = frames.post_frames(in_codebook, codebook, "post_pseudonym").to_pandas()
    store.write(study_table(params.study, "restricted__post_frames"), found)
    store.write(study_table(params.study, "restricted__post_labels"), _labels(store, params.study, posts))
    minimum = load_policy(store.root / "data/codelists/disclosure_policy.yml").minimum_cell
    store.write(study_table(params.study, "candidate__post_weeks"), releasable_weeks(in_codebook, codebook, minimum))


def _labels(store: Store, study: str, posts: pd.DataFrame) -> pd.DataFrame:
    """Labels of admitted posts; none where nobody annotated yet."""
    path = store.root / ANNOTATIONS[study]
    names = ["post_pseudonym", "coder_text", "stance_label_code", "inclusion_probability"]
    if not path.is_file():
        return pd.DataFrame({name: pd.Series(dtype=float if name.endswith("probability") else "str") for name in names})
    rows = annotations.read_sheet(path.read_bytes(), ANNOTATIONS[study])
    item = posts.post_text.str.extract(NUMBER)[0] if study == "synthetic" else posts.post_pseudonym
    pseudonym = pd.Series(posts.post_pseudonym.to_numpy(), index=item).groupby(level=0).first()
    kept = rows.assign(item=rows.item.map(pseudonym)).dropna(subset="item")
    return kept.set_axis(names, axis=1)
