"""Observation Schedule Changed, 0x2BF1: how often a generic health sensor measures from now on.

Source: Bluetooth SIG, Generic Health Sensor Service 1.0, 3.7; the layout is that of ST's GHS sample
(`GHS_APP_UpdateObservationScheduleChanged`) and of Philips' `GhsObservationScheduleHandler`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2BF1)


@dataclass(frozen=True, slots=True)
class ObservationSchedule:
    """How often one type of observation is made.

    Attributes:
        type: its MDC code.
        period: seconds for which one measurement lasts.
        interval: seconds from one to the next.
    """

    type: int
    period: MedicalNumber
    interval: MedicalNumber

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is twelve bytes."""
        fields = Reader(data)
        made = cls(fields.unsigned(4), fields.float32(), fields.float32())
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        return bytes(Writer().unsigned(self.type, 4).float32(self.period).float32(self.interval))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Observation Schedule Changed",
    service="Generic Health Sensor",
    value=ObservationSchedule,
    fields=dict.fromkeys(
        ("type", "period", "interval"), because("says how often it measures; measures nothing")
    ),
    source="Generic Health Sensor Service 1.0, 3.7",
)
