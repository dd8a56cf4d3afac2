"""Looking phrases up word by word says what patterns say, on any text; whatever it cannot say it leaves to them."""

from random import Random

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from analysis.measures import frames
from analysis.measures.frames import NEGATIONS, code_frames, frame_columns, parse_codebook
from analysis.measures.lexicon import Lexicon
from tests.unit.measures.test_frames import CODEBOOK, TEXT

ODD = ("ﷺ", "Ａ", "½", "\u0301", "é", "漢", "😀", "…", "\u200c", "\u200f", "ـ", "'", "’", "_", "³", "ß", "İ", "ﬁ")
JOINTS = (" ", " ", " ", "  ", "\n", "\t", ", ", "-", ".", "", " . ", "     ", "\u00a0", "\u2028", "…", "\u200c")


def mixture(random):
    """A language, and a text of its phrases, its negations, its other words and odd characters."""
    language = random.choice([*CODEBOOK.languages, "ur", None])
    spoken = language if language in CODEBOOK.languages else "fa"
    phrases = [phrase for found in CODEBOOK.phrases[spoken].values() for phrase in found]
    other = [phrase for found in CODEBOOK.phrases[random.choice(CODEBOOK.languages)].values() for phrase in found]
    sources = (phrases, phrases, NEGATIONS[spoken], CODEBOOK.excluded, ODD, other, ("x", "word", "کلمه", "Wort", "12"))
    pieces = []
    for _ in range(random.randint(0, 8)):
        piece = random.choice(random.choice(sources))
        pieces += [piece.upper() if random.random() < 0.1 else piece, random.choice(JOINTS)]
    return language, "".join(pieces)


def by_patterns(texts, codebook):
    found = {name: np.zeros(len(texts), dtype=np.bool_) for name in frame_columns(codebook)}
    known = texts.select(pl.col("t").alias("_text"), pl.col("g").alias("_language")).with_row_index("_row")
    frames._code_by_patterns(known, codebook, found)
    return texts.with_columns(pl.Series(name, values) for name, values in found.items())


@pytest.mark.parametrize("at_once", [97, frames.ROWS_AT_ONCE])
def test_words_say_what_patterns_say(monkeypatch, at_once):
    monkeypatch.setattr(frames, "ROWS_AT_ONCE", at_once)
    random = Random(20261130)  # noqa: S311
    rows = [mixture(random) for _ in range(6_000)] + [("en", None), ("fa", "")]
    texts = pl.DataFrame(rows, schema={"g": pl.String, "t": pl.String}, orient="row")
    wanted = by_patterns(texts, CODEBOOK)
    assert code_frames(texts, CODEBOOK, "t", "g").equals(wanted)
    coded = wanted.select(pl.col(frame_columns(CODEBOOK)).sum()).row(0)
    assert min(coded) > 0


def test_most_texts_are_told_by_words(monkeypatch):
    monkeypatch.setattr(frames, "_code_by_patterns", lambda *_: pytest.fail("asked for patterns"))
    texts = pl.DataFrame({"t": ["No national unity!", "وحدت‌ملی نیست", "Durand-Linie"], "g": ["en", "fa", "de"]})
    coded = code_frames(texts, CODEBOOK, "t", "g")
    assert coded["has_NU"].to_list() == [True, True, False]
    assert coded["negated_NU"].to_list() == [True, True, False]


@pytest.mark.parametrize(
    ("phrase", "is_simple"),
    [
        ("asylum", True), ("national unity", True), ("durand-linie", True), ("-asylum", False), ("a - b", False),
        ("", False), ("x" * 24, True), ("x" * 25, False), ("c++", False),
    ],
)  # fmt: skip
def test_a_phrase_is_simple_where_bytes_can_tell_it(phrase, is_simple):
    assert Lexicon((phrase,)).is_simple == is_simple


def test_a_codebook_that_bytes_cannot_tell_is_matched_by_patterns():
    codebook = parse_codebook(
        TEXT.replace("durand-linie", "durand - linie", 1).replace("Durand-Linie", "Durand - Linie", 1)
    )
    assert not codebook.lexicon.is_simple
    texts = pl.DataFrame({"t": ["die Durand - Linie", "national unity"], "g": ["de", "en"]})
    assert code_frames(texts, codebook, "t", "g").equals(by_patterns(texts, codebook))


def test_places_of_phrases_and_texts_that_are_odd():
    lexicon = Lexicon(("a b", "b", "c-d"))
    found, odd = lexicon.look_up(
        pa.array(["A  b", None, "x b", "c-d c -d", "ab", "a      b", "é\u0301 b", "ba", "b", "a\u200cb"])
    )
    places = sorted(
        zip(found.rows.tolist(), found.phrases.tolist(), found.first.tolist(), found.last.tolist(), strict=True)
    )
    assert places == [
        (0, 0, 0, 1), (0, 1, 1, 1), (2, 1, 3, 3), (3, 2, 4, 5), (5, 1, 10, 10), (6, 1, 12, 12), (8, 1, 14, 14),
        (9, 0, 15, 16), (9, 1, 16, 16),
    ]  # fmt: skip
    assert np.flatnonzero(odd).tolist() == [5, 6]
