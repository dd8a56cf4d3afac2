"""The rehearsal's posts from their exports to estimates: admitted, read by two invented readers, estimated.

What must not be here: what accounts write, a stage, a sentence for a person.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.admission.posts import admit_posts
from analysis.admission.study import Study
from analysis.admission.tally import Tally
from analysis.measures import frames, sheets
from analysis.measures.annotations import ADJUDICATOR, SHEET_COLUMNS
from analysis.measures.codebooks import codebook_of
from analysis.rehearsal.post_texts import Texts
from analysis.rehearsal.world import Design, World
from analysis.results.post_evidence import post_evidence_rows
from analysis.results.post_rows import ROW_NAMES, PostTables, Settings, released
from analysis.results.post_shocks import covariate_table
from analysis.results.post_stances import stances
from analysis.results.posts import agreement_rows, computed_rows
from analysis.results.rehearsal import posts_beside_truth
from analysis.study.posts import Posts

LABELS = ("post_pseudonym", "coder_text", "stance_label_code", "inclusion_probability")
READERS = ("reader_1", "reader_2")
ONE_RUN = Settings(permutations=39, seed=1)


@dataclass(frozen=True)
class Read:
    """Posts of one rehearsed study: estimates beside the truth, evidence, what happened to every post."""

    rows: pd.DataFrame
    evidence: pd.DataFrame
    tally: Tally


def read_out(posts: pd.DataFrame, design: Design, generator: np.random.Generator) -> pd.DataFrame:
    """What two readers say of a sample of admitted posts, and an adjudicator where they differ.

    Parameters
    ----------
    posts : DataFrame
        Table `posts`.
    design : Design
    generator : Generator

    Returns
    -------
    DataFrame
        item, coder, label, inclusion_probability; empty without a stance scheme or posts.
    """
    plan, truths = design.plan.posts, design.truths.posts
    spoken = plan.languages if plan and plan.languages else posts.language_code.unique()
    readable = posts[posts.post_text.notna() & posts.language_code.isin(spoken)]
    if plan is None or not plan.stances or readable.empty:
        return pd.DataFrame(columns=list(SHEET_COLUMNS))
    chances = (truths.labelled / readable.account_kind_code.value_counts()).clip(upper=1.0)
    key = sheets.draw(readable, {str(kind): float(chance) for kind, chance in chances.items()}, generator)
    texts, codes = Texts(plan), [stance.code for stance in plan.stances]
    right = [texts.label(text) for text in key.post_text]
    found = []
    for reader in READERS:
        errs = generator.random(len(right)) < truths.misread
        given = np.where(errs, generator.choice(codes, len(right)), right)
        found.append(key[["item", "inclusion_probability"]].assign(coder=reader, label=given))
    differ = found[0].label.to_numpy() != found[1].label.to_numpy()
    found.append(found[0].assign(coder=ADJUDICATOR, label=right)[differ])
    return pd.concat(found, ignore_index=True)[list(SHEET_COLUMNS)]


def posts_once(design: Design, world: World, study: Study, generator: np.random.Generator) -> Read:
    """Admit, read and estimate what platforms handed out.

    Parameters
    ----------
    design, world
    study : Study
        The vault that the world was written to.
    generator : Generator
        Of the readers.
    """
    plan = design.plan.posts
    admitted = admit_posts(study, plan)
    assert plan is not None  # noqa: S101 - posts are rehearsed where the plan has them
    rows = admitted.rows.sort_values("post_pseudonym", ignore_index=True)
    tables = _tables(plan, rows, read_out(rows, design, generator))
    found = stances(tables, ONE_RUN, agreement_rows(tables, ONE_RUN))
    estimates = released(computed_rows(tables, ONE_RUN, found.estimates), ROW_NAMES)
    evidence = post_evidence_rows(tables, found.levels, covariate_table(tables))
    return Read(posts_beside_truth(estimates, world.values, plan), evidence, admitted.tally)


def _tables(plan: Posts, posts: pd.DataFrame, labels: pd.DataFrame) -> PostTables:
    codebook = codebook_of(plan.frames)
    coded = frames.post_frames(frames.in_codebook(posts, codebook), codebook, "post_pseudonym").to_pandas()
    return PostTables(
        study="vault",
        posts=posts,
        frames=coded,
        labels=labels.set_axis(list(LABELS), axis=1),
        predictions=pd.DataFrame(columns=["post_pseudonym", "classifier_text", "stance_label_code", "predicted_share"]),
        plan=plan,
    )
