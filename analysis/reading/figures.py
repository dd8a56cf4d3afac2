"""The drawing board: one style, two widths, the same bytes every time.

A subject module hands `render` a function that draws on a sheet of a given width; it gets back the SVG for the page,
the SVG for the phone and the PNG. What must not be here: a subject, a table, a number.
"""

import io
import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import matplotlib
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.container import BarContainer
from matplotlib.figure import Figure

from analysis.spreadsheet import csv_text, inert

MESSAGE_LETTERS = 300
"""Longest text that stands for a picture; the rows are linked beneath it."""
PAGE_INCHES, PHONE_INCHES = 7.2, 3.5
PNG_DPI = 200
MARGIN = 0.12
TITLE_POINTS, TEXT_POINTS, SMALL_POINTS = 11.0, 9.0, 8.0
LINE_SPACING = 1.32
LETTER_EM = 0.56
"""Mean width of a DejaVu Sans letter in units of its size; bold letters are wider by `BOLD`."""
BOLD = 1.12

INK, QUIET, GRID, PAPER = "#1A1A1A", "#4D4D4D", "#D9D9D9", "#FFFFFF"
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"

FAMILY, FACES = "Book DejaVu Sans", ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
"""DejaVu Sans as matplotlib ships it, under a name of its own: a machine's own copy has other glyph numbers."""

STYLE: dict[Any, Any] = {
    "font.family": FAMILY,
    "text.parse_math": False,
    "font.size": TEXT_POINTS,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.labelsize": SMALL_POINTS,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.labelsize": SMALL_POINTS,
    "ytick.labelsize": SMALL_POINTS,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "ytick.major.size": 0,
    "hatch.linewidth": 0.6,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.hashsalt": "afghan-diaspora-attitudes",
    "svg.fonttype": "path",
}


Shows = Literal["", "x", "y", "xy"]
DATA = "data:"
"""Begins the name of axes on which positions are numbers; what follows says along which directions."""


@dataclass(frozen=True)
class Drawing:
    """A finished figure with what a page says about it.

    `alt` gives the message and the numbers to a reader who does not see the picture; `tables` are the release tables it
    was drawn from and `script` the module that drew it. `data_csv` holds what is drawn, for download; `plotted` are the
    positions that carry numbers, as drawn, so that the two can be compared.
    """

    name: str
    title: str
    alt: str
    tables: tuple[str, ...]
    script: str
    page_svg: bytes
    phone_svg: bytes
    page_png: bytes
    data_csv: bytes
    plotted: tuple[float, ...]

    @property
    def message(self) -> str:
        """The beginning of `alt`: whole sentences or clauses of at most `MESSAGE_LETTERS`; the rest is in the rows."""
        parts = re.split(r"(?<=[.;]) ", self.alt)
        kept = ""
        for part in parts:
            if kept and len(kept) + 1 + len(part) > MESSAGE_LETTERS:
                break
            kept = f"{kept} {part}".strip()
        return kept[:MESSAGE_LETTERS].rstrip("; ")

    @property
    def csv_name(self) -> str:
        """Name of the file of what is drawn; fiction says so in it, as it does in every row."""
        return f"{'synthetic_' if is_fictional(self.tables) else ''}{self.name}.csv"


def is_fictional(tables: Iterable[str]) -> bool:
    """One of these release tables is of the fictional world."""
    return any("synthetic" in table for table in tables)


def drawn_csv(rows: pd.DataFrame, tables: Iterable[str]) -> bytes:
    """What is drawn, as CSV; rows of the fictional world carry the mark of their class in the first column."""
    if is_fictional(tables):
        rows = rows.drop(columns="evidence_class_code", errors="ignore").copy()
        rows.insert(0, "evidence_class_code", "synthetic")
    return csv_text(inert(rows)).encode()


@dataclass(frozen=True)
class Sheet:
    """A sheet of paper with a title and a source line, and a body between them that is measured in inches."""

    figure: Figure
    width: float
    height: float
    body_bottom: float
    body_height: float

    @property
    def is_phone(self) -> bool:
        """The sheet is the narrow one."""
        return self.width < PAGE_INCHES

    def axes(self, left: float, bottom: float, width: float, height: float, shows: Shows = "") -> Axes:
        """Axes at a place in the body: inches from its lower left corner.

        `shows` names the directions along which positions are numbers of a release table; positions along any other
        direction only put things in order.
        """
        low = self.body_bottom + bottom
        box = (left / self.width, low / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(box, gid=f"{DATA}{shows}" if shows else None)

    def canvas(self) -> Axes:
        """Invisible axes over the whole body whose units are inches."""
        axes = self.axes(0, 0, self.width, self.body_height)
        axes.set(xlim=(0, self.width), ylim=(0, self.body_height))
        axes.axis("off")
        return axes

    def key(self, entries: tuple[tuple[str, str, str, str], ...]) -> None:
        """What the shapes mean, on the first line of the body; each entry is shape, face, edge and words."""
        axes, x, y = self.canvas(), MARGIN + 0.07, self.body_height - 0.13
        for shape, face, edge, words in entries:
            needed = 0.36 + text_width(words, SMALL_POINTS)
            if x + needed > self.width and x > MARGIN + 0.07:
                x, y = MARGIN + 0.07, y - 0.2
            axes.plot([x], [y], shape, mfc=face, mec=edge, ms=5.5)
            axes.text(x + 0.11, y, words, size=SMALL_POINTS, va="center")
            x += needed


def wrapped(text: str, inches: float, points: float, *, is_bold: bool = False) -> str:
    """The text broken into lines that fit a width."""
    letter = LETTER_EM * (BOLD if is_bold else 1.0) * points / 72
    return "\n".join(textwrap.wrap(text, max(8, int(inches / letter)), break_long_words=False))


def text_width(text: str, points: float) -> float:
    """Width of one line of text in inches, about."""
    return len(text) * LETTER_EM * points / 72


def line_height(points: float) -> float:
    """Height of one line of text in inches."""
    return points * LINE_SPACING / 72


def sheet(width: float, body_height: float, title: str, source: str, subtitle: str = "") -> Sheet:
    """Paper with its title, an optional second line and its source; the body has the height asked for."""
    usable = width - 2 * MARGIN
    heading = wrapped(title, usable, TITLE_POINTS, is_bold=True)
    second = wrapped(subtitle, usable, SMALL_POINTS) if subtitle else ""
    footer = wrapped(source, usable, SMALL_POINTS - 0.5)
    heading_height = line_height(TITLE_POINTS) * _lines(heading)
    top = MARGIN + heading_height + line_height(SMALL_POINTS) * _lines(second) + 0.08
    bottom = MARGIN + line_height(SMALL_POINTS - 0.5) * _lines(footer) + 0.06
    height = top + body_height + bottom
    figure = Figure(figsize=(width, height))
    left = MARGIN / width
    heading_top = (height - MARGIN) / height
    figure.text(left, heading_top, heading, size=TITLE_POINTS, weight="bold", va="top", linespacing=LINE_SPACING)
    second_top = (height - MARGIN - heading_height - 0.03) / height
    figure.text(left, second_top, second, size=SMALL_POINTS, color=QUIET, va="top", linespacing=LINE_SPACING)
    figure.text(left, MARGIN / height, footer, size=SMALL_POINTS - 0.5, color=QUIET, linespacing=LINE_SPACING)
    return Sheet(figure, width, height, bottom, body_height)


def _lines(text: str) -> int:
    return text.count("\n") + 1 if text else 0


@dataclass(frozen=True)
class Caption:
    """What is said about a figure: its name, its message, the message with its numbers, and where they come from.

    `alt` is read to somebody who does not see the picture; `tables` are release tables; `script` is the `__name__` of
    the module that draws; `data` are the rows that are drawn, under the release's own column names.
    """

    name: str
    title: str
    alt: str
    tables: tuple[str, ...]
    script: str
    data: pd.DataFrame


def render(caption: Caption, draw: Callable[[float], Figure]) -> Drawing:
    """Draw at both widths and keep the bytes; equal input gives equal bytes.

    Parameters
    ----------
    caption : Caption
        What is said about the figure.
    draw : callable
        Width in inches → figure.
    """
    register_faces()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        page, phone = draw(PAGE_INCHES), draw(PHONE_INCHES)
        return Drawing(
            name=caption.name,
            title=caption.title,
            alt=" ".join(caption.alt.split()),
            tables=caption.tables,
            script=f"{caption.script.rsplit('.', 1)[-1]}.py",
            page_svg=_svg(page),
            phone_svg=_svg(phone),
            page_png=_png(page),
            data_csv=drawn_csv(caption.data, caption.tables),
            plotted=tuple(sorted({*plotted_numbers(page), *plotted_numbers(phone)})),
        )


def plotted_numbers(figure: Figure) -> list[float]:
    """Positions of every line, dot and bar along the directions that show numbers."""
    found: list[float] = []
    for axes in figure.axes:
        shows = str(axes.get_gid() or "").removeprefix(DATA)
        # A line across the whole axes carries another transform; rules that guide the eye have the grid's colour, and a
        # bar that stands for "nobody" is hatched.
        lines = [line for line in axes.lines if line.get_transform() == axes.transData and line.get_color() != GRID]
        if "x" in shows:
            found += [float(x) for line in lines for x in np.ravel(line.get_xdata(orig=False))]
        if "y" in shows:
            found += [float(y) for line in lines for y in np.ravel(line.get_ydata(orig=False))]
            groups = [group for group in axes.containers if isinstance(group, BarContainer)]
            found += [float(bar.get_height()) for group in groups for bar in group.patches if not bar.get_hatch()]
    return found


def register_faces() -> None:
    """Make the shipped faces known under our name, once per process."""
    known = font_manager.fontManager.ttflist
    if any(entry.name == FAMILY for entry in known):
        return
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    entries = [font_manager.ttfFontProperty(font_manager.get_font(folder / face)) for face in FACES]
    known.extend(replace(entry, name=FAMILY) for entry in entries)


def _svg(figure: Figure) -> bytes:
    """SVG bytes; nothing is clipped, because a clip path's name hangs on the last bits of its corners."""
    for artist in figure.findobj():
        artist.set_clip_on(False)
    sink = io.BytesIO()
    FigureCanvasSVG(figure).print_svg(sink, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    return sink.getvalue()


def _png(figure: Figure) -> bytes:
    sink = io.BytesIO()
    figure.set_dpi(PNG_DPI)
    FigureCanvasAgg(figure).print_png(sink, metadata={"Software": None})  # type: ignore[no-untyped-call]
    return sink.getvalue()
