"""Open a study: where its exports lie, what the ledger allows at the cut-off, which key makes its pseudonyms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analysis.custody.governance import load_governance
from analysis.custody.ledger import Consent, allows, read_ledger, standing_consents
from analysis.custody.manifest import Manifest, load_manifest
from analysis.custody.pseudonyms import StudyKey, key_from_environment, published_test_key
from analysis.errors import CustodyError

FICTION, VAULT = "data/fiction", "data/vault"
MANIFESTS = {"synthetic": f"{FICTION}/synthetic_sources.yml", "vault": f"{VAULT}/sources.yml"}
LOCK_VARIABLE = "VAULT_LOCK_IS_KEPT_APART"
"""Set by `./run` while it keeps the lock of a vault study out of the public one."""

LINKAGE, RECONTACT, MICRODATA = "linkage_to_posts", "recontact", "microdata_restricted"
PUBLICATION, SURVEY = "aggregate_publication", "survey_analysis"


@dataclass(frozen=True)
class Study:
    """A study that may start: its folder, its manifest, what each person allows, and its key."""

    folder: Path
    manifest: Manifest
    consents: Mapping[str, Consent]
    key: StudyKey

    def allows(self, subject: str, *scopes: str) -> bool:
        """Whether a person allows every one of these scopes at the cut-off; absence is refusal."""
        return all(allows(self.consents, subject, scope) for scope in scopes)

    def linkage(self, subject: str) -> str | None:
        """The pseudonym that joins a person's answers and posts, for those who allow it."""
        return self.key.pseudonym("linkage", subject) if subject and self.allows(subject, LINKAGE) else None


def open_study(study: str, root: Path, cut_off: date, environment: Mapping[str, str]) -> Study:
    """Open the fictional world or the vault.

    Parameters
    ----------
    study : str
        `synthetic` or `vault`.
    root : Path
        The project.
    cut_off : date
        Day of the release: consent is what held on that day and was not taken back since.
    environment : mapping
        Names the key's file for a vault study.

    Raises
    ------
    CustodyError
        A vault study without governance, ledger, manifest or key, past its own retention, or run by DVC without
        `./run`; a fictional world that is damaged.
    """
    is_vault = study == "vault"
    if is_vault:
        _demand_governance(root, cut_off)
        _demand_kept_lock(environment)
    path = root / MANIFESTS[study]
    manifest = load_manifest(path)
    consents = standing_consents(read_ledger(path.parent / manifest.ledger), cut_off)
    key = key_from_environment(environment, root) if is_vault else published_test_key()
    return Study(path.parent, manifest, consents, key)


def _demand_governance(root: Path, cut_off: date) -> None:
    path = root / VAULT / "governance.yml"
    overdue = load_governance(path).overdue(cut_off)
    if overdue:
        raise CustodyError(
            f"{path}: {', '.join(overdue)} lies before the release of {cut_off}; delete what had to be deleted, or "
            "have the retention extended and approved"
        )


def _demand_kept_lock(environment: Mapping[str, str]) -> None:
    if "DVC_STAGE" in environment and environment.get(LOCK_VARIABLE) != "yes":
        raise CustodyError(
            "study: vault was started by DVC alone, which would write hashes of private files into dvc.lock; "
            "start it with `./run repro`"
        )
