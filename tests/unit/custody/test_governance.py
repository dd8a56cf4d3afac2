from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.custody.governance import FIELDS, TEMPLATE, Anchors, load_governance, write_anchors
from analysis.errors import AnalysisError, CustodyError

ROOT = Path(__file__).resolve().parents[3]
PLAN = "The data protection officer is told first, then the ethics board, then counsel; nothing is handed over before."
VALID = {
    "controller": {"name": "A", "country": "B", "contact": "C", "data_protection_officer": "D"},
    "approval_reference": {"board": "A", "number": "1", "approved_on": date(2026, 1, 2)},
    "dpia": {"reference": "A", "completed_on": date(2026, 1, 2), "residual_risk": "low"},
    "legal_basis": {"article_6": "consent", "article_9": "explicit_consent", "explanation": PLAN},
    "retention": {
        "raw_exports_until": date(2097, 1, 1),
        "key_until": date(2097, 1, 1),
        "restricted_rows_until": date(2099, 1, 1),
    },
    "compelled_disclosure_plan": {"responsible": "A", "steps": PLAN},
}


def load(tmp_path, content):
    path = tmp_path / "governance.yml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return load_governance(path)


def changed(section, field, value):
    return VALID | {section: VALID[section] | {field: value}}


def test_a_full_answer_is_accepted(tmp_path):
    governance = load(tmp_path, VALID)
    assert governance.answers["controller"]["name"] == "A"
    assert governance.overdue(date(2096, 12, 31)) == ()
    assert governance.overdue(date(2098, 1, 1)) == ("retention.raw_exports_until", "retention.key_until")


def test_the_template_has_every_field_and_is_refused_field_by_field():
    template = yaml.safe_load((ROOT / TEMPLATE).read_text(encoding="utf-8"))
    assert {section: list(fields) for section, fields in template.items()} == {s: list(f) for s, f in FIELDS.items()}
    with pytest.raises(CustodyError) as caught:
        load_governance(ROOT / TEMPLATE)
    fields = [f"{section}.{field}" for section, fields in FIELDS.items() for field in fields]
    assert all(f"{field}: " in str(caught.value) for field in fields)
    assert f"{len(fields)} field(s)" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (changed("controller", "name", ""), "controller.name: want a text"),
        (changed("controller", "name", 7), "controller.name: want a text"),
        (changed("controller", "nickname", "A"), "controller.nickname: unknown field"),
        (changed("approval_reference", "approved_on", "soon"), "approval_reference.approved_on: want a day"),
        (changed("dpia", "residual_risk", "high"), "dpia.residual_risk: got 'high'; allowed: low, medium"),
        (changed("legal_basis", "article_9", "consent"), "legal_basis.article_9: got 'consent'; allowed"),
        (changed("compelled_disclosure_plan", "steps", "We refuse."), "steps: want at least 80 characters"),
        (changed("retention", "key_until", date(2026, 1, 1)), "retention.key_until: before raw_exports_until"),
        ({key: value for key, value in VALID.items() if key != "dpia"}, "dpia: want a section with reference"),
        (VALID | {"extra": {}}, "extra: unknown section"),
        ("controller: [", "not YAML"),
        ("- a", "want sections controller"),
    ],
)
def test_a_wrong_answer_is_named_by_its_field(tmp_path, content, reason):
    with pytest.raises(CustodyError, match=reason):
        load(tmp_path, content)


def test_a_missing_file_leads_to_the_template(tmp_path):
    with pytest.raises(CustodyError, match="copy data/codelists/governance_template"):
        load_governance(tmp_path / "governance.yml")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path, content):
    path = tmp_path / "governance.yml"
    path.write_bytes(content)
    with pytest.raises(AnalysisError):
        load_governance(path)


def message(tmp_path, content):
    with pytest.raises(CustodyError) as caught:
        load(tmp_path, content)
    return str(caught.value).removeprefix(f"{tmp_path / 'governance.yml'}: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (changed("controller", "name", "  "), "1 field(s) to mend: controller.name: want a text"),
        (
            changed("controller", "name", "FILL IN the name"),
            "1 field(s) to mend: controller.name: still as in the template; answer it",
        ),
        (
            changed("dpia", "completed_on", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
            "1 field(s) to mend: dpia.completed_on: want a day such as 2027-12-31",
        ),
        (
            changed("legal_basis", "explanation", "x" * 79 + " "),
            "1 field(s) to mend: legal_basis.explanation: want at least 80 characters: who does what, in which order",
        ),
        (
            changed("legal_basis", "article_6", "contract"),
            "1 field(s) to mend: legal_basis.article_6: got 'contract'; "
            "allowed: consent, public_task, legitimate_interests",
        ),
        (
            changed("legal_basis", "article_9", "low"),
            "1 field(s) to mend: legal_basis.article_9: got 'low'; "
            "allowed: explicit_consent, research_with_safeguards, manifestly_public",
        ),
        (
            changed("retention", "key_until", date(2026, 12, 31)),
            "1 field(s) to mend: retention.key_until: before raw_exports_until; "
            "withdrawal needs the key while raw rows exist",
        ),
        (
            VALID | {"retention": [], "more": {}, "dpia": VALID["dpia"] | {"more": 1}},
            "3 field(s) to mend: more: unknown section; dpia.more: unknown field; "
            "retention: want a section with raw_exports_until, key_until, restricted_rows_until",
        ),
        (
            "- a",
            "1 field(s) to mend: want sections controller, approval_reference, dpia, legal_basis, retention, "
            "compelled_disclosure_plan",
        ),
    ],
)
def test_what_has_to_be_mended_is_said_in_full(tmp_path, content, said):
    assert message(tmp_path, content) == said


@pytest.mark.parametrize(
    ("section", "field", "value"),
    [
        ("legal_basis", "explanation", "x" * 80),
        ("dpia", "residual_risk", "medium"),
        ("legal_basis", "article_6", "public_task"),
        ("retention", "key_until", date(2097, 1, 2)),
    ],
)
def test_an_answer_at_its_bound_is_accepted(tmp_path, section, field, value):
    assert load(tmp_path, changed(section, field, value)).answers[section][field] == value


def test_a_day_is_overdue_when_it_has_passed(tmp_path):
    governance = load(tmp_path, VALID)
    assert governance.overdue(date(2097, 1, 1)) == ()
    assert governance.overdue(date(2097, 1, 2)) == ("retention.raw_exports_until", "retention.key_until")
    assert governance.overdue(date(2099, 1, 2)) == (
        "retention.raw_exports_until", "retention.key_until", "retention.restricted_rows_until",
    )  # fmt: skip
    assert governance.answers == VALID


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "governance.yml"
    with pytest.raises(CustodyError) as caught:
        load_governance(path)
    assert str(caught.value) == (
        f"{path}: cannot be read: No such file or directory; "
        "copy data/codelists/governance_template.yml there and answer every field"
    )
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CustodyError, match=r"governance\.yml: not YAML in UTF-8: 'utf-8' codec can't decode byte"):
        load_governance(path)


ANCHORS = Anchors("0123456789012345", "1e" * 32)


def test_anchors_are_written_once_and_read_back_and_the_rest_stays(tmp_path):
    path = tmp_path / "governance.yml"
    text = f"# Who answers.\n{yaml.safe_dump(VALID)}# The end."
    path.write_text(text, encoding="utf-8")
    assert load_governance(path).anchors is None
    for head in ("ab" * 32, ANCHORS.ledger_head):
        write_anchors(path, Anchors(ANCHORS.key_fingerprint, head))
    assert load_governance(path).anchors == ANCHORS
    content = path.read_text(encoding="utf-8")
    assert content.startswith(text + "\n")
    assert content.count("anchors:") == 1
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("anchors", "reason"),
    [
        (None, "anchors: want exactly key_fingerprint, ledger_head"),
        ({"key_fingerprint": "0" * 16}, "anchors: want exactly key_fingerprint, ledger_head"),
        ({"key_fingerprint": 1, "ledger_head": "0" * 64}, "anchors.key_fingerprint: not as ./run wrote it"),
        ({"key_fingerprint": "0" * 16, "ledger_head": "x" * 64}, "anchors.ledger_head: not as ./run wrote it"),
    ],
)
def test_damaged_anchors_are_refused_and_not_taken_for_none(tmp_path, anchors, reason):
    with pytest.raises(CustodyError, match=reason):
        load(tmp_path, VALID | {"anchors": anchors})
