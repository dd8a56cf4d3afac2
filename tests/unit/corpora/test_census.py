from analysis.corpora.census import take_census
from analysis.corpora.exports import open_export
from tests.formats.miniatures import MINIATURES, TIKTOK, TIKTOK_VIDEO, as_json, source
from tests.studies import INSTRUMENT


def census(data, **options):
    return take_census(open_export(source(data)), **options)


def test_items_include_what_was_set_aside_and_nothing_else():
    page = {**TIKTOK, "data": {"videos": [TIKTOK_VIDEO, {**TIKTOK_VIDEO, "create_time": None}]}}
    found = census(as_json(page))
    assert (found.items, found.quarantined) == (2, 1)
    assert sum(found.reasons.values()) == 1
    telegram = census(MINIATURES["telegram_desktop"])
    assert (telegram.items, telegram.quarantined, telegram.asides) == (2, 0, {"service message": 1})


def test_duplicates_are_counted_and_unlike_items_are_not():
    page = {**TIKTOK, "data": {"videos": [TIKTOK_VIDEO, TIKTOK_VIDEO, {**TIKTOK_VIDEO, "id": 5}, TIKTOK_VIDEO]}}
    found = census(as_json(page))
    assert (found.items, found.duplicates) == (4, 2)
    assert any("2 items repeat" in warning for warning in found.warnings)
    assert census(MINIATURES["meta_content_library"]).duplicates == 0


def test_an_instrument_names_what_it_does_not_know():
    found = census(MINIATURES["qualtrics"], instrument=INSTRUMENT)
    assert list(found.unmapped.values()) == ["QX"]
    assert found.unknown_options == {
        "TA1": {"1 character (digits)": 1},
        "EX1_1": {"1 character (digits)": 1},
    }
    assert found.missing_kinds == {"refused": 1, "no_answer": 1}
    assert found.duplicates == 1


def test_without_an_instrument_nothing_is_unmapped():
    found = census(MINIATURES["qualtrics"])
    assert (found.unmapped, found.unknown_options) == ({}, {})
    assert census(MINIATURES["spss"]).missing["TA1"] == {"declared missing 98 (refused)": 1, "null": 1}


def test_identifiers_are_counted_by_kind_when_a_finder_is_given():
    seen = []

    def find(text):
        seen.append(text)
        return ["URL"] * text.count("https://")

    found = census(MINIATURES["telegram_desktop"], find_identifiers=find)
    assert found.identifiers == {"URL": 1}
    assert any("دنیا" in text for text in seen)
    assert not any("not searched" in warning for warning in found.warnings)
    assert any("not searched" in warning for warning in census(MINIATURES["telegram_desktop"]).warnings)


def test_an_export_without_items_is_said():
    found = census(as_json({"data": {"bio_description": "x", "follower_count": 1}, "error": {"code": "ok"}}))
    assert found.items == 0
    assert "the export holds no items" in found.warnings
