import hashlib
import json
import multiprocessing
import os
import stat
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.custody import ledger
from analysis.custody.ledger import Consent, ConsentEvent, allows, append, effective_consents, head, read_ledger
from analysis.errors import AnalysisError, CustodyError

SCOPES = (
    "survey_analysis", "aggregate_publication", "microdata_restricted", "quote_paraphrase", "linkage_to_posts",
    "recontact", "future_reuse",
)  # fmt: skip
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
        # The order of the lines counts, not that of the days.
        ([later("withdrawn", date(2026, 1, 1))], set()),
        ([later("withdrawn", date(2026, 2, 1)), later("granted", date(2026, 2, 1), "recontact")], {"recontact"}),
        # A form signed before the withdrawal gives nothing back, though it is entered after it.
        ([later("withdrawn", date(2026, 2, 1)), later("granted", date(2026, 1, 20), "recontact")], set()),
        ([later("withdrawn", date(2026, 2, 1)), later("amended", date(2026, 1, 20), "recontact")], set()),
        (
            [later("withdrawn", date(2026, 2, 1), "recontact"), later("granted", date(2026, 1, 20), "recontact")],
            {"survey_analysis"},
        ),
        ([later("amended", date(2026, 2, 1), *SCOPES)], set(SCOPES)),
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


TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(("day", "is_taken"), [(TODAY, True), (date(2026, 3, 2), False)])
def test_no_event_may_bear_a_day_that_has_not_come(path, day, is_taken):
    if is_taken:
        assert append(path, replace(GRANT, day=day), TODAY).event.day == day
        return
    with pytest.raises(CustodyError, match=r"its day lies in the future \(today is 2026-03-01, in UTC\)"):
        append(path, replace(GRANT, day=day), TODAY)
    assert not path.exists()


def test_many_events_are_appended_together_or_not_at_all(path):
    events = [replace(GRANT, subject=f"r{number}") for number in range(5)]
    entries = ledger.append_all(path, events)
    assert read_ledger(path) == entries
    before = path.read_bytes()
    with pytest.raises(CustodyError, match=r"event of 2026-01-05 \(2 of 2\) not appended: proof is empty"):
        ledger.append_all(path, [GRANT, replace(GRANT, proof="")])
    assert path.read_bytes() == before


def test_a_ledger_that_nobody_touched_is_verified_once(path, monkeypatch):
    """So that many appends cost what they are; whoever touched it in between is noticed."""
    read = []
    monkeypatch.setattr(ledger, "read_ledger", lambda where: read.append(where) or read_ledger(where))
    for number in range(40):
        append(path, replace(GRANT, subject=f"r{number}"))
    assert len(read) == 1
    assert [entry.sequence for entry in read_ledger(path)] == list(range(1, 41))
    path.write_bytes(path.read_bytes().replace(b"r7", b"r9"))
    with pytest.raises(CustodyError, match="line 8: its content does not give its hash"):
        append(path, GRANT)


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
    DAY = date(2026, 7, 1)

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

    def test_a_later_withdrawal_of_one_scope_leaves_the_other(self, tmp_path):
        (consent,) = self.standing(tmp_path, GRANT, later("withdrawn", self.DAY, "recontact")).values()
        assert consent.scopes == {"survey_analysis"}
        assert consent.subject == "r1"

    def test_a_later_amendment_that_names_everything_takes_nothing(self, tmp_path):
        (consent,) = self.standing(tmp_path, GRANT, later("amended", self.DAY, *SCOPES)).values()
        assert consent.scopes == {"survey_analysis", "recontact"}

    @pytest.mark.parametrize(("today", "is_standing"), [(date(2026, 7, 9), True), (date(2026, 7, 10), False)])
    def test_expiry_is_judged_by_todays_clock(self, tmp_path, today, is_standing):
        append(tmp_path / "ledger", replace(GRANT, expires=date(2026, 7, 9)))
        entries = read_ledger(tmp_path / "ledger")
        assert bool(ledger.standing_consents(entries, self.CUT_OFF, today)) is is_standing

    def test_without_a_day_the_clock_of_the_machine_decides(self, tmp_path):
        append(tmp_path / "ledger", replace(GRANT, expires=date(2026, 7, 9)))
        assert self.standing(tmp_path) == {}

    def test_a_later_grant_takes_nothing(self, tmp_path):
        (consent,) = self.standing(tmp_path, GRANT, later("granted", self.DAY, "future_reuse")).values()
        assert consent.scopes == {"survey_analysis", "recontact"}

    def test_an_event_on_the_cut_off_day_belongs_to_it(self, tmp_path):
        assert self.standing(tmp_path, replace(GRANT, day=self.CUT_OFF)).keys() == {"r1"}

    def test_two_later_withdrawals_add_up_and_touch_nobody_else(self, tmp_path):
        one, other = (later("withdrawn", self.DAY, name) for name in ("recontact", "survey_analysis"))
        found = self.standing(tmp_path, GRANT, replace(GRANT, subject="r2"), one, other)
        assert found.keys() == {"r2"}
        assert found["r2"].scopes == {"survey_analysis", "recontact"}

    def test_what_is_given_again_later_counts_not_before_the_next_cut_off(self, tmp_path):
        again = later("granted", date(2026, 8, 1), "survey_analysis", "recontact")
        assert self.standing(tmp_path, GRANT, later("withdrawn", self.DAY), again) == {}


def test_a_line_is_chained_by_the_hash_of_its_canonical_content(path):
    entry = append(path, GRANT)
    content = {
        "day": "2026-01-05", "event": "granted", "expires": None, "form_version": "1.0", "language": "prs",
        "previous": "0" * 64, "proof": "form 17", "scopes": ["survey_analysis", "recontact"], "sequence": 1,
        "subject": "r1", "wording_sha256": WORDING,
    }  # fmt: skip
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert entry.hash == hashlib.sha256(canonical.encode()).hexdigest()
    assert entry.sequence == 1
    assert json.loads(path.read_bytes()) == content | {"hash": entry.hash}
    assert list(json.loads(path.read_bytes())) == list(ledger.FIELDS)
    assert hashlib.sha256(b"I agree.").hexdigest() == WORDING
    dated = append(path, replace(GRANT, expires=date(2027, 1, 1), subject="ر"))
    assert (dated.sequence, dated.previous) == (2, entry.hash)
    line = path.read_bytes().splitlines()[1]
    assert b'"expires":"2027-01-01"' in line
    assert line.isascii()


def test_what_is_written_is_read(path):
    written = (append(path, GRANT), append(path, replace(GRANT, expires=date(2027, 1, 1), subject="r2")))
    assert read_ledger(path) == written


def test_the_head_of_nothing_is_the_beginning(path):
    assert head([]) == "0" * 64
    path.write_bytes(b"")
    assert read_ledger(path, recorded_head=ledger.GENESIS) == ()
    with pytest.raises(CustodyError) as caught:
        read_ledger(path, recorded_head="abcdef0123456789")
    assert str(caught.value) == (
        f"{path}: line abcdef012345… of an earlier release is gone; restore the ledger from the vault's backup"
    )


def test_consent_carries_the_latest_wording(path):
    other = ledger.wording_hash("Ich stimme zu.")
    append(path, GRANT)
    append(path, later("granted", date(2026, 2, 1), "future_reuse", form_version="2.0", language="de"))
    append(path, later("granted", date(2025, 2, 1), "quote_paraphrase", form_version="0.9", wording_sha256=other))
    assert effective_consents(read_ledger(path), CUT_OFF) == {
        "r1": Consent(
            "r1", frozenset(["survey_analysis", "recontact", "future_reuse", "quote_paraphrase"]), "2.0", WORDING, "de"
        )
    }


def test_events_of_one_day_count_in_the_order_of_their_lines(path):
    day = date(2026, 2, 1)
    append(path, GRANT)
    append(path, later("withdrawn", day))
    append(path, later("granted", day, "recontact"))
    assert effective_consents(read_ledger(path), day)["r1"].scopes == {"recontact"}
    append(path, later("withdrawn", day, "recontact"))
    assert effective_consents(read_ledger(path), day) == {}


def test_an_expired_scope_leaves_the_others(path):
    append(path, GRANT)
    append(path, later("granted", date(2026, 2, 1), "recontact", expires=date(2026, 3, 1)))
    assert effective_consents(read_ledger(path), date(2026, 3, 1))["r1"].scopes == {"survey_analysis", "recontact"}
    assert effective_consents(read_ledger(path), date(2026, 3, 2))["r1"].scopes == {"survey_analysis"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"subject": ""}, "subject is empty"),
        ({"form_version": " "}, "form_version is empty"),
        ({"proof": "\t"}, "proof is empty"),
        ({"event": "given"}, "event is 'given'; allowed: granted, amended, withdrawn, expired, refused"),
        (
            {"wording_sha256": "0" * 63},
            f"wording_sha256 is '{'0' * 63}'; want 64 hexadecimal digits of the wording's SHA-256",
        ),
        ({"wording_sha256": "A" * 64}, f"wording_sha256 is '{'A' * 64}'; want 64 hexadecimal digits of the wording's"),
        ({"language": "p"}, "language is 'p'; want an ISO 639 code such as 'prs'"),
        ({"language": "dari"}, "language is 'dari'; want an ISO 639 code such as 'prs'"),
        ({"scopes": ("all",)}, f"scope is 'all'; allowed: {', '.join(SCOPES)}"),
        ({"scopes": ("recontact", "recontact")}, "a scope stands twice"),
        ({"scopes": ()}, "scopes is empty; a grant names what it grants"),
        (
            {"expires": date(2026, 1, 4)},
            "expires is 2026-01-04, before the day of the event 2026-01-05",
        ),
        ({"event": "refused", "expires": date(2027, 1, 1)}, "expires is 2027-01-01; only granted and amended expire"),
    ],
)
def test_a_broken_rule_is_said_in_full(path, changes, message):
    with pytest.raises(CustodyError) as caught:
        append(path, replace(GRANT, **changes))
    assert str(caught.value).startswith(f"{path}: event of 2026-01-05 not appended: {message}")


@pytest.mark.parametrize("changes", [{"language": "de"}, {"language": "prs"}, {"expires": date(2026, 1, 5)}])
def test_a_rule_at_its_bound_holds(path, changes):
    assert append(path, replace(GRANT, **changes)).sequence == 1


def signed(path, **changes):
    """A line whose hash is right although its content is not."""
    append(path, GRANT)
    content = json.loads(path.read_bytes()) | changes
    del content["hash"]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    content["hash"] = hashlib.sha256(canonical.encode()).hexdigest()
    path.write_bytes(json.dumps(content).encode() + b"\n")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"event": "given"}, "event is 'given'; allowed: granted, amended, withdrawn, expired, refused"),
        ({"sequence": 2}, "does not follow the line before it; a line was removed, added or moved"),
        ({"previous": "1" * 64}, "does not follow the line before it; a line was removed, added or moved"),
        ({"sequence": True}, "sequence is of the wrong type"),
        ({"sequence": "1"}, "sequence is of the wrong type"),
        ({"subject": None}, "subject is of the wrong type"),
        ({"scopes": "recontact"}, "scopes is of the wrong type"),
        ({"expires": 1}, "expires is of the wrong type"),
        ({"expires": "soon"}, "a day is not written as 2026-11-23"),
        ({"day": "5.1.2026"}, "a day is not written as 2026-11-23"),
        ({"more": 1}, f"want one object with exactly {', '.join(ledger.FIELDS)}"),
    ],
)
def test_a_line_that_no_append_wrote_is_refused(path, changes, message):
    signed(path, **changes)
    with pytest.raises(CustodyError) as caught:
        read_ledger(path)
    assert str(caught.value) == (
        f"{path}: line 1: {message}; restore the ledger from the vault's backup and append what is missing"
    )


def test_messages_about_files_say_what_to_do(path, tmp_path):
    with pytest.raises(CustodyError) as caught:
        read_ledger(path)
    assert str(caught.value) == f"{path}: cannot be read: No such file or directory; name the ledger of the vault"
    with pytest.raises(CustodyError) as caught:
        append(tmp_path / "none/ledger", GRANT)
    assert str(caught.value) == (
        f"{tmp_path / 'none/ledger'}: cannot be opened for appending: No such file or directory; "
        "name a file in a folder of the vault, not a link"
    )
    append(path, GRANT)
    path.write_bytes(path.read_bytes() + b'{"sequence"')
    with pytest.raises(CustodyError) as caught:
        read_ledger(path)
    assert str(caught.value) == (
        f"{path}: line 2: ends without a line break: an append was interrupted; remove this line and append again"
    )


def test_a_line_that_does_not_fit_is_taken_back(path, monkeypatch):
    append(path, GRANT)
    before = path.read_bytes()
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, line: write(descriptor, line[:10]))
    with pytest.raises(CustodyError) as caught:
        append(path, GRANT)
    assert str(caught.value) == "the event was not appended: the disk is full; the ledger is as it was"
    assert path.read_bytes() == before


def test_a_misspelled_scope_names_the_known_ones():
    with pytest.raises(CustodyError) as caught:
        allows({}, "r1", "survey")
    assert str(caught.value) == f"scope 'survey' does not exist; known: {', '.join(SCOPES)}"
