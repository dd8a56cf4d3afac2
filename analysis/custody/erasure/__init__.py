"""Take one person out of files: each module rewrites one family of formats, bytes to bytes, and loses nothing else.

What must not be here: finding out where the person is, deciding who withdrew, or putting a file in place piecemeal.
"""
