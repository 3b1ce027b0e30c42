"""Battery Level, 0x2A19.

Source: Bluetooth SIG, Battery Service 1.0, 3.1 (Battery Level).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from adapters.ble.characteristic import Characteristic, becomes
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Quantity, Reading

SERVICE = assigned(0x180F)
UUID = assigned(0x2A19)

_BATTERY = kind("battery_level")


@dataclass(frozen=True, slots=True)
class BatteryLevel:
    """What is left, in percent."""

    percent: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError above 100: those numbers are reserved."""
        fields = Reader(data)
        percent = fields.uint8()
        fields.end()
        if percent > 100:
            raise fields.wrong("a battery cannot be fuller than 100 %")
        return cls(percent)

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(self.percent))


def readings(packet: Packet) -> Iterator[Reading]:
    """One reading of the device.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = BatteryLevel.from_bytes(packet.data)
    yield Reading(_BATTERY, packet.received, Quantity(Decimal(measured.percent), "%"))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Battery Level",
    service="Battery",
    value=BatteryLevel,
    fields={"percent": becomes(_BATTERY)},
    source="Battery Service 1.0, 3.1",
)
