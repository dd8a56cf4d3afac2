"""Attack the finished book and bundle; anything found fails the build. The report lies beside the product."""

from analysis.disclosure.audit.findings import refusal, report
from analysis.disclosure.audit.release_files import attack_publication, strings_of_this_machine
from analysis.errors import DisclosureError
from analysis.params import Params
from analysis.store import Store, write_atomically

ATTACKS = ("strings", "failed_designs", "bundle_differences")


def run(store: Store, params: Params) -> None:
    """Write `dist/audit_publication.json`, or stop with what was found."""
    findings = attack_publication(
        release=store.root / "data/release",
        book=store.root / "dist/book",
        bundle=store.root / "dist/afghan-diaspora-attitudes.zip",
        forbidden=strings_of_this_machine(store.root),
    )
    if findings:
        raise DisclosureError(refusal("the book or the bundle", findings))
    write_atomically(store.root / "dist/audit_publication.json", report(findings, ATTACKS))
