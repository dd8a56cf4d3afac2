"""Coordinates at the borders of what tells them from other numbers."""

import pytest

from tests.unit.custody.scrub.finding import found

WHOLE = [
    "34.555, 69.207", "34.555;69.207", "34.555/69.207", "34.555 | 69.207", "34.5553 69.2075", "-34.555, +69.207",
    "1.000, 0.456", "179.123, 12.345", "12.345, 179.123", "180.000, 12.345", "90.000, 179.123",
    "34.55 N 69.20 E", "34.55N, 69.20E", "34.55N 69.20", "N 34.5 E 69.2", "34.5N 69.2E",
    "lat 34 lon 69", "lat: 34.5, lon: 69.2", "latitude=34.5 and longitude=69.2", "Breite 52.5 Länge 13.4",
    "34,5553;69,2075", "134,5553;69,2075",
    "34°33'19\"N 69°12'27\"E", "34°33'N", "34° 33' E", "34°33' 69°12'", "N34°33'19\"", "34°33'19\"N",
    "N34 33.318 E69 12.450", "34 33 19 N, 69 12 27 E",
    "34 درجه 33 دقیقه", "34 درجه و 33 دقیقه و 19 ثانیه شمالی و 69 درجه و 12 دقیقه",
    "geo:34.5,69.2", "geo:34,69,1800;u=35", "8J2GGXX4+XX", "8j2ggxx4+xx", "GXX4+XX", "GXX4GX+XX",
    "42S WD 19000 23000", "42SWD190230", "42 S WD 1900 2300", "42S 519000 3823000", "42S 519000m E, 3823000m N",
    "///table.lamp.spoon", "///میز.چراغ.قاشق",
]  # fmt: skip


@pytest.mark.parametrize("place", WHOLE)
def test_a_place_is_found_whole(place):
    assert found(place, "COORD") == [place]
    assert found(f"«{place}», he said", "COORD") == [place]


@pytest.mark.parametrize(
    "text",
    [
        # Two decimals without a word or a sign, or three without a mark between.
        "34.55, 69.20", "34.555 69.207", "34.55 and 69.20", "34.5553 and 69.2075", "12.50, 13.75",
        # Not on the globe, or two shares.
        "91.123, 91.123", "90.123, 90.123", "90.123, 180.123", "180.123, 12.345", "0.123, 0.456", "0.999, 0.999",
        # Tied to other numbers.
        ".34.5553, 69.2075", "34.5553, 69.2075.1", "x34.5553, 69.2075", "34.5553, 69.2075x", "134.5553, 1169.2075",
        "34,555;69,207", "34°33'", "2345+67", "23456789+22", "gxx4+xx", "+GXX4+XX", "GXX4+XX+", "aGXX4+XX",
        "42S WD 190 2300", "42S 51900 3823000", "42s wd 19000 23000", "42s 519000 3823000",
        "///table.lamp", "//table.lamp.spoon", "///ab.lamp.spoon",
    ],
)  # fmt: skip
def test_other_numbers_are_no_place(text):
    assert found(text, "COORD") == []


def test_a_sentence_may_end_behind_a_place():
    assert found("They met at 34.5553, 69.2075. Then they left.", "COORD") == ["34.5553, 69.2075"]


@pytest.mark.parametrize("word", ["gps", "coordinates", "Koordinaten:", "location", "Standort", "موقعیت", "مختصات"])
def test_a_word_for_a_place_makes_two_decimals_enough_when_it_is_near(word):
    assert found(f"{word} 34.55, 69.20", "COORD") == ["34.55, 69.20"]
    assert found(f"{word} {'x' * 30} 34.55, 69.20", "COORD") == []
