"""The fictional world in the shapes that `vendors` writes: rows, names, spellings, damage.

What must not be here: anything that could read these files back, the bytes of a whole format.
"""
