"""Simulated surveys of a population in cells, answered by multilevel regression and poststratification.

What belongs here: how cells, selection and answers are drawn, and the share that the interval should hold.
What must not: counting (`method_coverage`). Nobody in these populations exists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy import optimize, special

from analysis.estimators.estimate import usable_estimate
from analysis.estimators.mrp import GroupedAnswers, multilevel_cells, poststratify_draws, sample_multilevel
from analysis.estimators.mrp_list import list_cells
from analysis.estimators.randomised_response.designs import Device, device
from analysis.estimators.variance import FloatArray, IntArray
from analysis.results.method_surveys import Method, Rng, Trial

LEVELS = (8, 3, 2)
GROUPS = np.array(list(product(*map(range, LEVELS))))
# Standard deviations on the logit scale: of the groupings' effects, of how well cells are reached.
SPREADS, REACH = (0.6, 0.3, 0.2), 0.6
# How strongly variables go together that margins take for independent, and how much hosts differ between ages.
TOGETHER, APART = 1.0, 1.0
ITEMS = 4
# One chain of this length is enough for the limits of one share.
WARM_UP, DRAWS = 120, 350
FORCED, CROSSWISE = device("forced", 0.7, p1=0.15, p0=0.15), device("crosswise", 0.2)
_WHO = "in 8 hosts, 3 ages and both sexes, reached unequally"


@dataclass(frozen=True, slots=True)
class _World:
    """How people are crossed: as their margins say, or together; whether hosts differ in how ages differ."""

    n: int
    share: float
    is_crossed: bool = False
    is_uneven: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """(c,) members and chance of each cell of the population, and (n,) cells of those asked."""

    members: FloatArray
    chance: FloatArray
    asked: IntArray

    @property
    def margins_only(self) -> FloatArray:
        """(c,) members if every variable were independent of the others."""
        cells: FloatArray = np.ones(len(GROUPS))
        for k, levels in enumerate(LEVELS):
            cells *= np.bincount(GROUPS[:, k], weights=self.members, minlength=levels)[GROUPS[:, k]]
        return cells


def _draw(world: _World, rng: Rng) -> _Drawn:
    cells = len(GROUPS)
    members = np.prod([rng.dirichlet(np.full(n, 3.0))[GROUPS[:, k]] for k, n in enumerate(LEVELS)], axis=0)
    if world.is_crossed:
        members = members * np.exp(rng.normal(0, TOGETHER, cells))
    effect = np.sum(
        [rng.normal(0, s, n)[GROUPS[:, k]] for k, (s, n) in enumerate(zip(SPREADS, LEVELS, strict=True))], axis=0
    )
    if world.is_uneven:
        effect = effect + rng.normal(0, APART, LEVELS[:2])[GROUPS[:, 0], GROUPS[:, 1]]
    members = members / members.sum()
    chance: FloatArray = np.zeros(cells)
    if world.share > 0:
        centre = optimize.brentq(lambda a: members @ special.expit(a + effect) - world.share, -20, 20)
        chance = special.expit(centre + effect)
    reached = members * np.exp(rng.normal(0, REACH, cells))
    return _Drawn(members, chance, rng.choice(cells, world.n, p=reached / reached.sum()))


def _trial(answers: GroupedAnswers, cells: FloatArray, rng: Rng, truth: float, host: int | None = None) -> Trial:
    """Fit, average over the cells of everybody or of one host, and keep the truth beside it."""
    draws = sample_multilevel(answers, rng, chains=1, draws=DRAWS, warm_up=WARM_UP)
    inside = np.ones(len(GROUPS), dtype=bool) if host is None else GROUPS[:, 0] == host
    made = poststratify_draws(draws, np.ones((len(GROUPS), 1)), GROUPS, cells, {"share": inside})[0]
    shown = usable_estimate("share", made.value, made.sd, n=DRAWS, unit="share", method="multilevel")
    return Trial(replace(shown, low=made.low, high=made.high), truth)


def _answers(drawn: _Drawn, held: FloatArray, how: Device | None) -> GroupedAnswers:
    n = len(drawn.asked)
    return multilevel_cells(held, np.ones((n, 1)), GROUPS[drawn.asked], LEVELS, how)


def _asked(world: _World, *, is_margins: bool = False, how: Device | None = None) -> Callable[[Rng], Trial]:
    """Direct or masked answers; the population's cells are known, or its margins alone."""

    def trial(rng: Rng) -> Trial:
        drawn = _draw(world, rng)
        chance = drawn.chance[drawn.asked]
        yes = (rng.random(world.n) < (chance if how is None else how.c0 + how.c1 * chance)).astype(float)
        cells = drawn.margins_only if is_margins else drawn.members
        return _trial(_answers(drawn, yes, how), cells, rng, world.share)

    return trial


def multilevel_trial(n: int, share: float) -> Callable[[Rng], Trial]:
    """Draw a world of which the share is known, ask n people directly, and fit the multilevel model.

    Parameters
    ----------
    n, share
        Respondents; share of the population.

    Returns
    -------
    callable
        From a Generator to a `Trial`.
    """
    return _asked(_World(n, share))


def _smallest_host(rng: Rng) -> Trial:
    drawn = _draw(_World(600, 0.1), rng)
    people = np.bincount(GROUPS[:, 0], weights=drawn.members)
    host = int(people.argmin())
    truth = float((drawn.members * drawn.chance)[GROUPS[:, 0] == host].sum() / people[host])
    yes = (rng.random(600) < drawn.chance[drawn.asked]).astype(float)
    return _trial(_answers(drawn, yes, None), drawn.members, rng, truth, host)


def _counted(world: _World) -> Callable[[Rng], Trial]:
    """List answers; hosts differ in how many of the other items people hold."""

    def trial(rng: Rng) -> Trial:
        drawn = _draw(world, rng)
        others = special.expit(rng.normal(0, 0.5, LEVELS[0]))[GROUPS[drawn.asked, 0]]
        treat = rng.permutation(np.arange(world.n) % 2)
        held = rng.random(world.n) < drawn.chance[drawn.asked]
        y = rng.binomial(ITEMS, others) + treat * held
        answers = list_cells(y, treat, ITEMS, X=np.ones((world.n, 1)), groups=GROUPS[drawn.asked], levels_n=LEVELS)
        return _trial(answers, drawn.members, rng, world.share)

    return trial


def _method(name: str, words: str, world: _World, trial: Callable[[Rng], Trial]) -> Method:
    return Method(name, f"{words}, {100 * world.share:g} % {_WHO}", world.n, trial)


def _rows(
    kind: str, words: str, worlds: dict[str, _World], answered: Callable[[_World], Callable[[Rng], Trial]]
) -> tuple[Method, ...]:
    return tuple(_method(f"{kind}_{name}", words, world, answered(world)) for name, world in worlds.items())


MODEL_METHODS = (
    *_rows(
        "mrp",
        "multilevel model",
        {"small": _World(50, 0.5), "rare": _World(3000, 0.005), "medium": _World(600, 0.02), "zero": _World(300, 0.0)},
        _asked,
    ),
    Method("mrp_host", "multilevel model, share of the smallest of 8 hosts; 10 % of all", 600, _smallest_host),
    *_rows(
        "mrp_margins",
        "multilevel model, margins alone are known and hold",
        {"medium": _World(600, 0.1), "rare": _World(1000, 0.005)},
        lambda world: _asked(world, is_margins=True),
    ),
    *_rows(
        "mrp_margins",
        "multilevel model, margins alone are known, people are crossed otherwise",
        {"crossed": _World(1000, 0.1, is_crossed=True)},
        lambda world: _asked(world, is_margins=True),
    ),
    *_rows(
        "mrp_margins",
        "multilevel model, the same and ages differ from host to host",
        {"uneven": _World(3000, 0.5, is_crossed=True, is_uneven=True)},
        lambda world: _asked(world, is_margins=True),
    ),
    *_rows(
        "mrp_masked",
        "multilevel model of forced responses",
        {"medium": _World(1000, 0.02), "rare": _World(3000, 0.005), "zero": _World(1000, 0.0)},
        lambda world: _asked(world, how=FORCED),
    ),
    *_rows(
        "mrp_masked",
        "multilevel model of crosswise answers",
        {"small": _World(200, 0.5)},
        lambda world: _asked(world, how=CROSSWISE),
    ),
    *_rows(
        "mrp_list",
        "multilevel model of a list of 4 others",
        {
            "medium": _World(1000, 0.15),
            "small": _World(200, 0.5),
            "rare": _World(3000, 0.02),
            "zero": _World(1000, 0.0),
        },
        _counted,
    ),
)
