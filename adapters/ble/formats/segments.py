"""Long values that come in several packets, each with a header of one byte.

Source: Bluetooth SIG, Generic Health Sensor Service 1.0 and Authorization Control Service 1.0,
segmentation header (bit 0 first, bit 1 last, bits 2 to 7 a counter that goes from 63 to 0); GATT
Specification Supplement, Blood Pressure Record (the same). The header of the Physical Activity
Monitor Service is read alike: its trial implementations (Philips, 2018) still counted down in the
low seven bits, and no later implementation was found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self, TypeVar

from adapters.ble.formats.fields import Reader
from adapters.ble.hearing import Hearing
from adapters.errors import DecodeError
from adapters.local_events import Packet

T = TypeVar("T")

_FIRST, _LAST, _COUNTERS = 1, 2, 64
_LONGEST: Final = 0x10000 + 16
"""No value that we know is longer: an observation of 65535 bytes with its heads."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One packet of a long value.

    Attributes:
        first: a value begins with it.
        last: a value ends with it.
        counter: one more than that of the packet before, 0 after 63.
        part: at least one byte of the value.
    """

    first: bool
    last: bool
    counter: int
    part: bytes

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError where nothing stands behind the header."""
        fields = Reader(data)
        header = fields.uint8()
        if not fields.left:
            raise fields.wrong("there is nothing behind the header of the segment")
        return cls(bool(header & _FIRST), bool(header & _LAST), header >> 2, fields.rest())

    def __bytes__(self) -> bytes:
        header = self.first * _FIRST | self.last * _LAST | self.counter << 2
        return bytes([header]) + self.part


def split(message: bytes, size: int, counter: int = 0) -> list[bytes]:
    """A long value in packets of at most ``size`` bytes; ``counter`` is that of the first."""
    parts = [message[at : at + size - 1] for at in range(0, len(message), size - 1)]
    return [
        bytes(Segment(at == 0, at == len(parts) - 1, (counter + at) % _COUNTERS, part))
        for at, part in enumerate(parts)
    ]


class Segments:
    """The beginnings of values that are not whole yet, one for each characteristic."""

    def __init__(self) -> None:
        self._begun: dict[str, tuple[int, bytes]] = {}

    def whole(self, packet: Packet) -> bytes | None:
        """The value, once its last packet has come; None until then.

        Raises:
            DecodeError: a packet before it is missing; what had come of the value is let go.
        """
        segment = Segment.from_bytes(packet.data)
        begun = self._begun.pop(packet.characteristic, None)
        parts = segment.part
        if not segment.first:
            if begun is None or begun[0] != segment.counter:
                raise DecodeError("a segment before this one is missing", packet.data)
            parts = begun[1] + parts
        if segment.last:
            return parts
        if len(parts) > _LONGEST:
            raise DecodeError("the segments do not end", packet.data)
        self._begun[packet.characteristic] = ((segment.counter + 1) % _COUNTERS, parts)
        return None


def joined(packet: Packet, hearing: Hearing, of: Callable[[bytes], T]) -> T | None:
    """What a long value is, once its last packet has come; None until then.

    Raises:
        DecodeError: a packet before it is missing, or the whole is not well formed.
    """
    message = hearing.keep(Segments).whole(packet)
    if message is None:
        return None
    try:
        return of(message)
    except DecodeError as error:
        raise DecodeError(error.why, packet.data) from None
