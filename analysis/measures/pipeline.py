"""The pipeline as `dvc.yaml` states it: which tiers each stage reads and writes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from analysis.errors import SchemaError

TIER_BY_START = {
    "data/fiction": "exports",
    "data/restricted": "restricted",
    "data/candidate": "candidate",
    "data/release": "release",
    "dist": "product",
    "data": "reference",
    "book": "reference",
}
"""The first start that fits decides; earlier releases lie in `data/release_history`."""

CODE = ("analysis/", "requirements.lock", "reproducible.env")
STATEMENTS = (".md", ".cff")


def pipeline_flow(path: Path) -> pd.DataFrame:
    """Table `pipeline_flow`: one row per stage and tier, with the number of files or folders read and written.

    Parameters
    ----------
    path
        `dvc.yaml`. Code, the environment and parameters are no data and are left out.

    Raises
    ------
    SchemaError
        The file lists a path that lies in no tier.
    """
    stages = yaml.safe_load(path.read_text(encoding="utf-8"))["stages"]
    rows = []
    for rank, (name, block) in enumerate(stages.items(), start=1):
        read, written = (_tiers(path.name, name, block.get(side, ())) for side in ("deps", "outs"))
        rows += [(rank, name, tier, read[tier], written[tier]) for tier in sorted(read.keys() | written.keys())]
    return pd.DataFrame(rows, columns=["stage_rank", "stage_text", "tier_code", "files_read_n", "files_written_n"])


def _tiers(file: str, stage: str, entries: Iterable[str | Mapping[str, Any]]) -> Counter[str]:
    paths = [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]
    return Counter(_tier(file, stage, entry) for entry in paths if not entry.startswith(CODE))


def _tier(file: str, stage: str, entry: str) -> str:
    if "/" not in entry and entry.endswith(STATEMENTS):
        return "reference"
    for start, tier in TIER_BY_START.items():
        if entry.startswith(start):
            return tier
    raise SchemaError(
        f"{file}, stage {stage}: {entry!r} lies in no tier; name its folder in TIER_BY_START "
        "of analysis/measures/pipeline.py"
    )
