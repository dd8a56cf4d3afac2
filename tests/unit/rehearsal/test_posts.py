"""Posts made from a plan come back through the readers, and hold the truths that were stated, whatever the plan is."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.admission.posts import admit_posts
from analysis.admission.study import Study
from analysis.commands.rehearsal_folder import open_design
from analysis.commands.rehearsal_posts import posts_once, read_out
from analysis.commands.rehearsal_studies import CHANGED, LEDGER, write_vault
from analysis.custody.language import family
from analysis.custody.ledger import read_ledger, standing_consents
from analysis.custody.manifest import load_manifest
from analysis.custody.pseudonyms import published_test_key
from analysis.errors import StudyError
from analysis.rehearsal.post_exports import post_source
from analysis.rehearsal.post_texts import NEUTRAL, SENTENCES, TOKENS, Texts
from analysis.rehearsal.post_values import FRAME, post_values
from analysis.rehearsal.posts import volume
from analysis.rehearsal.world import make_world
from analysis.study.codebook import LANGUAGES
from analysis.vendors import POST_WRITERS

POSTS = 6_000
PLAN = """\
study: papers
title: What papers write
provenance: own
population: posts of papers and of readers who agreed
period: seventy weeks
posts:
  first_day: 2026-01-05
  last_day: 2027-05-09
  accounts:
    - {code: paper, words: Papers, basis: institution}
    - {code: reader, words: Readers who agreed, basis: consent}
    - {code: shop, words: Shops, basis: not_read}
  frames:
    - {code: HO, words: housing, definition: Housing, phrases: {ur: [مکان, کرایہ], uz: [uy-joy, ijara]}, source: own}
    - code: JO
      words: jobs
      definition: Work
      phrases: {ur: [ملازمت, مکان کا کام], uz: [ish haqi]}
      excluded: [ijara haqi]
      source: own
  together: [{words: either, frames: [HO, JO]}]
  main_frame: JO
  stances:
    - {code: pro, words: for it, side: favourable}
    - {code: warm, words: warmly for it, side: favourable}
    - {code: con, words: against it, side: opposed}
  events: [{name: the strike, on: 2026-10-14}]
  frame_share: {estimand: K01_share, words: share of a frame}
  frame_change: {estimand: K02_jump, words: jump of a frame}
  stance_share: {estimand: K03_stance, words: share of a stance}
  coordination: {estimand: K04_together, words: sharing together}
"""
TRUTHS = """\
posts:
  frames: {JO: 0.5}
  jumps: {JO: {the strike: 4.0}}
  stances: {paper: {pro: 0.5, warm: 0.3, con: 0.2}}
  accounts: {paper: 40, reader: 40, shop: 12}
  languages: {ur: 0.7, uz: 0.3}
"""


def design_of(folder, plan=PLAN, truths=TRUTHS, posts=POSTS, sources=None):
    for name, text in (("study.yml", plan), ("truths.yml", truths), ("sources.yml", sources)):
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return open_design(folder, posts)


def vault(design, folder, seed=3):
    """A vault with everything that was handed out, and the world."""
    folder.mkdir()
    world = make_world(design, 0, seed)
    write_vault(design, world, folder)
    consents = standing_consents(read_ledger(folder / LEDGER), CHANGED, CHANGED)
    return world, Study(folder, load_manifest(folder / "sources.yml"), consents, published_test_key())


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("posts")
    design = design_of(folder)
    world, study = vault(design, folder / "vault")
    return design, world, study, posts_once(design, world, study, np.random.default_rng(1))


def test_estimates_hold_the_stated_truths(once):
    rows = once[3].rows.set_index("estimate_id")
    stated = {
        "K01_post_share_paper_jo": 0.5, "K02_shock_1_jo": math.log(4), "K03_stance_paper_favourable_dsl": 0.8,
        "K03_stance_paper_con_dsl": 0.2,
    }  # fmt: skip
    for name, truth in stated.items():
        assert rows.truth[name] == pytest.approx(truth)
        assert rows.is_covered[name]
    assert rows.is_covered[rows.truth.notna()].astype(float).mean() > 0.8


def test_a_truth_that_is_not_that_of_the_world_is_not_held(once):
    """Negative twin: the same estimates beside other truths."""
    design, world, study, _ = once
    others = [replace(each, value=each.value * 0.3) for each in world.values]
    found = posts_once(design, replace(world, values=others), study, np.random.default_rng(1)).rows
    assert found[found.truth.notna()].is_covered.astype(float).mean() < 0.4


def test_posts_of_who_is_not_read_or_did_not_agree_stay_outside(once):
    design, world, study, read = once
    outcomes = {outcome for _, outcome in read.tally}
    assert {"admitted", "account_not_admissible", "repeats_an_earlier_row"} <= outcomes
    refused = [subject for subject, outcome in world.decisions if outcome != "grants"]
    assert refused
    rows = admit_posts(study, design.plan.posts).rows
    assert set(rows.account_kind_code) == {"paper", "reader"}
    text = " ".join(rows.post_text.dropna())
    assert "mail.example.org" in b"".join(world.files.values()).decode("utf-8", "ignore")
    assert not [trace for trace in world.traces if trace in text]


def test_weekly_volume_jumps_by_the_factor_and_falls_back():
    plan = open_design_of_text().plan.posts
    profile = volume(plan, [4.0])
    week = plan.event_weeks[0]
    assert profile[week] / profile[week - 1] == pytest.approx(4.0)
    assert profile[week + 8] == pytest.approx(1.0)
    assert volume(plan, [1.0]).tolist() == [1.0] * plan.weeks


def open_design_of_text(plan=PLAN):
    from analysis.rehearsal.truths import Truths
    from analysis.rehearsal.world import Design
    from analysis.study.loading import parse_plan

    return Design(parse_plan(plan, "p"), Truths(), (), ())


def test_a_phrase_that_holds_another_frames_or_is_excluded_counts_as_what_it_holds():
    texts = Texts(open_design_of_text().plan.posts)
    assert texts.carried("JO", "ur") == [{"JO"}, {"JO", "HO"}]
    assert texts.carried("HO", "uz") == [{"HO"}, {"HO"}]
    excluded = Texts(open_design_of_text(PLAN.replace("uz: [ish haqi]", "uz: [ijara haqi]")).plan.posts)
    assert excluded.carried("JO", "uz") == [frozenset()]
    assert texts.carried("NONE", "ur") == [frozenset()]


def test_shares_count_what_stands_in_a_post_and_a_blurred_jump_has_no_truth():
    design = open_design_of_text()
    found = {(each.quantity, each.group, each.of): each.value for each in post_values(design.plan.posts,
                                                                                     design.truths.posts)}  # fmt: skip
    # A quarter of all posts is about no frame; half of JO's Urdu phrases, a quarter of its posts, hold HO's too.
    assert found[FRAME, "paper", "HO"] == pytest.approx(0.375 + 0.375 / 4)
    assert found[FRAME, "paper", "HO or JO"] == pytest.approx(0.75)
    assert found[FRAME, "paper", "NONE"] == pytest.approx(0.25)
    assert {of for quantity, _, of in found if quantity == "jump"} == {"JO", "NONE"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_a_codebook_is_told_from_its_sentences(language):
    for phrase in (NEUTRAL[language], "Visa"):
        assert family(SENTENCES[language].format(number=812, phrase=phrase, token=TOKENS[0])) == language


@pytest.mark.parametrize("vendor", sorted(POST_WRITERS))
def test_every_platform_hands_posts_out_that_come_back(vendor, tmp_path):
    sources = (
        f"ledger: l\nposts: [{{source_id: a, file: exports/a.x, format: {vendor}, "
        "platform_terms_basis: written_permission}]\n"
    )
    design = design_of(tmp_path, posts=400, sources=sources)
    world, study = vault(design, tmp_path / "vault")
    assert {each.vendor for each in design.press.sources} == {vendor}
    read = admit_posts(study, design.plan.posts)
    assert read.tally[vendor, "admitted"] > 250
    assert set(read.rows.language_code) == {"ur", "uz"}
    assert read.rows.week_index.notna().all()
    assert len(world.files) == 1


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path):
    design = design_of(tmp_path, posts=300)
    assert make_world(design, 0, 5).files == make_world(design, 0, 5).files
    assert make_world(design, 0, 5).files != make_world(design, 0, 6).files


def test_readers_differ_and_an_adjudicator_decides(once):
    design, _, study, _ = once
    rows = admit_posts(study, design.plan.posts).rows
    labels = read_out(rows, design, np.random.default_rng(2))
    assert set(labels.coder) == {"reader_1", "reader_2", "adjudicator"}
    assert labels.groupby("item").inclusion_probability.nunique().eq(1).all()
    assert 500 < labels[labels.coder == "reader_1"].shape[0] < 1_000
    without = PLAN[: PLAN.index("  stances:")] + PLAN[PLAN.index("  events:") :].replace(
        "  stance_share: {estimand: K03_stance, words: share of a stance}\n", ""
    )
    assert read_out(rows, open_design_of_text(without), np.random.default_rng(2)).empty


def test_accounts_are_as_many_as_are_stated_or_listed(tmp_path):
    listed = ", ".join(f"{{account: a{n}, kind: paper}}" for n in range(11))
    sources = f"ledger: l\nposts: [{{source_id: a, file: exports/a.csv, accounts: [{listed}]}}]\n"
    accounts = design_of(tmp_path, truths="posts: {accounts: {reader: 3}}\n", sources=sources).press.accounts
    assert accounts == {"paper": 11, "reader": 3, "shop": 30}


@pytest.mark.parametrize(
    ("file", "format_code", "vendor", "stands_for"),
    [
        ("exports/telegram/result.json", "", "telegram_desktop", ""),
        ("exports/a.csv", "", "meta_content_library", ""),
        ("exports/a.zip", "x_archive", "x_api_v2", "x_archive"),
        ("exports/a.bin", "", "x_api_v2", ""),
    ],
)
def test_a_format_is_told_by_the_manifest_or_the_name_and_another_stands_in_openly(
    file, format_code, vendor, stands_for
):
    found = post_source("a", file, "", format_code, ["paper", "paper"])
    assert (found.vendor, found.stands_for, found.kinds) == (vendor, stands_for, ("paper",))


@pytest.mark.parametrize(
    ("truths", "message"),
    [
        ("posts: {frames: {JJ: 0.5}}\n", r"posts: frames: 'JJ': (did you mean|known)"),
        ("posts: {frames: {JO: 0.7, HO: 0.7}}\n", "add up to 1 at most"),
        ("posts: {stances: {paper: {pro: 0.5}}}\n", "stances: paper: give shares of 0 or more that add up to 1"),
        ("posts: {stances: {papers: {pro: 1.0}}}\n", "stances: 'papers': did you mean 'paper'"),
        ("posts: {jumps: {JO: {a strike: 2.0}}}\n", "jumps: JO: 'a strike': did you mean 'the strike'"),
        ("posts: {jumps: {JO: {the strike: 0.0}}}\n", "give factors above 0"),
        ("posts: {languages: {en: 1.0}}\n", "languages: 'en'"),
        ("posts: {languages: {ur: 0.5}}\n", "languages: give shares"),
    ],
)
def test_truths_that_the_plan_does_not_have_or_that_cannot_be_are_refused(truths, message, tmp_path):
    with pytest.raises(StudyError, match=message):
        design_of(tmp_path, truths=truths)


def test_a_plan_without_events_stances_or_a_second_frame_is_rehearsed(tmp_path):
    plan = PLAN[: PLAN.index("    - code: JO")] + "  frame_share: {estimand: K01_share, words: share of a frame}\n"
    design = design_of(tmp_path, plan, "posts: {frames: {HO: 0.2}}\n", 2_000)
    world, study = vault(design, tmp_path / "vault")
    rows = posts_once(design, world, study, np.random.default_rng(1)).rows
    assert set(rows.estimand_id) == {"K01_share"}
    assert pd.Series(rows.truth.unique()).round(6).isin([0.2, 0.8]).all()
    assert rows.is_covered.astype(float).mean() >= 0.75
