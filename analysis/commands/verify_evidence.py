"""What else `verify` shows: figures of other studies recomputed, and what the attacks of the rebuild found.

What must not be here: fetching a third-party file, or an attack of its own.
"""

import json
from pathlib import Path

import pandas as pd

from analysis.commands.replicate import FIGURES, equals_tracked, needed, recompute_all, tracked
from analysis.commands.verify_compare import ABSENT, DIFFERS, IDENTICAL, Comparison
from analysis.replication.files import at_hand, load_sources
from analysis.store import Store

RECOMPUTED = "recomputed figures"
AUDITS = ("dist/audit_tables.json", "dist/audit_publication.json")


def replications(root: Path) -> list[Comparison]:
    """Compare every replicated figure with the tracked file, where all third-party files are at hand.

    Parameters
    ----------
    root : Path
        Project.

    Returns
    -------
    list of Comparison
        One per recomputed table, or one that names what is missing.
    """
    sources = load_sources(root / "data/external/sources.yml")
    held = {name: at_hand(source, root / "data/external") for name, source in needed(sources)}
    missing = [name for name, data in held.items() if data is None]
    if missing:
        advice = "run `./run replicate`, or name their folder in EXTERNAL_MIRROR"
        return [Comparison(_path(root, FIGURES), RECOMPUTED, ABSENT, f"not at hand: {', '.join(missing)}; {advice}")]
    made = recompute_all(root, lambda source: held[source.name] or b"")
    return [_compared(root, name, frame) for name, frame in made.items()]


def _compared(root: Path, name: str, frame: pd.DataFrame) -> Comparison:
    if equals_tracked(Store(root), name, frame):
        return Comparison(_path(root, name), RECOMPUTED, IDENTICAL, f"{len(frame)} figures")
    return Comparison(_path(root, name), RECOMPUTED, DIFFERS, "run `./run replicate` to see where")


def _path(root: Path, name: str) -> str:
    return Store(root).path(tracked(name)).relative_to(root).as_posix()


def attacks(rebuilt: Path) -> list[Comparison]:
    """Report each audit of the rebuild: which attacks it made and how many findings they had.

    Parameters
    ----------
    rebuilt : Path
        Project after the whole pipeline ran in it.

    Returns
    -------
    list of Comparison
        One per audit; it holds when attacks were made and none found anything.
    """
    return [_audit(name, rebuilt / name) for name in AUDITS]


def _audit(name: str, path: Path) -> Comparison:
    entries = json.loads(path.read_text(encoding="utf-8"))["attacks"] if path.is_file() else []
    found = [entry["attack"] for entry in entries if entry["findings"]]
    if not entries:
        return Comparison(name, "attacks", DIFFERS, "no attack was made")
    if found:
        return Comparison(name, "attacks", DIFFERS, f"leaks found by {', '.join(found)}")
    return Comparison(name, "attacks", IDENTICAL, f"no leak found by {', '.join(entry['attack'] for entry in entries)}")
