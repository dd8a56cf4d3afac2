"""Whatever parts a plan's posts have, the tables that are made of them fit their declarations."""

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest

from analysis.measures.codebooks import codebook_of
from analysis.measures.frames import code_frames, post_frames
from analysis.measures.post_weeks import releasable_weeks
from analysis.results.post_coordination import coordination_table
from analysis.results.post_evidence import post_evidence_rows
from analysis.results.post_precision import shown_number
from analysis.results.post_rows import ROW_NAMES, PostTables, Settings, released
from analysis.results.post_shocks import covariate_table, shock_tables
from analysis.results.post_stances import stances
from analysis.results.post_terms import codebook_rows
from analysis.results.posts import agreement_rows, computed_rows, mentioned
from analysis.results.questionnaire import term_rows
from analysis.schemas import TABLES
from analysis.schemas.check import check
from analysis.schemas.evidence_levels import LEVELS
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


EVIDENCE = "  evidence:\n" + "".join(
    f"    - {{estimand: {name}, words: w, accounts: {kind}, {share}}}\n"
    for name, kind, share in (
        ("E50a_x", "foundation", "stance: favourable"), ("E50b_x", "foundation", "frame: RM or VI"),
        ("E50c_x", "person", "frame: ED"),
    )
)  # fmt: skip


def evidence_of(tables):
    settings = Settings(permutations=39, seed=1)
    found = stances(tables, settings, agreement_rows(tables, settings))
    rows = post_evidence_rows(tables, found.levels, covariate_table(tables))
    canonical(rows, TABLES["vault_post_evidence"])
    return rows, released(computed_rows(tables, settings, found.estimates), ROW_NAMES).set_index("estimate_id")


def test_evidence_is_the_published_share_at_every_level():
    rows, published = evidence_of(tables_of(posts_only((JUMP, JUMP + EVIDENCE))))
    assert rows.groupby("estimand_id").confidence_level.apply(tuple).tolist() == [LEVELS] * 3
    assert rows.is_publishable.all()
    for _, one in rows.groupby("estimand_id"):
        assert one.robust_low.is_monotonic_decreasing
        assert one.robust_high.is_monotonic_increasing
        assert one.robust_value.between(one.robust_low, one.robust_high).all()
    at_95 = rows[rows.confidence_level == 0.95].set_index("estimand_id")
    for estimand, name in (
        ("E50a_x", "K62_stance_foundation_favourable_dsl"),
        ("E50c_x", "K60_channel_share_person_ed"),
    ):
        ends = (at_95.robust_value[estimand], at_95.robust_low[estimand], at_95.robust_high[estimand])
        behind = (at_95.basis_posts_n[estimand], at_95.basis_channels_n[estimand])
        shown, row = shown_number(at_95.quantity_code[estimand], ends, behind), published.loc[name]
        assert shown.value == row["value"]
        assert shown.low <= row.ci_low
        assert shown.high >= row.ci_high


def test_a_frame_has_the_envelope_of_both_ways_of_counting():
    tables = tables_of(posts_only((JUMP, JUMP + EVIDENCE)))
    rows, _ = evidence_of(tables)
    counted = next(each for each in mentioned(tables) if (each.kind, each.frame) == ("foundation", "RM or VI"))
    for level in (0.5, 0.95, 0.999):
        both = rows[(rows.estimand_id == "E50b_x") & (rows.confidence_level == level)].iloc[0]
        ways = counted.by_post(level), counted.by_account(level)
        assert both.robust_low == min(way.low for way in ways)
        assert both.robust_high == max(way.high for way in ways)
        assert both.robust_value == ways[1].value


def test_a_share_that_was_not_estimated_moves_nothing():
    """Nobody labelled yet, or too few accounts carry it: rows say so, and the run goes on."""
    tables = tables_of(posts_only((JUMP, JUMP + EVIDENCE)))
    bare = replace(tables, labels=tables.labels.iloc[:0])
    rows, _ = evidence_of(bare)
    unknown = rows[rows.estimand_id == "E50a_x"]
    assert not unknown.is_publishable.any()
    assert (unknown.robust_low == 0).all()
    assert (unknown.robust_high == 1).all()
    assert rows[rows.estimand_id == "E50b_x"].is_publishable.all()
    few = tables.posts.channel_pseudonym.isin(sorted(set(tables.posts.channel_pseudonym))[:8])
    rows, _ = evidence_of(replace(tables, posts=tables.posts[few]))
    assert not rows.is_publishable.any()


def test_the_plan_decides_what_there_is():
    """Negative twin: the whole plan has rows in every one of these tables."""
    tables, settings = tables_of(posts_only()), Settings(permutations=39, seed=1)
    assert len(shock_tables(tables).inference)
    assert len(coordination_table(tables, settings))
    assert set(agreement_rows(tables, settings).agreement_scope_text) >= {
        "all labels",
        "label praise against the others",
    }
