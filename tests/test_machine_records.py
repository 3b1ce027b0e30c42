"""Fitness machines: records in several packets, levels of one byte or two, and what is not told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from adapters.ble.characteristics import (
    indoor_bike_data,
    rower_data,
    rsc_measurement,
    treadmill_data,
)
from adapters.ble.characteristics import supported_resistance_level_range as levels
from adapters.ble.characteristics.cross_trainer_data import CrossTrainerData
from adapters.ble.characteristics.indoor_bike_data import IndoorBikeData
from adapters.ble.characteristics.rower_data import RowerData
from adapters.ble.characteristics.supported_resistance_level_range import (
    SupportedResistanceLevelRange,
)
from adapters.ble.characteristics.treadmill_data import TreadmillData
from adapters.ble.formats.machine import NOT_AVAILABLE
from adapters.ble.hearing import Hearing
from adapters.errors import DecodeError
from adapters.reading import Quantity, Reading
from tests.ble_packets import packet


def told(made: list[Reading]) -> dict[str, tuple[int, str]]:
    """Time and digits of each kind."""
    said = {}
    for one in made:
        assert isinstance(one.value, Quantity)
        said[str(one.kind)] = one.start, f"{one.value.value} {one.value.unit}"
    return said


def treadmill(hearing: Hearing, received: int, measured: TreadmillData) -> list[Reading]:
    return list(treadmill_data.readings(packet(bytes(measured), received=received), hearing))


def test_a_record_in_one_packet() -> None:
    measured = TreadmillData(
        speed=1005, distance=1234, inclination=-15, ramp_angle=0, climbed=123, descent=0,
        energy=88, energy_an_hour=600, energy_a_minute=10, heart_rate=131,
        metabolic_equivalent=85, force_on_belt=20, power=-7,
    )  # fmt: skip
    assert told(treadmill(Hearing(), 5, measured)) == {
        "machine_speed": (5, "10.05 km/h"),
        "machine_distance": (5, "1234 m"),
        "inclination": (5, "-1.5 %"),
        "elevation_gain": (5, "12.3 m"),
        "machine_energy": (5, "88 kcal"),
        "heart_rate": (5, "131 /min"),
        "metabolic_equivalent": (5, "8.5 [MET]"),
        "power": (5, "-7 W"),
    }


def test_packets_of_one_record_are_told_together_at_the_time_of_the_last() -> None:
    hearing = Hearing()
    assert treadmill(hearing, 0, TreadmillData(heart_rate=120, elapsed=9)) == []
    assert treadmill(hearing, 20, TreadmillData(distance=50, elapsed=9)) == []
    said = told(treadmill(hearing, 40, TreadmillData(speed=800, elapsed=9)))
    assert said == {
        "machine_speed": (40, "8.00 km/h"),
        "machine_distance": (40, "50 m"),
        "heart_rate": (40, "120 /min"),
    }


def test_a_record_without_its_last_packet_is_told_without_it() -> None:
    hearing = Hearing()
    assert treadmill(hearing, 0, TreadmillData(heart_rate=120)) == []
    again = treadmill(hearing, 1000, TreadmillData(heart_rate=121))
    assert told(again) == {"heart_rate": (0, "120 /min")}
    assert told(treadmill(hearing, 1020, TreadmillData(speed=0))) == {
        "machine_speed": (1020, "0.00 km/h"),
        "heart_rate": (1020, "121 /min"),
    }


def test_what_came_long_before_belongs_to_another_record() -> None:
    hearing = Hearing()
    assert treadmill(hearing, 0, TreadmillData(distance=70)) == []
    made = treadmill(hearing, 4000, TreadmillData(speed=500, heart_rate=99))
    assert [(one.kind, one.start) for one in made] == [
        ("machine_distance", 0),
        ("machine_speed", 4000),
        ("heart_rate", 4000),
    ]


def test_a_new_link_begins_with_a_new_record() -> None:
    assert treadmill(Hearing(), 0, TreadmillData(heart_rate=120)) == []
    said = told(treadmill(Hearing(), 20, TreadmillData(speed=800)))
    assert said == {"machine_speed": (20, "8.00 km/h")}


def test_what_a_machine_does_not_measure_is_no_reading() -> None:
    measured = TreadmillData(
        speed=100, inclination=NOT_AVAILABLE, ramp_angle=10, energy=NOT_AVAILABLE,
        energy_an_hour=NOT_AVAILABLE, energy_a_minute=NOT_AVAILABLE,
        force_on_belt=NOT_AVAILABLE, power=NOT_AVAILABLE,
    )  # fmt: skip
    assert TreadmillData.from_bytes(bytes(measured)) == measured
    assert set(told(treadmill(Hearing(), 0, measured))) == {"machine_speed"}


@pytest.mark.parametrize("rate", [0, 255])
def test_a_heart_rate_that_nobody_measures_is_no_reading(rate: int) -> None:
    made = treadmill(Hearing(), 0, TreadmillData(speed=100, heart_rate=rate))
    assert set(told(made)) == {"machine_speed"}


def test_fields_of_a_reserved_bit_are_passed_over() -> None:
    """KingSmith's KS-HD-Z1D sets bit 13 (kkz6/WalkingPadSDK, FTMSTests); CITYSPORTS' pad sends
    steps behind the known fields (hughesjs/FitnessMachine, protocol/README.md)."""
    known = bytes.fromhex("84242c019600000c000000007800")
    read = TreadmillData.from_bytes(known)
    assert (read.speed, read.distance, read.energy, read.elapsed) == (300, 150, 12, 120)
    assert TreadmillData.from_bytes(known + bytes.fromhex("d20000")) == read
    with pytest.raises(DecodeError, match="cut short"):
        TreadmillData.from_bytes(known[:-1])


def test_a_resistance_level_has_one_byte_or_two() -> None:
    wide = bytes.fromhex("64020000000014000000" + "00")
    narrow = bytes.fromhex("640200000000" + "14" + "0000" + "00")
    assert IndoorBikeData.from_bytes(wide) == IndoorBikeData.from_bytes(narrow)
    assert not IndoorBikeData.from_bytes(wide).narrow
    assert IndoorBikeData.from_bytes(narrow).narrow
    for data in (wide, narrow):
        assert bytes(IndoorBikeData.from_bytes(data)) == data
    one = CrossTrainerData.from_bytes(bytes.fromhex("81000005"))
    assert (one.resistance, one.narrow) == (5, True)


@pytest.mark.parametrize(("narrow", "readable"), [(True, True), (False, False)])
def test_the_range_of_levels_says_which(narrow: bool, readable: bool) -> None:
    """A machine whose range has two bytes a level lost the last byte of such a packet."""
    hearing = Hearing()
    hearing.said[levels.UUID] = bytes(SupportedResistanceLevelRange(1, 20, 1, narrow))
    data = bytes.fromhex("640200000000" + "14" + "0000" + "00")
    if readable:
        assert list(indoor_bike_data.readings(packet(data), hearing))
    else:
        with pytest.raises(DecodeError, match="cut short"):
            list(indoor_bike_data.readings(packet(data), hearing))


def test_half_strokes_and_half_turns() -> None:
    row = bytes(RowerData(stroke_rate=49, strokes=7))
    assert told(list(rower_data.readings(packet(row, received=1), Hearing()))) == {
        "stroke_rate": (1, "24.5 {strokes}/min")
    }
    ride = bytes(IndoorBikeData(speed=0, cadence=179))
    assert told(list(indoor_bike_data.readings(packet(ride, received=1), Hearing()))) == {
        "machine_speed": (1, "0.00 km/h"),
        "cycling_cadence": (1, "89.5 {rev}/min"),
    }


def test_fields_that_stand_together_are_written_together() -> None:
    with pytest.raises(ValueError, match="descent must be there too"):
        bytes(TreadmillData(speed=1, climbed=3))
    assert TreadmillData.from_bytes(bytes(TreadmillData(speed=1, energy=3, energy_an_hour=
        NOT_AVAILABLE, energy_a_minute=NOT_AVAILABLE))).energy == 3  # fmt: skip


def test_a_runner() -> None:
    """Nordic, RunningSpeedAndCadenceMeasurementDataCallbackTest: 3 m/s, 18, 86 cm."""
    made = list(rsc_measurement.readings(packet(bytes.fromhex("070003125600010000f0"))))
    assert [(one.kind, one.value) for one in made] == [
        ("running_speed", Quantity(Decimal(3), "m/s")),
        ("running_cadence", Quantity(Decimal(18), "{steps}/min")),
        ("stride_length", Quantity(Decimal(86), "cm")),
        ("distance_counted", Quantity(Decimal("402653184.1"), "m")),
    ]


def test_speeds_on_foot_are_exact() -> None:
    for raw in range(0, 0x10000, 7):
        data = b"\0" + raw.to_bytes(2, "little") + b"\x50"
        speed, _ = rsc_measurement.readings(packet(data))
        assert isinstance(speed.value, Quantity)
        assert speed.value.value * 256 == raw
