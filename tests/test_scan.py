"""The last look: what it must find, and what it must not take for a find."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.sharing.scan import Scanner
from tests import canary

WRAPPED: dict[str, Callable[[str], str]] = {
    "plain": str,
    "lower case": str.lower,
    "upper case": str.upper,
    "without separators": lambda v: v.replace(":", "").replace(" ", "").replace("-", ""),
    "reversed": lambda v: v[::-1],
    "hexadecimal": lambda v: v.encode().hex(),
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64 after one": lambda v: base64.b64encode(b"x" + v.encode()).decode(),
    "base64 after two": lambda v: base64.b64encode(b"xy" + v.encode() + b"z").decode(),
    "base64url": lambda v: base64.urlsafe_b64encode(v.encode()).decode().rstrip("="),
    "URL": lambda v: quote(v, safe=""),
    "JSON": lambda v: json.dumps(v),
    "JSON, every letter": lambda v: "".join(f"\\u{ord(letter):04x}" for letter in v),
    "MD5": lambda v: hashlib.md5(v.encode()).hexdigest(),  # what a leak would use
    "SHA-1": lambda v: hashlib.sha1(v.encode()).hexdigest(),  # likewise
    "SHA-256": lambda v: hashlib.sha256(v.encode()).hexdigest(),
    "SHA-256 of lower case, base64": lambda v: base64.b64encode(
        hashlib.sha256(v.lower().encode()).digest()
    ).decode(),
}

ADDRESS = "C0:DE:CA:FE:17:01"
RAW = bytes.fromhex("c0decafe1701")
OF_AN_ADDRESS = {
    "dashes": "c0-de-ca-fe-17-01",
    "byte order turned": "01:17:fe:ca:de:c0",
    "byte order turned, bare": "0117FECADEC0",
    "EUI-64": "c0decafffefe1701",
    "EUI-64 with dashes": "C0-DE-CA-FF-FE-FE-17-01",
    "EUI-64 turned": "0117FEFEFFCADEC0",
    "decimal": str(int.from_bytes(RAW, "big")),
    "decimal turned": str(int.from_bytes(RAW, "little")),
    "its bytes in base64": base64.b64encode(b"abc" + RAW).decode(),
    "its bytes turned in base64": base64.b64encode(b"a" + RAW[::-1] + b"b").decode(),
    "digest of its bytes": hashlib.sha256(RAW).hexdigest(),
    "digest, bare and small": hashlib.sha1(b"c0decafe1701").hexdigest(),  # likewise
}


def found(scanner: Scanner, text: str) -> bool:
    inside = f'{{"note":[{{"text":"before {text} after"}}]}}'
    return scanner.find(inside.encode()) is not None and scanner.find(text.encode()) is not None


@pytest.mark.parametrize("name", list(canary.MARKED))
@pytest.mark.parametrize("wrapped", list(WRAPPED))
def test_every_local_value_is_found_in_every_wrapping(name: str, wrapped: str) -> None:
    value = canary.MARKED[name]
    assert found(Scanner([value]), WRAPPED[wrapped](value))


@pytest.mark.parametrize("form", list(OF_AN_ADDRESS.values()), ids=list(OF_AN_ADDRESS))
def test_an_address_is_found_in_every_form(form: str) -> None:
    assert found(Scanner([ADDRESS]), form)


def test_the_bytes_of_an_address_are_found_as_they_are() -> None:
    assert Scanner([ADDRESS]).find(b"\0\0" + RAW + b"\0") is not None
    assert Scanner([ADDRESS]).find(b"\0" + RAW[::-1]) is not None
    raw = bytes.fromhex("e61122334455")
    assert Scanner([canary.NEIGHBOUR]).find(b'{"a":"' + raw + b'"}') is not None


def test_a_system_id_gives_away_its_address() -> None:
    assert found(Scanner(["c0decafffefe1701"]), ADDRESS)


def test_a_serial_number_within_a_name_is_found_by_itself() -> None:
    scanner = Scanner(["Polar H10 1A2B3C4D"], public=["Polar H10"])
    assert found(scanner, "1a2b3c4d")
    assert scanner.find(b'{"modelNumber":"Polar H10"}') is None


def test_a_position_is_found_with_fewer_and_with_more_digits() -> None:
    scanner = Scanner(["47.5968112", "-11.0663458"])
    for text in ("47.5968", "47.59681", "47.596811200", "-11.06634", "lat=47.5968112"):
        assert scanner.find(text.encode()) is not None, text


def test_a_reading_that_has_the_digits_of_a_position_is_no_leak() -> None:
    scanner = Scanner(["47.5968112"])
    body = b'{"valueQuantity":{"value":47.5968112}}'
    assert scanner.find(body) is not None
    assert scanner.find(body, {b"47.5968112"}) is None
    assert scanner.find(body + b"47.59681", {b"47.5968112"}) is not None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("-87", '{"value":-87,"id":"x-87"}', id="a signal strength"),
        pytest.param("H10", '{"modelNumber":"H10"}', id="a short name"),
        pytest.param("202611", '{"issued":"20261121T10"}', id="digits in a longer number"),
        pytest.param("412.5", '{"value":412.5}', id="a number of few decimals"),
        pytest.param("watch7", '"id":"Kwatch7Bq8"', id="a short name in an id"),
    ],
)
def test_short_and_common_values_block_nothing(value: str, text: str) -> None:
    assert Scanner([value]).find(text.encode()) is None


def test_a_name_with_quotation_marks_is_found() -> None:
    name = 'The "old" strap'
    assert found(Scanner([name]), json.dumps(name))
    assert found(Scanner([name]), name)


def test_what_may_be_said_in_public_is_not_local() -> None:
    scanner = Scanner(["Heart rate", "Acme"], public=["Heart rate", "ACME medical"])
    assert scanner.find(b'{"display":"Heart rate","manufacturer":"Acme"}') is None


def test_nothing_is_found_where_nothing_local_is() -> None:
    scanner = Scanner(canary.MARKED.values())
    ids = base64.urlsafe_b64encode(hashlib.sha512(b"x").digest() * 200)
    assert scanner.find(ids) is None
    assert scanner.find(b"") is None
    assert Scanner([]).find(b"anything %41 \\u0041") is None


@settings(max_examples=150, deadline=None)
@given(
    value=st.text("abcdefgh ijk0123456789’é", min_size=8, max_size=30).filter(
        # fewer than ten digits are looked for only where they stand alone
        lambda v: v.strip() == v and not (v.isdigit() and len(v) < 10)
    ),
    wrapped=st.sampled_from(list(WRAPPED)),
    before=st.binary(max_size=9),
)
def test_whatever_a_value_is_it_is_found(value: str, wrapped: str, before: bytes) -> None:
    text = before + b'"' + WRAPPED[wrapped](value).encode() + b'"'
    assert Scanner([value]).find(text) is not None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_can_be_looked_at(text: bytes) -> None:
    Scanner([ADDRESS, "47.5968112"]).find(text)
