import hashlib

import pytest

from analysis.errors import ReleaseError
from analysis.reading.tables import Release


def test_a_table_is_read_with_its_rows(release):
    assert list(release.table("synthetic_survey_admission").respondents_n) == [20]


def test_a_missing_table_is_named_with_the_fix(release):
    with pytest.raises(ReleaseError, match=r"table 'no_such_table'.*open__no_such_table\.parquet.*\./run repro"):
        release.table("no_such_table")


def test_changed_bytes_are_refused(release_with):
    release = release_with()
    path = release.folder / "tables/open__synthetic_survey_admission.csv"
    path.write_bytes(path.read_bytes() + b"opt_in,unreadable,15\n")
    with pytest.raises(ReleaseError, match=r"open__synthetic_survey_admission\.csv.*SHA256SUMS says"):
        release.fingerprint("synthetic_survey_admission")


def test_the_fingerprint_is_that_of_the_csv(release):
    data = (release.folder / "tables/open__synthetic_survey_admission.csv").read_bytes()
    assert release.fingerprint("synthetic_survey_admission") == hashlib.sha256(data).hexdigest()[:12]


def test_a_release_without_descriptor_is_refused(tmp_path):
    with pytest.raises(ReleaseError, match=r"datapackage\.json"):
        _ = Release(tmp_path).names


def test_codes_come_from_the_descriptor_in_their_order(release):
    assert next(iter(release.codes("claim_verdicts", "verdict_code"))) == "supported"
    with pytest.raises(ReleaseError, match="no codes for column 'claim_id'"):
        release.codes("claim_verdicts", "claim_id")
    with pytest.raises(ReleaseError, match="does not describe it"):
        release.codes("unknown", "verdict_code")
