"""A health observation of the Generic Health Sensor Service: what, when, whose, and its value.

Source: Bluetooth SIG, Generic Health Sensor Service 1.0, 3.2.1 (Health Observation Body), after
IEEE 11073-10206; see `formats.acom_values` for the implementations that were compared. They
differ in two places. The length counts what stands behind it for Philips and ST, and everything
for Realtek: the former is taken. Classes count from 0 in Philips' code of 2021, before the service
was adopted, and from 1 with ST and Realtek: the latter is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import ClassVar, Self

from adapters.ble.characteristics.elapsed_time import ElapsedTime
from adapters.ble.formats.acom_values import Simple, raw, take_simple
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber

_TYPE, _TIME, _DURATION, _STATUS, _ID = 1, 2, 4, 8, 0x10
_PATIENT, _MORE, _FROM, _MEMBER, _TLVS = 0x20, 0x40, 0x80, 0x100, 0x200


class Status(IntFlag):
    """What a device says of a measurement; bits 8 to 13 are reserved and ignored."""

    INVALID = 1 << 0
    QUESTIONABLE = 1 << 1
    NOT_AVAILABLE = 1 << 2
    CALIBRATING = 1 << 3
    TEST_DATA = 1 << 4
    EARLY_ESTIMATE = 1 << 5
    MANUALLY_ENTERED = 1 << 6
    SETTING = 1 << 7
    THRESHOLD_ERROR = 1 << 14
    THRESHOLDS_OFF = 1 << 15


_KNOWN_STATUS = 0xC0FF


@dataclass(frozen=True, slots=True)
class Tlv:
    """One further attribute: its code, the format of its value, and the value as it came."""

    code: int
    format: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Tlvs:
    """A value that is nothing but attributes (TLV encoded observation)."""

    attributes: tuple[Tlv, ...]
    number_of_class: ClassVar[int] = 8

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """One byte of count, and each attribute."""
        return cls(tuple(_take_tlv(fields) for _ in range(fields.uint8())))

    def put(self, made: Writer) -> None:
        """Write it."""
        made.uint8(len(self.attributes))
        for one in self.attributes:
            made.unsigned(one.code, 4).uint16(len(one.value)).uint8(one.format).raw(one.value)


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a compound observation: what it is, and its value."""

    type: int
    value: Simple


@dataclass(frozen=True, slots=True)
class Compound:
    """Several values of one measurement (systolic and diastolic pressure)."""

    components: tuple[Component, ...]
    number_of_class: ClassVar[int] = 7

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """One byte of count, and each component."""
        found = []
        for _ in range(fields.uint8()):
            of = fields.unsigned(4)
            value = take_simple(fields, fields.uint8())
            if value is None:
                raise fields.wrong("a component cannot be of this class")
            found.append(Component(of, value))
        return cls(tuple(found))

    def put(self, made: Writer) -> None:
        """Write it."""
        made.uint8(len(self.components))
        for one in self.components:
            made.unsigned(one.type, 4).uint8(one.value.number_of_class)
            one.value.put(made)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Several observations that share what stands before them."""

    observations: tuple[Observation, ...]
    number_of_class: ClassVar[int] = 0xFF

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """One byte of count, and each observation, none of which is a bundle."""
        found = [Observation.take(fields, inner=True) for _ in range(fields.uint8())]
        return cls(tuple(found))

    def put(self, made: Writer) -> None:
        """Write it."""
        made.uint8(len(self.observations))
        for one in self.observations:
            made.raw(bytes(one))


Value = Simple | Compound | Tlvs | Bundle


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation; what the device did not send is None or empty.

    Attributes:
        value: what was observed.
        type: what it is of: an MDC code, partition times 65536 and term.
        time: when it was.
        duration: for how many seconds.
        status: what the device says of it.
        id: its number, by which others refer to it.
        patient: whose it is: a number of the device's User Data Service.
        more: MDC codes that say more of it (supplemental information).
        derived_from: numbers of observations that it was reckoned from.
        member_of: numbers of observations that it belongs to.
        attributes: further attributes.
    """

    value: Value
    type: int | None = None
    time: ElapsedTime | None = None
    duration: MedicalNumber | None = None
    status: Status | None = None
    id: int | None = None
    patient: int | None = None
    more: tuple[int, ...] = ()
    derived_from: tuple[int, ...] = ()
    member_of: tuple[int, ...] = ()
    attributes: tuple[Tlv, ...] = ()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if it is cut short, longer than it says, or of a reserved class."""
        fields = Reader(data)
        made = cls.take(fields)
        fields.end()
        return made

    @classmethod
    def take(cls, fields: Reader, *, inner: bool = False) -> Self:
        """The next observation; ``inner`` in a bundle."""
        of, length = fields.uint8(), fields.uint16()
        start = fields.offset
        if length > fields.left:
            raise fields.wrong("the observation is cut short")
        flags = fields.uint16()
        has = {
            "type": fields.unsigned(4) if flags & _TYPE else None,
            "time": ElapsedTime.take(fields) if flags & _TIME else None,
            "duration": fields.float32() if flags & _DURATION else None,
            "status": Status(fields.uint16() & _KNOWN_STATUS) if flags & _STATUS else None,
            "id": fields.unsigned(4) if flags & _ID else None,
            "patient": fields.uint8() if flags & _PATIENT else None,
            "more": _take_codes(fields) if flags & _MORE else (),
            "derived_from": _take_codes(fields) if flags & _FROM else (),
            "member_of": _take_codes(fields) if flags & _MEMBER else (),
            "attributes": Tlvs.take(fields).attributes if flags & _TLVS else (),
        }
        made = cls(_take_value(fields, of, inner), **has)  # type: ignore[arg-type]  # as listed
        if fields.offset - start != length:
            raise fields.wrong("the observation is not as long as it says")
        return made

    def __bytes__(self) -> bytes:
        made, flags = Writer(), 0
        for flag, put in self._parts():
            flags |= flag
            made.raw(put)
        self.value.put(made)
        body = bytes(made)
        length = len(body) + 2
        return bytes(Writer().uint8(self.value.number_of_class).uint16(length).uint16(flags)) + body

    def _parts(self) -> list[tuple[int, bytes]]:
        parts: list[tuple[int, bytes]] = []
        if self.type is not None:
            parts.append((_TYPE, bytes(Writer().unsigned(self.type, 4))))
        if self.time is not None:
            parts.append((_TIME, bytes(self.time)))
        if self.duration is not None:
            parts.append((_DURATION, bytes(Writer().float32(self.duration))))
        if self.status is not None:
            parts.append((_STATUS, bytes(Writer().uint16(self.status))))
        if self.id is not None:
            parts.append((_ID, bytes(Writer().unsigned(self.id, 4))))
        if self.patient is not None:
            parts.append((_PATIENT, bytes([self.patient])))
        listed = ((_MORE, self.more), (_FROM, self.derived_from), (_MEMBER, self.member_of))
        parts += [(flag, _codes(codes)) for flag, codes in listed if codes]
        if self.attributes:
            made = Writer()
            Tlvs(self.attributes).put(made)
            parts.append((_TLVS, bytes(made)))
        return parts


def _take_value(fields: Reader, of: int, inner: bool) -> Value:
    simple = take_simple(fields, of)
    if simple is not None:
        return simple
    if of == Compound.number_of_class:
        return Compound.take(fields)
    if of == Tlvs.number_of_class:
        return Tlvs.take(fields)
    if of == Bundle.number_of_class and not inner:
        return Bundle.take(fields)
    raise fields.wrong("the class of the observation is a reserved number")


def _take_tlv(fields: Reader) -> Tlv:
    code, length, of = fields.unsigned(4), fields.uint16(), fields.uint8()
    return Tlv(code, of, raw(fields, length))


def _take_codes(fields: Reader) -> tuple[int, ...]:
    return tuple(fields.unsigned(4) for _ in range(fields.uint8()))


def _codes(codes: tuple[int, ...]) -> bytes:
    made = Writer().uint8(len(codes))
    for code in codes:
        made.unsigned(code, 4)
    return bytes(made)
