"""What the pipeline would find: verdicts, bias, coverage and power over studies that were never done.

The one place where the fictional world, the estimators and the frozen rules meet. What must not be here: field data,
a verdict on a real claim.
"""
