"""An electrocardiogram's CSV file: the curve, and what the watch said of it.

Its headings are in the language of the phone, and decimals with a comma are not quoted
(``-265,868`` on a line of its own), so the file is read by position. The name and the birth date
that stand in its first lines are never kept.

Source: files of public exports of iOS 12 to 17; Apple HealthKit, HKElectrocardiogram.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from adapters.errors import ReadingRefused
from adapters.healthkit.archive import CutShort, Member
from adapters.healthkit.elements import Entry
from adapters.healthkit.records import Records, Row
from adapters.healthkit.rings import OF_HEALTH
from adapters.healthkit.types import word_list
from adapters.kinds import kind
from adapters.reading import waveform

CURVE: Final = kind("ecg")
SAID: Final = kind("ecg_classification")
UNREADABLE: Final = "electrocardiogram that cannot be read"

_LARGEST: Final = 8 * 2**20
_DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}", re.ASCII)
_RATE = re.compile(r"(\d{2,4}(?:[.,]\d{1,6})?)\s*\D+")
_SAMPLE = re.compile(r'"?([+-]?\d{1,9}(?:[.,]\d{1,9})?)"?,?', re.ASCII)
_MODEL = re.compile(r"Watch\d{1,2},\d{1,2}", re.ASCII)
_FACTOR: Final = Decimal("0.001")
_LINES_OF_HEAD: Final = 20
_WATCH: Final = "<<HKDevice>, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:{}>"


@dataclass(frozen=True, slots=True)
class _Head:
    recorded: str
    classification: str
    hertz: Decimal
    model: str


def ecg_rows(records: Records, file: Member, block: int) -> Iterator[Row]:
    """The curve of lead I in microvolts, then what the watch made of it.

    A classification in a language that is not known here is "unrecognized".

    Raises:
        ReadingRefused: there is no date, rate or sample, or a line is no number.
    """
    lines = _lines(file, block)
    head = _head(lines)
    samples = _samples(lines)
    start = records.calendar.instant(head.recorded)
    period = float(1000 / head.hertz)
    duration = round(len(samples) * 1000 / head.hertz)
    curve = waveform(period, str(_FACTOR), struct.pack(f"<{len(samples)}i", *samples))
    of = Entry("Electrocardiogram", {"sourceName": "", "device": head.model})
    named = of if head.model else OF_HEALTH
    yield records.row(CURVE, named, start, duration, curve.digest, waveform=curve)
    word = word_list("ecg_classification").get(head.classification.lower(), "unrecognized")
    yield records.row(SAID, named, start, duration, word)


def _lines(file: Member, block: int) -> Iterator[str]:
    data = bytearray()
    try:
        for piece in file.blocks(block):
            data += piece
            if len(data) > _LARGEST:
                raise ReadingRefused("electrocardiogram that is larger than 8 MiB")
        text = data.decode("utf-8-sig")
    except (CutShort, UnicodeDecodeError) as damage:
        raise ReadingRefused(UNREADABLE) from damage
    return iter([line.strip() for line in text.splitlines()])


def _head(lines: Iterator[str]) -> _Head:
    """Up to the sampling rate, whatever the lines are called."""
    recorded = classification = model = ""
    for count, line in enumerate(lines):
        value = line.partition(",")[2].strip('" ')
        if not recorded:
            recorded = value if _DATE.fullmatch(value) else ""
        elif not classification:
            classification = value or "-"
        elif found := _MODEL.search(value):
            model = _WATCH.format(found[0])
        elif rate := _RATE.fullmatch(value):
            hertz = Decimal(rate[1].replace(",", "."))
            if not hertz:
                break
            return _Head(recorded, classification, hertz, model)
        if count > _LINES_OF_HEAD:
            break
    raise ReadingRefused(UNREADABLE)


def _samples(lines: Iterator[str]) -> list[int]:
    """Millionths of a volt times a thousand, as whole numbers."""
    made: list[int] = []
    for line in lines:
        found = _SAMPLE.fullmatch(line)
        if found is not None:
            made.append(max(-(2**31), min(2**31 - 1, _thousandths(found[1]))))
        elif made and line:
            raise ReadingRefused(UNREADABLE)
    if not made:
        raise ReadingRefused(UNREADABLE)
    return made


def _thousandths(number: str) -> int:
    whole, _, decimals = number.replace(",", ".").partition(".")
    if len(decimals) <= 3:  # every one that a watch writes
        return int(whole + decimals.ljust(3, "0"))
    return round(Decimal(f"{whole}.{decimals}") / _FACTOR)
