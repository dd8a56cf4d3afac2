"""`withdraw`: record that a person takes their consent back, and erase what the project holds of them."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from analysis.admission.dossier import Dossier, open_dossier
from analysis.admission.study import GOVERNANCE, MANIFESTS, VAULT
from analysis.commands.erase_person import Journal, carry_out, member_digests, needs_key, periods_of, plan_erasure
from analysis.custody.clock import utc_day
from analysis.custody.erasure.items import is_telling
from analysis.custody.governance import Anchors, load_governance, write_anchors
from analysis.custody.ledger import ConsentEvent, append, head, read_ledger
from analysis.custody.manifest import Manifest, load_manifest
from analysis.custody.modes import PRIVATE_UMASK, close_to_others
from analysis.custody.pseudonyms import KEY_VARIABLE, StudyKey, key_from_environment
from analysis.custody.traces import Search, traces_in_file, traces_in_git
from analysis.errors import CustodyError
from analysis.study import PLANS

NOT_SEARCHED = (".venv", "__pycache__")
"""The environment of requirements.lock, which holds nobody, and compiled source."""
PRIVATE = ("data", "dist", "build", ".dvc")
"""Folders in which even a short key is looked for: elsewhere it stands by chance."""
SHOWN = 40
CACHES = ("/var/cache/dvc", "/var/tmp/dvc", "~/.cache/dvc", "~/.cache/dvc_data")  # noqa: S108 (DVC's own choice)
"""Where DVC keeps tables of hashes when nothing else is configured."""


def withdraw(
    key: Annotated[str, typer.Argument(help="The person's key in the consent ledger; never a name", metavar="KEY")],
    erase: Annotated[
        bool, typer.Option("--erase", help="Also erase the person from the vault, from all made of it, and from caches")
    ] = False,
) -> None:
    """Record a withdrawal in the vault's ledger; the next `./run repro` leaves the person out of everything.

    With --erase the exit code is 0 only when a search of every byte of the project and its caches finds nothing more.
    """
    os.umask(PRIVATE_UMASK)
    root = Path.cwd()
    manifest = load_manifest(root / MANIFESTS["vault"])
    vault = root / VAULT
    close_to_others(vault)
    record(vault / manifest.ledger, key)
    anchor(root, vault / manifest.ledger)
    print("recorded. Run `./run repro`: the person's rows are left out from then on.")
    if erase:
        erase_person(root, vault, manifest, key)


def record(ledger: Path, subject: str, today: date | None = None) -> None:
    """Append the withdrawal under the wording of the person's last event; one that stands already stays the last.

    Raises
    ------
    CustodyError
        The ledger holds no event of that key: a misspelled key must not pass for a withdrawal.
    """
    own = [entry.event for entry in read_ledger(ledger) if entry.event.subject == subject]
    if not own:
        raise CustodyError(
            f"{ledger}: holds no event of the key given ({len(subject)} characters); check it, a misspelled one "
            "withdraws nobody"
        )
    last = own[-1]
    if last.event == "withdrawn" and not last.scopes:
        return
    day = today or utc_day()
    event = ConsentEvent(
        subject, "withdrawn", (), last.form_version, last.wording_sha256, last.language, day, f"withdrawn {day}"
    )
    append(ledger, event, day)


def anchor(root: Path, ledger: Path) -> None:
    """Anchor the ledger with the withdrawal in it, where the study has anchors."""
    path = root / GOVERNANCE
    anchors = load_governance(path).anchors if path.is_file() else None
    if anchors:
        write_anchors(path, Anchors(anchors.key_fingerprint, head(read_ledger(ledger, anchors.ledger_head))))


def erase_person(root: Path, vault: Path, manifest: Manifest, subject: str) -> None:
    """Plan, replace, search; say what remains.

    Raises
    ------
    CustodyError
        Something cannot be rewritten, and nothing was touched; or something remains, and each place was listed.
    """
    study_key = _key(root)
    dossier = open_dossier(vault, manifest, subject, study_key, periods_of(root, vault))
    if study_key is None and needs_key(vault, dossier):
        raise CustodyError(
            f"annotations, predictions or earlier releases may know the person by pseudonym: set {KEY_VARIABLE}; "
            "nothing was erased"
        )
    plan = plan_erasure(vault, dossier)
    journal = Journal(vault, hashlib.sha256(subject.encode()).hexdigest()[:16])
    needles = journal.needles() | dict(dossier.needles)
    needles |= {text: "phrase" for text in plan.texts if text not in needles}
    needles |= {each: "hash of a file" for each in _hashes(plan.contents)}
    needles |= {each: "hash of a pseudonym" for each in member_digests(dossier)}
    asked = _asked(root)
    needles = {text: kind for text, kind in needles.items() if kind != "phrase" or text not in asked}
    journal.note(needles)
    carry_out(root, vault, plan)
    remains = list(search(root, vault, manifest, dossier, needles))
    _report(vault / manifest.ledger, needles, remains)
    if remains:
        raise CustodyError(f"{len(remains)} place(s) still hold something of the person; mend each and run this again")
    journal.close()


def _asked(root: Path) -> str:
    """The project's own questionnaires and lists of codes: an answer that stands there was offered to everybody."""
    folders = (root / "data/study", root / "data/codelists")
    files = sorted(path for folder in folders if folder.is_dir() for path in folder.rglob("*") if path.is_file())
    files += [path for name in PLANS.values() if (path := root / name).is_file()]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


def _key(root: Path) -> StudyKey | None:
    return key_from_environment(os.environ, root) if os.environ.get(KEY_VARIABLE) else None


def _hashes(contents: dict[Path, bytes | None]) -> Iterator[str]:
    """Under which names a cache or a lock may know the files as they were."""
    for path in contents:
        if path.is_file() and path.name != "sources.yml":
            yield hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Remainder:
    """A place that still holds something: the place, what by kind, why it is there and what to do."""

    place: str
    kinds: "Counter[str]"
    reason: str


def search(
    root: Path, vault: Path, manifest: Manifest, dossier: Dossier, needles: dict[str, str]
) -> Iterator[Remainder]:
    """Every place under the project, its originals and its caches that holds something of the person."""
    everywhere = {text: kind for text, kind in needles.items() if kind == "phrase" or is_telling(text)}
    near = everywhere | {text: kind for text, kind in needles.items() if _means_somebody(text)}
    wide, narrow = Search(everywhere), Search(near)
    skipped = {(vault / manifest.ledger).resolve(), *(vault / ".erasing").glob("*")}
    for path in _files(root, vault, manifest):
        if path.resolve() in skipped:
            continue
        is_near = not path.is_relative_to(root) or path.relative_to(root).parts[0] in PRIVATE
        found = traces_in_file(path, narrow if is_near else wide)
        named = narrow.count_text(str(path.relative_to(root) if path.is_relative_to(root) else path))
        if found or named:
            if _is_cached(path, root):
                path.chmod(0o600)
                path.unlink()
                continue
            yield Remainder(_shown(path, root, bool(named)), found + named, _reason(path, root, vault, manifest))
    in_git = traces_in_git(root, wide)
    if in_git:
        yield Remainder(".git", in_git, "was added to git once: rewrite the history, and tell whoever has a copy")
    for each in dossier.surveys:
        path = (vault / each.source.file).resolve()
        if path.is_file() and path.stat().st_nlink > 1:
            yield Remainder(
                _shown(path, root, False),
                Counter({"other name": path.stat().st_nlink - 1}),
                "has further names (links)",
            )


def _means_somebody(text: str) -> bool:
    """A number of a few digits stands anywhere; what is no number is looked for where private rows lie."""
    return not text.isdigit()


def _files(root: Path, vault: Path, manifest: Manifest) -> Iterator[Path]:
    """Regular files of the project, originals outside it that exports link to, and DVC's caches elsewhere."""
    seen: set[Path] = set()
    originals = [vault / file for file in manifest.files]
    caches = [Path(name).expanduser() for name in CACHES]
    for top in (root, *originals, *caches):
        for path in [top] if top.is_file() else sorted(top.rglob("*")) if top.is_dir() else []:
            inside = path.relative_to(root).parts if path.is_relative_to(root) else ()
            if set(inside) & set(NOT_SEARCHED) or ".git" in inside[:1] or not path.is_file():
                continue
            real = path.resolve()
            if real not in seen and not (path.is_symlink() and real.is_relative_to(root)):
                seen.add(real)
                yield path


def _is_cached(path: Path, root: Path) -> bool:
    return path.is_relative_to(root / ".dvc/cache") or path.is_relative_to(root / ".dvc/tmp")


def _shown(path: Path, root: Path, is_telling_name: bool) -> str:
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    return f"{shown.parent}/(a file whose name names the person)" if is_telling_name else str(shown)


def _reason(path: Path, root: Path, vault: Path, manifest: Manifest) -> str:
    named = {(vault / file).resolve() for file in manifest.files}
    if path.resolve() in named:
        return "others' rows speak of the person, or a part that no reader reads does: take it out by hand"
    if path.is_relative_to(vault):
        return "stands in no list: delete it, or name it in sources.yml"
    if not path.is_relative_to(root):
        return "lies outside the project: delete it"
    if path.relative_to(root).parts[0] in ("dist", "build") or path.is_relative_to(root / "data/release"):
        return "was made before: delete it, and run `./run repro`"
    return "is no part of the vault: delete it, or take the text out"


def _report(ledger: Path, needles: dict[str, str], remains: list[Remainder]) -> None:
    looked_for = {text: kind for text, kind in needles.items() if is_telling(text) or _means_somebody(text)}
    searched = Counter(looked_for.values())
    print("searched for " + ", ".join(f"{count} × {kind}" for kind, count in sorted(searched.items())))
    few = len(needles) - len(looked_for)
    if few:
        print(
            f"{few} number(s) of a few digits were looked for by the readers of the exports only: they stand anywhere"
        )
    print(f"kept on purpose: {ledger.name}: the proof that consent was given and withdrawn; it holds no answer")
    for each in remains[:SHOWN]:
        kinds = ", ".join(f"{kind} × {count}" for kind, count in sorted(each.kinds.items()))
        print(f"remains: {each.place}: {kinds}: {each.reason}")
    if len(remains) > SHOWN:
        print(f"remains: {len(remains) - SHOWN} place(s) more")
    if not remains:
        print("Nothing of the person is left in this project and its caches; copies elsewhere are yours to erase.")
