"""Options that several `estimate` commands share, declared once.

What belongs here: declarations that mean the same everywhere. What must not: what one command alone takes.
"""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[
    Path, typer.Argument(help="CSV, Parquet, SPSS or Stata file, one row per respondent", show_default=False)
]
Formula = Annotated[str | None, typer.Option(help='Right-hand side of a formula, such as "age + C(region)"')]
Weights = Annotated[str | None, typer.Option(help="Column of survey weights")]
Strata = Annotated[str | None, typer.Option(help="Column of strata")]
Clusters = Annotated[str | None, typer.Option(help="Column of primary sampling units")]
Predict = Annotated[str | None, typer.Option(help="Predict for a group: column=value")]
OutcomeModel = Annotated[str, typer.Option(help="logistic or linear")]
Probability = Annotated[float | None, typer.Option(help="Probability of the device", show_default=False)]
Seed = Annotated[int, typer.Option(help="Seed of the draws")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of tables")]
