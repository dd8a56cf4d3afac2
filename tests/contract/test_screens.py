"""Every test and screen can fail and can pass; one that cannot reach its level is refused or flagged."""

import importlib
from dataclasses import replace

import numpy as np
import pytest

from analysis.claims.verdict import holm
from analysis.disclosure.gate import CHECKS
from analysis.errors import EstimationError
from analysis.estimators.estimate import demand_reachable
from analysis.estimators.event_study import predetermined_jumps, replication
from analysis.estimators.list_experiment.screen import floor_ceiling_screen
from analysis.measures.quality import FLAGS
from tests.contract.screens import PAGE, Rank, page, unreachable
from tests.contract.screens_of_code import OF_GATE, SCREENS, SPOILT
from tests.contract.screens_of_estimators import OF_SCREEN, SOUND, counts, null, one_study

NAMES = [screen.name for screen in SCREENS]
HOLM_OF_THREE = replace(
    SCREENS[0], name="Holm over 3 with 49 placebo dates", level=0.05, rank=Rank(49, multiplied_by=3)
)


@pytest.mark.parametrize("screen", SCREENS, ids=NAMES)
def test_it_passes_what_is_sound(screen):
    assert screen.good()


@pytest.mark.parametrize("screen", SCREENS, ids=NAMES)
def test_it_fails_what_is_not(screen):
    assert not screen.bad()


@pytest.mark.parametrize("screen", SCREENS, ids=NAMES)
def test_it_stands_where_the_table_says(screen):
    module, name = screen.where.split(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_no_screen_is_told_twice_and_none_is_forgotten():
    assert len(set(NAMES)) == len(NAMES)
    assert set(OF_GATE) | {"output_kind"} == set(CHECKS)
    assert set(SPOILT) == set(FLAGS)
    assert set(OF_SCREEN) == {check.code for check in floor_ceiling_screen(*counts(*SOUND), 3).checks}


def test_every_screen_can_reach_its_level():
    assert unreachable(SCREENS) == []


def test_one_that_cannot_is_flagged():
    assert min(holm([1 / 50] * 3)) == pytest.approx(HOLM_OF_THREE.rank.smallest)
    assert unreachable([*SCREENS, HOLM_OF_THREE]) == [HOLM_OF_THREE.name]
    assert unreachable([replace(HOLM_OF_THREE, rank=Rank(59, multiplied_by=3))]) == []


@pytest.mark.parametrize(("others", "level"), [(18, 0.05), (49, 0.01), (0, 0.5)])
def test_a_rank_that_cannot_reach_its_level_is_refused(others, level):
    with pytest.raises(EstimationError, match="cannot show anything"):
        demand_reachable(others, level, "draws")


@pytest.mark.parametrize(("others", "level"), [(19, 0.05), (99, 0.01), (1, 0.5)])
def test_one_that_just_reaches_it_is_not(others, level):
    demand_reachable(others, level, "draws")


def test_the_code_asks():
    series = {"age": np.random.default_rng(1).normal(35, 1, 104)}
    study = one_study(True)
    for act in (
        lambda: predetermined_jumps(series, 60, level=0.001),
        lambda: replication(study, study, level=0.001),
        lambda: null(True, level=0.01),
    ):
        with pytest.raises(EstimationError, match="cannot show anything"):
            act()


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(SCREENS), "run ./run python -m tests.contract.screens"
