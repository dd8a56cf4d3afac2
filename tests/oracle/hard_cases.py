"""The hard cases: one a line, with the parts that have to go between brackets; written for this project.

A file holds families (`# plate`); a line is a language, a tab and a text, in which `\\n` is a line end. Numbers are
invented, or lie in ranges that their countries keep for fiction. The family `none` holds texts of which nothing goes.
`held_out.txt` was written before the rules that it tests and is not looked at when they change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.custody.scrub import Span

FOLDER = Path(__file__).parent / "reference/hard"


@dataclass(frozen=True)
class HardCase:
    """A text and the half-open ranges of it that have to go."""

    family: str
    text: str
    parts: tuple[tuple[int, int], ...]

    def missed(self, spans: tuple[Span, ...]) -> list[str]:
        """The parts of which a letter or a digit would stay."""
        gone = {place for span in spans for place in range(span.start, span.end)}
        return [
            self.text[start:end]
            for start, end in self.parts
            if any(self.text[place].isalnum() and place not in gone for place in range(start, end))
        ]

    def strays(self, spans: tuple[Span, ...]) -> list[str]:
        """What would go although no part of it has to."""
        return [
            self.text[span.start : span.end]
            for span in spans
            if not any(span.start < end and start < span.end for start, end in self.parts)
        ]


def hard_cases(name: str) -> list[HardCase]:
    """The cases of a file, in order."""
    return list(_cases((FOLDER / name).read_text(encoding="utf-8").splitlines()))


def _cases(lines: list[str]) -> Iterator[HardCase]:
    family = ""
    for line in filter(None, lines):
        if line.startswith("# "):
            family = line[2:]
        else:
            yield _case(family, line.partition("\t")[2].replace("\\n", "\n"))


def _case(family: str, marked: str) -> HardCase:
    text, parts = "", []
    for piece in marked.split("⟦"):
        part, closing, rest = piece.partition("⟧")
        if closing:
            parts.append((len(text), len(text) + len(part)))
        text += part + rest
    return HardCase(family, text, tuple(parts))
