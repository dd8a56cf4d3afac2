"""The guarded door: rows of exports go in, rows without identifiers come out, in one step and in memory.

Consent is looked up, identities become pseudonyms, texts are scrubbed before anything is handed on. What must not be
here: writing a file, a vendor's field names, a measure. Only stages and commands may enter: who is in this
room sees persons.
"""
