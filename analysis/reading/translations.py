"""Pages in other languages: their state, their direction, and the words of verdicts in each language.

A translated page has a head that names its original, the hash of the original that it was made from, and its reviewer.
What must not be here: a number; those are quoted by reference, as in English.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import ReleaseError
from analysis.reading.fragments import verdict_word
from analysis.reading.tables import Release

FOLDER = "translations"
SHOWN_CLAIMS = ("C01.1", "C01.2", "C09", "C10")
"""Claims whose verdict a translated page may quote: each has one verdict."""


@dataclass(frozen=True)
class Language:
    """How pages of one language say what no page writes itself.

    `verdicts` has a word for each code; `held` what is held about people, by whose corpora these are; the three states
    say that a draft has no reviewer, who reviewed it, and that its original has changed since.
    """

    verdicts: dict[str, str]
    held: dict[str, str]
    draft: str
    reviewed: str
    outdated: str


LANGUAGES = {
    "de": Language(
        {"supported": "gestützt", "contradicted": "widersprochen", "inconclusive": "nicht entschieden",
         "not_yet_answerable": "noch nicht zu beantworten", "not_answerable": "nicht zu beantworten"},
        {"synthetic": "**Nein.** Diese Ausgabe enthält keine Antwort, keinen Beitrag, keinen Namen und kein Konto "
                      "einer wirklichen Person. Die Menschen, mit denen das Verfahren erprobt wurde, hat ein Programm "
                      "erfunden.",
         "vault": "**Summen über viele Menschen.** Das Team bewahrt Antworten und Beiträge von Personen auf, die "
                  "zugestimmt haben, und von Einrichtungen. Keine dieser Zeilen steht in diesem Buch."},
        "Maschinell unterstützter Entwurf, noch nicht von einer Person mit dieser Muttersprache geprüft. Es gilt das "
        "englische Original.",
        "Geprüft von {reviewer}. Es gilt das englische Original.",
        "Das englische Original wurde seither geändert.",
    ),
    "fa": Language(
        {"supported": "تأیید شده", "contradicted": "رد شده", "inconclusive": "نامشخص",
         "not_yet_answerable": "هنوز قابل پاسخ نیست", "not_answerable": "قابل پاسخ نیست"},
        {"synthetic": "**نه.** در این نشر هیچ پاسخ، هیچ نوشته، هیچ نام و هیچ حسابی از یک شخص واقعی نیست. کسانی که "
                      "روش با آنان آزموده شد، ساختهٔ یک برنامه‌اند.",
         "vault": "**مجموع‌ها دربارهٔ مردمان بسیار.** تیم، پاسخ‌ها و نوشته‌های کسانی را که رضایت داده‌اند، و از نهادها را، "
                  "نگه می‌دارد. هیچ‌کدام از آن سطرها در این کتاب نیست."},
        "پیش‌نویس به کمک ماشین؛ هنوز کسی که زبان مادری‌اش دری است آن را بازبینی نکرده است. متن انگلیسی معتبر است.",
        "بازبینی: {reviewer}. متن انگلیسی معتبر است.",
        "متن انگلیسی پس از آن تغییر کرده است.",
    ),
    "ps": Language(
        {"supported": "تایید شوې", "contradicted": "رد شوې", "inconclusive": "نامعلومه",
         "not_yet_answerable": "لا نه شي ځوابېدای", "not_answerable": "نه شي ځوابېدای"},
        {"synthetic": "**نه.** په دې خپرونه کې د کوم رښتیني کس هېڅ ځواب، لیکنه، نوم یا حساب نشته. هغه خلک چې طریقه پرې "
                      "وازمویل شوه، یوه پروګرام جوړ کړي دي.",
         "vault": "**د ډېرو خلکو مجموعې.** ټیم د هغو کسانو ځوابونه او لیکنې ساتي چې رضایت یې ورکړی، او د ادارو. له هغو "
                  "کرښو یوه هم په دې کتاب کې نشته."},
        "د ماشین په مرسته مسوده؛ لا کوم داسې چا نه ده کتلې چې مورنۍ ژبه یې پښتو وي. انګلیسي متن معتبر دی.",
        "کتنه: {reviewer}. انګلیسي متن معتبر دی.",
        "انګلیسي متن له هغه وروسته بدل شوی دی.",
    ),
}  # fmt: skip


def translated_values(release: Release) -> dict[str, str]:
    """Verdicts and what is held about people, in every language, by the key that pages quote."""
    verdicts = release.table("claim_verdicts").drop_duplicates("claim_id").set_index("claim_id").verdict_code
    found = {}
    for code, language in LANGUAGES.items():
        found[f"text_held_{code}"] = language.held[release.study]
        for claim in SHOWN_CLAIMS:
            if claim in verdicts.index:
                word = language.verdicts[verdicts[claim]]
                found[f"verdict_{claim.replace('.', '_')}_{code}"] = verdict_word(verdicts[claim], word)
    return found


def complete_translations(staging: Path) -> None:
    """Put its state under the heading of every translated page of the staged sources.

    Raises
    ------
    ReleaseError
        A page has no head of its own, or its original does not exist.
    """
    for path in sorted((staging / FOLDER).rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        state = state_of(text, staging, LANGUAGES[path.parent.name], path.name)
        heading = next(line for line in text.splitlines() if line.startswith("# "))
        shown = text.replace(f"{heading}\n", f"{heading}\n\n:::{{div}} translation-state\n{state}\n:::\n", 1)
        path.write_text(shown, encoding="utf-8", newline="\n")


def head_of(text: str, name: str) -> dict[str, Any]:
    """Original, hash of the original and reviewer, as the page's head states them."""
    head = yaml.safe_load(text.split("---\n")[1]) if text.startswith("---\n") else {}
    stated = head.get("translation") or {}
    if {"original", "original_sha256", "reviewer"} - stated.keys():
        raise ReleaseError(f"{name}: a translation states original, original_sha256 and reviewer under `translation`")
    return dict(stated)


def state_of(text: str, chapters: Path, language: Language, name: str) -> str:
    """Whether somebody reviewed the page, and whether its original has changed since."""
    stated = head_of(text, name)
    original = chapters / stated["original"]
    if not original.is_file():
        raise ReleaseError(f"{name}: its original {stated['original']} does not exist")
    parts = [language.reviewed.format(reviewer=stated["reviewer"]) if stated["reviewer"] else language.draft]
    if hashlib.sha256(original.read_bytes()).hexdigest() != stated["original_sha256"]:
        parts.append(language.outdated)
    return " ".join(parts)
