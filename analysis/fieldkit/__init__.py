"""What respondents are shown, as files that survey systems take in: made from a plan, with the codes that come back.

What must not be here: reading an export, an answer, a truth, words in any language.
"""
