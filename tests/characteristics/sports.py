"""Running Speed and Cadence, Cycling Speed and Cadence, their control points, heart rate's."""

from __future__ import annotations

from hypothesis import strategies as st

from adapters.ble.characteristics import csc_feature as csc
from adapters.ble.characteristics import (
    csc_measurement,
    rsc_measurement,
)
from adapters.ble.characteristics import rsc_feature as rsc
from adapters.ble.characteristics import sc_control_point as control
from adapters.ble.characteristics.csc_feature import CscFeature
from adapters.ble.characteristics.csc_measurement import CscMeasurement
from adapters.ble.characteristics.heart_rate_control_point import HeartRateControlPoint
from adapters.ble.characteristics.heart_rate_control_point import Op as HeartRateOp
from adapters.ble.characteristics.rsc_feature import RscFeature
from adapters.ble.characteristics.rsc_measurement import RscMeasurement
from adapters.ble.characteristics.sc_control_point import ScControlPoint
from adapters.ble.characteristics.sensor_location import Fixed, SensorLocation
from adapters.ble.formats.procedures import Went
from adapters.ble.formats.turning import Turns
from adapters.ble.hearing import Hearing
from tests.ble_packets import packet, uint16
from tests.characteristics import Case, Vector

_NORDIC = "NordicSemiconductor/Android-BLE-Common-Library, callback/{}Test"
_CSC = _NORDIC.format("csc/CyclingSpeedAndCadenceMeasurementDataCallback")
_SC = _NORDIC.format("sc/SpeedAndCadenceControlPointDataCallback")

sint16 = st.integers(-0x8000, 0x7FFF)
uint32 = st.integers(0, 0xFFFFFFFF)
wheel = st.builds(Turns, uint32, uint16)
crank = st.builds(Turns, uint16, uint16)


def answers(worst: Went = Went.FAILED) -> st.SearchStrategy[bytes]:
    went = st.sampled_from([w for w in Went if w <= worst])
    return st.builds(
        lambda request, how, more: bytes([request, how]) + more,
        st.integers(0, 255),
        went,
        st.binary(max_size=17),
    )


def answer_lengths(data: bytes, op: int) -> set[int]:
    return set(range(3, len(data))) if data[:1] == bytes([op]) else set()


CASES = (
    Case(
        "RSC measurement",
        RscMeasurement,
        st.builds(
            RscMeasurement,
            uint16,
            st.integers(0, 255),
            st.none() | uint16,
            st.none() | uint32,
            st.booleans(),
        ),
        (
            Vector(
                "07000312" + "5600" + "010000f0",
                RscMeasurement(3 * 256, 18, 86, 0xF0000001, True),
                _NORDIC.format("rsc/RunningSpeedAndCadenceMeasurementDataCallback"),
            ),
            Vector(
                "02000550" + "ffff0001",
                RscMeasurement(5 * 256, 80, None, 16_842_751),
                "OpenTracksApp/OpenTracks, BluetoothConnectionRunningSpeedAndCadenceTest",
            ),
            Vector(
                "f80005" + "50",
                RscMeasurement(5 * 256, 80),
                "field by field: Running Speed and Cadence Service 1.0, 3.1.1.1: "
                "reserved bits are ignored",
                canonical=False,
            ),
        ),
        told=lambda data: rsc_measurement.readings(packet(data)),
    ),
    Case(
        "RSC feature",
        RscFeature,
        st.builds(RscFeature, st.integers(0, 31).map(rsc.Can)),
        (
            Vector(
                "0d00",
                RscFeature(
                    rsc.Can.STRIDE_LENGTH | rsc.Can.WALKING_OR_RUNNING | rsc.Can.CALIBRATION
                ),
                _NORDIC.format("rsc/RunningSpeedAndCadenceFeatureDataCallback"),
            ),
        ),
    ),
    Case(
        "CSC measurement",
        CscMeasurement,
        st.builds(CscMeasurement, st.none() | wheel, st.none() | crank),
        (
            Vector("0139300000e803", CscMeasurement(Turns(12345, 1000)), _CSC),
            Vector("025901d007", CscMeasurement(None, Turns(345, 2000)), _CSC),
            Vector(
                "0339300000e803" + "5901d007",
                CscMeasurement(Turns(12345, 1000), Turns(345, 2000)),
                _CSC,
            ),
            Vector(
                "032d060000a3a9900a289f",
                CscMeasurement(Turns(1581, 43427), Turns(2704, 40744)),
                "movisens/SmartGattLib, CyclingSpeedCadenceMeasurementTest",
            ),
        ),
        told=lambda data: csc_measurement.readings(packet(data), Hearing()),
    ),
    Case(
        "CSC feature",
        CscFeature,
        st.builds(CscFeature, st.integers(0, 7).map(csc.Can)),
        (
            Vector(
                "0300",
                CscFeature(csc.Can.WHEEL | csc.Can.CRANK),
                _NORDIC.format("csc/CyclingSpeedAndCadenceFeatureDataCallback"),
            ),
        ),
    ),
    Case(
        "sensor location",
        SensorLocation,
        st.builds(SensorLocation, st.sampled_from(Fixed)),
        (
            Vector(
                "0c",
                SensorLocation(Fixed.REAR_WHEEL),
                _NORDIC.format("sc/SensorLocationDataCallback"),
            ),
        ),
    ),
    Case(
        "SC control point",
        ScControlPoint,
        st.one_of(
            st.builds(
                ScControlPoint,
                st.just(control.Op.SET_CUMULATIVE_VALUE),
                st.binary(min_size=4, max_size=4),
            ),
            st.sampled_from(
                [
                    ScControlPoint(control.Op.START_CALIBRATION),
                    ScControlPoint(control.Op.UPDATE_LOCATION, b"\x02"),
                    ScControlPoint(control.Op.REQUEST_LOCATIONS),
                ]
            ),
            st.builds(ScControlPoint, st.just(control.Op.RESPONSE), answers()),
        ),
        (
            Vector("100101", ScControlPoint.answer(1, Went.SUCCESS), _SC),
            Vector("100202", ScControlPoint.answer(2, Went.NOT_SUPPORTED), _SC),
            Vector("100401010203", ScControlPoint.answer(4, Went.SUCCESS, b"\1\2\3"), _SC),
        ),
        lambda data: answer_lengths(data, 16),
        longer=True,
    ),
    Case(
        "heart rate control point",
        HeartRateControlPoint,
        st.just(HeartRateControlPoint(HeartRateOp.RESET_ENERGY)),
        (
            Vector(
                "01",
                HeartRateControlPoint(HeartRateOp.RESET_ENERGY),
                "eisaev/blevalueparser, tests/heartratecontrolpointtest.cpp, ResetEnergyExpended",
            ),
        ),
    ),
)
