"""No item, answer, group, estimand, frame, label or event of the shipped study is named outside `synthetic/`."""

import ast
import re

import pytest

from tests.contract.closure import ROOT
from tests.studies import SHIPPED

ENOUGH = 3
"""Letters of a code that is a name: shorter ones, such as m and f, are words of any study."""


def names_of(plan):
    """Columns, estimands, arms, endorsers, groups and levels that only this study has."""
    columns = {name for name in (*plan.columns, *plan.items) if re.search(r"\d", name)}
    endorsers = {code for each in plan.endorsements for code in (*each.endorsers, *each.endorsers.values())}
    versions = {code for ballot in plan.split_ballots for code in (ballot.first, ballot.second, ballot.kind)}
    holders = {text for group in plan.groups if group.holder for text in vars(group.holder).values()}
    levels = {code for group in plan.groups for code in (*group.names, *group.names.values())}
    kinds = {group.kind for group in plan.groups if group.is_sensitive}
    yes = {code for question in plan.questions for code in question.yes if "_" in code}
    posts = {estimand for estimand, _ in plan.posts.estimands()} | {event.name for event in plan.posts.events}
    found = (
        posts
        | columns
        | {estimand for estimand, _ in plan.estimands()}
        | endorsers
        | versions
        | holders
        | levels
        | kinds
        | yes
    )
    return {name for name in found if len(name) >= ENOUGH} - WORDS_OF_OTHERS


WORDS_OF_OTHERS = {"english", "german", "other", "re2", "2015-20", "2001-14"}
"""Names that texts, formats and packages have too."""

PATTERN = re.compile(
    "|".join(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9_])" for name in sorted(names_of(SHIPPED)))
)
CODES = {each.code for part in ("frames", "stances", "accounts") for each in getattr(SHIPPED.posts, part)}
"""Codes of frames, labels and kinds of accounts: named where a text is nothing else."""
OTHER_MEANINGS = {
    "analysis/custody/scrub/kinds/accounts.py": {"IR"},
    "analysis/custody/scrub/numbering.py": {"IR"},
    "analysis/measures/frames.py": {"against"},
    "analysis/study/posts.py": {"favourable"},
}
"""A country, a word that negates, and a side that labels of any scheme may be on."""

WORDS = {frame.words for frame in SHIPPED.posts.frames} | {kind.words for kind in SHIPPED.posts.accounts}

HOST = re.compile(r"\bHost [A-Z]\b")


def named_in(source):
    """Names of the study in the texts and names of a module, its docstrings and comments left out."""
    tree = ast.parse(source)
    prose = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    texts = [said(node) for node in ast.walk(tree) if id(node) not in prose]
    constants = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    named = {match for text in texts for match in (*PATTERN.findall(text), *HOST.findall(text))}
    return named | {text for text in constants if text in (CODES | WORDS) - {"other"}}


def said(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return getattr(node, "attr", None) or getattr(node, "id", None) or ""


def modules():
    paths = (ROOT / "analysis").rglob("*.py")
    return sorted(path.relative_to(ROOT).as_posix() for path in paths if "synthetic" not in path.parts)


@pytest.fixture(scope="module")
def found():
    named = {
        name: named_in((ROOT / name).read_text(encoding="utf-8")) - OTHER_MEANINGS.get(name, set())
        for name in modules()
    }
    return {name: words for name, words in named.items() if words}


def test_no_module_names_something_of_the_study(found):
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        'X = "ta1"\n',
        'X = ("a", "ex2_foil")\n',
        'X = f"{y} K20_approval_share"\n',
        "row.sc9\n",
        'X = "Host A"\n',
        'X = "service household"\n',
        'X = "NU"\n',
        'X = {"against": 1}\n',
        'X = "Islamic brotherhood"\n',
        'X = "E06_frame_share"\n',
        'X = f"{y} shock 1"\n',
    ],
)
def test_a_name_is_caught(source):
    """Negative twin."""
    assert named_in(source)


def test_what_any_study_says_is_not_caught():
    assert named_in('"""About ta1."""\nX = "share of answers against"  # ta1\n') == set()
