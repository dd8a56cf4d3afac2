"""What `estimate` prints: one JSON object, or tables with the diagnostics first.

What belongs here: the shape of the output. What must not: estimation, reading files.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.table import Table

from analysis.commands.screen import display
from analysis.estimators.estimate import Estimate


@dataclass(frozen=True)
class Report:
    """Everything one run of `estimate` says.

    Attributes
    ----------
    method, estimator
        Command and estimator.
    n
        Rows used.
    estimates
        In the order shown.
    log_likelihood
        None where there is none.
    diagnostics
        Name to number, text, list or mapping.
    warnings
        Sentences that belong beside the numbers.
    """

    method: str
    estimator: str
    n: int
    estimates: Sequence[Estimate]
    log_likelihood: float | None = None
    diagnostics: dict[str, Any] = field(default_factory=dict)
    warnings: Sequence[str] = ()


def emit(report: Report, *, as_json: bool) -> None:
    """Print a report.

    Parameters
    ----------
    report
        What to print.
    as_json
        JSON on one line, else tables.
    """
    if as_json:
        print(json.dumps(_document(report), ensure_ascii=False, allow_nan=False))
    else:
        _show(report)


def _document(report: Report) -> dict[str, Any]:
    return {
        "method": report.method,
        "estimator": report.estimator,
        "n": report.n,
        "estimates": [
            {"term": e.term, "value": e.value, "se": e.se, "low": e.low, "high": e.high} for e in report.estimates
        ],
        "log_likelihood": report.log_likelihood,
        "diagnostics": plain(report.diagnostics),
        "warnings": _all_warnings(report),
    }


def _all_warnings(report: Report) -> list[str]:
    """Every sentence once; the reason against an unusable estimate comes first."""
    reasons = [f"{e.term}: {e.unusable_reason}" for e in report.estimates if e.unusable_reason]
    return list(dict.fromkeys([*reasons, *report.warnings, *(w for e in report.estimates for w in e.warnings)]))


def plain(value: Any) -> Any:
    """Turn dataclasses, arrays and numpy numbers into what JSON knows; NaN and infinity become null.

    Parameters
    ----------
    value
        Anything a diagnostic may hold.

    Returns
    -------
    Any
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _show(report: Report) -> None:
    display(f"{report.method}, {report.estimator}: {report.n} rows", style="bold")
    display(_diagnostics(plain(report.diagnostics)))
    for warning in _all_warnings(report):
        display(f"! {warning}", style="yellow")
    if report.log_likelihood is not None:
        display(f"log-likelihood {report.log_likelihood:.6f}")
    if report.estimates:
        display(_estimates(report.estimates))


def _diagnostics(found: dict[str, Any]) -> Table:
    shown = Table(title="Diagnostics", show_header=False)
    for name, value in found.items():
        shown.add_row(name, _words(value))
    return shown


def _words(value: Any) -> str:
    if isinstance(value, dict) and "meaning" in value:
        return f"{'! ' if value.get('passed') is False else ''}{value['meaning']}"
    if isinstance(value, dict):
        return "\n".join(f"{k}: {_words(v)}" for k, v in value.items())
    if isinstance(value, list):
        separator = "\n" if any(isinstance(v, (dict, list)) for v in value) else " "
        return separator.join(_words(v) for v in value)
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _estimates(estimates: Sequence[Estimate]) -> Table:
    shown = Table(title="Estimates")
    for heading in ("term", "value", "standard error", "low", "high", "unit"):
        shown.add_column(heading, justify="left" if heading in ("term", "unit") else "right")
    for e in estimates:
        shown.add_row(e.term, *(_number(x) for x in (e.value, e.se, e.low, e.high)), e.unit)
    return shown


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
