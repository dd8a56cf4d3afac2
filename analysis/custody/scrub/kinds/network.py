"""IP and MAC: addresses of machines; a port, a prefix length or a zone belongs to the address."""

import ipaddress
import re
from collections.abc import Iterator

from analysis.custody.scrub.gates import Finder
from analysis.custody.scrub.rules import LATIN_OR_DIGIT, Rule, before, byte_at, stands_alone
from analysis.custody.scrub.spans import Match

RANK = 15
COLON = 0x3A
DOT = r"(?:\.| ?[\[({] ?(?:\.|dot|نقطه|دات) ?[\])}] ?)"
OCTET = r"\d{1,3}"
VERSION_4 = Rule(rf"{OCTET}(?:{DOT}{OCTET}){{3}}(?:/\d{{1,2}}|:\d{{1,5}})?")
VERSION_6 = Rule(r"[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?::\d{1,3}(?:\.\d{1,3}){3}|\.\d{1,3}(?:\.\d{1,3}){2})?")
TAIL_6 = Rule(r"^(?:%[a-z0-9_.-]{1,16})?(?:/\d{1,3})?")
MAC = Rule(r"[0-9a-f]{2}(?:(?:-[0-9a-f]{2}){5,7}|(?::[0-9a-f]{2}){5,7})|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}")
MAC_WORDS = Rule(r"\bmac\b|مک ادرس")
NUMBERING_WORDS = Rule(
    r"(?:\bv|version|ver\.?|release|build|firmware|kernel|section|abschnitt|kapitel|§|نسخه|ویرایش) ?$"
)
ADDRESS_WORDS = Rule(r"\bipv?6?\b|آی ?پی|address")
DIGITS_ONLY = re.compile(rb"\d+")


def _macs(data: bytes) -> Iterator[Match]:
    for start, end in MAC.spans(data):
        if stands_alone(data, start, end, b":-") and _is_mac(data, start, end):
            yield Match(start, end, "MAC", RANK - 1)


def _version_4(data: bytes) -> Iterator[Match]:
    for start, end in VERSION_4.spans(data):
        octets = [int(octet) for octet in DIGITS_ONLY.findall(data[start:end])][:4]
        if byte_at(data, start - 1) in b"0123456789." or byte_at(data, end) in LATIN_OR_DIGIT:
            continue
        if byte_at(data, end) == 0x2E and byte_at(data, end + 1) in b"0123456789":
            continue
        if max(octets) <= 255 and not NUMBERING_WORDS.is_in(before(data, start, 12)):
            yield Match(start, end, "IP", RANK)


def _version_6(data: bytes) -> Iterator[Match]:
    for start, last in VERSION_6.spans(data):
        end = last - (data[last - 1] == COLON and data[last - 2 : last] != b"::")
        text = data[start:end].decode("latin-1")
        if not stands_alone(data, start, last, b":") or not _is_version_6(text):
            continue
        if _is_certain(text) or ADDRESS_WORDS.is_in(before(data, start, 20)):
            yield Match(start, end + (TAIL_6.at_end(data[end : end + 24]) or (0, 0))[1], "IP", RANK)


def _is_version_6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _is_certain(text: str) -> bool:
    """Whether the notation alone tells an address from a time, a ratio or a name with colons."""
    groups = [group for group in text.split(":") if group]
    if len(groups) >= 4:
        return True
    first = int(groups[0], 16) if groups and "." not in groups[0] else 0
    is_assigned = 0x2000 <= first <= 0x3FFF or first >= 0xFC00
    return "::" in text and bool(groups) and (is_assigned or text.startswith("::"))


def _is_mac(data: bytes, start: int, end: int) -> bool:
    text = data[start:end]
    if any(byte in b"abcdefABCDEF" for byte in text) or MAC_WORDS.is_in(before(data, start, 20)):
        return True
    return text.count(b":") >= 5


FINDERS = (Finder((VERSION_4,), _version_4), Finder((VERSION_6,), _version_6), Finder((MAC,), _macs))
