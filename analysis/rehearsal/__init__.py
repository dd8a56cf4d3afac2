"""A fictional world made from a study's plan: what its people hold, what they say, and the files handed out of it.

Everything in it is invented, and every value that the plan wants to know is stated. What must not be here: anything
that reads what this room writes (readers, estimators, measures), a name of any study, a real row.
"""
