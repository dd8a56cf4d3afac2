from random import Random

import phonenumbers

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
