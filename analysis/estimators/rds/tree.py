"""The recruitment tree: who recruited whom, and whether that can be a tree at all.

What belongs here: identifiers turned into positions, waves and seeds, and every reason to refuse.
What must not: outcomes, estimates, drawings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.estimators.variance import FloatArray, IntArray

SEED_WORDS = frozenset({"", "0", "seed", "nan", "none", "na", "-1"})
# A degree this many times the median is a typing error or an institution until somebody has looked at it.
EXTREME_OVER_MEDIAN = 50


@dataclass(frozen=True, slots=True, eq=False)
class RecruitmentTree:
    """Recruitment by position; identifiers do not survive.

    Attributes
    ----------
    recruiter
        (n,) position of the recruiter, −1 for seeds.
    wave
        (n,) 0 for seeds.
    seed
        (n,) position of the seed at the root.
    recruits
        (n,) number of recruits.
    """

    recruiter: IntArray
    wave: IntArray
    seed: IntArray
    recruits: IntArray

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.recruiter)

    @property
    def is_seed(self) -> npt.NDArray[np.bool_]:
        """(n,) true for seeds."""
        return np.asarray(self.recruiter < 0)


def recruitment_tree(ids: Sequence[Any], recruiters: Sequence[Any]) -> RecruitmentTree:
    """Turn identifiers and recruiters into a checked tree.

    Parameters
    ----------
    ids, recruiters
        (n,) each, compared as text; a seed's recruiter is empty, missing, `seed`, `0` or `-1`, or the number that
        stands for none of the identifiers.

    Returns
    -------
    RecruitmentTree

    Raises
    ------
    EstimationError
        When an identifier is missing or given twice, somebody recruited themselves, a recruiter is not in the sample, a
        recruitment runs in a circle, or nobody is a seed.

    Example
    -------
    >>> recruitment_tree([1, 2, 3], ["seed", 1, 2]).wave.tolist()
    [0, 1, 2]
    """
    own, by = [_text(v) for v in ids], [_text(v) for v in recruiters]
    if len(own) != len(by) or not own:
        raise EstimationError(f"id has {len(own)} rows and recruiter {len(by)}; give one recruiter for each respondent")
    position: dict[str, int] = {}
    for row, name in enumerate(own):
        if name in ("", "nan", "none"):
            raise EstimationError(f"id is missing at position {row + 1}; every respondent needs one")
        if name in position:
            raise EstimationError(f"id '{name}' is given twice (second at position {row + 1}); drop the repeated row")
        position[name] = row
    recruiter = np.array([_recruiter(by[row], own[row], row, position) for row in range(len(own))], dtype=np.int64)
    wave, seed = _waves(recruiter, own)
    recruits = np.bincount(recruiter[recruiter >= 0], minlength=len(own)).astype(np.int64)
    return RecruitmentTree(recruiter, wave, seed, recruits)


def _text(value: Any) -> str:
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return "" if value is None else str(value).strip()


def _recruiter(name: str, own: str, row: int, position: dict[str, int]) -> int:
    if name in position:
        if name == own:
            raise EstimationError(
                f"recruiter of '{own}' is '{own}' (position {row + 1}); leave a seed's recruiter empty"
            )
        return position[name]
    if name.lower() in SEED_WORDS:
        return -1
    raise EstimationError(
        f"recruiter '{name}' (position {row + 1}) is not in the sample; add the respondent, or leave the "
        f"recruiter empty "
        "to treat the coupon's holder as a seed"
    )


def _waves(recruiter: IntArray, names: Sequence[str]) -> tuple[IntArray, IntArray]:
    n = len(recruiter)
    wave = np.full(n, -1, dtype=np.int64)
    seed = np.full(n, -1, dtype=np.int64)
    current = np.flatnonzero(recruiter < 0)
    if not len(current):
        raise EstimationError("recruiter leaves no seed; a chain begins with a respondent whom nobody recruited")
    wave[current], seed[current] = 0, current
    level = 0
    while len(current):
        level += 1
        reached = np.zeros(n, dtype=bool)
        reached[current] = True
        current = np.flatnonzero((recruiter >= 0) & reached[recruiter])
        wave[current], seed[current] = level, seed[recruiter[current]]
    if (wave < 0).any():
        row = int((wave < 0).argmax())
        raise EstimationError(
            f"recruiter of '{names[row]}' (position {row + 1}) runs in a circle; nobody can be recruited by a "
            f"descendant"
        )
    return wave, seed


def recruitment_time(tree: RecruitmentTree, time: npt.ArrayLike | None) -> FloatArray:
    """(n,) when respondents were recruited: as given, else by wave.

    Raises
    ------
    EstimationError
        When a time is missing.

    Example
    -------
    >>> recruitment_time(recruitment_tree([1, 2], [0, 1]), None).tolist()
    [0.0, 1.0]
    """
    when = tree.wave.astype(np.float64) if time is None else np.asarray(time, dtype=np.float64)
    if when.shape != (tree.n,) or not np.isfinite(when).all():
        raise EstimationError("time is missing for a respondent; leave the column out to go by wave")
    return when


@dataclass(frozen=True, slots=True, eq=False)
class Degrees:
    """Network sizes that an estimator may use.

    Attributes
    ----------
    values
        (n,) above 0.
    warnings
        Sentences about extreme values.
    """

    values: FloatArray
    warnings: tuple[str, ...]


def checked_degrees(degree: npt.ArrayLike, n: int, population: float | None = None) -> Degrees:
    """Validate reported network sizes.

    Parameters
    ----------
    degree
        (n,) persons known in the population.
    n
        Respondents.
    population
        Assumed population size, None where the estimator needs none.

    Returns
    -------
    Degrees

    Raises
    ------
    EstimationError
        When a degree is missing, below 1 (whoever was recruited knows a member), or not below the population size; when
        the population is smaller than the sample.

    Example
    -------
    >>> checked_degrees([3, 5], 2).values.tolist()
    [3.0, 5.0]
    """
    d = np.asarray(degree, dtype=np.float64)
    if d.shape != (n,):
        raise EstimationError(f"degree has shape {d.shape}; give one network size for each of the {n} respondents")
    if population is not None and not (np.isfinite(population) and population >= n):
        raise EstimationError(f"population is {population:g} where {n} were sampled; give a size of {n} or more")
    for wrong, why in (
        (~np.isfinite(d), "give a number, or leave the respondent out"),
        (d < 1, "a member of the network knows at least 1; correct it, or leave the respondent out"),
        (
            d >= population if population is not None else np.zeros(n, dtype=bool),
            f"nobody knows all {population} members",
        ),
    ):
        if wrong.any():
            row = int(wrong.argmax())
            raise EstimationError(f"degree is {d[row]:g} at position {row + 1}; {why}")
    middle = float(np.median(d))
    extreme = int((d > EXTREME_OVER_MEDIAN * middle).sum())
    said = (
        f"{extreme} degree(s) exceed {EXTREME_OVER_MEDIAN} times the median of {middle:g} (largest "
        f"{d.max():g}): check them; "
        "they get next to no weight",
    )
    return Degrees(d, said if extreme else ())
