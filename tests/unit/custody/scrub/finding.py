"""What the scrubber finds in a text, as text."""

from analysis.custody.scrub import find


def found(text: str, *kinds: str) -> list[str]:
    """The stretches of these kinds, in order."""
    return [text[span.start : span.end] for span in find(text) if span.type in kinds]
