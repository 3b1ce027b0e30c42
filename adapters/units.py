"""Numbers as HealthKit prints them, turned exactly into the one unit of their kind."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from importlib import resources

from adapters.errors import ReadingRefused
from adapters.reading import Value, stored

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?")
_MOLAR = re.compile(r"(m|mc|)mol<([0-9]{1,4}(?:\.[0-9]{1,25})?)>/(d?L)", re.ASCII)
_EXACT = Context(prec=80)
_TENTH_DECIMAL = Decimal("1e-10")
_SIGNIFICANT = 3
_MOST_DECIMALS = 10
_WHOLE_DOUBLE = 15
"""Digits from which on a number is printed as the computer has it, and not as it was measured."""
_FLOAT = 4e-16
"""How far a product of two floats may be off, as a part of it (IEEE 754 binary64)."""
_ZERO, _ONE = Decimal(0), Decimal(1)

NOT_A_NUMBER = "the value is not a number"
UNKNOWN_UNIT = "unit not known to this version"
ABOVE_ALL = "a percentage above 100"


@dataclass(frozen=True, slots=True)
class Conversion:
    """``(written - minus) * times / over``; see `units.toml`."""

    minus: Decimal = _ZERO
    times: Decimal = _ONE
    over: Decimal = _ONE
    most: Decimal | None = None

    @property
    def same(self) -> bool:
        """Whether the number stays as it is written, with all its digits."""
        return (self.minus, self.times, self.over) == (_ZERO, _ONE, _ONE)

    @property
    def shifts(self) -> bool:
        """Whether only the decimal point moves."""
        factor = _EXACT.divide(self.times, self.over).normalize(_EXACT)
        return not self.minus and factor.as_tuple().digits == (1,)

    def exact(self, text: str) -> tuple[Decimal, int]:
        """The converted number, and how many decimals its source's precision is worth.

        Computed exactly, then rounded once at the tenth decimal, far below any sensor, so that
        the number stays a number in the store. Of 154.3 lb come 69.989302691 kg and 2 decimals:
        0.1 lb is more than 0.01 kg and less than 0.1 kg. Health leaves out trailing zeros, so a
        converted number keeps three significant digits at least: 1 mi is 1.61 km, not 2 km.
        Where the phone converted it before and printed all that came of it, the digits that it
        had before are there again: 154.54404585943774 lb are 70.1 kg.

        Raises:
            ReadingRefused: not a number, or larger than can be.
        """
        if not _NUMBER.fullmatch(text):
            raise ReadingRefused(NOT_A_NUMBER)
        written = Decimal(text)
        if self.most is not None and written > self.most:
            raise ReadingRefused(ABOVE_ALL)
        exponent = written.as_tuple().exponent
        step = Decimal(1).scaleb(min(0, exponent) if isinstance(exponent, int) else 0)
        if self.same:
            return written, _decimals(step)
        number = _EXACT.divide(
            _EXACT.multiply(_EXACT.subtract(written, self.minus), self.times), self.over
        )
        number = number.quantize(_TENTH_DECIMAL, rounding=ROUND_HALF_EVEN, context=_EXACT)
        decimals = _decimals(_EXACT.divide(_EXACT.multiply(step, self.times), self.over))
        wanted = _SIGNIFICANT - 1 - number.adjusted()
        if number and decimals < wanted and not self.shifts:
            decimals = wanted
        if len(written.as_tuple().digits) >= _WHOLE_DOUBLE:
            decimals = min(decimals, _decimals(_last_place(number)))
        return number, min(decimals, _MOST_DECIMALS)

    def stored(self, text: str) -> tuple[Value, int]:
        """The number as the store keeps it, and its decimals.

        Raises:
            ReadingRefused: not a number, or larger than can be.
        """
        number, decimals = self.exact(text)
        return stored(number)[0], decimals

    def step(self, number: float, decimals: int) -> float:
        """What the last place is worth, in the unit of the kind, that a number was printed with.

        That are the fewest places from which the number comes back, taken that it was written in
        this unit: of 1.609344 km, one mile; and a thousandth of a metre if in kilometres.

        Args:
            number: as `stored` gave it.
            decimals: those that came with it.
        """
        minus, factor = float(self.minus), float(self.over / self.times)
        written = number * factor + minus
        close = factor * float(_TENTH_DECIMAL) + abs(written) * _FLOAT
        places = decimals if self.same else 0
        while abs(round(written, places) - written) > close and places < _MOST_DECIMALS * 2:
            places += 1
        return float(10.0**-places / factor)

    def digits(self, text: str) -> str:
        """The number as canonical text, for a component.

        Raises:
            ReadingRefused: not a number, or larger than can be.
        """
        number, _ = self.exact(text)
        return f"{number if self.same else number.normalize(_EXACT):f}"


def _decimals(step: Decimal) -> int:
    """The fewest decimals that still tell ``step`` apart."""
    return max(0, -step.adjusted())


def _last_place(number: Decimal) -> Decimal:
    exponent = number.normalize(_EXACT).as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


def conversion_from(units: Mapping[str, Conversion], unit: str) -> Conversion:
    """How to convert from a unit as HealthKit writes it.

    An amount of substance bears its molar mass, ``mmol<180.1558800000541>/L``, in digits that
    differ between versions; whatever they are, they are taken at their word.

    Args:
        units: those of the kind, of `conversions`.
        unit: as written.

    Raises:
        ReadingRefused: not known.
    """
    found = units.get(unit)
    if found is not None:
        return found
    molar = _MOLAR.fullmatch(unit)
    if molar is None or "mg/dL" not in units:
        raise ReadingRefused(UNKNOWN_UNIT)
    per = {"m": Decimal(10), "mc": Decimal(10_000), "": Decimal("0.01")}[molar[1]]
    return Conversion(times=Decimal(molar[2]), over=per if molar[3] == "L" else per / 10)


@cache
def conversions() -> Mapping[str, Mapping[str, Conversion]]:
    """UCUM unit -> HealthKit unit -> how to convert, as `units.toml` has it."""
    text = resources.files("adapters").joinpath("units.toml").read_text("utf-8")
    return {
        ucum: {
            unit: Conversion(**{name: Decimal(number) for name, number in row.items()})
            for unit, row in rows.items()
        }
        for ucum, rows in tomllib.loads(text)["to"].items()
    }


def together(units: Iterable[str]) -> str:
    """The units of the parts of one reading as one text; none of them holds a space."""
    return " ".join(sorted(set(units) - {""}))
