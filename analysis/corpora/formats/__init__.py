"""One module per vendor: `recognises(outline)` says whether a file is its own, `read(source)` decodes it.

Formats never import each other; what several need stands in the modules beside this folder.
"""
