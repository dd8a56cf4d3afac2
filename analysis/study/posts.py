"""The posts of a study: frames, stance scheme, kinds of accounts, dated events, and what is estimated from them.

What belongs here: the shapes of that part of a plan. What must not: a value of any study, matching, arithmetic.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from analysis.study.entry import Day, Entry, EstimandId, Text

FrameCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,9}$")]
"""A frame as tables hold it: capitals and digits."""

LabelCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""A label or a kind of account as tables and sheets hold it."""

Language = Literal["fa", "ps", "en", "de", "ur", "uz"]
"""Families of languages that are told apart: `fa` is Dari or Persian."""

Side = Literal["favourable", "opposed", "neither"]

DAYS_PER_WEEK = 7
MOST_STANCES = 6
"""Labels that readers can be asked to tell apart, and a figure can show."""

FEWEST_PLACEBOS = 39
"""With 39 placebo dates the smallest rank p-value is 1/40."""

LEAST_PLACEBOS = 19
"""With 19 a rank p-value can just reach .05; with fewer nothing is said about chance."""

ALL_ACCOUNTS = "all"
"""Accounts of every kind that is read."""


class Frame(Entry):
    """What a text may talk about, and the phrases that it is searched for."""

    code: FrameCode
    words: Text
    """The frame as readers are told it."""
    definition: Text
    phrases: dict[Language, tuple[Text, ...]] = Field(min_length=1)
    """Language to phrases."""
    excluded: tuple[Text, ...] = ()
    """Phrases that look alike and do not count, in any language."""
    trap: Text = "nothing known"
    """What the frame is mistaken for."""
    source: Text
    """Where frame and phrases come from."""


class Together(Entry):
    """Frames that are also reported as one: posts that carry any of them."""

    words: Text
    frames: tuple[FrameCode, ...] = Field(min_length=2)

    @property
    def name(self) -> str:
        """How tables name the frames together."""
        return " or ".join(sorted(self.frames))


class Stance(Entry):
    """A label that readers give."""

    code: LabelCode
    words: Text
    side: Side
    """What it counts as; several labels of one side are reported together too."""


class AccountKind(Entry):
    """Why the posts of an account may be read."""

    code: LabelCode
    """As the manifest writes it."""
    words: Text
    """The accounts, for readers."""
    basis: Literal["institution", "consent", "not_read"]
    """`consent`: the ledger has to allow it; `not_read`: listed, counted and left."""


class Event(Entry):
    """Something that happened on a day, and that the posts could not bring about."""

    name: Text
    on: Day


class Window(Entry):
    """Weeks that a regression looks at: before an event, and from its week on."""

    before: int = Field(ge=4)
    after: int = Field(ge=2)


class MustNotJump(Entry):
    """What is fixed before an event by who writes, and in what; it says whether other posts are observed than before.

    The accounts that posted most before the first event are always among it.
    """

    accounts: tuple[LabelCode, ...] = ()
    """Kinds of accounts."""
    languages: tuple[Language, ...] = ()


class Estimated(Entry):
    """An estimand of the posts; E… stands in the claims register, K… is context."""

    estimand: EstimandId
    words: Text


class Coordination(Estimated):
    """Institutional accounts that share the same thing at nearly the same time."""

    window_seconds: int = Field(default=60, ge=1)
    least_shares: int = Field(default=2, ge=1)
    """Things that two accounts have to share so."""


class PostEvidence(Estimated):
    """A share of posts of one kind of account, or a jump at an event: evidence on the claim that names its estimand."""

    accounts: LabelCode | None = None
    """Kind of account; all that are read where a jump leaves it out."""
    stance: LabelCode | None = None
    """A label, or a side of several labels: the share that readers' labels correct."""
    frame: Text | None = None
    """A frame, or frames taken together by their name: what the codebook finds, accounts counted alike."""
    event: Text | None = None
    """An event by its name: by what factor the frame's weekly volume changes at it, over all specifications."""

    @model_validator(mode="after")
    def _one_quantity(self) -> Self:
        if (self.stance is None) == (self.frame is None):
            raise ValueError("got stance and frame, or neither; give exactly one of stance, frame")
        if self.event is not None and self.frame is None:
            raise ValueError("event: got one beside a stance; a jump is that of a frame: give frame, or remove event")
        if self.event is None and self.accounts is None:
            raise ValueError("accounts: is missing; a share is that of one kind of account: name it")
        return self

    @property
    def item(self) -> str:
        """What the share or the jump is of, as tables name it."""
        return self.stance or self.frame or ""


class Posts(Entry):
    """The posts of a study and what is made of them; a part that is left out is not estimated."""

    first_day: Day
    """First day of week 0, in UTC; a day that says nothing about anybody."""
    last_day: Day
    """Last day of the last whole week; posts of other days are counted and left."""
    accounts: tuple[AccountKind, ...] = Field(min_length=1)
    """Every kind that the manifest may name, in the order of tables and figures."""
    frames: tuple[Frame, ...] = ()
    """The codebook: here, or in a table beside the plan that `frames: frames.csv` names."""
    together: tuple[Together, ...] = ()
    main_frame: FrameCode | None = None
    """The frame whose specifications are drawn one by one."""
    main_language: Language | None = None
    """The language whose weeks are drawn."""
    stances: tuple[Stance, ...] = Field(default=(), max_length=MOST_STANCES)
    """What two readers or more label; none where nobody labels."""
    main_stance: LabelCode | None = None
    """The label that tables and figures of classifiers show."""
    events: tuple[Event, ...] = ()
    windows: tuple[Window, ...] = Field(
        default=(Window(before=8, after=3), Window(before=10, after=4), Window(before=12, after=4)), min_length=1
    )
    """Every window is a specification."""
    main_window: Window = Window(before=10, after=4)
    """Of the one specification that stands beside the other estimates."""
    fewest_placebos: int = Field(default=FEWEST_PLACEBOS, ge=LEAST_PLACEBOS)
    """Placebo dates from which on an event may be called replicated; with fewer, jumps are described."""
    must_not_jump: MustNotJump = MustNotJump()
    frame_share: Estimated | None = None
    frame_change: Estimated | None = None
    """Jump of a frame's weekly volume at an event."""
    stance_share: Estimated | None = None
    coordination: Coordination | None = None
    evidence: tuple[PostEvidence, ...] = ()
    """Shares and jumps that may move the verdict on a claim, each under an estimand of its own."""

    @model_validator(mode="after")
    def _whole_weeks(self) -> Self:
        days = (self.last_day - self.first_day).days + 1
        if days < DAYS_PER_WEEK or days % DAYS_PER_WEEK:
            last = self.first_day + timedelta(days=max(1, days // DAYS_PER_WEEK) * DAYS_PER_WEEK - 1)
            raise ValueError(f"last_day: got {self.last_day}; posts are counted by whole weeks: write {last}")
        return self

    @property
    def weeks(self) -> int:
        """Weeks of the study."""
        return ((self.last_day - self.first_day).days + 1) // DAYS_PER_WEEK

    @property
    def languages(self) -> tuple[Language, ...]:
        """Languages of the codebook, in the order of its first frame."""
        return tuple(self.frames[0].phrases) if self.frames else ()

    @property
    def read_kinds(self) -> tuple[AccountKind, ...]:
        """Kinds of accounts whose posts enter."""
        return tuple(kind for kind in self.accounts if kind.basis != "not_read")

    @property
    def institutions(self) -> tuple[str, ...]:
        """Codes of kinds that speak for an institution."""
        return tuple(kind.code for kind in self.accounts if kind.basis == "institution")

    @property
    def dated(self) -> tuple[Event, ...]:
        """Events in order of time."""
        return tuple(sorted(self.events, key=lambda event: (event.on, event.name)))

    @property
    def event_weeks(self) -> tuple[int, ...]:
        """Weeks of the events, in order of time."""
        return tuple((event.on - self.first_day).days // DAYS_PER_WEEK for event in self.dated)

    def measured_stances(self) -> dict[str, frozenset[str]]:
        """Each label, and each side of several labels, to the labels that count; in alphabetical order."""
        by_side: dict[str, set[str]] = {}
        for stance in self.stances:
            by_side.setdefault(stance.side, set()).add(stance.code)
        found = {stance.code: frozenset({stance.code}) for stance in self.stances}
        found |= {side: frozenset(codes) for side, codes in by_side.items() if len(codes) > 1}
        return dict(sorted(found.items()))

    def estimands(self) -> Iterator[tuple[str, str]]:
        """Every estimand with its words."""
        parts = (self.frame_share, self.frame_change, self.stance_share, self.coordination, *self.evidence)
        yield from ((part.estimand, part.words) for part in parts if part)
