"""Attack the finished book and bundle; anything found fails the build. The report lies beside the product."""

from analysis.admission.identities import identities
from analysis.atomic import write_atomically
from analysis.disclosure.audit.findings import refusal, report
from analysis.disclosure.audit.haystack import read_haystack
from analysis.disclosure.audit.hidden_data import hidden_data
from analysis.disclosure.audit.persons import hashed_identifiers, identifiers, verbatim
from analysis.disclosure.audit.release_files import attack_publication, strings_of_this_machine
from analysis.errors import DisclosureError
from analysis.params import Params
from analysis.schemas import study_table
from analysis.store import Store

ATTACKS = (
    "strings",
    "failed_designs",
    "bundle_differences",
    "hidden_data",
    "verbatim",
    "identifiers",
    "hashed_identifiers",
)
FOLDERS = ("data/fiction", "data/vault")


def run(store: Store, params: Params) -> None:
    """Write `dist/audit_publication.json`, or stop with what was found."""
    release, book = store.root / "data/release", store.root / "dist/book"
    bundle = store.root / "dist/afghan-diaspora-attitudes.zip"
    findings = attack_publication(release, book, bundle, strings_of_this_machine(store.root))
    findings += hidden_data([release, book, bundle])
    posts = store.read(study_table(params.study, "restricted__posts"))
    respondents = store.read(study_table(params.study, "restricted__survey_responses"))
    pseudonyms = [*posts.channel_pseudonym.unique(), *posts.post_pseudonym, *respondents.respondent_pseudonym]
    named = identities(params.study, store.root)
    product = read_haystack([release, book, bundle])
    phrases = store.read("candidate__frame_codebook").phrases_text.str.split(";").explode().str.strip()
    findings += verbatim(product, posts.post_text.dropna().unique(), phrases)
    findings += identifiers(product, [*named, *pseudonyms])
    findings += hashed_identifiers(product, named)
    if findings:
        raise DisclosureError(refusal("the book or the bundle", findings))
    write_atomically(store.root / "dist/audit_publication.json", report(findings, ATTACKS))
