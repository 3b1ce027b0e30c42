"""ES Trigger Setting, the descriptor 0x290D: when an environmental sensor tells a value by itself.

Source: Bluetooth SIG, Environmental Sensing Service 1.0.1, 3.1.2 (ES Trigger Setting): a condition
and its operand, seconds in three bytes, or a value in the format of the characteristic, which is
medfloat16 for concentrations in air.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber
from adapters.ble.formats.uuids import assigned
from adapters.errors import DecodeError

UUID = assigned(0x290D)


class Condition(IntEnum):
    """When it tells."""

    INACTIVE = 0
    EVERY = 1
    NOT_WITHIN = 2
    CHANGED = 3
    BELOW = 4
    AT_MOST = 5
    ABOVE = 6
    AT_LEAST = 7
    EQUAL = 8
    NOT_EQUAL = 9


_TIMED = (Condition.EVERY, Condition.NOT_WITHIN)
_ALONE = (Condition.INACTIVE, Condition.CHANGED)


@dataclass(frozen=True, slots=True)
class EsTriggerSetting:
    """One condition.

    Attributes:
        condition: which.
        seconds: of a condition on time; otherwise None.
        reference: of a condition on the value; otherwise None.
    """

    condition: Condition
    seconds: int | None = None
    reference: MedicalNumber | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if the condition is reserved, or its operand is not whole."""
        fields = Reader(data)
        number = fields.uint8()
        try:
            condition = Condition(number)
        except DecodeError:
            raise
        except ValueError:
            raise fields.wrong("the condition is a reserved number") from None
        seconds = fields.unsigned(3) if condition in _TIMED else None
        reference = None if condition in (*_TIMED, *_ALONE) else fields.sfloat()
        fields.end()
        return cls(condition, seconds, reference)

    def __bytes__(self) -> bytes:
        made = Writer().uint8(self.condition)
        if self.seconds is not None:
            made.unsigned(self.seconds, 3)
        if self.reference is not None:
            made.sfloat(self.reference)
        return bytes(made)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="ES Trigger Setting, a descriptor",
    service="Environmental Sensing",
    value=EsTriggerSetting,
    fields=dict.fromkeys(
        ("condition", "seconds", "reference"), because("says when a value comes; measures nothing")
    ),
    source="Environmental Sensing Service 1.0.1, 3.1.2",
)
