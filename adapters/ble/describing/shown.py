"""What a device showed on its display, as a person types it: ``body_weight=72.4``, ``159.6 lb``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from adapters.ble.describing.layout_units import conversion, units_of
from adapters.errors import UnknownKind
from adapters.kinds import Kind, row_of
from adapters.kinds import kind as known_kind

UNIT_WORDS: Final[Mapping[str, str]] = {
    "kg": "kg", "lb": "[lb_av]", "lbs": "[lb_av]", "st": "[stone_av]",
    "c": "Cel", "°c": "Cel", "f": "[degF]", "°f": "[degF]",
    "mg/dl": "mg/dL", "mmol/l": "mmol/L", "mmhg": "mm[Hg]", "kpa": "kPa",
    "cm": "cm", "in": "[in_i]", "%": "%", "bpm": "/min", "/min": "/min", "ppm": "[ppm]",
}  # fmt: skip
"""Units as displays and people write them, in small letters, and their UCUM code."""

_WRITTEN: Final = re.compile(
    r"\s*(?P<kind>[a-z0-9_]+)(?:\.(?P<component>[a-z_]+))?\s*=\s*"
    r"(?P<number>-?[0-9]+(?:[.,][0-9]+)?)\s*(?P<unit>.*)"
)


class NotShown(ValueError):
    """This cannot be what a device showed.

    Attributes:
        next_step: one sentence a person can act on.
    """

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(what)
        self.next_step = next_step


@dataclass(frozen=True, slots=True)
class Shown:
    """One value on the display of a device.

    Attributes:
        kind: what it is.
        component: which component, for a kind that has several.
        value: with the digits that were shown.
        unit: the UCUM code of the unit that was shown.
    """

    kind: Kind
    component: str
    value: Decimal
    unit: str

    @property
    def name(self) -> str:
        """What it is called: ``body_weight``, ``blood_pressure.systolic``."""
        return f"{self.kind}.{self.component}" if self.component else self.kind

    @property
    def bounds(self) -> Mapping[str, tuple[Decimal, Decimal]]:
        """By unit, between which numbers it was, if the display rounded: its own unit first."""
        half = Decimal(1).scaleb(_exponent(self.value)) / 2
        between = self.value - half, self.value + half
        made = {self.unit: between}
        ours = row_of(self.kind).unit
        if (convert := conversion(self.unit, ours)) is not None:
            low, high = (convert(one.quantize(_FINE)) for one in between)
            made[ours] = low, high
        return made


_FINE: Final = Decimal("1e-9")


def parse_shown(text: str) -> Shown:
    """Read what a person typed: a kind, its component, a number and maybe a unit.

    Raises:
        NotShown: it is none of these; says what to write.
    """
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise NotShown(f"{text!r} is not understood.", "Write it as in body_weight=72.4")
    return shown(*(written[part] or "" for part in ("kind", "component", "number", "unit")))


def shown(kind: str, component: str, number: str, unit: str = "") -> Shown:
    """The same of its parts.

    Raises:
        NotShown: there is no such kind, component or unit, or it is not a number.
    """
    try:
        row = row_of(known_kind(kind))
    except UnknownKind:
        raise NotShown(f"There is no kind {kind}.", "Take one of docs/kinds.md") from None
    if row.shape not in ("quantity", "components") or component not in (row.components or ("",)):
        parts = " or ".join(f"{kind}.{one}" for one in row.components)
        raise NotShown(
            f"{kind} is not one number.",
            f"Write {parts}" if parts else "Take a kind that is a single number.",
        )
    code = UNIT_WORDS.get(unit.strip().lower(), unit.strip()) or row.unit
    if code not in units_of(row.unit):
        known = ", ".join(units_of(row.unit))
        raise NotShown(f"{kind} is not measured in {unit.strip()}.", f"Write one of: {known}")
    try:
        value = Decimal(number.replace(",", "."))
    except ArithmeticError:
        raise NotShown(f"{number} is not a number.", "Write it as in 72.4") from None
    if not value.is_finite():
        raise NotShown(f"{number} is not a number.", "Write it as in 72.4")
    return Shown(row.kind, component, value, code)


def _exponent(number: Decimal) -> int:
    return int(number.as_tuple().exponent)  # a word only where it is not finite
