"""One recomputed figure as a row of the table `replication_results`; R data files as frames."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import rdata
from rdata.conversion import DEFAULT_CLASS_MAP, dataframe_constructor

from analysis.errors import ReplicationError
from analysis.estimators.estimate import Estimate
from analysis.replication.files import Source


@dataclass(frozen=True)
class Study:
    """Who was asked and when, in words."""

    population_text: str
    period_text: str


def figure_row(
    replication_id: str,
    estimand_id: str,
    quantity_code: str,
    estimate: Estimate,
    *,
    study: Study,
    published: str,
    source: Source,
) -> dict[str, object]:
    """One row of the table `replication_results`; ReplicationError when the figure may not be used."""
    if estimate.value is None:
        raise ReplicationError(f"{replication_id}: the estimate is not usable ({estimate.unusable_reason})")
    return {
        "replication_id": replication_id,
        "estimand_id": estimand_id,
        "quantity_code": quantity_code,
        "population_text": study.population_text,
        "period_text": study.period_text,
        "method_text": estimate.method,
        "value": estimate.value,
        "standard_error": estimate.se,
        "ci_low": estimate.low,
        "ci_high": estimate.high,
        "respondents_n": estimate.n,
        "published_text": published,
        "file_name": source.name,
        "file_sha256": source.sha256,
        "source": source.citation,
    }


def r_frame(data: bytes, name: str) -> pd.DataFrame:
    """The data frame `name` of an R data file; ReplicationError when the file does not hold it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Unknown encoding", category=UserWarning)  # old files state none
        warnings.filterwarnings("ignore", message="Missing constructor", category=UserWarning)  # a tibble is a frame
        parsed = rdata.parser.parse_data(data)
        found = rdata.conversion.convert(parsed, constructor_dict={**DEFAULT_CLASS_MAP, "data.frame": _flat_frame})
    if not isinstance(found.get(name), pd.DataFrame):
        raise ReplicationError(f"the R file holds {', '.join(found) or 'nothing'} but no data frame '{name}'")
    return found[name]


def _flat_frame(columns: Mapping[str, npt.ArrayLike], attributes: Mapping[str, object]) -> pd.DataFrame:
    """A frame; a column that R keeps as a matrix of one column (`scale()` makes such) becomes a plain one.

    rdata 1.1.0 stops at such a column.
    """
    flat = {name: np.ravel(column) if np.ndim(column) == 2 else column for name, column in columns.items()}
    return dataframe_constructor(flat, attributes)
