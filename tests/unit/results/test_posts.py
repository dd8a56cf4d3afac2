"""Rows on posts: naive fails where corrected shares hold, few labels give no row, and a specification counts once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.results.post_coordination import coordination_table
from analysis.results.post_rows import PostTables, Settings
from analysis.results.post_shocks import covariate_table, shock_rows, shock_tables
from analysis.results.post_stances import stances
from analysis.results.posts import agreement_rows, estimate_rows
from tests.studies import SHIPPED, posts_only

PLAN = SHIPPED.posts
SETTINGS = Settings(permutations=19, seed=5)
WEEKS, CHANNELS, LEAN = 104, 24, 1.0
WORDS = {"favourable": "alpha", "against": "beta", "neutral": "gamma"}


def corpus(seed=1, posts_n=6000, drawn=0.15):
    """Posts of institutional accounts; every fifth speaks of FE, three times as often in a shock's week."""
    g = np.random.default_rng(seed)
    week = g.integers(0, WEEKS, posts_n)
    extra = np.repeat(PLAN.event_weeks, 60)
    week = np.concatenate([week, extra])
    n = len(week)
    stance = g.choice(list(WORDS), n, p=[0.5, 0.2, 0.3])
    frame = np.where(np.arange(n) >= posts_n, "FE", g.choice(["FE", "NU", "NONE"], n, p=[0.2, 0.3, 0.5]))
    posts = pd.DataFrame(
        {
            "post_pseudonym": [f"p{number:05d}" for number in range(n)],
            "channel_pseudonym": [f"c{number:02d}" for number in g.integers(0, CHANNELS, n)],
            "account_kind_code": "institutional",
            "language_code": g.choice(["fa", "en"], n),
            "week_index": week,
            "post_text": [f"text {number} {WORDS[one]}" for number, one in enumerate(stance)],
            "shared_object_pseudonym": None,
            "posted_at_utc": None,
        }
    )
    frames = pd.DataFrame({"post_pseudonym": posts.post_pseudonym, "frame_code": frame, "is_negated": False})
    sampled = posts[g.random(n) < drawn]
    labels = pd.concat(
        [
            pd.DataFrame(
                {"post_pseudonym": sampled.post_pseudonym, "coder_text": coder,
                 "stance_label_code": stance[sampled.index], "inclusion_probability": drawn}
            )
            for coder in ("a", "b")
        ]
    )  # fmt: skip
    score = np.where(stance == "favourable", 0.8, -0.8) + LEAN + g.normal(size=n)
    predictions = pd.DataFrame(
        {"post_pseudonym": posts.post_pseudonym, "classifier_text": "leaning", "stance_label_code": "favourable",
         "predicted_share": 1 / (1 + np.exp(-score))}
    )  # fmt: skip
    truth = {
        ("K30_stance_share", "institutional, favourable"): float((stance == "favourable").mean()),
        ("E06_frame_change", "shock 1, week 40, frame FE"): 5.0,
    }
    return PostTables("synthetic", posts, frames, labels, predictions, PLAN, truth)


@pytest.fixture(scope="module")
def tables():
    return corpus()


@pytest.fixture(scope="module")
def found(tables):
    return stances(tables, SETTINGS, agreement_rows(tables, SETTINGS))


def test_the_leaning_classifier_fails_alone_and_holds_when_corrected(found):
    rows = found.prevalence_table
    brought = rows[rows.classifier_text == "leaning"].set_index("estimator_text")
    assert abs(brought.known_error_value["naive"]) > 0.1
    assert brought.ci_low["naive"] > brought.known_truth_value["naive"]
    for corrected in ("dsl", "ppi", "ppi++"):
        row = brought.loc[corrected]
        assert row.ci_low <= row.known_truth_value <= row.ci_high
    assert brought.balanced_accuracy_share["dsl"] == pytest.approx(0.7, abs=0.1)


def test_every_estimator_stands_beside_the_others(found):
    rows = found.prevalence_table
    assert set(rows[rows.classifier_text == "own"].estimator_text) == {
        "naive", "labelled", "acc", "ppi", "ppi++", "dsl", "emq"
    }  # fmt: skip
    assert rows[rows.classifier_text == "own"].balanced_accuracy_share.isna().all()


def test_a_classifier_that_leaves_posts_out_has_no_number_and_says_why(tables):
    fewer = replace(tables, predictions=tables.predictions.iloc[:-3])
    rows = stances(fewer, SETTINGS, agreement_rows(fewer, SETTINGS)).prevalence_table
    brought = rows[rows.classifier_text == "leaning"]
    assert brought.value.isna().all()
    assert brought.unusable_reason.str.contains("no prediction for 3 of 6120 posts").all()


def test_a_period_is_shown_only_with_labels_and_close_to_the_truth(found, tables):
    rows = found.period_table
    labelled = tables.posts[tables.posts.post_pseudonym.isin(tables.labels.post_pseudonym)]
    per_period = (labelled.week_index // 4).value_counts()
    assert set(rows.study_period_index) == {int(period) for period, n in per_period.items() if n >= 10}
    share = rows[rows.stance_label_code == "favourable"]
    truth = tables.truth["K30_stance_share", "institutional, favourable"]
    held = (share.ci_low <= truth + 0.05) & (share.ci_high >= truth - 0.05)
    assert held.mean() > 0.9


def test_few_labels_give_no_period_at_all():
    tables = corpus(seed=2, posts_n=3000, drawn=0.04)
    found = stances(tables, SETTINGS, agreement_rows(tables, SETTINGS))
    assert len(found.period_table) == 0
    assert len(found.prevalence_table) > 0


def test_without_labels_there_is_no_stance(tables):
    none = replace(tables, labels=tables.labels.iloc[:0])
    found = stances(none, SETTINGS, agreement_rows(none, SETTINGS))
    assert found.estimates == []
    assert len(found.prevalence_table) == len(found.period_table) == 0


def test_readers_who_disagree_stop_every_stance(tables):
    g = np.random.default_rng(3)
    random = tables.labels.assign(stance_label_code=g.choice(list(WORDS), len(tables.labels)))
    random = pd.concat(
        [random, random.drop_duplicates("post_pseudonym").assign(coder_text="adjudicator")], ignore_index=True
    )
    bad = replace(tables, labels=random)
    assert stances(bad, SETTINGS, agreement_rows(bad, SETTINGS)).estimates == []


@pytest.fixture(scope="module")
def shocks(tables):
    return shock_tables(tables)


def test_the_planted_frame_moves_at_both_shocks_and_no_other(shocks):
    rows = shocks.inference
    assert set(rows[rows.is_replicated].frame_code) == {"FE"}
    assert rows[rows.frame_code == "FE"].rank_p_value.max() < 0.05
    first = rows[(rows.frame_code == "FE") & (rows.shock_number == 1)].iloc[0]
    assert first.ci_low <= np.log(5.0) <= first.ci_high


def test_equal_series_are_one_specification(shocks):
    """No mention is negated here and no account is a person's, so those choices add nothing."""
    rows = shocks.specifications
    rows = rows[(rows.frame_code == "FE") & (rows.shock_number == 1)]
    assert not rows.specification_text.str.contains("not negated|consented|accounts: institutional").any()
    assert sorted(rows.curve_position) == list(range(1, len(rows) + 1))
    assert rows.sort_values("curve_position").value.is_monotonic_increasing


def test_a_frame_without_frames_has_no_baseline_of_itself(shocks):
    rows = shocks.specifications
    assert not rows[rows.frame_code == "NONE"].specification_text.str.contains("beside").any()
    assert rows[rows.frame_code == "FE"].specification_text.str.contains("beside").any()


def test_what_cannot_react_does_not_jump_and_what_moves_with_the_shock_does(tables):
    assert not covariate_table(tables).has_jump.any()
    one_language = tables.posts.assign(
        language_code=np.where(tables.posts.week_index.isin([40, 41, 42, 43]), "ps", tables.posts.language_code)
    )
    moved = covariate_table(replace(tables, posts=one_language))
    assert moved[moved.covariate_text.str.contains("Pashto") & (moved.shock_number == 1)].has_jump.all()


def test_a_short_study_describes_and_replicates_nothing(tables):
    """Of 45 weeks, 25 dates can be placebos for the shock in week 40: fewer than the 39 that the plan asks for."""
    short = replace(tables, posts=tables.posts[tables.posts.week_index < 45])
    rows = shock_tables(short).inference
    first = rows[rows.shock_number == 1]
    assert first.is_usable.all()
    assert first.placebo_dates_n.unique().tolist() == [25]
    assert first.may_conclude_text.str.startswith("described only: 25 placebo dates, the plan asks for 39").all()
    assert (first.rank_p_value >= 1 / 26).all()
    assert not rows.is_replicated.any()


def test_a_plan_that_asks_for_fewer_dates_may_conclude_from_fewer(tables):
    """Seventy weeks with two shocks, as a team may have: enough for nineteen, and too few for thirty-nine."""
    plan = posts_only(
        ("last_day: 2027-01-03", "last_day: 2027-05-09"),
        ("{name: the flood, on: 2026-05-01}", "{name: the flood, on: 2026-10-17}"),
        ("on: 2026-09-02", "on: 2027-03-01"),
        ("code: RM", "code: FE"), ("[VI, RM]", "[VI, FE]"),
    ).posts  # fmt: skip
    assert plan.weeks == 70
    assert plan.event_weeks == (40, 60)
    week = tables.posts.week_index.where(tables.posts.week_index != 80, 60)
    posts = tables.posts.assign(week_index=week, account_kind_code="foundation")[week < 70]
    asked = {fewest: replace(tables, posts=posts, plan=plan.model_copy(update={"fewest_placebos": fewest}))
             for fewest in (19, 39)}  # fmt: skip
    rows = {fewest: shock_tables(each).inference for fewest, each in asked.items()}
    assert (rows[19].placebo_dates_n < 39).all()
    assert rows[19].value.equals(rows[39].value)
    assert set(rows[19][rows[19].is_replicated].frame_code) == {"FE"}
    assert not rows[39].is_replicated.any()


def test_a_study_that_ends_before_its_shock_says_that_none_can_be_read(tables):
    early = tables.posts[tables.posts.week_index < 35]
    short = replace(tables, posts=early)
    rows = shock_tables(short).inference
    assert not rows.is_usable.any()
    assert rows.unusable_reason.notna().all()
    assert set(rows.may_conclude_text) == {"nothing"}
    assert len(shock_tables(short).specifications) == 0
    assert all(not row.estimate.is_usable for row in shock_rows(short))


def test_a_frame_that_nobody_uses_around_a_shock_has_no_number_and_says_why(tables):
    quiet = (tables.frames.frame_code == "NU") & tables.posts.week_index.between(28, 43).to_numpy()
    frames = tables.frames.assign(frame_code=np.where(quiet, "NONE", tables.frames.frame_code))
    rows = shock_tables(replace(tables, frames=frames)).inference
    row = rows[(rows.frame_code == "NU") & (rows.shock_number == 1)].iloc[0]
    assert not row.is_usable
    assert row.unusable_reason == "no post of the frame lies around week 40; take frames together, or leave it out"
    assert rows[(rows.frame_code == "NU") & (rows.shock_number == 2)].is_usable.all()
    single = {row.name: row.estimate for row in shock_rows(replace(tables, frames=frames))}
    assert "nothing was counted" in single["shock_1_nu"].unusable_reason
    assert single["shock_2_nu"].is_usable


def test_several_labels_of_one_side_are_also_reported_together(tables):
    plan = posts_only().posts
    g = np.random.default_rng(11)
    thanks = {
        post: one for post, one in zip(tables.posts.post_pseudonym, g.random(len(tables.posts)) < 0.4, strict=True)
    }
    named = {"favourable": "praise", "against": "critical", "neutral": "unclear"}
    label = [
        "thanks" if one == "favourable" and thanks[post] else named[one]
        for post, one in zip(tables.labels.post_pseudonym, tables.labels.stance_label_code, strict=True)
    ]
    other = replace(
        tables, plan=plan, labels=tables.labels.assign(stance_label_code=label),
        posts=tables.posts.assign(account_kind_code="foundation"), predictions=tables.predictions.iloc[:0],
    )  # fmt: skip
    rows = stances(other, SETTINGS, agreement_rows(other, SETTINGS)).prevalence_table
    share = rows[rows.estimator_text == "labelled"].set_index("stance_label_code").value
    assert set(share.index) == {"critical", "favourable", "praise", "thanks", "unclear"}
    assert share["favourable"] == pytest.approx(share["praise"] + share["thanks"], abs=0.02)


def test_outreach_frames_are_counted_once_per_post(tables, found):
    both = pd.concat([tables.frames, tables.frames[tables.frames.frame_code == "NU"].assign(frame_code="IB")])
    rows = estimate_rows(replace(tables, frames=both), SETTINGS, found.estimates).set_index("estimate_id")
    share = rows.value["E06_post_share_institutional_ib_or_nu_synthetic"]
    assert share == pytest.approx(rows.value["E06_post_share_institutional_nu_synthetic"])


def test_coordination_stands_beside_what_chance_makes(tables):
    """One burst of the same object by twelve accounts within seconds, in one frame."""
    g = np.random.default_rng(7)
    posts = tables.posts.copy()
    moment = pd.Timestamp("2100-01-01", tz="UTC") + pd.to_timedelta(g.integers(0, WEEKS * 604800, len(posts)), unit="s")
    burst = posts.index[(tables.frames.frame_code == "NU").to_numpy()][:240]
    seconds = np.repeat(np.arange(20) * 900_000 + 1800, 12) + np.tile(np.arange(12), 20)
    times = pd.Series(moment, index=posts.index)
    times[burst] = pd.Timestamp("2100-01-01", tz="UTC") + pd.to_timedelta(seconds, unit="s")
    posts["posted_at_utc"] = times.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    posts["shared_object_pseudonym"] = [f"o{number}" for number in g.integers(0, 400, len(posts))]
    posts.loc[burst, "shared_object_pseudonym"] = [f"burst{number}" for number in np.repeat(np.arange(20), 12)]
    posts.loc[burst, "channel_pseudonym"] = np.tile([f"c{number:02d}" for number in range(12)], 20)
    rows = coordination_table(replace(tables, posts=posts), SETTINGS).set_index("coordination_scope_text")
    assert rows.pairs_n["frame NU"] > rows.null_high_n["frame NU"]
    assert rows.pairs_n["frame FE"] <= rows.null_high_n["frame FE"]
    assert (rows.null_low_n <= rows.null_median_n).all()
    assert (rows.null_median_n <= rows.null_high_n).all()
