"""One module per family of identifiers: `find(data)` gives every match of the family in a sheet.

What must not be here: a family reading another family's matches.
"""

from collections.abc import Callable, Iterator

from analysis.custody.scrub.kinds import accounts, documents, emails, handles, links, network, phones, places
from analysis.custody.scrub.spans import Match

FAMILIES: tuple[Callable[[bytes], Iterator[Match]], ...] = (
    links.find,
    emails.find,
    accounts.find,
    network.find,
    places.find,
    documents.find,
    phones.find,
    handles.find,
)
