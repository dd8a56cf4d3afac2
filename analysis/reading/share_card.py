"""A picture of the register for sharing: the question, how many claims there are, and what became of them.

What must not be here: a share, a percentage, or anything that could be read as how many people hold an opinion.
"""

import io
from collections import Counter

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from analysis.reading.figures import INK, PAPER, QUIET, STYLE, register_faces, wrapped
from analysis.reading.register_tiles import tiles
from analysis.reading.tables import Release
from analysis.reading.terms import own_title
from analysis.reading.wording import VERDICTS, count

INCHES, DPI = (6.0, 3.15), 200
"""1,200 by 630 pixels, the size that services crop least."""
QUESTION = "Do former Afghan soldiers abroad speak for the Taliban, and is their number growing?"
EDGE = 0.28


def card_sentence(release: Release) -> str:
    """How many claims and verdicts; the sentence under the question."""
    found = tiles(release)
    claims = len({tile.claim_id for tile in found})
    if own_title(release):
        whose = "of the study and of a news article"
        return f"{count(claims)} claims, {whose}, have a rule each: {count(len(found))} verdicts."
    made = f"We made {count(claims)} claims of it and fixed a rule for each"
    return f"A news article says so. {made}: {count(len(found))} verdicts."


def share_card(release: Release, edition: str) -> bytes:
    """Draw the card.

    Parameters
    ----------
    release : Release
    edition : str
        Version and day, for the last line.

    Returns
    -------
    bytes
        PNG of 1,200 by 630 pixels; equal input gives equal bytes.
    """
    tally = Counter(tile.verdict for tile in tiles(release))
    register_faces()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        figure = _draw(own_title(release) or QUESTION, card_sentence(release), tally, edition)
        sink = io.BytesIO()
        FigureCanvasAgg(figure).print_png(sink, metadata={"Software": None})  # type: ignore[no-untyped-call]
    return sink.getvalue()


def _draw(question: str, sentence: str, tally: Counter[str], edition: str) -> Figure:
    width, height = INCHES
    figure = Figure(figsize=INCHES, dpi=DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    room = width - 2 * EDGE
    axes.text(EDGE, height - EDGE, wrapped(question, room, 15, is_bold=True), size=15, weight="bold", va="top")
    axes.text(EDGE, height - 1.2, wrapped(sentence, room, 9.5), size=9.5, va="top", color=QUIET, linespacing=1.4)
    pitch = room / len(VERDICTS)
    for place, (code, style) in enumerate(VERDICTS.items()):
        left = EDGE + pitch * place
        face = PAPER if style.is_open else style.colour
        axes.plot([left + 0.1], [1.12], style.shape, mfc=face, mec=style.colour, mew=1.6, ms=11)
        axes.text(left + 0.28, 1.11, count(tally[code]), size=17, weight="bold", va="center", color=INK)
        axes.text(left, 0.86, wrapped(style.word, pitch - 0.05, 8), size=8, va="top", linespacing=1.2)
    axes.plot([EDGE, width - EDGE], [0.42, 0.42], "-", color=QUIET, lw=0.6)
    axes.text(
        EDGE, 0.24, f"{edition}. Verdicts are about claims, never about a person.", size=8, va="center", color=QUIET
    )
    return figure
