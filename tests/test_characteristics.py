"""What holds for every characteristic: strict to the last byte, there and back, never surprised."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ble.characteristic import every as every_characteristic
from adapters.errors import DecodeError
from scripts.soaks.decode import Surprised, damaged, take
from tests.characteristics import Case, Vector, every
from tests.oracle import sources_page

CASES = every()
each = pytest.mark.parametrize("one", CASES, ids=lambda one: one.name)
each_vector = pytest.mark.parametrize(
    ("one", "vector"),
    [
        pytest.param(case, vector, id=f"{case.name}-{number}")
        for case in CASES
        for number, vector in enumerate(case.vectors, start=1)
    ],
)


def test_no_characteristic_is_left_out() -> None:
    assert {one.value for one in every_characteristic()} == {one.value for one in CASES}


def test_each_characteristic_has_a_name_of_its_own() -> None:
    names = [one.name for one in CASES]
    assert len(set(names)) == len(names)


@each
def test_a_packet_from_elsewhere_is_known_by_its_source(one: Case) -> None:
    assert one.vectors
    assert all(vector.source.strip() for vector in one.vectors)
    assert {vector.is_published for vector in one.vectors} <= {True, False}


@pytest.mark.parametrize(
    "source",
    ["", "our own encoder", "field by field", "field by field: by heart", "Service 1.0, 3"],
)
def test_a_source_that_says_neither_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="missing"):
        _ = Vector("00", None, source).is_published


@each_vector
def test_a_packet_from_elsewhere_is_read_as_it_was_meant(one: Case, vector: Vector) -> None:
    assert one.value.from_bytes(bytes.fromhex(vector.hex)) == vector.means


@each_vector
def test_what_it_means_is_written_as_elsewhere(one: Case, vector: Vector) -> None:
    again = bytes(vector.means)
    assert (again == bytes.fromhex(vector.hex)) == vector.canonical
    assert one.value.from_bytes(again) == vector.means


@each_vector
def test_a_packet_cut_short_is_refused(one: Case, vector: Vector) -> None:
    whole = bytes.fromhex(vector.hex)
    for length in set(range(len(whole))) - one.shorter(whole):
        with pytest.raises(DecodeError):
            one.value.from_bytes(whole[:length])


@each_vector
def test_a_byte_too_many_is_refused(one: Case, vector: Vector) -> None:
    if not one.longer:
        with pytest.raises(DecodeError):
            one.value.from_bytes(bytes.fromhex(vector.hex) + b"\0")


@each
def test_all_packets_of_up_to_two_bytes_decode_or_are_refused(one: Case) -> None:
    take(one, b"")
    for first in range(256):
        take(one, bytes([first]))
        for second in range(256):
            take(one, bytes([first, second]))


@each
def test_damaged_packets_decode_or_are_refused(one: Case) -> None:
    assert damaged(one, 20_000) > 0


@each
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_what_was_written_is_read_again(one: Case, data: st.DataObject) -> None:
    measured = data.draw(one.made)
    written = bytes(measured)
    assert one.value.from_bytes(written) == measured
    for length in set(range(len(written))) - one.shorter(written):
        with pytest.raises(DecodeError):
            one.value.from_bytes(written[:length])


def test_the_page_of_sources_is_made_from_the_vectors() -> None:
    written = sources_page.PAGE.read_text(encoding="utf-8")
    assert written == sources_page.made(), "run python -m tests.oracle.sources_page"


class _Careless:
    """Reads a list by its length byte without looking whether it is there."""

    @classmethod
    def from_bytes(cls, data: bytes) -> _Careless:
        if len(data) < 2:
            raise DecodeError("too short", data)
        assert data[data[0] % 32] >= 0
        return cls()

    def __bytes__(self) -> bytes:
        return b"\1\0"


def test_a_careless_decoder_is_found() -> None:
    careless: Any = _Careless
    case = Case("careless", careless, st.just(_Careless()), (Vector("0100", None, "here"),))
    with pytest.raises(Surprised):
        damaged(case, 20_000)
