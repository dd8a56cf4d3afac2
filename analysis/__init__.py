"""Measuring sensitive political attitudes in a diaspora, in aggregate only.

Data flows one way: exports enter by one guarded door and lose their identifiers there, are measured, estimated and
judged, pass one gate, and only what passed the gate can be read by the book or downloaded.
The rooms and who may enter which are written in `pyproject.toml` under `tool.importlinter`.
"""
