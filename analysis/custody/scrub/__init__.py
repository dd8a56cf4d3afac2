"""Identifiers out of texts: found in the original's own offsets, replaced by typed placeholders.

What must not be here: names of people (`analysis.custody.names` only estimates what remains), or any judgement.
"""

from analysis.custody.scrub.engine import ScrubbedBatch, find, find_all, scrub, scrub_batch, scrubbed
from analysis.custody.scrub.spans import KINDS, Scrubbed, Span, placed

__all__ = [
    "KINDS",
    "Scrubbed",
    "ScrubbedBatch",
    "Span",
    "find",
    "find_all",
    "placed",
    "scrub",
    "scrub_batch",
    "scrubbed",
]
