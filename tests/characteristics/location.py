"""Location and Navigation Service: places, which stay here."""

from __future__ import annotations

from hypothesis import strategies as st

from adapters.ble.characteristics import ln_control_point as control
from adapters.ble.characteristics import location_and_speed
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.ln_control_point import LnControlPoint
from adapters.ble.characteristics.ln_feature import Can, LnFeature
from adapters.ble.characteristics.location_and_speed import ElevationBy, LocationAndSpeed
from adapters.ble.characteristics.navigation import Navigation
from adapters.ble.characteristics.position_quality import PositionQuality
from adapters.ble.formats.place import Found, HeadingBy
from adapters.ble.formats.procedures import Went
from tests.ble_packets import packet, uint16
from tests.characteristics import Case, Vector
from tests.characteristics.sports import answer_lengths, answers

_IM97MORI = "im97mori-github/AndroidBLEUtil, LocationAndSpeedTest.{}"
_SIG = "RonanB96/bluetooth-sig-python, tests/gatt/characteristics/test_{}.py"
uint8 = st.integers(0, 255)
uint24 = st.integers(0, 0xFFFFFF)
sint24 = st.integers(-0x800000, 0x7FFFFF)
uint32 = st.integers(0, 0xFFFFFFFF)
dates = st.datetimes().map(DateTime.of).filter(lambda date: date.year >= 1582)
places = st.tuples(st.integers(-900_000_000, 900_000_000), st.integers(-(10**9), 10**9))

CASES = (
    Case(
        "location and speed",
        LocationAndSpeed,
        st.builds(
            LocationAndSpeed,
            st.none() | uint16,
            st.none() | uint24,
            st.none() | places,
            st.none() | sint24,
            st.none() | uint16,
            st.none() | uint8,
            st.none() | dates,
            st.sampled_from(Found),
            st.booleans(),
            st.sampled_from(ElevationBy),
            st.sampled_from(HeadingBy),
        ),
        (
            Vector(
                "0400" + "0102030405060708",
                LocationAndSpeed(place=(0x04030201, 0x08070605)),
                _IM97MORI.format("test_constructor006"),
            ),
            Vector(
                "0200" + "010203",
                LocationAndSpeed(distance=0x030201),
                _IM97MORI.format("test_constructor004"),
            ),
            Vector(
                "0800" + "010203",
                LocationAndSpeed(elevation=0x030201),
                _IM97MORI.format("test_constructor008"),
            ),
            Vector(
                "ff00" + "e803" + "000000" + "0000000000000000" + "000000" + "0000" + "00"
                "e7070101000000",
                LocationAndSpeed(
                    1000, 0, (0, 0), 0, 0, 0, DateTime(2023, 1, 1, 0, 0, 0), Found.POSITION
                ),
                _SIG.format("location_and_speed"),
            ),
        ),
        told=lambda data: location_and_speed.positions(packet(data)),
    ),
    Case(
        "navigation",
        Navigation,
        st.builds(
            Navigation,
            uint16,
            uint16,
            st.none() | uint24,
            st.none() | sint24,
            st.none() | dates,
            st.sampled_from(Found),
            st.sampled_from(HeadingBy),
            st.booleans(),
            st.booleans(),
            st.booleans(),
        ),
        (
            Vector("00005a002d01", Navigation(90, 301), _SIG.format("navigation")),
            Vector("00009f8c9f8c", Navigation(35999, 35999), _SIG.format("navigation")),
            Vector(
                "0700" + "5a002d01" + "000000" + "000000" + "e7070101000000",
                Navigation(90, 301, 0, 0, DateTime(2023, 1, 1, 0, 0, 0)),
                _SIG.format("navigation"),
            ),
        ),
    ),
    Case(
        "position quality",
        PositionQuality,
        st.builds(
            PositionQuality,
            st.none() | uint8,
            st.none() | uint8,
            st.none() | uint16,
            st.none() | uint32,
            st.none() | uint32,
            st.none() | uint8,
            st.none() | uint8,
            st.sampled_from(Found),
        ),
        (
            Vector(
                "6400" + "1027" + "0406",
                PositionQuality(to_first_fix=10_000, horizontal_dilution=4, vertical_dilution=6),
                _SIG.format("position_quality"),
            ),
            Vector(
                "ff00" + "050a" + "e803" + "c8000000" + "2c010000" + "080a",
                PositionQuality(5, 10, 1000, 200, 300, 8, 10, Found.POSITION),
                _SIG.format("position_quality"),
            ),
        ),
    ),
    Case(
        "LN feature",
        LnFeature,
        st.builds(LnFeature, st.integers(0, (1 << 21) - 1).map(Can)),
        (
            Vector(
                "1f000000",
                LnFeature(Can(0x1F)),
                "RonanB96/bluetooth-sig-python, tests/gatt/characteristics/test_ln_feature.py",
            ),
            Vector(
                "00001e00",
                LnFeature(Can(0x1E0000)),
                "RonanB96/bluetooth-sig-python, tests/gatt/characteristics/test_ln_feature.py",
            ),
            Vector(
                "0d001000",
                LnFeature(Can.SPEED | Can.PLACE | Can.ELEVATION | Can.POSITION_STATUS),
                "field by field: GATT Specification Supplement, LN Feature: bits 0, 2, 3 and 20",
            ),
        ),
    ),
    Case(
        "LN control point",
        LnControlPoint,
        st.one_of(
            st.sampled_from(
                [
                    LnControlPoint(control.Op.SET_CUMULATIVE_VALUE, bytes(3)),
                    LnControlPoint(control.Op.MASK_LOCATION_AND_SPEED, b"\x04\0"),
                    LnControlPoint(control.Op.NAVIGATION_CONTROL, b"\1"),
                    LnControlPoint(control.Op.REQUEST_NUMBER_OF_ROUTES),
                    LnControlPoint(control.Op.REQUEST_NAME_OF_ROUTE, b"\3\0"),
                    LnControlPoint(control.Op.SET_ELEVATION, b"\xff\xff\xff"),
                ]
            ),
            st.builds(LnControlPoint, st.just(control.Op.RESPONSE), answers()),
        ),
        (
            Vector(
                "0301",
                LnControlPoint(control.Op.NAVIGATION_CONTROL, b"\1"),
                "RonanB96/bluetooth-sig-python, "
                "tests/gatt/characteristics/test_ln_control_point.py",
            ),
            Vector(
                "0701",
                LnControlPoint(control.Op.SET_FIX_RATE, b"\1"),
                "field by field: Location and Navigation Service 1.0, 3.6: Set Fix "
                "Rate, once a second",
            ),
            Vector(
                "200401" + "0200",
                LnControlPoint.answer(4, Went.SUCCESS, b"\2\0"),
                "field by field: Location and Navigation Service 1.0, 3.6: two routes",
            ),
        ),
        lambda data: answer_lengths(data, 32),
        longer=True,
    ),
)
