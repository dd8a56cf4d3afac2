"""Estimators: arrays in, one frozen result out.

What belongs here: a published method, written with its paper's symbols, that takes numpy arrays (answers, arms,
weights, strata, clusters and, where it draws, a `numpy.random.Generator`) and returns a frozen dataclass.
What must not: tables, schemas, pandas, parameters, file paths, printing, logging, global random state, or any
knowledge of which study the numbers come from. A combination that theory does not cover raises `EstimationError`; it
is never guessed.
"""
