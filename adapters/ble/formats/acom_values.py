"""What a health observation can hold: a number, a code, text, samples, codes or states.

Source: Bluetooth SIG, Generic Health Sensor Service 1.0, 3.2.1 (Observation Value), after IEEE
11073-10206. The text is not public in full: layouts are those on which three implementations of
the adopted service agree (Philips' GHS simulator and client, ST's GHS samples for STM32WBA,
Realtek's `ghss_gatt_svc`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber

_MOST_SAMPLES: Final = 0x10000


def raw(fields: Reader, count: int) -> bytes:
    """The next bytes as they are."""
    before = fields.offset
    fields.skip(count)
    return fields.data[before : fields.offset]


@dataclass(frozen=True, slots=True)
class Numeric:
    """A number and the code of its unit (IEEE 11073-10101, partition 4)."""

    number: MedicalNumber
    unit: int
    number_of_class: ClassVar[int] = 1

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """The next six bytes."""
        unit = fields.uint16()
        return cls(fields.float32(), unit)

    def put(self, made: Writer) -> None:
        """Write it."""
        made.uint16(self.unit).float32(self.number)


@dataclass(frozen=True, slots=True)
class Discrete:
    """One code (partition and term of IEEE 11073-10101)."""

    code: int
    number_of_class: ClassVar[int] = 2

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """The next four bytes."""
        return cls(fields.unsigned(4))

    def put(self, made: Writer) -> None:
        """Write it."""
        made.unsigned(self.code, 4)


@dataclass(frozen=True, slots=True)
class Text:
    """A text, UTF-8."""

    text: str
    number_of_class: ClassVar[int] = 3

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """Two bytes of length, and the text."""
        said = raw(fields, fields.uint16())
        try:
            return cls(said.decode())
        except UnicodeDecodeError:
            raise fields.wrong("the text is not UTF-8") from None

    def put(self, made: Writer) -> None:
        """Write it."""
        said = self.text.encode()
        made.uint16(len(said)).raw(said)


@dataclass(frozen=True, slots=True)
class SampleArray:
    """Samples over time: ``value = sample * scale + offset``.

    Attributes:
        unit: the code of their unit.
        scale: by what a sample is multiplied.
        offset: what is added then.
        period: seconds from one to the next.
        per_period: how many are taken at once.
        width: bytes of each.
        samples: as they came, low byte first.
    """

    unit: int
    scale: MedicalNumber
    offset: MedicalNumber
    period: MedicalNumber
    per_period: int
    width: int
    samples: bytes
    number_of_class: ClassVar[int] = 4

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """Twenty bytes, and the samples."""
        unit, scale, offset = fields.uint16(), fields.float32(), fields.float32()
        period, per_period, width = fields.float32(), fields.uint8(), fields.uint8()
        count = fields.unsigned(4)
        if (not width and count) or count > _MOST_SAMPLES:
            raise fields.wrong("there cannot be so many samples")
        return cls(unit, scale, offset, period, per_period, width, raw(fields, count * width))

    def put(self, made: Writer) -> None:
        """Write it."""
        made.uint16(self.unit).float32(self.scale).float32(self.offset).float32(self.period)
        made.uint8(self.per_period).uint8(self.width)
        made.unsigned(len(self.samples) // self.width if self.width else 0, 4).raw(self.samples)


@dataclass(frozen=True, slots=True)
class Codes:
    """Several codes that hold at once (compound discrete event)."""

    codes: tuple[int, ...]
    number_of_class: ClassVar[int] = 5

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """One byte of count, and four of each."""
        return cls(tuple(fields.unsigned(4) for _ in range(fields.uint8())))

    def put(self, made: Writer) -> None:
        """Write it."""
        made.uint8(len(self.codes))
        for code in self.codes:
            made.unsigned(code, 4)


@dataclass(frozen=True, slots=True)
class States:
    """Bits for states and events (compound state event); all three have the same length.

    Attributes:
        supported: which bits the device can set.
        lasting: which of them are states; the others are events.
        bits: which are set.
    """

    supported: bytes
    lasting: bytes
    bits: bytes
    number_of_class: ClassVar[int] = 6

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """One byte of length, and three times as many."""
        size = fields.uint8()
        return cls(raw(fields, size), raw(fields, size), raw(fields, size))

    def put(self, made: Writer) -> None:
        """Write it."""
        made.uint8(len(self.bits)).raw(self.supported).raw(self.lasting).raw(self.bits)


Simple = Numeric | Discrete | Text | SampleArray | Codes | States
"""What a component of a compound observation can be."""

_SIMPLE: Final[tuple[type[Simple], ...]] = (Numeric, Discrete, Text, SampleArray, Codes, States)


def take_simple(fields: Reader, number_of_class: int) -> Simple | None:
    """A value of this class; None if no simple value has it."""
    if not 1 <= number_of_class <= len(_SIMPLE):
        return None
    return _SIMPLE[number_of_class - 1].take(fields)
