"""Write the cleared dataset and its citable bundle.

What must not be here: a table without a `Clearance`, or prose about a column that its declaration does not hold.
"""
