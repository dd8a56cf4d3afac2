"""Frames of posts by dictionary: a codebook in several languages, matched word by word, with negation noted.

What belongs here: the codebook, matching in Polars expressions, weekly aggregates. What must not: stance (people code
that), geography (it would mean locating authors), files.

A frame says what a text talks about, never what its author believes. Texts are folded before matching (letters that
Persian, Pashto and Arabic keyboards write differently, vowel signs, direction marks); the stored text stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from analysis.measures.folding import WORD, folded, folded_plain, not_plain, plain_word
from analysis.measures.lexicon import Found, Lexicon
from analysis.measures.tallies import added
from analysis.reserved import ALL_POSTS, NO_FRAME
from analysis.texts.columns import column_of

if TYPE_CHECKING:
    import pandas as pd

EXCLUDED, NEGATION = -2, -3
"""Numbers in place of a language's and a frame's."""
ROWS_AT_ONCE = 65_536
"""Texts looked at together: few enough to stay in a processor's cache."""
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

NEGATIONS = {
    "fa": ("نه", "نیست", "نیستند", "نبود", "بدون", "هیچ", "ضد", "علیه"),
    "ps": ("نه", "نشته", "نشي", "نه دی", "بې", "پرته", "ضد", "هېڅ"),
    "en": ("no", "not", "never", "without", "against", "nor", "none", "cannot", "isnt", "dont", "doesnt"),
    "de": ("kein", "keine", "keinen", "keiner", "nicht", "nie", "niemals", "ohne", "gegen", "weder"),
    "ur": ("نہ", "نہیں", "مت", "بغیر", "بنا", "خلاف"),
    "uz": ("emas", "yoq", "hech", "qarshi", "эмас", "йўқ", "ҳеч", "қарши"),
}
NEGATION_REACH = 3
"""Words between a negation and the phrase, on either side: Persian and Pashto verbs, and their negation, come last."""


@dataclass(frozen=True)
class Codebook:
    """Frames in order, and for each language the phrases of each frame and the phrases that are something else."""

    frames: tuple[str, ...]
    languages: tuple[str, ...]
    phrases: dict[str, dict[str, tuple[str, ...]]]
    excluded: tuple[str, ...]

    @cached_property
    def lexicon(self) -> Lexicon:
        """Every phrase, every negation and every phrase that is something else."""
        return Lexicon(tuple(phrase for phrase, _, _ in self._entries))

    @property
    def meanings(self) -> list[tuple[int, int]]:
        """For each entry of the lexicon the number of its language, or EXCLUDED, and of its frame, or NEGATION."""
        return [(language, frame) for _, language, frame in self._entries]

    @cached_property
    def _entries(self) -> list[tuple[str, int, int]]:
        entries = [(phrase, EXCLUDED, EXCLUDED) for phrase in self.excluded]
        for number, g in enumerate(self.languages):
            entries += [(phrase, number, NEGATION) for phrase in NEGATIONS[g]]
            for frame, name in enumerate(self.frames):
                entries += [(phrase, number, frame) for phrase in self.phrases[g][name]]
        return entries


def _one_of(phrases: tuple[str, ...]) -> str:
    spaced = (
        r"\s+".join(re.escape(word) for word in phrase.split()) for phrase in sorted(phrases, key=len, reverse=True)
    )
    return f"(?:{'|'.join(spaced)})"


@dataclass(frozen=True)
class _Words:
    r"""Patterns of whole words, given what belongs to a word: `\w`, or a short class that says the same of plain texts.

    `\b` knows the letters and vowel signs of every script here once direction marks are gone, yet is slow; where a
    phrase begins and ends inside a word, a character beside it that belongs to none says the same.
    """

    inside: str

    @property
    def outside(self) -> str:
        """Pattern of a character that belongs to no word."""
        return f"[^{self.inside[1:-1]}]"

    def whole(self, phrases: tuple[str, ...]) -> str:
        """Pattern of any of these phrases as whole words."""
        return self._framed(phrases, _one_of(phrases))

    def negated(self, phrases: tuple[str, ...], language: str) -> str:
        """Pattern of any of these phrases with a negation of the language within reach, before or after it."""
        words = NEGATIONS[language]
        between = rf"(?:{self.outside}+{self.inside}+){{0,{NEGATION_REACH}}}{self.outside}+"
        no, phrase = (
            _one_of(found) if _has_word_edges(found) else rf"\b{_one_of(found)}\b" for found in (words, phrases)
        )
        return self._framed(words + phrases, f"(?:{no}{between}{phrase}|{phrase}{between}{no})")

    def _framed(self, phrases: tuple[str, ...], pattern: str) -> str:
        if not _has_word_edges(phrases):
            return rf"\b{pattern}\b"
        return rf"(?:^|{self.outside}){pattern}(?:{self.outside}|$)"


def _has_word_edges(phrases: tuple[str, ...]) -> bool:
    edges = (phrase[place] for phrase in phrases for place in (0, -1))
    return all(unicodedata.category(edge).startswith(("L", "Nd")) for edge in edges)


def _rarest_words(phrases: tuple[str, ...]) -> list[str]:
    """The longest word of each phrase: a text without it cannot hold the phrase."""
    return sorted({max(phrase.split(), key=len) for phrase in phrases})


def frame_columns(codebook: Codebook) -> list[str]:
    """Names of the columns that `code_frames` adds."""
    return [f"{kind}_{frame}" for kind in ("has", "negated") for frame in codebook.frames]


def code_frames(posts: pl.DataFrame, codebook: Codebook, text: str, language: str) -> pl.DataFrame:
    """Add, for each frame, whether a text speaks of it and whether a negation stands close by.

    Use it on a batch of any size. A text is matched against the phrases of its own language; texts in other languages,
    and empty ones, have no frame.

    Parameters
    ----------
    posts
        Rows.
    codebook
        Phrases.
    text, language
        Names of the columns.

    Returns
    -------
    polars.DataFrame
        The rows in their order with booleans `has_<frame>` and `negated_<frame>`.
    """
    texts = posts[text].to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())
    flags = frame_flags(texts, posts[language], codebook)
    return posts.with_columns(pl.Series(name, values) for name, values in flags.items())


def frame_flags(texts: pa.StringArray, languages: pl.Series, codebook: Codebook) -> dict[str, Flags]:
    """The same of a column of texts: by name, the columns that `code_frames` adds.

    Parameters
    ----------
    texts, languages
        Of as many posts.
    codebook
        Phrases.
    """
    found = {name: np.zeros(len(texts), dtype=np.bool_) for name in frame_columns(codebook)}
    if not codebook.frames:
        return found
    spoken = languages.replace_strict(
        list(codebook.languages), range(len(codebook.languages)), default=-1, return_dtype=pl.Int8
    ).to_numpy()
    odd = np.ones(len(texts), bool)
    for first in range(0, len(texts), ROWS_AT_ONCE) if codebook.lexicon.is_simple else ():
        some = slice(first, first + ROWS_AT_ONCE)
        part = {name: values[some] for name, values in found.items()}
        odd[some] = _code_by_words(texts.slice(first, ROWS_AT_ONCE), spoken[some], codebook, part)
    rows = np.flatnonzero(odd)
    if len(rows):
        left = {"_row": rows, "_text": pl.from_arrow(texts.take(column_of(rows))), "_language": languages[rows]}
        _code_by_patterns(pl.DataFrame(left), codebook, found)
    return found


def _code_by_words(
    texts: pa.StringArray, spoken: npt.NDArray[np.int8], codebook: Codebook, found: dict[str, Flags]
) -> Flags:
    """Note in `found` which texts have which frame, by looking words up; the texts that words alone cannot tell."""
    at, odd = codebook.lexicon.look_up(texts)
    languages, frames = (np.array(numbers, np.int64) for numbers in zip(*codebook.meanings, strict=True))
    odd[at.rows[languages[at.phrases] == EXCLUDED]] = True
    own = np.flatnonzero((languages[at.phrases] == spoken[at.rows]) & ~odd[at.rows])
    frame = frames[at.phrases[own]]
    phrases, negations = own[frame != NEGATION], own[frame == NEGATION]
    is_negated = _is_near(at, phrases, negations)
    for number, name in enumerate(codebook.frames):
        of_frame = frames[at.phrases[phrases]] == number
        found[f"has_{name}"][at.rows[phrases[of_frame]]] = True
        found[f"negated_{name}"][at.rows[phrases[of_frame & is_negated]]] = True
    return odd


def _is_near(at: Found, phrases: Places, negations: Places) -> Flags:
    """Which phrases have a negation within reach in their own text."""
    near = np.zeros(len(phrases), bool)
    for ends, step, borders in ((at.last, -1, at.first), (at.first, 1, at.last)):
        order = negations[np.argsort(ends[negations], kind="stable")]
        for between in range((NEGATION_REACH + 1) if len(order) else 0):
            wanted = borders[phrases] + step * (between + 1)
            nearest = order[np.minimum(np.searchsorted(ends[order], wanted), len(order) - 1)]
            near |= (ends[nearest] == wanted) & (at.rows[nearest] == at.rows[phrases])
    return near


def _code_by_patterns(texts: pl.DataFrame, codebook: Codebook, found: dict[str, Flags]) -> None:
    """The same for any text, by patterns: the specification of the other way."""
    for g in codebook.languages:
        spoken = texts.filter((pl.col("_language") == g) & pl.col("_text").is_not_null())
        is_plain = ~spoken["_text"].str.contains(not_plain())
        for part, fold, words in (
            (spoken.filter(is_plain), folded_plain, _Words(plain_word())),
            (spoken.filter(~is_plain), folded, _Words(WORD)),
        ):
            _code(part.select("_row", fold(pl.col("_text")).alias("_folded")), codebook, g, words, found)


def _code(texts: pl.DataFrame, codebook: Codebook, language: str, words: _Words, found: dict[str, Flags]) -> None:
    """Note in `found` which of the folded texts have which frame."""
    for frame, some in _candidates(texts, codebook.phrases[language]):
        phrases = codebook.phrases[language][frame]
        ready = _without(some, codebook.excluded)
        with_frame = ready.filter(pl.col("_folded").str.contains(words.whole(phrases)))
        doubtful = with_frame.filter(_may_hold(NEGATIONS[language]))
        negated = doubtful.filter(pl.col("_folded").str.contains(words.negated(phrases, language)))
        found[f"has_{frame}"][with_frame["_row"]] = True
        found[f"negated_{frame}"][negated["_row"]] = True


def _candidates(texts: pl.DataFrame, phrases: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, pl.DataFrame]]:
    """For each frame the texts that hold a word of it, found in one pass for all frames."""
    rarest = {frame: _rarest_words(of_frame) for frame, of_frame in phrases.items()}
    every = sorted({word for of_frame in rarest.values() for word in of_frame})
    held = texts.select(pl.col("_folded").str.extract_many(every, overlapping=True).alias("_word")).with_row_index(
        "_at"
    )
    pairs = held.filter(pl.col("_word").list.len() > 0).explode("_word").unique()
    for frame, of_frame in rarest.items():
        places = pairs.filter(pl.col("_word").is_in(of_frame))["_at"].unique().sort()
        if len(places):
            yield frame, texts[places]


def _may_hold(phrases: tuple[str, ...]) -> pl.Expr:
    return pl.col("_folded").str.contains_any(_rarest_words(phrases))


def _without(texts: pl.DataFrame, phrases: tuple[str, ...]) -> pl.DataFrame:
    """The texts with phrases that mean something else taken out."""
    if not phrases:
        return texts
    doubtful = texts.filter(_may_hold(phrases))
    freed = doubtful.with_columns(pl.col("_folded").str.replace_all(rf"\b{_one_of(phrases)}\b", " "))
    return pl.concat([texts.filter(~_may_hold(phrases)), freed]) if len(freed) else texts


def in_codebook(posts: pd.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """Posts in the codebook's languages with the columns of `code_frames`.

    Parameters
    ----------
    posts
        Table `posts`.
    codebook
        Frames.
    """
    coded = code_frames(pl.from_pandas(posts), codebook, "post_text", "language_code")
    return coded.filter(pl.col("language_code").is_in(codebook.languages))


def post_frames(coded: pl.DataFrame, codebook: Codebook, post: str) -> pl.DataFrame:
    """One row for each post and frame it speaks of; `NONE` for a post that speaks of none.

    Parameters
    ----------
    coded
        From `code_frames`.
    codebook, post
        Frames; name of the column that identifies a post.

    Returns
    -------
    polars.DataFrame
        post, frame_code, is_negated.
    """
    parts = [
        coded.filter(pl.col(f"has_{frame}")).select(
            post, pl.lit(frame).alias("frame_code"), pl.col(f"negated_{frame}").alias("is_negated")
        )
        for frame in codebook.frames
    ]
    none = coded.filter(~_any_frame(codebook))
    return pl.concat(
        [*parts, none.select(post, pl.lit(NO_FRAME).alias("frame_code"), pl.lit(value=False).alias("is_negated"))]
    )


def _any_frame(codebook: Codebook) -> pl.Expr:
    """Whether a post speaks of any frame; a codebook without frames finds none."""
    return pl.any_horizontal(pl.lit(value=False), *(f"has_{frame}" for frame in codebook.frames))


def channel_weeks(coded: pl.DataFrame, codebook: Codebook, keys: list[str], channel: str) -> pl.DataFrame:
    """Counts by week, language, channel and frame: what batches can be added up from.

    Parameters
    ----------
    coded
        From `code_frames`.
    codebook
        Frames.
    keys
        Columns of week and language (and of the kind of account, say).
    channel
        Column of channels.

    Returns
    -------
    polars.DataFrame
        keys, channel, posts_n and one count for each frame, for NONE and for negated mentions.
    """
    flags = [f"has_{frame}" for frame in codebook.frames]
    ones = coded.select(
        *keys,
        channel,
        pl.lit(value=True).alias(f"n_{ALL_POSTS}"),
        (~_any_frame(codebook)).alias(f"n_{NO_FRAME}"),
        *(pl.col(flag).alias(f"n_{frame}") for flag, frame in zip(flags, codebook.frames, strict=True)),
        *(f"negated_{frame}" for frame in codebook.frames),
    )
    return added(ones, [*keys, channel])


def weekly_frames(counts: pl.DataFrame, codebook: Codebook, keys: list[str], channel: str) -> pl.DataFrame:
    """Week × language × frame: posts, channels, negated mentions, and shares weighted by post and by channel.

    Parameters
    ----------
    counts
        From `channel_weeks`; of several batches, added up with `added`, in whose order shares are averaged.
    codebook, keys, channel
        As there.

    Returns
    -------
    polars.DataFrame
        keys, frame_code (ALL for all posts, NONE for posts without frame), posts_n, negated_posts_n, channels_n,
        post_share, channel_share, in order of the keys. The channel share is the mean over channels of their own share.
    """
    every = (ALL_POSTS, NO_FRAME, *codebook.frames)
    cells = counts.group_by(keys, maintain_order=True).agg(_cell(frame, codebook).alias(frame) for frame in every)
    parts = [cells.select(*keys, pl.lit(frame).alias("frame_code"), pl.col(frame).struct.unnest()) for frame in every]
    order = [*keys, "frame_code", "posts_n", "negated_posts_n", "channels_n", "post_share", "channel_share"]
    return pl.concat(parts).select(order).sort([*keys, "frame_code"])


def _cell(frame: str, codebook: Codebook) -> pl.Expr:
    """Counts and shares of a frame, for the channels of a week in one language."""
    n = pl.col(f"n_{frame}")
    negated = pl.col(f"negated_{frame}") if frame in codebook.frames else pl.lit(0, dtype=pl.Int64)
    return pl.struct(
        n.sum().alias("posts_n"),
        negated.sum().alias("negated_posts_n"),
        (n > 0).sum().cast(pl.Int64).alias("channels_n"),
        (n.sum() / pl.col(f"n_{ALL_POSTS}").sum()).alias("post_share"),
        (n / pl.col(f"n_{ALL_POSTS}")).mean().alias("channel_share"),
    )
