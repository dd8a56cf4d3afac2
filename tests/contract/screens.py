"""Every test and screen of the project, each with a case that passes and one that fails; writes `docs/screens.md`.

`./run python -m tests.contract.screens` writes the page anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from analysis.errors import EstimationError
from tests.contract.closure import ROOT

PAGE = ROOT / "docs/screens.md"
HEAD = """# Tests and screens

What can stop a number, a table or a verdict, and that each of them can: `tests/contract/test_screens.py` runs for every
row one case that passes and one that fails. The page is written by `./run python -m tests.contract.screens`; a test
holds it current. A rank test with m others cannot fall below 1/(m + 1); one that cannot reach its level is refused.

| screen | where | decides | level | smallest p or condition | fails when | passes when |
|---|---|---|---|---|---|---|
"""


class Rank(NamedTuple):
    """Least others that the code accepts, and by how much an adjustment multiplies the smallest rank p-value."""

    others: int
    multiplied_by: int = 1

    @property
    def smallest(self) -> float:
        return self.multiplied_by / (self.others + 1)


@dataclass(frozen=True)
class Screen:
    """`good` and `bad` run the screen and say whether it passed; `rank` is None where p has no smallest value."""

    name: str
    where: str
    decides: str
    level: float | None
    limit: str
    fails_when: str
    passes_when: str
    good: Callable[[], bool]
    bad: Callable[[], bool]
    rank: Rank | None = None


def passes(act: Callable[[], object]) -> bool:
    """Whether something that refuses by an error lets the case through."""
    try:
        act()
    except EstimationError:
        return False
    return True


def unreachable(screens: list[Screen]) -> list[str]:
    """Screens whose smallest p-value lies above their level: they cannot fail."""
    ranked = [(s.name, s.rank.smallest, s.level) for s in screens if s.rank is not None]
    return [name for name, smallest, level in ranked if level is not None and smallest > level]


def page(screens: list[Screen]) -> str:
    """The table, in the order of the registry."""
    return HEAD + "".join(map(_line, screens))


def _line(s: Screen) -> str:
    level = "–" if s.level is None else f"{s.level:g}"
    smallest = "" if s.rank is None else f"{s.rank.smallest:.3g}: "
    where = s.where.removeprefix("analysis.").replace(":", ".")
    return (
        f"| {s.name} | `{where}` | {s.decides} | {level} | {smallest}{s.limit} | {s.fails_when} | {s.passes_when} |\n"
    )


if __name__ == "__main__":
    from tests.contract.screens_of_code import SCREENS

    PAGE.write_text(page(SCREENS), encoding="utf-8")
