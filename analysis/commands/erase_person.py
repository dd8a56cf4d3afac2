"""Erase one person from a vault and from all that was made of it: plan everything, then replace every file at once.

What must not be here: recording the withdrawal, or showing what was found.
"""

import csv
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from analysis.admission.dossier import Dossier, PostPart, SurveyPart, demand_others_unchanged
from analysis.commands.vault_pipeline import PLACE
from analysis.corpora.chat_lines import begins_chat
from analysis.corpora.exports import open_export
from analysis.corpora.portable_file import SIGNATURE
from analysis.corpora.surveys import Respondent
from analysis.custody.erasure import items, packing, papers, spss, stata, text, workbook
from analysis.custody.erasure.cut import Cut
from analysis.custody.erasure.staging import remove_left, replace_all
from analysis.custody.traces import SHORTEST_PHRASE
from analysis.disclosure.history import MEMBERS, forget
from analysis.errors import CustodyError
from analysis.results.members import IN_PERIOD, digest
from analysis.schemas import TABLES
from analysis.store import parquet_bytes
from analysis.study import PLANS, open_plan

DERIVED = (
    "data/restricted/*vault*",
    "data/restricted/product/*vault*",
    "data/candidate/*vault*",
    PLACE,
    "data/vault/dvc.lock",
)
"""What a run makes of private rows; the next run makes it anew."""
SHEETS = "*.csv"
BEHIND_RELEASES = f"release_history/*/vault_{MEMBERS}.parquet"
"""Digests of who stands behind each earlier release, below the vault."""
ITEM = "item"
"""Column under which sheets of annotators and files of predictions list posts."""
DRAWN, NUMBER = Path("sheets/key.csv"), "number"
"""What `sheet draw` keeps, below the vault: on a sheet a post stands under a number."""


@dataclass
class Plan:
    """New content of every file that changes, None for one that goes; and further texts of the person."""

    contents: dict[Path, bytes | None] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)


def plan_erasure(vault: Path, dossier: Dossier) -> Plan:
    """Rewrite in memory whatever holds the person, and read it again.

    Raises
    ------
    CustodyError
        A file cannot be rewritten without losing something of others; nothing was touched.
    """
    plan = Plan()
    for survey in dossier.surveys:
        if not survey.cut.is_empty:
            path = (vault / survey.source.file).resolve()
            plan.contents[path], texts = rewritten_survey(path, survey)
            plan.texts |= texts
    gone = {part.source.file for part in dossier.posts if part.is_whole}
    for part in dossier.posts:
        path = (vault / part.source.file).resolve()
        plan.contents[path] = None if part.is_whole else rewritten_posts(path, part)
    plan.contents |= dict(_sheets(vault, dossier, plan))
    plan.contents |= dict(_members(vault, member_digests(dossier)))
    # The manifest goes last: until then it says whose accounts the exports hold.
    manifest = (vault / "sources.yml").resolve()
    plan.contents[manifest] = papers.without_accounts(manifest.read_bytes(), manifest.name, dossier.subject, gone)
    return plan


def rewritten_survey(path: Path, part: SurveyPart) -> tuple[bytes, set[str]]:
    """A survey export without the person, in its own format and packing, and what its repeat groups held of them."""
    texts: set[str] = set()

    def rewrite(content: bytes) -> bytes:
        if content.startswith((b"$FL2", b"$FL3")):
            return spss.without_cases(content, path.name, part.cut)
        if SIGNATURE in content[:512]:
            raise CustodyError(f"{path.name}: a portable file cannot be rewritten; save it as .sav, and try again")
        if content.startswith(b"<stata_dta>") or (
            content[:1] and content[0] in range(102, 120) and content[2:3] == b"\1"
        ):
            return stata.without_observations(content, path.name, part.cut)
        if content.startswith(b"PK\x03\x04") and not workbook.is_workbook(content, path.name):
            return packing.rewritten_archive(content, path.name, _member_without(path, part))
        if content.startswith(b"PK\x03\x04"):
            new, found = workbook.without_rows(content, path.name, part.cut, part.own)
            texts.update(each for each in found if len(each) >= SHORTEST_PHRASE)
            return new
        return text.without_rows(content, path.name, part.cut)

    content = packing.rewritten(_bytes(path), path.name, rewrite)
    demand_others_unchanged(path, content, part)
    return content, texts


def _member_without(path: Path, part: SurveyPart) -> Callable[[str, bytes], bytes]:
    """How the files of a zip change: the export loses the person's rows, repeat groups what hangs below them."""
    export = open_export(path, part.source.format or None, part.source.encoding)
    inside = export.source.name.removeprefix(f"{path}/")
    gone = [
        entry.answers
        for entry in export.entries()
        if isinstance(entry, Respondent) and int(entry.position.removeprefix("line ")) in part.cut.rows
    ]

    def is_below(cells: dict[str, str]) -> bool:
        named = ((cells.get(column), above) for column, above in workbook.PARENTS.items())
        return any(
            key and workbook.is_below(key, str(answers[above]))
            for key, above in named
            for answers in gone
            if isinstance(answers.get(above), str)
        )

    def changed(name: str, content: bytes) -> bytes:
        if name == inside:
            return text.without_rows(content, name, part.cut)
        rows = text.rows_with(content, name, is_below) if name.lower().endswith(".csv") else frozenset()
        return text.without_rows(content, name, Cut(rows)) if rows else content

    return changed


def rewritten_posts(path: Path, part: PostPart) -> bytes:
    """A post export without the person's items and without their name in others'."""

    def member(name: str, content: bytes) -> bytes:
        start = content.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1]
        if start in (b"{", b"[") or items.ASSIGNMENT.match(content[:200].decode("utf-8", "replace")):
            return items.without_items(content, name, part.names)
        if begins_chat(content[:320].decode("utf-8", "ignore")):
            raise CustodyError(
                f"{name}: a chat cannot be rewritten; take the person's lines out by hand, and try again"
            )
        return text.replaced_cells(content, name, part.rows, items.without_name(part.names))

    def rewrite(content: bytes) -> bytes:
        if content.startswith(b"PK\x03\x04"):
            return packing.rewritten_archive(content, path.name, member)
        return member(path.name, content)

    content = packing.rewritten(_bytes(path), path.name, rewrite)
    demand_others_unchanged(path, content, part)
    return content


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CustodyError(f"{path}: cannot be read: {error.strerror}; nothing was erased") from error


def _sheets(vault: Path, dossier: Dossier, plan: Plan) -> Iterator[tuple[Path, bytes]]:
    """Sheets of annotators and predictions without the person's posts, repeat groups without their rows."""
    numbers = _numbers(vault, dossier)
    for path in sorted(vault.rglob(SHEETS)):
        if path.resolve() in plan.contents or any(part.startswith(".") for part in path.relative_to(vault).parts):
            continue
        content, drawn = _bytes(path), numbers if path.parent == (vault / DRAWN).parent else set()
        try:
            rows = text.rows_with(content, path.name, partial(_is_theirs, dossier=dossier, drawn=drawn))
        except CustodyError:
            continue  # not text: no sheet
        if rows:
            yield path.resolve(), text.without_rows(content, path.name, Cut(rows))


def _is_theirs(cells: dict[str, str], dossier: Dossier, drawn: set[str]) -> bool:
    return _is_listed(cells, dossier) or cells.get(NUMBER) in drawn


def _numbers(vault: Path, dossier: Dossier) -> set[str]:
    """Under which numbers drawn posts of the person stand on the sheets, as the key knows them."""
    path = vault / DRAWN
    if not path.is_file():
        return set()
    with path.open(encoding="utf-8", newline="") as file:
        return {row[NUMBER] for row in csv.DictReader(file) if row[ITEM] in dossier.items}


def member_digests(dossier: Dossier) -> set[str]:
    """Under which digests earlier releases know the person and their accounts."""
    return {digest(text) for text, kind in dossier.needles.items() if kind == "pseudonym"}


def periods_of(root: Path, vault: Path) -> set[str]:
    """Periods of the study's plan, and those that earlier releases had: a person has a pseudonym in each."""
    found = set(open_plan(root, "vault").periods) if (root / PLANS["vault"]).is_file() else set[str]()
    for path in vault.glob(BEHIND_RELEASES):
        groups = pq.read_table(path, columns=["member_group_text"]).column(0).unique().to_pylist()
        found |= {group.removeprefix(IN_PERIOD) for group in groups if group.startswith(IN_PERIOD)}
    return found


def _members(vault: Path, digests: set[str]) -> Iterator[tuple[Path, bytes]]:
    """Who stands behind earlier releases, the person under a digest that leads nowhere: they still count as gone."""
    for path in sorted(vault.glob(BEHIND_RELEASES)):
        members = pq.read_table(path).to_pandas()
        if members.member_digest.isin(digests).any():
            kept = forget(members, digests, np.random.default_rng())
            yield path.resolve(), parquet_bytes(kept, TABLES[f"vault_{MEMBERS}"])


def _is_listed(cells: Mapping[str, str], dossier: Dossier) -> bool:
    """Whether a row lists a post of the person, or repeats their submission."""
    if cells.get(ITEM, "") in dossier.items:
        return True
    ids = [text for text, kind in dossier.needles.items() if kind == "id" and not text.isdigit()]
    above = [cells[column] for column in workbook.PARENTS if cells.get(column)]
    return any(workbook.is_below(each, parent) for each in above for parent in ids)


def needs_key(vault: Path, dossier: Dossier) -> bool:
    """Whether a sheet or an earlier release may know the person by pseudonyms, which only the study's key gives."""
    is_behind = bool(dossier.posts or dossier.surveys) and any(vault.glob(BEHIND_RELEASES))
    return is_behind or (
        bool(dossier.posts)
        and any(ITEM in path.open(encoding="utf-8", errors="replace").readline() for path in vault.rglob(SHEETS))
    )


def carry_out(root: Path, vault: Path, plan: Plan) -> None:
    """Put every planned file in place, and remove what runs made of private rows."""
    remove_left(vault)
    replace_all(plan.contents)
    for pattern in DERIVED:
        for path in root.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


class Journal:
    """What to search for, kept in the vault until nothing is found: the exports no longer say it."""

    def __init__(self, vault: Path, name: str) -> None:
        """Name the journal of one withdrawal."""
        self.path = vault / ".erasing" / f"{name}.json"

    def needles(self) -> dict[str, str]:
        """What earlier attempts noted."""
        return dict(json.loads(self.path.read_text(encoding="utf-8"))) if self.path.is_file() else {}

    def note(self, needles: Mapping[str, str]) -> None:
        """Keep what has to be gone."""
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        self.path.touch(mode=0o600)
        self.path.write_text(json.dumps(dict(needles)), encoding="utf-8")

    def close(self) -> None:
        """Nothing remains: forget it."""
        self.path.unlink(missing_ok=True)
        if self.path.parent.is_dir() and not any(self.path.parent.iterdir()):
            self.path.parent.rmdir()
