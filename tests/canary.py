"""Marked local values, and every spelling in which they might slip out.

Written apart from `gateway/sharing/scan.py`, which looks for the same in production: a judge does
not borrow the eyes of whom it judges. Add a new local value to `MARKED`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

STRAP = "C0:DE:CA:FE:17:01"
MONITOR = "C0:DE:CA:FE:17:02"
NEIGHBOUR = "E6:11:22:33:44:55"
ADAPTER = "C0:DE:CA:FE:17:0B"

MARKED: dict[str, str] = {
    "strap address": STRAP,
    "monitor address": MONITOR,
    "neighbour's address": NEIGHBOUR,
    "advertised name": "Zephyrine HRM 4711",
    "monitor's name": "Quillon Breath 0815",
    "neighbour's name": "Oberammergau TV",
    "serial number": "SN-XK42-990017",
    "system id": "c0decafffefe1701",
    "source name": "Bartholomea’s iPhone",
    "watch name": "Bartholomea’s Apple Watch",
    "given name": "Quendolin’s cuff upstairs",
    "device name": "Wristlet Bartholomea",
    "local identifier": "7F3E9A10-55AA-4B1C-9D2E-CAFEBABE0042",
    "latitude": "47.5968112",
    "longitude": "11.0663458",
    "altitude": "873.42917",
    "pod latitude": "48.2081743",
    "pod longitude": "16.3738189",
    "zone": "Pacific/Chatham",
    "weather": "WeatherTemperature-61.75",
    "file of an export": "Bartholomea-Quillon-health",
    "route": "route_2026-03-14_7.17am",
    "device's own time": "2a18 4711 at 20260314T071731",
    "session of a sensor": "began 20260302T184509",
    "how far a clock is off": "87654321098",
    "nobody's weight": "61.73918264",
    "adapter's address": ADAPTER,
    "described device's address": "C0:DE:CA:FE:17:09",
    "described device's name": "Wackelwaage 77 Bartholomea",
    "wished device's address": "C0:DE:CA:FE:17:0A",
    "value on a display": "93.41872639",
    "packet of a described device": "d15c0ffee0ba",
    "clinic's name": "Praxis Dr. Quendolin Nord",
    "what was eaten": "Grandmother Zephyrine’s soup",
    "name in an electrocardiogram": "Bartholomea Quillon-Zephyr",
    "birth date in an electrocardiogram": "Sep 17, 1961",
    "brand of glasses": "Clearly Bartholomea",
    "account in metadata": "acct-bartholomea-7731",
    "part of a workout": "9B1DEB4D-3B7D-4BAD-9BDD-2B0D7B3DCB6D",
    "host name": "bartholomea-pi",
    "wireless network": "Quillon Home 5G",
}

RSSI = -87
"""Marked too, but too short to be looked for as bytes: looked for as a field's value."""

SHORTEST = 6
"""Fewer signs than this stand in every other text by chance."""


def _hex_bytes(value: str) -> bytes | None:
    """The bytes of an address or id that is written in hexadecimal."""
    digits = re.sub(r"[:\-]", "", value)
    return bytes.fromhex(digits) if re.fullmatch(r"(?:[0-9A-Fa-f]{2}){6,16}", digits) else None


def _plain_forms(value: str) -> Iterator[str]:
    yield value
    yield re.sub(r"[\s:\-_.]", "", value)
    raw = _hex_bytes(value)
    if raw is None:
        return
    for octets in (raw, raw[::-1]):
        pairs = [f"{octet:02x}" for octet in octets]
        yield from ("".join(pairs), ":".join(pairs), "-".join(pairs), "_".join(pairs))
        yield str(int.from_bytes(octets, "big"))
    if len(raw) == 6:
        wide = raw[:3] + b"\xff\xfe" + raw[3:]
        for octets in (wide, wide[::-1]):
            yield octets.hex()
            yield "-".join(f"{octet:02x}" for octet in octets)
            yield str(int.from_bytes(octets, "big"))


def _texts(value: str) -> set[str]:
    """The plain forms in each case; the value and its bare form also letter by letter reversed."""
    forms = list(_plain_forms(value))
    forms += [form[::-1] for form in forms[:2]]
    cases = (str, str.lower, str.upper)
    return {case(form) for form in forms for case in cases if len(form) >= SHORTEST}


def _octets(value: str) -> set[bytes]:
    """An address or id as bytes, in both orders."""
    raw = _hex_bytes(value)
    return set() if raw is None else {raw, raw[::-1]}


def _digests(data: bytes) -> Iterator[bytes]:
    for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256):
        yield digest(data).digest()


def _base64_cores(data: bytes) -> Iterator[str]:
    """What stays the same of base64, wherever in a longer text the bytes begin."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + data).decode()
        core = text[4 if shift else 0 : len(text) - 4]
        if len(core) >= 8:
            yield core
            yield core.replace("+", "-").replace("/", "_")


def spellings(value: str) -> set[str]:
    """What `find` looks for: every spelling, of base64 the part that never changes."""
    forms: set[str] = set()
    for text in _texts(value):
        data = text.encode()
        forms |= {text, data.hex(), quote(text, safe="")}
        forms |= {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
        forms |= set(_base64_cores(data))
        for digest in _digests(data):
            forms |= {digest.hex(), *_base64_cores(digest)}
    for octets in _octets(value):
        forms |= set(_base64_cores(octets + b"\0\0\0"))
        forms |= {digest.hex() for digest in _digests(octets)}
    return {form for form in forms if len(form) >= SHORTEST}


def planted(value: str) -> Iterator[tuple[str, bytes]]:
    """Every way in which a careless program could write one value: its name, and the bytes."""
    for text in _texts(value):
        data = text.encode()
        yield "plain", data
        yield "hexadecimal", data.hex().encode()
        yield "URL", quote(text, safe="").encode()
        yield "JSON", json.dumps(text)[1:-1].encode()
        yield "JSON in UTF-8", json.dumps(text, ensure_ascii=False)[1:-1].encode()
        yield from (("base64", one) for one in _in_base64(data))
        for digest in _digests(data):
            yield "digest", digest.hex().encode()
            yield from (("digest in base64", one) for one in _in_base64(digest))
    for octets in _octets(value):
        yield "bytes", octets
        yield from (("bytes in base64", one) for one in _in_base64(octets + b"\0\0\0"))
        yield from (("digest of bytes", one.hex().encode()) for one in _digests(octets))


def _in_base64(data: bytes) -> Iterator[bytes]:
    """At each of three alignments, in both alphabets; eight bytes cannot be told from chance."""
    for before in (b"", b'"', b':"') if len(data) > 8 else ():
        yield base64.b64encode(before + data)
        yield base64.urlsafe_b64encode(before + data).rstrip(b"=")


_FOLDED = {name: {form.lower() for form in spellings(value)} for name, value in MARKED.items()}


def holds(name: str, data: bytes | str) -> bool:
    """Whether this marked value stands in these bytes, in any spelling."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    raw = data.encode() if isinstance(data, str) else data
    folded = text.lower()
    return any(form in folded for form in _FOLDED[name]) or any(
        octets in raw for octets in _octets(MARKED[name])
    )


def find(data: bytes | str) -> set[str]:
    """The names of the marked values that stand in these bytes, in any spelling."""
    return {name for name in MARKED if holds(name, data)}


def strays(request: bytes) -> set[str]:
    """What a request tells of the radio or of where its sender lives, without a marked value."""
    text = request.decode("utf-8", "replace")
    looked_for = {
        "a signal strength": rf"(?<![\w-]){RSSI}(?![\w.-])",
        "the word for it": r"(?i)rssi",
        "an offset from UTC": r"T\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:?\d\d",
        "a zone": r"\b(Africa|America|Asia|Atlantic|Australia|Europe|Pacific)/[A-Z]",
    }
    return {what for what, pattern in looked_for.items() if re.search(pattern, text)}


def find_in(many: Iterable[bytes | str]) -> set[str]:
    """The same over many pieces."""
    return set().union(*(find(piece) for piece in many))
