"""One module per family of identifiers: `FINDERS` are what finds them, each with the rules that it asks of a sheet.

What must not be here: a family reading another family's matches.
"""

from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.kinds import (
    accounts,
    addresses,
    births,
    case_files,
    documents,
    emails,
    handles,
    links,
    network,
    phones,
    places,
    plates,
    registers,
    spoken,
    transfers,
)
from analysis.custody.scrub.rules import RuleSet

FINDERS: tuple[Finder, ...] = (
    *links.FINDERS,
    *emails.FINDERS,
    *accounts.FINDERS,
    *network.FINDERS,
    *places.FINDERS,
    *documents.FINDERS,
    *registers.FINDERS,
    *case_files.FINDERS,
    *phones.FINDERS,
    *spoken.FINDERS,
    *handles.FINDERS,
    *addresses.FINDERS,
    *plates.FINDERS,
    *births.FINDERS,
    *transfers.FINDERS,
)

RULES = RuleSet((rule for finder in FINDERS for rule in finder.rules), is_loose=True)
"""Every rule that any of them asks of a sheet; loose, since they only tell which texts are worth it."""
