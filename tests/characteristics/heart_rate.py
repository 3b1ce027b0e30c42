"""Heart Rate Service: measurement and body sensor location."""

from __future__ import annotations

from hypothesis import strategies as st

from adapters.ble.characteristics import heart_rate
from adapters.ble.characteristics.body_sensor_location import BodySensorLocation, Site
from adapters.ble.characteristics.heart_rate import HeartRateMeasurement
from tests.ble_packets import packet, uint16
from tests.characteristics import Case, Vector

_NORDIC = "NordicSemiconductor/Android-BLE-Common-Library, callback/hr/{}Test"
_MEASURED = _NORDIC.format("HeartRateMeasurementDataCallback")


def _whole_intervals(data: bytes) -> set[int]:
    measured = HeartRateMeasurement.from_bytes(data)
    return {len(data) - 2 * n for n in range(1, len(measured.rr))}


CASES = (
    Case(
        "heart rate measurement",
        HeartRateMeasurement,
        st.builds(
            HeartRateMeasurement,
            rate=uint16,
            contact=st.sampled_from([None, False, True]),
            energy=st.none() | uint16,
            rr=st.lists(uint16, max_size=9).map(tuple),
            wide=st.booleans(),
        ),
        (
            Vector("0055", HeartRateMeasurement(85), _MEASURED),
            Vector("04ff", HeartRateMeasurement(255, contact=False), _MEASURED),
            Vector("1e5532002100", HeartRateMeasurement(85, True, 50, (33,)), _MEASURED),
            Vector(
                "1f010132010100" + "0201ffff",
                HeartRateMeasurement(257, True, 306, (1, 258, 65535)),
                _MEASURED,
            ),
            Vector(
                "104ed202c802",
                HeartRateMeasurement(78, rr=(722, 712)),
                "FleXoft/Polar-H7-HRM issue #1: frame of a Polar H7, 705.078 and 695.3125 ms",
            ),
            Vector(
                "16485401ec02",
                HeartRateMeasurement(72, True, rr=(340, 748)),
                "movisens/SmartGattLib, HeartRateMeasurementTest: 0.33203125 s and 0.73046875 s",
            ),
            Vector(
                "e048",
                HeartRateMeasurement(72),
                "field by field: Heart Rate Service 1.0, 3.1.1.1: reserved bits are ignored",
                canonical=False,
            ),
        ),
        _whole_intervals,
        told=lambda data: heart_rate.readings(packet(data)),
    ),
    Case(
        "body sensor location",
        BodySensorLocation,
        st.builds(BodySensorLocation, st.sampled_from(Site)),
        (
            Vector(
                "05",
                BodySensorLocation(Site.EAR_LOBE),
                _NORDIC.format("BodySensorLocationDataCallback"),
            ),
            Vector(
                "01", BodySensorLocation(Site.CHEST), "field by field: Heart Rate Service 1.0, 3.2"
            ),
        ),
    ),
)
