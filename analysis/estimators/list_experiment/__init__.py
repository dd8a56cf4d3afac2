"""List experiment (item count technique): one sensitive item hidden among J others.

What belongs here: estimators and diagnostics of the list experiment, one module per method.
What must not: direct questions analysed alone, endorsement experiments, survey wording, verdicts.

    responses      what the answers must look like; the two count tables
    difference     difference in means, with or without a sampling design
    joint_types    estimated shares of respondent types
    design_effect  test of the assumption that the sensitive item does not change the other answers
    chi_bar        weights of the chi-bar-square distribution that the test needs
    screen         cell counts and floor–ceiling checks, made before any estimate is read
    length_error   what a longer list alone does to the count, and the envelope that allows for it
    standing       screen first, then the difference, and a prevalence only if it may be read as one
    regression     covariates: what goes in and comes out; the linear regression
    nonlinear      two-step nonlinear least squares
    mixture        maximum likelihood: constrained, unconstrained, beta-binomial
    prediction     average predictions, group differences, list against direct question
    agreement      model against difference in means, likelihood against least squares
    several_items  one sensitive item to each treated arm
    direct         list and direct question combined
    double         double list, placebo list
    posterior      prior evidence and direct answers: the posterior of the prevalence
    joint          the list as predictor of an outcome
"""

from analysis.estimators.list_experiment.design_effect import DesignEffectTest, design_effect_test
from analysis.estimators.list_experiment.difference import DifferenceResult, difference_in_means
from analysis.estimators.list_experiment.joint_types import JointTypes, joint_types
from analysis.estimators.list_experiment.screen import FloorCeilingScreen, ScreenCheck, floor_ceiling_screen
from analysis.estimators.list_experiment.standing import ListAnalysis, analyse

__all__ = [
    "DesignEffectTest",
    "DifferenceResult",
    "FloorCeilingScreen",
    "JointTypes",
    "ListAnalysis",
    "ScreenCheck",
    "analyse",
    "design_effect_test",
    "difference_in_means",
    "floor_ceiling_screen",
    "joint_types",
]
