"""`estimate`: the project's estimators on a researcher's own file.

What belongs here: the options, their help, and which module runs them. What must not: arithmetic, reading files.
"""

from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.estimate_endorsement import estimate_endorsement
from analysis.commands.estimate_inference import register_inference
from analysis.commands.estimate_list import estimate_list
from analysis.commands.estimate_masked import MaskedOptions, estimate_masked
from analysis.commands.estimate_options import (
    AsJson,
    Clusters,
    File,
    Formula,
    OutcomeModel,
    Predict,
    Probability,
    Seed,
    Strata,
    Weights,
)
from analysis.commands.estimate_posts import register_posts
from analysis.commands.estimate_power import ITEM_SHARES, PowerOptions, estimate_power
from analysis.commands.estimate_report import emit
from analysis.commands.estimate_sampling import register_sampling
from analysis.commands.list_rows import ListOptions
from analysis.commands.table_file import DECLARED_MISSING

estimate = typer.Typer(no_args_is_help=True, help="Run an estimator on your own CSV, Parquet, SPSS or Stata file.")


@estimate.callback()
def declare(
    missing: Annotated[
        str, typer.Option(help="Words that mean missing, such as NA,nan; an empty cell always does")
    ] = "",
) -> None:
    """Run an estimator on your own CSV, Parquet, SPSS or Stata file."""
    DECLARED_MISSING.set(tuple(word.strip() for word in missing.split(",") if word.strip()))


register_sampling(estimate)
register_posts(estimate)
register_inference(estimate)


@estimate.command("list-experiment")
def list_experiment(
    file: File,
    *,
    response: Annotated[str, typer.Option(help="Column with the number of items", show_default=False)],
    treatment: Annotated[str, typer.Option(help="Column with the arm", show_default=False)],
    items: Annotated[int, typer.Option(help="Items without the sensitive one", show_default=False)],
    estimator: Annotated[
        str, typer.Option(help="difference, linear, nls, ml, multi, modified, double or bayes")
    ] = "difference",
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
    design: Annotated[
        str, typer.Option(help="conventional: the treated list is longer; placebo-list: the control list is as long")
    ] = "conventional",
    placebo: Annotated[
        str | None, typer.Option(help="Level of an arm whose added item nobody can hold: screens a conventional list")
    ] = None,
    known_truth: Annotated[
        float | None, typer.Option(help="A validation study: the item's true share, such as 0.1667")
    ] = None,
    sensitive_levels: Annotated[str | None, typer.Option(help="multi: levels of the treated arms, such as 1,2")] = None,
    weights: Weights = None,
    strata: Strata = None,
    clusters: Clusters = None,
    direct: Annotated[str | None, typer.Option(help="Column with the direct question, 0/1")] = None,
    predict: Predict = None,
    test: Annotated[str | None, typer.Option(help="design-effect")] = None,
    robust: Annotated[bool, typer.Option("--robust", help="nls, ml: hold it at the difference in means")] = False,
    outcome: Annotated[str | None, typer.Option(help="ml: column of an outcome that the item predicts")] = None,
    outcome_model: OutcomeModel = "logistic",
    second_response: Annotated[
        str | None, typer.Option(help="double: column with the count of list B, where --treatment is 1 for list A")
    ] = None,
    item_columns: Annotated[str | None, typer.Option(help="modified: open answers of the controls, a,b,c")] = None,
    endorsement: Annotated[
        str | None, typer.Option(help="Answers under an endorsement, a,b,c: do they go with the list?")
    ] = None,
    correlation: Annotated[str, typer.Option(help="with --endorsement: pearson or kendall")] = "pearson",
    prior: Annotated[
        str | None,
        typer.Option(help="bayes: yes and no that earlier evidence is worth, as 2,18 for 10 % worth 20 answers"),
    ] = None,
    seed: Seed = 1,
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
        list_design=design,
        placebo=placebo,
        known_truth=known_truth,
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
        second_response=second_response,
        item_columns=item_columns,
        endorsement=endorsement,
        correlation=correlation,
        prior=prior,
        seed=seed,
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
    predict: Predict = None,
    outcome: Annotated[str | None, typer.Option(help="Column of an outcome that the trait predicts")] = None,
    outcome_model: OutcomeModel = "logistic",
    group: Annotated[
        str | None, typer.Option(help="Column of random halves, 0 and 1, with two devices: detects non-compliance")
    ] = None,
    second_p: Annotated[float | None, typer.Option(help="--p of the second half's device")] = None,
    second_p1: Annotated[float | None, typer.Option(help="--p1 of the second half's device")] = None,
    second_p0: Annotated[float | None, typer.Option(help="--p0 of the second half's device")] = None,
    second_q: Annotated[float | None, typer.Option(help="--q of the second half's device")] = None,
    anchor: Annotated[
        str | None, typer.Option(help="crosswise: column of the anchor question, corrects for answers at random")
    ] = None,
    anchor_p: Annotated[float | None, typer.Option(help="--p of the anchor question")] = None,
    anchor_share: Annotated[float, typer.Option(help="Share that the anchor's sensitive statement holds for")] = 0.0,
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
        group=group,
        second_p=second_p,
        second_p1=second_p1,
        second_p0=second_p0,
        second_q=second_q,
        anchor=anchor,
        anchor_p=anchor_p,
        anchor_share=anchor_share,
    )
    emit(estimate_masked(options), as_json=as_json)


@estimate.command("endorsement")
def endorsement(
    file: File,
    *,
    spec: Annotated[Path, typer.Option(help="YAML: policies, and a column for each version", show_default=False)],
    draws: Annotated[
        int | None, typer.Option(help="Ideal points: draws per chain, more until they have mixed; 0 for none")
    ] = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Estimate how endorsements by sensitive actors move the support of policies; diagnostics come first."""
    emit(estimate_endorsement(file, spec, draws=draws, seed=seed), as_json=as_json)


@estimate.command("power")
def power(
    *,
    design: Annotated[
        str,
        typer.Option(
            help="list, double-list, placebo-list, forced, mirrored, disguised, unrelated, crosswise, triangular, "
            "endorsement, scale-up, text, mrp or rds-size (the last two are simulated)",
            show_default=False,
        ),
    ],
    share: Annotated[float | None, typer.Option(help="True prevalence", show_default=False)] = None,
    null: Annotated[float, typer.Option(help="Prevalence to be told from")] = 0.0,
    n: Annotated[int | None, typer.Option(help="Respondents; without it, as many as the power needs")] = None,
    wanted: Annotated[float, typer.Option("--power", help="Power to be reached")] = 0.8,
    alpha: Annotated[float, typer.Option(help="Level of the test")] = 0.05,
    one_sided: Annotated[bool, typer.Option("--one-sided", help="Test one side only")] = False,
    item_shares: Annotated[str, typer.Option(help="list: prevalence of each other item")] = ITEM_SHARES,
    count_variance: Annotated[
        float | None, typer.Option(help="list: variance of the controls' count, from a pilot; before --item-shares")
    ] = None,
    list_correlation: Annotated[float, typer.Option(help="double-list: of one person's two counts")] = 0.0,
    placebo_share: Annotated[float, typer.Option(help="placebo-list: controls who name the placebo item")] = 0.0,
    p: Probability = None,
    p1: Probability = None,
    p0: Probability = None,
    q: Probability = None,
    effect: Annotated[
        float | None, typer.Option(help="endorsement: in standard deviations of the control answers")
    ] = None,
    policies: Annotated[int, typer.Option(help="endorsement: policies")] = 1,
    endorsers: Annotated[int, typer.Option(help="endorsement: endorsers, beside a control group")] = 1,
    correlation: Annotated[
        float,
        typer.Option(
            help="endorsement: of one person's answers, if all policies have the same endorser; text: of prediction "
            "and label"
        ),
    ] = 0.0,
    texts: Annotated[int | None, typer.Option(help="text: texts in all; --n are labels")] = None,
    degree: Annotated[float | None, typer.Option(help="scale-up, rds-size: people whom a respondent knows")] = None,
    known_share: Annotated[
        float | None, typer.Option(help="scale-up: share of the population in the groups of known size")
    ] = None,
    barrier: Annotated[
        float, typer.Option(help="scale-up: variation between respondents of mixing with the group")
    ] = 0.0,
    degree_spread: Annotated[float, typer.Option(help="scale-up: coefficient of variation of the degree")] = 0.0,
    size: Annotated[int | None, typer.Option(help="rds-size: true size; --null is a size too")] = None,
    prior_median: Annotated[float | None, typer.Option(help="rds-size: median of the prior")] = None,
    worlds: Annotated[int, typer.Option(help="mrp, rds-size: simulated worlds")] = 100,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Give the power of an indirect question, or the respondents it needs; no data are read."""
    options = PowerOptions(
        design=design,
        share=share,
        null=null,
        n=n,
        power=wanted,
        alpha=alpha,
        is_one_sided=one_sided,
        item_shares=item_shares,
        count_variance=count_variance,
        list_correlation=list_correlation,
        placebo_share=placebo_share,
        p=p,
        p1=p1,
        p0=p0,
        q=q,
        effect=effect,
        policies=policies,
        endorsers=endorsers,
        correlation=correlation,
        texts=texts,
        degree=degree,
        known_share=known_share,
        barrier=barrier,
        degree_spread=degree_spread,
        size=size,
        prior_median=prior_median,
        worlds=worlds,
        seed=seed,
    )
    emit(estimate_power(options), as_json=as_json)
