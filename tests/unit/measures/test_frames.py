"""Frames word by word in four languages, negation, exclusions, odd texts; batches that add up to the whole."""

from pathlib import Path

import polars as pl
import pytest

from analysis.errors import InputError
from analysis.measures.codebooks import parse_codebook
from analysis.measures.folding import fold_text
from analysis.measures.frames import (
    channel_weeks,
    code_frames,
    post_frames,
    weekly_frames,
)
from analysis.measures.post_weeks import releasable_weeks
from analysis.measures.tallies import added

TEXT = (Path(__file__).resolve().parents[3] / "data/study/frames.csv").read_text(encoding="utf-8")
CODEBOOK = parse_codebook(TEXT)
KEYS = ["week_index", "language_code"]


def coded(text, language):
    row = code_frames(
        pl.DataFrame({"t": [text], "g": [language]}, schema={"t": pl.String, "g": pl.String}), CODEBOOK, "t", "g"
    )
    return {f for f in CODEBOOK.frames if row[f"has_{f}"][0]}, {f for f in CODEBOOK.frames if row[f"negated_{f}"][0]}


@pytest.mark.parametrize("language", CODEBOOK.languages)
def test_every_phrase_of_the_codebook_finds_its_frame(language):
    pairs = [(frame, phrase) for frame, found in CODEBOOK.phrases[language].items() for phrase in found]
    texts = pl.DataFrame({"t": [f"xx {phrase}, yy" for _, phrase in pairs], "g": [language] * len(pairs)})
    rows = code_frames(texts, CODEBOOK, "t", "g").rows(named=True)
    assert [p for (f, p), row in zip(pairs, rows, strict=True) if not row[f"has_{f}"]] == []


@pytest.mark.parametrize(
    ("text", "language", "frames"),
    [
        ("National   UNITY!", "en", {"NU"}),
        ("transnational unityx", "en", set()),
        ("Girls’ education, now", "en", {"WR"}),
        ("the Muslim Brotherhood met", "en", set()),
        ("Muslim brotherhood of faith", "en", {"IB"}),
        ("وحدتِ مِلی", "fa", {"NU"}),
        ("وحدت‌ملی", "fa", {"NU"}),
        ("نا‌وحدت ملیت", "fa", set()),
        ("ملي يووالی", "ps", {"NU"}),
        ("\u202bوحدت\u200f ملی\u202c", "fa", {"NU"}),
        ("وحدت ملی", "en", set()),
        ("national unity وحدت ملی", "fa", {"NU"}),
        ("nationale Einheit und Asyl", "de", {"NU", "HS"}),
        ("Asylum", "de", set()),
        ("national unity", "ur", set()),
        ("national unity", None, set()),
        ("", "en", set()),
        (None, "fa", set()),
    ],
)  # fmt: skip
def test_words_not_letters(text, language, frames):
    assert coded(text, language)[0] == frames


@pytest.mark.parametrize(
    ("text", "language", "is_negated"),
    [
        ("he is not for national unity", "en", True),
        ("national unity is not here", "en", True),
        ("not one of the many people there wants national unity", "en", False),
        ("knot national unity", "en", False),
        ("وحدت ملی نیست", "fa", True),
        ("بدون وحدت ملی", "fa", True),
        ("ملي یووالی نشته", "ps", True),
        ("keine nationale Einheit", "de", True),
    ],
)
def test_negation_is_noted_and_changes_no_frame(text, language, is_negated):
    assert coded(text, language) == ({"NU"}, {"NU"} if is_negated else set())


def test_a_text_of_a_megabyte_is_looked_at_from_its_start():
    assert coded("national unity " + "x" * 1_000_000, "en")[0] == {"NU"}


def test_folding_one_text_is_folding_a_column():
    assert fold_text("Girls’   Education") == "girls education"


def posts(n=600):
    texts = ["national unity", "asylum", "the weather", "not national unity, asylum"]
    return pl.DataFrame(
        {
            "post_pseudonym": [f"p{i:04d}" for i in range(n)],
            "post_text": [texts[i % 4] for i in range(n)],
            "language_code": ["en"] * n,
            "week_index": [i % 3 for i in range(n)],
            "channel_pseudonym": [f"c{i % 7}" if i % 2 else f"d{i % 5}" for i in range(n)],
            "text_source_code": ["own"] * n,
            "is_repost": [False] * n,
        }
    )


def test_batches_add_up_to_the_whole():
    whole = code_frames(posts(), CODEBOOK, "post_text", "language_code")
    parts = [channel_weeks(whole[a:b], CODEBOOK, KEYS, "channel_pseudonym") for a, b in ((0, 7), (7, 400), (400, 600))]
    together = weekly_frames(
        added(pl.concat(parts[::-1]), [*KEYS, "channel_pseudonym"]), CODEBOOK, KEYS, "channel_pseudonym"
    )
    at_once = weekly_frames(
        channel_weeks(whole, CODEBOOK, KEYS, "channel_pseudonym"), CODEBOOK, KEYS, "channel_pseudonym"
    )
    assert together.equals(at_once)
    unity = at_once.filter((pl.col("frame_code") == "NU") & (pl.col("week_index") == 0))
    assert (unity["posts_n"][0], unity["negated_posts_n"][0], unity["post_share"][0]) == (100, 50, 0.5)


def test_a_post_has_a_row_for_each_frame_and_one_for_none():
    rows = post_frames(code_frames(posts(4), CODEBOOK, "post_text", "language_code"), CODEBOOK, "post_pseudonym")
    found = {tuple(row) for row in rows.rows()}
    assert found == {
        ("p0000", "NU", False), ("p0001", "HS", False), ("p0002", "NONE", False), ("p0003", "NU", True),
        ("p0003", "HS", True),
    }  # fmt: skip


def test_cells_of_few_accounts_or_one_dominant_one_are_not_listed():
    few = posts().with_columns(pl.lit("only").alias("channel_pseudonym"))
    assert releasable_weeks(code_frames(few, CODEBOOK, "post_text", "language_code"), CODEBOOK, 10).empty
    many = posts().with_columns(pl.Series("channel_pseudonym", [f"c{i % 61}" for i in range(600)]))
    listed = releasable_weeks(code_frames(many, CODEBOOK, "post_text", "language_code"), CODEBOOK, 10)
    assert sorted(listed.frame_code.unique()) == ["ALL", "HS", "NONE", "NU"]
    loud = many.with_columns(
        pl.when(pl.col("week_index") == 0).then(pl.lit("c0")).otherwise("channel_pseudonym").alias("channel_pseudonym")
    )
    listed = releasable_weeks(code_frames(loud, CODEBOOK, "post_text", "language_code"), CODEBOOK, 10)
    assert 0 not in set(listed.study_week_index)


def test_own_texts_that_the_vendor_cut_are_counted_beside_the_frames_and_reposts_are_not():
    many = posts().with_columns(pl.Series("channel_pseudonym", [f"c{i % 61}" for i in range(600)]))
    coded = code_frames(many, CODEBOOK, "post_text", "language_code")
    assert "CUT" not in set(releasable_weeks(coded, CODEBOOK, 10).frame_code)
    cut = coded.with_columns(pl.lit("truncated").alias("text_source_code"))
    listed = releasable_weeks(cut, CODEBOOK, 10)
    assert listed[listed.frame_code == "CUT"].posts_n.sum() == listed[listed.frame_code == "ALL"].posts_n.sum()
    reposts = cut.with_columns(pl.lit(value=True).alias("is_repost"))
    assert "CUT" not in set(releasable_weeks(reposts, CODEBOOK, 10).frame_code)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [("frame_code", "frame", "no column 'frame_code'"), ("\nIB,", "\nNU,", "each once"), ("یک ملت", "", "")],
)
def test_a_broken_codebook_is_refused(old, new, words):
    if words:
        with pytest.raises(InputError, match=words):
            parse_codebook(TEXT.replace(old, new, 1))
    else:
        assert parse_codebook(TEXT.replace(old, new, 1)).frames == CODEBOOK.frames


@pytest.mark.parametrize(
    ("language", "text", "is_negated"),
    [
        ("ur", "یہ پناہ نہیں ہے", True),
        ("ur", "وہ پناہ مانگتے ہیں", False),
        ("uz", "bu boshpana emas", True),
        ("uz", "бу бошпана эмас", True),
        ("uz", "boshpana haqida", False),
    ],
)
def test_a_codebook_in_urdu_and_uzbek_knows_its_negations(language, text, is_negated):
    table = (
        "frame_code,frame_name,definition,phrases_ur,phrases_uz,source\n"
        "HS,shelter,Shelter,پناہ,boshpana; бошпана,invented\n"
    )
    codebook = parse_codebook(table)
    assert codebook.languages == ("ur", "uz")
    found = code_frames(pl.DataFrame({"t": [text], "g": [language]}), codebook, "t", "g")
    assert found["has_HS"].to_list() == [True]
    assert found["negated_HS"].to_list() == [is_negated]
