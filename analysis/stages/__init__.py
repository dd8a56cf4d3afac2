"""One module per stage of `dvc.yaml`: read tables, call a room, write tables.

Each module has `run(store, params)`. What must not be here: logic that is worth a unit test.
"""

import importlib
import os
import pkgutil
from collections.abc import Mapping
from pathlib import Path

from analysis.errors import CustodyError, ParameterError
from analysis.params import load_params
from analysis.store import Store


def stage_names() -> list[str]:
    """All stages, in alphabetical order; the order of execution stands in `dvc.yaml`."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def run_stage(name: str, root: Path) -> None:
    """Run one stage of the project in `root`.

    Raises
    ------
    ParameterError
        There is no such stage.
    CustodyError
        A stage of a vault study was started by the public DVC project.
    """
    if name not in stage_names():
        raise ParameterError(f"no stage {name!r}; the stages are {', '.join(stage_names())}")
    params = load_params(root / "params.yaml")
    if params.study == "vault":
        refuse_public_lock(root, os.environ)
        os.umask(0o077)
    importlib.import_module(f"{__name__}.{name}").run(Store(root), params)


def refuse_public_lock(root: Path, environment: Mapping[str, str]) -> None:
    """Stop a vault study that DVC runs from the project itself: its lock would hold hashes of private files."""
    if "DVC_STAGE" in environment and Path(environment.get("DVC_ROOT", root)).resolve() == root.resolve():
        raise CustodyError(
            "study: vault was started by DVC alone, which would write hashes of private files into dvc.lock; "
            "start it with `./run repro`"
        )
