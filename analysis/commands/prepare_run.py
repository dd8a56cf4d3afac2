"""What `./run repro` does before DVC starts.

DVC trusts its cache: a damaged object would be handed out as a result. It may also take a stage's output from there
without running the stage, so that nobody else would clean up after a run that was killed. A vault study gets its own
DVC project and has its anchors renewed. What must not be here: running a stage.
"""

import contextlib
import hashlib
import os
import sys
from pathlib import Path

import yaml

from analysis.admission.study import GOVERNANCE, VAULT, open_papers
from analysis.atomic import UNFINISHED, remove_if_abandoned
from analysis.commands.vault_pipeline import lay_out
from analysis.custody.clock import utc_day
from analysis.custody.governance import write_anchors
from analysis.custody.modes import PRIVATE_UMASK, close_to_others
from analysis.errors import CustodyError, ParameterError

PLACES = ("data/", "data/[!v]*/**/", "dist/**/")
OBJECTS = Path(".dvc/cache/files/md5")


def prepare_run() -> str:
    """Remove what dead runs left and damaged objects of the cache; the study that `params.yaml` names.

    Raises
    ------
    ParameterError
        It names none.
    """
    for left in unfinished(Path.cwd()):
        remove_if_abandoned(left)
    for damaged in damaged_objects(OBJECTS):
        damaged.unlink()
        print(f"{damaged}: its content is not what its name says; thrown out, and made anew", file=sys.stderr)
    content = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not isinstance(content.get("study"), str):
        raise ParameterError("params.yaml names no study; write `study: synthetic` or `study: vault`")
    study: str = content["study"]
    if study == "vault":
        prepare_vault(Path.cwd())
    return study


def prepare_vault(root: Path) -> None:
    """Close the vault to others, lay out its DVC project, and anchor a key and a ledger that may be opened."""
    os.umask(PRIVATE_UMASK)
    (root / VAULT).mkdir(parents=True, exist_ok=True)
    opened = close_to_others(root / VAULT)
    if opened:
        print(f"{VAULT}: {opened} of its files and folders were open to other users of this machine", file=sys.stderr)
    lay_out(root)
    # What is wrong with the papers is said by the stage that needs them.
    with contextlib.suppress(CustodyError):
        renew_anchors(root)


def renew_anchors(root: Path) -> None:
    """Write the fingerprint of the key and the head of the ledger into the governance file, when they have changed.

    Raises
    ------
    CustodyError
        The key is another one, or the ledger no longer holds the line that was anchored: nothing is written.
    """
    papers = open_papers(root, os.environ, utc_day())
    if papers.anchors != papers.governance.anchors:
        write_anchors(root / GOVERNANCE, papers.anchors)


def unfinished(root: Path) -> list[Path]:
    """Temporary files and folders of every tier but the vault, the outermost first."""
    return [path for pattern in PLACES for path in sorted(root.glob(f"{pattern}.*{UNFINISHED}"))]


def damaged_objects(objects: Path) -> list[Path]:
    """Files of a DVC cache whose MD5 is not the name under which they are kept.

    Parameters
    ----------
    objects : Path
        Folder of objects, each `<first two hex digits>/<the others>`, with `.dir` behind the name of a listing.

    Returns
    -------
    list of Path
    """
    return [
        path for path in sorted(objects.glob("??/*")) if md5_of(path) != path.parent.name + path.name.partition(".")[0]
    ]


def md5_of(path: Path) -> str:
    """MD5 of a file's content, by which DVC names what it keeps."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
