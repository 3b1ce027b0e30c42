"""Fitness Machine: what machines can be set to, are asked, and say of their state."""

from __future__ import annotations

from hypothesis import strategies as st

from adapters.ble.characteristics import fitness_machine_control_point as control
from adapters.ble.characteristics import fitness_machine_feature as feature
from adapters.ble.characteristics import fitness_machine_status as status
from adapters.ble.characteristics.fitness_machine_control_point import FitnessMachineControlPoint
from adapters.ble.characteristics.fitness_machine_feature import FitnessMachineFeature
from adapters.ble.characteristics.fitness_machine_status import FitnessMachineStatus
from adapters.ble.characteristics.supported_heart_rate_range import SupportedHeartRateRange
from adapters.ble.characteristics.supported_inclination_range import SupportedInclinationRange
from adapters.ble.characteristics.supported_power_range import SupportedPowerRange
from adapters.ble.characteristics.supported_resistance_level_range import (
    SupportedResistanceLevelRange,
)
from adapters.ble.characteristics.supported_speed_range import SupportedSpeedRange
from adapters.ble.characteristics.training_status import Part, TrainingStatus
from adapters.ble.formats.procedures import Went
from tests.ble_packets import uint16
from tests.characteristics import Case, Vector
from tests.characteristics.sports import answer_lengths, answers, sint16

_SERVICE = "field by field: Fitness Machine Service 1.0, {}"
_ORACLE = "RonanB96/bluetooth-sig-python, tests/gatt/characteristics/test_{}"
_ELITE = "Berg0162/simcline issue #4, frame of an Elite trainer"
_HUB = "Berg0162/simcline issue #7, frame of a Zwift Hub"
_VOLT = "Berg0162/simcline issue #9, frame of a JetBlack Volt"
uint8 = st.integers(0, 255)


def _fitting(lengths: dict[int, int]) -> st.SearchStrategy[tuple[int, bytes]]:
    return st.sampled_from(sorted(lengths)).flatmap(
        lambda op: st.tuples(st.just(op), st.binary(min_size=lengths[op], max_size=lengths[op]))
    )


_ASKED = {0: 0, 1: 0, 2: 2, 3: 2, 4: 2, 5: 2, 6: 1, 7: 0, 8: 1, 9: 2, 12: 3, 13: 2, 14: 4} | {
    15: 6, 16: 10, 17: 6, 18: 2, 19: 1, 20: 2
}  # fmt: skip
_SAID = {1: 0, 2: 1, 3: 0, 4: 0, 5: 2, 6: 2, 7: 2, 8: 2, 9: 1, 10: 2, 11: 2, 12: 2, 13: 3} | {
    14: 2, 15: 4, 16: 6, 17: 10, 18: 6, 19: 2, 20: 1, 21: 2, 255: 0
}  # fmt: skip


def _one_byte_less(data: bytes, op: int) -> set[int]:
    """A resistance level may have one byte or two."""
    return {2} if data[:1] == bytes([op]) and len(data) == 3 else set()


CASES = (
    Case(
        "fitness machine feature",
        FitnessMachineFeature,
        st.builds(
            FitnessMachineFeature,
            st.integers(0, (1 << 17) - 1).map(feature.Measures),
            st.integers(0, (1 << 17) - 1).map(feature.Settable),
        ),
        (
            Vector(
                "86500000" + "0ce00000",
                FitnessMachineFeature(
                    feature.Measures.CADENCE
                    | feature.Measures.DISTANCE
                    | feature.Measures.RESISTANCE
                    | feature.Measures.ELAPSED
                    | feature.Measures.POWER,
                    feature.Settable.RESISTANCE
                    | feature.Settable.POWER
                    | feature.Settable.BIKE_SIMULATION
                    | feature.Settable.WHEEL_CIRCUMFERENCE
                    | feature.Settable.SPIN_DOWN,
                ),
                _ELITE,
            ),
            Vector(
                "80740000" + "1f200000",
                FitnessMachineFeature(
                    feature.Measures.RESISTANCE
                    | feature.Measures.HEART_RATE
                    | feature.Measures.ELAPSED
                    | feature.Measures.REMAINING
                    | feature.Measures.POWER,
                    feature.Settable.SPEED
                    | feature.Settable.INCLINATION
                    | feature.Settable.RESISTANCE
                    | feature.Settable.POWER
                    | feature.Settable.HEART_RATE
                    | feature.Settable.BIKE_SIMULATION,
                ),
                _ORACLE.format("fitness_machine_feature, bike trainer"),
            ),
            Vector(
                "02400000" + "08200000",
                FitnessMachineFeature(
                    feature.Measures.CADENCE | feature.Measures.POWER,
                    feature.Settable.POWER | feature.Settable.BIKE_SIMULATION,
                ),
                _SERVICE.format("4.3, tables 4.3 and 4.4: bits 1 and 14; bits 3 and 13"),
            ),
            Vector(
                "00000100" + "00c00100",
                FitnessMachineFeature(
                    feature.Measures.USER_DATA,
                    feature.Settable.WHEEL_CIRCUMFERENCE
                    | feature.Settable.SPIN_DOWN
                    | feature.Settable.CADENCE,
                ),
                _SERVICE.format("4.3, tables 4.3 and 4.4: bit 16; bits 14 to 16"),
            ),
        ),
    ),
    Case(
        "training status",
        TrainingStatus,
        st.builds(
            TrainingStatus,
            st.sampled_from(Part),
            st.none() | st.text(max_size=40),
            st.booleans(),
        ),
        (
            Vector("0001", TrainingStatus(Part.IDLE), _ELITE),
            Vector("000a", TrainingStatus(Part.TOO_FAST), _ELITE),
            Vector(
                "010d" + b"Quick Start".hex(),
                TrainingStatus(Part.BY_HAND, "Quick Start"),
                _SERVICE.format("4.10, tables 4.11 to 4.13"),
            ),
            Vector(
                "030b" + "4162c3",
                TrainingStatus(Part.COOL_DOWN, "Ab", goes_on=True),
                _SERVICE.format("4.10.1.1: the first octets of a longer text, cut in a letter"),
                canonical=False,
            ),
        ),
        lambda data: set(range(2, len(data))) if data[0] & 1 else set(),
        longer=True,
    ),
    Case(
        "supported speed range",
        SupportedSpeedRange,
        st.builds(SupportedSpeedRange, uint16, uint16, uint16),
        (
            Vector(
                "6400d0070a00",
                SupportedSpeedRange(100, 2000, 10),
                _ORACLE.format("supported_speed_range, 1 to 20 km/h by 0.1 km/h"),
            ),
            Vector(
                "3200d0070a00",
                SupportedSpeedRange(50, 2000, 10),
                _SERVICE.format("4.11: 0.5 to 20 km/h by 0.1 km/h"),
            ),
        ),
    ),
    Case(
        "supported inclination range",
        SupportedInclinationRange,
        st.builds(SupportedInclinationRange, sint16, sint16, uint16),
        (
            Vector(
                "6aff96000500",
                SupportedInclinationRange(-150, 150, 5),
                _ORACLE.format("supported_inclination_range, -15 to 15 % by 0.5 %"),
            ),
            Vector(
                "e2ff96000500",
                SupportedInclinationRange(-30, 150, 5),
                _SERVICE.format("4.12: -3 to 15 % by 0.5 %"),
            ),
        ),
    ),
    Case(
        "supported resistance level range",
        SupportedResistanceLevelRange,
        st.one_of(
            st.builds(SupportedResistanceLevelRange, sint16, sint16, uint16),
            st.builds(SupportedResistanceLevelRange, uint8, uint8, uint8, st.just(True)),
        ),
        (
            Vector("000064000100", SupportedResistanceLevelRange(0, 100, 1), _VOLT),
            Vector("0000c8000100", SupportedResistanceLevelRange(0, 200, 1), _ELITE),
            Vector(
                "011001",
                SupportedResistanceLevelRange(1, 16, 1, narrow=True),
                "field by field: GATT Specification Supplement, Supported Resistance "
                "Level Range: one byte each",
            ),
        ),
        lambda data: {3} if len(data) == 6 else set(),
    ),
    Case(
        "supported power range",
        SupportedPowerRange,
        st.builds(SupportedPowerRange, sint16, sint16, uint16),
        (
            Vector("0000a00f0100", SupportedPowerRange(0, 4000, 1), _ELITE),
            Vector(
                "0000e8030100",
                SupportedPowerRange(0, 1000, 1),
                _SERVICE.format("4.14: 0 to 1000 W by 1 W"),
            ),
        ),
    ),
    Case(
        "supported heart rate range",
        SupportedHeartRateRange,
        st.builds(SupportedHeartRateRange, uint8, uint8, uint8),
        (
            Vector(
                "3cc801",
                SupportedHeartRateRange(60, 200, 1),
                _ORACLE.format("supported_heart_rate_range, 60 to 200 a minute by 1"),
            ),
        ),
    ),
    Case(
        "fitness machine control point",
        FitnessMachineControlPoint,
        st.one_of(
            _fitting(_ASKED).map(
                lambda made: FitnessMachineControlPoint(control.Op(made[0]), made[1])
            ),
            st.builds(
                FitnessMachineControlPoint,
                st.just(control.Op.RESPONSE),
                answers(Went.CONTROL_NOT_PERMITTED),
            ),
        ),
        (
            Vector(
                "11" + "000000002833",
                FitnessMachineControlPoint(
                    control.Op.SET_BIKE_SIMULATION, bytes.fromhex("000000002833")
                ),
                _HUB,
            ),
            Vector("801101", FitnessMachineControlPoint.answer(0x11, Went.SUCCESS), _HUB),
            Vector("800001", FitnessMachineControlPoint.answer(0, Went.SUCCESS), _ELITE),
            Vector(
                "04c800",
                FitnessMachineControlPoint(control.Op.SET_RESISTANCE, b"\xc8\0"),
                "dvmarinoff/Auuki issue #71: two bytes since the erratum",
            ),
        ),
        lambda data: answer_lengths(data, 128) | _one_byte_less(data, 4),
        longer=True,
    ),
    Case(
        "fitness machine status",
        FitnessMachineStatus,
        _fitting(_SAID).map(lambda made: FitnessMachineStatus(status.What(made[0]), made[1])),
        (
            Vector("0201", FitnessMachineStatus(status.What.STOPPED_OR_PAUSED, b"\1"), _ELITE),
            Vector("04", FitnessMachineStatus(status.What.STARTED_OR_RESUMED), _ELITE),
            Vector(
                "12" + "0000ffff2833",
                FitnessMachineStatus(
                    status.What.BIKE_SIMULATION_SET, bytes.fromhex("0000ffff2833")
                ),
                _ELITE,
            ),
        ),
        lambda data: _one_byte_less(data, 7),
    ),
)
