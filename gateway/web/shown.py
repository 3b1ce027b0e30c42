"""A stored reading as a page shows it: its parts with their digits, in the unit for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from adapters.kinds import KindRow
from adapters.panel import parted
from adapters.reading import Instant, Quality, place_of, situation_of, text_of
from gateway.htmlkit.language import gettext as _
from gateway.htmlkit.words import unit as unit_words
from gateway.rights.correcting import mark_of
from gateway.store.device_names import Called
from gateway.store.query import ReadingRow
from gateway.web.remarks import doubts_now, is_corrected

PPM: Final = Decimal("1000000") * Decimal("24.45") / Decimal("28.01")
"""From kg/m³ of carbon monoxide to ppm: molar volume at 25 °C and 101.325 kPa, molar mass."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One reading for a page.

    Attributes:
        words: its parts as they came.
        numbers: its parts as numbers; None for a word or an absence.
        unit: a UCUM code.
        doubts: what is known to be doubtful about it, as it stands now.
        corrected: whether its value is another than the one that came, or was taken back.
        place: where it was taken, one of `adapters.reading.PLACES`; empty where that is not said.
        situation: one of `adapters.reading.SITUATIONS`; empty where that is not said.
        mark: stands for it in an address (`correcting.mark_of`).
    """

    at: Instant
    until: Instant
    words: Sequence[str]
    numbers: Sequence[Decimal | None]
    unit: str
    device: Called | None
    doubts: Quality
    corrected: bool
    place: str = ""
    situation: str = ""
    mark: str = ""


def scale_of(row: KindRow) -> Decimal:
    """What stored numbers are multiplied by: air is stored as kg/m³ and shown as ppm."""
    return PPM if row.unit == "kg/m3" else Decimal(1)


def unit_of(row: KindRow) -> str:
    """The UCUM code in which a kind is shown."""
    return "[ppm]" if row.unit == "kg/m3" else row.unit


def number_of(text: str) -> Decimal | None:
    """A part of a stored value as a number; None for a word or an absence."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _parts(row: KindRow, text: str) -> list[str]:
    """A panel as its parts: `energy 250 kcal`."""
    units = dict(zip(row.components, row.units, strict=True))
    return [
        f"{_(name.replace('_', ' '))} {digits} {unit_words(units[name])}".rstrip()
        for name, digits in parted(text).items()
    ]


def shown(row: KindRow, reading: ReadingRow, device: Called | None) -> Shown:
    """A reading as it stands now, corrections included."""
    words: list[str] = []
    if reading.current_value is not None:
        text = text_of(reading.current_value, reading.current_decimals)
        words = text.split("|") if row.shape == "components" else [text]
        if row.shape in ("waveform", "document"):  # its value names the samples or the file
            words = [_("recorded")]
        if row.shape == "panel":
            words = _parts(row, text)
    numbers = [number_of(word) for word in words]
    if row.unit == "kg/m3":
        numbers = [None if one is None else round(one * PPM, 1) for one in numbers]
    return Shown(
        at=reading.start,
        until=reading.start + reading.duration,
        words=words,
        numbers=numbers,
        unit=unit_of(row),
        device=device,
        doubts=doubts_now(reading),
        corrected=is_corrected(reading) or reading.current_value is None,
        place=place_of(reading.flags),
        situation=situation_of(reading.flags),
        mark=mark_of(reading.id),
    )
