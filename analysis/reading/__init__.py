"""The reading room: everything between a cleared release and a reader.

What belongs here: reading release tables, drawing figures, writing the pages that are made from tables, building the
book. What must not: estimating or judging anything, or any other room; this room knows a release folder and nothing
else of the project but its errors.

`tables` opens the release. `wording` and `fragments` are how we say and set things. `figures` is the drawing board, and
each `figures_*` module one subject; every figure carries the rows that it draws. `chapter_tables` and the other
`*_tables`, `substitutions`, `claim_pages` and `dictionary` write pages; a number in a sentence carries its table.
`book` stages the sources and `builder` builds and publishes them.
"""
