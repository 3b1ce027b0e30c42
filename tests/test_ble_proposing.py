"""From a few values that a device showed to where they stand in its packets."""

from __future__ import annotations

import random
import struct
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ble.describing.proposing import Came, Place, Sample, is_settled, places
from adapters.ble.describing.proposing_marks import Mark, checks, clocks, counters, marks
from adapters.ble.describing.shown import NotShown, Shown, parse_shown
from adapters.ble.formats.numbers import SFLOAT

SCALE = "0000fff1-0000-1000-8000-00805f9b34fb"
ALIVE = "0000fff2-0000-1000-8000-00805f9b34fb"
OSLO = ZoneInfo("Europe/Oslo")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def shown(text: str) -> tuple[Shown, ...]:
    return tuple(parse_shown(one) for one in text.split())


def sample(shows: str, *packets: bytes, uuid: str = SCALE, at: datetime = NOON) -> Sample:
    return Sample(
        tuple(Came(uuid, one) for one in packets), shown(shows), int(at.timestamp()) * 1000
    )


def weighed(number: int, kg: str, *, flags: int = 0x22) -> Sample:
    """A scale that says its weight in steps of 5 g, big endian, and the number of its record."""
    steps = int(Decimal(kg) / Decimal("0.005"))
    packet = bytes([0xA5, flags]) + struct.pack(">H", steps) + struct.pack("<H", number) + b"\0"
    alive = [Came(ALIVE, b"\1"), Came(ALIVE, b"\2")]
    packets = [Came(SCALE, b"\xa5\x00"), *alive, Came(SCALE, packet)]
    return Sample(packets, shown(f"body_weight={kg}"))


def test_two_measurements_tell_where_a_weight_stands() -> None:
    samples = [weighed(7, "72.4"), weighed(8, "58.15")]
    first, *_ = places(samples, "body_weight")
    assert first == Place(SCALE, 7, 2, "uint16", "big", Decimal("0.005"), "kg")
    assert is_settled(samples, "body_weight")


def test_one_measurement_or_the_same_twice_settles_nothing() -> None:
    assert not is_settled([weighed(7, "72.4")], "body_weight")
    assert not is_settled([weighed(7, "72.4"), weighed(8, "72.4")], "body_weight")


def test_what_was_never_shown_is_nowhere() -> None:
    assert places([weighed(7, "72.4")], "body_fat_percentage") == []
    assert places([], "body_weight") == []


def test_a_value_that_the_packets_do_not_hold_is_not_found() -> None:
    wrong = Sample(weighed(8, "58.15").packets, shown("body_weight=91.3"))
    assert places([weighed(7, "72.4"), wrong], "body_weight") == []


def test_a_number_that_goes_up_by_one_is_a_counter() -> None:
    samples = [weighed(7, "72.4"), weighed(8, "58.15"), weighed(9, "60.0")]
    found = counters(samples, SCALE, 7, taken={2, 3})
    assert found[0].lowest == 4
    assert found[0].says(samples[0].packets[-1].data) == 7
    assert counters(samples[:1], SCALE, 7) == []
    assert counters(samples, SCALE, 7, taken={4}) == []


@pytest.mark.parametrize("unit", ["lb", "kg"])
def test_a_display_in_pounds_is_understood(unit: str) -> None:
    """The packets may hold the pounds that are shown, or kilograms all the same."""

    def said(kg: str, lb: str) -> Sample:
        steps = int(Decimal(kg) * 100 if unit == "kg" else Decimal(lb) * 10)
        return sample(f"body_weight={lb}lb", struct.pack("<BH", 1, steps) + b"\x55")

    samples = [said("72.40", "159.6"), said("58.15", "128.2"), said("91.30", "201.3")]
    first, *_ = places(samples, "body_weight")
    assert (first.at, first.unit) == (1, "kg" if unit == "kg" else "[lb_av]")
    assert first.scale == (Decimal("0.01") if unit == "kg" else Decimal("0.1"))
    assert is_settled(samples, "body_weight")


def test_a_glucose_of_a_narrow_byte_is_read_wide_but_a_pulse_is_not() -> None:
    """300 must never be read as 44."""
    sugar = [sample(f"blood_glucose={n}mg/dL", bytes([9, n, 0, 9])) for n in (98, 110, 121)]
    pulse = [sample(f"heart_rate={n}", bytes([9, n, 0, 9])) for n in (61, 72, 98)]
    assert places(sugar, "blood_glucose")[0].type == "uint16"
    assert places(pulse, "heart_rate")[0].type == "uint8"


def test_a_place_that_every_measurement_ends_with_comes_before_copies() -> None:
    def said(kg: str) -> Sample:
        steps = int(Decimal(kg) * 100)
        live = b"\x01" + steps.to_bytes(2)
        last = b"\x02\x00\x00\x00" + steps.to_bytes(2) + b"\x00"
        return sample(f"body_weight={kg}", live, last)

    samples = [said("72.4"), said("58.15")]
    assert [one.length for one in places(samples, "body_weight")] == [7, 3]
    assert not is_settled(samples, "body_weight")
    assert is_settled([*samples, said("80.0")], "body_weight")


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 8),
    st.sampled_from(["0.1", "0.01", "1"]),
    st.sampled_from(["little", "big"]),
    st.lists(st.integers(300, 20_000), min_size=3, max_size=3, unique=True),
    st.integers(0, 1 << 30),
)
def test_wherever_it_stands_it_is_among_the_places(
    at: int, scale: str, order: str, steps: list[int], seed: int
) -> None:
    samples, chance = [], random.Random(seed)
    for step in steps:
        filling = bytes(chance.randrange(256) for _ in range(10))
        packet = filling[:at] + step.to_bytes(2, order) + filling[at:]  # type: ignore[arg-type]  # one of the two words
        samples.append(sample(f"body_weight={step * Decimal(scale):f}", packet))
    lowest = at if order == "little" else at + 1
    found = [(one.lowest, one.scale) for one in places(samples, "body_weight")]
    assert (lowest, Decimal(scale)) in found


def test_medical_floats_are_tried_too() -> None:
    def warm(value: str) -> Sample:
        code = SFLOAT.encode(Decimal(value))
        return sample(f"body_temperature={value}", b"\6" + code.to_bytes(2, "little"))

    samples = [warm("36.6"), warm("38.2")]
    wanted = Place(SCALE, 3, 1, "sfloat", "little", Decimal(1), "Cel")
    assert wanted in places(samples, "body_temperature")


@pytest.mark.parametrize(
    ("type_", "write"),
    [
        ("date-time", lambda t: struct.pack("<H", t.year) + bytes(t.timetuple()[1:6])),
        ("date-time-6", lambda t: bytes([t.year - 2000, *t.timetuple()[1:6]])),
        ("date-time-5", lambda t: bytes([t.year - 2000, *t.timetuple()[1:5]])),
        ("seconds-since-1970", lambda t: int(t.timestamp()).to_bytes(4, "little")),
    ],
)
def test_the_time_of_a_device_is_found(type_: str, write: object) -> None:
    def said(minutes: int) -> Sample:
        at = NOON + timedelta(minutes=minutes, seconds=7)
        told = at.astimezone(OSLO)
        return sample("body_weight=72.4", b"\x11" + write(told) + b"\x99\x98", at=at)  # type: ignore[operator]  # one of the above

    samples = [said(0), said(11)]
    length = len(samples[0].packets[0].data)
    found = clocks(samples, SCALE, length, OSLO)
    assert [(one.at, one.type) for one in found] == [(1, type_)]


def test_a_clock_that_was_never_set_is_found_since_it_goes_on() -> None:
    def said(minutes: int, wrong: int = 0) -> Sample:
        at = NOON + timedelta(minutes=minutes)
        told = datetime(1970, 1, 1, 10, 26) + timedelta(minutes=minutes + wrong)  # noqa: DTZ001
        data = b"\x11" + struct.pack("<H", told.year) + bytes(told.timetuple()[1:6])
        return sample("body_weight=72.4", data, at=at)

    assert [one.at for one in clocks([said(0), said(11)], SCALE, 8, OSLO)] == [1]
    assert clocks([said(0), said(11, wrong=5)], SCALE, 8, OSLO) == []
    assert clocks([said(0)], SCALE, 8, OSLO) == []


def test_a_sign_that_a_measurement_is_finished_is_found() -> None:
    def said(kg: str, noise: int) -> Sample:
        steps = int(Decimal(kg) * 200)
        parts = [(2, steps // 2), (2, steps - 40), (2, steps), (0x22, steps)]
        rows = [bytes([0xA5, flag, noise]) + at.to_bytes(2) for flag, at in parts]
        return sample(f"body_weight={kg}", *rows)

    samples = [said("72.4", 3), said("58.15", 9)]
    (place,) = places(samples, "body_weight")
    assert marks(samples, place, set(place.span)) == [Mark(1, 5, 1)]
    assert marks(samples[:1], place, set(place.span)) == []


def test_a_check_sum_is_found_and_chance_is_not() -> None:
    def rows(ends: str) -> list[Sample]:
        bodies = [bytes([0xA5, n, n // 3, 77]) for n in (5, 9, 200)]
        lasts = [sum(body) & 0xFF if ends == "sum" else 7 for body in bodies]
        both = zip(bodies, lasts, strict=True)
        return [sample("heart_rate=60", body + bytes([last])) for body, last in both]

    found = checks(rows("sum"), SCALE, 5)
    assert found is not None
    assert (found.at, found.check, found.check_from) == (4, "sum", 0)
    assert checks(rows("junk"), SCALE, 5) is None


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("body_weight=72.4", "72.4", "kg"),
        ("body_weight = 159,6 lb", "159.6", "[lb_av]"),
        ("blood_pressure.systolic=16.0kPa", "16.0", "kPa"),
        ("body_temperature=98.6°F", "98.6", "[degF]"),
        ("blood_glucose=5.5 mmol/L", "5.5", "mmol/L"),
    ],
)
def test_what_people_type_is_understood(text: str, value: str, unit: str) -> None:
    one = parse_shown(text)
    assert (str(one.value), one.unit) == (value, unit)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("72.4", "body_weight=72.4"),
        ("weight=72.4", "docs/kinds.md"),
        ("blood_pressure=120", "blood_pressure.systolic"),
        ("body_weight=72.4 stones", "[stone_av]"),
        ("sleep_stage=3", "single number"),
    ],
)
def test_what_people_mistype_is_said_with_the_next_step(text: str, step: str) -> None:
    with pytest.raises(NotShown) as refused:
        parse_shown(text)
    assert step in refused.value.next_step
