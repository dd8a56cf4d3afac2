"""CrowdTangle's CSV downloads of Facebook and Instagram posts (the service closed in August 2024).

Item: a row. The address of a post is its id: the download has no other. Times carry a zone's abbreviation, counts
carry thousands separators, the file starts with a byte order mark. The service tracked public content only.
"""

from collections.abc import Iterator

from analysis.corpora import csv_stream
from analysis.corpora.absence import Absence, Count
from analysis.corpora.declaration import About
from analysis.corpora.entries import Entry
from analysis.corpora.field_values import count_value, first_of, optional_id, required_id, text_value
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
    return csv_stream.decoded(source, _post)


def _post(cells: dict[str, str], position: str) -> Post:
    created = _moment(first_of(cells, "Post Created"))
    group = "Group Name" in cells
    account = optional_id(first_of(cells, "Facebook Id", "Account Id"))
    return Post(
        position=position,
        post_id=required_id(first_of(cells, "URL", "Post URL"), "URL"),
        visibility=Visibility.PUBLIC,
        state=PostState.PRESENT,
        container_id=account if group else Absence.NOT_EXPORTED,
        author_id=Absence.NOT_EXPORTED if group else account,
        author_handle=text_value(first_of(cells, "User Name"), "User Name"),
        created_at=created.at,
        date_source=created.source,
        text=text_value(first_of(cells, "Message", "Description"), "Message"),
        title=text_value(first_of(cells, "Link Text", "Title"), "Link Text"),
        reactions_n=_reactions(cells),
        replies_n=count_value(first_of(cells, "Comments")),
        reposts_n=count_value(first_of(cells, "Shares")),
        views_n=count_value(first_of(cells, "Total Views", "Post Views", "Views")),
        media_kind=text_value(first_of(cells, "Type"), "Type"),
        links=tuple(each for each in (cells.get("Link"), cells.get("Final Link")) if each),
    )


def _reactions(cells: dict[str, str]) -> Count:
    """Likes and the other reactions together."""
    names = ("Likes", "Love", "Wow", "Haha", "Sad", "Angry", "Care")
    counts = [count_value(cells[name]) for name in names if name in cells]
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
