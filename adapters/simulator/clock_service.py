"""The clock of a simulated device as its services offer it: read, set, and set by a better one.

Source: Bluetooth SIG, Current Time Service 1.1, 3; Reference Time Update Service 1.0, 3.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from adapters.ble.characteristics import (
    current_time,
    date_time,
    local_time_information,
    time_update,
)
from adapters.ble.characteristics import reference_time_information as reference
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
from adapters.errors import DecodeError
from adapters.simulator.device_time import DeviceTime
from adapters.simulator.instrument import AttError
from adapters.simulator.sensor import Offered, Services

_WRITE_NOT_PERMITTED, _OUT_OF_RANGE = 0x03, 0xFF
_ACCURACY_UNKNOWN = 255

CLOCK: Final[Services] = {
    current_time.SERVICE: (Offered(current_time.UUID, sends="notify", writes=True, lively=True),),
}
"""A clock that can be read and set."""

PLAIN_CLOCK: Final = Offered(date_time.UUID, writes=True, lively=True)
"""One of older make, that stands in the service that measures (A&D UA-651BLE)."""

FULL_CLOCK: Final[Services] = {
    current_time.SERVICE: (
        *CLOCK[current_time.SERVICE],
        Offered(local_time_information.UUID, lively=True),
        Offered(reference.UUID, lively=True),
    ),
    time_update.SERVICE: (
        Offered(time_update.CONTROL, writes=True),
        Offered(time_update.STATE, lively=True),
    ),
}
"""One that also says where it thinks it is, how good it is, and that can be told to set itself."""


class ClockService:
    """The clock of one device, over the air.

    It has no better clock to ask: an update that it is told to make finds no connection.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Show this clock, which a peer can set."""
        self.time = DeviceTime.of(clock)
        self._last = Result.NOT_ATTEMPTED

    def reads(self, uuid: str) -> bool:
        """Whether it answers for this characteristic."""
        return any(uuid == one.uuid for offered in FULL_CLOCK.values() for one in offered)

    def read(self, uuid: str) -> bytes:
        """The value of one of its characteristics.

        Raises:
            AttError: it is none of them.
        """
        if uuid == local_time_information.UUID:
            return bytes(LocalTimeInformation(None, DaylightSaving.UNKNOWN))
        if uuid == reference.UUID:
            return bytes(self._reference())
        if uuid == time_update.STATE:
            return bytes(TimeUpdateState(False, self._last))
        return self.time.read(uuid)

    def write(self, uuid: str, data: bytes) -> None:
        """A peer sets the clock, or tells it to set itself.

        Raises:
            AttError: it cannot be written so.
        """
        if uuid in (current_time.UUID, date_time.UUID):
            self.time.write(uuid, data)
            return
        if uuid != time_update.CONTROL:
            raise AttError(_WRITE_NOT_PERMITTED)
        try:
            command = TimeUpdateControlPoint.from_bytes(data).command
        except DecodeError:
            raise AttError(_OUT_OF_RANGE) from None
        self._last = Result.CANCELLED if command is Command.CANCEL else Result.NO_CONNECTION

    def _reference(self) -> ReferenceTimeInformation:
        if self.time.times_set:
            return ReferenceTimeInformation(TimeSource.BY_HAND, _ACCURACY_UNKNOWN, 0, 0)
        return ReferenceTimeInformation(TimeSource.UNKNOWN, _ACCURACY_UNKNOWN, LONG_AGO, LONG_AGO)
