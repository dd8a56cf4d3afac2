"""A deposit holds what was audited, cited by whoever made it, and is refused for everything else."""

import hashlib
import json
import shutil
import zipfile
from datetime import date

import pytest
import yaml
from dvc_data.hashfile.hash_info import HashInfo
from dvc_data.hashfile.tree import Tree

from analysis.errors import ReleaseError
from analysis.release.bundle import write_bundle
from analysis.release.deposit import Finished, demand_audited, deposit
from analysis.release.description import Description, Maker, read_description
from analysis.release.metadata import croissant, data_package, datacite, ro_crate, schema_org, zenodo
from analysis.release.verification import verify_bundle
from tests.unit.release.conftest import EDITION, ROOT

PERSON = Maker("Pia Invented", "Invented", "Pia", "0000-0002-1825-0097", "Nowhere College")
TEAM = Maker("The Team")
ABOUT = Description("A title", "More & less.", ("posts",), (PERSON, TEAM), "1.2.0", date(2028, 3, 1))
FIELDS = {
    "upload_type", "publication_date", "title", "creators", "description", "access_right", "license", "keywords",
    "notes", "version", "language",
}  # fmt: skip
"""Of Zenodo's deposit metadata."""


def md5(path):
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def as_dvc_names(folder):
    """The hash of a folder by DVC's own code."""
    tree = Tree()
    for path in folder.rglob("*"):
        if path.is_file():
            tree.add(path.relative_to(folder).parts, None, HashInfo("md5", md5(path)))
    tree.digest()
    return tree.hash_info.value


@pytest.fixture
def finished(release, tmp_path):
    """A project after its run: release, bundle, book, reports and the lock that names them."""
    root = tmp_path / "project"
    shutil.copytree(release, root / "data/release")
    (root / "dist/book/sub").mkdir(parents=True)
    (root / "dist/book/index.html").write_text("<p>page</p>", encoding="utf-8")
    (root / "dist/book/sub/a.html").write_text("<p>other</p>", encoding="utf-8")
    for name in ("audit_tables", "audit_publication"):
        report(root, name, {"passed": True, "attacks": [{"attack": "strings", "findings": []}]})
    return Finished(root, sealed(root))


def sealed(root):
    """Bundle the release, and write the lock that names what an audit saw; the lock."""
    write_bundle(root / "data/release", "top-0.1.0", EDITION.day, root / "dist/afghan-diaspora-attitudes.zip")
    deps = [{"path": name, "md5": as_dvc_names(root / name)} for name in ("data/release", "dist/book")]
    bundle = "dist/afghan-diaspora-attitudes.zip"
    deps.append({"path": bundle, "md5": md5(root / bundle)})
    (root / "dvc.lock").write_text(yaml.safe_dump({"stages": {"audit_publication": {"deps": deps}}}), encoding="utf-8")
    return root / "dvc.lock"


def report(root, name, content):
    (root / f"dist/{name}.json").write_text(json.dumps(content), encoding="utf-8")


def not_passed(root):
    path = root / "data/release/tables/open__disclosure_records.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("pass", "review", 1), encoding="utf-8")


def test_what_was_audited_is_deposited_whole(finished, tmp_path):
    demand_audited(finished)
    files = deposit(finished, ABOUT, "reach", "of a study")
    assert sorted(files) == ["SHA256SUMS", "reach-1.2.0-book.zip", "reach-1.2.0.zip", "zenodo.json"]
    assert files == deposit(finished, ABOUT, "reach", "of a study")
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    for name in ("reach-1.2.0.zip", "reach-1.2.0-book.zip"):
        (tmp_path / name).write_bytes(files[name])
    assert not verify_bundle(tmp_path / "reach-1.2.0.zip").problems
    with zipfile.ZipFile(tmp_path / "reach-1.2.0-book.zip") as book:
        assert book.namelist() == ["reach-1.2.0-book/index.html", "reach-1.2.0-book/sub/a.html"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda root: (root / "dist/book/index.html").write_text("edited"), "dist/book: is not what the audit saw"),
        (lambda root: (root / "dist/book/new.html").write_text("added"), "dist/book: is not what the audit saw"),
        (lambda root: (root / "data/release/extra.csv").write_text("a"), "data/release: is not what the audit saw"),
        (
            lambda root: (root / "dist/afghan-diaspora-attitudes.zip").write_bytes(b"x"),
            "zip: is not what the audit saw",
        ),
        (lambda root: shutil.rmtree(root / "dist/book"), "dist/book: is not there"),
        (not_passed, "did not pass the gate; read data/release/disclosure_report"),
        (lambda root: (root / "data/release/tables/open__disclosure_records.csv").unlink(), "no record of the gate"),
        (lambda root: (root / "dist/audit_tables.json").unlink(), r"audit_tables\.json: no report of an audit"),
        (lambda root: report(root, "audit_tables", {"passed": True}), "no report of an audit"),
        (lambda root: report(root, "audit_publication", {"passed": False, "attacks": []}), "the audit found something"),
        (
            lambda root: report(root, "audit_publication", {"passed": True, "attacks": [{"findings": ["a name"]}]}),
            "the audit found something",
        ),
        (lambda root: (root / "dvc.lock").unlink(), "names no audited release"),
        (lambda root: (root / "dvc.lock").write_text("stages: {}"), "names no audited release"),
    ],
)
def test_anything_else_is_refused(finished, change, message):
    change(finished.root)
    with pytest.raises(ReleaseError, match=message):
        demand_audited(finished)


def test_metadata_are_those_that_zenodo_takes():
    made = zenodo(ABOUT, "of a study")
    assert set(made) == {"metadata"}
    fields = made["metadata"]
    assert set(fields) == FIELDS
    assert fields["creators"] == [
        {"name": "Invented, Pia", "affiliation": "Nowhere College", "orcid": "0000-0002-1825-0097"},
        {"name": "The Team"},
    ]
    assert (fields["upload_type"], fields["access_right"], fields["license"]) == ("dataset", "open", "cc-by-4.0")
    assert (fields["publication_date"], fields["version"], fields["language"]) == ("2028-03-01", "1.2.0", "eng")
    assert fields["description"] == "<p>More &amp; less.</p>"


AUTHORS = "  - name: Contributors to afghan-diaspora-attitudes\n"


def cited(tmp_path, authors):
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert AUTHORS in text
    (tmp_path / "CITATION.cff").write_text(text.replace(AUTHORS, authors), encoding="utf-8")
    return read_description(tmp_path / "CITATION.cff", EDITION.version, EDITION.day)


def test_persons_of_the_citation_file_are_named_in_every_format(tmp_path):
    about = cited(
        tmp_path,
        "  - {family-names: Invented, given-names: Pia, orcid: 'https://orcid.org/0000-0002-1825-0097', "
        "affiliation: Nowhere College}\n  - {family-names: Beispiel, name-particle: von}\n  - {name: The Team}\n",
    )
    assert about.makers == (PERSON, Maker("von Beispiel", "von Beispiel"), TEAM)
    creators = datacite(about)["creators"]
    assert creators[0] == {
        "name": "Invented, Pia", "nameType": "Personal", "givenName": "Pia", "familyName": "Invented",
        "nameIdentifiers": [
            {
                "nameIdentifier": "https://orcid.org/0000-0002-1825-0097", "nameIdentifierScheme": "ORCID",
                "schemeUri": "https://orcid.org",
            }
        ],
        "affiliation": [{"name": "Nowhere College"}],
    }  # fmt: skip
    assert [each["nameType"] for each in creators] == ["Personal", "Personal", "Organizational"]
    assert [each["@type"] for each in schema_org(about, [])["creator"]] == ["Person", "Person", "Organization"]
    assert data_package(about, [])["contributors"][0]["title"] == "Pia Invented"
    assert croissant(about, [])["citeAs"].startswith("Pia Invented, von Beispiel, The Team (")
    graph = {each["@id"]: each for each in ro_crate(about, {})["@graph"]}
    assert graph["https://orcid.org/0000-0002-1825-0097"]["@type"] == "Person"
    assert graph["#maker-3"]["@type"] == "Organization"


@pytest.mark.parametrize(
    "authors", ["  - {given-names: Pia}\n", "  - {family-names: Invented, orcid: 0000}\n", "  - Pia Invented\n"]
)
def test_an_author_without_a_name_or_with_no_orcid_is_refused(tmp_path, authors):
    with pytest.raises(ReleaseError, match="unreadable or incomplete"):
        cited(tmp_path, authors)
