"""JSON without one account's items; whoever else named the account names nobody afterwards.

What must not be here: which account it is.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from analysis.custody.erasure.cut import MARK
from analysis.custody.erasure.text import decoded
from analysis.errors import CustodyError

AUTHOR_KEYS = frozenset(
    (
        "account", "acct", "actor", "actor_id", "author", "author_fullname", "author_id", "did", "from_id", "handle",
        "id", "id_str", "screen_name", "uniqueId", "user_id", "username", "value",
    )
)  # fmt: skip
"""Fields in which an export names the account behind an item; a field that names whom it answers is none of them."""
_ALONE = r"(?<!\w)"
_MENTION = r"(?<=[@/])"
"""Before a name that could as well be a word: only there does it name an account."""
ASSIGNMENT = re.compile(r"\s*(?:window\.YTD\.\w+\.part\d+|Grailbird\.data\.\w+)\s*=\s*")


def without_items(content: bytes, name: str, names: Collection[str]) -> bytes:
    """A document, or one value a line, without the account's items and without its name in the others.

    Raises
    ------
    CustodyError
        Not text, or nested too deeply.
    """
    text, encoding, mark = decoded(content, name)
    wanted = frozenset(names)
    start = match.end() if (match := ASSIGNMENT.match(text)) else 0
    body = text[start:]
    try:
        whole = _nameless(_cleaned(json.loads(body), wanted), without_name(wanted))
        new = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    except RecursionError as error:
        raise CustodyError(f"{name}: nested too deeply") from error
    except ValueError:
        new = "".join(_kept_lines(body, wanted))
    return mark + (text[:start] + new).encode(encoding)


def without_name(names: Collection[str]) -> Callable[[str], str]:
    """A function that takes an account's names out of a text: the whole text, or words of it.

    A number becomes zeros, so that a field that wants a number still holds one.
    """
    exact = frozenset(names)
    longest_first = sorted(exact, key=lambda each: (-len(each), each))
    patterns = [(_ALONE if is_telling(each) else _MENTION) + re.escape(each) + r"(?!\w)" for each in longest_first]
    within = re.compile("|".join(patterns)) if patterns else None

    def cleaned(text: str) -> str:
        if text.strip() in exact:
            return _nobody(text.strip())
        return within.sub(lambda match: _nobody(match.group()), text) if within else text

    return cleaned


def is_telling(name: str) -> bool:
    """Whether a name is no word and no small number: wherever it stands, it means this one account or person."""
    return len(name) >= 6 and (any(map(str.isdigit, name)) or ":" in name)


def _nobody(name: str) -> str:
    return "0" if name.isascii() and name.isdigit() else MARK


def _nameless(value: Any, clean: Callable[[str], str]) -> Any:
    """The value with every text and number in it cleaned; keys of objects too."""
    if isinstance(value, dict):
        return {clean(key): _nameless(each, clean) for key, each in value.items()}
    if isinstance(value, list):
        return [_nameless(each, clean) for each in value]
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if clean(str(value)) == str(value) else 0
    return value


def _kept_lines(body: str, wanted: frozenset[str]) -> Iterator[str]:
    clean = without_name(wanted)
    for line in body.splitlines(keepends=True):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            # A broken line cannot be told apart: it goes when it holds a name at all.
            if clean(line) == line and not any(name in line for name in wanted):
                yield line
            continue
        if not _is_of(value, wanted):
            cleaned = _nameless(_cleaned(value, wanted), clean)
            yield line if cleaned == value else json.dumps(cleaned, ensure_ascii=False) + "\n"


def _cleaned(value: Any, wanted: frozenset[str]) -> Any:
    """The value with the account's elements taken out of every list in it."""
    if isinstance(value, dict):
        return {key: _cleaned(each, wanted) for key, each in value.items()}
    if isinstance(value, list):
        return [_cleaned(each, wanted) for each in value if not _is_of(each, wanted)]
    return value


def _is_of(value: Any, wanted: frozenset[str]) -> bool:
    """Whether an element names the account as its author, itself or in an object inside it; lists are judged apart."""
    if not isinstance(value, dict):
        return False
    own = any(key in AUTHOR_KEYS and str(each) in wanted for key, each in value.items())
    return own or any(_is_of(each, wanted) for each in value.values())
