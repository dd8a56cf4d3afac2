"""IBAN, CARD and CRYPTO: accounts, each with the check digits of its own standard."""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256

from stdnum import iban, luhn
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.rules import LATIN_OR_DIGIT, Rule, before, byte_at, stands_alone
from analysis.custody.scrub.runs import RUN, Run, runs
from analysis.custody.scrub.spans import Match

RANK_IBAN, RANK_CARD, RANK_CRYPTO = 11, 14, 13
IBAN = Rule(r"[a-z]{2} ?\d{2}(?:[ .-]?[a-z0-9]{4}){2,7}(?:[ .-]?[a-z0-9]{1,4})?")
SHABA = Rule(r"\d{2}(?:[ -]?\d){22}")
SHABA_WORDS = Rule(r"شبا|sheba|shaba|iban")
CARD_LENGTHS = range(13, 20)
CARD_ISSUERS = Rule(
    r"(?:4|5[0-8]|2(?:2[2-9]|[3-6]|7[01]|720)|3[47]|3(?:0[0-5]|[689]|52[89]|5[3-8])|6|9792|220[0-4]|8600|9860|1946)\d*"
)
CARD_GROUPINGS = frozenset(
    {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 5), (6, 13), (4, 4, 4, 4, 2), (4, 4, 4, 4, 1)}
)
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
WALLETS = Rule(rf"\b[13LMDTAX][{BASE58}]{{25,34}}\b|\b[48][0-9AB][{BASE58}]{{93}}(?:[{BASE58}]{{11}})?\b", cased=True)
BECH32 = Rule(r"\b(?:bc1|tb1|ltc1|addr1|cosmos1|bitcoincash:[qp]|terra1)[ac-hj-np-z02-9]{11,100}\b")
HEX = Rule(r"\b0x[0-9a-f]{40}\b")
TON = Rule(r"\b(?:EQ|UQ|kQ|0Q)[A-Za-z0-9_-]{46}\b", cased=True)
NAMED_WALLET = Rule(rf"\b[{BASE58}]{{25,64}}\b", cased=True)
WALLET_WORDS = Rule(
    r"\b(?:btc|bitcoin|xbt|eth|usdt|trx|tron|trc-?20|xmr|monero|ltc|litecoin|xrp|ripple|doge|sol|solana|wallet|crypto|"
    r"donate|bch|ton)\b|بیت ?کوین|والت|کیف پول|تتر|ترون|رمزارز"
)


def _ibans(data: bytes) -> Iterator[Match]:
    for start, end in IBAN.spans(data):
        if byte_at(data, start - 1) not in LATIN_OR_DIGIT:
            length = _iban_length(data[start:end].decode("latin-1"))
            if length and byte_at(data, start + length) not in LATIN_OR_DIGIT:
                yield Match(start, start + length, "IBAN", RANK_IBAN)


def _shabas(data: bytes) -> Iterator[Match]:
    for start, end in SHABA.spans(data):
        is_named = stands_alone(data, start, end) and SHABA_WORDS.is_in(before(data, start, 20))
        if is_named and _iban_length("IR" + data[start:end].decode("latin-1")):
            yield Match(start, end, "IBAN", RANK_IBAN)


@lru_cache(maxsize=4_096)
def _iban_length(text: str) -> int:
    """How many characters from the left make a valid IBAN; 0 where none do."""
    for length in range(len(text), 14, -1):
        if text[length - 1].isalnum() and _is_iban(text[:length].replace(".", "").replace(" ", "").replace("-", "")):
            return length
    return 0


def _is_iban(compact: str) -> bool:
    """The registry's structure and check digits; Iran's national part has no structure but its length."""
    if compact[:2].upper() == "IR":
        return len(compact) == 26 and compact[2:].isdigit() and mod_97_10.is_valid(f"{compact[4:]}IR{compact[2:4]}")
    return _has_registered_structure(compact)


def _has_registered_structure(compact: str) -> bool:
    """Whether the library's registry knows the structure; the banks' own inner checks are not asked for."""
    try:
        iban.validate(compact, check_country=False)
    except ValidationError:
        return False
    return True


def _cards(data: bytes) -> Iterator[Match]:
    for run in runs(data):
        yield from _in_run(data, run)


def _in_run(data: bytes, run: Run) -> Iterator[Match]:
    for window in run.windows(CARD_LENGTHS):
        digits = window.digits
        grouping = tuple(len(group) for group in window.groups)
        is_grouped = len(grouping) == 1 or grouping in CARD_GROUPINGS or set(grouping) == {1}
        if (
            is_grouped
            and not window.is_touching_letters(data)
            and CARD_ISSUERS.fits(digits)
            and luhn.is_valid(digits.decode())
        ):
            yield Match(window.start, window.end, "CARD", RANK_CARD)


def _wallets(data: bytes) -> Iterator[Match]:
    for rule in (BECH32, HEX, TON):
        for start, end in rule.spans(data):
            yield Match(start, end, "CRYPTO", RANK_CRYPTO)
    for start, end in WALLETS.spans(data):
        if end - start > 90 or _has_check(data[start:end].decode("latin-1")):
            yield Match(start, end, "CRYPTO", RANK_CRYPTO)
    for start, end in NAMED_WALLET.spans(data):
        text = data[start:end]
        mixed = any(b in b"0123456789" for b in text) and text.lower() != text and text.upper() != text
        if mixed and WALLET_WORDS.is_in(before(data, start, 30)):
            yield Match(start, end, "CRYPTO", RANK_CRYPTO)


@lru_cache(maxsize=4_096)
def _has_check(address: str) -> bool:
    """Whether the last four bytes of a base58 address are the double SHA-256 of the others."""
    number = 0
    for letter in address:
        number = number * 58 + BASE58.index(letter)
    payload = number.to_bytes(max(25, (number.bit_length() + 7) // 8), "big")
    return len(payload) == 25 and sha256(sha256(payload[:-4]).digest()).digest()[:4] == payload[-4:]


FINDERS = (
    Finder((IBAN,), _ibans),
    Finder((SHABA,), _shabas),
    Finder((RUN,), _cards),
    Finder((BECH32, HEX, TON, WALLETS, NAMED_WALLET), _wallets),
)
