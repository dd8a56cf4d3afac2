"""What does not fit in a plan, and where: shared by the rules on references and those on protection.

What must not be here: a rule.
"""

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from analysis.study.entry import Entry
from analysis.study.plan import Plan

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """Something that does not fit: where in the plan, what stands there, and the fix."""

    place: Place
    value: object
    fix: str


def nearest(name: str, known: Collection[str]) -> str:
    """What a name may have been meant to be, and otherwise what is known."""
    close = difflib.get_close_matches(name.lower(), {each.lower(): each for each in known}, n=1, cutoff=0.6)
    if close:
        return f"did you mean {next(each for each in known if each.lower() == close[0])!r}?"
    return f"known: {', '.join(sorted(known)[:12])}{', …' if len(known) > 12 else ''}"


COLUMN_KEYS = {
    "item", "place", "version", "messages", "foil", "arm", "endorser", "by", "items", "degree", "other_degree",
    "crossed", "joined", "sensitive", "fixed", "agreement", "free_text", "covariates", "on",
}  # fmt: skip


def texts_under(part: object, place: Place, keys: set[str]) -> Iterator[tuple[Place, str]]:
    """Texts under some keys, anywhere below a part; the questionnaire itself is left out."""
    if isinstance(part, Plan | Entry):
        for name in type(part).model_fields:
            value = getattr(part, name)
            if name in keys and isinstance(value, str):
                yield (*place, name), value
            elif name in keys and isinstance(value, tuple):
                yield from (((*place, name, number), each) for number, each in enumerate(value))
            elif not (isinstance(part, Plan) and name in ("items", "missing", "declared_missing", "posts")):
                yield from texts_under(value, (*place, name), keys)
    elif isinstance(part, tuple):
        for number, each in enumerate(part):
            yield from texts_under(each, (*place, number), keys)
