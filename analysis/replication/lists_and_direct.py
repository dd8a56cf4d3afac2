"""List experiments beside direct questions: 264 of them, at the level of studies.

Source: Blair, Coppock & Moor 2020, American Political Science Review 114(4), doi:10.1017/S0003055420000374. The file
carries no licence of its own: figures are recomputed from its address, and only aggregates over studies are kept.
"""

import io
import itertools
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import rdata

from analysis.errors import ReplicationError
from analysis.estimators.estimate import Estimate, quantile
from analysis.estimators.meta_analysis import three_level
from analysis.replication.figures import Study, figure_row
from analysis.replication.files import Source

STUDY = Study("Published list experiments with a direct question on the same item", "before 2020")
COLUMNS = ("paper_id", "list_se", "list_n", "direct_est", "difference", "difference_se", "final_category")
RARE = 0.1
NARROW = 0.05
UNIT = "share of respondents"
HALF_WIDTHS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
DIRECT_SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
PUBLISHED = "no figure of this form is published; the paper reports means by kind of topic"


def recompute(data: bytes, source: Source) -> pd.DataFrame:
    """How precise lists were, and how far they lay from direct answers: table `replication_results`.

    Parameters
    ----------
    data : bytes
        `apsr_2020.RDS`: one row per list experiment.
    source : Source
        Where the bytes come from.
    """
    studies = read_studies(data)
    rare, autocracies = studies[studies.direct_est < RARE], studies[studies.final_category == "authoritarian"]
    figures: tuple[tuple[str, str, Estimate], ...] = (
        ("median_standard_error", "typical_standard_error", _median_error(studies)),
        ("narrow", "experiment_share", _narrow_share(studies)),
        ("rare", "difference_in_shares", _mean_difference(rare, -1.0)),
        ("autocracies", "difference_in_shares", _mean_difference(autocracies, 1.0)),
    )
    names = {
        "median_standard_error": "K11_list_standard_error_published",
        "narrow": "K12_list_half_width_up_to_five_points_published",
        "rare": "K13_list_minus_direct_below_ten_percent_published",
        "autocracies": "K14_direct_minus_list_autocracies_published",
    }
    return pd.DataFrame(
        figure_row(f"R{number}_lists_{name}", names[name], code, made, study=STUDY, published=PUBLISHED, source=source)
        for number, (name, code, made) in enumerate(figures, start=19)
    )


def practice(data: bytes, source: Source) -> pd.DataFrame:
    """Table `list_practice`: experiments by the half-width of their interval, and by the direct answer's share."""
    studies = read_studies(data)
    half_width = quantile(0.975) * studies.list_se
    bands = [
        *_bands(studies, "half_width", half_width, HALF_WIDTHS),
        *_bands(studies, "direct_share", studies.direct_est, DIRECT_SHARES),
    ]
    return pd.DataFrame(bands).assign(source=source.citation)


def read_studies(data: bytes) -> pd.DataFrame:
    """The columns that are used, complete; ReplicationError when the file lacks one or a study misses a value."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Missing constructor", category=UserWarning)  # a tibble is a frame
        frame = rdata.read_rds(io.BytesIO(data))
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        raise ReplicationError(f"the R file has no column '{missing[0]}'; another version of the file was fetched")
    studies = frame[list(COLUMNS)]
    if studies.drop(columns="final_category").isna().any(axis=None):
        raise ReplicationError("a study has no value in a column that is used; another version of the file was fetched")
    return studies


def _median_error(studies: pd.DataFrame) -> Estimate:
    value = float(studies.list_se.median())
    return _complete("median", value, studies, "median over all experiments")


def _narrow_share(studies: pd.DataFrame) -> Estimate:
    value = float((quantile(0.975) * studies.list_se <= NARROW).mean())
    return _complete(
        "share", value, studies, "share of all experiments whose 95 % interval is at most 5 points to a side"
    )


def _complete(term: str, value: float, studies: pd.DataFrame, method: str) -> Estimate:
    """A number about all experiments of the file: a complete count, without sampling error."""
    return Estimate(term, value, None, None, None, 0.95, _respondents(studies), None, None, UNIT, method)


def _respondents(studies: pd.DataFrame) -> int:
    return int(studies.list_n.sum())


def _mean_difference(studies: pd.DataFrame, sign: float) -> Estimate:
    """Direct minus list answers, or the reverse for a sign of −1, averaged over experiments within papers."""
    made = three_level(
        sign * studies.difference, studies.difference_se, studies.paper_id, n=_respondents(studies), unit=UNIT
    )
    return made.mean


def _bands(
    studies: pd.DataFrame, kind: str, of: "pd.Series[float]", edges: tuple[float, ...]
) -> Iterator[dict[str, object]]:
    for low, high in itertools.pairwise(edges):
        members = studies[(of >= low) & ((of < high) | ((high == edges[-1]) & (of <= high)))]
        made = _mean_difference(members, -1.0) if kind == "direct_share" else None
        yield {
            "band_kind_code": kind,
            "band_low_share": low,
            "band_high_share": high,
            "experiments_n": len(members),
            "papers_n": int(members.paper_id.nunique()),
            "list_minus_direct": np.nan if made is None else made.value,
            "ci_low": np.nan if made is None else made.low,
            "ci_high": np.nan if made is None else made.high,
        }
