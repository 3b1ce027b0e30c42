"""CardioRespiratory Activity Summary Data, 0x2B3F: heart and breath over a session.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0, 3.5 (flags by way of bluetooth-sig
0.6.0; widths after the trial implementations of its authors, see `formats.activity`).
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

UUID = assigned(0x2B3F)

_VO2_MAX = kind("vo2_max")
_HEART_RATE = kind("heart_rate")
_RESTING = kind("resting_heart_rate")
_BREATHS = kind("respiratory_rate")

_LAYOUT: Final[Layout] = (
    ("zone_1_time", 3),
    ("zone_2_time", 3),
    ("zone_3_time", 3),
    ("zone_4_time", 3),
    ("zone_5_time", 3),
    ("least_vo2_max", 1),
    ("greatest_vo2_max", 1),
    ("average_vo2_max", 1),
    ("least_heart_rate", 1),
    ("greatest_heart_rate", 1),
    ("average_heart_rate", 1),
    ("least_beat_interval", 2),
    ("greatest_beat_interval", 2),
    ("average_beat_interval", 2),
    ("least_resting_heart_rate", 1),
    ("greatest_resting_heart_rate", 1),
    ("average_resting_heart_rate", 1),
    ("least_variability", 2),
    ("greatest_variability", 2),
    ("average_variability", 2),
    ("least_respiration_rate", 1),
    ("greatest_respiration_rate", 1),
    ("average_respiration_rate", 1),
    ("least_resting_respiration_rate", 1),
    ("greatest_resting_respiration_rate", 1),
    ("average_resting_respiration_rate", 1),
    ("worn_duration", 3),
)


@dataclass(frozen=True, slots=True)
class CardioRespiratoryActivitySummaryData:
    """A session, or a part of one, as it stands; the value of one or several packets.

    An optional field that the monitor did not send is None.

    Attributes:
        head: to which session it belongs, and when in it.
        zone_1_time: seconds.
        zone_2_time: seconds.
        zone_3_time: seconds.
        zone_4_time: seconds.
        zone_5_time: seconds.
        least_vo2_max: mL/(kg.min).
        greatest_vo2_max: the same.
        average_vo2_max: the same.
        least_heart_rate: beats a minute.
        greatest_heart_rate: the same.
        average_heart_rate: the same.
        least_beat_interval: time between two beats, of an unconfirmed scale.
        greatest_beat_interval: the same.
        average_beat_interval: the same.
        least_resting_heart_rate: beats a minute.
        greatest_resting_heart_rate: the same.
        average_resting_heart_rate: the same.
        least_variability: of the heart rate, of an unconfirmed scale.
        greatest_variability: the same.
        average_variability: the same.
        least_respiration_rate: breaths a minute.
        greatest_respiration_rate: the same.
        average_respiration_rate: the same.
        least_resting_respiration_rate: breaths a minute.
        greatest_resting_respiration_rate: the same.
        average_resting_respiration_rate: the same.
        worn_duration: seconds for which it was worn.
    """

    head: Head
    zone_1_time: int | None = None
    zone_2_time: int | None = None
    zone_3_time: int | None = None
    zone_4_time: int | None = None
    zone_5_time: int | None = None
    least_vo2_max: int | None = None
    greatest_vo2_max: int | None = None
    average_vo2_max: int | None = None
    least_heart_rate: int | None = None
    greatest_heart_rate: int | None = None
    average_heart_rate: int | None = None
    least_beat_interval: int | None = None
    greatest_beat_interval: int | None = None
    average_beat_interval: int | None = None
    least_resting_heart_rate: int | None = None
    greatest_resting_heart_rate: int | None = None
    average_resting_heart_rate: int | None = None
    least_variability: int | None = None
    greatest_variability: int | None = None
    average_variability: int | None = None
    least_respiration_rate: int | None = None
    greatest_respiration_rate: int | None = None
    average_respiration_rate: int | None = None
    least_resting_respiration_rate: int | None = None
    greatest_resting_respiration_rate: int | None = None
    average_resting_respiration_rate: int | None = None
    worn_duration: int | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if it is cut short, or longer than its flags say."""
        _, head, found = activity.take(data, 4, _LAYOUT)
        return cls(head, **found)

    def __bytes__(self) -> bytes:
        return activity.put(self, self.head, 4, _LAYOUT)


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """The averages of sessions that have ended.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = joined(packet, hearing, CardioRespiratoryActivitySummaryData.from_bytes)
    if measured is not None:
        known = sessions(hearing)
        known.wait(measured.head, packet, lambda span: records(measured, span))
        yield from known.ready()


def records(measured: CardioRespiratoryActivitySummaryData, span: Span) -> Iterator[Record]:
    """The averages over a session that has ended; 0 stands for "not found"."""
    for of, number, unit in (
        (_VO2_MAX, measured.average_vo2_max, "mL/(kg.min)"),
        (_HEART_RATE, measured.average_heart_rate, "/min"),
        (_RESTING, measured.average_resting_heart_rate, "/min"),
        (_BREATHS, measured.average_respiration_rate, "/min"),
    ):
        if number:
            value = Quantity(Decimal(number), unit)
            yield Record(of, value, span.start, None, span.identity, span.duration)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="CardioRespiratory Activity Summary Data",
    service="Physical Activity Monitor",
    value=CardioRespiratoryActivitySummaryData,
    fields={
        "head": because("tells the session and the time, and this record from all others"),
        "zone_1_time": because("the zones are of the device's own making"),
        "zone_2_time": because("the zones are of the device's own making"),
        "zone_3_time": because("the zones are of the device's own making"),
        "zone_4_time": because("the zones are of the device's own making"),
        "zone_5_time": because("the zones are of the device's own making"),
        "least_vo2_max": because("the average is kept"),
        "greatest_vo2_max": because("the average is kept"),
        "average_vo2_max": becomes(_VO2_MAX),
        "least_heart_rate": because("the average is kept"),
        "greatest_heart_rate": because("the average is kept"),
        "average_heart_rate": becomes(_HEART_RATE),
        "least_beat_interval": because("its scale could not be confirmed"),
        "greatest_beat_interval": because("its scale could not be confirmed"),
        "average_beat_interval": because("its scale could not be confirmed"),
        "least_resting_heart_rate": because("the average is kept"),
        "greatest_resting_heart_rate": because("the average is kept"),
        "average_resting_heart_rate": becomes(_RESTING),
        "least_variability": because("its scale could not be confirmed"),
        "greatest_variability": because("its scale could not be confirmed"),
        "average_variability": because("its scale could not be confirmed"),
        "least_respiration_rate": because("the average is kept"),
        "greatest_respiration_rate": because("the average is kept"),
        "average_respiration_rate": becomes(_BREATHS),
        "least_resting_respiration_rate": because("no kind stands for it"),
        "greatest_resting_respiration_rate": because("no kind stands for it"),
        "average_resting_respiration_rate": because("no kind stands for it"),
        "worn_duration": because("no kind stands for how long it was worn"),
    },
    source="Physical Activity Monitor Service 1.0, 3.5",
)
