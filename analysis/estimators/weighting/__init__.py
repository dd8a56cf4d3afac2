"""From answers to a population: sampling design, calibration, and what both do to a standard error.

What belongs here: design variance, calibration and replicate weights on arrays.
What must not: tables, files, the choice of margins (that is the study's), any word on what a population means.
"""
