"""The parts of a panel, each from a number and a unit as HealthKit writes them."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.kinds import KindRow
from adapters.panel import panel_text
from adapters.units import conversion_from, conversions, together


class Parts:
    """Collects the parts of one panel, in the units of its kind."""

    def __init__(self, row: KindRow) -> None:
        self._row = row
        self._units: Mapping[str, str] = dict(zip(row.components, row.units, strict=True))
        self._digits: dict[str, str] = {}
        self._written: set[str] = set()

    def knows(self, name: str) -> bool:
        """Whether the kind has such a part."""
        return name in self._units

    def add(self, name: str, written: str | None, unit: str) -> None:
        """Add a number; one that is not there adds nothing.

        Raises:
            ReadingRefused: it is no number, or the unit is not known.
        """
        if written is not None:
            units = conversions()[self._units[name]]
            self._digits[name] = conversion_from(units, unit).digits(written)
            self._written.add(unit)

    @property
    def text(self) -> str:
        """The canonical text; empty where no part is there."""
        return panel_text(self._row, self._digits)

    @property
    def unit(self) -> str:
        """The units that they were written in, as `adapters.units.together` puts them."""
        return together(self._written)
