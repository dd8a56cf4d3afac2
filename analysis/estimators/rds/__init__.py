"""Respondent-driven sampling: from a recruitment tree to shares in a population.

What belongs here: checks of the tree, weights, estimators, bootstraps and diagnostics, all on arrays.
What must not: drawings or edge lists of the tree (it is a contact graph of refugees), survey wording, tables.

    tree         who recruited whom, as positions; what a valid tree is
    transitions  recruitment between groups: counts, equilibrium, homophily
    weights      RDS-I, RDS-II (Volz–Heckathorn)
    successive   Gile's successive sampling weights
    homophily_configuration   the homophily configuration graph estimator
    estimates    one call for all estimators
    bootstrap    Salganik's, the tree and the neighbourhood bootstrap
    bootstrap_successive      Gile's bootstrap
    bootstrap_configuration   bootstrap of the configuration graph
    diagnostics  seeds and waves, convergence, bottlenecks, design effects
    simulation   networks and samples with known truth, for coverage
"""
