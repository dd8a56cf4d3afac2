"""Which language family a post is written in: fa, ps, en, de, ur, uz, or honestly `other`.

Letters that only one of the languages has decide first; py3langid decides what remains, among the six and the
languages that are mistaken for them. Dari and Iranian Persian are one family: no measured tool tells them apart. What
must not be here: a place or a person concluded from a language.
"""

import re
from collections import Counter
from copy import copy
from functools import cache

import pyarrow as pa
from py3langid.langid import MODEL_FILE, LanguageIdentifier

FAMILIES = ("fa", "ps", "en", "de", "ur", "uz", "other")
LOOK_ALIKES = {
    "arabic": ("ar", "ckb", "ug", "sd"),
    "latin": (
        "tr",
        "az",
        "fr",
        "es",
        "it",
        "nl",
        "sv",
        "da",
        "no",
        "nb",
        "pl",
        "id",
        "ku",
        "tk",
        "sq",
        "pt",
        "fi",
        "sw",
        "ro",
    ),
    "cyrillic": ("ru", "tg", "kk", "ky", "uk"),
}
OURS = {"arabic": ("fa", "ps", "ur"), "latin": ("en", "de", "uz"), "cyrillic": ("uz",)}
SCRIPTS = {
    "arabic": re.compile(r"[\u0620-\u063f\u0641-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f]"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f\u02bb\u02bc]"),
    "cyrillic": re.compile(r"[\u0400-\u052f]"),
    "none of them": re.compile(r"[\u0370-\u03ff\u0530-\u05ff\u0700-\u074f\u0780-\u1fff\u3040-\ud7ff]"),
}
FOREIGN_LETTERS = re.compile(r"[ێۆڕڵۈۋٻڄڃڦڙ]")
"""Kurdish, Uyghur, Sindhi."""
PASHTO_LETTERS = re.compile(r"[ټډړږښڼۍځڅ]|ې(?!ر)")
URDU_LETTERS = re.compile(r"[ٹڈڑںے]|[ھہ]")
NOT_WORDS = re.compile(r"\[[A-Z]+\]|https?://\S+|[@#]\S+|\d+")
MINIMUM_LETTERS = 6
"""Under which only letters of one language can decide."""
MAXIMUM_CHARACTERS = 600
"""What is read of a long text; the model gains nothing from more."""
MINIMUM_SHARE = 0.65
"""Share of a text's letters that have to be of one script."""
SPECIFIC_SHARE = 0.02
"""Share of a text's letters that only one language has, from which on they decide."""


def family(text: str) -> str:
    """The language family of a text.

    Parameters
    ----------
    text : str
        Scrubbed or not; placeholders, links, handles and numbers are not read.

    Returns
    -------
    str
        One of FAMILIES; `other` also where a text is too short, or mixes scripts.

    Examples
    --------
    >>> family("زه نن کور ته ځم او بیا بېرته راځم")
    'ps'
    """
    words = NOT_WORDS.sub(" ", text[:MAXIMUM_CHARACTERS])
    letters = Counter({name: len(pattern.findall(words)) for name, pattern in SCRIPTS.items()})
    script, count = letters.most_common(1)[0]
    if script not in OURS or count < MINIMUM_SHARE * letters.total():
        return "other"
    decided = _by_letters(words, count) if script == "arabic" else None
    if decided:
        return decided
    return _by_model(words, script) if count >= MINIMUM_LETTERS else "other"


def families(texts: pa.Array) -> pa.Array:
    """The family of each text of a column; nulls stay null."""
    return pa.array([None if text is None else family(text) for text in texts.to_pylist()], pa.string())


def _by_letters(words: str, count: int) -> str | None:
    """The language that letters alone give away, where they are frequent enough not to be a name in a quotation."""
    counts = {
        "other": len(FOREIGN_LETTERS.findall(words)),
        "ps": len(PASHTO_LETTERS.findall(words)),
        "ur": len(URDU_LETTERS.findall(words)),
    }
    language, found = max(counts.items(), key=lambda item: item[1])
    return language if found >= max(1, SPECIFIC_SHARE * count) else None


def _by_model(words: str, script: str) -> str:
    label, _ = _model(script).classify(words)
    return label if label in OURS[script] else "other"


@cache
def _model(script: str) -> LanguageIdentifier:
    """The model restricted to a script's languages; read when it is first needed."""
    model = copy(_whole_model())
    known = set(model.labels)
    model.set_languages([label for label in (*OURS[script], *LOOK_ALIKES[script]) if label in known])
    return model


@cache
def _whole_model() -> LanguageIdentifier:
    """The model of all languages; a copy that is restricted shares its tables."""
    return LanguageIdentifier.from_model_file(MODEL_FILE)
