"""Work out numbers of persons from published shares, standard errors and intervals, as a reader with a computer would.

Reads the bytes of released tables and knows the published rule of rounding, which is written out here once more. What
must not be here: anything of the gate's, or of the code that published the numbers.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from scipy import stats

from analysis.disclosure.audit.findings import Finding

STEPS = (0.005, 0.01, 0.02, 0.05, 0.1)
PARTS = 5
HALF = 0.5
MISSING_IN_N = 5
BEFORE_THE_RULE = 0.001
"""The step of a share that no rule allows: three decimals."""

DUST = 1e-9
SIDES = ("value", "standard_error", "ci_low", "ci_high")

Row = Mapping[str, str]
Printed = tuple[float | None, ...]


@dataclass(frozen=True)
class Count:
    """A number of persons n, and of those who said yes."""

    n: int
    yes: int


def rows_of(data: bytes) -> list[dict[str, str]]:
    """The rows of a released CSV file."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"))))


def estimate_attacks(folder: Path, minimum: int) -> list[Finding]:
    """Every attack on the estimates of a release: counts behind shares, wholes without groups, few accounts."""
    findings = []
    for path in sorted((folder / "tables").glob("*_estimates.csv")):
        rows = rows_of(path.read_bytes())
        findings += [Finding("rounding_undone", path.name, text) for text in rounding_undone(rows, minimum)]
        findings += [Finding("whole_minus_groups", path.name, text) for text in whole_minus_groups(rows, minimum)]
        findings += [Finding("few_carriers", path.name, text) for text in few_carriers(rows, minimum)]
    return findings


def rounding_undone(rows: Sequence[Row], minimum: int) -> Iterator[str]:
    """Unweighted shares of answers, and shares of posts, that fewer than `minimum` counts explain."""
    everybody = _everybody(rows)
    for row in rows:
        found = possible_counts(row, everybody)
        if found is not None and len({count.yes for count in found}) < minimum:
            yield f"only {len({count.yes for count in found})} counts explain the share of {row['estimate_id']}"


def possible_counts(row: Row, everybody: int | None = None) -> list[Count] | None:
    """Every (n, yes) that would be published as this row is, or None where the row is no share of counted persons.

    Without `everybody`, or for posts, whose variance depends on accounts, only the share itself is solved. A share that
    is finer than its step allows is solved at three decimals.
    """
    if not row["value"] or row.get("quantity_code") not in ("answer_share", "post_share"):
        return None
    if "respondents_n" in row and row["weighting_code"] != "unweighted":
        return None
    basis, seen = int(row.get("respondents_n") or row["basis_posts_n"]), _seen(row)
    step = _step_seen(seen[0], basis)
    near = [
        Count(n, yes)
        for n in range(basis, basis + MISSING_IN_N)
        for yes in range(max(1, math.ceil((seen[0] - step / 2) * n - DUST)), n)
        if yes / n <= seen[0] + step / 2 + DUST
    ]
    if "respondents_n" not in row or everybody is None:
        return near
    # A row that only says again what another says more finely is solved by its share alone.
    rule = printed if step != BEFORE_THE_RULE else three_decimals
    return [count for count in near if rule(count, everybody) == seen] or near


def _step_seen(value: float, n: int) -> float:
    """The finest step that the rule allows, if the value stands on it; else as it was published without a rule."""
    step = _finest(n)
    is_on = step is not None and abs(value / step - round(value / step)) < 1e-6
    return step if step is not None and is_on else BEFORE_THE_RULE


def _finest(n: int) -> float | None:
    shown = n - n % MISSING_IN_N
    return next((step for step in STEPS if step * shown >= 11 - DUST), None)


def _seen(row: Row) -> tuple[float, ...]:
    return tuple(round(float(row[name]), 6) if row[name] else None for name in SIDES)  # type: ignore[misc] # the first is there


def printed(count: Count, everybody: int | None) -> Printed | None:
    """What the published rule makes of a count in a simple random sample.

    The share goes to the nearest step; standard error and distances are the largest over what the step covers.
    """
    step, n = _finest(count.n), count.n
    if step is None:
        return None
    share = count.yes / n
    value = _nearest(share, step) if share <= HALF else 1 - _nearest(1 - share, step)
    covered = [one for one in (value - step / 2, value, value + step / 2) if 0 < one < 1]
    unit = math.sqrt((everybody / (everybody - 1) if everybody else 1.0) / n)
    errors = [unit * math.sqrt(one * (1 - one)) for one in covered]
    ends = [_logit_ends(one, error, n - n % MISSING_IN_N - 1) for one, error in zip(covered, errors, strict=True)]
    down = max(one - low for one, (low, _) in zip(covered, ends, strict=True)) + step / 2
    up = max(high - one for one, (_, high) in zip(covered, ends, strict=True)) + step / 2
    fine = step / PARTS
    error, down, up = (math.ceil(one / fine - DUST) * fine for one in (max(errors), down, up))
    return tuple(round(one, 6) + 0.0 for one in (value, error, max(0.0, value - down), min(1.0, value + up)))


def _nearest(share: float, step: float) -> float:
    return math.floor(share / step + HALF + DUST) * step


def _logit_ends(share: float, error: float, df: int) -> tuple[float, float]:
    half, logit = stats_t(df) * error / (share * (1 - share)), math.log(share / (1 - share))
    return 1 / (1 + math.exp(half - logit)), 1 / (1 + math.exp(-half - logit))


def three_decimals(count: Count, everybody: int | None) -> Printed:
    """What no rule makes of a count: three decimals of everything."""
    n, share = count.n, count.yes / count.n
    se = math.sqrt(share * (1 - share) / n * (everybody / (everybody - 1) if everybody else 1.0))
    return tuple(round(one, 3) + 0.0 for one in (share, se, *_logit_ends(share, se, n - 1)))


@cache
def stats_t(df: int) -> float:
    """The 97.5 % point of Student's t."""
    return float(stats.t.ppf(0.975, df))


def _everybody(rows: Sequence[Row]) -> int | None:
    """Respondents of the whole survey: the largest unweighted basis; its last digit hardly moves a variance."""
    counts = [
        int(row["respondents_n"]) for row in rows if row.get("weighting_code") == "unweighted" and row["respondents_n"]
    ]
    return max(counts, default=None)


def whole_minus_groups(rows: Sequence[Row], minimum: int) -> Iterator[str]:
    """Groups that nobody published but that a published whole gives away: small for certain, or with a known answer."""
    shown = [row for row in rows if row["value"] and "group_kind_code" in row and row["respondents_n"]]
    everybody = _everybody(rows)
    for line, members in groupby(sorted(shown, key=_line), key=_line):
        found = list(members)
        for whole in (row for row in found if row["group_kind_code"] == "all"):
            kinds = sorted({row["group_kind_code"] for row in found} - {"all"})
            for kind in kinds:
                rest = _rest([whole, *(row for row in found if row["group_kind_code"] == kind)], everybody)
                if rest[0] > 0 and rest[1] < minimum:
                    yield f"{' '.join(line)}: without the groups by {kind}, {rest[0]} to {rest[1]} persons are left"
                elif rest[0] > 0 and rest[3] - rest[2] + 1 < minimum and whole["quantity_code"] == "answer_share":
                    said = f"of who is left beside the groups by {kind}, {rest[2]} to {rest[3]} said yes"
                    yield f"{' '.join(line)}: {said}"


def _line(row: Row) -> tuple[str, ...]:
    return tuple(
        row[name] for name in ("estimand_id", "item_text", "quantity_code", "weighting_code", "estimator_text")
    )


def _rest(rows: Sequence[Row], everybody: int | None) -> tuple[int, int, int, int]:
    """Fewest and most persons of the first row who are in no other, and fewest and most of them who said yes."""
    whole, *groups = (_ranges(row, everybody) for row in rows)
    low, high = whole[0] - sum(group[1] for group in groups), whole[1] - sum(group[0] for group in groups)
    yes_low, yes_high = whole[2] - sum(group[3] for group in groups), whole[3] - sum(group[2] for group in groups)
    return low, high, max(yes_low, 0), min(yes_high, high)


def _ranges(row: Row, everybody: int | None) -> tuple[int, int, int, int]:
    """Fewest and most persons, and fewest and most who said yes: solved where the row is a plain count over a count."""
    found = possible_counts(row, everybody)
    if found:
        return (min(c.n for c in found), max(c.n for c in found), min(c.yes for c in found), max(c.yes for c in found))
    n, value = int(row["respondents_n"]), float(row["value"])
    half, most = _step_seen(value, n) / 2, n + MISSING_IN_N - 1
    return n, most, math.ceil((value - half) * n - DUST), math.floor((value + half) * most + DUST)


def few_carriers(rows: Sequence[Row], minimum: int) -> Iterator[str]:
    """Shares of posts that fewer than `minimum` posts, or accounts alike, would explain."""
    for row in (row for row in rows if row["value"] and "basis_posts_n" in row):
        value, posts = float(row["value"]), int(row["basis_posts_n"])
        if row["quantity_code"] == "post_share" and posts * min(value, 1 - value) < minimum:
            yield f"{row['estimate_id']} stands for fewer than {minimum} posts on one side"
        if row["quantity_code"] == "channel_share" and row["standard_error"]:
            error = float(row["standard_error"])
            if error > 0 and (value / error) ** 2 < minimum:
                yield f"{row['estimate_id']} looks like the share of {max(1, round((value / error) ** 2))} account(s)"
        if row["quantity_code"] == "count" and (value < minimum or value % MISSING_IN_N):
            yield f"{row['estimate_id']} is a count of {row['value']}"
