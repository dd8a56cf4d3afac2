"""CrowdTangle's CSV downloads of Facebook and Instagram posts (the service closed in August 2024).

Item: a row. The address of a post is its id: the download has no other. Times carry a zone's abbreviation, counts
carry thousands separators, the file starts with a byte order mark. The service tracked public content only.
"""

from collections.abc import Iterator
from typing import cast

from analysis.corpora import csv_stream
from analysis.corpora.absence import Absence, Count, Text
from analysis.corpora.csv_stream import Places
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import count_value, optional_id, required_id, text_value
from analysis.corpora.outline import Outline
from analysis.corpora.posts import Post, PostState, Visibility
from analysis.corpora.quarantine import MalformedItemError
from analysis.corpora.sources import Source
from analysis.corpora.times import Moment, from_iso

_ZONES = {
    "UTC": "+00:00", "GMT": "+00:00", "WET": "+00:00", "WEST": "+01:00", "BST": "+01:00", "CET": "+01:00",
    "CEST": "+02:00", "EET": "+02:00", "EEST": "+03:00", "MSK": "+03:00", "AST": "-04:00", "EST": "-05:00",
    "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00", "MST": "-07:00", "MDT": "-06:00", "PST": "-08:00",
    "PDT": "-07:00", "AKST": "-09:00", "AKDT": "-08:00", "HST": "-10:00", "PKT": "+05:00",
}  # fmt: skip
"""Abbreviations whose offset is not in doubt in the service's own lists; others stay local time."""

_REACTIONS = ("Likes", "Love", "Wow", "Haha", "Sad", "Angry", "Care")


ABOUT = About(
    code="crowdtangle",
    title="CrowdTangle CSV",
    rank=150,
    fields=(
        "`Post Created`",
        "`URL`",
        "`Facebook Id`",
        "`User Name`",
        "`Message`",
        "`Description`",
        "`Link Text`",
        "`Type`",
        "`Link`",
        "`Final Link`",
        "reactions, `Comments`, `Shares`, `Total Views`",
    ),
    never=(
        "names of pages as text",
        "sponsors",
    ),
    seen_by="public by service",
    standing="present",
    times="abbreviations of zones whose offset is not in doubt; else a local clock",
    set_aside="rows without address or time",
    checked=(("downloads up to August 2024", "CrowdTangle help"),),
)


def recognises(outline: Outline) -> bool:
    """The creation column beside one that only these downloads have."""
    own = {"Page Name", "Group Name", "Account", "Total Interactions", "Overperforming Score", "Followers at Posting"}
    return outline.kind == "table" and "Post Created" in outline.header and not own.isdisjoint(outline.header)


def read(source: Source) -> Iterator[Entry]:
    """Rows in the order of the download."""
    return csv_stream.decoded_by_place(source, lambda places: _Layout(places).post)


class _Layout:
    """Where the fields stand in one download."""

    def __init__(self, places: Places) -> None:
        first = places.first
        self.created, self.url, self.type = first("Post Created"), first("URL", "Post URL"), first("Type")
        self.is_group, self.account = first("Group Name") >= 0, first("Facebook Id", "Account Id")
        self.handle, self.text = first("User Name"), first("Message", "Description")
        self.title, self.comments, self.shares = first("Link Text", "Title"), first("Comments"), first("Shares")
        self.views = first("Total Views", "Post Views", "Views")
        self.reactions = [place for place in map(first, _REACTIONS) if place >= 0]
        self.links = [place for place in (first("Link"), first("Final Link")) if place >= 0]

    def post(self, row: tuple[Text, ...], position: str) -> Post:
        """The row as a post."""
        created, account = _moment(row[self.created]), optional_id(row[self.account])
        return Post(
            position=position,
            post_id=required_id(row[self.url], "URL"),
            visibility=Visibility.PUBLIC,
            state=PostState.PRESENT,
            container_id=account if self.is_group else Absence.NOT_EXPORTED,
            author_id=Absence.NOT_EXPORTED if self.is_group else account,
            author_handle=text_value(row[self.handle], "User Name"),
            created_at=created.at,
            date_source=created.source,
            text=text_value(row[self.text], "Message"),
            title=text_value(row[self.title], "Link Text"),
            reactions_n=_sum([count_value(row[place]) for place in self.reactions]),
            replies_n=count_value(row[self.comments]),
            reposts_n=count_value(row[self.shares]),
            views_n=count_value(row[self.views]),
            media_kind=text_value(row[self.type], "Type"),
            links=tuple([cast(str, row[place]) for place in self.links if row[place]]),
        )


def _sum(counts: list[Count]) -> Count:
    """Likes and the other reactions together."""
    whole = [each for each in counts if isinstance(each, int)]
    if not counts:
        return Absence.NOT_EXPORTED
    return sum(whole) if whole else Absence.UNPARSEABLE


def _moment(value: object) -> Moment:
    if not isinstance(value, str):
        rule = "Post Created is a date and time with a zone, such as 2030-01-31 12:00:00 CET"
        raise MalformedItemError("Post Created", value, rule)
    clock, _, zone = value.strip().rpartition(" ")
    if zone.isalpha():
        return from_iso(clock + _ZONES.get(zone.upper(), ""), "Post Created")
    return from_iso(value, "Post Created")
