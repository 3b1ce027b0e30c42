"""Stored Health Observations, 0x2BDD: what a generic health sensor has kept.

Source: Bluetooth SIG, Generic Health Sensor Service 1.0, 3.3: a record number of four bytes before
the observation (so with ST's and Realtek's implementations); see `adapters.ble.formats.acom`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.characteristics.live_health_observations import OBSERVED
from adapters.ble.formats.acom import Observation
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.ghs_records import records
from adapters.ble.formats.segments import Segment, joined
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.local_events import Packet

UUID = assigned(0x2BDD)


@dataclass(frozen=True, slots=True)
class StoredObservation:
    """One record.

    Attributes:
        number: by which it is asked for; a device never gives it twice.
        observation: what it holds.
    """

    number: int
    observation: Observation

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if it is cut short or longer than it says."""
        fields = Reader(data)
        made = cls(fields.unsigned(4), Observation.take(fields))
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        return bytes(Writer().unsigned(self.number, 4).raw(bytes(self.observation)))


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """The readings of one record, once all its packets have come.

    Raises:
        DecodeError: a packet is missing, or the record is not well formed.
    """
    kept = joined(packet, hearing, StoredObservation.from_bytes)
    if kept is not None:
        yield from records(kept.observation, packet, hearing, kept.number)


def number_of(data: bytes) -> int:
    """The number of the record that begins with this packet.

    Raises:
        DecodeError: it is a later packet of a record, which bears no number.
    """
    segment = Segment.from_bytes(data)
    if not segment.first:
        raise DecodeError("only the first packet of a record bears its number", data)
    if len(segment.part) < 4:
        raise DecodeError("the packet is cut short", data)
    return int.from_bytes(segment.part[:4], "little")


def held(data: bytes) -> int:
    """How many records end with this packet: a long one comes in several.

    Raises:
        DecodeError: it is no segment of a record.
    """
    return int(Segment.from_bytes(data).last)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Stored Health Observations",
    service="Generic Health Sensor",
    value=StoredObservation,
    fields={
        "number": because("tells this record from all others, and asks for those after it"),
        "observation": OBSERVED["value"],
    },
    source="Generic Health Sensor Service 1.0, 3.3",
)
