"""A study as its methodologist writes it down: one YAML file, and nothing about a study anywhere else.

What belongs here: the declaration of a plan, reading it strictly, its JSON Schema. What must not: a name of any study,
an export, an answer, an estimate.
"""

from analysis.study.loading import PLANS, load_plan, open_plan
from analysis.study.plan import Plan

__all__ = ["PLANS", "Plan", "load_plan", "open_plan"]
