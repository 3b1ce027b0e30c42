"""From a few values that a device showed to where they stand in its packets."""

from __future__ import annotations

import struct
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ble.numbers import SFLOAT
from adapters.ble.proposing import Place, Sample, counters, is_settled, places

SCALE = "0000fff1-0000-1000-8000-00805f9b34fb"
ALIVE = "0000fff2-0000-1000-8000-00805f9b34fb"


def weighed(number: int, kg: str, *, flags: int = 0x22) -> Sample:
    """A scale that says its weight in steps of 5 g, big endian, and the number of its record."""
    steps = int(Decimal(kg) / Decimal("0.005"))
    packet = bytes([0xA5, flags]) + struct.pack(">H", steps) + struct.pack("<H", number) + b"\0"
    return Sample(
        {SCALE: [b"\xa5\x00", packet], ALIVE: [b"\1", b"\2"]}, {"body_weight": Decimal(kg)}
    )


def test_two_measurements_tell_where_a_weight_stands() -> None:
    samples = [weighed(7, "72.4"), weighed(8, "58.15")]
    first, *_ = places(samples, "body_weight")
    assert first == Place(SCALE, 7, 2, "uint16", "big", Decimal("0.005"))
    assert is_settled(samples, "body_weight")


def test_one_measurement_or_the_same_twice_settles_nothing() -> None:
    assert not is_settled([weighed(7, "72.4")], "body_weight")
    assert not is_settled([weighed(7, "72.4"), weighed(8, "72.4")], "body_weight")


def test_what_was_never_shown_is_nowhere() -> None:
    assert places([weighed(7, "72.4")], "body_fat_percentage") == []
    assert places([], "body_weight") == []


def test_a_value_that_the_packets_do_not_hold_is_not_found() -> None:
    wrong = Sample(weighed(8, "58.15").packets, {"body_weight": Decimal("91.3")})
    assert places([weighed(7, "72.4"), wrong], "body_weight") == []


def test_a_number_that_goes_up_by_one_is_a_counter() -> None:
    samples = [weighed(7, "72.4"), weighed(8, "58.15"), weighed(9, "60.0")]
    found = counters(samples, SCALE, 7)
    assert found[0] == Place(SCALE, 7, 4, "uint16", "little", Decimal(1)) or found[0].at == 4
    assert counters(samples[:1], SCALE, 7) == []


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 8),
    st.sampled_from(["0.1", "0.01", "1"]),
    st.sampled_from(["little", "big"]),
    st.lists(st.integers(300, 20_000), min_size=3, max_size=3, unique=True),
    st.randoms(use_true_random=False),
)
def test_wherever_it_stands_it_is_among_the_places(
    at: int, scale: str, order: str, steps: list[int], chance: object
) -> None:
    samples = []
    for step in steps:
        filling = bytes(chance.randrange(256) for _ in range(10))  # type: ignore[attr-defined]  # hypothesis gives a Random
        packet = filling[:at] + step.to_bytes(2, order) + filling[at:]  # type: ignore[arg-type]  # one of the two words
        samples.append(Sample({SCALE: [packet]}, {"x": step * Decimal(scale)}))
    found = [(one.at, one.order, one.scale) for one in places(samples, "x")]
    assert (at, order, Decimal(scale)) in found


def test_medical_floats_are_tried_too() -> None:
    def warm(value: str) -> Sample:
        code = SFLOAT.encode(Decimal(value))
        return Sample({SCALE: [b"\6" + code.to_bytes(2, "little")]}, {"t": Decimal(value)})

    samples = [warm("36.6"), warm("38.2")]
    assert Place(SCALE, 3, 1, "sfloat", "little", Decimal(1)) in places(samples, "t")
