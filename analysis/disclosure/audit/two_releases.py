"""Tell who left, or came, from two releases of one table; where nothing moved, guess from what is published anyway.

Reads the bytes of both. What must not be here: anything of the gate's, or what is true.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.disclosure.audit.estimates import MISSING_IN_N, Row, rows_of

NUMBERS = ("value", "standard_error", "ci_low", "ci_high", "respondents_n")
PERSONS_TO_SHARE = 0.002
POST_DECIMALS = 6


@dataclass(frozen=True)
class Guess:
    """What an attacker says: group or answer by what it is made by, and whether anything but the margins told it."""

    said: Mapping[str, object]
    is_told: bool


def guess_person(with_it: bytes, without: bytes, kinds: Sequence[str], items: Sequence[str]) -> Guess:
    """The groups and the answers of the person who stands in the first table and not in the second.

    Parameters
    ----------
    with_it, without
        CSV of the same table of estimates.
    kinds, items
        Kinds of groups, and items with the answers yes and no.
    """
    was, has = ({row["estimate_id"]: row for row in rows_of(data)} for data in (with_it, without))
    moved = {key: _distance(was[key], has[key]) for key in sorted(was.keys() & has.keys())}
    said: dict[str, object] = {kind: _moved_group(was, moved, kind) for kind in kinds}
    told = [kind for kind in kinds if said[kind] is not None]
    answers = {item: _moved_answer(was, has, item, said.get("host")) for item in items}
    margins = {kind: _largest(was, kind) for kind in kinds} | {item: _majority(was, item) for item in items}
    found = said | answers
    return Guess(
        {name: margins[name] if found[name] is None else found[name] for name in margins},
        bool(told) or any(answer is not None for answer in answers.values()),
    )


def _distance(was: Row, has: Row) -> float:
    """How far a row moved; one for every number that did, and the distance beside it."""
    steps = [abs(float(was[name] or 0) - float(has[name] or 0)) for name in NUMBERS]
    return sum(step > 0 for step in steps) + sum(steps[:-1]) + PERSONS_TO_SHARE * steps[-1]


def _moved_group(was: Mapping[str, Row], moved: Mapping[str, float], kind: str) -> str | None:
    found: dict[str, float] = defaultdict(float)
    for key, distance in moved.items():
        if was[key]["group_kind_code"] == kind:
            found[was[key]["group_text"]] += distance
    best = max(sorted(found), key=lambda group: found[group], default=None)
    return best if best is not None and found[best] > 0 else None


def _moved_answer(was: Mapping[str, Row], has: Mapping[str, Row], item: str, host: object) -> str | None:
    """A share that falls when somebody leaves lost a yes."""
    for group in (host, "all"):
        for key, row in was.items():
            if row["item_text"] != item or row["group_text"] != group or not row["value"] or key not in has:
                continue
            change = float(has[key]["value"] or row["value"]) - float(row["value"])
            if change and row["estimand_id"].startswith("K"):
                return "yes" if change < 0 else "no"
    return None


def _largest(was: Mapping[str, Row], kind: str) -> str | None:
    sizes: Counter[str] = Counter()
    for row in was.values():
        if row["group_kind_code"] == kind and row["respondents_n"]:
            sizes[row["group_text"]] = max(sizes[row["group_text"]], int(row["respondents_n"]))
    return min(sizes, key=lambda group: (-sizes[group], group), default=None)


def _majority(was: Mapping[str, Row], item: str) -> str:
    shares = [
        float(row["value"])
        for row in was.values()
        if row["item_text"] == item
        and row["group_text"] == "all"
        and row["value"]
        and row["estimand_id"].startswith("K")
    ]
    return "yes" if shares and shares[0] > 0.5 else "no"


def guess_account(with_it: bytes, without: bytes) -> Guess:
    """Posts by frame of the account that stands in the first table of shares of posts and not in the second."""
    (names, was), (others, has) = _post_counts(with_it), _post_counts(without)
    if with_it != without and was is not None and has is not None and names == others:
        return Guess({name: a - b for name, a, b in zip(names, was, has, strict=True)}, is_told=True)
    rows = _post_shares(with_it)
    each = {row["estimate_id"]: int(row["basis_posts_n"]) / max(int(row["basis_channels_n"]), 1) for row in rows}
    return Guess(
        {row["estimate_id"]: round(float(row["value"]) * each[row["estimate_id"]]) for row in rows}, is_told=False
    )


def _post_shares(data: bytes) -> list[dict[str, str]]:
    return [row for row in rows_of(data) if row["quantity_code"] == "post_share" and row["value"]]


def _post_counts(data: bytes) -> tuple[list[str], list[int] | None]:
    """Posts behind every share, where exactly one number of posts in all explains them."""
    rows = _post_shares(data)
    basis = max((int(row["basis_posts_n"]) for row in rows), default=0)
    solved = [_solved(rows, n) for n in range(basis, basis + MISSING_IN_N)]
    found = [counts for counts in solved if counts is not None]
    return [row["estimate_id"] for row in rows], found[0] if rows and len(found) == 1 else None


def _solved(rows: Sequence[Row], n: int) -> list[int] | None:
    counts = [round(float(row["value"]) * n) for row in rows]
    fits = all(
        round(k / n, POST_DECIMALS) == round(float(row["value"]), POST_DECIMALS)
        for k, row in zip(counts, rows, strict=True)
    )
    return counts if n and fits else None
