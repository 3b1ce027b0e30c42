"""General Activity Instantaneous Data, 0x2B3C: how hard somebody is at it now.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0, 3.2 (flags by way of bluetooth-sig
0.6.0; widths after the trial implementations of its authors, see `adapters.ble.formats.activity`).
Metabolic equivalents count tenths, as in the Fitness Machine Service. The scales of speed, cadence,
elevation and activity level could not be confirmed, so nothing is made of them.
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
from adapters.reading import Quantity

UUID = assigned(0x2B3C)

_EQUIVALENT = kind("metabolic_equivalent")

_WORN: Final = 1 << 23
_LAYOUT: Final[Layout] = (
    ("normal_walking_energy_rate", 2),
    ("intensity_energy_rate", 2),
    ("total_energy_rate", 2),
    ("fat_burned_rate", 2),
    ("equivalent", 1),
    ("speed", 2),
    ("cadence", 2),
    ("elevation", -3),
    ("activity_count_rate", 2),
    ("level", 2),
    ("activity", 1),
)


@dataclass(frozen=True, slots=True)
class GeneralActivityInstantaneousData:
    """One moment of a session; the value of one or several packets.

    An optional field that the monitor did not send is None.

    Attributes:
        head: to which session it belongs, and when in it.
        worn: the monitor was worn; it says something only where the features say so.
        normal_walking_energy_rate: kJ an hour.
        intensity_energy_rate: kJ an hour.
        total_energy_rate: kJ an hour.
        fat_burned_rate: fat that is burned in an hour.
        equivalent: tenths of a metabolic equivalent.
        speed: speed, of an unconfirmed scale.
        cadence: cadence, of an unconfirmed scale.
        elevation: elevation, of an unconfirmed scale.
        activity_count_rate: a count of movements a minute, of the maker's own making.
        level: activity level, of an unconfirmed scale.
        activity: what is done, an `Activity` or a number that is reserved.
    """

    head: Head
    worn: bool = False
    normal_walking_energy_rate: int | None = None
    intensity_energy_rate: int | None = None
    total_energy_rate: int | None = None
    fat_burned_rate: int | None = None
    equivalent: int | None = None
    speed: int | None = None
    cadence: int | None = None
    elevation: int | None = None
    activity_count_rate: int | None = None
    level: int | None = None
    activity: int | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if it is cut short, or longer than its flags say."""
        flags, head, found = activity.take(data, 3, _LAYOUT)
        return cls(head, bool(flags & _WORN), **found)

    def __bytes__(self) -> bytes:
        flags = self.worn * _WORN
        return activity.put(self, self.head, 3, _LAYOUT, flags)


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """The intensity of this moment.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = joined(packet, hearing, GeneralActivityInstantaneousData.from_bytes)
    if measured is None:
        return
    known = sessions(hearing)
    told, identity = known.at(measured.head)
    if measured.equivalent is not None:
        tenths = Quantity(Decimal(measured.equivalent).scaleb(-1), "[MET]")
        doubt = doubt_of(measured.worn, hearing)
        yield Record(_EQUIVALENT, tenths, told, identity=identity, quality=doubt)
    yield from known.ready()


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="General Activity Instantaneous Data",
    service="Physical Activity Monitor",
    value=GeneralActivityInstantaneousData,
    fields={
        "head": because("tells the session and the time, and this record from all others"),
        "worn": because("a reading bears it as a doubt"),
        "normal_walking_energy_rate": because("the summary tells the energy"),
        "intensity_energy_rate": because("the summary tells the energy"),
        "total_energy_rate": because("holds the energy of rest, which no kind takes in"),
        "fat_burned_rate": because("no kind stands for it"),
        "equivalent": becomes(_EQUIVALENT),
        "speed": because("its scale could not be confirmed"),
        "cadence": because("its scale could not be confirmed"),
        "elevation": because("its scale could not be confirmed"),
        "activity_count_rate": because("each maker counts something else"),
        "level": because("its scale could not be confirmed"),
        "activity": because("the summary of the session tells it as a workout"),
    },
    source="Physical Activity Monitor Service 1.0, 3.2",
)
