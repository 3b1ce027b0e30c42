"""Step Counter Activity Summary Data, 0x2B40: steps and the distance they made.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0, 3.6 (flags by way of bluetooth-sig
0.6.0; widths after the trial implementations of its authors, see `formats.activity`). The
units are those of Activity Goal in the GATT Specification Supplement, which came with this service
(distance 1 m, energy 1000 J, times 1 s).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics.physical_activity_current_session import sessions
from adapters.ble.formats import activity
from adapters.ble.formats.activity import Head, Layout
from adapters.ble.formats.activity_sessions import Span
from adapters.ble.formats.segments import joined
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Quantity

UUID = assigned(0x2B40)

_STEPS = kind("step_count")
_DISTANCE = kind("walking_running_distance")

_LAYOUT: Final[Layout] = (
    ("normal_walking_steps", 3),
    ("intensity_steps", 3),
    ("floor_steps", 3),
    ("distance", 3),
    ("worn_duration", 3),
)


@dataclass(frozen=True, slots=True)
class StepCounterActivitySummaryData:
    """Steps of a session, or of a part of one, as it stands; the value of one or several packets.

    An optional field that the monitor did not send is None.

    Attributes:
        head: to which session it belongs, and when in it.
        normal_walking_steps: steps of normal walking.
        intensity_steps: steps of fast walking and running.
        floor_steps: steps on stairs.
        distance: metres.
        worn_duration: seconds for which it was worn.
    """

    head: Head
    normal_walking_steps: int | None = None
    intensity_steps: int | None = None
    floor_steps: int | None = None
    distance: int | None = None
    worn_duration: int | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if it is cut short, or longer than its flags say."""
        _, head, found = activity.take(data, 1, _LAYOUT)
        return cls(head, **found)

    def __bytes__(self) -> bytes:
        return activity.put(self, self.head, 1, _LAYOUT)


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """Steps and distance of sessions that have ended.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = joined(packet, hearing, StepCounterActivitySummaryData.from_bytes)
    if measured is not None:
        known = sessions(hearing)
        known.wait(measured.head, packet, lambda span: records(measured, span))
        yield from known.ready()


def records(measured: StepCounterActivitySummaryData, span: Span) -> Iterator[Record]:
    """What was counted in a session that has ended."""
    counted = [measured.normal_walking_steps, measured.intensity_steps]
    told = [steps for steps in counted if steps is not None]
    if told:
        steps = Quantity(Decimal(sum(told)), "{steps}")
        yield Record(_STEPS, steps, span.start, identity=span.identity, duration=span.duration)
    if measured.distance is not None:
        km = Quantity(Decimal(measured.distance).scaleb(-3), "km")
        yield Record(_DISTANCE, km, span.start, identity=span.identity, duration=span.duration)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Step Counter Activity Summary Data",
    service="Physical Activity Monitor",
    value=StepCounterActivitySummaryData,
    fields={
        "head": because("tells the session and the time, and this record from all others"),
        "normal_walking_steps": becomes(_STEPS),
        "intensity_steps": becomes(_STEPS),
        "floor_steps": because("may be among the walking steps; adding it could count twice"),
        "distance": becomes(_DISTANCE),
        "worn_duration": because("no kind stands for how long it was worn"),
    },
    source="Physical Activity Monitor Service 1.0, 3.6",
)
