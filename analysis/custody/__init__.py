"""What may enter: consent, pseudonyms, governance, scrubbing, language.

Only admission, stages and commands may import this room. What must not be here: a stored key, statistics, a
vendor's format.
"""
