"""Looking phrases up word by word says what patterns say, on any text; whatever it cannot say it leaves to them."""

from random import Random

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from analysis.measures import frames, lexicon
from analysis.measures.codebooks import parse_codebook
from analysis.measures.frames import NEGATIONS, code_frames, frame_columns
from analysis.measures.lexicon import Lexicon
from analysis.texts.library import library
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
def test_words_say_what_patterns_say(monkeypatch, at_once, way):
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


@pytest.fixture(params=["compiled", "columns"])
def way(request, monkeypatch):
    """Words are looked up by the compiled part, and without it."""
    if request.param == "columns":
        monkeypatch.setattr(lexicon, "library", lambda: None)
    elif library() is None:
        pytest.skip("no compiler")


def test_places_of_phrases_and_texts_that_are_odd(way):
    texts = [
        "A  b",
        None,
        "x b",
        "c-d c -d",
        "ab",
        "a      b",
        "é\u0301 b",
        "ba",
        "b",
        "a\u200cb",
        "b" * 25,
        "a",
        "b a",
    ]
    found, odd = Lexicon(("a b", "b", "c-d")).look_up(pa.array(["a b", *texts]).slice(1))
    begins = {row: first for row, first in zip(found.rows[::-1].tolist(), found.first[::-1].tolist(), strict=True)}
    places = sorted(
        (row, phrase, first - begins[row], last - first)
        for row, phrase, first, last in zip(
            *map(np.ndarray.tolist, (found.rows, found.phrases, found.first, found.last)), strict=True
        )
        if not odd[row]
    )
    assert places == [
        (0, 0, 0, 1), (0, 1, 1, 0), (2, 1, 0, 0), (3, 2, 0, 1), (8, 1, 0, 0), (9, 0, 0, 1), (9, 1, 1, 0), (12, 1, 0, 0),
    ]  # fmt: skip
    assert np.flatnonzero(odd).tolist() == [5, 6]


@pytest.mark.parametrize("count", [0, 1, 3_000])
def test_both_ways_find_the_same(count, monkeypatch):
    random = Random(20261130)  # noqa: S311
    texts = pa.array([mixture(random)[1] for _ in range(count)] + [None, "x" * (lexicon.LONGEST + 1)], pa.string())
    compiled, odd = CODEBOOK.lexicon.look_up(texts)
    monkeypatch.setattr(lexicon, "library", lambda: None)
    plain, also_odd = CODEBOOK.lexicon.look_up(texts)
    assert odd.tolist() == also_odd.tolist()
    assert told(compiled, odd) == told(plain, odd)
    assert len(plain.rows) >= count


def told(found, odd):
    """Which phrase stands where in texts that are not odd, and how many words it has."""
    chosen = ~odd[found.rows]
    return [each[chosen].tolist() for each in (found.rows, found.phrases, found.last - found.first)]
