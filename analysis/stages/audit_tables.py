"""Attack the release folder; anything found fails the build."""

from analysis.disclosure.audit.differencing import differencing, earlier_releases
from analysis.disclosure.audit.findings import refusal, report
from analysis.disclosure.audit.reconstruction import reconstruction
from analysis.disclosure.audit.release_files import attack_release, strings_of_this_machine
from analysis.disclosure.policy import load_policy
from analysis.errors import DisclosureError
from analysis.params import Params
from analysis.store import Store, write_atomically

ATTACKS = ("parquet_metadata", "checksums", "strings", "failed_designs", "reconstruction", "differencing")


def run(store: Store, params: Params) -> None:
    """Write `dist/audit_tables.json`, or stop with what was found."""
    release = store.root / "data/release"
    policy = load_policy(store.root / "data/codelists/disclosure_policy.yml")
    findings = attack_release(release, strings_of_this_machine(store.root))
    history = store.root / "data/release_history"
    findings += reconstruction(release, policy.minimum_cell, policy.rounding_base, earlier_releases(history))
    findings += differencing(release, history, policy.minimum_cell, policy.rounding_base)
    if findings:
        raise DisclosureError(refusal("the release folder", findings))
    write_atomically(store.root / "dist/audit_tables.json", report(findings, ATTACKS))
