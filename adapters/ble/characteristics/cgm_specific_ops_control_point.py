"""CGM Specific Ops Control Point, 0x2AAC: the interval, calibrations, alert levels and session.

Nothing of ours ever writes to it: what a sensor alerts to, and how it is calibrated, is between
the person and the maker's own app.

Source: Bluetooth SIG, Continuous Glucose Monitoring Service 1.0.2, 3.7 (CGM Specific Ops Control
Point: op codes, operands, response codes, calibration data); GATT Specification Supplement, the
same. The interval in an answer is one byte, as in a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats import e2e_crc
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber
from adapters.ble.formats.sample import Sample
from adapters.ble.formats.uuids import assigned
from adapters.errors import DecodeError

UUID = assigned(0x2AAC)


class Op(IntEnum):
    """What is asked, set or answered."""

    SET_INTERVAL = 0x01
    GET_INTERVAL = 0x02
    INTERVAL_IS = 0x03
    SET_CALIBRATION = 0x04
    GET_CALIBRATION = 0x05
    CALIBRATION_IS = 0x06
    SET_PATIENT_HIGH = 0x07
    GET_PATIENT_HIGH = 0x08
    PATIENT_HIGH_IS = 0x09
    SET_PATIENT_LOW = 0x0A
    GET_PATIENT_LOW = 0x0B
    PATIENT_LOW_IS = 0x0C
    SET_HYPO = 0x0D
    GET_HYPO = 0x0E
    HYPO_IS = 0x0F
    SET_HYPER = 0x10
    GET_HYPER = 0x11
    HYPER_IS = 0x12
    SET_RATE_OF_DECREASE = 0x13
    GET_RATE_OF_DECREASE = 0x14
    RATE_OF_DECREASE_IS = 0x15
    SET_RATE_OF_INCREASE = 0x16
    GET_RATE_OF_INCREASE = 0x17
    RATE_OF_INCREASE_IS = 0x18
    RESET_DEVICE_ALERT = 0x19
    START_SESSION = 0x1A
    STOP_SESSION = 0x1B
    RESPONSE = 0x1C


class Answer(IntEnum):
    """How a request went."""

    SUCCESS = 1
    OP_NOT_SUPPORTED = 2
    INVALID_OPERAND = 3
    NOT_COMPLETED = 4
    OUT_OF_RANGE = 5


class CalibrationStatus(IntFlag):
    """What became of a calibration. Bits 3 to 7 are reserved and ignored."""

    REJECTED = 1
    OUT_OF_RANGE = 2
    PENDING = 4


@dataclass(frozen=True, slots=True)
class Calibration:
    """One calibration with a blood test.

    Attributes:
        concentration: of the blood test, mg/dL.
        at: minutes since the session began.
        sample: what was tested.
        next_at: when the next is due, minutes since the session began.
        number: of the calibration record.
        status: what became of it.
    """

    concentration: MedicalNumber
    at: int
    sample: Sample
    next_at: int
    number: int
    status: CalibrationStatus

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """The next ten bytes. Raises DecodeError if they are cut short or reserved."""
        concentration, at = fields.sfloat(), fields.uint16()
        sample, next_at, number = Sample.take(fields), fields.uint16(), fields.uint16()
        status = CalibrationStatus(fields.uint8() & 7)
        return cls(concentration, at, sample, next_at, number, status)

    def put(self, made: Writer) -> None:
        """Write it into a packet."""
        self.sample.put(made.sfloat(self.concentration).uint16(self.at))
        made.uint16(self.next_at).uint16(self.number).uint8(self.status)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request went; its op code may be one that nobody knows."""

    asked: int
    answer: Answer


Operand = int | MedicalNumber | Calibration | Outcome | None

_INTERVAL = (Op.SET_INTERVAL, Op.INTERVAL_IS)
_CALIBRATION = (Op.SET_CALIBRATION, Op.CALIBRATION_IS)
_LEVEL = tuple(op for op in Op if 0x07 <= op <= 0x18 and "GET" not in op.name)


@dataclass(frozen=True, slots=True)
class CgmSpecificOpsControlPoint:
    """One request or answer.

    Attributes:
        op: what is asked, set or answered.
        operand: minutes of an interval, the number of a calibration record, a level in mg/dL or
            mg/dL/min, a calibration, how a request went; None where the op has none.
        secured: it bears a check sum.
    """

    op: Op
    operand: Operand = None
    secured: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for a reserved number, a wrong length or a wrong check sum."""
        fields = Reader(data)
        try:
            op = Op(fields.uint8())
            operand = _operand(op, fields)
        except DecodeError:
            raise
        except ValueError:
            raise fields.wrong("the op or response code is a reserved number") from None
        secured = fields.left > 0
        if secured:
            e2e_crc.check(fields)
        fields.end()
        return cls(op, operand, secured)

    def __bytes__(self) -> bytes:
        made = Writer().uint8(self.op)
        match self.operand:
            case None:
                pass
            case Calibration() as calibration:
                calibration.put(made)
            case Outcome(asked=asked, answer=answer):
                made.uint8(asked).uint8(answer)
            case int(number):
                made.unsigned(number, 2 if self.op is Op.GET_CALIBRATION else 1)
            case level:
                made.sfloat(level)
        return e2e_crc.sealed(bytes(made)) if self.secured else bytes(made)


def _operand(op: Op, fields: Reader) -> Operand:
    if op in _INTERVAL:
        return fields.uint8()
    if op in _CALIBRATION:
        return Calibration.take(fields)
    if op is Op.GET_CALIBRATION:
        return fields.uint16()
    if op in _LEVEL:
        return fields.sfloat()
    if op is Op.RESPONSE:
        return Outcome(fields.uint8(), Answer(fields.uint8()))
    return None


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="CGM Specific Ops Control Point",
    service="Continuous Glucose Monitoring",
    value=CgmSpecificOpsControlPoint,
    fields={
        "op": because("asks for or sets what the sensor does; measures nothing"),
        "operand": because("a setting of the sensor, or a blood test that a meter tells by itself"),
        "secured": because("the check sum is checked and not kept"),
    },
    source="Continuous Glucose Monitoring Service 1.0.2, 3.7",
)
