import hashlib
import json
import zipfile
from dataclasses import replace
from datetime import date

import frictionless
import pandas as pd
import pytest

from analysis.disclosure.audit import findings
from analysis.disclosure.audit import release_files as audit
from analysis.disclosure.gate import Clearance
from analysis.errors import DisclosureError, ReleaseError
from analysis.release.bundle import write_bundle
from analysis.release.dataset import write_release
from tests.unit.release.conftest import EDITION, ROOT


def test_the_data_package_validates_with_its_own_validator(release):
    report = frictionless.validate(str(release / "datapackage.json"))
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])


def test_the_validator_notices_a_broken_table(release):
    table = release / "tables/open__synthetic_survey_admission.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("opt_in", "people"), encoding="utf-8")
    assert not frictionless.validate(str(release / "datapackage.json")).valid


def test_two_releases_are_the_same_bytes(cleared, release, tmp_path):
    write_release(cleared, EDITION, ROOT, tmp_path / "again")
    first = {path.relative_to(release): path.read_bytes() for path in release.rglob("*") if path.is_file()}
    again = {
        path.relative_to(tmp_path / "again"): path.read_bytes()
        for path in (tmp_path / "again").rglob("*")
        if path.is_file()
    }
    assert first == again


def test_the_codebook_explains_every_column(release, cleared):
    text = (release / "codebook.md").read_text(encoding="utf-8")
    for frame in cleared.tables.values():
        for column in frame.columns:
            assert f"| `{column}` |" in text


def test_nothing_is_written_without_a_clearance(cleared, tmp_path):
    with pytest.raises(DisclosureError, match="were not cleared"):
        write_release(replace(cleared, clearance=Clearance({})), EDITION, ROOT, tmp_path / "release")
    assert not (tmp_path / "release").exists()


def test_the_zip_depends_on_its_content_alone(release, tmp_path):
    write_bundle(release, "name-1", EDITION.day, tmp_path / "a.zip")
    for path in release.rglob("*"):
        path.touch()
        path.chmod(0o700)
    write_bundle(release, "name-1", EDITION.day, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert "name-1/SHA256SUMS" in zipfile.ZipFile(tmp_path / "a.zip").namelist()


def test_an_empty_release_is_not_bundled(tmp_path):
    with pytest.raises(ReleaseError, match="nothing to bundle"):
        write_bundle(tmp_path, "name", EDITION.day, tmp_path / "a.zip")


def test_a_day_before_zip_is_refused(release, tmp_path):
    with pytest.raises(ReleaseError, match="cannot be dated before 1980"):
        write_bundle(release, "name", date(1979, 1, 1), tmp_path / "a.zip")


class TestAudit:
    """Each attack finds nothing in the release and finds what is planted."""

    def test_the_release_withstands_every_attack(self, release):
        assert audit.attack_release(release, ["/somewhere/else"]) == []

    def test_foreign_parquet_metadata_is_found(self, release):
        pd.DataFrame({"when": [pd.Timestamp("2026-01-01 12:00")]}).to_parquet(release / "tables/leak.parquet")
        texts = [finding.text for finding in audit.parquet_metadata(release)]
        assert any("'pandas'" in text for text in texts)
        assert any("finer than a day" in text for text in texts)
        assert any("statistics" in text for text in texts)

    def test_changed_missing_and_added_files_are_found(self, release):
        (release / "codebook.md").write_text("changed", encoding="utf-8")
        (release / "tables/open__synthetic_survey_admission.csv").unlink()
        (release / "new.txt").write_text("added", encoding="utf-8")
        found = {(finding.file, finding.text) for finding in audit.checksums(release)}
        assert found == {
            ("codebook.md", "bytes differ from the listed hash"),
            ("tables/open__synthetic_survey_admission.csv", "listed but missing"),
            ("new.txt", "present but not listed"),
        }

    def test_a_path_of_the_machine_is_found(self, release):
        (release / "codebook.md").write_text("built in /home/somebody/project", encoding="utf-8")
        assert [finding.file for finding in audit.strings(release, ["/home/somebody"])] == ["codebook.md"]

    @pytest.mark.parametrize("text", ["31.4 % of", "31,41%", "31.4 per cent", "31.41 percentage points"])
    def test_a_failed_design_as_a_percentage_is_found(self, release, text):
        (release / "codebook.md").write_text(f"support stands at {text}", encoding="utf-8")
        assert [finding.file for finding in audit.failed_designs(release, release)] == ["codebook.md"]

    def test_a_page_may_show_another_tables_share_of_the_same_size(self, release):
        survey = pd.DataFrame({"value": [0.3142, None]})
        survey.to_parquet(release / "tables/open__vault_survey_estimates.parquet")
        page = release / "codebook.md"
        page.write_text("a share of 31.4 %, see open__vault_survey_estimates.csv", encoding="utf-8")
        assert audit.failed_designs(release, release) == []
        page.write_text("a share of 31.4 %", encoding="utf-8")
        assert [finding.file for finding in audit.failed_designs(release, release)] == ["codebook.md"]

    @pytest.mark.parametrize("text", ["0.3141", "131.4 %", "31.4 years"])
    def test_other_numbers_are_left_alone(self, release, text):
        (release / "codebook.md").write_text(text, encoding="utf-8")
        assert audit.failed_designs(release, release) == []

    def test_the_published_book_and_bundle_are_searched(self, release, tmp_path):
        book, bundle = tmp_path / "book", tmp_path / "bundle.zip"
        book.mkdir()
        (book / "index.html").write_text("<p>fine</p>", encoding="utf-8")
        write_bundle(release, "name-1", EDITION.day, bundle)
        assert audit.attack_publication(release, book, bundle, ["/home/somebody"]) == []
        (book / "index.html").write_text("<p>/home/somebody 31.4 %</p>", encoding="utf-8")
        found = audit.attack_publication(release, book, bundle, ["/home/somebody", "name-1"])
        assert {finding.attack for finding in found} == {"strings", "failed_designs"}
        assert any(finding.file.startswith("bundle.zip:") for finding in found)

    def test_a_bundle_that_is_not_the_release_is_found(self, release, tmp_path):
        write_bundle(release, "name-1", EDITION.day, tmp_path / "bundle.zip")
        (release / "codebook.md").write_text("changed", encoding="utf-8")
        assert [finding.file for finding in audit.bundle_differences(release, tmp_path / "bundle.zip")] == [
            "codebook.md"
        ]

    def test_the_report_lists_every_attack(self, release):
        content = json.loads(findings.report([], ["strings", "checksums"]))
        assert content["passed"] is True
        assert [entry["attack"] for entry in content["attacks"]] == ["strings", "checksums"]


def test_the_checksums_are_those_of_the_files(release):
    for line in (release / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, path = line.split("  ")
        assert hashlib.sha256((release / path).read_bytes()).hexdigest() == digest
