"""One module per stage of `dvc.yaml`: read tables, call a room, write tables.

Each module has `run(store, params)`. What must not be here: logic that is worth a unit test.
"""

import importlib
import pkgutil
from pathlib import Path

from analysis.errors import ParameterError
from analysis.params import load_params
from analysis.store import Store


def stage_names() -> list[str]:
    """All stages, in alphabetical order; the order of execution stands in `dvc.yaml`."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def run_stage(name: str, root: Path) -> None:
    """Run one stage of the project in `root`; ParameterError when there is no such stage."""
    if name not in stage_names():
        raise ParameterError(f"no stage {name!r}; the stages are {', '.join(stage_names())}")
    importlib.import_module(f"{__name__}.{name}").run(Store(root), load_params(root / "params.yaml"))
