"""Endorsement experiment: the same policy, with and without the endorsement of a sensitive actor.

What belongs here: answers to policies under endorsers, and what they say about support of each endorser.
What must not: list experiments, randomised response, survey wording, verdicts.

    answers  what the answers must look like
    quick    differences in means per policy, standardised and pooled, with design-based errors
    posterior, ideal_points, chains    ordered-probit ideal points: likelihood and priors, sampling, diagnostics
"""
