"""`withdraw`: record that a person takes their consent back, and erase what the vault holds of them."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from analysis.admission.posts import author_of
from analysis.admission.study import MANIFESTS
from analysis.corpora.exports import open_export
from analysis.corpora.posts import Post
from analysis.corpora.surveys import Respondent
from analysis.custody.erasure import erase_account, erase_respondent
from analysis.custody.ledger import ConsentEvent, append, read_ledger
from analysis.custody.manifest import Manifest, PostSource, SurveySource, load_manifest
from analysis.errors import CustodyError

DERIVED = ("data/restricted/restricted__vault_*", "data/candidate/candidate__vault_*")


def withdraw(
    key: Annotated[str, typer.Argument(help="The person's key in the consent ledger; never a name", metavar="KEY")],
    erase: Annotated[
        bool, typer.Option("--erase", help="Also remove the person's raw rows from the vault, and unused cached files")
    ] = False,
) -> None:
    """Record a withdrawal in the vault's ledger; the next `./run repro` leaves the person out of everything."""
    manifest = load_manifest(Path(MANIFESTS["vault"]))
    vault = Path(MANIFESTS["vault"]).parent
    record(vault / manifest.ledger, key)
    if erase:
        erase_person(vault, manifest, key)
        remove_derived()
        collect_garbage()
    print("recorded. Run `./run repro`: the person's rows are left out from then on.")
    if erase:
        print("Raw rows and rows derived from them are gone from this project; copies elsewhere are yours to erase.")


def record(ledger: Path, subject: str) -> None:
    """Append the withdrawal under the wording of the person's last event.

    Raises
    ------
    CustodyError
        The ledger holds no event of that key: a misspelled key must not pass for a withdrawal.
    """
    own = [entry.event for entry in read_ledger(ledger) if entry.event.subject == subject]
    if not own:
        raise CustodyError(
            f"{ledger}: holds no event of key {subject!r}; check the key, a misspelled one withdraws nobody"
        )
    last = own[-1]
    day = datetime.now(UTC).date()
    event = ConsentEvent(
        subject, "withdrawn", (), last.form_version, last.wording_sha256, last.language, day, f"withdrawn {day}"
    )
    append(ledger, event)


def erase_person(vault: Path, manifest: Manifest, subject: str) -> None:
    """Take the person's rows out of every export, then read each again to make sure."""
    for survey in manifest.surveys:
        if _holds_respondent(vault, survey, subject):
            erase_respondent(vault / survey.file, survey.variables.consent_subject, subject)
            _demand_gone(_holds_respondent(vault, survey, subject), survey.file)
    for source in manifest.posts:
        names = _names(vault, source, subject)
        if names:
            erase_account(vault / source.file, names)
            _demand_gone(bool(_names(vault, source, subject, known_only=False)), source.file)


def _holds_respondent(vault: Path, source: SurveySource, subject: str) -> bool:
    entries = open_export(vault / source.file, source.format or None, source.encoding).entries()
    name = source.variables.consent_subject
    answers = (entry.answers.get(name) for entry in entries if isinstance(entry, Respondent))
    return any(isinstance(answer, str) and answer.strip() == subject for answer in answers)


def _names(vault: Path, source: PostSource, subject: str, known_only: bool = True) -> set[str]:
    """The names under which an export knows the person's accounts; nothing when it holds no post of theirs."""
    accounts = {each.account for each in source.accounts.values() if each.consent_subject == subject}
    if not accounts:
        return set()
    found = set(accounts) if known_only else set()
    for entry in open_export(vault / source.file, source.format or None, source.encoding).entries():
        if isinstance(entry, Post) and author_of(entry, source) in accounts:
            found |= {name for name in (entry.author_id, entry.author_handle) if isinstance(name, str)}
    return found


def _demand_gone(is_there: bool, file: str) -> None:
    if is_there:
        raise CustodyError(
            f"{file}: the person's rows could not all be removed; remove them by hand and run this again"
        )


def remove_derived() -> None:
    """Rows of the vault that earlier runs derived: the next run makes them anew."""
    for pattern in DERIVED:
        for path in Path().glob(pattern):
            path.unlink()


def collect_garbage() -> None:
    """Remove cached outputs that no lock of this workspace names."""
    command = [str(Path(sys.executable).with_name("dvc")), "gc", "-w", "-f", "-q"]
    result = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
    if result.returncode:
        raise CustodyError(f"the withdrawal is recorded, but `dvc gc -w -f` failed: {result.stderr.strip()[-300:]}")
