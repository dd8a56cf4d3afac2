"""Figures, tables and sentences on posts hold for plans of every kind, with rows and without."""

import pytest

from analysis.reading.figures_posts import coordination_null, frame_weeks, stance_periods, text_quality
from analysis.reading.figures_shocks import shock_forest, specification_curve
from analysis.reading.posts_tables import posts_tables, posts_values
from analysis.results.post_terms import codebook_rows
from analysis.results.questionnaire import term_rows
from tests.studies import posts_only
from tests.unit.reading.miniature_posts import joint
from tests.unit.reading.miniature_posts import posts_tables as miniature
from tests.unit.results.test_posts_of_any_plan import PLANS

DRAWN = (frame_weeks, text_quality, stance_periods, coordination_null, specification_curve, shock_forest)


def with_plan(release_with, plan, **tables):
    empty = {name: [] for name in miniature() if name.startswith("synthetic_")}
    words = {"study_terms": term_rows(plan).to_dict("records")}
    codebook = {"frame_codebook": codebook_rows(plan.posts.frames).to_dict("records")}
    return release_with(**empty | words | codebook | tables)


@pytest.mark.parametrize("name", ["no labels", "no events", "labels alone", "nothing is estimated", "Urdu and Uzbek"])
def test_a_study_without_rows_says_so_and_draws_nothing_wrong(release_with, name):
    release = with_plan(release_with, posts_only(*PLANS[name]))
    tables, values = posts_tables(release), posts_values(release)
    assert all(tables.values())
    assert all(values.values())
    for draw in DRAWN:
        assert draw(release).page_svg


def rows_of(placebos):
    unlike = {"is_replicated": False, "known_truth_value": None}
    return [
        joint(shock, frame, value, 0.0) | unlike | {"placebo_dates_n": placebos}
        for shock in (1, 2, 3)
        for frame, value in (("RM", 0.8), ("ED", 0.1))
    ]


@pytest.mark.parametrize(
    ("placebos", "said"),
    [
        (25, "With so few placebo dates nothing is called replicated"),
        (41, "No frame moved at all 3 shocks."),
    ],
)
def test_a_short_study_is_told_apart_from_one_in_which_nothing_moved(release_with, placebos, said):
    plan = posts_only(*PLANS["three events"])
    release = with_plan(release_with, plan, synthetic_shock_inference=rows_of(placebos))
    values = posts_values(release)
    assert values["text_replicated"].startswith(said)
    assert "*the flood* on 1 May 2026, *the fair* on 1 July 2026 and *the closure*" in values["text_events"]
    title = shock_forest(release).title
    assert ("too few placebo dates" in title) == (placebos == 25)
