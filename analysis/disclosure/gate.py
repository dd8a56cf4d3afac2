"""Decide what may leave.

Every table gets one record per check: pass, review or fail. A table leaves when all its records pass; a kind of output
without a rule is reviewed by a person and never passes by itself. The `Clearance` names the exact bytes that may leave.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from analysis.disclosure.history import Earlier, Held
from analysis.disclosure.policy import Policy, Pooled
from analysis.disclosure.tabular import COUNTED, Protected, frequency_columns, protect_frequencies
from analysis.errors import DisclosureError
from analysis.schemas import TABLES, Table
from analysis.schemas.precision import SHARE_STEPS, share_step
from analysis.store import canonical, content_hash, parquet_bytes
from analysis.study.protection import SENSITIVE_WORDS

FEW_DECIMALS = 4
ON_STEP = 1e-6
OF_FICTION = ("known_truth_value", "known_error_value")
"""Values that the fictional world was made with; empty in a real study."""
CELLS = ("cells", "share of cells")
COUNTED_SHARES = ("answer_share", "post_share")
NONE_SENSITIVE = "no row is about a sensitive group"


@dataclass(frozen=True)
class Record:
    """One check of one table: `outcome` is pass, review or fail; `text` is the evidence."""

    table: str
    check: str
    outcome: str
    text: str


@dataclass(frozen=True)
class Clearance:
    """Table name → SHA-256 of the Parquet bytes that may leave; only `clear` makes one."""

    sha256_by_table: dict[str, str]

    def demand(self, table: str, data: bytes) -> None:
        """DisclosureError unless exactly these bytes were cleared under this name."""
        if self.sha256_by_table.get(table) != hashlib.sha256(data).hexdigest():
            raise DisclosureError(
                f"{table}: these bytes were not cleared; run the gate again and release what it cleared"
            )


@dataclass(frozen=True)
class Cleared:
    """What the gate hands over: protected tables, the record of every check, and the clearance of their bytes."""

    tables: dict[str, pd.DataFrame]
    clearance: Clearance


def clear(
    candidates: dict[str, pd.DataFrame], policy: Policy, earlier: Earlier | None = None, held: Held | None = None
) -> Cleared:
    """Protect, check and clear tables together with the record of the checks.

    Parameters
    ----------
    candidates : dict
        Table name without tier → checked frame.
    policy : Policy
        Rules.
    earlier : mapping, optional
        Frequencies of earlier releases.
    held : Held, optional
        Tables that leave as an earlier release published them.

    Returns
    -------
    Cleared
        The protected tables, `disclosure_records` among them, and their clearance.

    Raises
    ------
    DisclosureError
        Any record is `fail` or `review`; the message lists them, nothing is cleared.
    """
    kept = {} if held is None else {name: frame for name, frame in held.tables.items() if name in candidates}
    moving = {name: frame for name, frame in candidates.items() if name not in kept}
    frequencies = {name: frame for name, frame in moving.items() if TABLES[name].output_kind == "frequency"}
    found = protect_frequencies(frequencies, TABLES, policy.minimum_cell, policy.rounding_base, earlier)
    protected = moving | found.frames | kept
    records = [record for name, frame in protected.items() for record in review(frame, TABLES[name], policy)]
    records += [_reconstruction(name, found) for name in frequencies]
    records += [_movement(name, held) for name in candidates if held is not None and TABLES[name].corpus]
    _demand_all_pass(records)
    protected["disclosure_records"] = records_frame(records)
    frames = {name: canonical(frame, TABLES[name]) for name, frame in sorted(protected.items())}
    hashes = {name: hashlib.sha256(parquet_bytes(frame, TABLES[name])).hexdigest() for name, frame in frames.items()}
    return Cleared(frames, Clearance(hashes))


def review(frame: pd.DataFrame, table: Table, policy: Policy) -> list[Record]:
    """One record per check that the policy names for this kind of output; `review` when it names none."""
    checks = policy.checks.get(table.output_kind)
    if checks is not None:
        return [Record(table.name, check, *CHECKS[check](frame, table, policy)) for check in checks]
    decision = policy.reviewed.get(table.name)
    if decision and decision.sha256 == content_hash(frame, table):
        return [Record(table.name, "output_kind", "pass", f"reviewed by {decision.decided_by}: {decision.reason}")]
    text = f"no rule for outputs of kind '{table.output_kind}': a person has to read it and decide"
    return [Record(table.name, "output_kind", "review", text)]


def records_frame(records: Iterable[Record]) -> pd.DataFrame:
    """Table `disclosure_records`."""
    rows = [(record.table, record.check, record.outcome, record.text) for record in records]
    return pd.DataFrame(rows, columns=["table_name", "gate_check_code", "outcome_code", "outcome_text"])


def _reconstruction(name: str, found: Protected) -> Record:
    """One record per frequency table; the system that it reports on holds all of them."""
    if found.exposed_n:
        return Record(name, "secondary_suppression", "fail", f"{found.exposed_n} hidden cell(s) can be worked out")
    hidden = f"{found.primary_n} small, {found.secondary_n} beside them ({found.method} choice)"
    text = f"{found.cells_n} cells of all tables in one system; hidden: {hidden}; none can be worked out"
    return Record(name, "secondary_suppression", "pass", text)


def _movement(name: str, held: Held) -> Record:
    """Whether the numbers of the table's corpus are new ones."""
    since = held.since.get(TABLES[name].corpus)
    if since is None:
        text = "compared with every earlier release, nobody or enough persons changed in every group"
        return Record(name, "movement", "pass", text)
    if name not in held.tables:
        return Record(
            name, "movement", "fail", f"its corpus stays as in release {since}, which does not hold the table"
        )
    return Record(
        name, "movement", "pass", f"as published in release {since}: the corpus moves as a whole or not at all"
    )


def _demand_all_pass(records: list[Record]) -> None:
    held = [record for record in records if record.outcome != "pass"]
    if held:
        lines = "\n".join(f"  {record.outcome}: {record.table}, {record.check}: {record.text}" for record in held)
        raise DisclosureError(f"the gate holds {len(held)} record(s) that do not pass; nothing was released:\n{lines}")


Outcome = tuple[str, str]


def _output_kind(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    return "pass", f"kind '{table.output_kind}': no data about people enter"


def _source_cited(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    if "source" not in frame.columns:
        return "fail", "the table has no column 'source'"
    missing = int(frame.source.isna().sum())
    return ("fail", f"{missing} row(s) without a source") if missing else ("pass", "every row names its source")


def _no_measure(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    measures = [column.name for column in table.columns if column.role == "measure" and column.unit != "sources"]
    if measures:
        return "fail", f"declared as text but measures people in {', '.join(measures)}"
    return "pass", "texts only"


def _roles(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    unclear = [c.name for c in table.columns if c.kind in ("integer", "number") and c.role not in ("key", "measure")]
    if unclear:
        return "fail", f"numbers without a role, so that no rule speaks of them: {', '.join(unclear)}"
    return "pass", "every number is a key or a measure"


def _cells_only(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    others = [column.name for column in table.columns if column.role == "measure" and column.unit not in CELLS]
    if others:
        return "fail", f"declared as the result of an attack but measures something else in {', '.join(others)}"
    return "pass", "counts of cells, none of persons"


def _minimum_cell(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    counts = frame[frequency_columns(table)]
    smallest = counts.min(axis=None)
    # A table without a count that is left, or without a row, has no smallest one.
    if pd.notna(smallest) and smallest < policy.minimum_cell - policy.rounding_base // 2:
        return "fail", f"a count of {smallest} lies below {policy.minimum_cell}"
    suppressed = int(counts.isna().sum().sum())
    return "pass", f"no cell below {policy.minimum_cell} is shown; {suppressed} cell(s) empty"


def _rounding(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    remainders = frame[frequency_columns(table)].mod(policy.rounding_base).fillna(0)
    if remainders.to_numpy().any():
        return "fail", f"a count is not rounded to {policy.rounding_base}"
    return "pass", f"counts rounded to {policy.rounding_base}"


def _minimum_respondents(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    if "respondents_n" not in frame.columns:
        return "pass", "no row rests on respondents of its own"
    smallest = frame.respondents_n.min()
    if pd.isna(smallest):
        return "pass", "no row"
    if smallest < policy.minimum_respondents:
        return "fail", f"an estimate rests on {smallest} respondents; want at least {policy.minimum_respondents}"
    return "pass", f"every estimate rests on at least {smallest} respondents"


def _respondents_rounded(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    if "respondents_n" not in frame.columns:
        return "fail", "the table has no column 'respondents_n': say on how many respondents each row rests"
    for name in _of(frame, [column.name for column in table.columns if column.unit in COUNTED]):
        if frame[name].mod(policy.rounding_base).fillna(0).any():
            return "fail", f"column {name}: a count is not rounded to {policy.rounding_base}"
    return "pass", f"numbers of respondents rounded to {policy.rounding_base}"


def _published_steps(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    """A share of counted persons or posts stands on a step that its number of respondents allows."""
    measured = [column.name for column in table.columns if column.kind == "number" and column.role == "measure"]
    for name in _of(frame, [name for name in measured if name not in OF_FICTION]):
        if _are_off(frame[name], FEW_DECIMALS).any():
            return "fail", f"column {name}: a value has more than {FEW_DECIMALS} decimals"
    if not {"quantity_code", "value"} <= set(frame.columns):
        return "pass", f"measured values have at most {FEW_DECIMALS} decimals"
    bases = _of(frame, ["respondents_n", "basis_posts_n"])
    if not bases:
        return "fail", "the table does not say on how many respondents or posts a share rests"
    basis = bases[0]
    shares = frame[frame.quantity_code.isin(COUNTED_SHARES) & frame.value.notna()]
    for row in shares.itertuples():
        if not _is_on_step(float(row.value), share_step(int(getattr(row, basis)))):
            return "fail", f"a share of {getattr(row, basis)} is given more finely than hides the count behind it"
    return "pass", "every share stands on a step that leaves enough counts possible"


def _are_off(values: "pd.Series[float]", decimals: int) -> "pd.Series[bool]":
    return ((values * 10**decimals).round(6).mod(1) != 0).where(values.notna(), other=False)


def _is_on_step(value: float, least: float | None) -> bool:
    """Whether the share is a multiple of the least step or of a wider one."""
    wide = [step for step in SHARE_STEPS if least is not None and step >= least]
    return any(abs(value / step - round(value / step)) < ON_STEP for step in wide)


def _complements(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    """What is left of a published whole without its published groups: nobody, or possibly enough."""
    needed = {"quantity_code", "group_kind_code", "value", "respondents_n"}
    if not needed <= set(frame.columns):
        return "pass", "no row is a group of respondents"
    shown = frame[frame.value.notna()]
    line = ["estimand_id", "item_text", "quantity_code", "weighting_code", "estimator_text"]
    for _, rows in shown.groupby([name for name in line if name in shown.columns]):
        whole = rows[rows.group_kind_code == "all"].respondents_n
        for kind, groups in rows[rows.group_kind_code != "all"].groupby("group_kind_code"):
            if not len(whole):
                continue
            rest, unsaid = int(whole.iloc[0] - groups.respondents_n.sum()), policy.rounding_base - 1
            if rest - unsaid * len(groups) > 0 and rest + unsaid < policy.minimum_cell:
                return "fail", f"without its groups by {kind} a whole is left with {rest + unsaid} respondents at most"
    return "pass", "no whole is left with a small group when published groups are taken from it"


def _of(frame: pd.DataFrame, names: list[str]) -> list[str]:
    return [name for name in names if name in frame.columns]


def _both_sides(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    """The weighted share is what a reader has: times the shown number of respondents it must leave both sides large."""
    if not {"quantity_code", "value", "respondents_n"} <= set(frame.columns):
        return "pass", "no row is a share of answers"
    shares = frame[(frame.quantity_code == "answer_share") & frame.value.notna()]
    smaller = shares.respondents_n * pd.concat([shares.value, 1 - shares.value], axis=1).min(axis=1)
    if (smaller < policy.minimum_cell).any():
        return "fail", f"a share stands for fewer than {policy.minimum_cell} respondents on one side of the answer"
    return "pass", f"every share stands for at least {policy.minimum_cell} respondents on either side of the answer"


def _sensitive_pooled(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    """A sensitive group is made by nothing else, and is large; no other group carries its name."""
    if "group_kind_code" not in frame.columns:
        named = _say(frame, SENSITIVE_WORDS.pattern, is_pattern=True).any()
        named |= any(_names(frame, pooled).any() for pooled in policy.pooled)
        return ("fail", "a sensitive group is named without its kind") if named else ("pass", NONE_SENSITIVE)
    kinds = [pooled.kind for pooled in policy.pooled]
    if (_say(frame, SENSITIVE_WORDS.pattern, is_pattern=True) & ~frame.group_kind_code.isin(kinds)).any():
        return "fail", "a group by what people served in is not said to be sensitive; mark it in the plan"
    for pooled in policy.pooled:
        is_of_kind = frame.group_kind_code == pooled.kind
        if (_names(frame, pooled) & ~is_of_kind).any() or (is_of_kind & ~frame.group_text.isin(pooled.names)).any():
            return "fail", f"groups by {pooled.kind} are crossed with another; pool everything else"
        shown = is_of_kind & frame.value.notna() if "value" in frame.columns else is_of_kind
        if shown.any() and ("respondents_n" not in frame.columns or (frame.respondents_n[shown] < pooled.least).any()):
            return "fail", f"a group by {pooled.kind} has fewer than {pooled.least} respondents"
    return "pass", "sensitive groups pool all others and hold at least as many respondents as the plan asks for"


def _names(frame: pd.DataFrame, pooled: Pooled) -> "pd.Series[bool]":
    """Whether a row's group or level carries the name of a sensitive group."""
    found = pd.Series(False, index=frame.index)
    for words in pooled.names:
        found |= _say(frame, words)
    return found


def _say(frame: pd.DataFrame, words: str, *, is_pattern: bool = False) -> "pd.Series[bool]":
    """Whether a row's group or level holds some words."""
    found = pd.Series(False, index=frame.index)
    for name in (name for name in ("group_text", "level_text") if name in frame.columns):
        found |= frame[name].str.contains(words, case=False, regex=is_pattern).fillna(False).astype(bool)
    return found


def _minimum_basis(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    smallest = frame[["basis_posts_n", "basis_channels_n"]].min(axis=None)
    if pd.isna(smallest):
        return "pass", "no row, or no number in any"
    if smallest < policy.minimum_cell:
        return "fail", f"a number rests on {smallest} posts or accounts; want at least {policy.minimum_cell}"
    return "pass", f"every number rests on at least {policy.minimum_cell} posts and as many accounts"


def _whole_points(frame: pd.DataFrame, table: Table, policy: Policy) -> Outcome:
    numeric = [column.name for column in table.columns if column.kind == "number" or column.unit == "persons"]
    if numeric:
        return "fail", f"a verdict may carry whole points only, not {', '.join(numeric)}"
    return "pass", "intervals in whole percentage points, no counts"


CHECKS: dict[str, Callable[[pd.DataFrame, Table, Policy], Outcome]] = {
    "output_kind": _output_kind,
    "source_cited": _source_cited,
    "no_measure": _no_measure,
    "roles": _roles,
    "cells_only": _cells_only,
    "minimum_cell": _minimum_cell,
    "rounding": _rounding,
    "minimum_basis": _minimum_basis,
    "minimum_respondents": _minimum_respondents,
    "whole_points": _whole_points,
    "respondents_rounded": _respondents_rounded,
    "published_steps": _published_steps,
    "complements": _complements,
    "both_sides": _both_sides,
    "sensitive_pooled": _sensitive_pooled,
}
