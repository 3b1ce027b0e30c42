"""Time Update Control Point, 0x2A16, and Time Update State, 0x2A17: a clock that sets itself.

Source: Bluetooth SIG, Reference Time Update Service 1.0, 3.1 and 3.2; GATT Specification
Supplement, Time Update Control Point and Time Update State.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

SERVICE = assigned(0x1806)
CONTROL = assigned(0x2A16)
STATE = assigned(0x2A17)


class Command(IntEnum):
    """What a clock is asked."""

    UPDATE = 1
    CANCEL = 2


class Result(IntEnum):
    """How its last update went."""

    SUCCESSFUL = 0
    CANCELLED = 1
    NO_CONNECTION = 2
    REFERENCE_ERROR = 3
    TIMEOUT = 4
    NOT_ATTEMPTED = 5


@dataclass(frozen=True, slots=True)
class TimeUpdateControlPoint:
    """One request."""

    command: Command

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for a command that is reserved."""
        fields = Reader(data)
        try:
            command = Command(fields.uint8())
        except ValueError:
            raise fields.wrong("the command is a reserved number") from None
        fields.end()
        return cls(command)

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(self.command))


@dataclass(frozen=True, slots=True)
class TimeUpdateState:
    """What a clock is doing about its time.

    Attributes:
        pending: it is being set now.
        result: how that went the last time.
    """

    pending: bool
    result: Result

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for a state or a result that is reserved."""
        fields = Reader(data)
        state = fields.uint8()
        if state > 1:
            raise fields.wrong("the state is a reserved number")
        try:
            result = Result(fields.uint8())
        except ValueError:
            raise fields.wrong("the result is a reserved number") from None
        fields.end()
        return cls(bool(state), result)

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(self.pending).uint8(self.result))


_CLOCK = because("sets a clock by a better one; measures nothing")

CHARACTERISTICS = (
    Characteristic(
        uuid=CONTROL,
        name="Time Update Control Point",
        service="Reference Time Update",
        value=TimeUpdateControlPoint,
        fields={"command": _CLOCK},
        source="Reference Time Update Service 1.0, 3.1",
    ),
    Characteristic(
        uuid=STATE,
        name="Time Update State",
        service="Reference Time Update",
        value=TimeUpdateState,
        fields={"pending": _CLOCK, "result": _CLOCK},
        source="Reference Time Update Service 1.0, 3.2",
    ),
)
