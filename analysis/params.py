"""`params.yaml` as frozen values; unknown keys, missing keys and wrong types are refused with the way to mend them.

Imported by stages only: every other room receives plain arguments.
"""

import datetime
import types
import typing
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import ParameterError

STUDIES = ("synthetic", "vault")
"""The fictional world, or a team's own consented exports. Published evidence is part of either."""


@dataclass(frozen=True)
class Release:
    """Version and day of the release; the day also dates every file that carries a date."""

    version: str
    date: datetime.date


@dataclass(frozen=True)
class Publication:
    """Addresses of repository, issue tracker and book, "" for none; the last day of the search for evidence."""

    repository_address: str
    issues_address: str
    book_address: str
    evidence_day: datetime.date


@dataclass(frozen=True)
class SimulateStudy:
    """The fictional world: the seed of its random numbers, and how many persons, respondents and posts it has."""

    seed: int
    population: int
    respondents: int
    posts: int


@dataclass(frozen=True)
class WeightRespondents:
    """Weights: the multiple of the median above which a weight is cut."""

    cut_at: float


@dataclass(frozen=True)
class EstimateSurvey:
    """Estimation: seed and sizes of resampling and simulation."""

    seed: int
    bootstrap_draws: int
    model_draws: int


@dataclass(frozen=True)
class EstimatePosts:
    """Permutations of coordination; the seed of permutations, folds and bootstraps."""

    permutations: int
    seed: int


@dataclass(frozen=True)
class RehearseAttacks:
    """Invented studies on which attacks are tried: their seed."""

    seed: int


@dataclass(frozen=True)
class LabelQuality:
    """Assumed error rates of a label: shares between 0 and 1."""

    sensitivity: float
    specificity: float


@dataclass(frozen=True)
class TabulateBaseRates:
    """Grid of the base-rate arithmetic: shares between 0 and 1."""

    prevalences: tuple[float, ...]
    label_qualities: tuple[LabelQuality, ...]


@dataclass(frozen=True)
class DiagnoseDesign:
    """Simulated studies, and the grid of plans for which verdict probabilities are computed."""

    seed: int
    worlds: int
    respondents: int
    bootstrap_draws: int
    sizes: tuple[int, ...]
    searched_sizes: tuple[int, ...]
    design_effects: tuple[float, ...]


@dataclass(frozen=True)
class Params:
    """All parameters of the pipeline."""

    study: str
    release: Release
    publication: Publication
    simulate_study: SimulateStudy
    diagnose_design: DiagnoseDesign
    weight_respondents: WeightRespondents
    estimate_survey: EstimateSurvey
    estimate_posts: EstimatePosts
    rehearse_attacks: RehearseAttacks
    tabulate_base_rates: TabulateBaseRates


def load_params(path: Path) -> Params:
    """Read `params.yaml`.

    Raises
    ------
    ParameterError
        Not readable as YAML, an unknown or missing key, a value of another type, or a study that does not exist.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ParameterError(f"{path}: not readable as YAML: {error}") from error
    params: Params = _build(Params, content, str(path))
    if params.study not in STUDIES:
        raise ParameterError(f"{path}: study is {params.study!r}; allowed: {', '.join(STUDIES)}")
    return params


def _build(kind: type, content: Any, where: str) -> Any:
    """A frozen dataclass from a mapping with exactly its keys."""
    if not isinstance(content, dict):
        raise ParameterError(f"{where}: got {content!r}; want a block with {', '.join(f.name for f in fields(kind))}")
    hints = typing.get_type_hints(kind)
    unknown, missing = content.keys() - hints.keys(), hints.keys() - content.keys()
    if unknown:
        raise ParameterError(f"{where}: unknown key {sorted(map(str, unknown))[0]!r}; known: {', '.join(hints)}")
    if missing:
        raise ParameterError(f"{where}: key {sorted(missing)[0]!r} is missing")
    return kind(**{name: _value(hint, content[name], f"{where}: {name}") for name, hint in hints.items()})


def _value(hint: Any, content: Any, where: str) -> Any:
    if is_dataclass(hint) and isinstance(hint, type):
        return _build(hint, content, where)
    if isinstance(hint, types.GenericAlias) and hint.__origin__ is tuple:
        return tuple(_value(hint.__args__[0], item, f"{where}[{i}]") for i, item in enumerate(_list(content, where)))
    if hint is datetime.date:
        return _day(content, where)
    if hint is float and isinstance(content, int) and not isinstance(content, bool):
        return float(content)
    if type(content) is not hint:
        raise ParameterError(f"{where}: got {content!r}; want a value of type {hint.__name__}")
    return content


def _day(content: Any, where: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(content)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"{where}: got {content!r}; want a day in quotation marks, as '2026-11-23'") from error


def _list(content: Any, where: str) -> list[Any]:
    if not isinstance(content, list):
        raise ParameterError(f"{where}: got {content!r}; want a list")
    return content
