"""The consent ledger: who allowed what, when, under which wording; append-only and chained by hashes.

The file lives in the vault, one JSON object per line. Nothing is ever changed in it: a change of mind is a new line.
What a person allows at a cut-off is the fold over the events up to that day; who has no event allows nothing. What
must not be here: a person's name or contact, the number of withdrawals, a decision to include somebody.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from analysis.custody.clock import utc_day
from analysis.errors import CustodyError

EVENTS = ("granted", "amended", "withdrawn", "expired", "refused")
SCOPES = (
    "survey_analysis",
    "aggregate_publication",
    "microdata_restricted",
    "quote_paraphrase",
    "linkage_to_posts",
    "recontact",
    "future_reuse",
)
GRANTING = ("granted", "amended")
GENESIS = "0" * 64
"""What the first line gives as the hash of the line before it."""
SHA256 = re.compile(r"[0-9a-f]{64}")
LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class ConsentEvent:
    """What one person decided on one day.

    Attributes
    ----------
    subject : key of the person in the vault, a text; never a name
    event : one of EVENTS
    scopes : what the event speaks of; empty in `withdrawn`, `expired` and `refused`: everything
    form_version : version of the consent form
    wording_sha256 : hash of the form's wording in the language that was shown
    language : ISO 639 code of that wording
    day : UTC day of the decision
    proof : reference to the signed form or recording in the vault
    expires : last UTC day on which a grant holds; null: until withdrawn
    """

    subject: str
    event: str
    scopes: tuple[str, ...]
    form_version: str
    wording_sha256: str
    language: str
    day: date
    proof: str
    expires: date | None = None


@dataclass(frozen=True)
class Entry:
    """One line: an event, its place, and the hashes that chain it to the line before."""

    sequence: int
    event: ConsentEvent
    previous: str
    hash: str


@dataclass(frozen=True)
class Consent:
    """What a person allows at a cut-off, and under which wording they last allowed it."""

    subject: str
    scopes: frozenset[str]
    form_version: str
    wording_sha256: str
    language: str


def append(path: Path, event: ConsentEvent, today: date | None = None) -> Entry:
    """Add one event at the end of a ledger; the file is made, readable by its owner only, when there is none.

    Parameters
    ----------
    path : Path
        The ledger.
    event : ConsentEvent
        Its day may not lie in the future.
    today : date, optional
        The UTC day on which this is done; the clock's, when none is given.

    Raises
    ------
    CustodyError
        The event breaks a rule, or the ledger does not verify; the file stays as it was.
    """
    return append_all(path, (event,), today)[0]


def append_all(path: Path, events: Iterable[ConsentEvent], today: date | None = None) -> tuple[Entry, ...]:
    """Add many events at the end of a ledger, all of them or none; the cost grows with their number only.

    Raises
    ------
    CustodyError
        As for `append`; names the first event that breaks a rule by its place in the list.
    """
    listed, day = tuple(events), today or utc_day()
    for number, event in enumerate(listed, start=1):
        violation = next(violations(event, day), None)
        if violation:
            place = f" ({number} of {len(listed)})" if len(listed) > 1 else ""
            raise CustodyError(f"{path}: event of {event.day}{place} not appended: {violation}")
    with _locked(path) as descriptor:
        last, added = _last_entry(path, descriptor), list[Entry]()
        for event in listed:
            last = _entry(event, last)
            added.append(last)
        _write_whole(descriptor, b"".join(map(_line, added)))
        _KNOWN[path.absolute()] = (_state(descriptor), last)
    return tuple(added)


def read_ledger(path: Path, recorded_head: str | None = None) -> tuple[Entry, ...]:
    """Every entry of a ledger whose chain holds.

    Parameters
    ----------
    path : Path
        The ledger.
    recorded_head : str, optional
        Hash of the last line at an earlier release; a ledger that no longer holds it was cut or rewritten.

    Returns
    -------
    tuple of Entry
        In the order of the file.

    Raises
    ------
    CustodyError
        Names the line, what is wrong with it and what to do.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CustodyError(f"{path}: cannot be read: {error.strerror}; name the ledger of the vault") from error
    entries = tuple(_entries(path, content))
    if recorded_head is not None and recorded_head not in {GENESIS, *(entry.hash for entry in entries)}:
        advice = "restore the ledger from the vault's backup"
        raise CustodyError(f"{path}: line {recorded_head[:12]}… of an earlier release is gone; {advice}")
    return entries


def head(entries: Iterable[Entry]) -> str:
    """Hash of the last line: what a release records about the ledger it used."""
    return [GENESIS, *(entry.hash for entry in entries)][-1]


def effective_consents(entries: Iterable[Entry], cut_off: date) -> Mapping[str, Consent]:
    """What each person allows on a day: the fold over the events up to and including it.

    `granted` adds its scopes, `amended` replaces all earlier ones, `withdrawn`, `expired` and `refused` take theirs
    away (all, when they name none). Events count in the order of their lines: what is written later is what a person
    said later, whatever day it bears. One thing more protects who withdrew: a form that was signed on an earlier day
    than a withdrawal gives nothing back, even when it is entered after it.

    Returns
    -------
    mapping of subject to Consent
        Only persons who allow something; absence is refusal.
    """
    return _held([entry for entry in entries if entry.event.day <= cut_off], cut_off)


def standing_consents(entries: Iterable[Entry], cut_off: date, today: date | None = None) -> Mapping[str, Consent]:
    """What each person allowed on a day and has not taken back since: what a run may use.

    Parameters
    ----------
    entries : iterable of Entry
    cut_off : date
        A grant counts when it was given by this day; a withdrawal counts at once, whatever day the release carries.
        The scopes that a later event ends, or that a later amendment leaves out, are gone.
    today : date, optional
        The UTC day on which a grant must not have expired; the clock's, when none is given.
    """
    used = [entry for entry in entries if entry.event.day <= cut_off or _takes_away(entry.event)]
    ends = [_without_grants(entry) if entry.event.day > cut_off else entry for entry in used]
    return _held(ends, max(cut_off, today or utc_day()))


def _takes_away(event: ConsentEvent) -> bool:
    return bool(_ended(event))


def _without_grants(entry: Entry) -> Entry:
    """What is left of an event after the cut-off: it ends scopes and gives none."""
    return replace(entry, event=replace(entry.event, event="withdrawn", scopes=_ended(entry.event)))


def _held(entries: Iterable[Entry], day: date) -> Mapping[str, Consent]:
    """Who allows something on a day, by events in the order of their lines."""
    held: dict[str, dict[str, ConsentEvent]] = {}
    ends: dict[tuple[str, str], date] = {}
    for event in (entry.event for entry in entries):
        for scope in _ended(event):
            ends[event.subject, scope] = max(event.day, ends.get((event.subject, scope), event.day))
        given = {s: event for s in _given(event) if event.day >= ends.get((event.subject, s), event.day)}
        kept = {s: e for s, e in held.get(event.subject, {}).items() if s not in _ended(event)}
        held[event.subject] = kept | given
    current = {subject: _current(grants, day) for subject, grants in held.items()}
    return {subject: _consent(subject, grants) for subject, grants in current.items() if grants}


def newest_day(entries: Iterable[Entry]) -> date | None:
    """The latest day of any event; None for an empty ledger."""
    return max((entry.event.day for entry in entries), default=None)


def allows(consents: Mapping[str, Consent], subject: str, scope: str) -> bool:
    """Whether a person allows a scope; a person without consent allows nothing.

    Raises
    ------
    CustodyError
        There is no such scope: a misspelled question must not read as a refusal, nor as consent.
    """
    if scope not in SCOPES:
        raise CustodyError(f"scope {scope!r} does not exist; known: {', '.join(SCOPES)}")
    return subject in consents and scope in consents[subject].scopes


def wording_hash(wording: str) -> str:
    """SHA-256 of a form's wording, as UTF-8."""
    return hashlib.sha256(wording.encode()).hexdigest()


def _given(event: ConsentEvent) -> tuple[str, ...]:
    return event.scopes if event.event in GRANTING else ()


def _ended(event: ConsentEvent) -> tuple[str, ...]:
    """The scopes that an event takes away."""
    if event.event == "amended":
        return tuple(scope for scope in SCOPES if scope not in event.scopes)
    return () if event.event == "granted" else event.scopes or SCOPES


def _current(grants: dict[str, ConsentEvent], cut_off: date) -> dict[str, ConsentEvent]:
    return {scope: grant for scope, grant in grants.items() if grant.expires is None or grant.expires >= cut_off}


def _consent(subject: str, grants: dict[str, ConsentEvent]) -> Consent:
    latest = max(grants.values(), key=lambda grant: grant.day)
    return Consent(subject, frozenset(grants), latest.form_version, latest.wording_sha256, latest.language)


def violations(event: ConsentEvent, today: date) -> Iterator[str]:
    """Rules that an event breaks on a day, each as a sentence; an event without any may be appended."""
    yield from _violations(event)
    yield from _future(event, today)


def _violations(event: ConsentEvent) -> Iterator[str]:
    """Rules that an event breaks, each as a sentence."""
    yield from (f"{name} is empty" for name in ("subject", "form_version", "proof") if not getattr(event, name).strip())
    if event.event not in EVENTS:
        yield f"event is {event.event!r}; allowed: {', '.join(EVENTS)}"
    if not SHA256.fullmatch(event.wording_sha256):
        yield f"wording_sha256 is {event.wording_sha256!r}; want 64 hexadecimal digits of the wording's SHA-256"
    if not LANGUAGE.fullmatch(event.language):
        yield f"language is {event.language!r}; want an ISO 639 code such as 'prs'"
    yield from _scope_violations(event)
    yield from _expiry_violations(event)


def _scope_violations(event: ConsentEvent) -> Iterator[str]:
    allowed = ", ".join(SCOPES)
    yield from (f"scope is {scope!r}; allowed: {allowed}" for scope in event.scopes if scope not in SCOPES)
    if len(set(event.scopes)) < len(event.scopes):
        yield "a scope stands twice"
    if event.event == "granted" and not event.scopes:
        yield "scopes is empty; a grant names what it grants"


def _expiry_violations(event: ConsentEvent) -> Iterator[str]:
    if event.expires is None:
        return
    if event.event not in GRANTING:
        yield f"expires is {event.expires}; only {' and '.join(GRANTING)} expire"
    if event.expires < event.day:
        yield f"expires is {event.expires}, before the day of the event {event.day}"


def _future(event: ConsentEvent, today: date) -> Iterator[str]:
    if event.day > today:
        yield f"its day lies in the future (today is {today}, in UTC); append it on its day, or correct the day"


def _entry(event: ConsentEvent, last: Entry | None) -> Entry:
    sequence, previous = (last.sequence + 1, last.hash) if last else (1, GENESIS)
    return Entry(sequence, event, previous, _hash(_content(sequence, event, previous)))


def _content(sequence: int, event: ConsentEvent, previous: str) -> dict[str, Any]:
    days = {"day": event.day.isoformat(), "expires": event.expires.isoformat() if event.expires else None}
    return {"sequence": sequence} | vars(event) | {"scopes": list(event.scopes)} | days | {"previous": previous}


def _hash(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _line(entry: Entry) -> bytes:
    content = _content(entry.sequence, entry.event, entry.previous) | {"hash": entry.hash}
    return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def _entries(path: Path, content: bytes) -> Iterator[Entry]:
    *lines, rest = content.split(b"\n")
    last: Entry | None = None
    for number, line in enumerate(lines, start=1):
        where = f"{path}: line {number}"
        entry = _parsed(line, where)
        expected = _entry(entry.event, last)
        if entry.sequence != expected.sequence or entry.previous != expected.previous:
            raise CustodyError(
                f"{where}: does not follow the line before it; a line was removed, added or moved; {RESTORE}"
            )
        if entry.hash != expected.hash:
            raise CustodyError(f"{where}: its content does not give its hash; it was changed; {RESTORE}")
        violation = next(_violations(entry.event), None)
        if violation:
            raise CustodyError(f"{where}: {violation}; {RESTORE}")
        yield entry
        last = entry
    if rest:
        where = f"{path}: line {len(lines) + 1}"
        raise CustodyError(
            f"{where}: ends without a line break: an append was interrupted; remove this line and append again"
        )


RESTORE = "restore the ledger from the vault's backup and append what is missing"
FIELDS = {
    "sequence": int,
    "subject": str,
    "event": str,
    "scopes": list,
    "form_version": str,
    "wording_sha256": str,
    "language": str,
    "day": str,
    "proof": str,
    "expires": str | None,
    "previous": str,
    "hash": str,
}


def _parsed(line: bytes, where: str) -> Entry:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CustodyError(f"{where}: not JSON; {RESTORE}") from error
    if not isinstance(content, dict) or content.keys() != FIELDS.keys():
        raise CustodyError(f"{where}: want one object with exactly {', '.join(FIELDS)}; {RESTORE}")
    for name, kind in FIELDS.items():
        if not isinstance(content[name], kind) or isinstance(content[name], bool):
            raise CustodyError(f"{where}: {name} is of the wrong type; {RESTORE}")
    try:
        return _from_content(content)
    except ValueError as error:
        raise CustodyError(f"{where}: a day is not written as 2026-11-23; {RESTORE}") from error


def _from_content(content: dict[str, Any]) -> Entry:
    values = {
        name: content[name] for name in ("subject", "event", "form_version", "wording_sha256", "language", "proof")
    }
    expires = date.fromisoformat(content["expires"]) if content["expires"] else None
    scopes = tuple(str(scope) for scope in content["scopes"])
    event = ConsentEvent(**values, scopes=scopes, day=date.fromisoformat(content["day"]), expires=expires)
    return Entry(content["sequence"], event, content["previous"], content["hash"])


State = tuple[int, ...]
_KNOWN: dict[Path, tuple[State, Entry | None]] = {}
"""Ledgers that this process verified and wrote: as they then were, and their last entry."""


def _state(descriptor: int) -> State:
    """What differs as soon as anybody touches a file: nobody can set its last field."""
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _last_entry(path: Path, descriptor: int) -> Entry | None:
    """The last entry of a ledger that verifies; one that nobody touched since is not read again."""
    state, last = _KNOWN.get(path.absolute(), ((), None))
    if state == _state(descriptor):
        return last
    entries = read_ledger(path)
    return entries[-1] if entries else None


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The ledger opened for appending by this process alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        advice = "name a file in a folder of the vault, not a link"
        raise CustodyError(f"{path}: cannot be opened for appending: {error.strerror}; {advice}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _write_whole(descriptor: int, line: bytes) -> None:
    """All of a line or nothing of it."""
    size = os.fstat(descriptor).st_size
    try:
        written = os.write(descriptor, line)
        if written != len(line):
            raise OSError("the disk is full")
        os.fsync(descriptor)
    except OSError as error:
        os.ftruncate(descriptor, size)
        raise CustodyError(f"the event was not appended: {error}; the ledger is as it was") from error
