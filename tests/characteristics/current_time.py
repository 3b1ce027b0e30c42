"""Current Time Service and Reference Time Update Service."""

from __future__ import annotations

from hypothesis import strategies as st

from adapters.ble.characteristics.current_time import Adjusted, CurrentTime
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.local_time_information import (
    DaylightSaving,
    LocalTimeInformation,
)
from adapters.ble.characteristics.reference_time_information import (
    LONG_AGO,
    ReferenceTimeInformation,
    TimeSource,
)
from adapters.ble.characteristics.time_update import (
    Command,
    Result,
    TimeUpdateControlPoint,
    TimeUpdateState,
)
from tests.characteristics import Case, Vector
from tests.characteristics.date_time import date_times
from tests.characteristics.medical import uint8

_PARSER = "eisaev/blevalueparser, tests/{}test.cpp, {}"
_ORACLE = "RonanB96/bluetooth-sig-python, tests/gatt/characteristics/test_{}.py"
_RTUS = "field by field: GATT Specification Supplement, {}"

CASES = (
    Case(
        "current time",
        CurrentTime,
        st.builds(
            CurrentTime, date_times, st.integers(0, 7), uint8, st.integers(0, 15).map(Adjusted)
        ),
        (
            Vector(
                "e7070102141607" + "01ff01",
                CurrentTime(DateTime(2023, 1, 2, 20, 22, 7), 1, 255, Adjusted.BY_HAND),
                _PARSER.format("currenttime", "Manual_255"),
            ),
            Vector(
                "e7070103141607" + "020002",
                CurrentTime(DateTime(2023, 1, 3, 20, 22, 7), 2, 0, Adjusted.BY_REFERENCE),
                _PARSER.format("currenttime", "External_0"),
            ),
            Vector(
                "e7070105141607" + "048008",
                CurrentTime(DateTime(2023, 1, 5, 20, 22, 7), 4, 128, Adjusted.DAYLIGHT_SAVING),
                _PARSER.format("currenttime", "DSTChanged_128"),
            ),
            Vector(
                "e70702060e2f2a" + "000000",
                CurrentTime(DateTime(2023, 2, 6, 14, 47, 42)),
                _PARSER.format("currenttime", "NoReason"),
            ),
            Vector(
                "ea07050c12352b" + "021101",
                CurrentTime(DateTime(2026, 5, 12, 18, 53, 43), 2, 17, Adjusted.BY_HAND),
                "KristianP26/ble-scale-sync issue #168: written to a Beurer BF720",
            ),
        ),
    ),
    Case(
        "local time information",
        LocalTimeInformation,
        st.builds(
            LocalTimeInformation,
            st.none() | st.integers(-48, 56),
            st.sampled_from(DaylightSaving),
        ),
        (
            Vector(
                "80ff",
                LocalTimeInformation(None, DaylightSaving.UNKNOWN),
                _PARSER.format("localtimeinformation", "TZUnknown_DSTUnknown"),
            ),
            Vector(
                "d002",
                LocalTimeInformation(-48, DaylightSaving.HALF_AN_HOUR),
                _PARSER.format("localtimeinformation", "TZMinus48_DST0_5h"),
            ),
            Vector(
                "3800",
                LocalTimeInformation(56, DaylightSaving.NONE),
                _PARSER.format("localtimeinformation", "TZPlus56_DST0"),
            ),
        ),
    ),
    Case(
        "reference time information",
        ReferenceTimeInformation,
        st.builds(
            ReferenceTimeInformation,
            st.sampled_from(TimeSource),
            uint8,
            st.integers(0, 254),
            st.integers(0, 23),
        )
        | st.builds(
            ReferenceTimeInformation,
            st.sampled_from(TimeSource),
            uint8,
            st.just(LONG_AGO),
            st.just(LONG_AGO),
        ),
        (
            Vector(
                "022a0017",
                ReferenceTimeInformation(TimeSource.SATELLITES, 42, 0, 23),
                _PARSER.format("referencetimeinformation", "GPS_5250ms_0d_23h"),
            ),
            Vector(
                "06fefe17",
                ReferenceTimeInformation(TimeSource.CELLULAR_NETWORK, 254, 254, 23),
                _PARSER.format("referencetimeinformation", "CellularNetwork_Greater_254d_23h"),
            ),
        ),
    ),
    Case(
        "time update control point",
        TimeUpdateControlPoint,
        st.builds(TimeUpdateControlPoint, st.sampled_from(Command)),
        (
            Vector(
                "02",
                TimeUpdateControlPoint(Command.CANCEL),
                _ORACLE.format("time_update_control_point"),
            ),
            Vector(
                "01",
                TimeUpdateControlPoint(Command.UPDATE),
                _RTUS.format("Time Update Control Point: 1 gets a reference update"),
            ),
        ),
    ),
    Case(
        "time update state",
        TimeUpdateState,
        st.builds(TimeUpdateState, st.booleans(), st.sampled_from(Result)),
        (
            Vector(
                "0101",
                TimeUpdateState(True, Result.CANCELLED),
                _ORACLE.format("time_update_state"),
            ),
            Vector(
                "0102",
                TimeUpdateState(True, Result.NO_CONNECTION),
                _RTUS.format("Time Update State: pending; no connection to the reference"),
            ),
        ),
    ),
)
