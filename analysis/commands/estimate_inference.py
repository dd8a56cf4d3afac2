"""`estimate event-study`, `robust-interval`, `mrp`, `scale-up`, `nonresponse-bounds` and `robustness-value`: options.

What belongs here: declarations. What must not: arithmetic, reading files.
"""

from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.estimate_event_study import EventOptions, estimate_event_study
from analysis.commands.estimate_mrp import MrpOptions, estimate_mrp
from analysis.commands.estimate_nonresponse import NonresponseOptions, estimate_nonresponse
from analysis.commands.estimate_options import AsJson, Clusters, File, Formula, Probability, Seed, Strata, Weights
from analysis.commands.estimate_report import Report, emit
from analysis.commands.estimate_robust import RobustOptions, estimate_robust
from analysis.commands.estimate_scale_up import ScaleUpOptions, estimate_scale_up
from analysis.commands.mrp_answers import AnswerOptions
from analysis.estimators.omitted_variables import robustness

Outcome = Annotated[str, typer.Option(help="Column with 1 yes and 0 no", show_default=False)]


def register_inference(app: typer.Typer) -> None:
    """Add the commands to `estimate`.

    Parameters
    ----------
    app
        The group of commands.
    """
    app.command("event-study")(event_study)
    app.command("robust-interval")(robust_interval)
    app.command("mrp")(mrp)
    app.command("scale-up")(scale_up)
    app.command("nonresponse-bounds")(nonresponse_bounds)
    app.command("robustness-value")(robustness_value)


def event_study(
    file: Annotated[Path, typer.Argument(help="One row a week: CSV, Parquet, SPSS or Stata", show_default=False)],
    *,
    outcome: Annotated[str, typer.Option(help="Column of the weekly series", show_default=False)],
    time: Annotated[str, typer.Option(help="Column of weeks: numbers or dates", show_default=False)],
    event: Annotated[str, typer.Option(help="Week of the event, as written there", show_default=False)],
    other_events: Annotated[str | None, typer.Option(help="Weeks of other events, as a,b")] = None,
    exposure: Annotated[str | None, typer.Option(help="Column that a count is proportional to")] = None,
    response: Annotated[str, typer.Option(help="count or number")] = "count",
    window: Annotated[str, typer.Option(help="Weeks before, and from the event on")] = "10,4",
    covariates: Annotated[
        str | None, typer.Option(help="Columns that were fixed before the event and must not jump, as a,b")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Estimate the jump of a series at a fixed week, ranked among weeks without an event."""
    options = EventOptions(
        file=file,
        outcome=outcome,
        time=time,
        event=event,
        other_events=other_events,
        exposure=exposure,
        response=response,
        window=window,
        covariates=covariates,
    )
    emit(estimate_event_study(options), as_json=as_json)


def robust_interval(
    file: File,
    *,
    outcome: Outcome,
    undecided: Annotated[str | None, typer.Option(help="Answers that are neither yes nor no, as dk,refused")] = None,
    weightings: Annotated[
        str | None, typer.Option(help="Columns of weights, as w1,w2; equal weights without it")
    ] = None,
    strata: Strata = None,
    clusters: Clusters = None,
    bogus: Annotated[str, typer.Option(help="Shares of bogus answers")] = "0,0.04,0.07",
    design_effect: Annotated[float, typer.Option(help="Smallest one allowed; 1 for a probability sample")] = 2.0,
    as_json: AsJson = False,
) -> None:
    """Give one envelope over bogus answers, undecided ones, weightings and a design effect."""
    options = RobustOptions(
        file=file,
        outcome=outcome,
        undecided=undecided,
        weightings=weightings,
        strata=strata,
        clusters=clusters,
        bogus=bogus,
        design_effect=design_effect,
    )
    emit(estimate_robust(options), as_json=as_json)


def mrp(
    file: File,
    *,
    outcome: Outcome,
    groups: Annotated[
        str, typer.Option(help="Columns whose levels vary about a mean, as host,age", show_default=False)
    ],
    population: Annotated[
        Path | None, typer.Option(help="One row a cell of the population: the same columns, and its count")
    ] = None,
    margins: Annotated[
        Path | None,
        typer.Option(help="Where no cells are known: CSV with variable, level, total; a:b gives a cross"),
    ] = None,
    covariates: Formula = None,
    by: Annotated[str | None, typer.Option(help="Column of the population: a share for each level too")] = None,
    count: Annotated[str, typer.Option(help="Column of the population with the number of people")] = "total",
    draws: Annotated[int, typer.Option(help="Draws of each of four chains")] = 1000,
    seed: Seed = 1,
    design: Annotated[
        str | None, typer.Option(help="Masked answers: forced, mirrored, disguised, unrelated, crosswise or triangular")
    ] = None,
    p: Annotated[float | None, typer.Option(help="Probability of the truthful question or trait")] = None,
    p1: Probability = None,
    p0: Probability = None,
    q: Probability = None,
    items: Annotated[int | None, typer.Option(help="List answers: items of the list without the sensitive one")] = None,
    treatment: Annotated[str | None, typer.Option(help="Column that says who saw the longer list")] = None,
    control: Annotated[str | None, typer.Option(help="Its level for the shorter list, unless 0 or false")] = None,
    treated: Annotated[str | None, typer.Option(help="Its level for the longer list, unless 1 or true")] = None,
    as_json: AsJson = False,
) -> None:
    """Estimate a share of a population by multilevel regression and poststratification."""
    options = MrpOptions(
        file=file,
        outcome=outcome,
        groups=groups,
        population=population,
        margins=margins,
        covariates=covariates,
        by=by,
        count=count,
        draws=draws,
        seed=seed,
        answers=AnswerOptions(design, p, p1, p0, q, items, treatment, control, treated),
    )
    emit(estimate_mrp(options), as_json=as_json)


def scale_up(
    file: File,
    *,
    outcome: Annotated[
        str, typer.Option(help="Column: how many of the hidden group a person knows", show_default=False)
    ],
    known: Annotated[
        str, typer.Option(help="Columns for groups of known size, as nurses=21000,teachers=54000", show_default=False)
    ],
    population: Annotated[float | None, typer.Option(help="Size of the population, for the mean degree")] = None,
    transmission: Annotated[str, typer.Option(help="Shares of acquaintances who know of the membership")] = "0.5,0.8,1",
    relative_degree: Annotated[
        str, typer.Option(help="How widely members are known, relative to everybody")
    ] = "0.8,1,1.2",
    weights: Weights = None,
    strata: Strata = None,
    clusters: Clusters = None,
    as_json: AsJson = False,
) -> None:
    """Estimate the size of a hidden group from how many of it people know."""
    options = ScaleUpOptions(
        file=file,
        outcome=outcome,
        known=known,
        population=population,
        transmission=transmission,
        relative_degree=relative_degree,
        weights=weights,
        strata=strata,
        clusters=clusters,
    )
    emit(estimate_scale_up(options), as_json=as_json)


def nonresponse_bounds(
    file: File,
    *,
    outcome: Annotated[
        str, typer.Option(help="Column with 0/1 or text levels, empty for no answer", show_default=False)
    ],
    differences: Annotated[
        str | None,
        typer.Option(
            help="How far those who did not answer may lie from those who did, in shares, as 0.05,0.1 or -0.05:0.2; "
            "the worst case always comes first"
        ),
    ] = None,
    target: Annotated[
        str, typer.Option(help="Limits cover the true share (parameter) or both bounds (set)")
    ] = "parameter",
    weights: Weights = None,
    strata: Strata = None,
    clusters: Clusters = None,
    fpc: Annotated[str | None, typer.Option(help="Column of population sizes or sampled shares")] = None,
    by: Annotated[str | None, typer.Option(help="Column of groups")] = None,
    as_json: AsJson = False,
) -> None:
    """Bound a share when some did not answer, whatever they would have said."""
    options = NonresponseOptions(
        file=file,
        outcome=outcome,
        differences=differences,
        target=target,
        weights=weights,
        strata=strata,
        clusters=clusters,
        fpc=fpc,
        by=by,
    )
    emit(estimate_nonresponse(options), as_json=as_json)


def robustness_value(
    *,
    coefficient: Annotated[float, typer.Option(help="Of least squares on data from observation", show_default=False)],
    se: Annotated[float, typer.Option(help="Its classical standard error", show_default=False)],
    degrees_of_freedom: Annotated[int, typer.Option(help="Of the residuals", show_default=False)],
    q: Annotated[float, typer.Option(help="Share of the coefficient to explain away")] = 1.0,
    alpha: Annotated[float, typer.Option(help="Level of the test")] = 0.05,
    as_json: AsJson = False,
) -> None:
    """Say how strong an unmeasured cause would have to be to explain a coefficient away."""
    found = robustness(coefficient, se, degrees_of_freedom, q=q, alpha=alpha)
    said = ["A robustness value says how strong a confounder would have to be, never that there is none"]
    numbers = {"partial_r2": found.partial_r2, "value": found.value, "value_significance": found.value_significance}
    emit(Report("robustness-value", "omitted variables", 0, [], None, numbers, said), as_json=as_json)
