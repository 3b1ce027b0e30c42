"""Date Time."""

from __future__ import annotations

from hypothesis import strategies as st

from adapters.ble.characteristics.date_time import DateTime
from tests.characteristics import Case, Vector

_NORDIC = (
    "NordicSemiconductor/Android-BLE-Common-Library, DateTimeDataCallbackTest.java, "
    "onDateTimeReceived_"
)

known = st.datetimes().filter(lambda one: one.year >= 1582).map(DateTime.of)
unknown = st.builds(
    DateTime,
    st.just(0),
    st.just(0),
    st.just(0),
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
)
date_times = known | unknown
"""Every time that can be sent whole, or without its day."""

CASES = (
    Case(
        "date time",
        DateTime,
        date_times,
        (
            Vector("e20704110f3300", DateTime(2018, 4, 17, 15, 51, 0), _NORDIC + "today"),
            Vector("00000000121a20", DateTime(0, 0, 0, 18, 26, 32), _NORDIC + "dateNotKnown"),
        ),
    ),
)
