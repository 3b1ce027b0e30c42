"""Record Access Control Point, 0x2A52: asking a device for records that it has stored.

Source: Bluetooth SIG, Glucose Service 1.0.1, 3.5 (op codes, operators, operands, response codes);
the same in Continuous Glucose Monitoring Service 1.0.2, Pulse Oximeter Service 1.0.1, Blood
Pressure Service 1.1.1 and Generic Health Sensor Service 1.0. Op codes 7 and 8 come from the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A52)


class Op(IntEnum):
    """What is asked or answered. Nothing of ours ever sends `DELETE`."""

    REPORT = 1
    DELETE = 2
    ABORT = 3
    COUNT = 4
    COUNT_IS = 5
    RESPONSE = 6
    COMBINED_REPORT = 7
    COMBINED_REPORT_IS = 8


class Operator(IntEnum):
    """Which records."""

    NULL = 0
    ALL = 1
    AT_MOST = 2
    AT_LEAST = 3
    WITHIN = 4
    FIRST = 5
    LAST = 6


class Answer(IntEnum):
    """How a request went (the last byte of a response)."""

    SUCCESS = 1
    OP_NOT_SUPPORTED = 2
    INVALID_OPERATOR = 3
    OPERATOR_NOT_SUPPORTED = 4
    INVALID_OPERAND = 5
    NO_RECORDS = 6
    ABORT_UNSUCCESSFUL = 7
    NOT_COMPLETED = 8
    OPERAND_NOT_SUPPORTED = 9
    SERVER_BUSY = 10


@dataclass(frozen=True, slots=True)
class RecordAccessControlPoint:
    """One request or answer.

    Attributes:
        op: what is asked or answered.
        operator: which records; `NULL` in answers.
        operand: bytes whose meaning hangs on the two: filter type and numbers, a count, or the op
            that is answered and how it went.
    """

    op: Op
    operator: Operator
    operand: bytes = b""

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for an op or operator that is reserved, or an answer cut short."""
        fields = Reader(data)
        try:
            op, operator = Op(fields.uint8()), Operator(fields.uint8())
        except ValueError:
            raise fields.wrong("the op code or operator is a reserved number") from None
        made = cls(op, operator, fields.rest())
        if op is Op.RESPONSE and len(made.operand) != 2:
            raise fields.wrong("a response has two bytes")
        if op in (Op.COUNT_IS, Op.COMBINED_REPORT_IS) and len(made.operand) not in (2, 4):
            raise fields.wrong("a count has two bytes, or four")
        return made

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(self.op).uint8(self.operator).raw(self.operand))

    @classmethod
    def ask(cls, op: Op, *, at_least: int | None = None, filter: int = 1, width: int = 2) -> Self:
        """Ask for all records, or for those from a number on.

        Args:
            op: `REPORT` or `COUNT`.
            at_least: the lowest number wanted; None for all records.
            filter: the filter type of the service.
            width: bytes of a number.
        """
        if at_least is None:
            return cls(op, Operator.ALL)
        operand = bytes(Writer().uint8(filter).unsigned(at_least, width))
        return cls(op, Operator.AT_LEAST, operand)

    @classmethod
    def answer(cls, op: int, how: Answer) -> Self:
        """Say how a request went."""
        return cls(Op.RESPONSE, Operator.NULL, bytes([op, how]))

    @property
    def count(self) -> int | None:
        """How many records, in an answer that says so."""
        if self.op in (Op.COUNT_IS, Op.COMBINED_REPORT_IS):
            return int.from_bytes(self.operand, "little")
        return None

    @property
    def went(self) -> int | None:
        """How a request went, in a response: an `Answer`, or a number of the service's own."""
        return self.operand[1] if self.op is Op.RESPONSE else None


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Record Access Control Point",
    service="Glucose and others",
    value=RecordAccessControlPoint,
    fields={
        name: because("asks for stored records; measures nothing")
        for name in ("op", "operator", "operand")
    },
    source="Glucose Service 1.0.1, 3.5",
)
