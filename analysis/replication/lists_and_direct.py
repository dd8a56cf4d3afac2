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
from analysis.estimators.meta_analysis import MetaAnalysis, three_level
from analysis.replication.figures import Study, figure_row
from analysis.replication.files import Source

STUDY = Study("Published list experiments with a direct question on the same item", "before 2020")
COLUMNS = ("paper_id", "list_se", "list_n", "direct_est", "difference", "difference_se", "final_category")
OPTIONAL = "predicted_se"
"""Standard errors as the authors predicted them from the number of respondents; empty where they predicted none."""
RARE = 0.1
NARROW = 0.05
UNIT = "share of respondents"
SHARES = "difference_in_shares"
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
    everywhere, there = _pooled(studies, 1.0), _pooled(autocracies, 1.0)
    figures: tuple[tuple[int, str, str, str, Estimate], ...] = (
        (19, "median_standard_error", "K11_list_standard_error_published", "typical_standard_error",
         _median_error(studies)),
        (20, "narrow", "K12_list_half_width_up_to_five_points_published", "experiment_share", _narrow_share(studies)),
        (21, "rare", "K13_list_minus_direct_below_ten_percent_published", SHARES, _pooled(rare, -1.0).mean),
        (22, "autocracies", "K14_direct_minus_list_autocracies_published", SHARES, there.mean),
        (44, "spread_of_one_answer", "K72_list_spread_of_one_answer_published", "spread_of_one_answer",
         _spread(studies, 0.5)),
        (45, "spread_of_one_answer_lower", "K73_list_spread_lower_quartile_published", "spread_of_one_answer",
         _spread(studies, 0.25)),
        (46, "spread_of_one_answer_upper", "K74_list_spread_upper_quartile_published", "spread_of_one_answer",
         _spread(studies, 0.75)),
        (47, "errors_predicted", "K75_list_standard_errors_predicted", "experiment_share", _predicted_share(studies)),
        (48, "everywhere", "K76_direct_minus_list_published", SHARES, everywhere.mean),
        (49, "everywhere_spread", "K77_direct_minus_list_spread_published", "spread_of_effects",
         _spread_of_effects(everywhere, studies)),
        (50, "autocracies_spread", "K78_direct_minus_list_autocracies_spread", "spread_of_effects",
         _spread_of_effects(there, autocracies)),
    )  # fmt: skip
    return pd.DataFrame(
        figure_row(f"R{number}_lists_{name}", estimand, code, made, study=STUDY, published=PUBLISHED, source=source)
        for number, name, estimand, code, made in figures
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
    missing = [name for name in (*COLUMNS, OPTIONAL) if name not in frame]
    if missing:
        raise ReplicationError(f"the R file has no column '{missing[0]}'; another version of the file was fetched")
    studies = frame[[*COLUMNS, OPTIONAL]]
    if studies.drop(columns=["final_category", OPTIONAL]).isna().any(axis=None):
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


def _spread(studies: pd.DataFrame, quantile_of: float) -> Estimate:
    """Standard error times the root of the respondents: what one answer contributes, whatever the size."""
    value = float((studies.list_se * np.sqrt(studies.list_n)).quantile(quantile_of))
    return _complete(
        "spread",
        value,
        studies,
        f"quantile {quantile_of:g} over all experiments of the standard error times the root of n",
    )


def _predicted_share(studies: pd.DataFrame) -> Estimate:
    value = float(np.isclose(studies.list_se, studies[OPTIONAL]).mean())
    method = "share of all experiments whose standard error is the one that the file holds as predicted"
    return _complete("share", value, studies, method)


def _spread_of_effects(made: MetaAnalysis, studies: pd.DataFrame) -> Estimate:
    value = float(np.hypot(made.between_groups, made.within_groups))
    return _complete("spread", value, studies, f"standard deviation of true differences; {made.mean.method}")


def _complete(term: str, value: float, studies: pd.DataFrame, method: str) -> Estimate:
    """A number about all experiments of the file: a complete count, without sampling error."""
    return Estimate(term, value, None, None, None, 0.95, _respondents(studies), None, None, UNIT, method)


def _respondents(studies: pd.DataFrame) -> int:
    return int(studies.list_n.sum())


def _pooled(studies: pd.DataFrame, sign: float) -> MetaAnalysis:
    """Direct minus list answers, or the reverse for a sign of −1, averaged over experiments within papers."""
    return three_level(
        sign * studies.difference, studies.difference_se, studies.paper_id, n=_respondents(studies), unit=UNIT
    )


def _bands(
    studies: pd.DataFrame, kind: str, of: "pd.Series[float]", edges: tuple[float, ...]
) -> Iterator[dict[str, object]]:
    for low, high in itertools.pairwise(edges):
        members = studies[(of >= low) & ((of < high) | ((high == edges[-1]) & (of <= high)))]
        made = _pooled(members, -1.0).mean if kind == "direct_share" else None
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
