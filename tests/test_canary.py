"""The canary itself: a search that finds nothing must be shown to find what is planted."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from gateway.sharing.scan import Scanner
from tests import canary

FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "lower": str.lower,
    "upper": str.upper,
    "without separators": lambda text: text.replace(":", ""),
    "byte-reversed": lambda text: ":".join(reversed(text.split(":"))),
    "EUI-64": lambda text: text.replace(":", "")[:6] + "FFFE" + text.replace(":", "")[6:],
    "decimal": lambda text: str(int(text.replace(":", ""), 16)),
    "hex of text": lambda text: text.encode().hex(),
    "base64 at 0": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 at 1": lambda text: base64.b64encode(b"x" + text.encode()).decode(),
    "base64 at 2": lambda text: base64.b64encode(b"xy" + text.encode()).decode(),
    "URL": lambda text: quote(text, safe=""),
    "JSON": json.dumps,
    "MD5": lambda text: hashlib.md5(text.encode()).hexdigest(),
    "SHA-1": lambda text: hashlib.sha1(text.lower().encode()).hexdigest(),
    "SHA-256": lambda text: hashlib.sha256(text.replace(":", "").encode()).hexdigest(),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_address_is_found_in_every_form(form: str) -> None:
    planted = f'{{"note": "seen {FORMS[form](canary.STRAP)} today"}}'
    assert "strap address" in canary.find(planted)


@pytest.mark.parametrize(
    "form", ["plain", "lower", "upper", "base64 at 1", "URL", "JSON", "SHA-256"]
)
@pytest.mark.parametrize("name", sorted(canary.MARKED))
def test_every_marked_value_is_found(name: str, form: str) -> None:
    assert name in canary.find(f"<{FORMS[form](canary.MARKED[name])}>")


def test_an_address_is_found_as_bare_bytes() -> None:
    assert "strap address" in canary.find(b"\x01" + bytes.fromhex("C0DECAFE1701") + b"\x02")


def test_an_innocent_text_holds_nothing() -> None:
    assert canary.find('{"resourceType":"Observation","valueQuantity":{"value":72}}') == set()


@pytest.mark.parametrize(
    ("planted", "stray"),
    [
        (b'{"value":-87}', "a signal strength"),
        (b'{"rssi":12}', "the word for it"),
        (b'"2026-03-14T07:20:00+13:45"', "an offset from UTC"),
        (b"zone Pacific/Chatham", "a zone"),
    ],
)
def test_a_stray_is_found(planted: bytes, stray: str) -> None:
    assert stray in canary.strays(planted)


def test_innocent_requests_have_no_strays() -> None:
    innocent = b'POST /fhir "2026-03-14T07:20:00.000Z" "id":"x-87-1" "value":87 Patient/1'
    assert canary.strays(innocent) == set()


@pytest.mark.parametrize("name", sorted(canary.MARKED))
def test_the_canary_and_the_last_look_find_every_spelling_alike(name: str) -> None:
    # Two searches written apart: what the one knows to look for, the other must know too. The
    # only values that neither looks for have fewer than six signs (`canary.RSSI`, "H10").
    scanner = Scanner([canary.MARKED[name]])
    missed = {"canary": set[str](), "last look": set[str]()}
    written = 0
    for how, spelled in canary.planted(canary.MARKED[name]):
        body = b'{"note":[{"text":"seen ' + spelled + b' there"}]}'
        if not canary.holds(name, body):
            missed["canary"].add(f"{how}: {spelled!r}")
        if scanner.find(body) is None:
            missed["last look"].add(f"{how}: {spelled!r}")
        written += 1
    assert missed == {"canary": set(), "last look": set()}
    assert written > 50
