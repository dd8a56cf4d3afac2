"""The manifest of a study's exports: which file is what, under which terms it was obtained, whose accounts are in it.

One YAML file beside the exports. It decides nothing by default: an account that is not listed may not be read, and a
source without a basis in the platform's terms is counted and left. What must not be here: opening an export.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from analysis.errors import CustodyError

TERMS_BASES = (
    "account_holder_export",
    "research_interface_agreement",
    "research_library_agreement",
    "written_permission",
)
"""Ways in which a platform's terms allow the collection and this use of it."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SAMPLE_SOURCES = ("rds", "opt_in", "probability")
PROBABILITY = "probability"
MODES = ("web", "telephone", "face_to_face")
ALSO_ADMITTED = ("partial", "on_hold", "unknown")
"""States of interviews that a manifest may ask for; a test, spam, what was rejected or deleted never counts."""

CHAT_DAY_ORDERS = ("day/month/year", "month/day/year")
DAY_ORDERS = ("year-month-day", "month/day/year", "day/month/year", "day.month.year")
DURATION_UNITS = {"seconds": 60.0, "minutes": 1.0}


@dataclass(frozen=True)
class Variables:
    """Names of the variables of a survey export that admission needs; empty: the export has none.

    `respondent` defaults to the id that the vendor's format gives; a recruiter is named by such an id. `interviewed`
    holds the day of the interview; `weight`, `stratum` and `cluster` (primary sampling unit) are those of a probability
    sample, which has to name its weight.
    """

    consent_subject: str
    respondent: str = ""
    recruiter: str = ""
    wave: str = ""
    duration: str = ""
    interviewed: str = ""
    weight: str = ""
    stratum: str = ""
    cluster: str = ""


@dataclass(frozen=True)
class SurveySource:
    """One survey export.

    `also_admit` names states of interviews that count beside complete ones; `period` is the period of the plan in which
    all its interviews fall, where no variable tells the day. Exports with the same `sample` name strata and primary
    units alike; without it each export stands for itself. `day_order` says how the day of the interview is written.
    """

    source_id: str
    file: str
    sample_source: str
    mode: str
    variables: Variables
    format: str = ""
    duration_unit: str = "seconds"
    also_admit: tuple[str, ...] = ()
    encoding: str = ""
    period: str = ""
    sample: str = ""
    day_order: str = "year-month-day"


@dataclass(frozen=True)
class Account:
    """An account of a post export: as the export names it, what it is, and under which key the ledger knows it."""

    account: str
    kind: str
    consent_subject: str = ""


@dataclass(frozen=True)
class PostSource:
    """One post export; `owner` is the account of posts that name no author.

    `public_because` states why posts of which the export does not say who could read them were public; `day_order` how
    a phone writes the dates of a chat whose rows do not decide it.
    """

    source_id: str
    file: str
    platform_terms_basis: str = ""
    owner: str = ""
    format: str = ""
    accounts: Mapping[str, Account] = field(default_factory=dict)
    public_because: str = ""
    encoding: str = ""
    day_order: str = ""


@dataclass(frozen=True)
class Manifest:
    """A study's exports; `hosts` are the countries that answers may name.

    `week_zero`, the first day of week 0, stands in the plan of the study; where it stands here too, both are one day.
    """

    ledger: str
    hosts: tuple[str, ...] = ()
    surveys: tuple[SurveySource, ...] = ()
    posts: tuple[PostSource, ...] = ()
    week_zero: date | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """Every export, relative to the folder of the manifest."""
        return (*(each.file for each in self.surveys), *(each.file for each in self.posts))


def load_manifest(path: Path) -> Manifest:
    """Read and check a manifest.

    Raises
    ------
    CustodyError
        Missing, not YAML, an unknown or missing key, a value that is not allowed, a file outside the folder, or one
        source or account given twice.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 (a SafeLoader either way)
    except OSError as error:
        advice = "write one; data/codelists/sources_template.yml shows how"
        raise CustodyError(f"{path}: cannot be read: {error.strerror}; {advice}") from error
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise CustodyError(f"{path}: not YAML in UTF-8: {' '.join(str(error).split())}") from error
    return _manifest(_keyed(content, Manifest, str(path)), str(path))


def _manifest(tree: dict[str, Any], where: str) -> Manifest:
    week_zero = tree.get("week_zero")
    if week_zero is not None and type(week_zero) is not date:
        raise CustodyError(f"{where}: week_zero: got {week_zero!r}; want a day such as 2026-01-05")
    listed = {part: _list(tree.get(part, []), where) for part in ("surveys", "posts")}
    surveys = tuple(_survey(each, f"{where}: surveys[{n}]") for n, each in enumerate(listed["surveys"]))
    posts = tuple(_post(each, f"{where}: posts[{n}]") for n, each in enumerate(listed["posts"]))
    _refuse_twice([*(each.source_id for each in surveys), *(each.source_id for each in posts)], f"{where}: source_id")
    hosts = tuple(_text(each, f"{where}: hosts") for each in _list(tree.get("hosts", []), f"{where}: hosts"))
    return Manifest(_inside(tree["ledger"], f"{where}: ledger"), hosts, surveys, posts, week_zero)


def _survey(content: Any, where: str) -> SurveySource:
    tree = _keyed(content, SurveySource, where)
    variables = _texts(_keyed(tree.pop("variables"), Variables, f"{where}: variables"), f"{where}: variables")
    also = tuple(_text(each, f"{where}: also_admit") for each in _list(tree.pop("also_admit", []), where))
    for state in also:
        _among(state, ALSO_ADMITTED, f"{where}: also_admit")
    texts = _texts(tree, where)
    _inside(texts["file"], f"{where}: file")
    _among(texts["sample_source"], SAMPLE_SOURCES, f"{where}: sample_source")
    _among(texts["mode"], MODES, f"{where}: mode")
    _among(texts.get("duration_unit", "seconds"), tuple(DURATION_UNITS), f"{where}: duration_unit")
    _among(texts.get("day_order", DAY_ORDERS[0]), DAY_ORDERS, f"{where}: day_order")
    _drawn(texts["sample_source"], variables, where)
    return SurveySource(**texts, variables=Variables(**variables), also_admit=also)


def _drawn(sample: str, variables: Mapping[str, str], where: str) -> None:
    """What a probability sample has to say about its design, and nobody else can."""
    named = [name for name in ("weight", "stratum", "cluster") if variables.get(name)]
    if sample == PROBABILITY and "weight" not in named:
        raise CustodyError(f"{where}: variables: a probability sample without weight; name the variable that holds it")
    if sample != PROBABILITY and named:
        raise CustodyError(
            f"{where}: variables: {named[0]!r} belongs to a probability sample, and sample_source is {sample!r}"
        )


def _post(content: Any, where: str) -> PostSource:
    tree = _keyed(content, PostSource, where)
    listed = _list(tree.pop("accounts", []), f"{where}: accounts")
    accounts = [_account(each, f"{where}: accounts[{number}]") for number, each in enumerate(listed)]
    _refuse_twice([each.account for each in accounts], f"{where}: accounts")
    # A basis may be left open: the source is then counted and left.
    texts = _texts({key: value for key, value in tree.items() if value is not None}, where)
    _inside(texts["file"], f"{where}: file")
    if texts.get("platform_terms_basis"):
        _among(texts["platform_terms_basis"], TERMS_BASES, f"{where}: platform_terms_basis")
    _among(texts.get("day_order", CHAT_DAY_ORDERS[0]), CHAT_DAY_ORDERS, f"{where}: day_order")
    return PostSource(**texts, accounts={each.account: each for each in accounts})


def _account(content: Any, where: str) -> Account:
    return Account(**_texts(_keyed(content, Account, where), where))


def _keyed(content: Any, kind: type, where: str) -> dict[str, Any]:
    """A mapping with the fields of a dataclass and no others; a copy."""
    known = {each.name: each for each in fields(kind)}
    if not isinstance(content, dict):
        raise CustodyError(f"{where}: got {type(content).__name__}; want a block with {', '.join(known)}")
    unknown = sorted(map(str, content.keys() - known.keys()))
    needed = [name for name, each in known.items() if _is_required(each) and name not in content]
    if unknown or needed:
        what = f"unknown key {unknown[0]!r}" if unknown else f"key {needed[0]!r} is missing"
        raise CustodyError(f"{where}: {what}; known: {', '.join(known)}")
    return dict(content)


def _is_required(each: Any) -> bool:
    return type(each.default).__name__ == type(each.default_factory).__name__ == "_MISSING_TYPE"


def _texts(tree: Mapping[str, Any], where: str) -> dict[str, str]:
    return {name: _text(value, f"{where}: {name}") for name, value in tree.items()}


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise CustodyError(f"{where}: got {value!r}; want a text (quote numbers)")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise CustodyError(f"{where}: got {type(value).__name__}; want a list")
    return value


def _among(value: str, allowed: tuple[str, ...], where: str) -> None:
    if value not in allowed:
        raise CustodyError(f"{where}: got {value!r}; allowed: {', '.join(allowed)}")


def _inside(value: Any, where: str) -> str:
    """A relative path that stays in the folder of the manifest."""
    path = PurePosixPath(_text(value, where))
    if path.is_absolute() or ".." in path.parts:
        raise CustodyError(f"{where}: got {value!r}; want a path inside the folder of the manifest")
    return str(value)


def _refuse_twice(names: list[str], where: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise CustodyError(f"{where}: {name!r} is given twice")
        seen.add(name)
