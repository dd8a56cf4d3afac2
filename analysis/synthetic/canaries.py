"""Planted identifiers: made-up names, numbers and addresses that must not survive admission.

Telephone numbers come from ranges that regulators keep for fiction; e-mail domains and addresses are reserved ones.
Every planted string is returned, so that a test can search every released byte for it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Texts = npt.NDArray[np.str_]

PLANTED_SHARE = 0.04
GIVEN_NAMES = ("Zarvendagul", "Qamarwesh", "Tolwakht", "Shirinbeda", "Navidshor", "Gulmehrab")
FAMILY_NAMES = ("Khoshnawazi", "Darwandyar", "Sepehrtosh", "Wranjhoran", "Almasbandi", "Torkhelwand")
FICTIONAL_PHONES = ("+4917139200{:02d}", "+493023125{:03d}", "+1202555{:04d}", "+61491570{:03d}")
PHRASES = ("under the third blue bridge", "seven quiet copper lanterns", "the baker of the empty street")
SENTENCES = {
    "en": "Contact {name} at {phone} or {email}, handle @{handle}, {phrase}",
    "de": "Kontakt {name}, {phone}, {email}, @{handle}, {phrase}",
    "fa": "تماس {name} شماره {phone} ایمیل {email} حساب @{handle} {phrase}",
    "ps": "اړیکه {name} شمېره {phone} برېښنالیک {email} حساب @{handle} {phrase}",
}


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


def hatch(number: int, generator: np.random.Generator) -> Canary:
    """One canary; the number keeps handles and addresses apart."""
    given, family = generator.choice(GIVEN_NAMES), generator.choice(FAMILY_NAMES)
    pattern = FICTIONAL_PHONES[number % len(FICTIONAL_PHONES)]
    digits = 100 + number % 100 if pattern.startswith("+1202") else number % 100
    handle = f"{given}_{family}_{number}".lower()
    email = f"{handle}@mail.example.org"
    return Canary(f"{given} {family}", pattern.format(digits), email, handle, str(generator.choice(PHRASES)))


def plant(text: Texts, language: Texts, generator: np.random.Generator) -> tuple[Texts, tuple[Canary, ...]]:
    """Append a canary to a small share of texts, in each text's own language.

    Returns
    -------
    texts, canaries
        The texts with what was planted, and every canary in order.
    """
    chosen = np.flatnonzero(generator.random(len(text)) < PLANTED_SHARE)
    canaries = tuple(hatch(number, generator) for number in range(len(chosen)))
    planted = text.astype(object)
    for position, canary in zip(chosen, canaries, strict=True):
        planted[position] += ". " + SENTENCES[str(language[position])].format(**vars(canary))
    return planted.astype("U"), canaries
