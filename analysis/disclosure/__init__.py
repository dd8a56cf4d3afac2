"""The gate: what may leave, decided by written rules, recorded check by check.

`policy` reads the rules, `tabular` protects frequencies, `gate` decides and hands out a `Clearance`.
`audit` attacks the final bytes and shares no code with the others. What must not be here: writing a release.
"""
