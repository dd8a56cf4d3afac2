"""Earlier releases, and what keeps a new one from giving away those who came or left in between.

All numbers about a corpus keep the bytes of an earlier release until enough persons came, left or changed in every
group that could show it; beyond that, a frequency that moved by fewer persons than the threshold keeps its count.
What must not be here: how many withdrew, or an answer.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from analysis.atomic import write_atomically
from analysis.errors import DisclosureError
from analysis.schemas import TABLES
from analysis.schemas.check import check
from analysis.store import parquet_bytes, parse_csv

KEPT_KINDS = ("frequency", "verdict")
"""Kinds of output that are kept beside the tables of a corpus."""

MEMBERS = "release_members"
EVIDENCE = {"survey": "survey_evidence", "posts": "post_evidence"}
"""Corpus → the table that verdicts on it are judged by, which no release holds."""

SHOWN_FROM = {"survey": 100, "posts": 10}
"""Members from which on a group of a corpus has numbers of its own; smaller ones show in what is left of a whole."""

OF_A_KIND = " = "
REST = "the rest"

Earlier = Mapping[str, Sequence[pd.DataFrame]]
"""Table name → its frames in all earlier releases, the oldest first."""


def load_history(folder: Path) -> Earlier:
    """Read the frequencies of every earlier release; tables that are no longer declared are left out."""
    found: dict[str, list[pd.DataFrame]] = {}
    for package in sorted(folder.glob("*/datapackage.json")):
        for name, path in _resources(package):
            if name in TABLES and TABLES[name].output_kind == "frequency":
                found.setdefault(name, []).append(parse_csv(path.read_bytes(), TABLES[name]))
    return found


@dataclass(frozen=True)
class PastVerdicts:
    """Verdicts of one earlier release: its version, its day, and its table `claim_verdicts`."""

    version: str
    day: date
    verdicts: pd.DataFrame


def load_verdicts(folder: Path) -> list[PastVerdicts]:
    """Read the verdicts of every earlier release, the oldest first."""
    found = []
    for package in sorted(folder.glob("*/datapackage.json")):
        created = json.loads(package.read_text(encoding="utf-8"))["created"]
        for name, path in _resources(package):
            if name == "claim_verdicts":
                rows = parse_csv(path.read_bytes(), TABLES[name])
                found.append(PastVerdicts(package.parent.name, date.fromisoformat(created[:10]), rows))
    return sorted(found, key=lambda one: (one.day, one.version))


def _resources(package: Path) -> Iterator[tuple[str, Path]]:
    for resource in json.loads(package.read_text(encoding="utf-8"))["resources"]:
        yield resource["name"].replace("-", "_"), package.parent / resource["path"]


@dataclass(frozen=True)
class Past:
    """One earlier release: its tables about the corpora of a study, and who stands behind them, where that is known."""

    version: str
    tables: Mapping[str, pd.DataFrame]
    members: pd.DataFrame | None


def members_file(root: Path, study: str, version: str) -> Path:
    """Where the members behind a release are kept: those of a real study in the vault, never beside the release."""
    folder = root / ("data/vault" if study == "vault" else "data") / "release_history" / version
    return folder / f"{study}_{MEMBERS}.parquet"


def load_past(root: Path, study: str) -> list[Past]:
    """Earlier releases that hold tables about this study's corpora, the oldest first.

    Raises
    ------
    SchemaError
        A table of an earlier release has other columns than are declared now: it could not be kept as it was published.
    """
    found = []
    for package in sorted((root / "data/release_history").glob("*/datapackage.json")):
        named = {name: path for name, path in _resources(package) if _is_of(study, name)}
        tables = {name: parse_csv(path.read_bytes(), TABLES[name]) for name, path in named.items()}
        kept = members_file(root, study, package.parent.name)
        members = check(pq.read_table(kept).to_pandas(), TABLES[f"{study}_{MEMBERS}"]) if kept.is_file() else None
        if tables:
            found.append(Past(package.parent.name, tables, members))
    return found


def _is_of(study: str, name: str) -> bool:
    return name.startswith(f"{study}_") and name in TABLES and bool(TABLES[name].corpus)


@dataclass(frozen=True)
class Held:
    """What stays as it was published.

    Attributes
    ----------
    tables
        Name → the frame of the earlier release.
    since
        Corpus → the release whose numbers it keeps; a corpus that moves has no entry.
    members
        Who stands behind the numbers that are published now.
    """

    tables: Mapping[str, pd.DataFrame]
    since: Mapping[str, str]
    members: pd.DataFrame


def hold(past: Sequence[Past], members: pd.DataFrame, minimum: int) -> Held:
    """Which corpora keep the numbers of the last release.

    A corpus moves only when the comparison with every earlier release shows a change of nobody, or of at least
    `minimum` members, in every group that has numbers, and in what is left when those are taken from a whole. Who came
    or left and whose rows changed is counted apart. Where the members of an earlier release are not known, it stays.

    Parameters
    ----------
    past
        As `load_past` gives it.
    members
        Table `release_members` of the candidate.
    minimum
        Persons or accounts.
    """
    tables: dict[str, pd.DataFrame] = {}
    since: dict[str, str] = {}
    behind = []
    for corpus, now in members.groupby("corpus_code", sort=True):
        earlier = [one for one in past if any(TABLES[name].corpus == corpus for name in one.tables)]
        if all(one.members is not None and not small_changes(one.members, now, minimum) for one in earlier):
            behind.append(now)
            continue
        last = earlier[-1]
        since[str(corpus)] = last.version
        tables |= {name: frame for name, frame in last.tables.items() if TABLES[name].corpus == corpus}
        behind += [] if last.members is None else [last.members[last.members.corpus_code == corpus]]
    return Held(tables, since, pd.concat(behind) if behind else members.iloc[:0])


def small_changes(before: pd.DataFrame, now: pd.DataFrame, minimum: int) -> list[str]:
    """Groups in which somebody came, left or changed, and fewer than `minimum` did.

    Parameters
    ----------
    before, now
        Rows of the table `release_members`; other corpora than that of `now` are left out.
    minimum
        Members.
    """
    corpus = str(now.corpus_code.iloc[0])
    was, has = (_members(rows[rows.corpus_code == corpus]) for rows in (before, now))
    moved = was.keys() ^ has.keys()
    edited = {member for member in was.keys() & has.keys() if was[member] != has[member]}
    if not moved and not edited:
        return []
    return [
        group
        for group, inside in sorted(_comparable(was, has, SHOWN_FROM[corpus]).items())
        if any(0 < len(inside & changed) < minimum for changed in (moved, edited))
    ]


def _members(rows: pd.DataFrame) -> dict[str, set[tuple[str, str]]]:
    """Member → groups with what the member's rows say: the screen may move somebody whose rows stay."""
    found: dict[str, set[tuple[str, str]]] = {}
    columns = (rows[name].tolist() for name in ("member_digest", "member_group_text", "content_digest"))
    for member, group, content in zip(*columns, strict=True):
        found.setdefault(member, set()).add((group, content))
    return found


Members = Mapping[str, set[tuple[str, str]]]


def _comparable(was: Members, has: Members, shown_from: int) -> dict[str, set[str]]:
    """Group → its members in either release; groups too small to have numbers are pooled by what they are made by."""
    sizes = [Counter(group for groups in side.values() for group, _ in groups) for side in (was, has)]
    found: dict[str, set[str]] = {}
    pairs = ((who, group) for side in (was, has) for who, groups in side.items() for group, _ in groups)
    for member, group in pairs:
        is_large = max(size[group] for size in sizes) >= shown_from
        name = group if is_large else f"{group.partition(OF_A_KIND)[0]}{OF_A_KIND}{REST}"
        found.setdefault(name, set()).add(member)
    return found


def archive_members(members: pd.DataFrame, root: Path, study: str, version: str) -> Path:
    """Keep who stands behind a release, for the gate alone: readable by nobody else where the study is real."""
    path = members_file(root, study, version)
    is_private = study == "vault"
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700 if is_private else 0o755)
    write_atomically(path, parquet_bytes(members, TABLES[f"{study}_{MEMBERS}"]))
    path.chmod(0o600 if is_private else 0o644)
    return path


def held_evidence(
    root: Path, study: str, since: Mapping[str, str], now: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """What verdicts are judged by: the evidence behind the numbers that are published, held or new.

    A verdict's interval on new rows, beside held estimates, would show that somebody came or left.

    Parameters
    ----------
    root, study
    since
        Corpus → the release whose numbers it keeps, as `hold` says.
    now
        Corpus → its evidence as it stands now.

    Raises
    ------
    DisclosureError
        The evidence behind a release whose numbers are kept is not there.
    """
    found = dict(now)
    for corpus, version in since.items():
        path = _evidence_file(root, study, version, corpus)
        if not path.is_file():
            raise DisclosureError(
                f"{path.relative_to(root)}: not there, and the {corpus} keeps the numbers of release {version}; bring "
                "the folder from where that release was published"
            )
        found[corpus] = check(pq.read_table(path).to_pandas(), TABLES[f"{study}_{EVIDENCE[corpus]}"])
    return found


def archive_evidence(evidence: Mapping[str, pd.DataFrame], root: Path, study: str, version: str) -> None:
    """Keep what the verdicts of a release were judged by, beside its members and as private."""
    for corpus, rows in evidence.items():
        path = _evidence_file(root, study, version, corpus)
        write_atomically(path, parquet_bytes(rows, TABLES[f"{study}_{EVIDENCE[corpus]}"]))
        path.chmod(0o600)


def _evidence_file(root: Path, study: str, version: str, corpus: str) -> Path:
    return members_file(root, study, version).with_name(f"{study}_{EVIDENCE[corpus]}.parquet")


def forget(members: pd.DataFrame, digests: Collection[str], generator: np.random.Generator) -> pd.DataFrame:
    """Replace erased members by random digests: they still count as gone, and nothing leads to them any more.

    Parameters
    ----------
    members
        Table `release_members` of an earlier release.
    digests
        Of the pseudonyms that were erased.
    generator
        Seeded by the operating system: a seed that is known would lead back.
    """
    found = sorted(set(digests) & set(members.member_digest))
    new = {digest: generator.bytes(16).hex() for digest in found}
    gone = members.member_digest.isin(found)
    return members.assign(
        member_digest=members.member_digest.map(lambda digest: new.get(digest, digest)),
        content_digest=members.content_digest.mask(gone, members.member_digest.map(new)),
    ).sort_values(["corpus_code", "member_digest", "member_group_text"], ignore_index=True)


def archive_release(release: Path, history: Path, version: str) -> list[str]:
    """Keep what a published release says about persons, for the comparison with every later one.

    Parameters
    ----------
    release
        Release folder that was published.
    history
        Folder of earlier releases.
    version
        Name of the new folder in it.

    Returns
    -------
    list of str
        Names of the tables that were kept.

    Raises
    ------
    DisclosureError
        The version is there already: what was published cannot be replaced.
    """
    target = history / version
    if target.exists():
        raise DisclosureError(f"{target} exists; a published release is not replaced: raise the version in params.yaml")
    package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [entry for entry in package["resources"] if _is_kept(entry)]
    unfinished = history / f".{version}"
    shutil.rmtree(unfinished, ignore_errors=True)
    for entry in package["resources"]:
        (unfinished / entry["path"]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(release / entry["path"], unfinished / entry["path"])
    (unfinished / "datapackage.json").write_text(
        json.dumps(package, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    unfinished.rename(target)
    return [entry["name"] for entry in package["resources"]]


def _is_kept(entry: Mapping[str, object]) -> bool:
    return "corpus" in entry or entry["outputKind"] in KEPT_KINDS


def held(count: int, earlier: Sequence[int], minimum: int) -> int:
    """The count to publish: the nearest earlier one when it is nearer than the threshold, else the new one.

    Counts of earlier releases lie a threshold apart or are equal, so the result does so too.

    Examples
    --------
    >>> held(20, [15], 10), held(20, [], 10), held(30, [15], 10)
    (15, 20, 30)
    """
    near = [value for value in earlier if abs(value - count) < minimum]
    return min(reversed(near), key=lambda value: abs(value - count)) if near else count
