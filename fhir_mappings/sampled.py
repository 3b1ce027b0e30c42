"""Samples over time as SampledData: an electrocardiogram, a pleth wave, a list of beats.

The samples are the whole numbers that the device sent; the factor turns them into the unit of the
kind. There is no `E`, `L` or `U` among them (HL7 PHD 2.0.0, PhdRtsaObservation).

Source: HL7 FHIR R4 4.0.1, SampledData.
"""

from __future__ import annotations

from array import array
from decimal import Decimal
from typing import Final

from adapters.reading import Waveform
from fhir_mappings.errors import MappingError
from fhir_mappings.resource import Json
from fhir_mappings.table import Unit

SEPARATOR: Final = ";"
"""Between period, factor and samples in the text of a waveform; no number has one."""


def pieces(waveform: Waveform) -> tuple[str, str, str]:
    """Milliseconds from sample to sample, the factor, and the samples with blanks between.

    Raises:
        MappingError: there are no samples: R4 has no empty text.
    """
    if not waveform.samples:
        raise MappingError("there are no samples")
    numbers = array("i")
    numbers.frombytes(waveform.samples)
    if _IS_BIG_ENDIAN:
        numbers.byteswap()
    period = f"{Decimal(repr(waveform.period_ms)):f}"
    if "." in period:
        period = period.rstrip("0").rstrip(".")
    return period, f"{Decimal(waveform.factor):f}", " ".join(map(str, numbers))


def text(waveform: Waveform) -> str:
    """The three pieces as one part of an Observation (`observation.Slots`).

    Raises:
        MappingError: there are no samples.
    """
    return SEPARATOR.join(pieces(waveform))


def samples(part: str, unit: Unit) -> Json:
    """The SampledData of such a part."""
    period, factor, numbers = part.split(SEPARATOR)
    return {
        "origin": {
            "value": Decimal(0),
            "unit": unit.words,
            "system": "http://unitsofmeasure.org",
            "code": unit.code,
        },
        "period": Decimal(period),
        "factor": Decimal(factor),
        "dimensions": 1,
        "data": numbers,
    }


_IS_BIG_ENDIAN = array("H", [1]).tobytes() == b"\x00\x01"
