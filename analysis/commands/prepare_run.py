"""`prepare-run`: what `./run repro` does before DVC starts.

DVC trusts its cache: a damaged object would be handed out as a result. It may also take a stage's output from there
without running the stage, so that nobody else would clean up after a run that was killed. What must not be here:
running a stage.
"""

import hashlib
import sys
from pathlib import Path

import yaml

from analysis.errors import ParameterError
from analysis.store import UNFINISHED, remove_if_abandoned

PLACES = ("data/", "data/[!v]*/**/", "dist/**/")
OBJECTS = Path(".dvc/cache/files/md5")


def prepare_run() -> None:
    """Remove what dead runs left and damaged objects of the cache, and print which study `params.yaml` names."""
    for left in unfinished(Path.cwd()):
        remove_if_abandoned(left)
    for damaged in damaged_objects(OBJECTS):
        damaged.unlink()
        print(f"{damaged}: its content is not what its name says; thrown out, and made anew", file=sys.stderr)
    content = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not isinstance(content.get("study"), str):
        raise ParameterError("params.yaml names no study; write `study: synthetic` or `study: vault`")
    print(content["study"])


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
