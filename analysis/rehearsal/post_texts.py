"""Sentences of a rehearsal's posts: a phrase of the plan's codebook and a made-up token for the stance, nothing else.

What belongs here: which sentence an invented post consists of, and which frames stand in it. What must not: who writes.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from analysis.reserved import NO_FRAME
from analysis.study.posts import Language, Posts

SENTENCES: Mapping[Language, str] = {
    "fa": "این متن ساختگی شماره {number} است و درباره {phrase} نوشته شده است {token}",
    "ps": "دا جوړ شوی متن {number} دی چې د {phrase} په اړه لیکل شوی دی {token}",
    "en": "This made-up text with the number {number} was written about {phrase} {token}",
    "de": "Dieser erfundene Text mit der Zahl {number} handelt von {phrase} {token}",
    "ur": "یہ بنایا ہوا متن نمبر {number} ہے اور {phrase} کے بارے میں لکھا گیا ہے {token}",
    "uz": "Bu o‘ylab topilgan {number} sonli matn {phrase} haqida yozilgan va shu bilan tugaydi {token}",
}
NEUTRAL: Mapping[Language, str] = {
    "fa": "هوای امروز", "ps": "د نن هوا", "en": "the weather today", "de": "dem Wetter heute", "ur": "آج کا موسم",
    "uz": "bugungi ob-havo",
}  # fmt: skip
TOKENS = ("tokenalpha", "tokenbeta", "tokengamma", "tokendelta", "tokenepsilon", "tokenzeta")
"""What stands for a label: as many as a plan may have."""


@dataclass(frozen=True)
class Texts:
    """What can be written under a plan."""

    plan: Posts

    @cached_property
    def tokens(self) -> dict[str, str]:
        """Label to the token that stands for it."""
        return dict(zip((stance.code for stance in self.plan.stances), TOKENS, strict=False))

    def phrases(self, frame: str, language: Language) -> tuple[str, ...]:
        """What a post about a frame may say."""
        if frame == NO_FRAME:
            return (NEUTRAL[language],)
        return next(each.phrases[language] for each in self.plan.frames if each.code == frame)

    def written(self, language: Language, phrase: str, number: int, stance: str = "") -> str:
        """One post."""
        return SENTENCES[language].format(number=number, phrase=phrase, token=self.tokens.get(stance, "")).strip()

    def label(self, text: str) -> str:
        """The label whose token stands in a text."""
        return next(stance for stance, token in self.tokens.items() if token in text.split())

    def carried(self, frame: str, language: Language) -> list[frozenset[str]]:
        """The frames that stand in each of the sentences about a frame: a phrase may hold another's, or be excluded."""
        return [self._standing(self.written(language, phrase, 0), language) for phrase in self.phrases(frame, language)]

    def _standing(self, text: str, language: Language) -> frozenset[str]:
        plain = _plain(text)
        for phrase in (phrase for frame in self.plan.frames for phrase in frame.excluded):
            plain = _whole_words(phrase).sub(" ", plain)
        return frozenset(
            frame.code
            for frame in self.plan.frames
            if any(_whole_words(phrase).search(plain) for phrase in frame.phrases[language])
        )


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _whole_words(phrase: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(_plain(phrase))}(?!\w)")
