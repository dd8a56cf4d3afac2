"""The command line: what a person runs besides the stages.

Each module has one command. What must not be here: a method that a stage could need.
"""
