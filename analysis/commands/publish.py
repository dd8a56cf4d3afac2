"""`publish`: everything that a repository takes in, prepared on this machine; nothing is sent.

What must not be here: the contents of a deposit, a network.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from analysis.atomic import write_atomically
from analysis.commands.archive_release import archive_release
from analysis.commands.rehearsal_pipeline import SAID
from analysis.commands.vault_pipeline import PLACE
from analysis.errors import InputError, ReleaseError
from analysis.params import load_params
from analysis.release.deposit import METADATA, RELEASE, Finished, demand_audited, deposit
from analysis.release.description import NAME, Description, read_description
from analysis.study import open_plan
from analysis.study.plan import Plan

HISTORY = "data/release_history"
NEXT = """next:
 1. sign the checksums, if you have a key: ssh-keygen -Y sign -n release -f KEY {to}/SHA256SUMS
 2. upload the files to Zenodo, and fill the form from {to}/{metadata} (or send it to the deposit interface)
 3. raise the version in params.yaml and CITATION.cff before the next run: this one is closed"""


def publish(
    to: Annotated[Path, typer.Option(help="New or empty folder for the deposit; not in the project")],
) -> None:
    """Prepare bundle, book, metadata of a Zenodo deposit and checksums, from a finished run; nothing is sent.

    The version is closed: its tables are archived for the gate of the next one, and nothing else is published under it.
    Example: ./run python -m analysis publish --to /tmp/deposit. Exit code 0; 2 where an audit stands against it, where
    anything differs from what was audited, or where CITATION.cff does not cite this release.
    """
    root = Path.cwd()
    params = load_params(root / "params.yaml")
    _demand_empty(to, root)
    plan = open_plan(root, params.study)
    is_own = params.study == "vault"
    finished = Finished(root, root / PLACE / "dvc.lock" if is_own else root / "dvc.lock")
    demand_audited(finished)
    about = read_description(root / "CITATION.cff", params.release.version, params.release.date)
    _demand_new(root, about)
    name = plan.study if is_own else NAME
    if is_own:
        _demand_own(plan, about)
    _demand_cited(root)
    for file, content in deposit(finished, about, name, _notes(plan, is_own=is_own)).items():
        write_atomically(to / file, content)
        print(f"written: {to / file}")
    if not (root / HISTORY / about.version).is_dir():
        # Whatever is published is kept at once: a withdrawal between two builds of one version would show otherwise.
        archive_release()
    print(NEXT.format(to=to, metadata=METADATA))


def _notes(plan: Plan, *, is_own: bool) -> str:
    if is_own:
        return f"{plan.title}. Population: {plan.population}. Period: {plan.period}. Aggregates only."
    return "Tables with `synthetic` in their name are fictional: they are evidence about nobody. Aggregates only."


def _demand_empty(to: Path, root: Path) -> None:
    if to.resolve().is_relative_to(root.resolve()):
        raise InputError(f"--to {to}: lies in the project; name a folder outside of it")
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise InputError(f"--to {to}: holds files; name a new or empty folder")


def _demand_own(plan: Plan, about: Description) -> None:
    """Refuse a rehearsal, and a team's study under the names of others."""
    if plan.title.startswith(SAID):
        raise ReleaseError("data/vault/study.yml: is a rehearsal; nothing of it is published")
    shipped = f"Contributors to {NAME}"
    if any(maker.name == shipped for maker in about.makers):
        raise ReleaseError(
            f"CITATION.cff: cites {shipped!r}; write the title, abstract, keywords and authors of your own study there"
        )


def _demand_cited(root: Path) -> None:
    """Refuse a citation that was changed after the bundle was made, which would name other makers than the deposit."""
    if (root / "CITATION.cff").read_bytes() != (root / RELEASE / "CITATION.cff").read_bytes():
        raise ReleaseError("CITATION.cff: is not the one in the bundle; start ./run repro, then publish again")


def _demand_new(root: Path, about: Description) -> None:
    """Refuse other tables under a version that was published: what was archived under it has to be what is here."""
    past = root / HISTORY / about.version
    if not past.is_dir():
        return
    for entry in json.loads((past / "datapackage.json").read_text(encoding="utf-8"))["resources"]:
        here = root / RELEASE / entry["path"]
        if not here.is_file() or here.read_bytes() != (past / entry["path"]).read_bytes():
            raise ReleaseError(
                f"{entry['path']}: differs from what was published as version {about.version}; raise the version in "
                "params.yaml and CITATION.cff, and run again"
            )
