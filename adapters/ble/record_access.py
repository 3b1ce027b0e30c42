"""How a service gives out the records that a device has stored.

Source: Bluetooth SIG, Glucose Profile 1.0.1, 4.4 (Record Access Control Point); the same control
point in the Continuous Glucose Monitoring, Pulse Oximeter, Blood Pressure and Generic Health
Sensor services.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.ble.hearing import Hearing
from adapters.errors import DecodeError

NumberOf = Callable[[bytes], int]
"""Takes a number from a packet; raises DecodeError if it is not a record."""

SessionNames = Callable[[Hearing, bytes | None], bytes | None]
"""Names the session of a link, by what was said on it and the name of the link before."""


def series(measures: str, user: int | None = None) -> str:
    """What names the numbers of such records; those of a user, where they are counted for each."""
    return measures if user is None else f"{measures} of {user}"


@dataclass(frozen=True, slots=True)
class RecordAccess:
    """Stored records that are asked for over a Record Access Control Point.

    Attributes:
        control: the UUID of the control point that stands in the same service.
        measures: the characteristic that the records come on.
        number: by which such a record is asked for: a sequence number, a time offset in minutes,
            a record number; None where the service can only give out all of them.
        filter: the filter type that asks by that number, 1 in most services (Assigned Numbers of
            each service: sequence number or time offset); its operand is as wide as `width`.
        width: bytes of that number.
        until: the characteristics of records that belong together with the measured one (a
            context), which may come a little after it.
        holds: how many records a packet holds, where one may hold several; None for always one.
        combined: it is asked for a report that ends with the count of what was sent (Generic
            Health Sensor Service 1.0, 3.7), where other services answer "success".
        names: how the session of a link gets its name; None where sessions need none.
        named: the word in `Hearing.said` under which that name is kept.
        session: a characteristic whose change makes all numbers begin anew (a sensor's session
            start time); "" where numbers go on for ever.
        by_user: numbers run for each user of the device anew (User Data Service), and only those
            of the user whose slot is open are given out.
    """

    control: str
    measures: str
    number: NumberOf | None = None
    filter: int = 1
    width: int = 2
    until: tuple[str, ...] = ()
    holds: NumberOf | None = None
    session: str = ""
    names: SessionNames | None = None
    named: str = ""
    by_user: bool = False
    combined: bool = False

    def held(self, data: bytes) -> int:
        """How many records a packet holds; one that cannot be read counts for one."""
        try:
            return self.holds(data) if self.holds is not None else 1
        except DecodeError:
            return 1
