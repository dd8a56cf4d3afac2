"""The codebook that a plan or a table of frames makes, folded as texts are.

What must not be here: matching. Whoever matches many posts in many processes gives them the codebook, and spares them
the reading of a plan.
"""

from collections.abc import Sequence

from analysis.measures.folding import fold_text
from analysis.measures.frames import Codebook
from analysis.study.codebook import frames_of
from analysis.study.posts import Frame, Language


def codebook_of(frames: Sequence[Frame]) -> Codebook:
    """The codebook that a plan's frames make; none where the plan has no frame.

    Parameters
    ----------
    frames
        Each with phrases in the same languages.
    """
    languages: tuple[Language, ...] = tuple(frames[0].phrases) if frames else ()
    phrases: dict[str, dict[str, tuple[str, ...]]] = {}
    for g in languages:
        phrases[g] = {frame.code: _folded(frame.phrases[g]) for frame in frames}
    excluded = tuple(phrase for frame in frames for phrase in _folded(frame.excluded))
    return Codebook(tuple(frame.code for frame in frames), languages, phrases, excluded)


def parse_codebook(text: str, name: str = "the frame codebook") -> Codebook:
    """The same from a table of frames; InputError as `analysis.study.codebook.frame_entries`."""
    return codebook_of(frames_of(text, name))


def _folded(phrases: Sequence[str]) -> tuple[str, ...]:
    return tuple(fold_text(phrase) for phrase in phrases)
