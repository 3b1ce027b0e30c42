"""The small parts of sending: pauses, sign-in, what a server says of itself, whose turn it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sharing.answers import reference_in, references_by_id, version_in
from gateway.sharing.auth import SignIns
from gateway.sharing.backoff import LONGEST_ASKED_MS, delay, retry_after
from gateway.sharing.capability import Capability, read_capability
from gateway.sharing.turn import NotOurTurn, turn
from tests.fakes_consent import NOON


@given(st.integers(0, 200), st.one_of(st.none(), st.integers(0, 10**12)))
def test_a_pause_is_random_bounded_and_at_least_what_was_asked(
    tries: int, asked: int | None
) -> None:
    pause = delay(tries, 900_000, asked)
    assert min(asked or 0, LONGEST_ASKED_MS) <= pause <= max(900_000, LONGEST_ASKED_MS)
    assert delay(tries, 900_000, None, lambda low, _: low) == 0
    assert delay(tries, 900_000, None, lambda _, high: high) == min(900_000, 1000 * 2**tries)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120", 120_000),
        ("Tue, 01 Dec 2026 12:00:10 GMT", 10_000),
        ("Tue, 01 Dec 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(text: str, expected: int | None) -> None:
    assert retry_after({"retry-after": text}, NOON) == expected


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"rest":[{"interaction":[{"code":"batch"}]}]}', Capability()),
        (200, b'{"rest":[{"interaction":[{"code":"transaction"}]}]}', Capability()),
        (200, b'{"rest":[{"interaction":[{"code":"history-system"}]}]}', Capability(batch=False)),
        (
            200,
            b'{"rest":[{"resource":[{"type":"Observation","conditionalCreate":false}]}]}',
            Capability(conditional=False),
        ),
        (200, b'{"rest":[{"resource":[{"type":"Observation"}]}]}', Capability()),
        (200, b'{"rest":[{"interaction":[{"code":["batch"]}]}]}', Capability(batch=False)),
        (200, b"<html>", Capability()),
        (200, b"[]", Capability()),
        (404, b"", Capability()),
    ],
)
def test_what_a_server_says_of_itself_chooses_the_way(
    status: int, body: bytes, expected: Capability
) -> None:
    assert read_capability(status, body) == expected


@given(st.binary(max_size=200))
def test_whatever_a_server_says_of_itself_can_be_read(body: bytes) -> None:
    read_capability(200, body)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://fhir.example/r4/Observation/12/_history/1", "Observation/12"),
        ("Observation/a-b.c", "Observation/a-b.c"),
        ("/fhir/Patient/1", "Patient/1"),
        ("https://fhir.example/r4/", ""),
        ("", ""),
    ],
)
def test_a_location_names_the_resource(location: str, expected: str) -> None:
    assert reference_in(location) == expected


@pytest.mark.parametrize(
    ("etag", "location", "expected"),
    [
        ('W/"3"', "", "3"),
        ('"3"', "", "3"),
        ("3", "", "3"),  # HAPI FHIR, in the entries of a batch
        ("", "Observation/1/_history/12", "12"),
        ("", "Observation/1", ""),
        ('W/"3', "", ""),
        ('W/"a b"', "", ""),
        ('W/"3"\r\nX: y', "", ""),
    ],
)
def test_a_version_is_read_in_each_form(etag: str, location: str, expected: str) -> None:
    assert version_in(etag, location) == expected


def test_only_our_own_identifiers_are_read_from_an_answer() -> None:
    body = (
        b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","id":"1",'
        b'"identifier":[{"system":"urn:other","value":"x"},{"system":"urn:ours","value":"y"}]}},'
        b'{"resource":{"resourceType":"OperationOutcome"}}]}'
    )
    assert references_by_id(body, "urn:ours") == {"y": "Observation/1"}
    with pytest.raises(ValueError, match="search result"):
        references_by_id(b"[]")


@pytest.mark.parametrize(
    "entry",
    [
        '"text"',
        '[{"resource":"text"},"text",{"resource":{"identifier":{"system":"urn:ours"}}}]',
        '[{"resource":{"resourceType":"Observation","id":"1","identifier":["text"]}}]',
        '[{"resource":{"resourceType":"Observation","id":"1?_count=9",'
        '"identifier":[{"system":"urn:ours","value":"y"}]}}]',
    ],
)
def test_of_an_answer_that_is_not_in_order_nothing_is_found(entry: str) -> None:
    body = f'{{"resourceType":"Bundle","entry":{entry}}}'.encode()
    assert references_by_id(body, "urn:ours") == {}


def test_a_token_is_one_word_that_only_this_account_can_read(tmp_path: Path) -> None:
    sign_ins = SignIns(tmp_path)
    sign_ins.keep("rclinic", " abc.def \n")
    path = sign_ins.path("rclinic")
    assert path.read_text() == "abc.def\n"
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    for wrong in ("", "two words", "é", "a\r\nX-Other: b"):
        with pytest.raises(ValueError, match="one word"):
            sign_ins.keep("rclinic", wrong)


async def test_a_turn_is_held_by_one_and_free_afterwards(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    async with turn(lock):
        with pytest.raises(NotOurTurn):
            async with turn(lock, patience=0):
                pass
    async with turn(lock, patience=0):
        pass
