"""`estimate`: the project's estimators on a researcher's own file.

What belongs here: the options, their help, and which module runs them. What must not: arithmetic, reading files.
"""

from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.estimate_endorsement import estimate_endorsement
from analysis.commands.estimate_list import estimate_list
from analysis.commands.estimate_masked import MaskedOptions, estimate_masked
from analysis.commands.estimate_posts import register_posts
from analysis.commands.estimate_report import emit
from analysis.commands.estimate_sampling import register_sampling
from analysis.commands.list_rows import ListOptions

estimate = typer.Typer(no_args_is_help=True, help="Run an estimator on your own CSV or Parquet file.")

register_sampling(estimate)
register_posts(estimate)

File = Annotated[Path, typer.Argument(help="CSV or Parquet file, one row per respondent", show_default=False)]
Probability = Annotated[float | None, typer.Option(help="Probability of the device", show_default=False)]
Formula = Annotated[str | None, typer.Option(help='Right-hand side of a formula, such as "age + C(region)"')]
Weights = Annotated[str | None, typer.Option(help="Column of survey weights")]
Strata = Annotated[str | None, typer.Option(help="Column of strata")]
Clusters = Annotated[str | None, typer.Option(help="Column of primary sampling units")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of tables")]


@estimate.command("list-experiment")
def list_experiment(
    file: File,
    *,
    response: Annotated[str, typer.Option(help="Column with the number of items", show_default=False)],
    treatment: Annotated[str, typer.Option(help="Column with the arm", show_default=False)],
    items: Annotated[int, typer.Option(help="Items without the sensitive one", show_default=False)],
    estimator: Annotated[str, typer.Option(help="difference, linear, nls, ml, multi or modified")] = "difference",
    model: Annotated[
        str,
        typer.Option(
            help="ml: constrained, unconstrained, beta-binomial, floor, ceiling, floor-ceiling, top-code or uniform; "
            "multi: constrained, level, linear or nls"
        ),
    ] = "constrained",
    covariates: Formula = None,
    control: Annotated[str | None, typer.Option(help="Level of the control arm, if it is text")] = None,
    treated: Annotated[str | None, typer.Option(help="Level of the treated arm, if it is text")] = None,
    sensitive_levels: Annotated[str | None, typer.Option(help="multi: levels of the treated arms, such as 1,2")] = None,
    weights: Weights = None,
    strata: Strata = None,
    clusters: Clusters = None,
    direct: Annotated[str | None, typer.Option(help="Column with the direct question, 0/1")] = None,
    predict: Annotated[str | None, typer.Option(help="Predict for a group: column=value")] = None,
    test: Annotated[str | None, typer.Option(help="design-effect")] = None,
    robust: Annotated[bool, typer.Option("--robust", help="nls, ml: hold it at the difference in means")] = False,
    outcome: Annotated[str | None, typer.Option(help="ml: column of an outcome that the item predicts")] = None,
    outcome_model: Annotated[str, typer.Option(help="logistic or linear")] = "logistic",
    item_columns: Annotated[str | None, typer.Option(help="modified: open answers of the controls, a,b,c")] = None,
    as_json: AsJson = False,
) -> None:
    """Estimate how many hold a sensitive item that was hidden in a list; diagnostics come first."""
    options = ListOptions(
        file=file,
        response=response,
        treatment=treatment,
        items=items,
        estimator=estimator,
        model=model,
        covariates=covariates,
        control=control,
        treated=treated,
        sensitive_levels=sensitive_levels,
        weights=weights,
        strata=strata,
        clusters=clusters,
        direct=direct,
        predict=predict,
        test=test,
        is_robust=robust,
        outcome=outcome,
        outcome_model=outcome_model,
        item_columns=item_columns,
    )
    emit(estimate_list(options), as_json=as_json)


@estimate.command("randomised-response")
def randomised_response(
    file: File,
    *,
    response: Annotated[str, typer.Option(help="Column with the masked answer, 1 yes, 0 no", show_default=False)],
    design: Annotated[
        str, typer.Option(help="forced, mirrored, disguised, unrelated, crosswise or triangular", show_default=False)
    ],
    p: Annotated[float, typer.Option(help="Probability of the truthful question or trait", show_default=False)],
    p1: Probability = None,
    p0: Probability = None,
    q: Probability = None,
    covariates: Formula = None,
    weights: Weights = None,
    strata: Strata = None,
    clusters: Clusters = None,
    predict: Annotated[str | None, typer.Option(help="Predict for a group: column=value")] = None,
    outcome: Annotated[str | None, typer.Option(help="Column of an outcome that the trait predicts")] = None,
    outcome_model: Annotated[str, typer.Option(help="logistic or linear")] = "logistic",
    as_json: AsJson = False,
) -> None:
    """Estimate how many hold a trait behind a random device; diagnostics come first."""
    options = MaskedOptions(
        file=file,
        response=response,
        design=design,
        p=p,
        p1=p1,
        p0=p0,
        q=q,
        covariates=covariates,
        weights=weights,
        strata=strata,
        clusters=clusters,
        predict=predict,
        outcome=outcome,
        outcome_model=outcome_model,
    )
    emit(estimate_masked(options), as_json=as_json)


@estimate.command("endorsement")
def endorsement(
    file: File,
    *,
    spec: Annotated[Path, typer.Option(help="YAML: policies, and a column for each version", show_default=False)],
    draws: Annotated[int | None, typer.Option(help="Ideal points: draws per chain, more until they have mixed; 0 for none")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the draws")] = 1,
    as_json: AsJson = False,
) -> None:
    """Estimate how endorsements by sensitive actors move the support of policies; diagnostics come first."""
    emit(estimate_endorsement(file, spec, draws=draws, seed=seed), as_json=as_json)
