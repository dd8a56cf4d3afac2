from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from analysis.custody.manifest import (
    CHAT_DAY_ORDERS,
    Account,
    Manifest,
    PostSource,
    SurveySource,
    Variables,
    load_manifest,
)
from analysis.errors import CustodyError

TERMS_BASES = (
    "account_holder_export", "research_interface_agreement", "research_library_agreement", "written_permission",
)  # fmt: skip
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
    assert manifest.surveys[0].variables.duration == "interview_seconds"
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
        ({"surveys": [SURVEY | {"sample_source": "street"}]}, "got 'street'; allowed: rds, opt_in, probability"),
        ({"surveys": [SURVEY | {"sample_source": "probability"}]}, "a probability sample without weight; name"),
        (
            {"surveys": [SURVEY | {"variables": {"consent_subject": "k", "stratum": "region"}}]},
            "'stratum' belongs to a probability sample, and sample_source is",
        ),
        ({"surveys": [SURVEY | {"variables": {}}]}, "key 'consent_subject' is missing"),
        ({"surveys": [SURVEY, SURVEY]}, "source_id: 's' is given twice"),
        (
            {"posts": [POSTS | {"accounts": [{"account": 1, "kind": "institutional"}]}]},
            r"want a text \(quote numbers\)",
        ),
        ({"posts": [POSTS | {"accounts": POSTS["accounts"] * 2}]}, "accounts: '1' is given twice"),
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


WHOLE_SURVEY = {
    "source_id": "s", "file": "in/a.sav", "sample_source": "rds", "mode": "telephone",
    "format": "spss", "duration_unit": "minutes",
    "variables": {"consent_subject": "key", "respondent": "id", "recruiter": "by", "wave": "w", "duration": "d"},
}  # fmt: skip
WHOLE_POSTS = {
    "source_id": "p", "file": "b.json", "platform_terms_basis": "written_permission", "owner": "1", "format": "x",
    "accounts": [
        {"account": "1", "kind": "institutional"}, {"account": "2", "kind": "consented", "consent_subject": "A-1"},
    ],
}  # fmt: skip


def test_every_field_is_kept(tmp_path):
    manifest = load(tmp_path, VALID | {"surveys": [WHOLE_SURVEY], "posts": [WHOLE_POSTS], "hosts": ["A", "B"]})
    variables = Variables("key", "id", "by", "w", "d")
    survey = SurveySource("s", "in/a.sav", "rds", "telephone", variables, "spss", "minutes")
    accounts = {"1": Account("1", "institutional"), "2": Account("2", "consented", "A-1")}
    post = PostSource("p", "b.json", "written_permission", "1", "x", accounts)
    assert manifest == Manifest("l.jsonl", ("A", "B"), (survey,), (post,), date(2026, 1, 5))


def test_a_study_of_one_part_names_that_part_alone(tmp_path):
    manifest = load(tmp_path, {"ledger": "l.jsonl", "posts": [POSTS]})
    assert (manifest.surveys, manifest.hosts, manifest.week_zero) == ((), (), None)


def test_what_may_be_left_out_has_these_values(tmp_path):
    manifest = load(tmp_path, VALID | {"posts": [{"source_id": "p", "file": "b.json", "platform_terms_basis": None}]})
    assert manifest.surveys == (SurveySource("s", "a.sav", "opt_in", "web", Variables("key", "", "", "", "")),)
    assert manifest.surveys[0].format == ""
    assert manifest.surveys[0].duration_unit == "seconds"
    assert manifest.posts == (PostSource("p", "b.json", "", "", "", {}),)


@pytest.mark.parametrize("order", CHAT_DAY_ORDERS)
def test_a_chat_may_have_its_day_order_stated_in_known_words(order, tmp_path):
    assert load(tmp_path, VALID | {"posts": [POSTS | {"day_order": order}]}).posts[0].day_order == order
    with pytest.raises(CustodyError, match=r"posts\[0\]: day_order: got 'day first'; allowed: day/month/year, month"):
        load(tmp_path, VALID | {"posts": [POSTS | {"day_order": "day first"}]})


@pytest.mark.parametrize("basis", TERMS_BASES)
def test_every_basis_is_accepted(tmp_path, basis):
    assert (
        load(tmp_path, VALID | {"posts": [POSTS | {"platform_terms_basis": basis}]}).posts[0].platform_terms_basis
        == basis
    )


KNOWN = "ledger, hosts, surveys, posts, week_zero"
SURVEY_KEYS = (
    "source_id, file, sample_source, mode, variables, format, duration_unit, also_admit, encoding, period, sample, "
    "day_order"
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("- a", f"got list; want a block with {KNOWN}"),
        (VALID | {"extra": 1, "another": 2}, f"unknown key 'another'; known: {KNOWN}"),
        ({"week_zero": date(2026, 1, 5)}, f"key 'ledger' is missing; known: {KNOWN}"),
        (
            VALID | {"week_zero": datetime(2026, 1, 5, 1, 2, tzinfo=UTC)},
            "week_zero: got datetime.datetime(2026, 1, 5, 1, 2, tzinfo=datetime.timezone.utc); "
            "want a day such as 2026-01-05",
        ),
        (VALID | {"surveys": {}}, "got dict; want a list"),
        (VALID | {"posts": "b"}, "got str; want a list"),
        (VALID | {"hosts": "A"}, "hosts: got str; want a list"),
        (VALID | {"hosts": [1]}, "hosts: got 1; want a text (quote numbers)"),
        (VALID | {"hosts": [" "]}, "hosts: got ' '; want a text (quote numbers)"),
        (VALID | {"ledger": 3}, "ledger: got 3; want a text (quote numbers)"),
        (VALID | {"ledger": "a/../b"}, "ledger: got 'a/../b'; want a path inside the folder of the manifest"),
        (VALID | {"surveys": [SURVEY, 3]}, f"surveys[1]: got int; want a block with {SURVEY_KEYS}"),
        (VALID | {"surveys": [SURVEY | {"more": 1}]}, f"surveys[0]: unknown key 'more'; known: {SURVEY_KEYS}"),
        (
            VALID | {"surveys": [SURVEY | {"variables": {"consent_subject": 1}}]},
            "surveys[0]: variables: consent_subject: got 1; want a text (quote numbers)",
        ),
        (
            VALID | {"surveys": [SURVEY | {"variables": {}}]},
            "surveys[0]: variables: key 'consent_subject' is missing; "
            "known: consent_subject, respondent, recruiter, wave, duration, interviewed, weight, stratum, cluster",
        ),
        (
            VALID | {"surveys": [SURVEY | {"mode": "post"}]},
            "surveys[0]: mode: got 'post'; allowed: web, telephone, face_to_face",
        ),
        (
            VALID | {"surveys": [SURVEY | {"sample_source": "street"}]},
            "surveys[0]: sample_source: got 'street'; allowed: rds, opt_in, probability",
        ),
        (
            VALID | {"surveys": [SURVEY | {"duration_unit": "hours"}]},
            "surveys[0]: duration_unit: got 'hours'; allowed: seconds, minutes",
        ),
        (
            VALID | {"surveys": [SURVEY | {"file": "/a"}]},
            "surveys[0]: file: got '/a'; want a path inside the folder of the manifest",
        ),
        (VALID | {"surveys": [SURVEY | {"source_id": "p"}]}, "source_id: 'p' is given twice"),
        (
            VALID | {"posts": [POSTS | {"file": "../b"}]},
            "posts[0]: file: got '../b'; want a path inside the folder of the manifest",
        ),
        (VALID | {"posts": [POSTS | {"accounts": {}}]}, "posts[0]: accounts: got dict; want a list"),
        (
            VALID | {"posts": [POSTS | {"platform_terms_basis": "public"}]},
            f"posts[0]: platform_terms_basis: got 'public'; allowed: {', '.join(TERMS_BASES)}",
        ),
        (
            VALID | {"posts": [POSTS | {"accounts": [*POSTS["accounts"], {"account": "2"}]}]},
            "posts[0]: accounts[1]: key 'kind' is missing; known: account, kind, consent_subject",
        ),
        (VALID | {"posts": [POSTS | {"accounts": POSTS["accounts"] * 2}]}, "posts[0]: accounts: '1' is given twice"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_place_and_what_is_wanted(tmp_path, content, said):
    with pytest.raises(CustodyError) as caught:
        load(tmp_path, content)
    assert str(caught.value) == f"{tmp_path / 'sources.yml'}: {said}"


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(CustodyError) as caught:
        load_manifest(tmp_path / "none.yml")
    assert str(caught.value) == (
        f"{tmp_path / 'none.yml'}: cannot be read: No such file or directory; "
        "write one; data/codelists/sources_template.yml shows how"
    )
    with pytest.raises(CustodyError, match=r"sources\.yml: not YAML in UTF-8: while parsing a flow"):
        load(tmp_path, "a: [")
