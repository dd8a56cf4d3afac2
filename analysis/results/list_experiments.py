"""List experiments: tabulated counts as arrays, and what was found as rows of the list-experiment tables."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.estimators.list_experiment import ListAnalysis, analyse
from analysis.estimators.list_experiment.standing import DESIGN_EFFECT_LEVEL
from analysis.results.estimates import Context, estimate_row

CONTROL = "control"


@dataclass(frozen=True)
class Finding:
    """One sensitive arm against the control arm: its labels and its analysis."""

    experiment_code: str
    arm_code: str
    source: str
    analysis: ListAnalysis


def findings(counts: pd.DataFrame) -> list[Finding]:
    """Analyse every sensitive arm of every experiment in the table `list_experiment_counts`.

    The number of control items is the largest possible answer of the tables less one: every arm lists all answers.
    """
    found = []
    for experiment, rows in counts.groupby("experiment_code"):
        items = int(rows.answer_count.max()) - 1
        for arm in sorted(set(rows.arm_code) - {CONTROL}):
            analysis = analyse(*expanded(rows, arm), items)
            found.append(Finding(str(experiment), arm, rows.source.iloc[0], analysis))
    return found


def expanded(rows: pd.DataFrame, arm: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Answers and arm (1 for `arm`, 0 for control), one element per respondent, from one experiment's counts."""
    both = rows[rows.arm_code.isin([CONTROL, arm])]
    times = both.respondents_n.to_numpy("int64")
    return np.repeat(both.answer_count.to_numpy("int64"), times), np.repeat(
        (both.arm_code == arm).to_numpy("int64"), times
    )


def type_rows(found: list[Finding]) -> pd.DataFrame:
    """Table `list_experiment_types`: no row of an arm whose diagnostics forbid a prevalence.

    Shares of types that hold the item add up to the difference in mean counts; where that is no prevalence, neither
    they nor their sum are shares of anybody. The reason stands in the arm's row of `estimates`.
    """
    rows = []
    for finding in found:
        if not finding.analysis.prevalence.is_usable:
            continue
        types = finding.analysis.types
        for holds, shares, covariance in (
            (True, types.holders, types.holders_covariance),
            (False, types.others, types.others_covariance),
        ):
            errors = np.sqrt(np.diag(covariance))
            rows += [
                {
                    **_labels(finding),
                    "other_items_count": y,
                    "holds_item": holds,
                    "type_share": share,
                    "standard_error": error,
                }
                for y, (share, error) in enumerate(zip(shares, errors, strict=True))
            ]
    return pd.DataFrame(rows)


def check_rows(found: list[Finding]) -> pd.DataFrame:
    """Table `list_experiment_checks`: the floor and ceiling screen, then the no-design-effect test."""
    return pd.DataFrame([row for finding in found for row in (*_screen_rows(finding), _test_row(finding))])


def _screen_rows(finding: Finding) -> list[dict[str, object]]:
    return [
        {
            **_labels(finding),
            "check_code": check.code,
            "statistic": check.statistic,
            "threshold": check.threshold,
            "is_passed": check.passed if check.is_judged else None,
            "check_text": check.meaning,
        }
        for check in finding.analysis.screen.checks
    ]


def _test_row(finding: Finding) -> dict[str, object]:
    test = finding.analysis.design_effect
    passed = test.p_value >= DESIGN_EFFECT_LEVEL
    text = f"no-design-effect test of Blair and Imai: p = {test.p_value:.3f}; it looks for negative type shares only"
    return {
        **_labels(finding),
        "check_code": "design_effect",
        "statistic": test.p_value,
        "threshold": DESIGN_EFFECT_LEVEL,
        "is_passed": passed,
        "check_text": text,
    }


def estimate_rows(found: list[Finding], population_text: str, period_text: str) -> pd.DataFrame:
    """Two rows of `estimates` per arm: the difference in mean counts, and the prevalence where the design allows one.

    Parameters
    ----------
    found : list of Finding
        Arms of one experiment; they are numbered K01, K02 … in their order.
    population_text, period_text : str
        Whom the experiment asked, and when.
    """
    rows = []
    for number, finding in enumerate(found, start=1):
        stem = f"K{number:02d}_list_{finding.arm_code}_{finding.experiment_code}"
        context = Context(stem, population_text, period_text, "published", "A", finding.source)
        means, share = finding.analysis.means.difference, finding.analysis.prevalence
        rows.append(estimate_row(f"{stem}_difference", "difference_in_mean_counts", means, context))
        rows.append(estimate_row(f"{stem}_prevalence", "prevalence", share, context))
    return pd.DataFrame(rows)


def _labels(finding: Finding) -> dict[str, object]:
    return {"experiment_code": finding.experiment_code, "arm_code": finding.arm_code, "source": finding.source}
