"""Answers in digits of another script, or with invisible marks, as what the person meant.

What must not be here: turning a text into a number, or changing a letter.
"""

import re
import unicodedata

_MARKS = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u061c]")
"""Marks of direction and of width zero; the joiners that Persian spelling needs are none of them."""

_SIGNS = str.maketrans({"٫": ".", "٬": ",", "−": "-", "‐": "-"})


def folded(text: str) -> str:
    """The text without invisible marks, its decimal digits of any script as 0 to 9.

    Examples
    --------
    >>> folded("۱۲"), folded("٣٫٥"), folded("１")
    ('12', '3.5', '1')
    """
    if text.isascii():
        return text
    plain = _MARKS.sub("", text)
    digits = "".join(each if each.isascii() else str(unicodedata.decimal(each, each)) for each in plain)
    return digits.translate(_SIGNS) if any(each.isdecimal() for each in digits) else digits
