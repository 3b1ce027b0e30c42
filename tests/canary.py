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
    "device name": "Wristlet Bartholomea",
    "local identifier": "7F3E9A10-55AA-4B1C-9D2E-CAFEBABE0042",
    "latitude": "47.5968112",
    "longitude": "11.0663458",
    "altitude": "873.42917",
    "zone": "Pacific/Chatham",
    "weather": "WeatherTemperature-61.75",
    "route": "route_2026-03-14_7.17am",
    "host name": "bartholomea-pi",
    "wireless network": "Quillon Home 5G",
}

RSSI = -87
"""Marked too, but too short to be looked for as bytes: looked for as a field's value."""


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


def _base64_cores(data: bytes) -> Iterator[str]:
    """What stays the same of base64, wherever in a longer text the bytes begin."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + data).decode()
        core = text[4 if shift else 0 : len(text) - 4]
        if len(core) >= 8:
            yield core
            yield core.replace("+", "-").replace("/", "_")


def spellings(value: str) -> set[str]:
    """Every spelling of one value, in the form that `find` compares (lower case, but base64)."""
    forms: set[str] = set()
    for plain in set(_plain_forms(value)):
        for cased in {plain, plain.lower(), plain.upper()}:
            data = cased.encode()
            forms |= {cased, cased[::-1], data.hex(), quote(cased, safe="")}
            forms |= {json.dumps(cased)[1:-1], json.dumps(cased, ensure_ascii=False)[1:-1]}
            forms |= set(_base64_cores(data))
            for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256):
                hashed = digest(data).digest()
                forms |= {hashed.hex(), *_base64_cores(hashed)}
    raw = _hex_bytes(value)
    if raw is not None:
        for octets in (raw, raw[::-1]):
            forms |= set(_base64_cores(octets + b"\0\0\0"))
            for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256):
                forms |= {digest(octets).hexdigest()}
    return {form for form in forms if len(form) >= 6}


_FORMS = {name: spellings(value) for name, value in MARKED.items()}
_FOLDED = {name: {form.lower() for form in forms} for name, forms in _FORMS.items()}


def find(data: bytes | str) -> set[str]:
    """The names of the marked values that stand in these bytes, in any spelling."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    raw = data.encode() if isinstance(data, str) else data
    folded = text.lower()
    found = {name for name, forms in _FOLDED.items() if any(form in folded for form in forms)}
    for name, value in MARKED.items():
        octets = _hex_bytes(value)
        if octets is not None and (octets in raw or octets[::-1] in raw):
            found.add(name)
    return found


def find_in(many: Iterable[bytes | str]) -> set[str]:
    """The same over many pieces."""
    return set().union(*(find(piece) for piece in many))
