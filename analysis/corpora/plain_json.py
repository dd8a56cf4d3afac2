"""JSON by the fastest parser, where it says the same as Python's own, and where the value is of bearable size.

What must not be here: mending, or messages. Whatever is not plain is left to the slower parser, which knows why.
"""

from typing import Any

import orjson

from analysis import limits

UNUSUAL = object()
"""Instead of a value: broken, or a matter for the slower parser."""

_OUTLINE = bytes.maketrans(b"123456789, \t\r\n{", b"000000000:::::[")
"""Every digit as 0, what stands before a value as a colon or a bracket, every opening bracket as one."""
_TWENTY, _NEGATIVE = b"0" * 20, b"-" + b"0" * 19
"""Digits of a whole number of more than 64 bits, which the fast parser rounds."""
_TOO_MANY = (b":" + _TWENTY, b"[" + _TWENTY, b"0" * (limits.JSON_NUMBER // 2 - 20))
"""Where twenty digits are no part of a text: a whole number begins, or a fraction or an exponent is very long."""


def plain_value(content: bytes) -> Any:
    """The value of a small piece of JSON, or `UNUSUAL`.

    Parameters
    ----------
    content : bytes
        One JSON value in UTF-8.

    Returns
    -------
    Any
        What `json.loads` returns. `UNUSUAL` for what is no JSON, for half of a surrogate pair, NaN or Infinity, for a
        number that may have too many digits, and for more nesting or size than `limits` allows; for a few values that
        are within the limits as well.
    """
    size = len(content)
    if size > limits.JSON_TOKENS:
        return UNUSUAL
    outline = content.translate(_OUTLINE)
    if size > 2 * limits.JSON_DEPTH and outline.count(b"[") > limits.JSON_DEPTH:
        return UNUSUAL
    if _NEGATIVE in outline or (_TWENTY in outline and any(sign in b":" + outline for sign in _TOO_MANY)):
        return UNUSUAL
    try:
        return orjson.loads(content)
    except ValueError:
        return UNUSUAL
