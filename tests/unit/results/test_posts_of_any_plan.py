"""Whatever parts a plan's posts have, the tables that are made of them fit their declarations."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from analysis.measures.frames import code_frames, codebook_of, post_frames
from analysis.measures.post_weeks import releasable_weeks
from analysis.results.post_coordination import coordination_table
from analysis.results.post_rows import ROW_NAMES, PostTables, Settings, released
from analysis.results.post_shocks import covariate_table, shock_tables
from analysis.results.post_stances import stances
from analysis.results.post_terms import codebook_rows
from analysis.results.posts import agreement_rows, computed_rows
from analysis.results.questionnaire import term_rows
from analysis.schemas import TABLES
from analysis.schemas.check import check
from analysis.store import canonical
from tests.studies import POSTS_ONLY, posts_only

FRAMES = POSTS_ONLY[POSTS_ONLY.index("  frames:\n") : POSTS_ONLY.index("  stances:\n")]
STANCES = POSTS_ONLY[POSTS_ONLY.index("  stances:\n") : POSTS_ONLY.index("  events:\n")]
EVENTS = POSTS_ONLY[POSTS_ONLY.index("  events:\n") : POSTS_ONLY.index("  must_not_jump:")]
JUMP = "  must_not_jump: {accounts: [foundation], languages: [de]}\n"
PERSON = "    - {code: person, words: Persons who agreed, basis: consent}\n"
FLOOD = "    - {name: the flood, on: 2026-05-01}\n"


def line(name):
    start = POSTS_ONLY.index(f"  {name}:")
    return POSTS_ONLY[start : POSTS_ONLY.index("\n", start) + 1]


PLANS = {
    "everything": (),
    "no labels": ((STANCES, ""), (line("stance_share"), "")),
    "no events": ((EVENTS, ""), (line("frame_change"), "")),
    "one event": ((FLOOD, ""),),
    "three events": ((FLOOD, FLOOD + "    - {name: the fair, on: 2026-07-01}\n"),),
    "labels alone": (
        (FRAMES, ""), (EVENTS, ""), (JUMP, ""), (line("frame_share"), ""), (line("frame_change"), ""),
        (line("coordination"), ""),
    ),
    "foundations alone": ((PERSON, ""),),
    "nothing is estimated": tuple(
        (line(name), "") for name in ("frame_share", "frame_change", "stance_share", "coordination")
    ),
    "one language": (("de: [Hawala]", ""), ("de: [Schulen]", ""), ("de: [Visa]", ""), (", languages: [de]", "")),
    "Urdu and Uzbek": (("de: [Hawala]", "ur: [رقم]"), ("de: [Schulen]", "ur: [سکول]"), ("de: [Visa]", "ur: [ویزا]"),
                       (", languages: [de]", "")),
    "one narrow window": ((JUMP, JUMP + "  windows: [{before: 4, after: 2}]\n  main_window: {before: 4, after: 2}\n"),),
    "eight weeks": (("last_day: 2027-01-03", "last_day: 2026-03-01"), ("2026-05-01", "2026-01-20"),
                    ("2026-09-02", "2026-02-10")),
}  # fmt: skip


@pytest.fixture(params=PLANS.values(), ids=PLANS)
def plan(request):
    return posts_only(*request.param)


def tables_of(plan, posts_n=2500):
    g = np.random.default_rng(3)
    posts = plan.posts
    kinds = [kind.code for kind in posts.read_kinds]
    account = g.integers(0, 60, posts_n)
    phrase = g.choice(["remittances", "schools", "visas", "nothing", "not hawala"], posts_n)
    rows = pd.DataFrame(
        {
            "post_pseudonym": [f"{number:032x}" for number in range(posts_n)],
            "channel_pseudonym": [f"{number:032x}" for number in account],
            "account_kind_code": [kinds[number % len(kinds)] for number in account],
            "language_code": g.choice(["en", "de", "ur"], posts_n, p=[0.8, 0.1, 0.1]),
            "week_index": g.integers(0, posts.weeks, posts_n),
            "post_text": [f"text {number} on {word}" for number, word in enumerate(phrase)],
            "shared_object_pseudonym": [f"{each:032x}" if each < 40 else None for each in g.integers(0, 400, posts_n)],
            "posted_at_utc": [f"2026-01-{1 + at // 60:02d}T10:00:{at % 60:02d}Z" for at in g.integers(0, 999, posts_n)],
            "text_source_code": "complete",
            "is_repost": False,
        }
    )  # fmt: skip
    codebook = codebook_of(posts.frames)
    coded = code_frames(pl.from_pandas(rows), codebook, "post_text", "language_code")
    coded = coded.filter(pl.col("language_code").is_in(codebook.languages))
    check(releasable_weeks(coded, codebook, 10), TABLES["vault_post_weeks"])
    labels = [stance.code for stance in posts.stances]
    drawn = rows[g.random(posts_n) < 0.2] if labels else rows.iloc[:0]
    given = g.choice(labels, len(drawn)) if labels else []
    sheet = pd.DataFrame(
        {"post_pseudonym": drawn.post_pseudonym, "stance_label_code": given, "inclusion_probability": 0.2}
    )
    sheets = pd.concat([sheet.assign(coder_text=coder) for coder in ("a", "b")], ignore_index=True)
    none = pd.DataFrame(columns=["post_pseudonym", "classifier_text", "stance_label_code", "predicted_share"])
    frames = post_frames(coded, codebook, "post_pseudonym").to_pandas()
    return PostTables("vault", rows, frames, sheets, none, posts)


def test_every_table_fits_its_declaration(plan):
    tables, settings = tables_of(plan), Settings(permutations=39, seed=1)
    agreement = agreement_rows(tables, settings)
    found, shocks = stances(tables, settings, agreement), shock_tables(tables)
    made = {
        "label_agreement": agreement,
        "post_estimates": released(computed_rows(tables, settings, found.estimates), ROW_NAMES),
        "text_prevalence": found.prevalence_table,
        "stance_periods": found.period_table,
        "coordination": coordination_table(tables, settings),
        "shock_specifications": shocks.specifications,
        "shock_inference": shocks.inference,
        "shock_covariates": covariate_table(tables),
    }
    for name, rows in made.items():
        canonical(rows, TABLES[f"vault_{name}"])
    canonical(term_rows(plan), TABLES["study_terms"])
    canonical(codebook_rows(plan.posts.frames), TABLES["frame_codebook"])
    estimated = {estimand for estimand, _ in plan.posts.estimands()}
    assert set(made["post_estimates"].estimand_id) <= estimated
    assert bool(len(made["text_prevalence"])) == (plan.posts.stance_share is not None)
    if plan.posts.stance_share:
        # Labels at random cannot be told from texts: an estimator that divides by what is told has no number.
        usable = made["text_prevalence"].groupby("estimator_text").is_usable.all()
        assert usable["dsl"]
        assert not usable["acc"]
    assert set(made["shock_inference"].shock_number) <= set(range(1, len(plan.posts.events) + 1))


def test_the_plan_decides_what_there_is():
    """Negative twin: the whole plan has rows in every one of these tables."""
    tables, settings = tables_of(posts_only()), Settings(permutations=39, seed=1)
    assert len(shock_tables(tables).inference)
    assert len(coordination_table(tables, settings))
    assert set(agreement_rows(tables, settings).agreement_scope_text) >= {
        "all labels",
        "label praise against the others",
    }
