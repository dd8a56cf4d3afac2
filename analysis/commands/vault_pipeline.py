"""The pipeline of a vault study: the same stages, kept by a DVC project of its own inside the vault.

DVC writes hashes and sizes of private rows into its lock and its caches, beside the `dvc.yaml` that it runs. So a vault
study is run from `data/vault/.run`: links to the project's folders, and the project's `dvc.yaml` with every command
entering the project first and nothing cached. The project's own lock is never touched. What must not be here: running
DVC.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from analysis.atomic import write_atomically
from analysis.study.loading import study_files

PLACE = "data/vault/.run"
UP = "../../.."
"""From that place to the project."""
CHANGING = "data/fiction"
"""A stage that reads a file of the fictional world reads the vault's in its place, which DVC is not shown."""
CONFIG = """\
[core]
    no_scm = true
    analytics = false
    check_update = false
    autostage = false
    site_cache_dir = .dvc/tmp/site
"""

BESIDE = {
    "data/claims/evidence_links.csv": ("data/vault/evidence_links.csv",),
    "data/claims/claims.yml": ("data/vault/claims.yml", "data/vault/FROZEN.sha256"),
}
"""What a stage of a vault reads beside a file of the project, where the study has it."""

Tree = dict[str, Any]
Files = tuple[str, ...]


def lay_out(root: Path) -> Path:
    """Write the vault's DVC project anew; its lock, if there is one, stays.

    Parameters
    ----------
    root : Path
        The project.

    Returns
    -------
    Path
        Where DVC has to be started.
    """
    place = root / PLACE
    stages = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    for folder in (place, place / ".dvc", place / ".dvc/tmp/site/repo"):
        folder.mkdir(parents=True, exist_ok=True)
    write_atomically(place / ".dvc/config", CONFIG.encode())
    for name in sorted({".dvcignore", "params.yaml", *_tops(stages)}):
        _link(place / name, Path(UP) / name)
    shipped, own = (study_files(root, study) for study in ("synthetic", "vault"))
    beside = {path: [each for each in more if (root / each).is_file()] for path, more in BESIDE.items()}
    private = {name: _private(block, shipped, own, beside) for name, block in stages.items()}
    content = yaml.safe_dump({"stages": private}, sort_keys=False)
    write_atomically(place / "dvc.yaml", content.encode())
    (root / "dist").mkdir(exist_ok=True)
    return place


def _private(block: Tree, shipped: Files, own: Files, beside: Mapping[str, list[str]]) -> Tree:
    """A stage that is run in the project and keeps no copy; one that reads the vault is run every time.

    Where it depends on the files of the shipped plan, it depends on those of the vault's own.
    """
    paths = [_path(each) for each in block["deps"]]
    deps = [path for path in paths if path not in shipped]
    deps += own if len(deps) < len(paths) else ()
    deps += [each for path in paths for each in beside.get(path, ())]
    reads_vault = any(path == CHANGING or path.startswith(f"{CHANGING}/") for path in deps)
    outs = [{_path(each): {"cache": False}} for each in block["outs"]]
    changed = {"always_changed": True} if reads_vault else {}
    return block | {"cmd": f"cd {UP} && {block['cmd']}", "deps": deps, "outs": outs} | changed


def _tops(stages: Tree) -> set[str]:
    """The files and folders at the top of the project that stages name."""
    paths = (_path(each) for block in stages.values() for each in (*block["deps"], *block["outs"]))
    return {path.partition("/")[0] for path in paths}


def _path(entry: Any) -> str:
    return entry if isinstance(entry, str) else next(iter(entry))


def _link(path: Path, target: Path) -> None:
    if path.is_symlink() and path.readlink() == target:
        return
    path.unlink(missing_ok=True)
    path.symlink_to(target)
