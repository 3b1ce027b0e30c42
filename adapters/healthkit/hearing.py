"""A hearing test: how loud a tone must be for each ear, by its height.

Source: Apple's DTD of the export, version 14 (element SensitivityPoint: masking of the other ear
and the range of what could be measured came with iOS 18).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from adapters.errors import ReadingRefused
from adapters.healthkit.elements import Entry
from adapters.healthkit.records import INCOMPLETE, Records, Row, text_of
from adapters.kinds import kind
from adapters.units import Conversion, conversion_from

AUDIOGRAM: Final = kind("audiogram")
_HERTZ: Final = {"Hz": Conversion(), "kHz": Conversion(times=Decimal(1000))}
_LEVEL: Final = {"dBHL": Conversion(), "dB": Conversion()}


def audiogram_row(records: Records, entry: Entry) -> Row:
    """The reading of an `Audiogram`; the form of its value stands in `kinds.toml`.

    Raises:
        ReadingRefused: a date or source is missing, or a point is not readable.
    """
    points: dict[Decimal, str] = {}
    for point in entry.named("SensitivityPoint"):
        hertz = conversion_from(_HERTZ, point.attributes.get("frequencyUnit", "Hz"))
        frequency, _ = hertz.exact(text_of(point, "frequencyValue"))
        ears = [text for ear in ("left", "right") if (text := _ear(point, ear))]
        points[frequency.normalize()] = ",".join(ears)
    if not points:
        raise ReadingRefused(INCOMPLETE)
    start, duration = records.span(entry)
    value = ";".join(f"{frequency:f}={points[frequency]}" for frequency in sorted(points))
    return records.row(AUDIOGRAM, entry, start, duration, value, created=records.created(entry))


def _ear(point: Entry, ear: str) -> str:
    said = point.attributes
    written = said.get(f"{ear}EarValue")
    if written is None:
        return ""
    level = conversion_from(_LEVEL, said.get(f"{ear}EarUnit", "dBHL"))
    text = f"{ear[0].upper()}:{level.digits(written)}"
    if said.get(f"{ear}EarMasked", "").upper() in ("YES", "1", "TRUE"):
        text += "m"
    bounds = [said.get(f"{ear}EarClampingRange{end}Bound") for end in ("Lower", "Upper")]
    if any(bounds):
        text += f"[{'..'.join(level.digits(bound) if bound else '' for bound in bounds)}]"
    return text
