from random import Random

import phonenumbers
import pytest

from analysis.custody.scrub import numbering


def test_the_compiled_plans_agree_with_the_library():
    random = Random(11)  # noqa: S311
    for _ in range(4_000):
        region = random.choice(numbering.REGIONS)
        digits = random.choice("123456789") + "".join(
            random.choice("0123456789") for _ in range(random.randrange(5, 11))
        )
        number = phonenumbers.PhoneNumber(
            country_code=phonenumbers.country_code_for_region(region), national_number=int(digits)
        )
        ours = numbering.regions_of(digits, (region,)) == (region,)
        assert ours == (phonenumbers.is_valid_number_for_region(number, region) or _is_shared(number, region, ours))


def _is_shared(number, region, ours):
    """Regions that share a country code: a plan may hold numbers that the library gives to the neighbour."""
    return ours and phonenumbers.is_valid_number(number) and number.country_code in (1, 7, 39, 44, 47, 61, 358)


def test_international_numbers_are_split():
    assert numbering.split_international("93701234567") == (93, "701234567")
    assert numbering.split_international("49015123456789") == (49, "15123456789")
    assert numbering.split_international("19991234567") is None


def test_a_national_number_is_grouped_as_its_country_does():
    assert numbering.national_grouping("917123456", "TJ") == (2, 3, 4)
    assert numbering.national_grouping("701234567", "AF") == (3, 3, 4)


@pytest.mark.parametrize(
    ("digits", "found"),
    [
        ("93701234567", (93, "701234567")),
        ("930701234567", (93, "701234567")),
        ("390612345678", (39, "0612345678")),
        ("12015550123", (1, "2015550123")),
        ("998901234567", (998, "901234567")),
        ("0701234567", None),
        ("0", None),
        ("9370123456", None),
        ("937012345678", None),
    ],
)
def test_country_code_and_number_are_told_apart(digits, found):
    assert numbering.split_international(digits) == found


@pytest.mark.parametrize(
    ("digits", "is_possible"), [("93701234567", True), ("937", False), ("999999", False), ("00", False)]
)
def test_a_number_of_a_possible_length(digits, is_possible):
    assert numbering.is_possible_international(digits) is is_possible


def test_a_mobile_is_told_from_a_fixed_line():
    assert numbering.is_mobile("701234567", "AF")
    assert not numbering.is_mobile("202345678", "AF")
    assert numbering.regions_of("202345678", ("AF",)) == ("AF",)
    assert numbering.regions_of("2023456789", ("AF",)) == ()


@pytest.mark.parametrize(
    ("national", "region", "grouping"),
    [
        ("0612345678", "IT", (2, 4, 4)),
        ("3123456789", "IT", (3, 3, 4)),
        ("15123456789", "DE", (5, 7)),
        ("2015550123", "US", (3, 3, 4)),
        ("612345678", "FR", (2, 2, 2, 2, 2)),
    ],
)
def test_a_grouping_is_the_librarys_with_zeros_in_front(national, region, grouping):
    assert numbering.national_grouping(national, region) == grouping


def test_a_plan_of_no_region_has_no_number():
    assert numbering._plan("ZZ", 999).fullmatch("701234567") is None
    assert numbering._plan("AF", 93, ("voicemail",)).fullmatch("701234567") is None


def test_plans_without_a_trunk_zero_are_not_asked_for_one():
    assert set(numbering.REGIONS) - set(numbering.TRUNKED) == {"TJ", "UZ", "GR", "DK", "NO", "US", "CA"}
    regions = [
        "AF",
        "PK",
        "IR",
        "TR",
        "DE",
        "GB",
        "FR",
        "AT",
        "SE",
        "NL",
        "US",
        "CA",
        "IN",
        "AE",
        "AU",
        "BE",
        "CH",
        "DK",
        "NO",
        "FI",
        "IT",
        "GR",
        "TJ",
        "UZ",
    ]
    assert list(numbering.REGIONS) == regions
