"""Open a study: where its exports lie, what the ledger allows at the cut-off, which key makes its pseudonyms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analysis.custody.clock import utc_day
from analysis.custody.governance import Anchors, Governance, load_governance
from analysis.custody.ledger import Consent, Entry, allows, head, newest_day, read_ledger, standing_consents
from analysis.custody.manifest import Manifest, load_manifest
from analysis.custody.modes import close_to_others
from analysis.custody.pseudonyms import StudyKey, key_from_environment, published_test_key
from analysis.errors import CustodyError

FICTION, VAULT = "data/fiction", "data/vault"
MANIFESTS = {"synthetic": f"{FICTION}/synthetic_sources.yml", "vault": f"{VAULT}/sources.yml"}
GOVERNANCE = f"{VAULT}/governance.yml"

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


def open_study(
    study: str, root: Path, cut_off: date, environment: Mapping[str, str], today: date | None = None
) -> Study:
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
    today : date, optional
        The day with which retention and expiry of a vault study are compared; the clock's, when none is given. The
        fictional world knows no clock.

    Raises
    ------
    CustodyError
        A vault study without governance, ledger, manifest or key, past its own retention, open to other users, with a
        key or a ledger that are not the anchored ones, or with events after the release or after today; a fictional
        world that is damaged.
    """
    if study != "vault":
        path = root / MANIFESTS[study]
        manifest = load_manifest(path)
        entries = read_ledger(path.parent / manifest.ledger)
        return Study(path.parent, manifest, standing_consents(entries, cut_off, cut_off), published_test_key())
    day = today or utc_day()
    papers = open_papers(root, environment, day)
    _demand_days(root / VAULT / papers.manifest.ledger, papers.entries, cut_off, day)
    return Study(root / VAULT, papers.manifest, standing_consents(papers.entries, cut_off, day), papers.key)


@dataclass(frozen=True)
class Papers:
    """What a vault study must show before anything is read: governance, manifest, ledger, key."""

    governance: Governance
    manifest: Manifest
    entries: tuple[Entry, ...]
    key: StudyKey

    @property
    def anchors(self) -> Anchors:
        """What the governance file should record of them."""
        return Anchors(self.key.fingerprint(), head(self.entries))


def open_papers(root: Path, environment: Mapping[str, str], today: date) -> Papers:
    """Read a vault's papers and hold them against their anchors.

    Raises
    ------
    CustodyError
        As for `open_study`.
    """
    path = root / GOVERNANCE
    governance = load_governance(path)
    close_to_others(root / VAULT)
    overdue = governance.overdue(today)
    if overdue:
        raise CustodyError(
            f"{path}: {', '.join(overdue)} lies before today ({today}); delete what had to be deleted, or have the "
            "retention extended and approved"
        )
    manifest = load_manifest(root / MANIFESTS["vault"])
    anchors = governance.anchors
    entries = read_ledger(root / VAULT / manifest.ledger, anchors.ledger_head if anchors else None)
    key = key_from_environment(environment, root)
    if anchors and key.fingerprint() != anchors.key_fingerprint:
        raise CustodyError(
            f"{path}: anchors.key_fingerprint is that of another key: the same person would get a second pseudonym; "
            "name the study's first key"
        )
    return Papers(governance, manifest, entries, key)


def _demand_days(ledger: Path, entries: tuple[Entry, ...], cut_off: date, today: date) -> None:
    """No event of the future, and none that the release is too old to know."""
    newest = newest_day(entries)
    if newest and newest > today:
        raise CustodyError(
            f"{ledger}: holds an event of {newest}, and today is {today} in UTC; wait for that day, or restore the "
            "ledger and append the event with its right day"
        )
    if newest and newest > cut_off:
        raise CustodyError(
            f"{ledger}: its newest event is of {newest}, after the release of {cut_off}; set release.date in "
            f"params.yaml to {newest} or later"
        )
