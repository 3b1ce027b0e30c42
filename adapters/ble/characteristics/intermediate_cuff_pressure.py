"""Intermediate Cuff Pressure, 0x2A36: the pressure in the cuff while it measures.

It has the layout of a finished measurement, with two pressures that mean nothing.

Source: Bluetooth SIG, Blood Pressure Service 1.1.1, 3.2 (Intermediate Cuff Pressure); GATT
Specification Supplement, Intermediate Cuff Pressure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics.blood_pressure import BloodPressureMeasurement
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.formats.cuff import Status, in_mmhg
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.ble.formats.uuids import assigned
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Absence, Quality, Quantity, Reading

UUID = assigned(0x2A36)

_CUFF = kind("cuff_pressure")


@dataclass(frozen=True, slots=True)
class IntermediateCuffPressure:
    """One moment of a measurement; all but the pressure as in `BloodPressureMeasurement`.

    Attributes:
        pressure: what is in the cuff now.
        kilopascal: the pressure is kPa, not mm[Hg].
        at: when, by the cuff's clock.
        pulse: beats a minute so far.
        user: which of the cuff's users it is.
        status: what it has noticed so far.
    """

    pressure: MedicalNumber
    kilopascal: bool = False
    at: DateTime | None = None
    pulse: MedicalNumber | None = None
    user: int | None = None
    status: Status | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        whole = BloodPressureMeasurement.from_bytes(data)
        return cls(
            whole.systolic, whole.kilopascal, whole.at, whole.pulse, whole.user, whole.status
        )

    def __bytes__(self) -> bytes:
        return bytes(
            BloodPressureMeasurement(
                self.pressure,
                Special.NAN,
                Special.NAN,
                self.kilopascal,
                self.at,
                self.pulse,
                self.user,
                self.status,
            )
        )


def readings(packet: Packet) -> Iterator[Reading]:
    """The pressure in the cuff; about the device, not the person.

    Raises:
        DecodeError: the packet is not well formed.
    """
    said = IntermediateCuffPressure.from_bytes(packet.data)
    yield reading(packet, said.pressure, kilopascal=said.kilopascal)


def reading(packet: Packet, pressure: MedicalNumber, *, kilopascal: bool) -> Reading:
    """One moment's pressure, at the time it came."""
    inside = in_mmhg(pressure, kilopascal=kilopascal)
    value = inside if isinstance(inside, Absence) else Quantity(inside, "mm[Hg]")
    quality = Quality.VALUE_AS_CONVERTED if kilopascal else Quality.NONE
    return Reading(_CUFF, packet.received, value, quality=quality)


_LATER = because("the finished measurement tells it")

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Intermediate Cuff Pressure",
    service="Blood Pressure",
    value=IntermediateCuffPressure,
    fields={
        "pressure": becomes(_CUFF),
        "kilopascal": because("the unit; the pressure becomes mm[Hg]"),
        "at": because("it is shown as it comes"),
        "pulse": _LATER,
        "user": _LATER,
        "status": _LATER,
    },
    source="Blood Pressure Service 1.1.1, 3.2",
)
