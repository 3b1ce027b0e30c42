"""CGM Measurement, 0x2AA7: what a sensor under the skin measured, one record or several.

Source: Bluetooth SIG, Continuous Glucose Monitoring Service 1.0.2, 3.1 (CGM Measurement); GATT
Specification Supplement, CGM Measurement (the octets of the annunciation stand in the order
status, calibration and temperature, warning; each only where its flag is set).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, becomes
from adapters.ble.characteristics import cgm_status
from adapters.ble.characteristics.cgm_status import (
    KNOWN,
    NOTHING,
    Annunciation,
    doubts,
    doubts_of_trend,
)
from adapters.ble.formats import e2e_crc
from adapters.ble.formats.cgm_session import CgmSession
from adapters.ble.formats.concentration import amount, beyond
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Absence, Quality, Quantity

SERVICE = assigned(0x181F)
UUID = assigned(0x2AA7)

_UNDER_THE_SKIN = kind("interstitial_glucose")
_IN_BLOOD = kind("blood_glucose")
_TREND = kind("glucose_trend")
_SIZE_ALONE = 1


class Flag(IntFlag):
    """The second byte of a record. Bits 2 to 4 are reserved and ignored."""

    TREND_PRESENT = 1
    QUALITY_PRESENT = 2
    WARNING_PRESENT = 1 << 5
    CALIBRATION_PRESENT = 1 << 6
    STATUS_PRESENT = 1 << 7


_OCTETS = (
    (Flag.STATUS_PRESENT, 0),
    (Flag.CALIBRATION_PRESENT, 8),
    (Flag.WARNING_PRESENT, 16),
)


@dataclass(frozen=True, slots=True)
class CgmRecord:
    """One measurement.

    Attributes:
        concentration: glucose in mg/dL.
        offset: minutes since the session began.
        noticed: what the sensor noticed.
        trend: change in mg/dL/min; None if not sent.
        quality: how sure the sensor is, in %; None if not sent.
        secured: it bears a check sum.
    """

    concentration: MedicalNumber
    offset: int
    noticed: Annunciation = NOTHING
    trend: MedicalNumber | None = None
    quality: MedicalNumber | None = None
    secured: bool = False

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """The next record of a packet.

        Raises:
            DecodeError: it is not as long as its size and its flags say, or its check sum is wrong.
        """
        start = fields.offset
        size, flags = fields.uint8(), Flag(fields.uint8() & 0xE3)
        concentration, offset = fields.sfloat(), fields.uint16()
        noticed = 0
        for flag, shift in _OCTETS:
            if flag in flags:
                noticed |= fields.uint8() << shift
        trend = fields.sfloat() if Flag.TREND_PRESENT in flags else None
        quality = fields.sfloat() if Flag.QUALITY_PRESENT in flags else None
        left = start + size - fields.offset
        if left not in (0, e2e_crc.WIDTH):
            raise fields.wrong("the record has not the size that it says")
        if left:
            e2e_crc.check(fields, since=start)
        annunciation = Annunciation(noticed & KNOWN)
        return cls(concentration, offset, annunciation, trend, quality, secured=left > 0)

    def __bytes__(self) -> bytes:
        flags, rest = Flag(0), Writer().sfloat(self.concentration).uint16(self.offset)
        for flag, shift in _OCTETS:
            if octet := self.noticed >> shift & 0xFF:
                flags |= flag
                rest.uint8(octet)
        if self.trend is not None:
            flags |= Flag.TREND_PRESENT
            rest.sfloat(self.trend)
        if self.quality is not None:
            flags |= Flag.QUALITY_PRESENT
            rest.sfloat(self.quality)
        made = bytes(Writer().uint8(flags).raw(bytes(rest)))
        size = _SIZE_ALONE + len(made) + (e2e_crc.WIDTH if self.secured else 0)
        whole = bytes(Writer().uint8(size).raw(made))
        return e2e_crc.sealed(whole) if self.secured else whole

    @property
    def value(self) -> Quantity | Absence:
        """The concentration, or why there is none."""
        low, high = Annunciation.TOO_LOW in self.noticed, Annunciation.TOO_HIGH in self.noticed
        return beyond(amount(self.concentration), low=low, high=high)


@dataclass(frozen=True, slots=True)
class CgmMeasurement:
    """One notification: the records that fitted into it, at least one."""

    records: tuple[CgmRecord, ...]

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a record of it is not whole, or there is none."""
        fields = Reader(data)
        records = [CgmRecord.take(fields)]
        while fields.left:
            records.append(CgmRecord.take(fields))
        return cls(tuple(records))

    def __bytes__(self) -> bytes:
        return b"".join(bytes(record) for record in self.records)


def number(data: bytes) -> int:
    """The minutes by which records are asked for: those of the latest in the packet.

    Raises:
        DecodeError: it is not a measurement.
    """
    return max(record.offset for record in CgmMeasurement.from_bytes(data).records)


def count(data: bytes) -> int:
    """How many records a packet holds.

    Raises:
        DecodeError: it is not a measurement.
    """
    return len(CgmMeasurement.from_bytes(data).records)


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """The concentration and the trend of each record, at the time that its session gives it.

    Raises:
        DecodeError: the packet is not well formed, or bears check sums though the sensor says
            that it makes none, or none though it does.
    """
    measured = CgmMeasurement.from_bytes(packet.data)
    session = hearing.keep(CgmSession)
    read_at = hearing.said_at.get(cgm_status.UUID, packet.received)
    session.look(hearing.said, read_at, hearing.clock.zone)
    if any(session.secured not in (None, record.secured) for record in measured.records):
        raise DecodeError(
            "the check sum is there or not, against what the sensor says", packet.data
        )
    for record in measured.records:
        yield from _told(record, session)


def _told(record: CgmRecord, session: CgmSession) -> Iterator[Record]:
    told, of_time = session.when(record.offset)
    if session.is_control:
        of_time |= Quality.NOT_A_MEASUREMENT
    of_level = of_time | doubts(record.noticed)
    if record.quality == 0:
        of_level |= Quality.POOR_SIGNAL
    yield Record(
        _UNDER_THE_SKIN if session.under_the_skin else _IN_BLOOD,
        Absence.NOT_PERFORMED if session.is_control else record.value,
        told=told,
        identity=session.identity(record.offset),
        quality=of_level,
        where=session.place,
    )
    if record.trend is not None and not session.is_control:
        trend = record.trend
        yield Record(
            _TREND,
            trend.absence if isinstance(trend, Special) else Quantity(trend, "mg/dL/min"),
            told=told,
            identity=session.identity(record.offset),
            quality=of_time | doubts_of_trend(record.noticed),
            where=session.place,
        )


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="CGM Measurement",
    service="Continuous Glucose Monitoring",
    value=CgmMeasurement,
    fields={"records": becomes(_UNDER_THE_SKIN, _TREND, _IN_BLOOD)},
    source="Continuous Glucose Monitoring Service 1.0.2, 3.1",
)
