"""Attacks on a person-level file by somebody who knows persons: linkage, attribute inference, membership.

Each compares what the file gives about persons who are in it with what it gives about controls who are not: only the
excess is the file's doing. Works on the rows as they would be handed out. What must not be here: anything of the
gate's, or a result about one person.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.disclosure.audit.findings import Finding

MOST_EXPECTED_MATCHES = 0.09
MOST_EXCESS_ACCURACY = 0.05
MOST_MEMBERSHIP_AUC = 0.55
CONFIDENCE = 0.95
NOISE_SHARE = 0.1
"""Share of the attacker's knowledge that is wrong in the noisy attack."""

Row = tuple[Hashable, ...]


@dataclass(frozen=True)
class Target:
    """Persons as an attacker knows them: keys and one answer each, at the file's categories."""

    keys: Sequence[Row]
    answers: Sequence[Hashable]


def attack_persons(product: Target, members: Target, controls: Target, generator: np.random.Generator) -> list[Finding]:
    """Every attack on a person-level file.

    Parameters
    ----------
    product
        The rows that would be handed out; a blank is None.
    members, controls
        Persons in the file and persons not in it, before suppression.
    generator
        For the noise in the attacker's knowledge.
    """
    return [
        *linkage(product, members, generator),
        *attribute_inference(product, members, controls),
        *membership(product, members, controls),
    ]


def linkage(product: Target, members: Target, generator: np.random.Generator) -> list[Finding]:
    """Expected share of right matches over every set of keys, with and without wrong knowledge; and uniques."""
    findings = []
    width = len(product.keys[0])
    for size in range(1, width + 1):
        for subset in itertools.combinations(range(width), size):
            classes = Counter(tuple(row[i] for i in subset) for row in product.keys)
            if min(classes.values()) == 1:
                findings.append(Finding("linkage", "restricted file", f"a record is unique on {size} key(s)"))
            for noise in (0.0, NOISE_SHARE):
                matched = _expected_matches(classes, members.keys, subset, noise, generator)
                if matched > MOST_EXPECTED_MATCHES:
                    text = f"expected share of right matches on {size} key(s) is {matched:.3f}"
                    findings.append(Finding("linkage", "restricted file", text))
    return findings


def _expected_matches(
    classes: Counter[Row], persons: Sequence[Row], subset: tuple[int, ...], noise: float, generator: np.random.Generator
) -> float:
    """Mean over persons of 1/class; knowledge that is wrong matches nobody rightly."""
    is_known = generator.random(len(persons)) >= noise
    right = [1 / classes[known] for row in persons if (known := tuple(row[i] for i in subset)) in classes]
    return float(np.sum(right) / len(persons) * is_known.mean())


def attribute_inference(product: Target, members: Target, controls: Target) -> list[Finding]:
    """How much better the file tells the answer of a person in it than of a person who is not."""
    guesses: dict[Row, Counter[Hashable]] = {}
    for row, answer in zip(product.keys, product.answers, strict=True):
        guesses.setdefault(row, Counter())[answer] += 1
    overall = Counter(product.answers).most_common(1)[0][0]
    right = [_right(guesses, overall, group) for group in (members, controls)]
    excess = right[0].mean() - right[1].mean()
    spread = np.sqrt(sum(r.var(ddof=1) / len(r) for r in right))
    upper = excess + stats.norm.ppf(CONFIDENCE) * spread
    if upper <= MOST_EXCESS_ACCURACY or excess <= 0:
        return []
    text = f"answers of persons in the file are guessed better by up to {upper:.3f} than those of others"
    return [Finding("attribute_inference", "restricted file", text)]


def _right(guesses: dict[Row, Counter[Hashable]], overall: Hashable, group: Target) -> np.ndarray:
    """(n,) 1 where the most frequent answer of the person's class is the person's."""
    best = {row: counts.most_common(1)[0][0] for row, counts in guesses.items()}
    pairs = zip(group.keys, group.answers, strict=True)
    return np.array([best.get(row, overall) == answer for row, answer in pairs], dtype=np.float64)


def membership(product: Target, members: Target, controls: Target) -> list[Finding]:
    """Whether the number of equal rows tells members from others: area under the curve, upper confidence bound."""
    rows = Counter(zip(product.keys, product.answers, strict=True))
    scores = [
        np.array([rows[pair] for pair in zip(group.keys, group.answers, strict=True)]) for group in (members, controls)
    ]
    area = float(stats.mannwhitneyu(scores[0], scores[1]).statistic / (len(scores[0]) * len(scores[1])))
    n, m = map(len, scores)
    upper = area + stats.norm.ppf(CONFIDENCE) * np.sqrt((n + m + 1) / (12 * n * m))
    if upper <= MOST_MEMBERSHIP_AUC:
        return []
    return [
        Finding("membership", "restricted file", f"members can be told from others with an area of up to {upper:.3f}")
    ]
