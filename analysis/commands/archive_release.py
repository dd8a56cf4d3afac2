"""`archive-release`: keep what a published release says about persons, for comparison with every later one."""

from pathlib import Path

from analysis.disclosure.history import archive_release as archive
from analysis.params import load_params


def archive_release() -> None:
    """Copy the tables that speak of persons from data/release into data/release_history, once per publication."""
    root = Path.cwd()
    version = load_params(root / "params.yaml").release.version
    kept = archive(root / "data/release", root / "data/release_history", version)
    print(f"data/release_history/{version}: {len(kept)} tables kept; commit the folder with the release")
