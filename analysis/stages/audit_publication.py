"""Attack the finished book and bundle; anything found fails the build. The report lies beside the product."""

from analysis.disclosure import audit
from analysis.errors import DisclosureError
from analysis.params import Params
from analysis.store import Store, write_atomically

ATTACKS = ("strings", "failed_designs", "bundle_differences")


def run(store: Store, params: Params) -> None:
    """Write `dist/audit_publication.json`, or stop with what was found."""
    findings = audit.attack_publication(
        release=store.root / "data/release",
        book=store.root / "dist/book",
        bundle=store.root / "dist/afghan-diaspora-attitudes.zip",
        forbidden=audit.strings_of_this_machine(store.root),
    )
    if findings:
        raise DisclosureError(audit.refusal("the book or the bundle", findings))
    write_atomically(store.root / "dist/audit_publication.json", audit.report(findings, ATTACKS))
