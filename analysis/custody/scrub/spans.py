"""What a rule found and what remains when several rules found the same thing.

What must not be here: any rule about identifiers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

KINDS = (
    *("PHONE", "EMAIL", "URL", "TGLINK", "HANDLE", "IBAN", "CARD", "IP", "MAC", "COORD", "ID", "CRYPTO"),
    *("ADDRESS", "PLATE", "BIRTH", "TRANSFER"),
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points of the original text with the kind of what stands there."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Match:
    """A half-open range of bytes of a sheet; of two equally long matches the one with the lower rank names the kind."""

    start: int
    end: int
    kind: str
    rank: int


@dataclass(frozen=True)
class Scrubbed:
    """A text with placeholders, and the spans of the original that they stand for."""

    text: str
    spans: tuple[Span, ...]


def resolve(matches: Iterable[Match]) -> list[Match]:
    """Unite overlapping matches: everything found stays covered, and the longest match names the kind."""
    united: list[Match] = []
    end, strongest = -1, None
    for match in sorted(matches, key=attrgetter("start")):
        if strongest is None or match.start >= end:
            united.append(match)
            end, strongest = match.end, match
            continue
        end = max(end, match.end)
        strongest = min(strongest, match, key=_weakness)
        united[-1] = Match(united[-1].start, end, strongest.kind, strongest.rank)
    return united


def _weakness(match: Match) -> tuple[int, int]:
    return match.start - match.end, match.rank


def placed(text: str, spans: Sequence[Span]) -> str:
    """The text with a typed placeholder for each span; every other character as it was."""
    parts, place = [], 0
    for span in spans:
        parts += [text[place : span.start], f"[{span.type}]"]
        place = span.end
    return "".join([*parts, text[place:]])
