"""The register of claims as tiles: one tile per verdict, grouped by the article's argument."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from analysis.reading.figures import (
    LINE_SPACING,
    MARGIN,
    PAGE_INCHES,
    PAPER,
    QUIET,
    Caption,
    Drawing,
    line_height,
    render,
    sheet,
    wrapped,
)
from analysis.reading.tables import Release
from analysis.reading.wording import TOPICS, VERDICTS, Mark, claim_order, mark, scope, sentence_case, subject, topic

TILE_HEIGHT, GAP, GROUP_GAP = 0.64, 0.08, 0.1
SOURCE = (
    "Source: the claims register and the verdict table of this release. One tile is one verdict: a claim, "
    "or a part of it."
)


@dataclass(frozen=True)
class Tile:
    """One verdict of one scope of one claim."""

    claim_id: str
    topic: str
    scope: str
    verdict: str


def tiles(release: Release) -> list[Tile]:
    """Every verdict in the register's order."""
    verdicts, register = release.table("claim_verdicts"), release.table("claims_register")
    merged = verdicts.merge(register[["claim_id", "topic_code"]], on="claim_id", validate="many_to_one")
    found = [Tile(row.claim_id, row.topic_code, scope(row.scope_code), row.verdict_code) for row in merged.itertuples()]
    return sorted(found, key=lambda tile: claim_order(tile.claim_id))


def register_tiles(release: Release) -> Drawing:
    """The start page's figure: verdict by colour, shape and word."""
    found = tiles(release)
    tally = Counter(tile.verdict for tile in found)
    decided = tally["supported"] + tally["contradicted"]
    title = (
        f"Of {len(found)} verdicts on {len({tile.claim_id for tile in found})} claims, today's data decide {decided}"
    )
    counts = "; ".join(f"{VERDICTS[code].word}: {tally[code]}" for code in VERDICTS)
    by_claim = "; ".join(f"{_label(tile)} {mark(tile.verdict).word}" for tile in found)
    return render(
        Caption(
            "register_tiles",
            title,
            f"Tiles, one per verdict. {title}. {sentence_case(counts)}. Tile by tile: {by_claim}.",
            ("claim_verdicts", "claims_register"),
            __name__,
            pd.DataFrame([vars(tile) for tile in found]),
        ),
        lambda width: _draw(found, tally, title, width),
    )


def _label(tile: Tile) -> str:
    return f"{tile.claim_id} {subject(tile.claim_id)}{f', {tile.scope}' if tile.scope else ''}:"


def _draw(found: list[Tile], tally: Counter[str], title: str, width: float) -> Figure:
    is_phone, groups = width < PAGE_INCHES, _grouped(found)
    columns, label_width = (2, 0.0) if is_phone else (4, 1.75)
    labels = {
        code: wrapped(topic(code), width - 0.24 if is_phone else label_width - 0.1, 9, is_bold=True) for code in groups
    }
    heads = {
        code: line_height(9) * (label.count("\n") + 1) + 0.08 if is_phone else 0.0 for code, label in labels.items()
    }
    heights = {
        code: heads[code] + _rows_of(group, columns) * (TILE_HEIGHT + GAP) + GROUP_GAP for code, group in groups.items()
    }
    key_height = 0.75 if is_phone else 0.36
    paper = sheet(width, math.fsum(heights.values()) + key_height, title, SOURCE)
    paper.key(tuple(_key_entry(code, tally) for code in VERDICTS))
    axes = paper.canvas()
    top = paper.body_height - key_height
    for code, group in groups.items():
        axes.text(MARGIN, top - 0.02, labels[code], size=9, weight="bold", va="top", linespacing=LINE_SPACING)
        _draw_group(axes, group, (MARGIN + label_width, top - heads[code]), columns)
        top -= heights[code]
    return paper.figure


def _rows_of(group: list[Tile], columns: int) -> int:
    return -(-len(group) // columns)


def _grouped(found: list[Tile]) -> dict[str, list[Tile]]:
    """Tiles by the article's argument: topics in the order of the wording list, then any other."""
    codes = dict.fromkeys([*TOPICS, *(tile.topic for tile in found)])
    groups = {code: [tile for tile in found if tile.topic == code] for code in codes}
    return {code: group for code, group in groups.items() if group}


def _key_entry(code: str, tally: Counter[str]) -> tuple[str, str, str, str]:
    style = VERDICTS[code]
    return style.shape, PAPER if style.is_open else style.colour, style.colour, f"{style.word}: {tally[code]}"


def _draw_group(axes: Axes, group: list[Tile], corner: tuple[float, float], columns: int) -> None:
    start, top = corner
    tile_width = (axes.get_xlim()[1] - start - MARGIN - (columns - 1) * GAP) / columns
    for index, tile in enumerate(group):
        left = start + index % columns * (tile_width + GAP)
        _draw_tile(axes, tile, left, top - (index // columns) * (TILE_HEIGHT + GAP), tile_width)


def _draw_tile(axes: Axes, tile: Tile, left: float, top: float, width: float) -> None:
    style, low = mark(tile.verdict), top - TILE_HEIGHT
    outline: dict[str, Any] = {
        "boxstyle": "round,pad=0,rounding_size=0.05",
        "fc": style.tint,
        "ec": style.colour,
        "lw": 0.8,
    }
    axes.add_patch(FancyBboxPatch((left, low), width, TILE_HEIGHT, **outline))
    axes.add_patch(Rectangle((left, low + 0.05), 0.045, TILE_HEIGHT - 0.1, color=style.colour, lw=0))
    axes.text(left + 0.12, top - 0.14, tile.claim_id, size=8.8, weight="bold", va="center")
    _draw_mark(axes, style, left + width - 0.15, top - 0.14, 7)
    about = tile.scope or subject(tile.claim_id)
    axes.text(left + 0.12, top - 0.33, about, size=7.6, va="center", color=QUIET)
    axes.text(left + 0.12, low + 0.13, style.word, size=8, va="center")


def _draw_mark(axes: Axes, style: Mark, x: float, y: float, size: float) -> None:
    face = PAPER if style.is_open else style.colour
    axes.plot([x], [y], style.shape, ms=size, mfc=face, mec=style.colour, mew=1.4 if style.is_open else 0.6)
