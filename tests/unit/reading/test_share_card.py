"""The card for sharing: counts of verdicts, and no share of anybody."""

import io

from PIL import Image

from analysis.reading.share_card import QUESTION, card_sentence, share_card


def test_the_card_has_the_size_that_services_show_whole(release):
    picture = Image.open(io.BytesIO(share_card(release, "Release 1")))
    assert picture.size == (1200, 630)


def test_equal_releases_give_equal_bytes_and_another_edition_other_ones(release):
    assert share_card(release, "Release 1") == share_card(release, "Release 1")
    assert share_card(release, "Release 1") != share_card(release, "Release 2")


def test_no_share_is_on_the_card(release):
    said = f"{QUESTION} {card_sentence(release)}"
    assert "%" not in said
    assert "percent" not in said


def test_the_sentence_counts_the_register(release):
    claims = release.table("claim_verdicts").claim_id.nunique()
    assert f"{claims} claims" in card_sentence(release)
