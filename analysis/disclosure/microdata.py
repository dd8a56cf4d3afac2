"""The restricted person-level file: recoded, locally suppressed, held against the microdata rules, or refused.

What belongs here: the rules on arrays and frames, and what protection costs. What must not: reading a table by name,
writing a file, a number about one record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.disclosure.classes import Classes, Ints, encode, partition
from analysis.disclosure.local_suppression import BLANK, suppress_locally
from analysis.disclosure.policy import MicrodataRules
from analysis.errors import DisclosureError


@dataclass(frozen=True)
class Finding:
    """One rule: what was found, what is allowed, and whether it holds."""

    rule: str
    found: float
    allowed: float
    holds: bool
    text: str


@dataclass(frozen=True)
class InformationLoss:
    """What protection cost.

    Attributes
    ----------
    blanked_share
        Key → share of its filled cells that were blanked.
    recoded
        Key → categories before and after recoding.
    entropy_kept_share
        Key → share of its Shannon entropy that is left.
    """

    blanked_share: dict[str, float]
    recoded: dict[str, tuple[int, int]]
    entropy_kept_share: dict[str, float]


@dataclass(frozen=True)
class Product:
    """A file that may be handed to a researcher under an agreement."""

    rows: pd.DataFrame
    findings: tuple[Finding, ...]
    loss: InformationLoss


def restricted_product(rows: pd.DataFrame, rules: MicrodataRules) -> Product:
    """Protect person-level rows, or refuse.

    Parameters
    ----------
    rows
        One row per person who allows this use; keys and sensitive answers as text, other columns are dropped.
    rules
        Keys with their recodings, sensitive answers, and the thresholds.

    Returns
    -------
    Product
        Rows in random-looking but fixed order: sorted by their own content, so that no order of arrival is left.

    Raises
    ------
    DisclosureError
        A rule fails after recoding and suppression. The message names the rules and aggregates, never a record.

    Source
    ------
    k-anonymity: Sweeney 2002; distinct l: Machanavajjhala et al. 2007; thresholds as annotated in the policy.
    """
    missing = [name for name in (*rules.keys, *rules.sensitive) if name not in rows.columns]
    if missing:
        raise DisclosureError(f"the restricted file wants column {missing[0]!r}, which the table does not have")
    if len(rows) < rules.k:
        raise DisclosureError(
            f"{len(rows)} persons allow this use, fewer than k = {rules.k}: no restricted file is made"
        )
    wanted = [*rules.keys, *rules.sensitive]
    rows = _in_turns(rows[wanted])
    recoded = recoded_keys(rows, rules)
    codes = encode([recoded[key] for key in rules.keys])
    # The rules on answers hold more often where classes are not cut to the smallest that k allows.
    protected = suppress_locally(codes, rules.k, seeks_fewest=False)
    answers = rows[list(rules.sensitive)]
    findings = tuple(_findings(protected.codes, answers, rules))
    broken = [finding for finding in findings if not finding.holds]
    if broken:
        reasons = "; ".join(finding.text for finding in broken)
        raise DisclosureError(f"no restricted file is made: {reasons}. Coarsen the keys in the plan, or release none")
    for key, column in zip(rules.keys, protected.codes.T, strict=True):
        recoded[key] = recoded[key].mask(column == BLANK)
    product = pd.concat([recoded, answers], axis=1)
    loss = InformationLoss(
        blanked_share={
            key: float(blanks / max(1, np.count_nonzero(column)))
            for key, blanks, column in zip(rules.keys, protected.blanks, codes.T, strict=True)
        },
        recoded={key: (rows[key].nunique(), recoded[key].nunique()) for key in rules.keys},
        entropy_kept_share={key: _entropy_kept(rows[key], recoded[key]) for key in rules.keys},
    )
    return Product(product.sort_values(list(product.columns), ignore_index=True), findings, loss)


def recoded_keys(rows: pd.DataFrame, rules: MicrodataRules) -> pd.DataFrame:
    """The keys at the coarser categories of the plan, before any suppression."""
    return pd.DataFrame({key: _recoded(rows[key], mapping) for key, mapping in rules.keys.items()})


def _in_turns(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in an order that follows content alone, equal rows far apart.

    Which records of a class are blanked then depends neither on arrival nor on one answer: taken side by side, equal
    answers would fill a class by themselves.
    """
    turn = rows.groupby(list(rows.columns), dropna=False).cumcount()
    order = rows.assign(turn=turn).sort_values(["turn", *rows.columns]).index
    return rows.loc[order].reset_index(drop=True)


def _recoded(values: pd.Series, mapping: Mapping[str, str]) -> pd.Series:
    """Coarser categories; a reason for a missing answer (it starts with a dot) becomes a blank."""
    coarse = values.replace(dict(mapping))
    return coarse.mask(coarse.str.startswith(".", na=False))


def _findings(codes: Ints, answers: pd.DataFrame, rules: MicrodataRules) -> list[Finding]:
    found = partition(codes)
    smallest = int(found.size.min())
    mean_risk = found.count / len(codes)
    checks = [
        Finding("k", smallest, rules.k, smallest >= rules.k, f"smallest class {smallest}, want {rules.k}"),
        Finding(
            "mean_risk", mean_risk, rules.mean_risk, mean_risk < rules.mean_risk,
            f"mean risk {mean_risk:.3f}, want below {rules.mean_risk}",
        ),
    ]  # fmt: skip
    for name in answers.columns:
        distinct, largest = _answers_in_classes(found, encode([answers[name]])[:, 0])
        checks.append(
            Finding(
                f"distinct_l[{name}]", distinct, rules.distinct_l, distinct >= rules.distinct_l,
                f"a class has {distinct} different answers to {name}, want {rules.distinct_l}",
            )
        )  # fmt: skip
        share = rules.largest_answer_share
        checks.append(
            Finding(
                f"largest_answer_share[{name}]", largest, share, largest <= share,
                f"one answer to {name} holds {largest:.0%} of a class, want at most {share:.0%}",
            )
        )  # fmt: skip
    return checks


def _answers_in_classes(found: Classes, answer: Ints) -> tuple[int, float]:
    """Fewest different answers in a class, and the largest share that one answer has in any class."""
    pairs = partition(np.column_stack([found.label, answer]))
    owner = np.zeros(pairs.count, dtype=np.int64)
    owner[pairs.label] = found.label
    distinct = np.bincount(owner, minlength=found.count)
    largest = np.zeros(found.count)
    np.maximum.at(largest, owner, pairs.size)
    return int(distinct.min()), float((largest / found.size).max())


def _entropy_kept(before: pd.Series, after: pd.Series) -> float:
    original = _entropy(before)
    return _entropy(after) / original if original else 1.0


def _entropy(values: pd.Series) -> float:
    shares = values.fillna("").value_counts(normalize=True).to_numpy(dtype=np.float64)
    return float(-(shares * np.log2(shares)).sum())
