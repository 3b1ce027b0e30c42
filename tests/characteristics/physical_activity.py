"""Physical Activity Monitor Service.

No published packet of the adopted service was found for most of its characteristics: not in
firmware, apps, issues or test suites. Those marked so were written by hand, field by field.
"""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from adapters.ble.characteristics import (
    cardiorespiratory_instantaneous,
    cardiorespiratory_summary,
    general_activity_instantaneous,
    general_activity_summary,
    physical_activity_current_session,
    physical_activity_session_descriptor,
    sleep_activity_instantaneous,
    sleep_activity_summary,
    step_counter_summary,
)
from adapters.ble.characteristics.cardiorespiratory_instantaneous import (
    CardioRespiratoryActivityInstantaneousData,
)
from adapters.ble.characteristics.cardiorespiratory_summary import (
    CardioRespiratoryActivitySummaryData,
)
from adapters.ble.characteristics.general_activity_instantaneous import (
    GeneralActivityInstantaneousData,
)
from adapters.ble.characteristics.general_activity_summary import GeneralActivitySummaryData
from adapters.ble.characteristics.physical_activity_control_point import (
    Op,
    PhysicalActivityMonitorControlPoint,
    What,
)
from adapters.ble.characteristics.physical_activity_current_session import (
    PhysicalActivityCurrentSession,
)
from adapters.ble.characteristics.physical_activity_features import (
    PhysicalActivityMonitorFeatures,
)
from adapters.ble.characteristics.physical_activity_session_descriptor import (
    PhysicalActivitySessionDescriptor,
)
from adapters.ble.characteristics.sleep_activity_instantaneous import (
    SleepActivityInstantaneousData,
)
from adapters.ble.characteristics.sleep_activity_summary import SleepActivitySummaryData
from adapters.ble.characteristics.step_counter_summary import StepCounterActivitySummaryData
from adapters.ble.formats.activity import Head, Layout
from adapters.ble.formats.activity_time import BaseTime
from tests.characteristics import Case, Vector
from tests.segmented import alone

_BY_HAND: Final = (
    "field by field: Physical Activity Monitor Service 1.0, {}, its flags as bluetooth-sig names "
    "them, its widths as in the trial of its authors"
)
_TRIAL: Final = (
    "Philips' firmware of the service's trial (PSoC 4 BLE), {}; the header of the segment left "
    "out, the activity type in the one byte of the adopted service"
)
_SIG: Final = "RonanB96/bluetooth-sig-python, tests/gatt/characteristics/{}"

_uint16 = st.integers(0, 0xFFFF)
_heads = st.builds(Head, _uint16, _uint16, st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF))
_times = st.builds(BaseTime, st.integers(0, 0xFFFFFFFF), st.integers(-0x8000, 0x7FFF))


def _optional(width: int) -> st.SearchStrategy[int | None]:
    bits = 8 * abs(width)
    numbers = (
        st.integers(-(1 << bits - 1), (1 << bits - 1) - 1)
        if width < 0
        else st.integers(0, (1 << bits) - 1)
    )
    return st.none() | numbers


def _made(value: type[Any], layout: Layout, **more: st.SearchStrategy[Any]) -> Any:
    parts = {name: _optional(width) for name, width in layout}
    return st.builds(value, _heads, **parts, **more)


_CONTROL = st.sampled_from(
    [
        PhysicalActivityMonitorControlPoint(Op.ENQUIRE_SESSIONS),
        PhysicalActivityMonitorControlPoint(Op.ENQUIRE_SUB_SESSIONS, b"\1\0"),
        PhysicalActivityMonitorControlPoint.ask(1, 2, What.SLEEP_SUMMARY),
        PhysicalActivityMonitorControlPoint(Op.STOP),
        PhysicalActivityMonitorControlPoint(Op.SESSIONS_TOLD, b"\3\0"),
        PhysicalActivityMonitorControlPoint(Op.ENDED_SESSION_DATA_SENT, b"\3\0\0"),
        PhysicalActivityMonitorControlPoint(Op.SESSIONS_FAILED, b"\x85"),
    ]
)

CASES = (
    Case(
        "physical activity monitor features",
        PhysicalActivityMonitorFeatures,
        st.builds(PhysicalActivityMonitorFeatures, st.integers(0, (1 << 64) - 1)),
        (
            Vector(
                "0000000001000000",
                PhysicalActivityMonitorFeatures(1 << 32),
                _SIG.format("test_physical_activity_monitor_features, heart rate"),
            ),
            Vector(
                # DEVICE_WORN (bit 2), HEART_RATE (bit 32), SLEEP_STAGE (bit 53)
                "0400000001002000",
                PhysicalActivityMonitorFeatures(1 << 2 | 1 << 32 | 1 << 53),
                _BY_HAND.format("3.1"),
            ),
        ),
    ),
    Case(
        "general activity instantaneous data",
        GeneralActivityInstantaneousData,
        _made(
            GeneralActivityInstantaneousData,
            general_activity_instantaneous._LAYOUT,
            worn=st.booleans(),
        ),
        (
            Vector(
                # flags: bits 0 to 10; session 1, part 2, 12 s, data 12; then every field is 12
                "ff0700010002000c0000000c0000000c000c000c000c000c0c000c000c0c0c0c000c000c",
                GeneralActivityInstantaneousData(
                    Head(1, 2, 12, 12), False, 12, 12, 12, 12, 12, 12, 12, 0x0C0C0C, 12, 12, 12
                ),
                _TRIAL.format("SimulateValues and getPresentGaidFields for session 1, part 2"),
            ),
            Vector(
                # flags: bit 4 equivalent, bit 23 worn; session 7, whole, 3600 s, data 60; 4.3 MET
                "10008007000000100e00003c0000002b",
                GeneralActivityInstantaneousData(Head(7, 0, 3600, 60), True, equivalent=43),
                _BY_HAND.format("3.2"),
            ),
        ),
        told=alone(general_activity_instantaneous.readings),
    ),
    Case(
        "general activity summary data",
        GeneralActivitySummaryData,
        _made(GeneralActivitySummaryData, general_activity_summary._LAYOUT),
        (
            Vector(
                "00000000010002000a00000001000000",
                GeneralActivitySummaryData(Head(1, 2, 10, 1)),
                _SIG.format("test_general_activity_summary_data, without optional fields"),
            ),
            Vector(
                # flags: bits 0, 1 energies, 6 average equivalent, 16 floors, 23 activity
                "43008100"
                "0700"
                "0100"
                "08070000"
                "02000000"
                "5a000000"
                "3c000000"
                "23"
                "03"
                "05",  # 90 kJ, 60 kJ, 3.5 MET, 3 floors, walk
                GeneralActivitySummaryData(
                    Head(7, 1, 1800, 2), 90, 60, average_equivalent=35, floors=3, activity=5
                ),
                _BY_HAND.format("3.3"),
            ),
        ),
        told=alone(general_activity_summary.readings),
    ),
    Case(
        "cardiorespiratory activity instantaneous data",
        CardioRespiratoryActivityInstantaneousData,
        _made(
            CardioRespiratoryActivityInstantaneousData,
            cardiorespiratory_instantaneous._LAYOUT,
            worn=st.booleans(),
        ),
        (
            Vector(
                # flags: bits 0, 1, 3, 5 and 15 worn; VO2 max 42, 71/min, at rest 58, 15 breaths
                "2b8007000000100e00003d0000002a473a0f",
                CardioRespiratoryActivityInstantaneousData(
                    Head(7, 0, 3600, 61),
                    True,
                    vo2_max=42,
                    heart_rate=71,
                    resting_heart_rate=58,
                    respiration_rate=15,
                ),
                _BY_HAND.format("3.4"),
            ),
        ),
        told=alone(cardiorespiratory_instantaneous.readings),
    ),
    Case(
        "cardiorespiratory activity summary data",
        CardioRespiratoryActivitySummaryData,
        _made(CardioRespiratoryActivitySummaryData, cardiorespiratory_summary._LAYOUT),
        (
            Vector(
                # flags: bits 0 zone 1, 8 to 10 heart rate, 26 worn; 600 s; 61, 142, 97; 1800 s
                "010700040700010008070000020000005802003d8e61080700",
                CardioRespiratoryActivitySummaryData(
                    Head(7, 1, 1800, 2),
                    600,
                    least_heart_rate=61,
                    greatest_heart_rate=142,
                    average_heart_rate=97,
                    worn_duration=1800,
                ),
                _BY_HAND.format("3.5"),
            ),
        ),
        told=alone(cardiorespiratory_summary.readings),
    ),
    Case(
        "step counter activity summary data",
        StepCounterActivitySummaryData,
        _made(StepCounterActivitySummaryData, step_counter_summary._LAYOUT),
        (
            Vector(
                "00010002000a00000001000000",
                StepCounterActivitySummaryData(Head(1, 2, 10, 1)),
                _SIG.format("test_step_counter_activity_summary_data, without optional fields"),
            ),
            Vector(
                # flags: bits 0, 1, 3; 4200 and 800 steps, 3650 m
                "0b070001000807000002000000681000200300420e00",
                StepCounterActivitySummaryData(Head(7, 1, 1800, 2), 4200, 800, None, 3650),
                _BY_HAND.format("3.6"),
            ),
        ),
        told=alone(step_counter_summary.readings),
    ),
    Case(
        "sleep activity instantaneous data",
        SleepActivityInstantaneousData,
        _made(
            SleepActivityInstantaneousData,
            sleep_activity_instantaneous._LAYOUT,
            worn=st.booleans(),
        ),
        (
            Vector(
                # flags: bits 3, 4 and 15 worn; stage sleep, not REM, deep (bits 1, 3, 5); 52/min
                "188008000000100e0000020000002a000034",
                SleepActivityInstantaneousData(
                    Head(8, 0, 3600, 2), True, stage=0b101010, heart_rate=52
                ),
                _BY_HAND.format("3.7"),
            ),
        ),
        told=alone(sleep_activity_instantaneous.readings),
    ),
    Case(
        "sleep activity summary data",
        SleepActivitySummaryData,
        _made(SleepActivitySummaryData, sleep_activity_summary._LAYOUT),
        (
            Vector(
                # flags: bits 0 and 2 times, 5 efficiency, 18 heart rate; 25200 s, 28800 s, 88 %, 54
                "2500040800000080700000010000007062008070005836",
                SleepActivitySummaryData(
                    Head(8, 0, 28800, 1), 25200, None, 28800, efficiency=88, average_heart_rate=54
                ),
                _BY_HAND.format("3.8"),
            ),
        ),
        told=alone(sleep_activity_summary.readings),
    ),
    Case(
        "physical activity monitor control point",
        PhysicalActivityMonitorControlPoint,
        _CONTROL,
        (
            Vector(
                "030100020004",
                PhysicalActivityMonitorControlPoint.ask(1, 2, What.STEP_COUNTER_SUMMARY),
                "Philips' library of the service's trial (Harald), writeToPamCP with three "
                "parameters",
            ),
            Vector(
                "fc0300",
                PhysicalActivityMonitorControlPoint(Op.SESSIONS_TOLD, b"\3\0"),
                "Philips' firmware of the service's trial (PSoC 4 BLE), "
                "updateControlPointEnquireSucces for three sessions",
            ),
        ),
    ),
    Case(
        "physical activity current session",
        PhysicalActivityCurrentSession,
        st.builds(PhysicalActivityCurrentSession, st.booleans(), _uint16, _times, _uint16, _times),
        (
            Vector(
                "0101007856341222220200785634124444",
                PhysicalActivityCurrentSession(
                    True, 1, BaseTime(0x12345678, 0x2222), 2, BaseTime(0x12345678, 0x4444)
                ),
                "Philips' firmware of the service's trial (PSoC 4 BLE), the times of "
                "buildNewSession in the layout of HBPhysicalActivityMonitorCurrSess",
            ),
        ),
        told=alone(physical_activity_current_session.readings, header=b""),
    ),
    Case(
        "physical activity session descriptor",
        PhysicalActivitySessionDescriptor,
        st.builds(
            PhysicalActivitySessionDescriptor,
            _uint16,
            st.none() | _uint16,
            _times,
            st.none() | _times,
            st.integers(0, 255),
            st.booleans(),
        ),
        (
            Vector(
                "030100785634122222aa",
                PhysicalActivitySessionDescriptor(
                    1, None, BaseTime(0x12345678, 0x2222), None, 0xAA
                ),
                _TRIAL.format("buildNewSession and UpdateSessionDescriptor, a session that runs"),
            ),
            Vector(
                "0201000200debc9a788888aa",
                PhysicalActivitySessionDescriptor(
                    1, 2, BaseTime(0x789ABCDE, 0x8888 - 0x10000), None, 0xAA
                ),
                _TRIAL.format("buildNewSession and UpdateSessionDescriptor, a part that runs"),
            ),
            Vector(
                # a whole session from 2026-03-01 08:00 to 09:30 UTC, at +60 min; walking
                "01070080ae36313c0098c336313c0005",
                PhysicalActivitySessionDescriptor(
                    7, None, BaseTime(825_667_200, 60), BaseTime(825_672_600, 60), 5
                ),
                _BY_HAND.format("3.11"),
            ),
        ),
        told=alone(physical_activity_session_descriptor.readings, header=b""),
    ),
)
