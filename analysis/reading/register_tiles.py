"""The register of claims as tiles: one per verdict, grouped by the article's argument, each a link to its claim."""

from collections import Counter
from dataclasses import dataclass

from analysis.reading.fragments import div, provenance, quoted, verdict_word
from analysis.reading.tables import Release
from analysis.reading.wording import TOPICS, VERDICTS, claim_label, claim_order, count, scope, subject, topic

SCRIPT = "register_tiles.py"
TABLES = ("claim_verdicts", "claims_register")
DECIDED = ("supported", "contradicted")


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


def tile_board(release: Release) -> str:
    """Every verdict as text with its shape and colour: how many are decided, then a block of tiles per topic."""
    found = tiles(release)
    blocks = [_block(topic(code), group) for code, group in _grouped(found).items()]
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
    """Tiles by the article's argument: topics in the order of the wording list, then any other."""
    codes = dict.fromkeys([*TOPICS, *(tile.topic for tile in found)])
    groups = {code: [tile for tile in found if tile.topic == code] for code in codes}
    return {code: group for code, group in groups.items() if group}


def _block(heading: str, group: list[Tile]) -> str:
    body = "\n\n".join(_tile(tile) for tile in group)
    return div("tile-group", f"**{heading}**\n\n{div('tiles', body, '::::')}", ":::::")


def _tile(tile: Tile) -> str:
    """The whole tile is the link; the verdict is a word before it is a colour."""
    name = f"{tile.claim_id} {subject(tile.claim_id)}{f', {tile.scope}' if tile.scope else ''}"
    return div("tile", f"[{name}](#{claim_label(tile.claim_id)})\n\n{verdict_word(tile.verdict)}", ":::")
