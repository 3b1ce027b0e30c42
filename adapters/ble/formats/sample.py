"""What glucose was measured in, and where that was taken from: one byte, two halves.

Source: GATT Specification Supplement, Glucose Measurement, Type-Sample Location; CGM Feature, CGM
Type-Sample Location (the same, and subcutaneous tissue).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from adapters.ble.formats.fields import Reader, Writer


class SampleType(IntEnum):
    """What was measured in."""

    CAPILLARY_WHOLE_BLOOD = 1
    CAPILLARY_PLASMA = 2
    VENOUS_WHOLE_BLOOD = 3
    VENOUS_PLASMA = 4
    ARTERIAL_WHOLE_BLOOD = 5
    ARTERIAL_PLASMA = 6
    WHOLE_BLOOD = 7
    PLASMA = 8
    INTERSTITIAL_FLUID = 9
    CONTROL_SOLUTION = 10

    @property
    def place(self) -> str:
        """Its word in `adapters.reading.PLACES`."""
        return self.name.lower().replace("_", " ")


class SampleSite(IntEnum):
    """Where the sample was taken from."""

    FINGER = 1
    ALTERNATE_SITE = 2
    EAR_LOBE = 3
    CONTROL_SOLUTION = 4
    SUBCUTANEOUS_TISSUE = 5
    UNKNOWN = 15


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample: what it is, and where it is from."""

    type: SampleType
    site: SampleSite = SampleSite.UNKNOWN

    @property
    def is_control(self) -> bool:
        """It is the solution that meters are tested with, nothing of the person's."""
        return self.type is SampleType.CONTROL_SOLUTION or self.site is SampleSite.CONTROL_SOLUTION

    @property
    def place(self) -> str:
        """Its word in `adapters.reading.PLACES`."""
        return SampleType.CONTROL_SOLUTION.place if self.is_control else self.type.place

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """The next byte of a packet.

        Raises:
            DecodeError: it is cut short, or one of its halves is a reserved number.
        """
        both = fields.uint8()
        try:
            return cls(SampleType(both & 0x0F), SampleSite(both >> 4))
        except ValueError:
            fields.offset -= 1
            raise fields.wrong("the sample type or location is a reserved number") from None

    def put(self, made: Writer) -> None:
        """Write it into a packet."""
        made.uint8(self.site << 4 | self.type)
