"""Blood Pressure Record, 0x2B36: one stored measurement, in as many pieces as it takes.

A piece is a header, the number of the record, the characteristic that is stored in it, and a part
of that characteristic's value. Where the cuff secures its records, a checksum of all pieces
stands at the end of the last one.

Source: Bluetooth SIG, Blood Pressure Service 1.1.1, 3.7 (Blood Pressure Record); GATT
Specification Supplement, Blood Pressure Record (segmentation header, E2E-CRC).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics import blood_pressure, blood_pressure_feature
from adapters.ble.characteristics import enhanced_blood_pressure as enhanced
from adapters.ble.characteristics.blood_pressure_feature import BloodPressureFeature, Feature
from adapters.ble.formats.e2e_crc import crc
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.kinds import kind
from adapters.local_events import Packet

UUID = assigned(0x2B36)

_FIRST, _LAST = 1, 2
_COUNTED_TO = 64


@dataclass(frozen=True, slots=True)
class BloodPressureRecord:
    """One piece of a stored measurement.

    Attributes:
        number: the number of the record; it begins anew after 65535, and for each user.
        holds: the 16-bit UUID of the characteristic that is stored.
        piece: a part of its value, or all of it; with the checksum at the end, if there is one.
        first: it is the first piece.
        last: it is the last piece.
        counter: counts the pieces, 0 to 63 and again.
    """

    number: int
    holds: int
    piece: bytes
    first: bool = True
    last: bool = True
    counter: int = 0

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if header, number or UUID are cut short."""
        fields = Reader(data)
        header = fields.uint8()
        return cls(
            number=fields.uint16(),
            holds=fields.uint16(),
            piece=fields.rest(),
            first=bool(header & _FIRST),
            last=bool(header & _LAST),
            counter=header >> 2,
        )

    def __bytes__(self) -> bytes:
        header = (_FIRST if self.first else 0) | (_LAST if self.last else 0) | self.counter << 2
        made = Writer().uint8(header).uint16(self.number).uint16(self.holds)
        return bytes(made.raw(self.piece))


class _Pieces:
    """The pieces of the record that is coming in."""

    def __init__(self) -> None:
        self.come: list[BloodPressureRecord] = []

    def whole(self, piece: BloodPressureRecord, packet: bytes) -> list[BloodPressureRecord]:
        """All pieces once the last one has come, nothing before.

        Raises:
            DecodeError: a piece before this one did not come.
        """
        if piece.first:
            self.come = []
        elif not self.come or not _follows(self.come[-1], piece):
            self.come = []
            raise DecodeError("a piece of the record is missing", packet)
        self.come.append(piece)
        if not piece.last:
            return []
        whole, self.come = self.come, []
        return whole


def _follows(before: BloodPressureRecord, piece: BloodPressureRecord) -> bool:
    same = (before.number, before.holds) == (piece.number, piece.holds)
    return same and piece.counter == (before.counter + 1) % _COUNTED_TO


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """The stored measurement, once its last piece has come.

    Raises:
        DecodeError: a piece is missing, the checksum is wrong, or what is stored is no measurement.
    """
    pieces = hearing.keep(_Pieces).whole(BloodPressureRecord.from_bytes(packet.data), packet.data)
    if not pieces:
        return
    value = b"".join(piece.piece for piece in pieces)
    if _secured(hearing):
        value = _checked(pieces, value, packet.data)
    try:
        number = pieces[0].number
        for one in _held(assigned(pieces[0].holds), value, f"{number}"):
            yield replace(one, number=number)
    except DecodeError as error:
        raise DecodeError(error.why, packet.data) from error


def number_of(data: bytes) -> int:
    """The number of the record that this is a piece of; raises DecodeError if it is none."""
    return BloodPressureRecord.from_bytes(data).number


def held(data: bytes) -> int:
    """How many records end with this piece; raises DecodeError if it is none."""
    return int(BloodPressureRecord.from_bytes(data).last)


def _held(characteristic: str, value: bytes, number: str) -> Iterator[Record]:
    if characteristic == enhanced.UUID:
        return enhanced.EnhancedBloodPressureMeasurement.from_bytes(value).records(number)
    if characteristic == blood_pressure.UUID:
        return blood_pressure.BloodPressureMeasurement.from_bytes(value).records(number)
    raise DecodeError("the record holds something else than a measurement", value)


def _secured(hearing: Hearing) -> bool:
    feature = hearing.said.get(blood_pressure_feature.UUID)
    try:
        return feature is not None and Feature.E2E_CRC in (
            BloodPressureFeature.from_bytes(feature).features
        )
    except DecodeError:
        return False


def _checked(pieces: list[BloodPressureRecord], value: bytes, packet: bytes) -> bytes:
    """The value without the checksum, which must be right."""
    all_bytes = b"".join(bytes(piece) for piece in pieces)
    if len(value) < 2 or crc(all_bytes[:-2]) != int.from_bytes(value[-2:], "little"):
        raise DecodeError("the checksum is wrong", packet)
    return value[:-2]


_HELD = becomes(kind("blood_pressure"), kind("heart_rate"))
_JOINS = because("puts the pieces of a record together")

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Blood Pressure Record",
    service="Blood Pressure",
    value=BloodPressureRecord,
    fields={
        "number": because("tells records apart"),
        "holds": because("says how the stored value is to be read"),
        "piece": _HELD,
        "first": _JOINS,
        "last": _JOINS,
        "counter": _JOINS,
    },
    source="Blood Pressure Service 1.1.1, 3.7",
)
