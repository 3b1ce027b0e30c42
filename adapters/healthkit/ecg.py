"""An electrocardiogram's CSV file: the curve, and what the watch said of it.

Its headings are in the language of the phone, and decimals with a comma are not quoted
(``-265,868`` on a line of its own), so the file is read by position: after the first date what the
watch said of the curve, then the device and the sampling rate, then a number a line. Digits may be
those of any script. The name and the birth date that stand in its first lines are never kept.

Source: files of public exports of iOS 12 to 17; Apple HealthKit, HKElectrocardiogram.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import dropwhile
from typing import Final
from unicodedata import category, decimal

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
_RATE = re.compile(r"\D{0,20}?(\d{3,4}(?:[.,]\d{1,6})?)\s*[^\d.,][^\d]*", re.ASCII)
_SAMPLE = re.compile(r"[+-]?(\d{1,9}|\d{1,3}([.,' ]\d{3})+)([.,]\d{1,9})?", re.ASCII)
_USUAL = re.compile(r"(?:-?[0-9]{1,6}[.,][0-9]{3}(?:\n|\Z))++")
"""Lines as a watch writes them, which are read together."""
_GROUPS = re.compile(r"[.,' ]")
_BETWEEN = re.compile(r"[,;\t]")
_SAID = re.compile(r"[^\W\d_][^\d_<>|=@:/\\]{0,79}")
"""What a watch may say in any language: words, without numbers and signs of addresses."""

_ALIKE = {"\N{MINUS SIGN}": "-", "\N{ARABIC DECIMAL SEPARATOR}": ".", "\N{NO-BREAK SPACE}": " ",
          "\N{ARABIC THOUSANDS SEPARATOR}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
          "\N{NARROW NO-BREAK SPACE}": " ", "\N{ARABIC COMMA}": ","}  # fmt: skip
"""Signs of numbers in other languages -> those that are read."""

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

    A classification in a language that is not known here is kept as it is written.

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
    if head.classification:
        word = word_list("ecg_classification").get(
            head.classification.casefold(), head.classification
        )
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
    return map(str.strip if text.isascii() else _plain, text.splitlines())


def _plain(line: str) -> str:
    """A line with the digits and signs of numbers that are read; marks of direction are gone."""
    if line.isascii():
        return line.strip()
    return "".join(
        _ALIKE.get(sign) or (str(decimal(sign)) if sign.isdecimal() else sign)
        for sign in line
        if category(sign) != "Cf"
    ).strip()


def _head(lines: Iterator[str]) -> _Head:
    """Up to the sampling rate, whatever the lines are called."""
    recorded = model = ""
    classification: str | None = None
    before: list[str] = []
    for count, line in enumerate(lines):
        _, *rest = _BETWEEN.split(line, maxsplit=1)
        value = "".join(rest).strip('" ,;')
        if not recorded:
            recorded = value if _DATE.fullmatch(value) else ""
            before.append(value.casefold())
        elif classification is None:
            mine = any(name and name in value.casefold() for name in before)
            classification = value if _SAID.fullmatch(value) and not mine else ""
        elif found := _MODEL.search(value):
            model = _WATCH.format(found[0])
        elif rate := _RATE.fullmatch(value):
            hertz = Decimal(rate[1].replace(",", "."))
            if not hertz:
                break
            return _Head(recorded, classification or "", hertz, model)
        if count > _LINES_OF_HEAD:
            break
    raise ReadingRefused(UNREADABLE)


def _samples(lines: Iterator[str]) -> list[int]:
    """Millionths of a volt times a thousand, as whole numbers."""
    text = "\n".join(dropwhile(lambda line: not _SAMPLE.fullmatch(_bare(line)), lines)).strip()
    if _USUAL.fullmatch(text):
        return list(map(int, text.replace(".", "").replace(",", "").split()))
    numbers = [number for line in text.splitlines() if (number := _bare(line))]
    if not numbers or not all(map(_SAMPLE.fullmatch, numbers)):
        raise ReadingRefused(UNREADABLE)
    return [max(-(2**31), min(2**31 - 1, _thousandths(number))) for number in numbers]


def _bare(line: str) -> str:
    return line.rstrip(",;").strip('" ')


def _thousandths(number: str) -> int:
    """Of a number whose last comma or point parts the decimals; those before it group digits."""
    at = max(number.rfind(","), number.rfind("."))
    whole, decimals = (number[:at], number[at + 1 :]) if at >= 0 else (number, "")
    if not whole.lstrip("+-").isdecimal():
        whole = _GROUPS.sub("", whole)
    if len(decimals) <= 3:  # every one that a watch writes
        return int(whole + decimals.ljust(3, "0"))
    return round(Decimal(f"{whole}.{decimals}") / _FACTOR)
