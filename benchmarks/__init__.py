"""How fast the project is, beside other programs and beside work that nobody can avoid.

What belongs here: measurements, what a peer needs to be measured, the report. What must not: anything that a result
depends on. This package uses `analysis`; `analysis` never uses it.
"""
