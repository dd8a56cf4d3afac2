"""Bank accounts, cards and wallets at the borders of their standards; the numbers are the standards' examples."""

import pytest
from stdnum import luhn

from analysis.custody.scrub.kinds.accounts import BASE58, _has_check, _iban_length
from tests.unit.custody.scrub.finding import found


@pytest.mark.parametrize(
    ("text", "ibans"),
    [
        ("DE89370400440532013000", ["DE89370400440532013000"]),
        ("DE89370400440532013001", []),
        ("DE8937040044053201300", []),
        ("xDE89370400440532013000", []),
        ("DE89370400440532013000x", []),
        ("7DE89370400440532013000", []),
        ("DE89 3704 0044 0532 0130 00 now", ["DE89 3704 0044 0532 0130 00"]),
        ("DE89.3704.0044.0532.0130.00", ["DE89.3704.0044.0532.0130.00"]),
        ("GB82WEST12345698765432", ["GB82WEST12345698765432"]),
        ("IR580540105180021273113007", ["IR580540105180021273113007"]),
        ("IR580540105180021273113008", []),
        ("IR58054010518002127311300", []),
        ("sheba 580540105180021273113007", ["580540105180021273113007"]),
        ("sheba 580540105180021273113008", []),
        ("shaba 58 0540 1051 8002 1273 1130 07", ["58 0540 1051 8002 1273 1130 07"]),
        ("شبا ۵۸۰۵۴۰۱۰۵۱۸۰۰۲۱۲۷۳۱۱۳۰۰۷", ["۵۸۰۵۴۰۱۰۵۱۸۰۰۲۱۲۷۳۱۱۳۰۰۷"]),
        ("580540105180021273113007", []),
        ("iban xxxxxxxxxxxxxxxx 580540105180021273113007", []),
        ("iban xxxxxxxxxxxxxx 580540105180021273113007", ["580540105180021273113007"]),
    ],
)
def test_an_account_has_its_countrys_check_digits(text, ibans):
    assert found(text, "IBAN") == ibans


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("BE68539007547034", 16),
        ("BE68 5390 0754 7034", 19),
        ("BE68 5390 0754 7034 and", 19),
        ("NO9386011117947", 15),
        ("BE6853900754703", 0),
        ("DE89370400440532013000 more", 22),
    ],
)
def test_the_longest_valid_part_from_the_left_counts(text, length):
    assert _iban_length(text) == length


@pytest.mark.parametrize(
    "card",
    [
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4222222222222", "3782 822463 10005",
        "3056 930902 5904", "30569309025904", "6011111111111117", "2221000000000009", "5019717010103742",
        "6304000000000000", "6799990100000000019", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "3530111333300000",
    ],
)  # fmt: skip
def test_a_card_is_found_whole(card):
    assert found(card, "CARD") == [card]


@pytest.mark.parametrize(
    "text",
    ["4111111111111112", "4111 111111 11111", "41111 11111 11111 1", "x4111111111111111", "4111111111111111x",
     "9999999999999995", "411111111116", "0000000000000000"],
)  # fmt: skip
def test_no_card_without_issuer_check_digit_and_grouping(text):
    assert found(text, "CARD") == []


GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
"""The address of the first block."""


@pytest.mark.parametrize(
    ("text", "wallets"),
    [
        (GENESIS, [GENESIS]),
        (GENESIS[:-1] + "b", []),
        (f"x{GENESIS}", []),
        ("0x52908400098527886E0F7030069857D2E4169EE7", ["0x52908400098527886E0F7030069857D2E4169EE7"]),
        ("0x52908400098527886E0F7030069857D2E4169EE", []),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", ["bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"]),
        ("bc1qar0srrr", []),
        ("EQDtFpEwcFAEcRe5mLVh2N6C0x-_hJEM7W61_JLnSF74p4q2", ["EQDtFpEwcFAEcRe5mLVh2N6C0x-_hJEM7W61_JLnSF74p4q2"]),
        (f"4{'4' * 94}", [f"4{'4' * 94}"]),
        (f"4{'4' * 90}", []),
        ("btc 7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV", ["7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV"]),
        ("btc 7ecdhsygxxyscszyep35khn8vvw3svaulktzxwcfltv", []),
        ("btc 7ECDHSYGXYSCSZYEP35KHN8VVW3SVAUPKTZXWCFPTV", []),
        ("eqdtfpewcfaecre5mlvh2n6c0x-_hjem7w61_jlnsf74p4q2", []),
        ("btc EcDhSYGxXyscszYEpKHNvvwsvAuLKTzXwCFLtV", []),
        ("7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV", []),
        (f"btc {'x ' * 14}7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV", []),
    ],
)
def test_a_wallet_has_a_form_a_check_or_a_word(text, wallets):
    assert found(text, "CRYPTO") == wallets


def test_the_check_of_an_address_is_the_hash_of_the_rest():
    assert _has_check(GENESIS)
    changed = [
        GENESIS[:place] + "2" + GENESIS[place + 1 :] for place in range(1, len(GENESIS)) if GENESIS[place] != "2"
    ]
    assert not any(map(_has_check, changed))
    assert not _has_check(f"2{GENESIS}")
    assert len(set(BASE58)) == 58


@pytest.mark.parametrize(
    "grouping",
    [(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 5), (6, 13), (4, 4, 4, 4, 2), (4, 4, 4, 4, 1)],
)
def test_a_card_is_grouped_as_its_issuer_does(grouping):
    body = "6" + "1" * (sum(grouping) - 2)
    digits = iter(body + luhn.calc_check_digit(body))
    card = " ".join("".join(next(digits) for _ in range(length)) for length in grouping)
    assert found(card, "CARD") == [card]
