"""What a decoded post is: one frozen shape for every vendor, each field with a value or the reason why it has none.

What belongs here: the shape and its codes. What must not: a vendor's field names, or a field that a vendor leaks about
somebody else than the author (who reacted, contact cards, coordinates, members): such a field has no place to go.
"""

from dataclasses import dataclass
from enum import Enum

from analysis.corpora.absence import Absence, Count, Flag, Text
from analysis.corpora.times import DateSource, Moment

ABSENT = Absence.NOT_EXPORTED


class PostKind(Enum):
    """What the author did."""

    POST = "post"
    COMMENT = "comment"
    REPLY = "reply"
    REPOST = "repost"


class TextSource(Enum):
    """Where the text of a row comes from."""

    OWN = "own"
    REFERENCED = "referenced"
    """A repost: the text of the original, which the export includes."""
    TRUNCATED = "truncated"
    """A repost or long post whose full text the export does not hold: the text is cut."""


@dataclass(frozen=True)
class Post:
    """One post, comment, reply or repost as the export has it.

    Ids are text. `created_at` and `edited_at` are ISO 8601, ending in Z when the zone is known.
    `is_edited_reliable` is False where the platform marks other events (a reaction) as edits, or marks none.
    `links` are addresses behind the text that the text itself may not show; they need scrubbing as well.
    """

    position: str
    post_id: str
    post_kind: PostKind = PostKind.POST
    container_id: Text = ABSENT
    author_id: Text = ABSENT
    author_handle: Text = ABSENT
    created_at: Text = ABSENT
    date_source: DateSource = DateSource.NOT_EXPORTED
    text: Text = ABSENT
    text_source: TextSource = TextSource.OWN
    title: Text = ABSENT
    language: Text = ABSENT
    reply_to_id: Text = ABSENT
    repost_of_id: Text = ABSENT
    quote_of_id: Text = ABSENT
    forwarded_from_id: Text = ABSENT
    is_edited: Flag = ABSENT
    is_edited_reliable: bool = False
    edited_at: Text = ABSENT
    reactions_n: Count = ABSENT
    replies_n: Count = ABSENT
    reposts_n: Count = ABSENT
    views_n: Count = ABSENT
    media_kind: Text = ABSENT
    links: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """What two copies of one item share: its kind, its container, its id."""
        container = self.container_id if isinstance(self.container_id, str) else ""
        return f"{self.post_kind.value}\x1f{container}\x1f{self.post_id}"

    @property
    def searched_texts(self) -> tuple[str, ...]:
        """Everything a person wrote or linked to: what has to be searched for identifiers."""
        return tuple(each for each in (self.text, self.title, *self.links) if isinstance(each, str))


NO_MOMENT = (ABSENT, DateSource.NOT_EXPORTED)


def dated(moment: Moment | None) -> tuple[Text, DateSource]:
    """The two columns of a time."""
    return (moment.at, moment.source) if moment else NO_MOMENT
