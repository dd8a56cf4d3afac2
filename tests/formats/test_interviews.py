"""Interviews that do not count: every survey system's own marks, and what admission makes of them."""

from datetime import date

import pytest
import yaml

from analysis.admission.study import open_study
from analysis.admission.survey import admit_survey
from analysis.admission.tally import NOT_COUNTING
from analysis.corpora.interviews import InterviewState, interview_state, marks_among
from analysis.errors import CustodyError
from analysis.schemas.columns import ADMISSIONS
from tests.formats.miniatures import Read
from tests.studies import SHIPPED


def state(**answers: str) -> str:
    return interview_state(answers, marks_among(answers)).value


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("0", "complete"),
        ("1", "trial"),
        ("2", "trial"),
        ("4", "complete"),
        ("8", "spam"),
        ("9", "spam"),
        ("12", "spam"),
        ("16", "complete"),
        ("17", "trial"),
        ("32", "complete"),
        ("40", "spam"),
        ("48", "complete"),
        ("۱", "trial"),
        ("IP Address", "complete"),
        ("Survey Preview", "trial"),
        ("Survey Test", "trial"),
        ("Spam", "spam"),
        ("Imported", "complete"),
        ("Of tomorrow", "unknown"),
        ("", "complete"),
    ],
)
def test_qualtrics_status_as_a_number_or_in_words(status, expected):
    assert state(ResponseId="R_1", Status=status) == expected


@pytest.mark.parametrize(
    ("finished", "progress", "expected"),
    [
        ("1", "100", "complete"),
        ("0", "30", "partial"),
        ("False", "100", "partial"),
        ("Wahr", "100", "complete"),
        ("Falsch", "30", "partial"),
        ("TRUE", None, "complete"),
        ("0", None, "partial"),
        ("Wahr", None, "unknown"),
    ],
)
def test_unfinished_responses_are_partial(finished, progress, expected):
    more = {} if progress is None else {"Progress": progress}
    assert state(ResponseId="R_1", Finished=finished, **more) == expected


@pytest.mark.parametrize(
    ("column", "word", "expected"),
    [
        ("ReviewState", "approved", "complete"),
        ("ReviewState", "edited", "complete"),
        ("ReviewState", "", "complete"),
        ("ReviewState", "rejected", "rejected"),
        ("ReviewState", "hasIssues", "on_hold"),
        ("ReviewState", "x", "unknown"),
        ("__system/reviewState", "rejected", "rejected"),
        ("__system/deletedAt", "2030-01-01", "deleted"),
        ("_validation_status", "validation_status_not_approved", "rejected"),
        ("_validation_status", "", "complete"),
        ("_validation_status", "Not Approved", "rejected"),
        ("_validation_status", "On Hold", "on_hold"),
        ("_validation_status", "validation_status_approved", "complete"),
        ("review_status", "APPROVED", "complete"),
        ("review_status", "REJECTED", "rejected"),
        ("review_quality", "FAKE", "rejected"),
        ("review_quality", "GOOD", "complete"),
    ],
)
def test_reviews_of_odk_kobo_and_surveycto(column, word, expected):
    assert state(**{"KEY": "uuid:1", column: word}) == expected


def test_what_was_not_decrypted_is_no_answer_and_another_variable_of_that_name_is_one():
    assert state(KEY="uuid:1", Status="notDecrypted") == "encrypted"
    assert state(caseid="1", Status="notDecrypted") == "complete"
    assert state(caseid="1", Finished="0") == "complete"


def test_the_gravest_mark_holds():
    row = {"ResponseId": "R_1", "Status": "1", "Progress": "30", "DistributionChannel": "anonymous"}
    assert state(**row) == "trial"


TABLE = (
    "SubmissionDate,NW1,consent_key,meta-instanceID,KEY,Status,ReviewState\n"
    + "".join(
        f"2030-01-01,{number},A,uuid:{number},uuid:{number},{status},{review}\n"
        for number, (status, review) in enumerate(
            [("", "approved"), ("", "edited"), ("", "rejected"), ("", "hasIssues"), ("notDecrypted", "")], 1
        )
    )
).encode()


def admitted(root, also=()):
    folder = root / "data/fiction"
    folder.mkdir(parents=True)
    (folder / "odk.csv").write_bytes(TABLE)
    (folder / "ledger.jsonl").write_text("")
    source = {
        "source_id": "s",
        "file": "odk.csv",
        "sample_source": "opt_in",
        "mode": "web",
        "period": "first",
        "variables": {"consent_subject": "consent_key"},
        **({"also_admit": list(also)} if also else {}),
    }
    manifest = {"week_zero": date(2026, 1, 5), "hosts": [], "ledger": "ledger.jsonl", "surveys": [source], "posts": []}
    (folder / "synthetic_sources.yml").write_text(yaml.safe_dump(manifest))
    study = open_study("synthetic", root, date(2026, 11, 23), {})
    return admit_survey(study, SHIPPED).tally


def test_only_complete_interviews_are_asked_for_consent_and_the_rest_is_counted_by_reason(tmp_path):
    tally = {outcome: count for (_, outcome), count in admitted(tmp_path).items()}
    assert tally == {"no_consent": 2, "review_rejected": 1, "review_on_hold": 1, "not_decrypted": 1}


def test_the_manifest_may_ask_for_a_state_but_not_for_every_one(tmp_path):
    tally = {outcome: count for (_, outcome), count in admitted(tmp_path / "a", ["on_hold"]).items()}
    assert tally["no_consent"] == 3
    with pytest.raises(CustodyError, match="also_admit: got 'rejected'; allowed: partial, on_hold, unknown"):
        admitted(tmp_path / "b", ["rejected"])


def test_every_state_but_complete_has_a_reason_in_the_admission_table():
    assert set(NOT_COUNTING) == set(InterviewState) - {InterviewState.COMPLETE}
    assert set(NOT_COUNTING.values()) <= set(ADMISSIONS)


def test_a_reader_hands_the_state_on():
    assert [row.state.value for row in Read(TABLE).respondents] == [
        "complete",
        "complete",
        "rejected",
        "on_hold",
        "encrypted",
    ]
