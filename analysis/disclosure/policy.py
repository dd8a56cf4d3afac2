"""The disclosure policy as a frozen value; a rule that is unknown, missing or too weak is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import DisclosureError
from analysis.schemas.columns import COLUMNS
from analysis.study.plan import Plan

MICRODATA_FLOORS = {"k": 11, "distinct_l": 3}
MICRODATA_CEILINGS = {"largest_answer_share": 0.8, "mean_risk": 0.03}
CHECK_CODES = tuple(COLUMNS["gate_check_code"].codes)


@dataclass(frozen=True)
class Review:
    """A person's decision on one table: the content that was read, who decided and why."""

    sha256: str
    decided_by: str
    reason: str


@dataclass(frozen=True)
class MicrodataThresholds:
    """What a person-level file has to meet before it is handed to anybody, whatever it holds.

    Attributes
    ----------
    k
        Smallest class; a blank is a category of its own.
    distinct_l
        Fewest different answers in a class.
    largest_answer_share
        Largest share of a class that one answer may have.
    mean_risk
        Mean of 1/class size must lie below.
    """

    k: int
    distinct_l: int
    largest_answer_share: float
    mean_risk: float


@dataclass(frozen=True)
class MicrodataRules(MicrodataThresholds):
    """The same for one study.

    Attributes
    ----------
    keys
        Quasi-identifier → old category to coarser category.
    sensitive
        Answers that nobody may learn about a person.
    """

    keys: Mapping[str, Mapping[str, str]]
    sensitive: tuple[str, ...]


@dataclass(frozen=True)
class Pooled:
    """A kind of group that is crossed with no other: the names that its groups may have, and its fewest respondents."""

    kind: str
    names: tuple[str, ...]
    least: int


@dataclass(frozen=True)
class Policy:
    """Thresholds in persons, and the checks that each kind of output has to pass."""

    minimum_cell: int
    minimum_cell_floor: int
    rounding_base: int
    minimum_respondents: int
    checks: dict[str, tuple[str, ...]]
    reviewed: dict[str, Review]
    microdata: MicrodataThresholds
    pooled: tuple[Pooled, ...] = ()
    """Of the study that runs, by its plan."""


def pooled_groups(plan: Plan) -> tuple[Pooled, ...]:
    """The sensitive groups of a study's plan."""
    return tuple(
        Pooled(group.kind, (group.holder.who, group.holder.others) if group.holder else tuple(group.names.values()),
               plan.least(group))
        for group in plan.groups
        if group.is_sensitive
    )  # fmt: skip


def load_policy(path: Path) -> Policy:
    """Read the policy.

    Raises
    ------
    DisclosureError
        Not readable, an unknown or missing key, an unknown check, a threshold that is no positive whole number or that
        lies below the floor.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise DisclosureError(f"{path}: not readable as YAML: {error}") from error
    _demand_keys(content, Policy.__dataclass_fields__.keys() - {"pooled"}, str(path))
    for name in ("minimum_cell", "minimum_cell_floor", "rounding_base", "minimum_respondents"):
        if type(content[name]) is not int or content[name] < 1:
            raise DisclosureError(f"{path}: {name} is {content[name]!r}; want a whole number of at least 1")
    for name in ("minimum_cell", "minimum_respondents"):
        if content[name] < content["minimum_cell_floor"]:
            floor = content["minimum_cell_floor"]
            raise DisclosureError(f"{path}: {name} is {content[name]}; it may not lie below the floor of {floor}")
    checks = {kind: _known_checks(path, kind, names) for kind, names in content["checks"].items()}
    reviewed = {name: _review(path, name, entry) for name, entry in content["reviewed"].items()}
    microdata = _microdata_rules(path, content["microdata"])
    return Policy(**{**content, "checks": checks, "reviewed": reviewed, "microdata": microdata})


def _microdata_rules(path: Path, content: Any) -> MicrodataThresholds:
    where = f"{path}: microdata"
    _demand_keys(content, MicrodataThresholds.__dataclass_fields__, where)
    for name, floor in MICRODATA_FLOORS.items():
        if type(content[name]) is not int or content[name] < floor:
            raise DisclosureError(f"{where}: {name} is {content[name]!r}; want a whole number of at least {floor}")
    for name, ceiling in MICRODATA_CEILINGS.items():
        if not isinstance(content[name], float) or not 0 < content[name] <= ceiling:
            raise DisclosureError(f"{where}: {name} is {content[name]!r}; want a share above 0, at most {ceiling}")
    return MicrodataThresholds(**content)


def _known_checks(path: Path, kind: str, names: list[str]) -> tuple[str, ...]:
    for name in names:
        if name not in CHECK_CODES:
            raise DisclosureError(f"{path}: checks: {kind}: unknown check {name!r}; known: {', '.join(CHECK_CODES)}")
    return tuple(names)


def _review(path: Path, name: str, entry: Any) -> Review:
    _demand_keys(entry, Review.__dataclass_fields__, f"{path}: reviewed: {name}")
    return Review(**entry)


def _demand_keys(content: Any, wanted: Any, where: str) -> None:
    if not isinstance(content, dict) or set(content) != set(wanted):
        found = sorted(content) if isinstance(content, dict) else content
        raise DisclosureError(f"{where}: got {found}; want exactly the keys {sorted(wanted)}")
