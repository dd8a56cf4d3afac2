"""`estimate agreement`: how far annotators agree, from a researcher's file in long form.

What belongs here: from columns to codes, and what is said beside the numbers. What must not: arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.commands.estimate_report import Report
from analysis.commands.survey_file import require_columns, shown_levels
from analysis.commands.survey_outcome import split_names
from analysis.commands.table_file import level_text, read_rows
from analysis.errors import InputError, shown_code
from analysis.estimators.agreement import (
    GOOD,
    LEVELS,
    TENTATIVE,
    Annotations,
    alpha_by_class,
    krippendorff_alpha,
    pairwise_kappa,
    standing,
)
from analysis.estimators.dawid_skene import dawid_skene
from analysis.estimators.estimate import Estimate

METHOD = "agreement"
MODELS = ("none", "dawid-skene")
NO_SPREAD = (
    "shares of true labels rest on a model of annotators who err independently of each other; they have no interval, "
    "and the mean error rates are of all annotators together"
)
MOST_CLASSES = 20


@dataclass(frozen=True)
class AgreementOptions:
    """The options of `estimate agreement`, by their names on the command line."""

    file: Path
    item: str
    coder: str
    label: str
    level: str = "nominal"
    order: str | None = None
    by: str | None = None
    model: str = "none"
    draws: int = 1000
    seed: int = 1


def estimate_agreement(options: AgreementOptions) -> Report:
    """Estimate Krippendorff's alpha overall, by label and by group, and kappa by pairs of annotators.

    Parameters
    ----------
    options
        As declared on the command line.

    Returns
    -------
    Report

    Raises
    ------
    InputError, EstimationError
        In one sentence that names the column, the value and the fix.
    """
    if options.level not in LEVELS:
        raise InputError(f"--level is '{options.level}'; choose one of {', '.join(LEVELS)}")
    if options.model not in MODELS:
        raise InputError(f"--model is '{options.model}'; choose one of {', '.join(MODELS)}")
    frame = read_rows(options.file, as_text=True)
    require_columns(frame, {f"--{n}": getattr(options, n) for n in ("item", "coder", "label", "by")})
    rows, missing, repeated = _clean_rows(frame, options)
    values, words = _values(rows[options.label], options)
    annotations = _annotations(rows, options, words, values)
    generator = np.random.default_rng(options.seed)
    alpha = krippendorff_alpha(annotations, options.level, generator=generator, draws=options.draws)  # type: ignore[arg-type]
    others = [*_by_class(annotations, options, words, generator), *_by_group(annotations, rows, options, generator)]
    diagnostics = {
        "items": alpha.n,
        "labels": len(rows),
        "coders": len(np.unique(annotations.coder)),
        "label_counts": {word: int((annotations.label == code).sum()) for code, word in enumerate(words)},
        "standing": standing(alpha),
        "standing_rule": f"lower limit at least {GOOD}: good; at least {TENTATIVE}: tentative; below: not reported",
        "pairwise_kappa": (kappas := _kappas(annotations, rows[options.coder])),
    }
    said = [*_warnings(missing, repeated), *_undefined(kappas)]
    if options.model == "dawid-skene":
        made = dawid_skene(annotations)
        others += [_class_share(word, float(share), alpha.n) for word, share in zip(words, made.prior, strict=True)]
        diagnostics["dawid_skene"] = {
            "log_likelihood": made.log_likelihood,
            "steps": made.steps,
            "mean_error_rates": dict(zip(words, made.error_rates.mean(axis=0).tolist(), strict=True)),
        }
        said.append(NO_SPREAD)
    return Report(METHOD, "krippendorff", len(rows), [alpha, *others], None, diagnostics, said)


def _clean_rows(frame: pd.DataFrame, options: AgreementOptions) -> tuple[pd.DataFrame, int, int]:
    """Rows with item, coder and label, exact repetitions once; a coder with two different labels is refused."""
    names = [options.item, options.coder, options.label]
    texts = frame.assign(**{name: level_text(frame[name]) for name in names})
    complete = texts.dropna(subset=names)
    if complete.empty:
        raise InputError(f"no row has all of {', '.join(names)}; give one row for each label")
    once = complete.drop_duplicates(subset=names)
    twice = once.duplicated(subset=names[:2]).to_numpy()
    if twice.any():
        row = once.iloc[int(twice.argmax())]
        raise InputError(
            f"column '{options.coder}' holds {shown_code(row[options.coder])} with two different labels for item "
            f"{shown_code(row[options.item])} (row {int(row.name) + 1}); keep one label of each coder"
        )
    return once, len(frame) - len(complete), len(complete) - len(once)


def _values(labels: pd.Series, options: AgreementOptions) -> tuple[npt.NDArray[np.float64], list[str]]:
    """Worth of each label, ascending, and the labels in that order."""
    found = sorted({str(v) for v in labels})
    if options.order is not None:
        order = split_names(options.order)
        if set(order) != set(found) or len(set(order)) < len(order):
            raise InputError(
                f"--order is '{options.order}'; column '{options.label}' holds {shown_levels(labels)}: name each once"
            )
        return np.arange(len(order), dtype=np.float64), order
    numbers = pd.to_numeric(pd.Series(found), errors="coerce")
    if options.level == "nominal" and numbers.isna().any():
        return np.arange(len(found), dtype=np.float64), found
    if numbers.isna().any():
        word = found[int(numbers.isna().to_numpy().argmax())]
        raise InputError(
            f"column '{options.label}' holds {shown_code(word)}; --level {options.level} needs numbers, or "
            "--order a,b,c"
        )
    by_worth = numbers.to_numpy().argsort(kind="stable")
    return numbers.to_numpy(dtype=np.float64)[by_worth], [found[i] for i in by_worth]


def _annotations(
    rows: pd.DataFrame, options: AgreementOptions, words: list[str], values: npt.NDArray[np.float64]
) -> Annotations:
    codes = {word: code for code, word in enumerate(words)}
    return Annotations(
        pd.factorize(rows[options.item])[0].astype(np.int64),
        pd.factorize(rows[options.coder])[0].astype(np.int64),
        rows[options.label].map(codes).to_numpy(dtype=np.int64),
        values,
    )


def _by_class(
    annotations: Annotations, options: AgreementOptions, words: list[str], generator: np.random.Generator
) -> list[Estimate]:
    if options.level != "nominal" or not 2 < len(words) <= MOST_CLASSES:
        return []
    found = alpha_by_class(annotations, generator=generator, draws=options.draws)
    return [_named(each, f"alpha[{word}]") for each, word in zip(found, words, strict=True)]


def _by_group(
    annotations: Annotations, rows: pd.DataFrame, options: AgreementOptions, generator: np.random.Generator
) -> list[Estimate]:
    if options.by is None:
        return []
    group = level_text(rows[options.by])
    return [
        krippendorff_alpha(
            annotations.select((group == level).to_numpy(dtype=bool)), options.level,  # type: ignore[arg-type]
            generator=generator, draws=options.draws, term=f"alpha[{options.by}={level}]",
        )
        for level in sorted(group.dropna().unique())
    ]  # fmt: skip


def _named(estimate: Estimate, term: str) -> Estimate:
    return replace(estimate, term=term)


def _class_share(word: str, share: float, n: int) -> Estimate:
    return Estimate(
        term=f"true_share[{word}]",
        value=share,
        se=None,
        low=None,
        high=None,
        confidence=0.95,
        n=n,
        effective_n=None,
        degrees_of_freedom=None,
        unit="share of items",
        method="Dawid and Skene's model, expectation-maximisation",
    )


def _kappas(annotations: Annotations, coders: pd.Series) -> list[dict[str, Any]]:
    words = list(pd.factorize(coders)[1])
    return [
        {"first": words[pair.first], "second": words[pair.second], "items": pair.items_n, "kappa": pair.kappa}
        for pair in pairwise_kappa(annotations)
    ]


def _undefined(kappas: list[dict[str, Any]]) -> list[str]:
    return [
        f"kappa of {each['first']} and {each['second']} is undefined: both gave one and the same label to all "
        f"{each['items']} items, so there is no disagreement to expect"
        for each in kappas
        if each["kappa"] is None
    ]


def _warnings(missing: int, repeated: int) -> list[str]:
    said = []
    if missing:
        said.append(f"{missing} row(s) lack an item, a coder or a label and are left out")
    if repeated:
        said.append(f"{repeated} row(s) repeat another one and are counted once")
    return said
