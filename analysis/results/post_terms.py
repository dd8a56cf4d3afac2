"""The posts' parts of a plan as tables: its codebook, and the words for its codes. What must not be here: a post."""

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.reserved import RESERVED
from analysis.study.posts import Frame, Posts

CODEBOOK_COLUMNS = [
    "frame_code", "language_code", "definition_text", "phrases_text", "excluded_phrases_text", "trap_text", "source",
]  # fmt: skip
BETWEEN = "; "


def codebook_rows(frames: Sequence[Frame]) -> pd.DataFrame:
    """Table `frame_codebook`: one row per frame and language, as people wrote it."""
    rows = [
        (
            frame.code, language, frame.definition, BETWEEN.join(phrases), BETWEEN.join(frame.excluded) or None,
            frame.trap, frame.source,
        )
        for frame in frames
        for language, phrases in frame.phrases.items()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=CODEBOOK_COLUMNS)


def post_terms(posts: Posts) -> Iterator[tuple[str, str, str]]:
    """Kind of term, code, words: what readers are told for the codes of posts, in the order of the plan."""
    yield from (("frame", code, words) for code, words in RESERVED.items())
    yield from (("frame", frame.code, frame.words) for frame in posts.frames)
    yield from (("frames_together", together.name, together.words) for together in posts.together)
    yield from (("account_kind", kind.code, kind.words) for kind in posts.read_kinds)
    yield from (("institution", code, code) for code in posts.institutions)
    yield from (("stance", stance.code, stance.words) for stance in posts.stances)
    sides = set(posts.measured_stances()) - {stance.code for stance in posts.stances}
    yield from (("stance", side, f"{side}: {_labels(posts, side)}") for side in sorted(sides))
    numbered = [(str(number), event) for number, event in enumerate(posts.dated, start=1)]
    yield from (("event", number, event.name) for number, event in numbered)
    yield from (("event_day", number, f"{event.on.day} {event.on:%B %Y}") for number, event in numbered)
    yield "fewest_placebos", str(posts.fewest_placebos), "placebo dates from which on an event may be called replicated"
    yield from _shown(posts)
    for part in ("frame_share", "frame_change", "stance_share", "coordination"):
        estimated = getattr(posts, part)
        if estimated is not None:
            yield part, estimated.estimand, estimated.words


def _shown(posts: Posts) -> Iterator[tuple[str, str, str]]:
    """What is shown by itself: as the plan says, and otherwise what it names first."""
    frame = posts.main_frame or next((each.code for each in posts.frames), None)
    stance = posts.main_stance or next((each.code for each in posts.stances), None)
    language = posts.main_language or next(iter(posts.languages), None)
    named = {"main_frame": frame, "main_stance": stance, "main_language": language}
    yield from ((kind, code, code) for kind, code in named.items() if code)


def _labels(posts: Posts, side: str) -> str:
    return ", ".join(stance.code for stance in posts.stances if stance.side == side)
