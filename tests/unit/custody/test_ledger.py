import json
import multiprocessing
import stat
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.custody import ledger
from analysis.custody.ledger import SCOPES, ConsentEvent, allows, append, effective_consents, head, read_ledger
from analysis.errors import AnalysisError, CustodyError

WORDING = ledger.wording_hash("I agree.")
GRANT = ConsentEvent(
    "r1", "granted", ("survey_analysis", "recontact"), "1.0", WORDING, "prs", date(2026, 1, 5), "form 17"
)
CUT_OFF = date(2026, 6, 1)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "consent.jsonl"


def scopes(path, *events, cut_off=CUT_OFF):
    for event in events:
        append(path, event)
    consents = effective_consents(read_ledger(path), cut_off)
    return set(consents["r1"].scopes) if "r1" in consents else set()


def later(event, day, *names, **changes):
    return replace(GRANT, event=event, scopes=names, day=day, **changes)


def test_no_event_is_no_consent(path):
    path.write_bytes(b"")
    consents = effective_consents(read_ledger(path), CUT_OFF)
    assert not any(allows(consents, "r1", scope) for scope in SCOPES)


def test_a_grant_allows_its_scopes_and_no_other(path):
    scopes(path, GRANT)
    consents = effective_consents(read_ledger(path), CUT_OFF)
    assert [scope for scope in SCOPES if allows(consents, "r1", scope)] == ["survey_analysis", "recontact"]
    assert not allows(consents, "r2", "survey_analysis")


def test_a_misspelled_scope_is_an_error(path):
    with pytest.raises(CustodyError, match="scope 'survey' does not exist"):
        allows({}, "r1", "survey")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([later("granted", date(2026, 2, 1), "future_reuse")], {"survey_analysis", "recontact", "future_reuse"}),
        ([later("amended", date(2026, 2, 1), "recontact")], {"recontact"}),
        ([later("amended", date(2026, 2, 1))], set()),
        ([later("withdrawn", date(2026, 2, 1), "recontact")], {"survey_analysis"}),
        ([later("withdrawn", date(2026, 2, 1))], set()),
        ([later("refused", date(2026, 2, 1))], set()),
        ([later("expired", date(2026, 2, 1), "survey_analysis")], {"recontact"}),
        ([later("withdrawn", date(2026, 2, 1)), later("granted", date(2026, 3, 1), "recontact")], {"recontact"}),
        ([later("withdrawn", date(2026, 7, 1))], {"survey_analysis", "recontact"}),
        ([later("withdrawn", date(2026, 1, 1))], {"survey_analysis", "recontact"}),
    ],
)
def test_consent_is_the_fold_over_the_events_up_to_the_cut_off(path, events, expected):
    assert scopes(path, GRANT, *events) == expected


@pytest.mark.parametrize(("expires", "expected"), [(date(2026, 6, 1), True), (date(2026, 5, 31), False), (None, True)])
def test_a_grant_holds_to_its_last_day(path, expires, expected):
    assert bool(scopes(path, replace(GRANT, expires=expires))) is expected


def test_the_file_is_the_owners_and_chained(path):
    first, second = append(path, GRANT), append(path, later("withdrawn", date(2026, 2, 1)))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (first.previous, second.previous) == (ledger.GENESIS, first.hash)
    assert head(read_ledger(path)) == second.hash
    assert read_ledger(path, recorded_head=first.hash)[1] == second


def three(path):
    for event in (GRANT, replace(GRANT, subject="r2"), later("withdrawn", date(2026, 2, 1))):
        append(path, event)
    return path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (
            lambda lines: [lines[0], lines[1].replace(b"r2", b"r9"), lines[2]],
            "line 2: its content does not give its hash",
        ),
        (lambda lines: [lines[0], lines[2]], "line 2: does not follow the line before it"),
        (lambda lines: [lines[1], lines[2]], "line 1: does not follow"),
        (lambda lines: [lines[1], lines[0], lines[2]], "line 1: does not follow"),
        (lambda lines: [*lines, lines[2]], "line 4: does not follow"),
        (lambda lines: [*lines, b"\n"], "line 4: not JSON"),
        (lambda lines: [*lines[:2], lines[2][:-9]], "line 3: ends without a line break: an append was interrupted"),
        (lambda lines: [*lines[:2], lines[2].replace(b"sequence", b"place")], "line 3: want one object with exactly"),
        (
            lambda lines: [*lines[:2], lines[2].replace(b'"proof":"form 17"', b'"proof":17')],
            "line 3: proof is of the wrong",
        ),
        (lambda lines: [*lines[:2], lines[2].replace(b"2026-02-01", b"2026-02-31")], "line 3: a day is not written"),
        (lambda lines: [b"\xff\xfe" + lines[0]], "line 1: not JSON"),
    ],
)
def test_a_spoilt_line_is_named(path, spoil, reason):
    path.write_bytes(b"".join(spoil(three(path))))
    with pytest.raises(CustodyError, match=reason):
        read_ledger(path)
    before = path.read_bytes()
    with pytest.raises(CustodyError):
        append(path, GRANT)
    assert path.read_bytes() == before


def test_a_rewritten_chain_is_known_by_a_recorded_head(path):
    recorded = read_ledger(path)[-1].hash if three(path) else ""
    path.unlink()
    append(path, GRANT)
    read_ledger(path)
    with pytest.raises(CustodyError, match="of an earlier release is gone"):
        read_ledger(path, recorded_head=recorded)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"subject": " "}, "subject is empty"),
        ({"proof": ""}, "proof is empty"),
        ({"event": "given"}, "event is 'given'; allowed: granted"),
        ({"scopes": ("all",)}, "scope is 'all'; allowed"),
        ({"scopes": ("recontact", "recontact")}, "stands twice"),
        ({"scopes": ()}, "scopes is empty"),
        ({"wording_sha256": "abc"}, "want 64 hexadecimal digits"),
        ({"language": "Dari"}, "want an ISO 639 code"),
        ({"expires": date(2025, 1, 1)}, "before the day of the event"),
        ({"event": "withdrawn", "expires": date(2027, 1, 1)}, "only granted and amended expire"),
    ],
)
def test_an_event_that_breaks_a_rule_is_not_appended(path, changes, reason):
    with pytest.raises(CustodyError, match=reason):
        append(path, replace(GRANT, **changes))
    assert not path.exists()


def test_a_link_or_a_missing_folder_is_refused(path, tmp_path):
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CustodyError, match="not a link"):
        append(path, GRANT)
    with pytest.raises(CustodyError, match="cannot be read"):
        read_ledger(tmp_path / "none" / "consent.jsonl")


def _append_many(path, subject):
    for _ in range(10):
        append(path, replace(GRANT, subject=subject))


def test_two_writers_do_not_break_the_chain(path):
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_append_many, args=(path, name)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(read_ledger(path)) == 20


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=400)
    | st.dictionaries(st.sampled_from(sorted(ledger.FIELDS)), st.text() | st.none()).map(
        lambda d: json.dumps(d).encode() + b"\n"
    )
)
def test_any_bytes_are_read_or_refused(path, content):
    path.write_bytes(content)
    if content:
        with pytest.raises(AnalysisError, match="line 1"):
            read_ledger(path)
    else:
        assert read_ledger(path) == ()


class TestStandingConsents:
    """A grant counts from the cut-off back; a withdrawal counts whenever it was made."""

    CUT_OFF = date(2026, 6, 1)

    def standing(self, tmp_path, *events):
        from analysis.custody.ledger import standing_consents

        path = tmp_path / "ledger"
        for event in events:
            append(path, event)
        return standing_consents(read_ledger(path), self.CUT_OFF)

    def test_a_later_withdrawal_counts_at_once(self, tmp_path):
        assert self.standing(tmp_path, GRANT, later("withdrawn", date(2026, 7, 1))) == {}

    def test_an_earlier_grant_counts(self, tmp_path):
        assert self.standing(tmp_path, GRANT).keys() == {"r1"}

    def test_a_later_grant_does_not_count(self, tmp_path):
        assert self.standing(tmp_path, replace(GRANT, day=date(2026, 7, 1))) == {}

    def test_a_later_amendment_can_only_take_away(self, tmp_path):
        amended = later("amended", date(2026, 7, 1), "survey_analysis", "aggregate_publication")
        (consent,) = self.standing(tmp_path, GRANT, amended).values()
        assert consent.scopes == {"survey_analysis"}
