"""Attack the final bytes, as somebody would who wants more than the release means to give.

Shares no code with the gate and trusts none of its words: it opens the files themselves. Each attack returns what it
found; an empty list means that it found nothing. Each has a twin in the tests that plants what it must find.
"""
