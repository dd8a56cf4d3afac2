"""`estimate text-regression | coordination | agreement`: their options and help.

What belongs here: declarations. What must not: arithmetic, reading files.
"""

from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.engine_options import Conf, EngineName, Master
from analysis.commands.estimate_agreement import AgreementOptions, estimate_agreement
from analysis.commands.estimate_coordination import CoordinationOptions, estimate_coordination
from analysis.commands.estimate_options import AsJson, Seed
from analysis.commands.estimate_report import emit
from analysis.commands.estimate_text import TextOptions, estimate_text_regression

File = Annotated[Path, typer.Argument(help="CSV or Parquet file", show_default=False)]


def register_posts(app: typer.Typer) -> None:
    """Add the commands on posts and labels to `estimate`.

    Parameters
    ----------
    app
        The group of commands.
    """
    app.command("text-regression")(text_regression)
    app.command("coordination")(coordination)
    app.command("agreement")(agreement)


def text_regression(
    file: File,
    *,
    outcome: Annotated[str, typer.Option(help="Column with the outcome; empty where not labelled", show_default=False)],
    labelled: Annotated[str, typer.Option(help="Column: 1 labelled by people, 0 not", show_default=False)],
    predictions: Annotated[
        str, typer.Option(help="Columns with predictions, as g1,g2: one for each split", show_default=False)
    ],
    probability: Annotated[
        str | None, typer.Option(help="Column with the probability of being labelled", show_default=False)
    ] = None,
    covariates: Annotated[str | None, typer.Option(help='Formula, such as "age + C(region)"; none for a mean')] = None,
    estimator: Annotated[str, typer.Option(help="naive, labelled, acc, ppi, ppi++, ppi++-strata, dsl or emq")] = "dsl",
    family: Annotated[str | None, typer.Option(help="mean, linear or logistic; linear with covariates")] = None,
    clusters: Annotated[str | None, typer.Option(help="Column of rows that belong together, a channel say")] = None,
    predicted: Annotated[
        str | None, typer.Option(help="Column that the predictions predict; the outcome, or a covariate with gaps")
    ] = None,
    rescale_probability: Annotated[
        bool, typer.Option(help="Scale probabilities so that their mean is the labelled share")
    ] = False,
    interval: Annotated[
        str,
        typer.Option(help="share: the project's rule for shares, t elsewhere; normal: value ± 1.96 standard errors"),
    ] = "share",
    as_json: AsJson = False,
) -> None:
    """Estimate from predictions for all texts and labels for a probability sample of them; diagnostics come first."""
    options = TextOptions(
        file=file,
        outcome=outcome,
        labelled=labelled,
        probability=probability,
        predictions=predictions,
        covariates=covariates,
        estimator=estimator,
        family=family,
        clusters=clusters,
        predicted=predicted,
        interval=interval,
        rescale_probability=rescale_probability,
    )
    emit(estimate_text_regression(options), as_json=as_json)


def coordination(
    file: File,
    *,
    window: Annotated[float, typer.Option(help="Seconds between two shares of one object", show_default=False)],
    min_participation: Annotated[int, typer.Option(help="Fewest shares of an account")] = 2,
    object_column: Annotated[str, typer.Option("--object", help="Column of shared objects")] = "object_id",
    account: Annotated[str, typer.Option(help="Column of accounts")] = "account_id",
    content: Annotated[str, typer.Option(help="Column of posts")] = "content_id",
    time: Annotated[str, typer.Option(help="Column with Unix times, or dates with times")] = "timestamp_share",
    time_unit: Annotated[
        str, typer.Option(help="What numbers in that column count: seconds, milliseconds, microseconds, nanoseconds")
    ] = "seconds",
    null_draws: Annotated[int, typer.Option(help="Permutations of the null; 0 for none")] = 0,
    quantile: Annotated[float, typer.Option(help="Quantile of edge weights to report")] = 0.5,
    coortweet_compat: Annotated[bool, typer.Option(help="Symmetry of edges as CooRTweet 2.1.3 computes it")] = False,
    max_pairs: Annotated[int, typer.Option(help="Most candidate pairs")] = 20_000_000,
    engine: EngineName = "local",
    master: Master = None,
    conf: Conf = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Count coordinated sharing, against a null if asked for; nobody's membership is shown."""
    options = CoordinationOptions(
        file=file,
        window=window,
        min_participation=min_participation,
        object=object_column,
        account=account,
        content=content,
        time=time,
        time_unit=time_unit,
        null_draws=null_draws,
        quantile=quantile,
        coortweet_compat=coortweet_compat,
        max_pairs=max_pairs,
        seed=seed,
        engine=engine,
        master=master,
        conf=conf,
    )
    emit(estimate_coordination(options), as_json=as_json)


def agreement(
    file: File,
    *,
    item: Annotated[str, typer.Option(help="Column of items", show_default=False)],
    coder: Annotated[str, typer.Option(help="Column of annotators", show_default=False)],
    label: Annotated[str, typer.Option(help="Column of labels", show_default=False)],
    level: Annotated[str, typer.Option(help="nominal, ordinal, interval or ratio")] = "nominal",
    order: Annotated[str | None, typer.Option(help="Order of text labels, as against,neutral,favour")] = None,
    by: Annotated[str | None, typer.Option(help="Column of groups of items, a language say")] = None,
    model: Annotated[str, typer.Option(help="dawid-skene also estimates the true labels' shares; 3 coders")] = "none",
    draws: Annotated[int, typer.Option(help="Bootstrap samples of items")] = 1000,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Measure how far annotators agree beyond chance, and whether labels may be used; one row for each label."""
    options = AgreementOptions(
        file=file,
        item=item,
        coder=coder,
        label=label,
        level=level,
        order=order,
        by=by,
        model=model,
        draws=draws,
        seed=seed,
    )
    emit(estimate_agreement(options), as_json=as_json)
