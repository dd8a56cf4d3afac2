"""Planted identifiers: made-up names, numbers and addresses that must not survive admission.

Telephone numbers come from ranges that regulators keep for fiction; e-mail domains and addresses are reserved ones.
Every planted string is returned, so that a test can search every released byte for it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Texts = npt.NDArray[np.str_]

PLANTED_SHARE = 0.04
FICTIONAL_PHONES = ("+4917139200{:02d}", "+493023125{:03d}", "+1202555{:04d}", "+61491570{:03d}")
SENTENCES = {
    "en": "Contact {name} at {phone} or {email}, handle @{handle}, {phrase}",
    "de": "Kontakt {name}, {phone}, {email}, @{handle}, {phrase}",
    "fa": "تماس {name} شماره {phone} ایمیل {email} حساب @{handle} {phrase}",
    "ps": "اړیکه {name} شمېره {phone} برېښنالیک {email} حساب @{handle} {phrase}",
}


@dataclass(frozen=True)
class Nest:
    """Made-up names and phrases for one place; two places never share one."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    phrases: tuple[str, ...]


OUTSIDE = Nest(
    ("Zarvendagul", "Qamarwesh", "Tolwakht", "Shirinbeda", "Navidshor", "Gulmehrab"),
    ("Khoshnawazi", "Darwandyar", "Sepehrtosh", "Wranjhoran", "Almasbandi", "Torkhelwand"),
    ("under the third blue bridge", "seven quiet copper lanterns", "the baker of the empty street"),
)
"""For what does not enter at all: identifying fields, free answers, posts of accounts that may not be read."""

INSIDE = Nest(
    ("Marjandokht", "Sarbolanday", "Ofoqzad", "Breshnagar"),
    ("Nilgunpur", "Zmarakzoy", "Kuhestanyar", "Parwanshad"),
    ("nine green kites at noon", "a clock that counts in pears"),
)
"""For posts that enter: names and phrases stay in their text, and the text stays in the restricted tier."""


@dataclass(frozen=True)
class Canary:
    """One made-up person's traces, as planted."""

    name: str
    phone: str
    email: str
    handle: str
    phrase: str

    @property
    def strings(self) -> tuple[str, ...]:
        """Every string to search for."""
        return (self.name, self.phone, self.email, self.handle, self.phrase)


def hatch(number: int, generator: np.random.Generator, nest: Nest = OUTSIDE) -> Canary:
    """One canary; the number keeps handles and addresses apart."""
    given, family = generator.choice(nest.given), generator.choice(nest.family)
    pattern = FICTIONAL_PHONES[number % len(FICTIONAL_PHONES)]
    digits = 100 + number % 100 if pattern.startswith("+1202") else number % 100
    handle = f"{given}_{family}_{number}".lower()
    email = f"{handle}@mail.example.org"
    return Canary(f"{given} {family}", pattern.format(digits), email, handle, str(generator.choice(nest.phrases)))


def plant(
    text: Texts, language: Texts, enters: npt.NDArray[np.bool_], generator: np.random.Generator
) -> tuple[Texts, tuple[Canary, ...]]:
    """Append a canary to a small share of texts, in each text's own language.

    Parameters
    ----------
    text, language : (n,) str
    enters : (n,) bool
        Whether the post may be read: decides from which nest the canary is.
    generator : Generator

    Returns
    -------
    texts, canaries
        The texts with what was planted, and every canary in order.
    """
    chosen = np.flatnonzero(generator.random(len(text)) < PLANTED_SHARE)
    canaries = tuple(
        hatch(number, generator, INSIDE if enters[position] else OUTSIDE) for number, position in enumerate(chosen)
    )
    planted = text.astype(object)
    for position, canary in zip(chosen, canaries, strict=True):
        planted[position] += ". " + SENTENCES[str(language[position])].format(**vars(canary))
    return planted.astype("U"), canaries
