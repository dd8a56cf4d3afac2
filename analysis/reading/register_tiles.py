"""The register of claims as tiles: one per verdict, grouped by their questions, each a link to its claim."""

from collections import Counter
from dataclasses import dataclass

from analysis.reading.fragments import div, provenance, quoted, verdict_word
from analysis.reading.tables import Release
from analysis.reading.wording import VERDICTS, claim_label, claim_order, count, scope, subject

SCRIPT = "register_tiles.py"
TABLES = ("claim_verdicts", "claims_register")
DECIDED = ("supported", "contradicted")


@dataclass(frozen=True)
class Tile:
    """One verdict of one scope of one claim."""

    claim_id: str
    name: str
    topic: str
    scope: str
    verdict: str


def tiles(release: Release) -> list[Tile]:
    """Every verdict in the register's order."""
    verdicts, register = release.table("claim_verdicts"), release.table("claims_register")
    named = register[["claim_id", "topic_text", "subject_text"]]
    found = [
        Tile(
            row.claim_id,
            subject(row.claim_id, row.subject_text),
            row.topic_text,
            scope(row.scope_code),
            row.verdict_code,
        )
        for row in verdicts.merge(named, on="claim_id", validate="many_to_one").itertuples()
    ]
    return sorted(found, key=lambda tile: claim_order(tile.claim_id))


def tile_board(release: Release, found: list[Tile] | None = None) -> str:
    """Verdicts as text with shape and colour, all where none are given: how many are decided, tiles by question."""
    found = tiles(release) if found is None else found
    blocks = [_block(question, group) for question, group in _grouped(found).items()]
    return "\n\n".join([_summary(found), *blocks, provenance(release, TABLES, SCRIPT)])


def _summary(found: list[Tile]) -> str:
    tally = Counter(tile.verdict for tile in found)
    decided, claims = len([tile for tile in found if tile.verdict in DECIDED]), len({tile.claim_id for tile in found})
    counts = ", ".join(f"{_counted(tally[code])} {verdict_word(code)}" for code in VERDICTS)
    return (
        f"Of {_counted(len(found))} verdicts on {quoted(count(claims), 'claims_register')} claims, today's data decide "
        f"{_counted(decided)}: {counts}. One tile is one verdict: a claim, or a part of it."
    )


def _counted(number: int) -> str:
    return quoted(count(number), "claim_verdicts")


def _grouped(found: list[Tile]) -> dict[str, list[Tile]]:
    """Tiles by question, in the register's order of the first claim under each."""
    return {
        question: [tile for tile in found if tile.topic == question]
        for question in dict.fromkeys(t.topic for t in found)
    }


def _block(heading: str, group: list[Tile]) -> str:
    body = "\n\n".join(_tile(tile) for tile in group)
    return div("tile-group", f"**{heading}**\n\n{div('tiles', body, '::::')}", ":::::")


def _tile(tile: Tile) -> str:
    """The whole tile is the link; the verdict is a word before it is a colour."""
    name = f"{tile.claim_id} {tile.name}".strip() + (f", {tile.scope}" if tile.scope else "")
    return div("tile", f"[{name}](#{claim_label(tile.claim_id)})\n\n{verdict_word(tile.verdict)}", ":::")
