"""Columns of texts as bytes, and what is asked of all of them at once; the loops are compiled where they can be."""
