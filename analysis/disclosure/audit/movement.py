"""Compare the tables of a corpus with those of every earlier release, knowing who came, left and changed in between.

Reads the released bytes and the digests of members alone, and counts anew. What must not be here: anything of the
gate's.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow.parquet as pq

from analysis.disclosure.audit.findings import Finding

ALONE = {"survey": 100, "posts": 10}
"""Members from which on a group has numbers of its own."""

Groups = dict[str, dict[str, str]]
"""Group → member → what the member's rows say."""


def movement(release: Path, history: Path, members: Mapping[str, Path], minimum: int) -> list[Finding]:
    """Find corpora whose published numbers moved although few persons of some group did.

    Parameters
    ----------
    release, history
        Release folder, and the folder of earlier ones.
    members
        Name of an earlier release, and `now` for this one → file of who stands behind it; a missing file stands for
        members that nobody knows.
    minimum
        Persons.
    """
    found = []
    for earlier in sorted(package.parent for package in history.glob("*/datapackage.json")):
        was, has = _tables(earlier), _tables(release)
        for corpus in sorted(was.keys() & has.keys()):
            moved = sorted(name for name, data in has[corpus].items() if was[corpus].get(name, data) != data)
            for text in _small(members.get(earlier.name), members["now"], corpus, minimum) if moved else ():
                found.append(Finding("movement", moved[0], f"{len(moved)} table(s) moved since {earlier.name}: {text}"))
    return found


def _tables(folder: Path) -> dict[str, dict[str, bytes]]:
    """Corpus → file → bytes."""
    found: dict[str, dict[str, bytes]] = defaultdict(dict)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in (entry for entry in package["resources"] if "corpus" in entry):
        found[resource["corpus"]][resource["path"]] = (folder / resource["path"]).read_bytes()
    return found


def _small(before: Path | None, now: Path, corpus: str, minimum: int) -> Iterator[str]:
    """What few did, in how many groups; never in which: an error's text would tell who left."""
    if before is None or not before.is_file():
        yield "and nobody knows who stood behind it"
        return
    was, has = _groups(before, corpus), _groups(now, corpus)
    wholes = [{member: text for group in side.values() for member, text in group.items()} for side in (was, has)]
    small = [0, 0]
    for inside in _pooled(was, has, ALONE[corpus]).values():
        came_or_left = sum((member in wholes[0]) != (member in wholes[1]) for member in inside)
        changed = sum(
            member in wholes[0] and member in wholes[1] and _says(was, member) != _says(has, member)
            for member in inside
        )
        small[0] += 0 < came_or_left < minimum
        small[1] += 0 < changed < minimum
    for groups, words in zip(small, ("came or left", "changed"), strict=True):
        if groups:
            yield f"in {groups} group(s) fewer than {minimum} {words}"


def _groups(path: Path, corpus: str) -> Groups:
    found: Groups = defaultdict(dict)
    for row in pq.read_table(path).to_pylist():
        if row["corpus_code"] == corpus:
            found[row["member_group_text"]][row["member_digest"]] = row["content_digest"]
    return found


def _says(groups: Groups, member: str) -> list[tuple[str, str]]:
    return [(name, group[member]) for name, group in sorted(groups.items()) if member in group]


def _pooled(was: Groups, has: Groups, alone: int) -> dict[str, set[str]]:
    """Groups with numbers of their own in either release; the others together, by what they are made by."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in sorted(was.keys() | has.keys()):
        is_alone = max(len(was.get(name, ())), len(has.get(name, ()))) >= alone
        key = name if is_alone else f"{name.split(' = ')[0]} = others"
        found[key] |= set(was.get(name, ())) | set(has.get(name, ()))
    return found
