"""The register as tiles: every verdict by its word, each tile a link, and a count that follows the verdicts."""

import re

import pytest

from analysis.errors import ReleaseError
from analysis.reading.register_tiles import tile_board, tiles
from analysis.reading.tables import Release
from analysis.reading.wording import VERDICTS
from tests.unit.reading.miniature import verdicts


def test_every_verdict_is_a_tile_with_its_word_and_a_link(release):
    board = tile_board(release)
    assert board.count("{div} tile\n") == len(tiles(release)) == len(verdicts())
    assert all(f"[{style.word}]" in board for style in VERDICTS.values())
    for tile in tiles(release):
        assert f"[{tile.claim_id} " in board
        assert f"(#claim-{tile.claim_id.lower().replace('.', '-')})" in board


def decided(board: str) -> str:
    return re.search(r"today's data decide \[(\d+)\]", board).group(1)


def test_the_sentence_counts_what_is_decided(release, release_with):
    assert decided(tile_board(release)) == "2"
    undecided = [row | {"verdict_code": "inconclusive"} for row in verdicts()]
    assert decided(tile_board(release_with(claim_verdicts=undecided))) == "0"


def test_a_verdict_outside_the_vocabulary_is_not_shown(release_with, monkeypatch):
    # The release's own check refuses such a code, so it is smuggled in behind the file.
    release = release_with()
    frame, register = release.table("claim_verdicts").assign(verdict_code="proven"), release.table("claims_register")
    monkeypatch.setattr(
        Release, "table", lambda self, name: frame if name == "claim_verdicts" else register, raising=True
    )
    with pytest.raises(ReleaseError, match="'proven'"):
        tile_board(release)
