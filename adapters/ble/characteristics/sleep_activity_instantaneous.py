"""Sleep Activity Instantaneous Data, 0x2B41: the stage of sleep.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0, 3.7 (flags by way of bluetooth-sig
0.6.0; widths after the trial implementations of its authors, see `adapters.ble.formats.activity`).
The sleep stage is a field of 24 bits (table 3.18); in the trial it was still one byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntFlag
from typing import Final, Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics.physical_activity_current_session import sessions
from adapters.ble.characteristics.physical_activity_features import doubt_of
from adapters.ble.formats import activity
from adapters.ble.formats.activity import Head, Layout
from adapters.ble.formats.segments import joined
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Absence, Category, Quality, Quantity

UUID = assigned(0x2B41)

_HEART_RATE = kind("heart_rate")
_STAGE = kind("sleep_stage")


class Stage(IntFlag):
    """What somebody's sleep is; several bits may say it more and less finely."""

    WAKE = 1 << 0
    SLEEP = 1 << 1
    REM = 1 << 2
    NON_REM = 1 << 3
    LIGHT = 1 << 4
    DEEP = 1 << 5
    N1 = 1 << 6
    N2 = 1 << 7
    N3 = 1 << 8
    N4 = 1 << 9
    ACTIVE = 1 << 10
    QUIET = 1 << 11
    INTERMEDIATE = 1 << 12
    AROUSAL = 1 << 13
    UNKNOWN = 1 << 23


_WORDS: Final = (
    (Stage.REM, "asleep-rem"),
    (Stage.DEEP | Stage.N3 | Stage.N4, "asleep-deep"),
    (Stage.LIGHT | Stage.N1 | Stage.N2, "asleep-core"),
    (Stage.WAKE, "awake"),
    (Stage.SLEEP | Stage.NON_REM | Stage.ACTIVE | Stage.QUIET | Stage.INTERMEDIATE, "asleep"),
)
"""The finest word that a bit of it stands for comes first."""

_LONGEST_STAGE: Final = timedelta(hours=4)

_WORN: Final = 1 << 15
_LAYOUT: Final[Layout] = (
    ("visible_light", 3),
    ("ultraviolet_light", 3),
    ("infrared_light", 3),
    ("stage", 3),
    ("heart_rate", 1),
)


@dataclass(frozen=True, slots=True)
class SleepActivityInstantaneousData:
    """One moment of sleep; the value of one or several packets.

    An optional field that the monitor did not send is None.

    Attributes:
        head: to which session it belongs, and when in it.
        worn: the monitor was worn; it says something only where the features say so.
        visible_light: of an unconfirmed scale.
        ultraviolet_light: the same.
        infrared_light: the same.
        stage: bits of `Stage`; those without a name are kept.
        heart_rate: beats a minute.
    """

    head: Head
    worn: bool = False
    visible_light: int | None = None
    ultraviolet_light: int | None = None
    infrared_light: int | None = None
    stage: int | None = None
    heart_rate: int | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if it is cut short, or longer than its flags say."""
        flags, head, found = activity.take(data, 2, _LAYOUT)
        return cls(head, bool(flags & _WORN), **found)

    def __bytes__(self) -> bytes:
        flags = self.worn * _WORN
        return activity.put(self, self.head, 2, _LAYOUT, flags)


class _Sleep:
    """The stage that lasts until the next one of its session is told."""

    def __init__(self) -> None:
        self.word: str = ""
        self.since: datetime | None = None
        self.identity: str = ""
        self.doubt = Quality.NONE
        self.session = 0


def word_of(stage: int) -> str:
    """The stage in our words; "" where it is not known."""
    return next((word for bits, word in _WORDS if stage & bits), "")


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """The heart rate of this moment, and the stage before it, which has now ended.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = joined(packet, hearing, SleepActivityInstantaneousData.from_bytes)
    if measured is None:
        return
    known = sessions(hearing)
    told, identity = known.at(measured.head)
    doubt = doubt_of(measured.worn, hearing)
    if measured.heart_rate is not None:
        rate = Quantity(Decimal(measured.heart_rate), "/min")
        value = rate if measured.heart_rate else Absence.UNKNOWN
        yield Record(_HEART_RATE, value, told, identity=identity, quality=doubt)
    if measured.stage is not None and told is not None:
        now = _Sleep()
        now.word, now.since, now.identity = word_of(measured.stage), told, identity
        now.doubt, now.session = doubt, measured.head.session
        yield from _ended(hearing.keep(_Night), now)
    yield from known.ready()


class _Night:
    """The stages of one link, one after the other."""

    def __init__(self) -> None:
        self.last = _Sleep()


def _ended(night: _Night, now: _Sleep) -> Iterator[Record]:
    last, night.last = night.last, now
    if last.since is None or now.since is None or not last.word or last.session != now.session:
        return
    lasted = now.since - last.since
    if timedelta(0) < lasted <= _LONGEST_STAGE:
        duration = lasted // timedelta(milliseconds=1)
        stage = Category(last.word)
        yield Record(_STAGE, stage, last.since, None, last.identity, duration, quality=last.doubt)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Sleep Activity Instantaneous Data",
    service="Physical Activity Monitor",
    value=SleepActivityInstantaneousData,
    fields={
        "head": because("tells the session and the time, and this record from all others"),
        "worn": because("a reading bears it as a doubt"),
        "visible_light": because("the light of the room is not about the person"),
        "ultraviolet_light": because("the light of the room is not about the person"),
        "infrared_light": because("the light of the room is not about the person"),
        "stage": becomes(_STAGE),
        "heart_rate": becomes(_HEART_RATE),
    },
    source="Physical Activity Monitor Service 1.0, 3.7",
)
