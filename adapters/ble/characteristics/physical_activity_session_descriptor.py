"""Physical Activity Session Descriptor, 0x2B45: when a session, or a part of one, began and ended.

A whole session that has ended is a reading: what was done most in it, and when. It stands for the
session; what was measured in it are readings of their own.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0, 3.11. The layout is that of the two
trial implementations by its authors (Philips 2018: `UpdateSessionDescriptor` in firmware for PSoC
4 BLE, and `HBPhysicalActivityMonitorSessDescriptor`, which stops before the activity type); the
activity type in one byte, and its numbers, after table 3.7 as bluetooth-sig 0.6.0 has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Final, Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics.physical_activity_current_session import sessions
from adapters.ble.formats.activity_time import BaseTime
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Category

UUID = assigned(0x2B45)

_SESSION = kind("activity_session")

_OF_SESSION: Final = 1
_RUNS: Final = 2
_DELETED: Final = 4


class Activity(IntEnum):
    """What somebody did. Other numbers are reserved, and mean nothing to us."""

    UNSPECIFIED = 0x00
    OTHER = 0x01
    SIT = 0x02
    LIE = 0x03
    STAND = 0x04
    WALK = 0x05
    SHUFFLE = 0x06
    RUN = 0x07
    CYCLE_INDOOR = 0x08
    CYCLE_OUTDOOR = 0x09
    CYCLE = 0x0A
    AEROBIC_WORKOUT = 0x0B
    ELLIPTICAL = 0x0C
    SPORTS = 0x0D
    SWIM = 0x0E
    UNKNOWN = 0xFF


WORDS: Final[Mapping[int, str]] = {
    Activity.OTHER: "other",
    Activity.SIT: "resting",
    Activity.LIE: "lying",
    Activity.STAND: "resting",
    Activity.WALK: "walking",
    Activity.SHUFFLE: "walking",
    Activity.RUN: "running",
    Activity.CYCLE_INDOOR: "cycling",
    Activity.CYCLE_OUTDOOR: "cycling",
    Activity.CYCLE: "cycling",
    Activity.AEROBIC_WORKOUT: "mixed-cardio",
    Activity.ELLIPTICAL: "elliptical",
    Activity.SPORTS: "other",
    Activity.SWIM: "swimming",
}
"""What stands for an activity; "unknown" for every other number."""


@dataclass(frozen=True, slots=True)
class PhysicalActivitySessionDescriptor:
    """One session, or one part of it.

    Attributes:
        session: its number.
        sub_session: the number of the part; None where it is the whole session.
        start: when it began.
        end: when it ended; None while it runs.
        activity: what was done most in it, an `Activity` or a number that is reserved.
        deleted: the monitor has forgotten its data.
    """

    session: int
    sub_session: int | None
    start: BaseTime
    end: BaseTime | None
    activity: int
    deleted: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if it is cut short or too long. Bits 3 to 7 are ignored."""
        fields = Reader(data)
        flags = fields.uint8()
        made = cls(
            fields.uint16(),
            None if flags & _OF_SESSION else fields.uint16(),
            BaseTime.take(fields),
            None if flags & _RUNS else BaseTime.take(fields),
            fields.uint8(),
            bool(flags & _DELETED),
        )
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        flags = (self.sub_session is None) * _OF_SESSION | (self.end is None) * _RUNS
        made = Writer().uint8(flags | self.deleted * _DELETED).uint16(self.session)
        if self.sub_session is not None:
            made.uint16(self.sub_session)
        self.start.put(made)
        if self.end is not None:
            self.end.put(made)
        return bytes(made.uint8(self.activity))


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """A session that has ended, and the summaries that waited for its end.

    Raises:
        DecodeError: the packet is not well formed.
    """
    told = PhysicalActivitySessionDescriptor.from_bytes(packet.data)
    known, key = sessions(hearing), (told.session, told.sub_session or 0)
    known.began(key, told.start.told)
    if told.end is not None:
        known.ended(key, told.end.told)
    yield from records(told)
    yield from known.ready()


def records(told: PhysicalActivitySessionDescriptor) -> Iterator[Record]:
    """The whole session, once it has ended; nothing of a part, or of one that was forgotten."""
    if told.sub_session is not None or told.end is None or told.deleted:
        return
    start = told.start.told
    lasted = (told.end.told - start) // timedelta(milliseconds=1)
    if lasted > 0:
        word = Category(WORDS.get(told.activity, "unknown"))
        identity = f"{start.isoformat()} {told.session}.0"
        yield Record(_SESSION, word, start, None, identity, lasted)


_WHEN = because("tells when a session was: the times of its data are reckoned from it")

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Physical Activity Session Descriptor",
    service="Physical Activity Monitor",
    value=PhysicalActivitySessionDescriptor,
    fields={
        **dict.fromkeys(("session", "sub_session", "start", "end"), _WHEN),
        "activity": becomes(_SESSION),
        "deleted": because("the monitor has forgotten the session; what came of it stays"),
    },
    source="Physical Activity Monitor Service 1.0, 3.11",
)
