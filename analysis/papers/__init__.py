"""Papers that a study owes: what it plans to do, before the field; how it was done, after; how it protects people.

What a plan or a release says is filled in; what neither can know is named and left to the team. What must not be here:
an answer, a number that no released table holds, a name.
"""
