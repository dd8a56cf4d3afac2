"""Frames of posts by dictionary: a codebook in four languages, matched word by word, with negation noted.

What belongs here: the codebook, matching in Polars expressions, weekly aggregates. What must not: stance (people code
that), geography (it would mean locating authors), files.

A frame says what a text talks about, never what its author believes. Texts are folded before matching (letters that
Persian, Pashto and Arabic keyboards write differently, vowel signs, direction marks); the stored text stays as it is.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass

import polars as pl

from analysis.errors import InputError

LANGUAGES = ("fa", "ps", "en", "de")
NO_FRAME, ALL_POSTS = "NONE", "ALL"

NEGATIONS = {
    "fa": ("نه", "نیست", "نیستند", "نبود", "بدون", "هیچ", "ضد", "علیه"),
    "ps": ("نه", "نشته", "نشي", "نه دی", "بې", "پرته", "ضد", "هېڅ"),
    "en": ("no", "not", "never", "without", "against", "nor", "none", "cannot", "isnt", "dont", "doesnt"),
    "de": ("kein", "keine", "keinen", "keiner", "nicht", "nie", "niemals", "ohne", "gegen", "weder"),
}
NEGATION_REACH = 3
"""Words between a negation and the phrase, on either side: Persian and Pashto verbs, and their negation, come last."""

LETTERS = {
    "ي": "ی", "ى": "ی", "ئ": "ی", "ې": "ی", "ۍ": "ی", "ك": "ک", "ګ": "گ", "ۀ": "ه", "ة": "ه", "أ": "ا", "إ": "ا",
    "ؤ": "و", "ـ": "", "\u200c": " ", "\u200d": "", "’": "", "'": "", "`": "",
}  # fmt: skip
DROPPED = r"[\u064B-\u065F\u0670\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u00AD]"
LONGEST = 20_000
"""Characters of a text that are looked at: a dictionary needs no more, and one huge text must not stop a batch."""


@dataclass(frozen=True)
class Codebook:
    """Frames in order, and for each language the phrases of each frame and the phrases that are something else."""

    frames: tuple[str, ...]
    phrases: dict[str, dict[str, tuple[str, ...]]]
    excluded: tuple[str, ...]


def parse_codebook(text: str) -> Codebook:
    """Read the codebook.

    Parameters
    ----------
    text
        CSV with frame_code, phrases_fa, phrases_ps, phrases_en, phrases_de (separated by semicolons), excluded_phrases.

    Returns
    -------
    Codebook

    Raises
    ------
    InputError
        A column is missing, a frame stands twice, or a frame has no phrase in a language.
    """
    rows = list(csv.DictReader(io.StringIO(text)))
    wanted = ["frame_code", "excluded_phrases", *(f"phrases_{language}" for language in LANGUAGES)]
    missing = [name for name in wanted if not rows or name not in rows[0]]
    if missing:
        raise InputError(f"the frame codebook has no column '{missing[0]}'; it needs {', '.join(wanted)}")
    frames = tuple(row["frame_code"] for row in rows)
    if len(set(frames)) < len(frames) or {NO_FRAME, ALL_POSTS} & set(frames):
        raise InputError(
            f"the frame codebook lists {', '.join(frames)}; each once, and none called {NO_FRAME} or {ALL_POSTS}"
        )
    phrases = {g: {row["frame_code"]: _split(row[f"phrases_{g}"]) for row in rows} for g in LANGUAGES}
    for language, by_frame in phrases.items():
        empty = [frame for frame, found in by_frame.items() if not found]
        if empty:
            raise InputError(
                f"the frame codebook has no phrase of frame {empty[0]} in '{language}'; give one, or drop the frame"
            )
    return Codebook(frames, phrases, tuple(p for row in rows for p in _split(row["excluded_phrases"])))


def _split(cell: str) -> tuple[str, ...]:
    return tuple(fold_text(phrase) for phrase in cell.split(";") if phrase.strip())


def fold_text(text: str) -> str:
    """Fold one text as `folded` folds a column.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str

    Example
    -------
    >>> fold_text("Girls’ Education")
    'girls education'
    """
    text = re.sub(DROPPED, "", unicodedata.normalize("NFKC", text)).lower()
    return " ".join(text.translate(str.maketrans(dict[str, str | int | None](LETTERS))).split())


def folded(text: pl.Expr) -> pl.Expr:
    """Fold a column of texts for matching; its beginning only when a text is huge.

    Parameters
    ----------
    text
        Column of texts; null counts as empty.

    Returns
    -------
    polars.Expr
    """
    start = text.fill_null("").str.head(LONGEST).str.normalize("NFKC").str.to_lowercase()
    return start.str.replace_all(DROPPED, "").str.replace_many(list(LETTERS), list(LETTERS.values()))


def _one_of(phrases: tuple[str, ...]) -> str:
    spaced = (
        r"\s+".join(re.escape(word) for word in phrase.split()) for phrase in sorted(phrases, key=len, reverse=True)
    )
    return f"(?:{'|'.join(spaced)})"


def _words(phrases: tuple[str, ...]) -> str:
    r"""Whole words only: `\b` knows the letters and vowel signs of every script here once direction marks are gone."""
    return rf"\b{_one_of(phrases)}\b"


def _negated(phrases: tuple[str, ...], language: str) -> str:
    no, between = _words(NEGATIONS[language]), rf"(?:[^\w]+\w+){{0,{NEGATION_REACH}}}[^\w]+"
    return f"{no}{between}{_words(phrases)}|{_words(phrases)}{between}{no}"


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
    numbered = posts.with_row_index("_row")
    parts = [_coded(numbered.filter(pl.col(language) == g), codebook, text, g) for g in LANGUAGES]
    rest = numbered.filter(~pl.col(language).is_in(LANGUAGES) | pl.col(language).is_null())
    parts.append(rest.with_columns(pl.lit(value=False).alias(name) for name in frame_columns(codebook)))
    return pl.concat(parts).sort("_row").drop("_row")


def _coded(posts: pl.DataFrame, codebook: Codebook, text: str, language: str) -> pl.DataFrame:
    phrases = codebook.phrases[language]
    other = codebook.excluded
    ready = posts.with_columns(folded(pl.col(text)).alias("_folded"))
    if other:
        ready = ready.with_columns(pl.col("_folded").str.replace_all(_words(other), " "))
    found = ready.with_columns(
        pl.col("_folded").str.contains(_words(phrases[frame])).alias(f"has_{frame}") for frame in codebook.frames
    )
    return found.with_columns(_negation(frame, phrases[frame], language) for frame in codebook.frames).drop("_folded")


def _negation(frame: str, phrases: tuple[str, ...], language: str) -> pl.Expr:
    """Looked for among the few texts that have the frame."""
    near = pl.when(pl.col(f"has_{frame}")).then(pl.col("_folded")).otherwise(pl.lit(""))
    return near.str.contains(_negated(phrases, language)).alias(f"negated_{frame}")


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
    none = coded.filter(~pl.any_horizontal(f"has_{frame}" for frame in codebook.frames))
    return pl.concat(
        [*parts, none.select(post, pl.lit(NO_FRAME).alias("frame_code"), pl.lit(value=False).alias("is_negated"))]
    )


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
    none = ~pl.any_horizontal(f"has_{frame}" for frame in codebook.frames)
    counts = [
        pl.len().cast(pl.Int64).alias("n_ALL"),
        none.sum().cast(pl.Int64).alias(f"n_{NO_FRAME}"),
        *(pl.col(f"has_{frame}").sum().cast(pl.Int64).alias(f"n_{frame}") for frame in codebook.frames),
        *(pl.col(f"negated_{frame}").sum().cast(pl.Int64).alias(f"negated_{frame}") for frame in codebook.frames),
    ]
    return coded.group_by([*keys, channel]).agg(counts)


def weekly_frames(counts: pl.DataFrame, codebook: Codebook, keys: list[str], channel: str) -> pl.DataFrame:
    """Week × language × frame: posts, channels, negated mentions, and shares weighted by post and by channel.

    Parameters
    ----------
    counts
        From `channel_weeks`, of one batch or of several put together.
    codebook, keys, channel
        As there.

    Returns
    -------
    polars.DataFrame
        keys, frame_code (ALL for all posts, NONE for posts without frame), posts_n, negated_posts_n, channels_n,
        post_share, channel_share, in order of the keys. The channel share is the mean over channels of their own share.
    """
    of_channel = counts.group_by([*keys, channel]).agg(pl.exclude(*keys, channel).sum())
    parts = []
    for frame in (ALL_POSTS, NO_FRAME, *codebook.frames):
        n = pl.col(f"n_{frame}")
        negated = pl.col(f"negated_{frame}") if frame in codebook.frames else pl.lit(0, dtype=pl.Int64)
        # Shares are made from whole numbers added in one order, so that batches of any size give the same bytes.
        parts.append(
            of_channel.sort([*keys, channel])
            .group_by(keys, maintain_order=True)
            .agg(
                n.sum().alias("posts_n"),
                negated.sum().alias("negated_posts_n"),
                (n > 0).sum().cast(pl.Int64).alias("channels_n"),
                (n.sum() / pl.col("n_ALL").sum()).alias("post_share"),
                (n / pl.col("n_ALL")).mean().alias("channel_share"),
            )
            .with_columns(pl.lit(frame).alias("frame_code"))
        )
    order = [*keys, "frame_code", "posts_n", "negated_posts_n", "channels_n", "post_share", "channel_share"]
    return pl.concat(parts).select(order).sort([*keys, "frame_code"])
