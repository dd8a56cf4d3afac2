"""How exposed the records of a person-level file are; every result is an aggregate, never a score of one record.

What belongs here: frequencies, uniqueness, special uniqueness (SUDA2), individual risk, l-diversity, as sums and
counts. What must not: a threshold of ours, a decision, a number per record in any public result.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.disclosure.classes import Classes, Floats, Ints, partition
from analysis.errors import DisclosureError

VIOLATION_LEVELS = (2, 3, 5, 11)
MOST_KEYS = 12
"""Special uniqueness looks at every subset of the keys: 4,095 of them at 12 keys."""

LAGUERRE_NODES, LAGUERRE_WEIGHTS = np.polynomial.laguerre.laggauss(64)


@dataclass(frozen=True)
class SpecialUniques:
    """SUDA2 in aggregate: the sum and the largest score, and the number of records with any."""

    sum: int
    max: int
    records: int


@dataclass(frozen=True)
class Diversity:
    """Distinct l-diversity: the smallest l of any class, and the records in classes with fewer than two answers."""

    min: int
    violations_2: int


@dataclass(frozen=True)
class Assessment:
    """Aggregate risk of a file.

    Attributes
    ----------
    n, classes
        Records; equivalence classes.
    violations
        k to the number of records whose class is smaller than k.
    sample_uniques
        Records alone in their class.
    suda2
        Special uniqueness.
    individual_risk_sum
        Expected number of correct matches (Benedetti–Franconi); None without weights.
    diversity
        Of the sensitive column; None without one.
    mean_prosecutor_risk
        Mean of 1/f: the attacker knows who took part, so no weight enters.
    """

    n: int
    classes: int
    violations: dict[int, int]
    sample_uniques: int
    suda2: SpecialUniques
    individual_risk_sum: float | None
    diversity: Diversity | None
    mean_prosecutor_risk: float


def assess(codes: Ints, sensitive: Ints | None = None, weights: Floats | None = None) -> Assessment:
    """Measure the risk of a file in aggregate.

    Parameters
    ----------
    codes
        (n, M) coded quasi-identifiers, 0 for blank; a blank is a category of its own.
    sensitive
        (n,) coded answers that nobody may learn.
    weights
        (n,) design weights, at least 1 in sum per class; they enter individual risk and nothing else.

    Raises
    ------
    DisclosureError
        No records, more than `MOST_KEYS` keys, or a weight that is not a positive number.

    Source
    ------
    Frequencies: Templ, Kowarik & Meindl 2015, J. Stat. Softw. 67(4). SUDA2: Manning, Haglin & Keane 2008.
    Individual risk: Benedetti & Franconi 1998; Rinott & Shlomo 2006 for the posterior. l: Machanavajjhala et al. 2007.
    """
    if len(codes) == 0:
        raise DisclosureError("the file holds no records; there is nothing to assess")
    found = partition(codes)
    frequency = found.frequency
    return Assessment(
        n=len(codes),
        classes=found.count,
        violations={k: violations(found, k) for k in VIOLATION_LEVELS},
        sample_uniques=int((found.size == 1).sum()),
        suda2=special_uniques(codes, frequency == 1),
        individual_risk_sum=None if weights is None else _risk_sum(found, weights),
        diversity=None if sensitive is None else diversity(found, sensitive),
        mean_prosecutor_risk=found.count / len(codes),
    )


def violations(found: Classes, k: int) -> int:
    """Number of records whose class holds fewer than k records."""
    return int(found.size[found.size < k].sum())


def diversity(found: Classes, sensitive: Ints) -> Diversity:
    """Distinct l-diversity of a coded answer over the classes; a blank answer is an answer.

    Parameters
    ----------
    found
        Classes of n records.
    sensitive
        (n,) codes.
    """
    pairs = partition(np.column_stack([found.label, sensitive]))
    first = np.zeros(pairs.count, dtype=np.int64)
    first[pairs.label] = found.label
    distinct = np.bincount(first, minlength=found.count)
    return Diversity(int(distinct.min()), int(found.size[distinct < 2].sum()))


def special_uniques(codes: Ints, is_unique: npt.NDArray[np.bool_]) -> SpecialUniques:
    """SUDA2 scores in aggregate: a record scores (M − m)! for each of its minimal sample uniques of m keys.

    A set of keys is a minimal sample unique of a record when no other record shares its values there and the record
    is not unique on any smaller set within. Only records that are unique on all keys can have one.

    Parameters
    ----------
    codes
        (n, M) coded keys.
    is_unique
        (n,) whether the record is alone on all M keys.

    Raises
    ------
    DisclosureError
        More than `MOST_KEYS` keys.

    Source
    ------
    Manning, Haglin & Keane 2008, Data Min. Knowl. Discov. 16, 165–196; score as in Elliot's SUDA, full-key uniques
    included.
    """
    keys = codes.shape[1]
    if keys > MOST_KEYS:
        raise DisclosureError(
            f"{keys} quasi-identifiers: special uniqueness looks at every subset; name {MOST_KEYS} or fewer"
        )
    scores = np.zeros(int(is_unique.sum()), dtype=np.int64)
    unique_on: dict[tuple[int, ...], npt.NDArray[np.bool_]] = {(): np.zeros(len(scores), dtype=bool)}
    for size in range(1, keys + 1):
        for subset in itertools.combinations(range(keys), size):
            alone = partition(codes[:, subset]).frequency[is_unique] == 1
            within = [unique_on[subset[:i] + subset[i + 1 :]] for i in range(size)]
            scores += math.factorial(keys - size) * (alone & ~np.logical_or.reduce(within))
            unique_on[subset] = alone
    return SpecialUniques(int(scores.sum()), int(scores.max(initial=0)), int((scores > 0).sum()))


def _risk_sum(found: Classes, weights: Floats) -> float:
    if not (np.isfinite(weights) & (weights > 0)).all():
        bad = weights[~(np.isfinite(weights) & (weights > 0))][0]
        raise DisclosureError(f"a weight is {bad}; individual risk wants positive numbers: drop or mend those records")
    population = np.bincount(found.label, weights=weights, minlength=found.count).astype(np.float64)
    return math.fsum(found.size * individual_risk(found.size, population))


def individual_risk(frequency: Ints, population: Floats) -> Floats:
    """Expected probability that a match with a record is right, E(1/F | f), per class.

    Parameters
    ----------
    frequency
        (c,) records in the class, f ≥ 1.
    population
        (c,) sum of their weights, an estimate of F; at or below f the class is its own population: 1/f.

    Returns
    -------
    (c,) float
        Between 0 and 1.

    Source
    ------
    Benedetti & Franconi 1998: r = p^f/f · ₂F₁(f, f; f+1; 1−p) with p = f/F. Written as
    r = (1/f)·E[p/(p + (1−p)e^(−X/f))], X standard exponential, which Gauss–Laguerre quadrature gives for f ≥ 3 at every
    size; f = 1 and 2 in closed form.
    """
    f = frequency.astype(np.float64)
    p = np.minimum(f / population, 1.0)
    risk = 1.0 / f
    inner = p < 1
    for low, high, formula in ((1, 1, _risk_of_one), (2, 2, _risk_of_two), (3, np.inf, _risk_of_more)):
        chosen = inner & (f >= low) & (f <= high)
        risk[chosen] = formula(p[chosen], f[chosen])
    return risk


def _risk_of_one(p: Floats, f: Floats) -> Floats:
    return p / (1 - p) * -np.log(p)


def _risk_of_two(p: Floats, f: Floats) -> Floats:
    odds = p / (1 - p)
    return odds - odds**2 * -np.log(p)


def _risk_of_more(p: Floats, f: Floats) -> Floats:
    risk = np.zeros_like(p)
    for node, weight in zip(LAGUERRE_NODES, LAGUERRE_WEIGHTS, strict=True):
        risk += weight * p / (p + (1 - p) * np.exp(-node / f))
    return risk / f
