"""A paper as headings, sentences and open points.

What must not be here: what any paper says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

OPEN = "**To be written by the team:**"


@dataclass(frozen=True)
class Point:
    """One heading of a standard.

    Attributes
    ----------
    heading : as the standard has it
    said : sentences that the plan or the release gives, or the only one
    wanted : what only the team can say; empty where nothing is left
    """

    heading: str
    said: Sequence[str] | str = ()
    wanted: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the team has to write something."""
        return bool(self.wanted) or not self.said

    def lines(self) -> list[str]:
        """Heading, sentences, and what is left to write."""
        said = [self.said] if isinstance(self.said, str) else [*self.said]
        wanted = self.wanted or "neither the plan nor the release says anything here."
        return [f"### {self.heading}", *said, *([f"{OPEN} {wanted}"] if self.is_open else [])]


@dataclass(frozen=True)
class Paper:
    """A paper: its title, what it is, and sections of points."""

    title: str
    about: str
    sections: Mapping[str, Sequence[Point]]

    @property
    def open_points(self) -> int:
        """How many points the team still has to write."""
        return sum(point.is_open for points in self.sections.values() for point in points)

    def text(self) -> str:
        """The paper in Markdown."""
        lines = [f"# {self.title}", self.about]
        for section, points in self.sections.items():
            lines += [f"## {section}", *(line for point in points for line in point.lines())]
        return "\n\n".join(lines) + "\n"


def bullets(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines as one list; nothing where there are none."""
    text = "\n".join(f"* {line}" for line in lines)
    return (text,) if text else ()


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> tuple[str, ...]:
    """Rows as one table; nothing where there are none."""
    cells = [[str(cell).replace("|", "/") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in ([*heads], ["---"] * len(heads), *cells)]
    return ("\n".join(lines),) if cells else ()
