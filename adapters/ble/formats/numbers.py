"""The medical floats of IEEE 11073: 16 and 32 bits, decimal, with words for "no value".

Both directions are exact: 120.0 stays 120.0, and every code comes back as it was.

Source: IEEE 11073-20601, Annex F (FLOAT-Type and SFLOAT-Type); Bluetooth SIG, Personal Health
Devices Transcoding White Paper; HL7 PHD 2.0.0, "IEEE 11073 FLOATs and SFLOATs" (both the mantissa
and the exponent are signed, in two's complement).
medfloat16 and medfloat32 of the GATT Specification Supplement are the same two types.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import Enum

from adapters.reading import Absence


class Special(Enum):
    """A code that stands in the place of a number."""

    NAN = "not a number"
    NRES = "not at this resolution"
    PLUS_INFINITY = "above what the device can measure"
    MINUS_INFINITY = "below what the device can measure"
    RESERVED = "reserved"

    @property
    def absence(self) -> Absence:
        """Why there is no value, in the words of FHIR.

        NRes and the reserved code have no word of their own there: the device failed to give one.
        """
        return _ABSENCES[self]


_ABSENCES = {
    Special.NAN: Absence.NOT_A_NUMBER,
    Special.NRES: Absence.ERROR,
    Special.PLUS_INFINITY: Absence.POSITIVE_INFINITY,
    Special.MINUS_INFINITY: Absence.NEGATIVE_INFINITY,
    Special.RESERVED: Absence.ERROR,
}

MedicalNumber = Decimal | Special


@dataclass(frozen=True, slots=True)
class MedicalFloat:
    """One of the two types, by the width of its mantissa and exponent."""

    mantissa_bits: int
    exponent_bits: int
    _half: int = field(init=False, repr=False, compare=False)
    _specials: dict[int, Special] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Know the five codes around the ends of the mantissa; their exponent is zero."""
        half = 1 << (self.mantissa_bits - 1)
        specials = {
            half - 2: Special.PLUS_INFINITY,
            half - 1: Special.NAN,
            half: Special.NRES,
            half + 1: Special.RESERVED,
            half + 2: Special.MINUS_INFINITY,
        }
        object.__setattr__(self, "_half", half)
        object.__setattr__(self, "_specials", specials)

    def decode(self, code: int) -> MedicalNumber:
        """The number of an unsigned code; its digits are kept, 1200 e-1 is ``120.0``."""
        if special := self._specials.get(code):
            return special
        mantissa = code & ((1 << self.mantissa_bits) - 1)
        exponent = code >> self.mantissa_bits
        mantissa -= (mantissa & self._half) << 1
        exponent -= (exponent & (1 << (self.exponent_bits - 1))) << 1
        return Decimal((int(mantissa < 0), _digits(abs(mantissa)), exponent))

    def encode(self, number: MedicalNumber) -> int:
        """The unsigned code of a number, with just the digits it has.

        Raises:
            ValueError: it has more digits than this type can hold, or is too large or too small;
                `nearest()` gives one that it can.
        """
        if isinstance(number, Special):
            return next(code for code, special in self._specials.items() if special is number)
        if not number.is_finite():
            raise ValueError("infinity and not-a-number have words of their own: Special")
        sign, digits, _ = number.as_tuple()
        exponent = _exponent(number)
        mantissa = int("".join(map(str, digits)))
        low, high = -(1 << (self.exponent_bits - 1)), (1 << (self.exponent_bits - 1)) - 1
        while exponent > high and mantissa * 10 < self._half:
            mantissa, exponent = mantissa * 10, exponent - 1
        while (exponent < low or mantissa >= self._half) and mantissa and mantissa % 10 == 0:
            mantissa, exponent = mantissa // 10, exponent + 1
        if mantissa == 0:
            exponent = min(max(exponent, low), high)
        if not low <= exponent <= high or mantissa > self._half:
            raise ValueError(f"{number} does not fit")
        code = (-mantissa if sign else mantissa) & ((1 << self.mantissa_bits) - 1)
        code |= (exponent & ((1 << self.exponent_bits) - 1)) << self.mantissa_bits
        if code in self._specials:
            raise ValueError(f"{number} would be read as {self._specials[code].value}")
        return code

    def nearest(self, number: Decimal) -> Decimal:
        """The nearest number that this type can hold, rounding to as many digits as fit.

        Raises:
            ValueError: it is too large.
        """
        lowest = Decimal((0, (1,), -(1 << (self.exponent_bits - 1))))
        for digits in range(len(str(self._half)), 0, -1):
            rounded = Context(prec=digits, rounding=ROUND_HALF_EVEN).plus(number)
            if _exponent(rounded) < _exponent(lowest):
                rounded = number.quantize(lowest, ROUND_HALF_EVEN)
            try:
                self.encode(rounded)
            except ValueError:
                continue
            return rounded
        raise ValueError(f"{number} does not fit")


def _exponent(number: Decimal) -> int:
    return int(number.as_tuple().exponent)  # a word only where it is not finite


def _digits(number: int) -> tuple[int, ...]:
    return tuple(map(int, str(number)))


SFLOAT = MedicalFloat(mantissa_bits=12, exponent_bits=4)
FLOAT = MedicalFloat(mantissa_bits=24, exponent_bits=8)
