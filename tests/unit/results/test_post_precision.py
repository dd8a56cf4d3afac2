"""Numbers about posts on their steps, and who has to carry them."""

import numpy as np
import pandas as pd
import pytest

from analysis.results.post_precision import coarse_count, is_carried, on_steps
from analysis.results.post_rows import PostTables
from analysis.results.posts import frame_share_rows
from tests.studies import SHIPPED

ROW = {"value": 0.3333, "standard_error": 0.004, "ci_low": 0.325, "ci_high": 0.341, "basis_posts_n": 3000,
       "basis_channels_n": 50}  # fmt: skip


@pytest.mark.parametrize(
    ("posts", "carried"),
    [
        ([2] * 10, True),
        ([2] * 9, False),  # nine accounts
        ([1] * 9 + [0], False),
        ([9] * 9 + [81], True),  # one account has half
        ([9] * 9 + [82], False),
    ],
)
def test_ten_accounts_carry_a_number_and_none_carries_most(posts, carried):
    assert is_carried(np.array(posts, dtype=float)) == carried


@pytest.mark.parametrize(("number", "shown"), [(0, 0), (9, 0), (10, 10), (14, 10), (380, 380)])
def test_a_count_below_ten_is_no_count(number, shown):
    assert coarse_count(number) == shown


@pytest.mark.parametrize(
    ("changed", "value"),
    [
        ({"quantity_code": "post_share"}, 0.335),
        ({"quantity_code": "post_share", "basis_posts_n": 300}, 0.35),
        ({"quantity_code": "channel_share"}, 0.34),  # one fiftieth: any share of one account fits
        ({"quantity_code": "channel_share", "basis_channels_n": 12}, 0.3),
        ({"quantity_code": "rate_ratio"}, 0.35),
        ({"quantity_code": "count", "value": 17.0}, 15.0),
        ({"estimator_text": "labelled", "labelled_posts_n": 250}, 0.35),
        ({"estimator_text": "dsl", "labelled_posts_n": 250}, 0.335),
    ],
)
def test_each_kind_of_number_has_its_step(changed, value):
    assert on_steps(ROW | changed)["value"] == pytest.approx(value)


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity_code": "post_share", "value": 0.001},
        {"quantity_code": "post_share", "basis_posts_n": 100},
        {"quantity_code": "channel_share", "basis_channels_n": 9},
        {"quantity_code": "count", "value": 6.0},
        {"estimator_text": "labelled", "labelled_posts_n": 100},
    ],
)
def test_a_number_that_no_step_hides_is_withheld(changed):
    assert on_steps(ROW | changed) is None


def test_an_error_is_told_against_the_published_value_and_a_p_value_is_never_smaller():
    row = on_steps(ROW | {"quantity_code": "post_share", "known_truth_value": 0.33, "known_error_value": 0.0033,
                          "rank_p_value": 0.0227})  # fmt: skip
    assert row["known_error_value"] == pytest.approx(0.005)
    assert row["rank_p_value"] == 0.025
    assert row["ci_low"] <= ROW["ci_low"] < ROW["ci_high"] <= row["ci_high"]


def test_a_row_without_a_number_stays():
    assert on_steps(ROW | {"value": None}) == ROW | {"value": None}
    assert on_steps(ROW | {"value": float("nan")})["basis_posts_n"] == 3000


def corpus(carriers):
    """Twenty accounts with sixty posts each; every third post of the first `carriers` accounts speaks of WR."""
    names = [f"{number:032x}" for number in range(1200)]
    posts = pd.DataFrame({"post_pseudonym": names, "channel_pseudonym": [f"c{number // 60}" for number in range(1200)],
                          "account_kind_code": "consented", "language_code": "fa", "week_index": 0})  # fmt: skip
    frames = [("WR" if number // 60 < carriers and number % 3 == 0 else "NONE") for number in range(1200)]
    coded = pd.DataFrame({"post_pseudonym": names, "frame_code": frames, "is_negated": False})
    none = posts.iloc[:0]
    return PostTables("synthetic", posts, coded, none, none, SHIPPED.posts)


@pytest.mark.parametrize(("carriers", "is_shown"), [(9, False), (10, True)])
def test_a_frame_of_few_accounts_has_no_share(carriers, is_shown):
    rows = frame_share_rows(corpus(carriers))
    assert rows.estimate_id.str.contains("_wr_").any() == is_shown
    assert frame_share_rows(corpus(carriers), protects=False).estimate_id.str.contains("_wr_").any()
