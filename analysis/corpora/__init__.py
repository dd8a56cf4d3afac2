"""Faithful decoding of vendor exports: what the file says, where it says it, and what it does not say.

What belongs here: formats, their shapes, quarantine, instruments, counts of what was found.
What must not: judgement cleaning, silent drops, consent, pseudonyms, scrubbing, writing rows anywhere.
Whoever reads an export sees persons; only admission, stages and commands may import this room.
"""
