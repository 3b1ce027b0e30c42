"""General Activity Summary Data, 0x2B3D: energy, intensity, floors and kind of activity.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0, 3.3 (flags by way of bluetooth-sig
0.6.0; widths after the trial implementations of its authors, see `formats.activity`). The
units are those of Activity Goal in the GATT Specification Supplement, which came with this service
(distance 1 m, energy 1000 J, times 1 s);
metabolic equivalents count tenths, as in the Fitness Machine Service. The scales of speed, cadence,
elevation and activity level could not be confirmed, so nothing is made of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics.physical_activity_current_session import sessions
from adapters.ble.characteristics.physical_activity_session_descriptor import WORDS, Activity
from adapters.ble.formats import activity
from adapters.ble.formats.activity import Head, Layout
from adapters.ble.formats.activity_sessions import Span
from adapters.ble.formats.conversion import converted
from adapters.ble.formats.segments import joined
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Category, Quality, Quantity

UUID = assigned(0x2B3D)

_ENERGY = kind("active_energy")
_EQUIVALENT = kind("metabolic_equivalent")
_FLOORS = kind("flights_climbed")
_WORKOUT = kind("workout")

_KCAL_OF_KJ = 1 / Decimal("4.184")  # thermochemical, as UCUM's [cal]
_REST: Final = (Activity.SIT, Activity.LIE, Activity.STAND, Activity.OTHER)
_WORKOUTS: Final[Mapping[int, str]] = {
    activity: word for activity, word in WORDS.items() if activity not in _REST
}
"""Activities that are a workout; rest is none."""

_LAYOUT: Final[Layout] = (
    ("normal_walking_energy", 4),
    ("intensity_energy", 4),
    ("total_energy", 4),
    ("fat_burned", 2),
    ("least_equivalent", 1),
    ("greatest_equivalent", 1),
    ("average_equivalent", 1),
    ("distance", 3),
    ("least_speed", 2),
    ("greatest_speed", 2),
    ("average_speed", 2),
    ("normal_walking_time", 3),
    ("intensity_walking_time", 3),
    ("least_cadence", 2),
    ("greatest_cadence", 2),
    ("average_cadence", 2),
    ("floors", 1),
    ("elevation_gain", 3),
    ("elevation_loss", 3),
    ("activity_count", 4),
    ("least_level", 2),
    ("greatest_level", 2),
    ("average_level", 2),
    ("activity", 1),
    ("worn_duration", 3),
)


@dataclass(frozen=True, slots=True)
class GeneralActivitySummaryData:
    """A session, or a part of one, as it stands; the value of one or several packets.

    An optional field that the monitor did not send is None.

    Attributes:
        head: to which session it belongs, and when in it.
        normal_walking_energy: kJ used by normal walking.
        intensity_energy: kJ used by fast walking and running.
        total_energy: kJ used in all, rest among it.
        fat_burned: fat that was burned.
        least_equivalent: tenths of a metabolic equivalent.
        greatest_equivalent: the same.
        average_equivalent: the same.
        distance: metres.
        least_speed: speed, of an unconfirmed scale.
        greatest_speed: the same.
        average_speed: the same.
        normal_walking_time: seconds.
        intensity_walking_time: seconds.
        least_cadence: cadence, of an unconfirmed scale.
        greatest_cadence: the same.
        average_cadence: the same.
        floors: floors climbed.
        elevation_gain: elevation, of an unconfirmed scale.
        elevation_loss: the same.
        activity_count: a count of movements, of the maker's own making.
        least_level: activity level, of an unconfirmed scale.
        greatest_level: the same.
        average_level: the same.
        activity: what was done most, an `Activity` or a number that is reserved.
        worn_duration: seconds for which it was worn.
    """

    head: Head
    normal_walking_energy: int | None = None
    intensity_energy: int | None = None
    total_energy: int | None = None
    fat_burned: int | None = None
    least_equivalent: int | None = None
    greatest_equivalent: int | None = None
    average_equivalent: int | None = None
    distance: int | None = None
    least_speed: int | None = None
    greatest_speed: int | None = None
    average_speed: int | None = None
    normal_walking_time: int | None = None
    intensity_walking_time: int | None = None
    least_cadence: int | None = None
    greatest_cadence: int | None = None
    average_cadence: int | None = None
    floors: int | None = None
    elevation_gain: int | None = None
    elevation_loss: int | None = None
    activity_count: int | None = None
    least_level: int | None = None
    greatest_level: int | None = None
    average_level: int | None = None
    activity: int | None = None
    worn_duration: int | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if it is cut short, or longer than its flags say."""
        _, head, found = activity.take(data, 4, _LAYOUT)
        return cls(head, **found)

    def __bytes__(self) -> bytes:
        return activity.put(self, self.head, 4, _LAYOUT)


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """What was done in sessions that have ended.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = joined(packet, hearing, GeneralActivitySummaryData.from_bytes)
    if measured is not None:
        known = sessions(hearing)
        known.wait(measured.head, packet, lambda span: records(measured, span))
        yield from known.ready()


def records(measured: GeneralActivitySummaryData, span: Span) -> Iterator[Record]:
    """What was done in a session that has ended."""
    when = span.start, None, span.identity, span.duration
    spent = [measured.normal_walking_energy, measured.intensity_energy]
    told = [energy for energy in spent if energy is not None]
    if told:
        energy = Quantity(converted(Decimal(sum(told)), _KCAL_OF_KJ), "kcal")
        yield Record(_ENERGY, energy, *when, quality=Quality.VALUE_AS_CONVERTED)
    if measured.average_equivalent is not None:
        tenths = Decimal(measured.average_equivalent).scaleb(-1)
        yield Record(_EQUIVALENT, Quantity(tenths, "[MET]"), *when)
    if measured.floors is not None:
        yield Record(_FLOORS, Quantity(Decimal(measured.floors), "{flights}"), *when)
    if (word := _WORKOUTS.get(measured.activity or 0)) is not None:
        yield Record(_WORKOUT, Category(word), *when)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="General Activity Summary Data",
    service="Physical Activity Monitor",
    value=GeneralActivitySummaryData,
    fields={
        "head": because("tells the session and the time, and this record from all others"),
        "normal_walking_energy": becomes(_ENERGY),
        "intensity_energy": becomes(_ENERGY),
        "total_energy": because("holds the energy of rest, which no kind takes in"),
        "fat_burned": because("no kind stands for it"),
        "least_equivalent": because("the average is kept"),
        "greatest_equivalent": because("the average is kept"),
        "average_equivalent": becomes(_EQUIVALENT),
        "distance": because("the step counter tells it; both would count twice"),
        "least_speed": because("its scale could not be confirmed"),
        "greatest_speed": because("its scale could not be confirmed"),
        "average_speed": because("its scale could not be confirmed"),
        "normal_walking_time": because("no kind stands for it"),
        "intensity_walking_time": because("no kind stands for it"),
        "least_cadence": because("its scale could not be confirmed"),
        "greatest_cadence": because("its scale could not be confirmed"),
        "average_cadence": because("its scale could not be confirmed"),
        "floors": becomes(_FLOORS),
        "elevation_gain": because("its scale could not be confirmed"),
        "elevation_loss": because("its scale could not be confirmed"),
        "activity_count": because("each maker counts something else"),
        "least_level": because("its scale could not be confirmed"),
        "greatest_level": because("its scale could not be confirmed"),
        "average_level": because("its scale could not be confirmed"),
        "activity": becomes(_WORKOUT),
        "worn_duration": because("no kind stands for how long it was worn"),
    },
    source="Physical Activity Monitor Service 1.0, 3.3",
)
