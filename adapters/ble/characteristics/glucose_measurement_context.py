"""Glucose Measurement Context, 0x2A34: what a meter's user said about one test.

It bears the number of its measurement and no time of its own.

Source: Bluetooth SIG, Glucose Service 1.0.1, 3.2 (Glucose Measurement Context); GATT Specification
Supplement, Glucose Measurement Context.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, IntFlag
from typing import Final, Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.formats.concentration import amount
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.kinds import Kind, kind
from adapters.local_events import Packet
from adapters.reading import Absence, Category, Quality, Quantity

UUID = assigned(0x2A34)

OVERRUN: Final = 0xFFFF
"""An exercise of 65,535 seconds or more."""

_MEAL = kind("glucose_meal")
_CARBOHYDRATE = kind("carbohydrate_intake")
_HBA1C = kind("hba1c")
_KG_IN_G = 3
_SHARED_DOUBTS = Quality.CLOCK_NOT_TRUSTED | Quality.NOT_A_MEASUREMENT


class Flag(IntFlag):
    """The first byte. The extended flags that bit 7 announces are all reserved and ignored."""

    CARBOHYDRATE_PRESENT = 1
    MEAL_PRESENT = 2
    TESTER_PRESENT = 4
    EXERCISE_PRESENT = 8
    MEDICATION_PRESENT = 16
    MEDICATION_IN_LITRES = 32
    HBA1C_PRESENT = 64
    EXTENDED = 128


class Food(IntEnum):
    """With what the carbohydrates were taken."""

    BREAKFAST = 1
    LUNCH = 2
    DINNER = 3
    SNACK = 4
    DRINK = 5
    SUPPER = 6
    BRUNCH = 7


class Meal(IntEnum):
    """How the test stands to a meal."""

    BEFORE_MEAL = 1
    AFTER_MEAL = 2
    FASTING = 3
    CASUAL = 4
    BEDTIME = 5

    @property
    def word(self) -> str:
        """As the kind `glucose_meal` says it."""
        return self.name.lower().replace("_", "-")


class TakenBy(IntEnum):
    """Who took the sample."""

    SELF = 1
    PROFESSIONAL = 2
    LABORATORY = 3
    UNKNOWN = 15


class Health(IntEnum):
    """How the person was."""

    MINOR_ISSUES = 1
    MAJOR_ISSUES = 2
    DURING_MENSES = 3
    UNDER_STRESS = 4
    NO_ISSUES = 5
    UNKNOWN = 15


class Drug(IntEnum):
    """Which kind of insulin was given."""

    RAPID_ACTING_INSULIN = 1
    SHORT_ACTING_INSULIN = 2
    INTERMEDIATE_ACTING_INSULIN = 3
    LONG_ACTING_INSULIN = 4
    PRE_MIXED_INSULIN = 5


@dataclass(frozen=True, slots=True)
class Carbohydrate:
    """Carbohydrates eaten or drunk, in kg."""

    food: Food
    mass: MedicalNumber


@dataclass(frozen=True, slots=True)
class Exercise:
    """Exercise before the test: seconds (`OVERRUN` for more than fits) and intensity in %."""

    seconds: int
    intensity: int


@dataclass(frozen=True, slots=True)
class Medication:
    """What was given, in kg, or in litres where ``litres``."""

    drug: Drug
    amount: MedicalNumber
    litres: bool = False


@dataclass(frozen=True, slots=True)
class GlucoseMeasurementContext:
    """What was said about one test; None for what was not.

    Attributes:
        number: the sequence number of the measurement that it is about.
        carbohydrate: what was eaten or drunk.
        meal: how the test stands to a meal.
        tester: who took the sample, and how the person was.
        exercise: what was done before.
        medication: what was given.
        hba1c: long-term glucose in %.
    """

    number: int
    carbohydrate: Carbohydrate | None = None
    meal: Meal | None = None
    tester: tuple[TakenBy, Health] | None = None
    exercise: Exercise | None = None
    medication: Medication | None = None
    hba1c: MedicalNumber | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for a missing field, bytes left over, or a reserved number."""
        fields = Reader(data)
        flags = Flag(fields.uint8())
        number = fields.uint16()
        if Flag.EXTENDED in flags:
            fields.skip(1)
        carbohydrate, meal, tester, exercise, medication, hba1c = (None,) * 6
        try:
            if Flag.CARBOHYDRATE_PRESENT in flags:
                carbohydrate = Carbohydrate(Food(fields.uint8()), fields.sfloat())
            if Flag.MEAL_PRESENT in flags:
                meal = Meal(fields.uint8())
            if Flag.TESTER_PRESENT in flags:
                both = fields.uint8()
                tester = TakenBy(both & 0x0F), Health(both >> 4)
            if Flag.EXERCISE_PRESENT in flags:
                exercise = Exercise(fields.uint16(), fields.uint8())
            if Flag.MEDICATION_PRESENT in flags:
                litres = Flag.MEDICATION_IN_LITRES in flags
                medication = Medication(Drug(fields.uint8()), fields.sfloat(), litres)
        except DecodeError:
            raise
        except ValueError:
            raise fields.wrong("a reserved number stands where a word should") from None
        if Flag.HBA1C_PRESENT in flags:
            hba1c = fields.sfloat()
        fields.end()
        return cls(number, carbohydrate, meal, tester, exercise, medication, hba1c)

    def __bytes__(self) -> bytes:
        flags, rest = Flag(0), Writer().uint16(self.number)
        if self.carbohydrate is not None:
            flags |= Flag.CARBOHYDRATE_PRESENT
            rest.uint8(self.carbohydrate.food).sfloat(self.carbohydrate.mass)
        if self.meal is not None:
            flags |= Flag.MEAL_PRESENT
            rest.uint8(self.meal)
        if self.tester is not None:
            flags |= Flag.TESTER_PRESENT
            rest.uint8(self.tester[1] << 4 | self.tester[0])
        if self.exercise is not None:
            flags |= Flag.EXERCISE_PRESENT
            rest.uint16(self.exercise.seconds).uint8(self.exercise.intensity)
        if self.medication is not None:
            flags |= Flag.MEDICATION_PRESENT
            flags |= Flag.MEDICATION_IN_LITRES if self.medication.litres else Flag(0)
            rest.uint8(self.medication.drug).sfloat(self.medication.amount)
        if self.hba1c is not None:
            flags |= Flag.HBA1C_PRESENT
            rest.sfloat(self.hba1c)
        return bytes(Writer().uint8(flags).raw(bytes(rest)))


@dataclass(frozen=True, slots=True)
class Measured:
    """What a context takes over from its measurement: time, identity, doubts, number."""

    told: datetime | None
    identity: str
    quality: Quality
    number: int


class Joined:
    """The measurements of this link by their numbers, and contexts that came before theirs."""

    def __init__(self) -> None:
        self._tested: dict[int, Measured] = {}
        self._early: dict[int, GlucoseMeasurementContext] = {}

    def came(self, number: int, measured: Measured) -> GlucoseMeasurementContext | None:
        """A measurement came; its context, if that is here already."""
        self._tested[number] = measured
        return self._early.pop(number, None)

    def of(self, context: GlucoseMeasurementContext) -> Measured | None:
        """The measurement that a context is about; if it did not come yet, the context waits."""
        measured = self._tested.get(context.number)
        if measured is None:
            self._early[context.number] = context
        return measured


def explained(context: GlucoseMeasurementContext, measured: Measured) -> Iterator[Record]:
    """The readings that a context makes, at the time and with the identity of its test."""

    def told(what: Kind, value: Quantity | Category | Absence) -> Record:
        doubts = measured.quality & _SHARED_DOUBTS
        kept = Absence.NOT_PERFORMED if Quality.NOT_A_MEASUREMENT in doubts else value
        return Record(
            what,
            kept,
            told=measured.told,
            identity=measured.identity,
            quality=doubts,
            number=measured.number,
        )

    if context.meal is not None:
        yield told(_MEAL, Category(context.meal.word))
    if context.carbohydrate is not None:
        mass = context.carbohydrate.mass
        grams = mass.scaleb(_KG_IN_G) if isinstance(mass, Decimal) else mass
        yield told(_CARBOHYDRATE, amount(grams, "g"))
    if context.hba1c is not None:
        yield told(_HBA1C, amount(context.hba1c, "%"))


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """What is said about a test that came before on this link.

    Raises:
        DecodeError: the packet is not well formed, or its measurement has not come: it is counted
            and kept as it is, and told with its measurement if that still comes.
    """
    context = GlucoseMeasurementContext.from_bytes(packet.data)
    measured = hearing.keep(Joined).of(context)
    if measured is None:
        raise DecodeError("the measurement that this is about has not come", packet.data)
    yield from explained(context, measured)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Glucose Measurement Context",
    service="Glucose",
    value=GlucoseMeasurementContext,
    fields={
        "number": because("joins it to its measurement, whose time and identity it takes over"),
        "carbohydrate": becomes(_CARBOHYDRATE),
        "meal": becomes(_MEAL),
        "tester": because("a remark that the person typed beside the test, not a measurement"),
        "exercise": because("typed in afterwards and without a time; watches and machines tell it"),
        "medication": because("a dose that was given; there is no kind for medicines"),
        "hba1c": becomes(_HBA1C),
    },
    source="Glucose Service 1.0.1, 3.2",
)
