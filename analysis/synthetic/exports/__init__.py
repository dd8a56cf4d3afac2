"""The fictional world written in the formats in which vendors hand out data.

One module per vendor, each a function from plain rows to bytes; equal rows give equal bytes. What must not be here:
anything that could read these files back.
"""
