"""Cycling Power: measurement, vector, feature and control point."""

from __future__ import annotations

from hypothesis import strategies as st

from adapters.ble.characteristics import cycling_power_control_point as power_control
from adapters.ble.characteristics import cycling_power_feature as power
from adapters.ble.characteristics import (
    cycling_power_measurement,
)
from adapters.ble.characteristics.cycling_power_control_point import CyclingPowerControlPoint
from adapters.ble.characteristics.cycling_power_feature import CyclingPowerFeature, Shared
from adapters.ble.characteristics.cycling_power_measurement import CyclingPowerMeasurement
from adapters.ble.characteristics.cycling_power_vector import CyclingPowerVector, Direction
from adapters.ble.formats.procedures import Went
from adapters.ble.formats.turning import Turns
from adapters.ble.hearing import Hearing
from tests.ble_packets import packet, uint16
from tests.characteristics import Case, Vector
from tests.characteristics.sports import answer_lengths, answers, crank, sint16, wheel

_IM97MORI = "im97mori-github/AndroidBLEUtil, {}AndroidTest, {}"
_RIDE_KIT = "RideKit, CyclingPowerMeasurementTests.{}"
_PEDALS = "doudar/SmartSpin2k issue #70, frames of power pedals"

extremes = st.tuples(sint16, sint16)


def _fewer(data: bytes) -> set[int]:
    told = CyclingPowerVector.from_bytes(data)
    measured = len(told.forces or told.torques or ())
    return {len(data) - 2 * n for n in range(1, measured + 1)}


_ORACLE = "RonanB96/bluetooth-sig-python, tests/gatt/characteristics/test_{}"

CASES = (
    Case(
        "cycling power measurement",
        CyclingPowerMeasurement,
        st.builds(
            CyclingPowerMeasurement,
            power=sint16,
            balance=st.none() | st.integers(0, 255),
            balance_of_left=st.booleans(),
            torque=st.none() | uint16,
            torque_of_crank=st.booleans(),
            wheel=st.none() | wheel,
            crank=st.none() | crank,
            forces=st.none() | extremes,
            torques=st.none() | extremes,
            angles=st.none() | st.tuples(st.integers(0, 0xFFF), st.integers(0, 0xFFF)),
            top=st.none() | uint16,
            bottom=st.none() | uint16,
            work=st.none() | uint16,
            offset_compensated=st.booleans(),
        ),
        (
            Vector("0000fa00", CyclingPowerMeasurement(250), _RIDE_KIT.format("testPowerOnly")),
            Vector(
                "0000ffff",
                CyclingPowerMeasurement(-1),
                _RIDE_KIT.format("testNegativePowerIsSigned"),
            ),
            Vector(
                "23002c01" + "64" + "02010004",
                CyclingPowerMeasurement(300, 100, True, crank=Turns(258, 1024)),
                _RIDE_KIT.format("testBalanceAndCrankData"),
            ),
            Vector(
                "34006400" + "aabb" + "010203040506" + "0a000008",
                CyclingPowerMeasurement(
                    100, torque=0xBBAA, wheel=Turns(0x04030201, 0x0605), crank=Turns(10, 2048)
                ),
                _RIDE_KIT.format("testCrankDataAfterTorqueAndWheelFields"),
            ),
            Vector(
                "2c000000" + "9f00" + "0c00e542",
                CyclingPowerMeasurement(
                    0, torque=159, torque_of_crank=True, crank=Turns(12, 17125)
                ),
                "OpenTracksApp/OpenTracks issue #1352, frame of a 4iiii power meter",
            ),
            Vector(
                "20005100" + "d66efc14",
                CyclingPowerMeasurement(81, crank=Turns(28374, 5372)),
                _PEDALS,
            ),
        ),
        told=lambda data: cycling_power_measurement.readings(packet(data), Hearing()),
    ),
    Case(
        "cycling power vector",
        CyclingPowerVector,
        st.one_of(
            st.builds(
                CyclingPowerVector,
                st.none() | crank,
                st.none() | uint16,
                st.none() | st.lists(sint16, max_size=9).map(tuple),
                st.none(),
                st.sampled_from(Direction),
            ),
            st.builds(
                CyclingPowerVector,
                st.none() | crank,
                st.none() | uint16,
                st.none(),
                st.lists(sint16, max_size=9).map(tuple),
                st.sampled_from(Direction),
            ),
        ),
        (
            Vector(
                "0101020304",
                CyclingPowerVector(Turns(0x0201, 0x0403)),
                _IM97MORI.format("CyclingPowerVector", "data_00002"),
            ),
            Vector(
                "020102",
                CyclingPowerVector(angle=0x0201),
                _IM97MORI.format("CyclingPowerVector", "data_00102"),
            ),
            Vector(
                "07" + bytes(range(1, 19)).hex(),
                CyclingPowerVector(
                    Turns(0x0201, 0x0403),
                    0x0605,
                    (0x0807, 0x0A09, 0x0C0B, 0x0E0D, 0x100F, 0x1211),
                ),
                _IM97MORI.format("CyclingPowerVector", "data_00205"),
            ),
            Vector(
                "0a" + bytes(range(1, 19)).hex(),
                CyclingPowerVector(
                    angle=0x0201,
                    torques=(0x0403, 0x0605, 0x0807, 0x0A09, 0x0C0B, 0x0E0D, 0x100F, 0x1211),
                ),
                _IM97MORI.format("CyclingPowerVector", "data_00304"),
            ),
        ),
        _fewer,
    ),
    Case(
        "cycling power feature",
        CyclingPowerFeature,
        st.builds(
            CyclingPowerFeature,
            st.integers(0, (1 << 20) - 1).map(power.Can),
            st.sampled_from(Shared),
        ),
        (
            Vector(
                "0c000000",
                CyclingPowerFeature(power.Can.WHEEL | power.Can.CRANK),
                "doudar/SmartSpin2k pull request 632: four bytes, wheel and crank supported",
            ),
            Vector(
                "0b022000",
                CyclingPowerFeature(
                    power.Can.PEDAL_BALANCE
                    | power.Can.ACCUMULATED_TORQUE
                    | power.Can.CRANK
                    | power.Can.OFFSET_COMPENSATION,
                    Shared.ONE_OF_TWO,
                ),
                "field by field: GATT Specification Supplement, Cycling Power Feature: "
                "bits 0, 1, 3, 9 and 21",
            ),
        ),
    ),
    Case(
        "cycling power control point",
        CyclingPowerControlPoint,
        st.one_of(
            st.builds(
                CyclingPowerControlPoint,
                st.sampled_from(
                    [
                        power_control.Op.SET_CRANK_LENGTH,
                        power_control.Op.SET_CHAIN_LENGTH,
                        power_control.Op.SET_CHAIN_WEIGHT,
                        power_control.Op.SET_SPAN_LENGTH,
                        power_control.Op.MASK_MEASUREMENT,
                    ]
                ),
                st.binary(min_size=2, max_size=2),
            ),
            st.sampled_from(
                [
                    CyclingPowerControlPoint(power_control.Op.SET_CUMULATIVE_VALUE, bytes(4)),
                    CyclingPowerControlPoint(power_control.Op.UPDATE_LOCATION, b"\x05"),
                    CyclingPowerControlPoint(power_control.Op.START_OFFSET_COMPENSATION),
                    CyclingPowerControlPoint(power_control.Op.REQUEST_SAMPLING_RATE),
                ]
            ),
            st.builds(CyclingPowerControlPoint, st.just(power_control.Op.RESPONSE), answers()),
        ),
        (
            Vector(
                "0140e20100",
                CyclingPowerControlPoint(power_control.Op.SET_CUMULATIVE_VALUE, b"\x40\xe2\x01\0"),
                _ORACLE.format("cycling_power_control_point, case 1: 123,456"),
            ),
            Vector(
                "045e01",
                CyclingPowerControlPoint(power_control.Op.SET_CRANK_LENGTH, b"\x5e\x01"),
                _ORACLE.format("cycling_power_control_point, case 3: 175.0 mm"),
            ),
            Vector(
                "200301",
                CyclingPowerControlPoint.answer(3, Went.SUCCESS),
                _ORACLE.format("cycling_power_control_point, case 5"),
            ),
            Vector(
                "0c",
                CyclingPowerControlPoint(power_control.Op.START_OFFSET_COMPENSATION),
                "field by field: Cycling Power Service 1.1, 3.5: Start Offset Compensation",
            ),
            Vector(
                "0459" + "01",
                CyclingPowerControlPoint(power_control.Op.SET_CRANK_LENGTH, b"\x59\x01"),
                "field by field: Cycling Power Service 1.1, 3.5: Set Crank Length, "
                "172.5 mm in halves",
            ),
            Vector(
                "200501" + "5901",
                CyclingPowerControlPoint.answer(5, Went.SUCCESS, b"\x59\x01"),
                "field by field: Cycling Power Service 1.1, 3.5: the answer to Request "
                "Crank Length",
            ),
        ),
        lambda data: answer_lengths(data, 32),
        longer=True,
    ),
)
