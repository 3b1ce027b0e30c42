"""Sleep Activity Summary Data, 0x2B42: one sleep as a whole.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0, 3.8 (flags by way of bluetooth-sig
0.6.0; widths after the trial implementations of its authors, see `formats.activity`). Times of
three bytes count seconds.

A monitor that measures the heart rate tells that of a night twice: in the CardioRespiratory
Activity Summary, as of each session, and again here. The first is the one that counts. The features
decide and not what came before, since either summary may come first, or on another link.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics.physical_activity_current_session import sessions
from adapters.ble.characteristics.physical_activity_features import Feature, has
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

UUID = assigned(0x2B42)

_HEART_RATE = kind("heart_rate")

_LAYOUT: Final[Layout] = (
    ("sleep_time", 3),
    ("wake_time", 3),
    ("bed_time", 3),
    ("awakenings", 2),
    ("latency", 2),
    ("efficiency", 1),
    ("snooze_time", 2),
    ("tosses", 2),
    ("awakening_after_alarm", 3),
    ("least_visible_light", 3),
    ("greatest_visible_light", 3),
    ("average_visible_light", 3),
    ("least_ultraviolet_light", 3),
    ("greatest_ultraviolet_light", 3),
    ("average_ultraviolet_light", 3),
    ("least_infrared_light", 3),
    ("greatest_infrared_light", 3),
    ("average_infrared_light", 3),
    ("average_heart_rate", 1),
    ("worn_duration", 3),
)


@dataclass(frozen=True, slots=True)
class SleepActivitySummaryData:
    """A sleep, or a part of one, as it stands; the value of one or several packets.

    An optional field that the monitor did not send is None.

    Attributes:
        head: to which session it belongs, and when in it.
        sleep_time: seconds.
        wake_time: seconds.
        bed_time: seconds.
        awakenings: how often somebody woke.
        latency: time until sleep came, of an unconfirmed scale.
        efficiency: per cent.
        snooze_time: of an unconfirmed scale.
        tosses: how often somebody turned.
        awakening_after_alarm: of an unconfirmed scale.
        least_visible_light: of an unconfirmed scale.
        greatest_visible_light: the same.
        average_visible_light: the same.
        least_ultraviolet_light: the same.
        greatest_ultraviolet_light: the same.
        average_ultraviolet_light: the same.
        least_infrared_light: the same.
        greatest_infrared_light: the same.
        average_infrared_light: the same.
        average_heart_rate: beats a minute.
        worn_duration: seconds for which it was worn.
    """

    head: Head
    sleep_time: int | None = None
    wake_time: int | None = None
    bed_time: int | None = None
    awakenings: int | None = None
    latency: int | None = None
    efficiency: int | None = None
    snooze_time: int | None = None
    tosses: int | None = None
    awakening_after_alarm: int | None = None
    least_visible_light: int | None = None
    greatest_visible_light: int | None = None
    average_visible_light: int | None = None
    least_ultraviolet_light: int | None = None
    greatest_ultraviolet_light: int | None = None
    average_ultraviolet_light: int | None = None
    least_infrared_light: int | None = None
    greatest_infrared_light: int | None = None
    average_infrared_light: int | None = None
    average_heart_rate: int | None = None
    worn_duration: int | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if it is cut short, or longer than its flags say."""
        _, head, found = activity.take(data, 3, _LAYOUT)
        return cls(head, **found)

    def __bytes__(self) -> bytes:
        return activity.put(self, self.head, 3, _LAYOUT)


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """The heart rate over sleeps that have ended.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = joined(packet, hearing, SleepActivitySummaryData.from_bytes)
    if measured is not None:
        known = sessions(hearing)
        told_elsewhere = has(Feature.HEART_RATE, hearing)
        known.wait(
            measured.head,
            packet,
            lambda span: records(measured, span, told_elsewhere=told_elsewhere),
        )
        yield from known.ready()


def records(
    measured: SleepActivitySummaryData, span: Span, *, told_elsewhere: bool = False
) -> Iterator[Record]:
    """The heart rate over a sleep that has ended; 0 stands for "not found".

    Args:
        measured: the summary.
        span: when the sleep was.
        told_elsewhere: the monitor sums up the heart rate of every session in a summary of its own.
    """
    if measured.average_heart_rate and not told_elsewhere:
        rate = Quantity(Decimal(measured.average_heart_rate), "/min")
        yield Record(_HEART_RATE, rate, span.start, None, span.identity, span.duration)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Sleep Activity Summary Data",
    service="Physical Activity Monitor",
    value=SleepActivitySummaryData,
    fields={
        "head": because("tells the session and the time, and this record from all others"),
        "sleep_time": because("the stages tell it; a sum has no kind of its own"),
        "wake_time": because("the stages tell it; a sum has no kind of its own"),
        "bed_time": because("the stages tell it; a sum has no kind of its own"),
        "awakenings": because("no kind stands for it"),
        "latency": because("no kind stands for it"),
        "efficiency": because("no kind stands for it"),
        "snooze_time": because("no kind stands for it"),
        "tosses": because("no kind stands for it"),
        "awakening_after_alarm": because("no kind stands for it"),
        "least_visible_light": because("the light of the room is not about the person"),
        "greatest_visible_light": because("the light of the room is not about the person"),
        "average_visible_light": because("the light of the room is not about the person"),
        "least_ultraviolet_light": because("the light of the room is not about the person"),
        "greatest_ultraviolet_light": because("the light of the room is not about the person"),
        "average_ultraviolet_light": because("the light of the room is not about the person"),
        "least_infrared_light": because("the light of the room is not about the person"),
        "greatest_infrared_light": because("the light of the room is not about the person"),
        "average_infrared_light": because("the light of the room is not about the person"),
        "average_heart_rate": becomes(_HEART_RATE),
        "worn_duration": because("no kind stands for how long it was worn"),
    },
    source="Physical Activity Monitor Service 1.0, 3.8",
)
