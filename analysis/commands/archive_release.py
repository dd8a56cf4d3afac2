"""`archive-release`: keep what a published release says about persons, for comparison with every later one."""

import json
from pathlib import Path

from analysis.disclosure.history import EVIDENCE, archive_evidence, archive_members, held_evidence, hold, load_past
from analysis.disclosure.history import archive_release as archive
from analysis.disclosure.policy import load_policy
from analysis.params import load_params
from analysis.schemas import study_table
from analysis.store import Store


def archive_release() -> None:
    """Copy the tables that speak of persons from data/release into data/release_history, once per publication.

    Who stands behind them is kept beside them as digests for the fictional study, and in the vault for a real one,
    there with what its verdicts were judged by.
    """
    root = Path.cwd()
    params = load_params(root / "params.yaml")
    version = json.loads((root / "data/release/datapackage.json").read_text(encoding="utf-8"))["version"]
    members = Store(root).read(study_table(params.study, "restricted__release_members"))
    minimum = load_policy(root / "data/codelists/disclosure_policy.yml").minimum_cell
    held = hold(load_past(root, params.study), members, minimum)
    evidence = {}
    if params.study == "vault":
        now = {corpus: Store(root).read(f"restricted__vault_{name}") for corpus, name in EVIDENCE.items()}
        evidence = held_evidence(root, params.study, held.since, now)
    kept = archive(root / "data/release", root / "data/release_history", version)
    behind = archive_members(held.members, root, params.study, version)
    archive_evidence(evidence, root, params.study, version)
    print(f"data/release_history/{version}: {len(kept)} tables kept; commit the folder with the release")
    print(f"{behind.relative_to(root)}: who stands behind them, for the gate of the next release alone")
