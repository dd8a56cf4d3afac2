"""From what the estimators and the register return to rows of declared tables, and back to evidence for the verdicts.

What must not be here: arithmetic on data, files, a decision.
"""
