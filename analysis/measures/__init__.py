"""From items, labels and published counts to variables.

What must not be here: weights, inference, files.
"""
