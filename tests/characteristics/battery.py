"""Battery Service."""

from __future__ import annotations

from hypothesis import strategies as st

from adapters.ble.characteristics import battery_level
from adapters.ble.characteristics.battery_level import BatteryLevel
from adapters.ble.characteristics.battery_level_status import (
    Answer,
    BatteryLevelStatus,
    Charge,
    Charging,
    Fault,
    Fill,
)
from tests.ble_packets import packet, uint16
from tests.characteristics import Case, Vector

_NORDIC = (
    "NordicSemiconductor/Android-BLE-Common-Library, callback/battery/BatteryLevelDataCallbackTest"
)
_STATUS = "field by field: GATT Specification Supplement, Battery Level Status: "

CASES = (
    Case(
        "battery level",
        BatteryLevel,
        st.builds(BatteryLevel, st.integers(0, 100)),
        (
            Vector("64", BatteryLevel(100), _NORDIC),
            Vector("0f", BatteryLevel(15), _NORDIC),
        ),
        told=lambda data: battery_level.readings(packet(data)),
    ),
    Case(
        "battery level status",
        BatteryLevelStatus,
        st.builds(
            BatteryLevelStatus,
            st.booleans(),
            st.sampled_from(Answer),
            st.sampled_from(Answer),
            st.sampled_from(Charge),
            st.sampled_from(Fill),
            st.sampled_from(Charging),
            st.integers(0, 7).map(Fault),
            st.none() | uint16,
            st.none() | st.integers(0, 100),
            st.none(),
        )
        | st.builds(
            BatteryLevelStatus,
            present=st.booleans(),
            service=st.sampled_from(Answer),
            broken=st.booleans(),
        ),
        (
            Vector(
                # bits 3, 5 and 7 of the flags and 7 of the additional status are reserved
                "adcd54" + "0a0b" + "8e",
                BatteryLevelStatus(
                    True,
                    Answer.UNKNOWN,
                    Answer.YES,
                    Charge.IN_USE,
                    Fill.GOOD,
                    Charging.CONSTANT_VOLTAGE,
                    Fault.BATTERY | Fault.OTHER,
                    identifier=0x0B0A,
                    service=Answer.UNKNOWN,
                    broken=True,
                ),
                "eisaev/blevalueparser, tests/batterylevelstatustest.cpp, ResPat5",
                canonical=False,
            ),
            Vector(
                "02a3025a",
                BatteryLevelStatus(
                    True,
                    Answer.YES,
                    charge=Charge.CHARGING,
                    fill=Fill.GOOD,
                    charging=Charging.CONSTANT_CURRENT,
                    level=90,
                ),
                _STATUS + "bits 0, 1, 5, 7 and 9, and the level",
            ),
            Vector(
                "07c1110601" + "0f" + "05",
                BatteryLevelStatus(
                    True,
                    charge=Charge.IN_USE,
                    fill=Fill.CRITICAL,
                    faults=Fault.BATTERY,
                    identifier=0x0106,
                    level=15,
                    service=Answer.YES,
                    broken=True,
                ),
                _STATUS + "bits 0, 6, 7, 8 and 12, and all fields",
            ),
        ),
    ),
)
