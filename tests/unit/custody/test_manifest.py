from datetime import date
from pathlib import Path

import pytest
import yaml

from analysis.custody.manifest import load_manifest
from analysis.errors import CustodyError

TEMPLATE = Path(__file__).resolve().parents[3] / "data/codelists/sources_template.yml"
SURVEY = {"source_id": "s", "file": "a.sav", "sample_source": "opt_in", "mode": "web",
          "variables": {"consent_subject": "key"}}  # fmt: skip
POSTS = {"source_id": "p", "file": "b.json", "accounts": [{"account": "1", "kind": "institutional"}]}
VALID = {"week_zero": date(2026, 1, 5), "hosts": ["A"], "ledger": "l.jsonl", "surveys": [SURVEY], "posts": [POSTS]}


def load(tmp_path, content):
    path = tmp_path / "sources.yml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return load_manifest(path)


def test_the_template_is_a_manifest():
    manifest = load_manifest(TEMPLATE)
    assert manifest.surveys[0].variables.recruiter == "recruiter_id"
    assert manifest.posts[0].accounts["user2345678901"].consent_subject == "A-0001"


def test_a_source_without_a_basis_is_kept_as_one_that_has_none(tmp_path):
    assert load(tmp_path, VALID).posts[0].platform_terms_basis == ""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"week_zero": "2026"}, "week_zero: got '2026'; want a day"),
        ({"extra": 1}, "unknown key 'extra'"),
        ({"surveys": [SURVEY | {"file": "../a.sav"}]}, "want a path inside the folder of the manifest"),
        ({"surveys": [SURVEY | {"file": "/etc/passwd"}]}, "want a path inside the folder of the manifest"),
        ({"ledger": "../../l"}, "want a path inside the folder of the manifest"),
        ({"surveys": [SURVEY | {"sample_source": "street"}]}, "sample_source: got 'street'; allowed: web_rds, opt_in"),
        ({"surveys": [SURVEY | {"variables": {}}]}, "key 'consent_subject' is missing"),
        ({"surveys": [SURVEY, SURVEY]}, "source_id: 's' is given twice"),
        (
            {"posts": [POSTS | {"accounts": [{"account": 1, "kind": "institutional"}]}]},
            r"want a text \(quote numbers\)",
        ),
        ({"posts": [POSTS | {"accounts": POSTS["accounts"] * 2}]}, "accounts: '1' is given twice"),
        ({"posts": [POSTS | {"accounts": [{"account": "1", "kind": "consented"}]}]}, "without consent_subject"),
        ({"posts": [POSTS | {"platform_terms_basis": "public"}]}, "platform_terms_basis: got 'public'"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_place(tmp_path, change, reason):
    with pytest.raises(CustodyError, match=reason):
        load(tmp_path, VALID | change)


@pytest.mark.parametrize("text", ["", "[]", "a: [", "x: 1\n", "\x00"])
def test_other_content_is_refused(tmp_path, text):
    with pytest.raises(CustodyError):
        load(tmp_path, text)


def test_a_missing_manifest_says_where_to_look(tmp_path):
    with pytest.raises(CustodyError, match=r"sources_template\.yml shows how"):
        load_manifest(tmp_path / "none.yml")
