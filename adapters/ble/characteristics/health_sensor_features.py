"""Health Sensor Features, 0x2BF3: which observations a generic health sensor makes.

Source: Bluetooth SIG, Generic Health Sensor Service 1.0, 3.1; the layout is that on which Philips'
GHS simulator and ST's GHS sample agree. bluetooth-sig 0.6.0 reads four bytes of flags: wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2BF3)

_SPECIALIZATIONS: Final = 1


@dataclass(frozen=True, slots=True)
class Specialization:
    """A sort of device: its term in partition 8 of IEEE 11073-10101, and the version of it."""

    term: int
    version: int


@dataclass(frozen=True, slots=True)
class HealthSensorFeatures:
    """What a sensor can tell.

    Attributes:
        types: MDC codes of its observations.
        specializations: which sorts of device it is; None where it does not say.
    """

    types: tuple[int, ...]
    specializations: tuple[Specialization, ...] | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if it is cut short or too long. Bits 1 to 7 are ignored."""
        fields = Reader(data)
        flags = fields.uint8()
        types = tuple(fields.unsigned(4) for _ in range(fields.uint8()))
        sorts = None
        if flags & _SPECIALIZATIONS:
            count = fields.uint8()
            sorts = tuple(Specialization(fields.uint16(), fields.uint8()) for _ in range(count))
        fields.end()
        return cls(types, sorts)

    def __bytes__(self) -> bytes:
        made = Writer().uint8((self.specializations is not None) * _SPECIALIZATIONS)
        made.uint8(len(self.types))
        for of in self.types:
            made.unsigned(of, 4)
        if self.specializations is not None:
            made.uint8(len(self.specializations))
            for sort in self.specializations:
                made.uint16(sort.term).uint8(sort.version)
        return bytes(made)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Health Sensor Features",
    service="Generic Health Sensor",
    value=HealthSensorFeatures,
    fields=dict.fromkeys(
        ("types", "specializations"), because("says what the sensor can tell; measures nothing")
    ),
    source="Generic Health Sensor Service 1.0, 3.1",
)
