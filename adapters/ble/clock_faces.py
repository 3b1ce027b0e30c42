"""The characteristics by which a device shows its clock, and by which it may be set.

Source: Bluetooth SIG, Current Time Service 1.1, 3.1 (Current Time; setting it by a client, with
the adjust reason "external reference time update"); GATT Specification Supplement, Date Time, which
many devices offer beside what they measure; Elapsed Time Service 1.0, 3.1, a clock that is read
here and not set: it belongs to devices that keep UTC, and get it from a reference of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.ble.characteristics import current_time, date_time, elapsed_time
from adapters.ble.characteristics.current_time import Adjusted, CurrentTime
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.elapsed_time import CurrentElapsedTime


@dataclass(frozen=True, slots=True)
class Face:
    """One way to show a clock.

    Attributes:
        uuid: the characteristic.
        told: what it shows, naive for the local time of day, aware for UTC, None where it does not
            know; raises DecodeError.
        showing: what is written to make it show a local time of day; None where it is not set.
    """

    uuid: str
    told: Callable[[bytes], datetime | None]
    showing: Callable[[datetime], bytes] | None


def _current_time(at: datetime) -> bytes:
    return bytes(CurrentTime.of(at, Adjusted.BY_REFERENCE))


FACES: Mapping[str, Face] = {
    face.uuid: face
    for face in (
        Face(current_time.UUID, lambda data: CurrentTime.from_bytes(data).told, _current_time),
        Face(
            date_time.UUID,
            lambda data: DateTime.from_bytes(data).told,
            lambda at: bytes(DateTime.of(at)),
        ),
        Face(elapsed_time.UUID, lambda data: CurrentElapsedTime.from_bytes(data).time.told, None),
    )
}
"""By UUID, the better one first: Current Time tells parts of a second."""
