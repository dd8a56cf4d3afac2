"""Replicate weights on the command line: made from the design, or taken from the file's columns.

What belongs here: from options and columns to a `ReplicateDesign`. What must not: arithmetic.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.survey_file import numeric
from analysis.commands.survey_outcome import split_names
from analysis.errors import InputError
from analysis.estimators.weighting.design import SurveyDesign
from analysis.estimators.weighting.replicates import ReplicateDesign, given_replicates, replicate_design


class ReplicateOptions(Protocol):
    """What a command says about replicate weights."""

    @property
    def weights(self) -> str | None:
        """Column of full weights."""

    @property
    def replicates(self) -> str | None:
        """Kind to make."""

    @property
    def replicate_weights(self) -> str | None:
        """How the columns' names begin."""

    @property
    def replicate_scale(self) -> float | None:
        """Overall factor."""

    @property
    def replicate_rscales(self) -> str | None:
        """Factor of each replicate."""

    @property
    def replicate_mse(self) -> bool:
        """Squares about the full estimate."""

    @property
    def replicate_factors(self) -> bool:
        """Columns multiply the full weights."""

    @property
    def draws(self) -> int:
        """Replicates of a bootstrap."""

    @property
    def seed(self) -> int:
        """Of a bootstrap."""


def refuse_replicate_options(options: ReplicateOptions) -> None:
    """Refuse options on replicate weights that contradict each other.

    Parameters
    ----------
    options
        Of a command.

    Raises
    ------
    InputError
        Naming the options.
    """
    if options.replicates and options.replicate_weights:
        raise InputError("--replicates makes replicate weights and --replicate-weights names them; give one of the two")
    has_scales = options.replicate_scale is not None or options.replicate_rscales is not None
    if options.replicate_weights and (not has_scales or options.weights is None):
        raise InputError(
            "--replicate-weights needs --weights and --replicate-scale, such as 1 over their number, or "
            "--replicate-rscales"
        )
    wants = options.replicate_scale is not None or options.replicate_rscales or options.replicate_factors
    if wants and not options.replicate_weights:
        raise InputError("--replicate-scale, -rscales and -factors describe --replicate-weights; name these columns")


def read_replicates(
    options: ReplicateOptions, frame: pd.DataFrame, design: SurveyDesign, inside: npt.NDArray[np.bool_]
) -> ReplicateDesign | None:
    """Make or read replicate weights.

    Parameters
    ----------
    options, frame
        Options, and all rows of the file.
    design, inside
        Design of the rows that are in it, and which these are.

    Returns
    -------
    ReplicateDesign or None
        None where no replicates are asked for.

    Raises
    ------
    InputError, EstimationError
        Naming the column, the value and the fix.
    """
    if options.replicates is not None:
        rng = np.random.default_rng(options.seed)
        kind: Any = options.replicates
        made = replicate_design(design, kind, replicates_n=options.draws, rng=rng)
        return replace(made, mse=options.replicate_mse)
    if options.replicate_weights is None:
        return None
    names = replicate_names(frame, options)
    columns = np.column_stack([numeric(frame, n, "a replicate weight is a number") for n in names])
    return given_replicates(
        design.weights,
        columns[inside],
        scale=1.0 if options.replicate_scale is None else options.replicate_scale,
        rscales=_rscales(options.replicate_rscales, len(names)),
        combined=not options.replicate_factors,
        mse=options.replicate_mse,
    )


def replicate_names(frame: pd.DataFrame, options: ReplicateOptions) -> list[str]:
    """Columns whose names begin as the option says, in the file's order.

    Parameters
    ----------
    frame, options
        Rows and options.

    Returns
    -------
    list of str

    Raises
    ------
    InputError
        Fewer than two.
    """
    prefix = options.replicate_weights or ""
    names = [str(c) for c in frame.columns if str(c).startswith(prefix) and c != options.weights]
    if len(names) < 2:
        raise InputError(f"--replicate-weights '{prefix}' fits {len(names)} column(s); give the start of their names")
    return names


def _rscales(given: str | None, replicates_n: int) -> npt.NDArray[np.float64] | None:
    if given is None:
        return None
    try:
        factors = [float(part) for part in split_names(given)]
    except ValueError as error:
        raise InputError(f"--replicate-rscales is '{given}'; write numbers, such as 0.5,0.5,0.75") from error
    if len(factors) != replicates_n:
        raise InputError(
            f"--replicate-rscales gives {len(factors)} number(s) for {replicates_n} replicate columns; give one for "
            "each, in the file's order"
        )
    return np.array(factors)
