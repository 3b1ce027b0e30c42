"""The fields of a layout: numbers with a scale, times of a device's clock, and what is skipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.fields import Reader, Writer
from adapters.ble.numbers import MedicalNumber, Special
from adapters.kinds import Kind
from adapters.reading import Absence, Quality

NumberType = Literal[
    "uint8", "uint16", "uint24", "uint32", "sint8", "sint16", "sint24", "sint32", "sfloat", "float"
]
TimeType = Literal["date-time", "seconds-since-1970", "seconds-since-2000"]

Sent = Decimal | Absence | datetime
"""What a field says: a number in the unit of its kind, why there is none, or a time."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The time that a device tells: naive for its time of day, aware for UTC; None for unknown."""

    told: datetime | None


Said = Decimal | Absence | Moment
"""What was read of a field."""


@dataclass(frozen=True, slots=True)
class When:
    """A field is there only where a bit of an earlier field is set, or is not."""

    field: str
    bit: int
    is_set: bool = True

    def holds(self, whole: Mapping[str, int]) -> bool:
        """Whether it is, by the whole numbers that were read before."""
        return bool(whole.get(self.field, 0) >> self.bit & 1) == self.is_set


@dataclass(frozen=True, slots=True)
class Field:
    """One number.

    Attributes:
        name: what it is called, for whoever writes packets.
        type: how the number is written.
        scale: what one step of the number stands for.
        offset: what is added after that.
        kind: the kind of reading it is; None for a number that is no reading.
        unit: its UCUM unit, that of its kind.
        absent: numbers that stand for "no value".
        component: which component of its kind it is; empty for a kind that is one number.
        bits: the lowest and the highest bit of the number that count, the others say something
            else; None for all.
        expect: the only number that there may be.
        quality: what a bit of it says about the whole measurement.
        user: it is the number by which the device tells its users apart.
        record_number: it is the number by which the device tells its records apart.
        when: when it is there at all.
    """

    name: str
    type: NumberType
    scale: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)
    kind: Kind | None = None
    unit: str = ""
    absent: Mapping[int, Absence] = field(default_factory=dict)
    component: str = ""
    bits: tuple[int, int] | None = None
    expect: int | None = None
    quality: Mapping[int, Quality] = field(default_factory=dict)
    user: bool = False
    record_number: bool = False
    when: When | None = None

    def take(self, fields: Reader, whole: dict[str, int]) -> Decimal | Absence:
        """Read it, and note it among the whole numbers that later fields hang on.

        Raises:
            DecodeError: the packet is cut short, or it is not what is expected.
        """
        before = fields.offset
        number = self._number(fields)
        if isinstance(number, Special):
            return number.absence
        if self.is_whole:
            whole[self.name] = int(number)
        if self.expect is not None and number != self.expect:
            fields.offset = before
            raise fields.wrong(f"{self.name} is not {self.expect}")
        if number in self.absent:
            return self.absent[int(number)]
        return number * self.scale + self.offset

    @property
    def is_whole(self) -> bool:
        """Whether it is an integer."""
        return self.type not in ("sfloat", "float")

    @property
    def width(self) -> int:
        """Bytes of an integer."""
        return int(self.type[4:]) // 8

    def doubts(self, said: Said) -> Quality:
        """What its bits say about the measurement."""
        found = Quality.NONE
        for bit, quality in self.quality.items():
            if isinstance(said, Decimal) and int(said) >> bit & 1:
                found |= quality
        return found

    def _number(self, fields: Reader) -> MedicalNumber:
        if self.type == "sfloat":
            return fields.sfloat()
        if self.type == "float":
            return fields.float32()
        signed = self.type[0] == "s" and self.bits is None
        number = fields.signed(self.width) if signed else fields.unsigned(self.width)
        if self.bits is not None:
            low, high = self.bits
            number = number >> low & ((1 << (high - low + 1)) - 1)
            if self.type[0] == "s" and number >> (high - low):
                number -= 1 << (high - low + 1)
        return Decimal(number)

    def put(self, said: Mapping[str, Sent], made: Writer, whole: dict[str, int]) -> None:
        """Write it; the other bits of its bytes are zero.

        Raises:
            KeyError: it is not said.
            ValueError: the field has no way to say it.
        """
        one = said[self.name] if self.expect is None else Decimal(self.expect)
        if isinstance(one, datetime):
            raise ValueError(f"{self.name} is a number, not a time")
        if not self.is_whole:
            number = self._special(one) if isinstance(one, Absence) else self._steps(one)
            (made.sfloat if self.type == "sfloat" else made.float32)(number)
            return
        steps = whole[self.name] = self._whole(one)
        if self.bits is not None:
            low, high = self.bits
            top = 1 << (high - low + 1)
            if not (-top // 2 if self.type[0] == "s" else 0) <= steps < top:
                raise ValueError(f"{self.name} cannot say {one}")
            made.unsigned((steps & (top - 1)) << low, self.width)
        else:
            (made.signed if self.type[0] == "s" else made.unsigned)(steps, self.width)

    def _whole(self, said: Decimal | Absence) -> int:
        if isinstance(said, Absence):
            number = next((n for n, absence in self.absent.items() if absence is said), None)
            if number is None:
                raise ValueError(f"{self.name} has no number for {said.value}")
            return number
        number = int(self._steps(said))
        if number != self._steps(said) or number in self.absent:
            raise ValueError(f"{self.name} cannot say {said}")
        return number

    def _steps(self, said: Decimal) -> Decimal:
        return said if self.scale == 1 and not self.offset else (said - self.offset) / self.scale

    def _special(self, said: Absence) -> Special:
        for special in Special:
            if special.absence is said:
                return special
        raise ValueError(f"{self.name} has no code for {said.value}")


@dataclass(frozen=True, slots=True)
class Clock:
    """The time at which the device says that it measured."""

    name: str
    type: TimeType
    when: When | None = None

    def take(self, fields: Reader, whole: dict[str, int]) -> Moment:
        """Read it.

        Raises:
            DecodeError: it is cut short, or no calendar has such a time.
        """
        if self.type == "date-time":
            return Moment(DateTime.take(fields).told)
        seconds = fields.unsigned(4)
        return Moment(_EPOCHS[self.type] + timedelta(seconds=seconds) if seconds else None)

    def put(self, said: Mapping[str, Sent], made: Writer, whole: dict[str, int]) -> None:
        """Write it.

        Raises:
            KeyError: it is not said.
            ValueError: it is not a time, or not one of the device's.
        """
        told = said[self.name]
        if not isinstance(told, datetime):
            raise ValueError(f"{self.name} is a time")
        if self.type == "date-time":
            DateTime.of(told).put(made)
            return
        seconds = (told - _EPOCHS[self.type]) // timedelta(seconds=1)
        if not 0 <= seconds < 1 << 32:
            raise ValueError(f"{self.name} cannot say {told}")
        made.unsigned(seconds, 4)


_EPOCHS = {
    "seconds-since-1970": datetime(1970, 1, 1, tzinfo=UTC),
    "seconds-since-2000": datetime(2000, 1, 1),  # noqa: DTZ001  # counted in the device's own time
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """Bytes that say nothing we keep."""

    count: int
