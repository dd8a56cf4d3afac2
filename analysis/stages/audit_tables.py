"""Attack the release folder; anything found fails the build."""

from pathlib import Path

from analysis.atomic import write_atomically
from analysis.disclosure.audit.differencing import differencing, earlier_releases
from analysis.disclosure.audit.estimates import estimate_attacks
from analysis.disclosure.audit.findings import refusal, report
from analysis.disclosure.audit.movement import movement
from analysis.disclosure.audit.reconstruction import reconstruction
from analysis.disclosure.audit.release_files import attack_release, strings_of_this_machine
from analysis.disclosure.policy import load_policy
from analysis.errors import DisclosureError
from analysis.params import Params
from analysis.schemas import study_table
from analysis.store import Store

ATTACKS = (
    "parquet_metadata",
    "checksums",
    "strings",
    "failed_designs",
    "reconstruction",
    "differencing",
    "rounding_undone",
    "whole_minus_groups",
    "few_carriers",
    "movement",
)

MEMBERS = {"synthetic": "data/release_history", "vault": "data/vault/release_history"}


def run(store: Store, params: Params) -> None:
    """Write `dist/audit_tables.json`, or stop with what was found."""
    release = store.root / "data/release"
    policy = load_policy(store.root / "data/codelists/disclosure_policy.yml")
    findings = attack_release(release, strings_of_this_machine(store.root))
    history = store.root / "data/release_history"
    findings += reconstruction(release, policy.minimum_cell, policy.rounding_base, earlier_releases(history))
    findings += differencing(release, history, policy.minimum_cell, policy.rounding_base)
    findings += estimate_attacks(release, policy.minimum_cell)
    findings += movement(release, history, _members(store, params), policy.minimum_cell)
    if findings:
        raise DisclosureError(refusal("the release folder", findings))
    write_atomically(store.root / "dist/audit_tables.json", report(findings, ATTACKS))


def _members(store: Store, params: Params) -> dict[str, Path]:
    """Files of who stands behind this release and behind every earlier one."""
    kept = MEMBERS[params.study]
    files = {
        path.parent.name: path for path in sorted((store.root / kept).glob(f"*/{params.study}_release_members.parquet"))
    }
    return files | {"now": store.path(study_table(params.study, "restricted__release_members"))}
