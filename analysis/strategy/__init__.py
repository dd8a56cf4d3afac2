"""The answer strategy: what is made of a study's answers, for whom and how, as its plan says.

The same code estimates a study in the field, the fiction and every simulated study of the diagnosis, as in the declared
designs of Blair, Cooper, Coppock & Humphreys 2019. What must not be here: a truth, a verdict, a file.
"""
