"""Corpora that outgrow memory: one streaming pass over Parquet row groups, resumable, with the same bytes every time.

What belongs here: reading and writing in pieces, and putting pieces together. What must not: identifiers' rules (the
caller brings the scrubber), measures of its own, knowledge of vendors' formats.
"""
