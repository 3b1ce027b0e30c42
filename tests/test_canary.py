"""The canary itself: a search that finds nothing must be shown to find what is planted."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

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
