"""Randomised response: an answer masked by a random device whose probabilities are known.

What belongs here: designs, prevalence, regression, the masked answer as predictor, non-compliance, power.
What must not: list and endorsement experiments; survey wording; verdicts.

    designs      what each device does to Pr(yes)
    prevalence   moment estimate, with or without a sampling design
    regression   logistic regression by maximum likelihood; predictions
    predictor    the masked answer as predictor of an outcome
    cheating     respondents who say no whatever the device demands
    power        power and sample size
"""
