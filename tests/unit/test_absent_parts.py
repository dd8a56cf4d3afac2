"""Stages of a part that the study does not have read nothing and write empty tables, each fit for its declaration."""

from dataclasses import replace

import pytest

from analysis.commands.new_study import PLAN, contents
from analysis.params import load_params
from analysis.schemas import study_table
from analysis.stages import estimate_posts, estimate_survey, measure_posts, measure_respondents, weight_respondents
from analysis.store import Store
from tests.studies import POSTS_ONLY, ROOT

PLANS = {"survey": contents("trust")[PLAN], "posts": POSTS_ONLY}
OTHER = {"survey": (measure_posts, estimate_posts), "posts": (measure_respondents, weight_respondents, estimate_survey)}
PARAMS = replace(load_params(ROOT / "params.yaml"), study="vault")


@pytest.mark.parametrize(("has", "stage"), [(has, stage) for has, stages in OTHER.items() for stage in stages])
def test_a_stage_of_an_absent_part_writes_its_tables_without_a_row(tmp_path, has, stage):
    path = tmp_path / PLAN
    path.parent.mkdir(parents=True)
    path.write_text(PLANS[has], encoding="utf-8")
    store = Store(tmp_path)
    stage.run(store, PARAMS)
    for name in stage.STUDY_TABLES:
        assert store.read(study_table("vault", name)).empty


@pytest.mark.parametrize(("has", "stage"), [("posts", measure_posts), ("survey", measure_respondents)])
def test_a_stage_of_a_part_that_is_there_asks_for_its_rows(tmp_path, has, stage):
    """Negative twin: nothing is written where something should have been read."""
    path = tmp_path / PLAN
    path.parent.mkdir(parents=True)
    path.write_text(PLANS[has], encoding="utf-8")
    with pytest.raises(Exception, match="no file"):
        stage.run(Store(tmp_path), PARAMS)
    assert not (tmp_path / "data/restricted").exists()
