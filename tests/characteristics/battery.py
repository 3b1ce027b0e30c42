"""Battery Service."""

from __future__ import annotations

from hypothesis import strategies as st

from adapters.ble.characteristics import battery_level
from adapters.ble.characteristics.battery_level import BatteryLevel
from tests.ble_packets import packet
from tests.characteristics import Case, Vector

CASES = (
    Case(
        "battery level",
        BatteryLevel,
        st.builds(BatteryLevel, st.integers(0, 100)),
        (
            Vector(
                "55",
                BatteryLevel(85),
                "NordicSemiconductor/Android-BLE-Common-Library, callback/battery/"
                "BatteryLevelDataCallbackTest",
            ),
            Vector("64", BatteryLevel(100), "Battery Service 1.0, 3.1: 100 % is full"),
        ),
        told=lambda data: battery_level.readings(packet(data)),
    ),
)
