"""Every figure, at both widths, from a miniature release."""

import io
import re
import struct
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib import font_manager

from analysis.errors import ReleaseError
from analysis.reading.book import FIGURES
from analysis.reading.figures import FAMILY, wrapped
from analysis.reading.figures_evidence import attitude_rows, questions
from analysis.reading.figures_hosts import host_tiles
from analysis.reading.figures_labels import base_rate_dots
from analysis.reading.figures_lists import list_profiles
from analysis.reading.figures_pipeline import pipeline_flow
from analysis.reading.figures_population import protection_frame
from analysis.reading.figures_posts import coordination_null, frame_weeks, stance_periods, text_quality
from analysis.reading.figures_shocks import shock_forest, specification_curve
from tests.unit.reading.miniature import benchmark, tables
from tests.unit.reading.miniature_posts import posts_tables

DATE = re.compile(rb"<dc:date>|\d{4}-\d{2}-\d{2}T\d{2}:")


@pytest.fixture(params=[draw.__name__ for draw in FIGURES])
def drawing(request, drawings):
    return drawings[request.param]


def test_the_pictures_are_not_empty_and_carry_no_date(drawing):
    for picture in (drawing.page_svg, drawing.phone_svg):
        assert picture.count(b"<path") > 20
        assert not DATE.search(picture)
        assert b"Matplotlib v" not in picture


def test_the_png_has_no_text_chunk(drawing):
    assert drawing.page_png.startswith(b"\x89PNG")
    assert not {b"tEXt", b"iTXt", b"tIME"} & set(chunk_names(drawing.page_png))


def chunk_names(png: bytes) -> list[bytes]:
    names, position = [], 8
    while position < len(png):
        (length,) = struct.unpack(">I", png[position : position + 4])
        names.append(png[position + 4 : position + 8])
        position += length + 12
    return names


def test_the_alternative_text_says_more_than_the_title(drawing):
    assert drawing.title
    assert len(drawing.alt) > 80
    assert re.search(r"\d", drawing.alt)
    assert "\n" not in drawing.alt
    assert 60 < len(drawing.message) <= 300
    assert drawing.alt.startswith(drawing.message)


def test_the_tables_and_the_script_are_named(drawing, release):
    assert set(drawing.tables) <= set(release.names)
    assert re.fullmatch(r"figures_[a-z]+\.py", drawing.script)


def test_the_same_data_give_the_same_bytes(release, drawings):
    assert host_tiles(release) == drawings["host_tiles"]


def test_one_question_asked_twice_or_answered_two_ways_counts_once():
    asked = [
        "Rated as suffering",
        "Rated as suffering (both)",
        "Positive view of rule",
        "Negative view of rule",
        "Other",
    ]
    assert questions(pd.DataFrame({"quantity_text": asked})) == 3


def test_a_break_is_named_and_its_ends_are_not_joined(drawings):
    drawing = drawings["population_series"]
    assert "series broken in 2022" in drawing.alt
    assert "Iran" in drawing.title


def test_list_experiments_never_reach_the_attitudes(release, drawings):
    assert list(attitude_rows(release).benchmark_id) == ["B066", "B038"]
    assert "List experiment" not in drawings["published_attitudes"].alt


def test_the_missing_ends_are_told_and_no_percentage_is(drawings):
    drawing = drawings["count_profiles"]
    assert drawing.title.startswith("In the Taliban list nobody answered 0 and nobody answered 4")
    assert "%" not in drawing.title + drawing.alt


def test_a_list_that_reaches_both_ends_is_named_and_what_is_hidden_is_said(drawings):
    drawing = drawings["list_profiles"]
    assert drawing.title == "With the tested item on it, answers still reach both ends of list 1"
    assert "Placebo list, treatment (n ≈ 100): 0 by 20, 1 hidden, 2 by 20, 3 hidden" in drawing.alt
    assert 100.0 not in drawing.plotted


def test_a_study_without_lists_has_no_profiles(release_with):
    drawing = list_profiles(release_with(synthetic_list_counts=[]))
    assert drawing.title == "No list is seen to reach both its ends"
    assert drawing.plotted == ()


def test_the_attacks_are_told_with_and_without_the_gate(drawings):
    drawing = drawings["attack_results"]
    assert drawing.title == "Leaving small counts empty gives 7 of 8 away, the gate none"
    assert "small counts empty 5 of 8, 2 more known to be small" in drawing.alt
    assert "the gate 0 of 3" in drawing.alt


def test_the_title_of_the_pipeline_names_every_stage_that_writes_the_release(drawings, release_with):
    title = drawings["pipeline_flow"].title
    assert title == "4 stages, one way out: only gate release writes the release"
    leak = [
        row | {"tier_code": "release"} if row["stage_text"] == "estimate_survey" and row["files_written_n"] else row
        for row in tables()["pipeline_flow"]
    ]
    found = pipeline_flow(release_with(pipeline_flow=leak)).title
    assert found == "4 stages, one way out: only estimate survey and gate release write the release"


def test_base_rates_say_what_they_do_not_say(drawings):
    drawing = drawings["base_rate_dots"]
    assert "Assumed, not measured" in drawing.alt
    assert "nothing about danger or asylum" in drawing.alt
    assert "true flag" not in drawing.alt


def test_a_base_rate_case_that_is_missing_is_named(release_with):
    with pytest.raises(ReleaseError, match=r"'base_rates': 0 rows with prevalence 0\.01.*params\.yaml"):
        base_rate_dots(release_with(base_rates=[]))


def test_a_census_figure_that_is_missing_is_named(release_with):
    only = [benchmark("B038", "percent", 33.0, "rating_of_rule_abroad")]
    with pytest.raises(ReleaseError, match=r"'benchmarks_shown'.*Afghan-born population"):
        protection_frame(release_with(benchmarks_shown=only))


def test_long_titles_are_broken_into_lines():
    assert "\n" in wrapped("a title that is far too long for a phone of this width", 2.0, 11.0, is_bold=True)


def test_the_font_is_the_one_that_is_shipped(drawings):
    assert drawings
    own = [entry for entry in font_manager.fontManager.ttflist if entry.name == FAMILY]
    assert len(own) == 2
    assert all(Path(entry.fname).resolve().is_relative_to(Path(matplotlib.get_data_path()).resolve()) for entry in own)


POSTS = (frame_weeks, text_quality, stance_periods, coordination_null, specification_curve, shock_forest)


@pytest.mark.parametrize("draw", POSTS, ids=lambda draw: draw.__name__)
def test_a_study_without_posts_has_figures_that_say_so(release_with, draw):
    empty = {name: [] for name in posts_tables() if name != "synthetic_post_estimates"}
    drawing = draw(release_with(**empty))
    assert drawing.title.startswith(("No ", "0 of"))
    assert drawing.page_png.startswith(b"\x89PNG")


def test_corrected_shares_that_miss_the_truth_are_not_praised(release, release_with):
    wrong = [row | {"known_truth_value": 0.9} for row in posts_tables()["synthetic_text_prevalence"]]
    assert "every interval holds the truth" in text_quality(release).title
    assert "holds" not in text_quality(release_with(synthetic_text_prevalence=wrong)).title


def test_rows_beside_a_figure_hold_what_it_draws(drawings):
    for drawing in drawings.values():
        held = pd.read_csv(io.BytesIO(drawing.data_csv)).select_dtypes("number").to_numpy(dtype=float).ravel()
        if drawing.name != "events_timeline":  # draws days
            near = np.abs(np.asarray(drawing.plotted)[:, None] - np.concatenate([held, 100 * held])) < 1e-9
            assert near.any(axis=1).all(), drawing.name
