"""Fitness Machine: what the six kinds of machine send."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

from adapters.ble.characteristic import TwoWay
from adapters.ble.characteristics import (
    cross_trainer_data,
    indoor_bike_data,
    rower_data,
    stair_climber_data,
    step_climber_data,
    treadmill_data,
)
from adapters.ble.characteristics.cross_trainer_data import CrossTrainerData
from adapters.ble.characteristics.indoor_bike_data import IndoorBikeData
from adapters.ble.characteristics.rower_data import RowerData
from adapters.ble.characteristics.stair_climber_data import StairClimberData
from adapters.ble.characteristics.step_climber_data import StepClimberData
from adapters.ble.characteristics.treadmill_data import TreadmillData
from adapters.ble.formats.machine import NOT_AVAILABLE, RESISTANCE, Layout, Number
from adapters.ble.hearing import Hearing
from tests.ble_packets import packet
from tests.characteristics import Case, Vector

_SIG = "RonanB96/bluetooth-sig-python, tests/gatt/characteristics/test_{}"
_IM97MORI = "im97mori-github/AndroidBLEUtil, CrossTrainerDataAndroidTest, {}"
_ROWER = "zpukr/ArduRower issue #1, frames of a Viking Pro V"
_HUB = "Berg0162/simcline issue #7, frame of a Zwift Hub"


def _numbers(number: Number, narrow: bool) -> st.SearchStrategy[Any]:
    bits = 8 if narrow and number.name == RESISTANCE else 8 * number.width
    signed = number.signed and bits > 8
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    made = st.integers(low, high)
    if number.unavailable is None:
        return made
    return st.just(NOT_AVAILABLE) | made.filter(lambda value: value != number.unavailable)


def packets(
    value: type[Any], layout: Layout, more: Mapping[str, st.SearchStrategy[Any]] | None = None
) -> st.SearchStrategy[Any]:
    """Every packet of a machine: each group of fields is whole or not there."""

    @st.composite
    def made(draw: st.DrawFn) -> Any:
        has_resistance = any(n.name == RESISTANCE for group in layout.groups for n in group)
        narrow = has_resistance and draw(st.booleans())
        values: dict[str, Any] = {}
        for group in layout.groups:
            if draw(st.booleans()):
                values |= {n.name: draw(_numbers(n, narrow)) for n in group}
        if RESISTANCE in values:
            values["narrow"] = narrow
        values |= {name: draw(one) for name, one in (more or {}).items()}
        return value(**values)

    return made()


def without_a_byte(data: bytes, layout: Layout) -> set[int]:
    """A packet with a resistance level of two bytes may have one of one byte."""
    flags = int.from_bytes(data[: layout.flags], "little") ^ 1
    there = [g for bit, g in enumerate(layout.groups) if flags >> bit & 1]
    whole = layout.flags + sum(n.width for group in there for n in group)
    has_resistance = any(n.name == RESISTANCE for group in there for n in group)
    return {len(data) - 1} if has_resistance and len(data) == whole else set()


def _case(
    name: str,
    module: ModuleType,
    value: type[TwoWay],
    vectors: tuple[Vector, ...],
    **more: st.SearchStrategy[Any],
) -> Case:
    layout: Layout = module.CHARACTERISTIC.value.layout
    readings: Callable[..., Iterator[Any]] = module.readings
    return Case(
        name,
        value,
        packets(value, layout, more),
        vectors,
        lambda data: without_a_byte(data, layout),
        told=lambda data: readings(packet(data), Hearing()),
    )


CASES = (
    _case(
        "treadmill data",
        treadmill_data,
        TreadmillData,
        (
            Vector("00000000", TreadmillData(speed=0), "dudanov/pyftms, tests/test_models.py"),
            Vector(
                "84040000" + "000000" + "0000000000" + "0000",
                TreadmillData(
                    speed=0,
                    distance=0,
                    energy=0,
                    energy_an_hour=0,
                    energy_a_minute=0,
                    elapsed=0,
                ),
                "cagnulein/qdomyos-zwift issue #175, frame of a Horizon treadmill",
            ),
            Vector(
                "8810" + "e803" + "ff7fff7f" + "ffffffffff" + "ff7fff7f",
                TreadmillData(
                    speed=1000,
                    inclination=NOT_AVAILABLE,
                    ramp_angle=NOT_AVAILABLE,
                    energy=NOT_AVAILABLE,
                    energy_an_hour=NOT_AVAILABLE,
                    energy_a_minute=NOT_AVAILABLE,
                    force_on_belt=NOT_AVAILABLE,
                    power=NOT_AVAILABLE,
                ),
                "field by field: Fitness Machine Service 1.0, 4.4.1.5 to 4.4.1.18: "
                "Data Not Available",
            ),
        ),
    ),
    _case(
        "cross trainer data",
        cross_trainer_data,
        CrossTrainerData,
        (
            Vector(
                "000000" + "0102",
                CrossTrainerData(speed=513),
                _IM97MORI.format("data_00001"),
            ),
            Vector(
                "090000" + "01020304",
                CrossTrainerData(step_rate=513, average_step_rate=1027),
                _IM97MORI.format("data_00302"),
            ),
            Vector(
                "008800" + "dc05a0",
                CrossTrainerData(speed=1500, heart_rate=160, backward=True),
                _SIG.format("cross_trainer_data.py, case 2"),
            ),
            Vector(
                "1c0500" + "e803" + "b80b00" + "78007300" + "f401" + "c800" + "2c01900107",
                CrossTrainerData(
                    speed=1000,
                    distance=3000,
                    step_rate=120,
                    average_step_rate=115,
                    strides=500,
                    power=200,
                    energy=300,
                    energy_an_hour=400,
                    energy_a_minute=7,
                ),
                _SIG.format("cross_trainer_data.py, case 3"),
            ),
            Vector(
                "410000" + "ecff1e00",
                CrossTrainerData(inclination=-20, ramp_angle=30),
                _SIG.format("cross_trainer_data.py, inclination and ramp"),
            ),
        ),
        backward=st.booleans(),
    ),
    _case(
        "step climber data",
        step_climber_data,
        StepClimberData,
        (
            Vector("0100", StepClimberData(), _SIG.format("step_climber_data.py, case 1")),
            Vector(
                "2000" + "08009600" + "5f",
                StepClimberData(floors=8, steps=150, heart_rate=95),
                _SIG.format("step_climber_data.py, case 2"),
            ),
            Vector(
                "fe01" + "0c002c01" + "2800" + "2300" + "3200" + "fa00c80003" + "82418403" + "2c01",
                StepClimberData(12, 300, 40, 35, 50, 250, 200, 3, 130, 65, 900, 300),
                _SIG.format("step_climber_data.py, case 3"),
            ),
        ),
    ),
    _case(
        "stair climber data",
        stair_climber_data,
        StairClimberData,
        (
            Vector(
                "0200" + "0500" + "1e00",
                StairClimberData(floors=5, step_rate=30),
                _SIG.format("stair_climber_data.py, case 2"),
            ),
            Vector(
                "fe03" + "0a00" + "3200" + "2d00" + "6400" + "c800" + "f4012c0105" + "7832"
                "0807" + "5802",
                StairClimberData(10, 50, 45, 100, 200, 500, 300, 5, 120, 50, 1800, 600),
                _SIG.format("stair_climber_data.py, case 3"),
            ),
        ),
    ),
    _case(
        "rower data",
        rower_data,
        RowerData,
        (
            Vector(
                "050a" + "5a0000" + "00" + "2e00",
                RowerData(distance=90, heart_rate=0, elapsed=46),
                _ROWER,
            ),
            Vector(
                "f800" + "260b00" + "c700" + "0000" + "2c00" + "1b00" + "0200",
                RowerData(
                    stroke_rate=38,
                    strokes=11,
                    pace=199,
                    average_pace=0,
                    power=44,
                    average_power=27,
                    resistance=2,
                ),
                _ROWER,
            ),
            Vector(
                "0101" + "0400c50107",
                RowerData(energy=4, energy_an_hour=453, energy_a_minute=7),
                _ROWER,
            ),
            Vector(
                "a802" + "000000" + "0000" + "0000" + "0100" + "00",
                RowerData(stroke_rate=0, strokes=0, pace=0, power=0, resistance=1, heart_rate=0),
                "zpukr/ArduRower issue #3, frame of a rower",
            ),
        ),
    ),
    _case(
        "indoor bike data",
        indoor_bike_data,
        IndoorBikeData,
        (
            Vector(
                "fe02" + "990bc707" + "b2007200" + "f70000" + "1400" + "46005d00" + "00",
                IndoorBikeData(2969, 1991, 178, 114, 247, 20, 70, 93, heart_rate=0),
                _HUB,
            ),
            Vector(
                "fe02" + "0000f002" + "00000000" + "1d0000" + "1400" + "00000000" + "5b",
                IndoorBikeData(0, 752, 0, 0, 29, 20, 0, 0, heart_rate=91),
                _HUB,
            ),
            Vector(
                "6402" + "0000" + "0000" + "1400" + "0000" + "00",
                IndoorBikeData(speed=0, cadence=0, resistance=20, power=0, heart_rate=0),
                "Berg0162/simcline issue #9, frame of a JetBlack Volt",
            ),
            Vector(
                "5408" + "2f07" + "6a00" + "020000" + "3700" + "0000",
                IndoorBikeData(speed=1839, cadence=106, distance=2, power=55, elapsed=0),
                "Berg0162/simcline issue #4, frame of an Elite trainer",
            ),
        ),
    ),
)
