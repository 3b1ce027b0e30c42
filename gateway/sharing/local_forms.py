"""Every spelling of a local value that is looked for in what leaves.

A spelling is a few bytes, ASCII letters in lower case: what is searched is folded alike, after
its escapes, base64 and hexadecimal have been undone (`scan`). So one value needs no spelling of its
own for each way in which a text can be wrapped.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator

SHORTEST = 6
"""Fewer bytes than this say nothing: they stand in every other text by chance."""

_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}[:\-_. ]?){5,15}[0-9A-Fa-f]{2}")
_SEPARATORS = re.compile(r"[\s:\-_.,/]+")
_SOME_SEPARATORS = (re.compile(r"[\s:\-]+"), re.compile(r"[\s:\-_]+"), _SEPARATORS)
_NUMBER = re.compile(r"[-+]?(\d+\.\d+)")
_DIGESTS = ("md5", "sha1", "sha256")
_DIGEST_HEAD = 8


def number_in(value: str) -> str | None:
    """The digits of a value that is a decimal number, without its sign; None if it is not one."""
    matched = _NUMBER.fullmatch(value.strip())
    return matched[1] if matched else None


def spellings(value: str) -> dict[bytes, bool]:
    """All spellings of one value: as it is, rearranged, and the digests of these.

    An address or identifier in hexadecimal (6 to 16 bytes) is spelled with four separators and
    none, in both byte orders, as an EUI-64 with ``FFFE`` inside, as a decimal integer and as bytes.

    Returns:
        each spelling, and whether it counts only where it stands alone (`stands_alone`).

    Source: docs/privacy.md, B-forms.
    """
    texts = set(_texts(value))
    binary = {raw.lower() for raw in _octets(value)}
    for text in texts:
        for cased in {text, text.lower(), text.upper()}:
            binary.update(_digests(cased.encode()))
    for raw in set(_octets(value)):
        binary.update(_digests(raw))
    found = dict.fromkeys(binary, False)
    for form in {text.encode().lower() for text in texts}:
        itself = form.decode() == number_in(value)  # numbers are compared as numbers
        if len(form) >= SHORTEST and not itself:
            found[form] = stands_alone(form)
    return found


def stands_alone(form: bytes) -> bool:
    """Whether a spelling counts only with no letter or digit beside it.

    Short ones and short numbers would be found inside longer ones by chance.
    """
    return len(form) < 8 or (len(form) < 10 and form.isdigit())


def _texts(value: str) -> Iterator[str]:
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, value.strip())
        yield from (text, text.lower(), text.upper())
        yield from (text[::-1], text.lower()[::-1], text.upper()[::-1])
    for separators in _SOME_SEPARATORS:
        bare = separators.sub("", value)
        yield from (bare, bare[::-1])
    for word in value.split():  # "Polar H10 1A2B3C4D" ends with a serial number
        if any(letter.isdigit() for letter in word):
            yield word
    for raw in _octets(value):
        pairs = [f"{octet:02x}" for octet in raw]
        yield from (mark.join(pairs) for mark in ("", ":", "-", "_", "."))
        yield str(int.from_bytes(raw, "big"))


def _octets(value: str) -> Iterator[bytes]:
    """The bytes that a hexadecimal value writes, in both orders, with its EUI-64 if it has one."""
    if not _HEX.fullmatch(value.strip()):
        return
    raw = bytes.fromhex(_SEPARATORS.sub("", value))
    yield from (raw, raw[::-1])
    if len(raw) == 6:
        wide = raw[:3] + b"\xff\xfe" + raw[3:]
        flipped = bytes([wide[0] ^ 2]) + wide[1:]  # modified EUI-64, RFC 4291 appendix A
        yield from (wide, wide[::-1], flipped, flipped[::-1])
    if len(raw) == 8 and b"\xff\xfe" in raw:  # a System ID holds the address
        for order in (raw, raw[::-1]):
            at = order.find(b"\xff\xfe")
            yield from (order[:at] + order[at + 2 :], (order[:at] + order[at + 2 :])[::-1])


def _digests(data: bytes) -> Iterator[bytes]:
    for name in _DIGESTS:
        digest = hashlib.new(name, data, usedforsecurity=False).digest()
        yield digest[:_DIGEST_HEAD].lower()
