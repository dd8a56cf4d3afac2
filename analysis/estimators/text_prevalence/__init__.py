"""Prevalence and regressions when an outcome is predicted for every text and labelled by people for a known sample.

What belongs here: naive, labelled-only, ACC, PPI, PPI++, DSL and EMQ side by side, and a scorer that lives and dies
inside one call. What must not: a classifier that anybody could keep, and a number that rests on predictions alone
without saying so.
"""

from analysis.estimators.text_prevalence.estimators import (
    ESTIMATORS,
    OF_MEANS,
    TextFit,
    at_level,
    estimate_text,
    expected_standard_errors,
)
from analysis.estimators.text_prevalence.regressions import Model
from analysis.estimators.text_prevalence.sample import LabelledTexts, labelled_texts
from analysis.estimators.text_prevalence.scorer import estimate_from_texts
from analysis.estimators.text_prevalence.strata import labelling_chances

__all__ = [
    "ESTIMATORS",
    "OF_MEANS",
    "LabelledTexts",
    "Model",
    "TextFit",
    "at_level",
    "estimate_from_texts",
    "estimate_text",
    "expected_standard_errors",
    "labelled_texts",
    "labelling_chances",
]
