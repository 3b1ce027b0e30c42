"""Control points of sports services: an op code, and a parameter as long as the op says.

Source: Bluetooth SIG, Running Speed and Cadence Service 1.0, 3.4; Cycling Power Service 1.1, 3.5;
Location and Navigation Service 1.0, 3.6; Fitness Machine Service 1.0, 4.16 (an answer repeats the
op code that it answers, and says how that went).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self

from adapters.ble.formats.fields import Reader, Writer
from adapters.errors import DecodeError

NO_ANSWER = -1
"""For values of the same form that are no answers to anything."""


class Went(IntEnum):
    """How a request went."""

    SUCCESS = 1
    NOT_SUPPORTED = 2
    INVALID_PARAMETER = 3
    FAILED = 4
    CONTROL_NOT_PERMITTED = 5
    """Fitness machines alone."""


def parameter_of(
    fields: Reader,
    op: int,
    lengths: Mapping[int, Collection[int]],
    answer: int = NO_ANSWER,
    worst: Went = Went.FAILED,
) -> bytes:
    """The parameter that follows an op code.

    Args:
        fields: read up to the op code.
        op: which.
        lengths: how long the parameter of each op code may be.
        answer: the op code of answers.
        worst: the last of the results that the service knows.

    Raises:
        DecodeError: it is shorter or longer, or an answer whose result is a reserved number.
    """
    parameter = fields.data[fields.offset :]
    allowed = lengths[op]
    if len(parameter) not in allowed:
        raise _misfit(fields, len(parameter), allowed)
    if op == answer and not Went.SUCCESS <= parameter[1] <= worst:
        raise fields.wrong("how the request went is a reserved number")
    return parameter


@dataclass(frozen=True, slots=True)
class Procedure:
    """One request or answer of a control point; each service says what its op codes are.

    Attributes:
        op: which, one of `OPS`.
        parameter: as long as `LENGTHS` says for it.
    """

    OPS: ClassVar[type[IntEnum]]
    LENGTHS: ClassVar[Mapping[int, Collection[int]]]
    RESPONSE: ClassVar[int]
    """The op code of answers."""
    WORST: ClassVar[Went] = Went.FAILED
    """The last of the results that the service knows."""

    op: int
    parameter: bytes = b""

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for a reserved op code or a parameter that does not fit it."""
        fields = Reader(data)
        try:
            op = cls.OPS(fields.uint8())
        except ValueError:
            raise fields.wrong("the op code is a reserved number") from None
        return cls(op, parameter_of(fields, op, cls.LENGTHS, cls.RESPONSE, cls.WORST))

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(self.op).raw(self.parameter))

    @classmethod
    def answer(cls, op: int, went: Went, more: bytes = b"") -> Self:
        """Say how a request went."""
        return cls(cls.RESPONSE, bytes([op, went]) + more)


def _misfit(fields: Reader, length: int, allowed: Collection[int]) -> DecodeError:
    if length < min(allowed):
        return fields.wrong("the parameter is cut short")
    fields.skip(min(allowed))
    return fields.wrong("the parameter has not the length that its op code asks for")
