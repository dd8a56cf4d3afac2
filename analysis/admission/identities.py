"""Everything that names a person or an account of a study: what no released byte may hold.

The audit is given this list and searches the product for it. What must not be here: a file that is written, or any of
these names in a message.
"""

import json
from pathlib import Path

from analysis.admission.study import MANIFESTS
from analysis.custody.ledger import read_ledger
from analysis.custody.manifest import load_manifest

PLANTED = "synthetic_canaries.json"
"""What the fictional world plants in its exports, so that a leak would be seen."""


def identities(study: str, root: Path) -> list[str]:
    """Accounts and owners of the manifest, subjects of the ledger, and what the fictional world has planted.

    Parameters
    ----------
    study : str
        `synthetic` or `vault`.
    root : Path
        The project.
    """
    path = root / MANIFESTS[study]
    manifest = load_manifest(path)
    accounts = {name for source in manifest.posts for name in (source.owner, *source.accounts)}
    subjects = {entry.event.subject for entry in read_ledger(path.parent / manifest.ledger)}
    return sorted((accounts | subjects | _planted(path.parent)) - {""})


def _planted(folder: Path) -> set[str]:
    path = folder / PLANTED
    if not path.is_file():
        return set()
    kinds = json.loads(path.read_text(encoding="utf-8"))
    return {text for texts in kinds.values() for text in texts}
