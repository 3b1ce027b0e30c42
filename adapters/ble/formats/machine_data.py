"""One packet of a fitness machine, by its layout; and the readings of its records.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.4 to 4.9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any, ClassVar, Self

from adapters.ble.characteristic import Characteristic, becomes
from adapters.ble.characteristics import supported_resistance_level_range as levels
from adapters.ble.formats.machine import NARROW, WHY, Layout
from adapters.ble.formats.machine_records import Records, Tells
from adapters.ble.hearing import Hearing
from adapters.errors import DecodeError
from adapters.local_events import Packet
from adapters.reading import Reading


class MachineData:
    """What all machines' packets have in common; each is a dataclass with the fields of its layout.

    What is None is not in the packet; numbers are as they are sent.
    """

    __slots__ = ()

    layout: ClassVar[Layout]
    """Its fields, in the order in which they are sent."""

    tells: ClassVar[Mapping[str, Tells]]
    """Which of them become readings."""

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        made: Any = cls  # only the dataclass itself knows the names of its fields
        read: Self = made(**cls.layout.read(data))
        return read

    def __bytes__(self) -> bytes:
        return self.layout.write(self.values())

    def values(self) -> dict[str, Any]:
        """All of it by name."""
        here: Any = self
        return {one.name: getattr(self, one.name) for one in fields(here)}

    @property
    def more(self) -> bool:
        """More of the same record follows in another packet."""
        return getattr(self, self.layout.names[0]) is None


def told_by(value: type[MachineData]) -> Callable[[Packet, Hearing], Iterator[Reading]]:
    """What such a machine tells, once a record is complete."""

    def readings(packet: Packet, hearing: Hearing) -> Iterator[Reading]:
        """Raises DecodeError if the packet is not well formed."""
        measured = value.from_bytes(packet.data)
        values = measured.values()
        _agree(values.get(NARROW, False), packet.data, hearing.said.get(levels.UUID))
        sent = {name: values[name] for name in value.layout.names if values[name] is not None}
        pieces = hearing.keep(Records).of(value)
        yield from pieces.told(packet, sent, measured.more, value.tells)

    return readings


def _agree(narrow: bool, data: bytes, said: bytes | None) -> None:
    """A resistance level of one byte must be what the machine's range of levels has as well.

    Otherwise it is a packet that lost its last byte.
    """
    if narrow and said is not None and len(said) > levels.NARROW:
        raise DecodeError("the packet is cut short", data, len(data))


def described(uuid: str, name: str, value: type[MachineData], section: str) -> Characteristic:
    """The characteristic, with what becomes of every field; ``section`` is of the service."""
    dataclass: Any = value
    return Characteristic(
        uuid=uuid,
        name=name,
        service="Fitness Machine",
        value=value,
        fields={
            one.name: becomes(value.tells[one.name].kind)
            if one.name in value.tells
            else WHY[one.name]
            for one in fields(dataclass)
        },
        source=f"Fitness Machine Service 1.0, {section}; GATT Specification Supplement",
    )
