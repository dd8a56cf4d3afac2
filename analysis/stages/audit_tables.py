"""Attack the release folder; anything found fails the build."""

from analysis.disclosure import audit
from analysis.errors import DisclosureError
from analysis.params import Params
from analysis.store import Store, write_atomically

ATTACKS = ("parquet_metadata", "checksums", "strings", "failed_designs")


def run(store: Store, params: Params) -> None:
    """Write `dist/audit_tables.json`, or stop with what was found."""
    findings = audit.attack_release(store.root / "data/release", audit.strings_of_this_machine(store.root))
    if findings:
        raise DisclosureError(audit.refusal("the release folder", findings))
    write_atomically(store.root / "dist/audit_tables.json", audit.report(findings, ATTACKS))
