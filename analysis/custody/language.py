"""Which language family a post is written in: fa, ps, en, de, ur, uz, or honestly `other`.

Letters that only one of the languages has decide first; py3langid decides what remains, among the six and the
languages that are mistaken for them, where it is sure by a margin; `docs/language.md` says how often that is right.
Dari and Iranian Persian are one family: no measured tool tells them apart. What must not be here: a place or a person
concluded from a language.
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
PASHTO_LETTERS = re.compile(r"[ټډړږښڼۍځڅ]|ې(?!ر)|\b(?:نشته|زموږ|هغوی|دلته|هلته)\b")
URDU_LETTERS = re.compile(r"[ٹڈڑںے]|[ھہ]")
UZBEK_SIGNS = re.compile(
    r"[og][\u02bb\u02bc\u2018\u2019'`]"
    r"|\b(?:va|bilan|uchun|bu|shu|ham|emas|juda|lekin|bor|yoq|edi|biz|siz|men|sen|ular|qanday|kerak|bir|qachon|nega|endi"
    r"|hech|bugun|ertaga|kecha|yaxshi)\b"
    r"|\w{2,}(?:lar|lari|larni|larga|ning|moqda|yapman|yapti|yapmiz|adi|aman|amiz|imiz|ingiz|gan|lik|cha"
    r"|ashdi|ildi|eydi|aydi|lasin|ilsin|moqchi|yapman|mayapti)\b",
    re.IGNORECASE,
)
"""What Uzbek in Latin letters shows in nearly every sentence: its apostrophes, small words and endings."""

ROMANISED_SIGNS = re.compile(
    r"\b(?:ast|hast|nest|nist|astand|wa|az|dar|ra|ki|ke|ba|hama|barai|khud|shuma|mardum|chi|chera|kas|yak|dara|darad"
    r"|darem|shud|shoda|mekun\w*|mekon\w*|namet?\w+|watan|khuda|har|pas|dil|baraye|hai|haye"  # Dari and Persian
    r"|zma|staso|mung|hagha|aw|che|pa|kawi|kawo|yam|day|dai|na|kor|khalk|zama|sta|zmung|wee|larum|khpal"  # Pashto
    r"|hai|hain|kya|nahi|nahin|mein|hum|tum|aap|ka|ki|ke|ko|se|aur|mera|meri|yeh|woh|bhi|tha|raha|rahe|karo)\b",  # Urdu
    re.IGNORECASE,
)
"""Small words of Dari, Pashto and Urdu in Latin letters, which no model here knows."""

NOT_WORDS = re.compile(r"\[[A-Z]+\]|https?://\S+|[@#]\S+|\d+")
MINIMUM_LETTERS = 6
"""Under which only letters of one language can decide."""
MAXIMUM_CHARACTERS = 600
"""What is read of a long text; the model gains nothing from more."""
MARGIN = 2.0
"""Log-likelihood by which the model has to prefer a language to every one of another family."""
MINIMUM_SHARE = 0.65
"""Share of a text's letters that have to be of one script."""
MOST_ROMANISED_SHARE = 0.3
"""Share of words that are small words of a romanised language before English or German is doubted."""

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
    label = _by_model(words, script) if count >= MINIMUM_LETTERS else "other"
    return "other" if script == "latin" and label != "other" and _is_romanised(words, label) else label


def _is_romanised(words: str, label: str) -> bool:
    """Whether a text in Latin letters shows more of a language that is written in Arabic ones than of the one claimed.

    Uzbek, which the model takes romanised Dari for, has to show itself; English and German have to be contradicted.
    """
    romanised = len(ROMANISED_SIGNS.findall(words))
    if label == "uz":
        return len(UZBEK_SIGNS.findall(words)) <= romanised
    return romanised > MOST_ROMANISED_SHARE * len(words.split())


def families(texts: pa.Array) -> pa.Array:
    """The family of each text of a column, told once for copies of one text; nulls stay null."""
    encoded = texts.dictionary_encode()
    return pa.array(map(family, encoded.dictionary.to_pylist()), pa.string()).take(encoded.indices)


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
    ranked = _model(script).rank(words)
    (label, first), (_, second) = ranked[0], ranked[1]
    return label if label in OURS[script] and first - second >= MARGIN else "other"


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
