"""Figures of other studies, recomputed from their record-level files.

`files` gets a file and accepts it by hash only; one module per study recomputes. What must not be here: a third-party
row in anything that is written, or a tracked result that changes because a file was missing.
"""
