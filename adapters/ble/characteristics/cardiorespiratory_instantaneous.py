"""CardioRespiratory Activity Instantaneous Data, 0x2B3E: heart and breath at one moment.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0, 3.4 (flags by way of bluetooth-sig
0.6.0; widths after the trial implementations of its authors, see `adapters.ble.formats.activity`).
VO2 max is in mL/(kg.min), as the characteristic VO2 Max; rates are a minute. The scales of the time
between beats and of the variability could not be confirmed, so nothing is made of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
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
from adapters.reading import Absence, Quantity

UUID = assigned(0x2B3E)

_VO2_MAX = kind("vo2_max")
_HEART_RATE = kind("heart_rate")
_RESTING = kind("resting_heart_rate")
_BREATHS = kind("respiratory_rate")

_WORN: Final = 1 << 15
_LAYOUT: Final[Layout] = (
    ("vo2_max", 1),
    ("heart_rate", 1),
    ("beat_interval", 2),
    ("resting_heart_rate", 1),
    ("variability", 2),
    ("respiration_rate", 1),
    ("resting_respiration_rate", 1),
)


@dataclass(frozen=True, slots=True)
class CardioRespiratoryActivityInstantaneousData:
    """One moment of a session; the value of one or several packets.

    An optional field that the monitor did not send is None.

    Attributes:
        head: to which session it belongs, and when in it.
        worn: the monitor was worn; it says something only where the features say so.
        vo2_max: mL/(kg.min).
        heart_rate: beats a minute.
        beat_interval: time between two beats, of an unconfirmed scale.
        resting_heart_rate: beats a minute.
        variability: of the heart rate, of an unconfirmed scale.
        respiration_rate: breaths a minute.
        resting_respiration_rate: breaths a minute.
    """

    head: Head
    worn: bool = False
    vo2_max: int | None = None
    heart_rate: int | None = None
    beat_interval: int | None = None
    resting_heart_rate: int | None = None
    variability: int | None = None
    respiration_rate: int | None = None
    resting_respiration_rate: int | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if it is cut short, or longer than its flags say."""
        flags, head, found = activity.take(data, 2, _LAYOUT)
        return cls(head, bool(flags & _WORN), **found)

    def __bytes__(self) -> bytes:
        flags = self.worn * _WORN
        return activity.put(self, self.head, 2, _LAYOUT, flags)


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """Each rate that was sent. A heart rate of 0 is none: it stands for "not found".

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = joined(packet, hearing, CardioRespiratoryActivityInstantaneousData.from_bytes)
    if measured is None:
        return
    known = sessions(hearing)
    told, identity = known.at(measured.head)
    doubt = doubt_of(measured.worn, hearing)
    for of, number, unit in (
        (_VO2_MAX, measured.vo2_max, "mL/(kg.min)"),
        (_HEART_RATE, measured.heart_rate, "/min"),
        (_RESTING, measured.resting_heart_rate, "/min"),
        (_BREATHS, measured.respiration_rate, "/min"),
    ):
        if number is not None:
            value = Quantity(Decimal(number), unit) if number else Absence.UNKNOWN
            yield Record(of, value, told, identity=identity, quality=doubt)
    yield from known.ready()


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="CardioRespiratory Activity Instantaneous Data",
    service="Physical Activity Monitor",
    value=CardioRespiratoryActivityInstantaneousData,
    fields={
        "head": because("tells the session and the time, and this record from all others"),
        "worn": because("a reading bears it as a doubt"),
        "vo2_max": becomes(_VO2_MAX),
        "heart_rate": becomes(_HEART_RATE),
        "beat_interval": because("its scale could not be confirmed"),
        "resting_heart_rate": becomes(_RESTING),
        "variability": because("its scale could not be confirmed"),
        "respiration_rate": becomes(_BREATHS),
        "resting_respiration_rate": because("no kind stands for it"),
    },
    source="Physical Activity Monitor Service 1.0, 3.4",
)
