"""National numbering plans, compiled from the metadata of `phonenumbers`.

A number is valid when it fits one of the plan's kinds (fixed, mobile, …); asking the compiled plan is some fifty times
faster than parsing. The tests hold the answers against the library's own. What must not be here: what a text around a
number says.
"""

import re
from functools import cache, lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata

REGIONS = (
    *("AF", "PK", "IR", "TR", "DE", "GB", "FR", "AT", "SE", "NL", "US", "CA", "IN"),
    *("AE", "AU", "BE", "CH", "DK", "NO", "FI", "IT", "GR", "TJ", "UZ"),
)
"""Where the diaspora lives; numbers of other countries are recognised by their `+`."""
UNTRUNKED = ("TJ", "UZ", "GR", "IT", "DK", "NO")
"""Plans without a trunk prefix, or without one for mobiles: only the grouping or a word tells the number."""
TRUNKED = (*(region for region in REGIONS if region not in (*UNTRUNKED, "US", "CA")), "IT")
KINDS = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)
MOBILE_KINDS = ("mobile",)


@cache
def _plan(region: str, country_code: int, kinds: tuple[str, ...] = KINDS) -> re.Pattern[str]:
    """Every national number of a region's kinds; kinds that the plan does not have match nothing."""
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
    described = [getattr(metadata, kind) for kind in kinds] if metadata else []
    patterns = [part.national_number_pattern for part in described if part and part.national_number_pattern]
    general = metadata.general_desc if metadata else None
    if not patterns or general is None:
        return re.compile(r"(?!)")
    return re.compile(f"(?=(?:{general.national_number_pattern})$)(?:{'|'.join(patterns)})")


@cache
def _code(region: str) -> int:
    return int(phonenumbers.country_code_for_region(region))


@lru_cache(maxsize=65_536)
def regions_of(national: str, regions: tuple[str, ...] = REGIONS) -> tuple[str, ...]:
    """Regions whose plan has a national number (digits without trunk prefix)."""
    return tuple(region for region in regions if _plan(region, _code(region)).fullmatch(national))


@lru_cache(maxsize=65_536)
def is_mobile(national: str, region: str) -> bool:
    """Whether a national number is a mobile of a region."""
    return _plan(region, _code(region), MOBILE_KINDS).fullmatch(national) is not None


@lru_cache(maxsize=65_536)
def split_international(digits: str) -> tuple[int, str] | None:
    """Country code and national number of a valid international number; a trunk zero in between is left out."""
    for length in (1, 2, 3):
        code, national = int(digits[:length] or 0), digits[length:]
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ())
        for candidate in (national, national[1:] if national.startswith("0") else national):
            if digits[0] != "0" and any(_plan(region, code).fullmatch(candidate) for region in regions):
                return code, candidate
    return None


@lru_cache(maxsize=65_536)
def is_possible_international(digits: str) -> bool:
    """Whether a country code is followed by a national number of a possible length."""
    try:
        number = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(number)


@lru_cache(maxsize=65_536)
def national_grouping(national: str, region: str) -> tuple[int, ...]:
    """How a region writes a national number: the lengths of its groups of digits."""
    zeros = len(national) - len(national.lstrip("0"))
    number = phonenumbers.PhoneNumber(
        country_code=_code(region),
        national_number=int(national),
        italian_leading_zero=zeros > 0 or None,
        number_of_leading_zeros=zeros if zeros > 1 else None,
    )
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return tuple(len(group) for group in re.findall(r"\d+", written))
