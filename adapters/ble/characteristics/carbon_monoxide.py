"""Carbon Monoxide Concentration, 0x2BD0: the air of the room, never anybody's breath.

The unit is kg/m³, as it is sent and stored. Parts per million are for people's eyes: 1 ppm is
1.145e-6 kg/m³ at 25 °C and 1 atm.

A sensor that tells a mean and a highest beside the value of now has several such characteristics,
told apart by the descriptor ES Measurement (`adapters.ble.sampling`). A mean over a period is a
reading of that period.

Source: GATT Specification Supplement, Carbon Monoxide Concentration (medfloat16, kilogram per
cubic metre; NRes outside the range, NaN when not valid or not available); Bluetooth SIG,
Environmental Sensing Service 1.0.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from adapters.ble.characteristic import Characteristic, becomes
from adapters.ble.characteristics import es_measurement
from adapters.ble.characteristics.es_measurement import EsMeasurement, Sampling
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import SFLOAT, MedicalNumber, Special
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.errors import DecodeError
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Quantity, Reading

SERVICE = assigned(0x181A)
UUID = assigned(0x2BD0)

_IN_AIR = kind("carbon_monoxide_in_air")
KG_PER_M3_OF_ONE_PPM = Decimal("1.145e-6")
"""At 25 °C and 1 atm: 28.010 g/mol through 24.465 L/mol, to four digits."""


@dataclass(frozen=True, slots=True)
class CarbonMonoxideConcentration:
    """A concentration in kg/m³, or why there is none."""

    concentration: MedicalNumber

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly two bytes."""
        fields = Reader(data)
        concentration = fields.sfloat()
        fields.end()
        return cls(concentration)

    def __bytes__(self) -> bytes:
        return bytes(Writer().sfloat(self.concentration))

    @classmethod
    def of_ppm(cls, ppm: Decimal) -> Self:
        """The nearest concentration that can be sent, at 25 °C and 1 atm.

        Raises:
            ValueError: it is too large to be sent.
        """
        return cls(SFLOAT.nearest(ppm * KG_PER_M3_OF_ONE_PPM))


def readings(packet: Packet, hearing: Hearing) -> Iterator[Reading]:
    """One reading of the room.

    Raises:
        DecodeError: the packet is not well formed, or the concentration is below zero.
    """
    measured = CarbonMonoxideConcentration.from_bytes(packet.data).concentration
    lasted = _lasted(hearing)
    start = packet.received - lasted
    if isinstance(measured, Special):
        yield Reading(_IN_AIR, start, measured.absence, lasted)
        return
    if measured < 0:
        raise Reader(packet.data).wrong("a concentration cannot be below zero")
    yield Reading(_IN_AIR, start, Quantity(measured, "kg/m3"), lasted)


def _lasted(hearing: Hearing) -> int:
    """How long the period was that a mean is of, ms; 0 for a value of now, or where nobody says."""
    try:
        sampled = EsMeasurement.from_bytes(hearing.said.get(es_measurement.UUID, b""))
    except DecodeError:
        return 0
    return sampled.period * 1000 if sampled.sampling == Sampling.MEAN else 0


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Carbon Monoxide Concentration",
    service="Environmental Sensing",
    value=CarbonMonoxideConcentration,
    fields={"concentration": becomes(_IN_AIR)},
    source="GATT Specification Supplement, Carbon Monoxide Concentration",
)
