"""`estimate rds | rds-size | survey-mean | calibrate`: their options and help.

What belongs here: declarations. What must not: arithmetic, reading files.
"""

from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.estimate_calibrate import CalibrateOptions, estimate_calibrate
from analysis.commands.estimate_options import AsJson, File, Seed, Strata, Weights
from analysis.commands.estimate_rds import RdsOptions, estimate_rds
from analysis.commands.estimate_rds_size import RdsSizeOptions, estimate_rds_size
from analysis.commands.estimate_report import emit
from analysis.commands.estimate_survey_mean import SurveyMeanOptions, estimate_survey_mean

Clusters = Annotated[str | None, typer.Option(help="Column of primary sampling units; later stages as a,b")]
Fpc = Annotated[
    str | None, typer.Option(help="Column of population sizes or sampled shares; one for each stage as a,b")
]
ReplicateScale = Annotated[float | None, typer.Option(help="Factor of their squared deviations; 1 with rscales")]
ReplicateFactors = Annotated[
    str | None, typer.Option("--replicate-rscales", help="One factor for each replicate, as a,b,c in the file's order")
]
ReplicateMse = Annotated[
    bool, typer.Option("--replicate-mse", help="Squares about the full estimate, not the replicates' mean")
]

ReplicateWeights = Annotated[
    str | None, typer.Option(help="Replicate weights in the file: how their columns' names begin")
]
AreFactors = Annotated[
    bool, typer.Option("--replicate-factors", help="The columns are factors of --weights, not whole weights")
]
ReplicateDraws = Annotated[int, typer.Option(help="Replicates of a bootstrap")]


Own = Annotated[str, typer.Option("--id", help="Column of identifiers", show_default=False)]
Recruiter = Annotated[
    str, typer.Option(help="Column of the recruiter's identifier; empty, 0 or seed for seeds", show_default=False)
]
Degree = Annotated[str, typer.Option(help="Column of network sizes", show_default=False)]
Time = Annotated[str | None, typer.Option(help="Column with the order of recruitment; by wave without it")]
PriorMedian = Annotated[
    float | None, typer.Option(help="Size that is as likely too small as too large before the sample is seen")
]
PriorLargest = Annotated[
    float | None, typer.Option(help="Largest size possible; without --prior-median all sizes up to it are as likely")
]


def register_sampling(app: typer.Typer) -> None:
    """Add the sampling commands to `estimate`.

    Parameters
    ----------
    app
        The group of commands.
    """
    app.command("rds")(rds)
    app.command("rds-size")(rds_size)
    app.command("survey-mean")(survey_mean)
    app.command("calibrate")(calibrate)


def rds(
    file: File,
    *,
    id_column: Own,
    recruiter: Recruiter,
    degree: Degree,
    outcome: Annotated[str, typer.Option(help="Column with 0/1, text levels or numbers", show_default=False)],
    estimator: Annotated[str, typer.Option(help="rds-i, rds-ii, ss or hcg")] = "rds-ii",
    population: Annotated[float | None, typer.Option(help="Population size; hcg needs it, ss this or a prior")] = None,
    prior_median: PriorMedian = None,
    prior_largest: PriorLargest = None,
    bootstrap: Annotated[int | None, typer.Option(help="Draws; 500 without it (hcg: 100)")] = None,
    bootstrap_method: Annotated[
        str | None, typer.Option(help="salganik, tree, neighbourhood, successive or configuration")
    ] = None,
    time: Time = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Estimate shares from a respondent-driven sample; checks of the recruitment tree come first."""
    options = RdsOptions(
        file=file,
        id=id_column,
        recruiter=recruiter,
        degree=degree,
        outcome=outcome,
        estimator=estimator,
        population=population,
        prior_median=prior_median,
        prior_largest=prior_largest,
        bootstrap=bootstrap,
        bootstrap_method=bootstrap_method,
        time=time,
        seed=seed,
    )
    emit(estimate_rds(options), as_json=as_json)


def rds_size(
    file: File,
    *,
    id_column: Own,
    recruiter: Recruiter,
    degree: Degree,
    prior_median: PriorMedian = None,
    prior_largest: PriorLargest = None,
    time: Time = None,
    as_json: AsJson = False,
) -> None:
    """Estimate the size of the population that a respondent-driven sample comes from, under a stated prior."""
    options = RdsSizeOptions(
        file=file,
        id=id_column,
        recruiter=recruiter,
        degree=degree,
        prior_median=prior_median,
        prior_largest=prior_largest,
        time=time,
    )
    emit(estimate_rds_size(options), as_json=as_json)


def survey_mean(
    file: File,
    *,
    outcome: Annotated[str, typer.Option(help="Column with numbers, 0/1 or text levels", show_default=False)],
    weights: Weights = None,
    strata: Strata = None,
    clusters: Clusters = None,
    fpc: Fpc = None,
    by: Annotated[str | None, typer.Option(help="Column of groups")] = None,
    statistic: Annotated[str, typer.Option(help="mean, total, quantile or ratio")] = "mean",
    denominator: Annotated[str | None, typer.Option(help="ratio: column below the line")] = None,
    quantile: Annotated[float, typer.Option(help="quantile: its probability")] = 0.5,
    interval: Annotated[
        str | None,
        typer.Option(
            help="normal or t; for shares also share, logit, beta, likelihood, arcsine; without it share for shares, "
            "else t"
        ),
    ] = None,
    lonely: Annotated[
        str, typer.Option(help="A stratum with one cluster: fail, certainty, remove, adjust or average")
    ] = "fail",
    replicates: Annotated[
        str | None, typer.Option(help="Make replicate weights: jk1, jkn, bootstrap, subbootstrap or brr")
    ] = None,
    replicate_weights: ReplicateWeights = None,
    replicate_scale: ReplicateScale = None,
    replicate_rscales: ReplicateFactors = None,
    replicate_mse: ReplicateMse = False,
    replicate_factors: AreFactors = False,
    draws: ReplicateDraws = 500,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Estimate means, shares or totals under a sampling design; diagnostics come first."""
    options = SurveyMeanOptions(
        file=file,
        outcome=outcome,
        weights=weights,
        strata=strata,
        clusters=clusters,
        fpc=fpc,
        by=by,
        statistic=statistic,
        denominator=denominator,
        quantile=quantile,
        interval=interval,
        lonely=lonely,  # type: ignore[arg-type]  # the design refuses other words
        replicates=replicates,
        replicate_weights=replicate_weights,
        replicate_scale=replicate_scale,
        replicate_rscales=replicate_rscales,
        replicate_mse=replicate_mse,
        replicate_factors=replicate_factors,
        draws=draws,
        seed=seed,
    )
    emit(estimate_survey_mean(options), as_json=as_json)


def calibrate(
    file: File,
    *,
    margins: Annotated[Path, typer.Option(help="CSV with variable, level, total", show_default=False)],
    method: Annotated[str, typer.Option(help="rake, linear, logit or poststratify")] = "rake",
    weights: Weights = None,
    variables: Annotated[
        str | None, typer.Option(help="Which variables of the margins, as a,b; all without it")
    ] = None,
    bounds: Annotated[
        str | None, typer.Option(help="Smallest and largest ratio of new to old weight, as 0.3,3")
    ] = None,
    trim: Annotated[str | None, typer.Option(help="Cut the new weights at these limits, as 10,60")] = None,
    rescale_margins: Annotated[bool, typer.Option(help="Scale every margin to the sum of the first")] = False,
    outcome: Annotated[str | None, typer.Option(help="Also estimate the mean of this column")] = None,
    strata: Strata = None,
    clusters: Clusters = None,
    fpc: Fpc = None,
    out: Annotated[Path | None, typer.Option(help="Write the rows with a column calibrated_weight")] = None,
    replicates: Annotated[
        str | None, typer.Option(help="Variance by replicate weights, each calibrated: jk1, jkn, bootstrap, ...")
    ] = None,
    replicate_weights: ReplicateWeights = None,
    replicate_scale: ReplicateScale = None,
    replicate_rscales: ReplicateFactors = None,
    replicate_mse: ReplicateMse = False,
    replicate_factors: AreFactors = False,
    draws: ReplicateDraws = 500,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Move weights to meet population margins; refuse margins that cannot be met."""
    options = CalibrateOptions(
        file=file,
        margins=margins,
        method=method,
        weights=weights,
        variables=variables,
        bounds=bounds,
        trim=trim,
        rescale_margins=rescale_margins,
        outcome=outcome,
        strata=strata,
        clusters=clusters,
        fpc=fpc,
        out=out,
        replicates=replicates,
        replicate_weights=replicate_weights,
        replicate_scale=replicate_scale,
        replicate_rscales=replicate_rscales,
        replicate_mse=replicate_mse,
        replicate_factors=replicate_factors,
        draws=draws,
        seed=seed,
    )
    emit(estimate_calibrate(options), as_json=as_json)
