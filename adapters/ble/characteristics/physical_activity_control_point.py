"""Physical Activity Monitor Control Point, 0x2B43: asking for sessions that have ended.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0, 3.9, table 3.22 (op codes, by way of
bluetooth-sig 0.6.0); parameters after the two trial implementations by its authors (Philips 2018:
`pamControlPoint.h` and `writeToPamCP`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2B43)


class Op(IntEnum):
    """What is asked or answered. Nothing of ours ever sends `DELETE`."""

    ENQUIRE_SESSIONS = 0x01
    ENQUIRE_SUB_SESSIONS = 0x02
    GET_ENDED_SESSION_DATA = 0x03
    START = 0x04
    STOP = 0x05
    DELETE = 0x06
    SET_AVERAGE_ACTIVITY_TYPE = 0x07
    ENDED_SESSION_DATA_SENT = 0xFA
    SUB_SESSIONS_TOLD = 0xFB
    SESSIONS_TOLD = 0xFC
    ENDED_SESSION_DATA_FAILED = 0xFD
    SUB_SESSIONS_FAILED = 0xFE
    SESSIONS_FAILED = 0xFF


class What(IntEnum):
    """Which data of a session are asked for (`GET_ENDED_SESSION_DATA`)."""

    GENERAL_INSTANTANEOUS = 0
    GENERAL_SUMMARY = 1
    CARDIORESPIRATORY_INSTANTANEOUS = 2
    CARDIORESPIRATORY_SUMMARY = 3
    STEP_COUNTER_SUMMARY = 4
    SLEEP_INSTANTANEOUS = 5
    SLEEP_SUMMARY = 6


_WIDTHS: Final = {
    Op.ENQUIRE_SESSIONS: 0,
    Op.ENQUIRE_SUB_SESSIONS: 2,
    Op.GET_ENDED_SESSION_DATA: 5,
    Op.START: 1,
    Op.STOP: 0,
    Op.DELETE: 2,
    Op.SET_AVERAGE_ACTIVITY_TYPE: 2,
    Op.ENDED_SESSION_DATA_SENT: 3,
    Op.SUB_SESSIONS_TOLD: 2,
    Op.SESSIONS_TOLD: 2,
    Op.ENDED_SESSION_DATA_FAILED: 1,
    Op.SUB_SESSIONS_FAILED: 1,
    Op.SESSIONS_FAILED: 1,
}


@dataclass(frozen=True, slots=True)
class PhysicalActivityMonitorControlPoint:
    """One request or answer.

    Attributes:
        op: what is asked or answered.
        parameter: bytes whose meaning hangs on it: numbers of a session and of its part and
            `What`; in answers a count, or how it failed.
    """

    op: Op
    parameter: bytes = b""

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for an op code that is reserved, or a parameter of a wrong length."""
        fields = Reader(data)
        try:
            op = Op(fields.uint8())
        except ValueError:
            raise fields.wrong("the op code is a reserved number") from None
        made = cls(op, fields.rest())
        if len(made.parameter) != _WIDTHS[op]:
            raise fields.wrong("the parameter has not the length of its op code")
        return made

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(self.op).raw(self.parameter))

    @classmethod
    def ask(cls, session: int, sub_session: int, what: What) -> Self:
        """Ask for data of a session that has ended."""
        parameter = Writer().uint16(session).uint16(sub_session).uint8(what)
        return cls(Op.GET_ENDED_SESSION_DATA, bytes(parameter))

    @classmethod
    def parts_of(cls, session: int) -> Self:
        """Ask which parts a session has."""
        return cls(Op.ENQUIRE_SUB_SESSIONS, bytes(Writer().uint16(session)))

    @property
    def count(self) -> int | None:
        """How many, in an answer that says so."""
        if self.op in (Op.ENDED_SESSION_DATA_SENT, Op.SUB_SESSIONS_TOLD, Op.SESSIONS_TOLD):
            return int.from_bytes(self.parameter, "little")
        return None


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Physical Activity Monitor Control Point",
    service="Physical Activity Monitor",
    value=PhysicalActivityMonitorControlPoint,
    fields=dict.fromkeys(
        ("op", "parameter"), because("asks for sessions that have ended; measures nothing")
    ),
    source="Physical Activity Monitor Service 1.0, 3.9",
)
