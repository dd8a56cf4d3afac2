"""The claims room: what the article says, what would decide it, and what the evidence decides.

What belongs here: the register (claim, estimand, rule fixed in advance), the rules as pure functions, and the verdicts.
What must not: estimating anything, reading result tables, choosing evidence, or changing a rule after seeing a result.
`evidence` is one record, `rules` says what a rule is and how it reads evidence, `entries` is the shape of the register,
`register` reads and guards the frozen file, `verdict` judges.
The room imports `analysis.errors` and nothing else of the project.
"""
