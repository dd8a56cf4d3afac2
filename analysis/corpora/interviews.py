"""Whether an interview counts, from the columns in which survey systems say so.

What belongs here: the states, and each system's own marks. What must not: deciding who enters; that is admission's.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import lru_cache

from analysis.corpora.absence import Answer
from analysis.corpora.digits import folded


class InterviewState(Enum):
    """What the export says an interview is; the gravest of its marks."""

    COMPLETE = "complete"
    UNKNOWN = "unknown"
    """Marked with a word that is not known here."""
    PARTIAL = "partial"
    """Begun, and never submitted or finished."""
    FURTHER = "further_row"
    """Not an interview of its own: a repeated part of one, or a later event of the same person."""
    ON_HOLD = "on_hold"
    """Under question by whoever reviews submissions."""
    TRIAL = "trial"
    """A preview or a test."""
    SPAM = "spam"
    """Marked as made by a machine."""
    REJECTED = "rejected"
    """Reviewed and not approved."""
    ENCRYPTED = "encrypted"
    """Its answers were not decrypted."""
    DELETED = "deleted"
    """Taken away in the system, and still in the export."""


_GRAVITY = tuple(InterviewState)
Cells = Mapping[str, Answer]
Mark = Callable[[str], InterviewState | None]

_PREVIEW_OR_TEST, _SPAM = 0b0011, 0b1000
"""Bits of Qualtrics' numeric status; 4 is an import, 16 an offline answer, 32 an employee survey."""


def _qualtrics_status(word: str) -> InterviewState | None:
    if word.isdecimal():
        bits = int(word)
        if bits & _SPAM:
            return InterviewState.SPAM
        return InterviewState.TRIAL if bits & _PREVIEW_OR_TEST else None
    named = (("spam", InterviewState.SPAM), ("preview", InterviewState.TRIAL), ("test", InterviewState.TRIAL))
    known = ("ip address", "imported", "offline", "ex", "ex offline", "default", "")
    found = next((state for part, state in named if part in word), None)
    return found or (None if word in known else InterviewState.UNKNOWN)


def _among(table: Mapping[str, InterviewState], *fine: str) -> Mark:
    """A mark of listed words; other words than the fine ones are not known."""

    def mark(word: str) -> InterviewState | None:
        return table.get(word, None if word in fine or not word else InterviewState.UNKNOWN)

    return mark


def _present(state: InterviewState) -> Mark:
    return lambda word: state if word else None


def _channel(word: str) -> InterviewState | None:
    return InterviewState.TRIAL if word in ("preview", "test") else None


def _quality(word: str) -> InterviewState | None:
    return InterviewState.REJECTED if word == "fake" else None


def _progress(word: str) -> InterviewState | None:
    return InterviewState.PARTIAL if word.isdecimal() and int(word) < 100 else None


_UNFINISHED = dict.fromkeys(("0", "false", "no"), InterviewState.PARTIAL)
_FINISHED = _among(_UNFINISHED, "1", "true", "yes")
_VALIDATION = _among(
    {
        "validation_status_not_approved": InterviewState.REJECTED,
        "not approved": InterviewState.REJECTED,
        "validation_status_on_hold": InterviewState.ON_HOLD,
        "on hold": InterviewState.ON_HOLD,
    },
    "validation_status_approved",
    "approved",
)
_REVIEW = _among(
    {"rejected": InterviewState.REJECTED, "hasissues": InterviewState.ON_HOLD, "has issues": InterviewState.ON_HOLD},
    "approved", "edited", "received", "none", "unreviewed", "null",
)  # fmt: skip
_DECRYPTION = _among(
    dict.fromkeys(("notdecrypted", "missingencryptedformdata"), InterviewState.ENCRYPTED), "submitted_via_web"
)

_SYSTEMS: tuple[tuple[frozenset[str], frozenset[str], Mapping[str, Mark]], ...] = (
    (frozenset(["responseid", "status"]), frozenset(), {"status": _qualtrics_status, "distributionchannel": _channel}),
    # Beside a progress in numbers, the words of other languages for true and false need not be known.
    (frozenset(["responseid", "progress"]), frozenset(), {"finished": _UNFINISHED.get, "progress": _progress}),
    (frozenset(["responseid", "finished"]), frozenset(["progress"]), {"finished": _FINISHED}),
    (frozenset(["responseid", "distributionchannel"]), frozenset(), {"distributionchannel": _channel}),
    (frozenset(["_validation_status"]), frozenset(), {"_validation_status": _VALIDATION}),
    (frozenset(["reviewstate"]), frozenset(), {"reviewstate": _REVIEW}),
    (frozenset(["review_status"]), frozenset(), {"review_status": _REVIEW}),
    (frozenset(["review_quality"]), frozenset(), {"review_quality": _quality}),
    (frozenset(["key", "status"]), frozenset(), {"status": _DECRYPTION}),
    (frozenset(["deletedat"]), frozenset(), {"deletedat": _present(InterviewState.DELETED)}),
    (frozenset(["_deleted_at"]), frozenset(), {"_deleted_at": _present(InterviewState.DELETED)}),
)
"""Columns by which a system is known, those that it may not have, its marks; names as `_last` gives them."""


def marks_among(names: Iterable[str]) -> tuple[tuple[str, Mark], ...]:
    """The columns of an export that say whether an interview counts, each with how its words are read."""
    last = {_last(name): name for name in reversed(list(names))}
    return tuple(
        (last[column], mark)
        for signature, others, marks in _SYSTEMS
        if signature <= last.keys() and others.isdisjoint(last)
        for column, mark in marks.items()
        if column in last
    )


def interview_state(answers: Cells, marks: tuple[tuple[str, Mark], ...]) -> InterviewState:
    """The gravest of what an interview's marks say."""
    return gravest(tuple([mark for _, mark in marks]), tuple([answers.get(name) for name, _ in marks]))


@lru_cache(maxsize=4096)
def gravest(marks: tuple[Mark, ...], words: tuple[Answer | None, ...]) -> InterviewState:
    """The same by the words of the marks, of which most interviews share theirs with others."""
    said = [
        mark(folded(word).strip().casefold()) for mark, word in zip(marks, words, strict=True) if isinstance(word, str)
    ]
    return max((each for each in said if each), key=_GRAVITY.index, default=InterviewState.COMPLETE)


def _last(name: str) -> str:
    """The name of a column without its group: `__system/reviewState`, `meta-instanceID`."""
    return name.replace(".", "/").rpartition("/")[2].strip().casefold()
