"""What a decoded post is: one frozen shape for every vendor, each field with a value or the reason why it has none.

What belongs here: the shape and its codes. What must not: a vendor's field names, or a field that a vendor leaks about
somebody else than the author (who reacted, contact cards, coordinates, members): such a field has no place to go.
"""

from dataclasses import field
from enum import Enum

from analysis.corpora.absence import Absence, Count, Flag, Text
from analysis.corpora.made_often import made_often
from analysis.corpora.times import DateSource, Moment

ABSENT = Absence.NOT_EXPORTED


class PostKind(Enum):
    """What the author did."""

    POST = "post"
    COMMENT = "comment"
    REPLY = "reply"
    REPOST = "repost"


class Visibility(Enum):
    """Who could read a post on the platform, by what the export says; most open first."""

    PUBLIC = "public"
    """Anybody, without being let in."""
    UNLISTED = "unlisted"
    """Anybody who has the address, or everybody who is logged in; the author kept it out of public lists."""
    FOLLOWERS = "followers"
    """Followers, friends, members of a group, subscribers of a private channel."""
    DIRECT = "direct"
    """Named persons, or the author alone."""
    UNKNOWN = "unknown"
    """The export does not say, and the vendor documents no rule."""


class PostState(Enum):
    """Whether a post still stands as it is written here."""

    PRESENT = "present"
    EDITED = "edited"
    """An earlier version, which its author has since changed."""
    DELETED = "deleted"
    """Its author took it away, or closed the account."""
    REMOVED = "removed"
    """A moderator or the platform took it away, holds it back, or closed the account."""


class TextSource(Enum):
    """Where the text of a row comes from."""

    OWN = "own"
    REFERENCED = "referenced"
    """A repost: the text of the original, which the export includes."""
    TRUNCATED = "truncated"
    """A repost or long post whose full text the export does not hold: the text is cut."""


@made_often
class Post:
    """One post, comment, reply or repost as the export has it.

    Ids are text. `created_at` and `edited_at` are ISO 8601, ending in Z when the zone is known.
    `is_edited_reliable` is False where the platform marks other events (a reaction) as edits, or marks none.
    `links` are addresses behind the text that the text itself may not show; they need scrubbing as well.
    `visibility` and `state` have no default: every format says what its vendor exports, or that it does not.
    `other_names` are further names under which a deletion may speak of the post; `replaces` names earlier versions.
    """

    position: str
    post_id: str
    visibility: Visibility = field(kw_only=True)
    state: PostState = field(kw_only=True)
    other_names: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
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


@made_often
class Gone:
    """An export's word that a post or an account is gone, or is back (state `PRESENT`): true for every file delivered.

    `since` orders such words about one account: the latest holds, the gravest of those at one time.
    """

    name: str
    state: PostState
    is_account: bool = False
    since: float = 0.0


NO_MOMENT = (ABSENT, DateSource.NOT_EXPORTED)


def dated(moment: Moment | None) -> tuple[Text, DateSource]:
    """The two columns of a time."""
    return (moment.at, moment.source) if moment else NO_MOMENT
