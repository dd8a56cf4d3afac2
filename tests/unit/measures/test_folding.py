"""The short way of folding plain texts against the long way, by character and on mixed texts."""

import unicodedata

import numpy as np
import polars as pl

from analysis.measures import frames
from analysis.measures.folding import CHANGED, folded, folded_plain, not_plain, plain, plain_word
from analysis.measures.frames import NEGATIONS, code_frames
from tests.unit.measures.test_frames import CODEBOOK

PLAIN = sorted(plain())
PHRASES = [p for g in CODEBOOK.languages for found in CODEBOOK.phrases[g].values() for p in found]
PHRASES += list(CODEBOOK.excluded)
WORDS = [*PHRASES, *(word for g in CODEBOOK.languages for word in NEGATIONS[g])]
BETWEEN = [" ", "  ", "\u200c", ", ", "-", "\n", "\u00a0", "", "ـ", "’", "ٔ", "\u0308", "…", "½", "ﷺ", "\u064e"]
ODD = ["Σς", "İ", "ﻼ", "é", "я", "한", "漢", "😀", "\ufe0f", "٤", "۴", "_", "#", "x", "abc", "سلام", "ß", "ẞ", "Å"]


def mixed(generator):
    """Phrases, negations and odd characters, with anything between them."""
    parts = []
    for _ in range(generator.integers(0, 8)):
        word = str(generator.choice(WORDS if generator.random() < 0.7 else ODD))
        if generator.random() < 0.2:
            word = word.upper()
        if generator.random() < 0.2:
            place = int(generator.integers(0, len(word) + 1))
            word = word[:place] + str(generator.choice(BETWEEN)) + word[place:]
        parts += [word, str(generator.choice(BETWEEN)) if generator.random() < 0.3 else " "]
    return "".join(parts)


def folded_both_ways(written):
    column = pl.DataFrame({"t": written}, schema={"t": pl.String})
    both = column.select(long=folded(pl.col("t")), short=folded_plain(pl.col("t")))
    return both["long"].to_list(), both["short"].to_list()


def test_every_plain_character_folds_alone_as_it_does_between_others():
    long, short = folded_both_ways([f"{a}{c}{b}" for c in PLAIN for a, b in ("bz", "اك", "e\u064e", " \u0651")])
    assert long == short
    assert long[::4] == [f"b{plain()[c]}z" for c in PLAIN]


def test_pairs_of_plain_characters_do_not_unite():
    marks = [c for c in PLAIN if c in CHANGED or unicodedata.category(c).startswith("M")]
    long, short = folded_both_ways([pair for a in marks for b in PLAIN for pair in (f"{a}{b}", f"{b}{a}")])
    assert long == short


def test_words_are_made_of_the_same_characters():
    folded_characters = sorted({c for to in plain().values() for c in to})
    column = pl.Series(folded_characters)
    assert column.str.contains(r"\w").to_list() == column.str.contains(plain_word()).to_list()


def test_what_is_not_plain_is_seen():
    assert pl.Series(["é", "Ä", "\u0301", "ﷺ", "я", "É"]).str.contains(not_plain()).to_list() == [
        False, False, True, True, True, True,
    ]  # fmt: skip
    assert len(CHANGED) < 100


def test_frames_do_not_depend_on_the_way(monkeypatch):
    generator = np.random.default_rng(7)
    languages = [*CODEBOOK.languages, "ur", None]
    rows = [(mixed(generator), languages[generator.integers(0, 6)]) for _ in range(16_000)]
    posts = pl.DataFrame([*rows, (None, "en")], schema={"t": pl.String, "g": pl.String}, orient="row")
    short = code_frames(posts, CODEBOOK, "t", "g")
    counts = short.select(frames.frame_columns(CODEBOOK)).sum().row(0)
    assert min(counts) > 20, "every frame, and its negation, has to be met"
    monkeypatch.setattr(frames, "not_plain", lambda: r"[\s\S]?")
    assert code_frames(posts, CODEBOOK, "t", "g").equals(short)
