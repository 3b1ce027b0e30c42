"""A history as Apple Health would print it, with the accidents that real exports have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from random import Random
from xml.sax.saxutils import escape

from scripts.export_history import DAY, PENCIL, WATCH, Bout, Pressure, Sample

NASTY = {
    "ios16-dtd": "the DTD of iOS 16.0, which no parser accepts",
    "no-dtd": "no DTD at all",
    "bom": "a byte order mark before everything",
    "crlf": "line ends of Windows",
    "control-bytes": "raw control bytes inside attributes",
    "invalid-utf8": "bytes that are no UTF-8 inside attributes",
    "entities": "letters written as references",
    "attribute-order": "attributes in another order, in single quotes",
    "cdata": "comments, CDATA and processing instructions between the records",
    "localised": "file names in the language of the phone",
    "us-units": "lb, mi, mi/hr, degF, ft, kJ and mmol/L, with all digits that a conversion gives",
    "us-units-rounded": "lb, mi, mi/hr, degF, ft, kJ and mmol/L, of six digits each",
    "two-offsets": "each date with the offset of its own season",
    "truncated": "the file ends in the middle of the first workout",
    "spaced-attribute": "an attribute name with spaces, as iOS 8 wrote",
    "correlation-first": "correlations before the records that they hold",
    "one-line": "no line ends between the entries",
    "inline-locations": "places inside the workouts, as iOS 10 to 12 wrote",
    "metadata": "accounts, weather, places and links in the metadata; keys twice",
    "long-attribute": "a note of 2 MiB",
    "ecg-german": "electrocardiograms with German headings and bare decimal commas",
    "bad-entries": "entries that no reading can be made of",
    "macos-zip": "what macOS puts beside each file of a zip that it made",
    "files-missing": "records of clinics without their files",
    "files-odd": "files of clinics and electrocardiograms that cannot be read, or belong to nobody",
}

SOURCES = (
    "Robin\u2019s\u00a0Apple Watch",
    "Robin\u2019s iPhone",
    "Scale App",
    "Cuff App",
    "Health",
)
_DEVICES = (
    "name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,12, software:26.2",
    "name:iPhone, manufacturer:Apple Inc., model:iPhone, hardware:iPhone14,5, software:26.2",
    "name:Robin's Scale, manufacturer:Weighwell, model:W-1, hardware:2, "
    "localIdentifier:7F1C2A90-55D1-4B0E-9F3A-0D5E6C7B8A99",
    "name:Cuff 0042, manufacturer:Pressly, model:P:7, firmware:1.0",
    "",
)
_EPOCH = date(1970, 1, 1).toordinal()
_MARKED = re.compile("[&<>\"']")
_US = {
    "kg": ("lb", 1 / 0.45359237, 0.0),
    "km": ("mi", 1 / 1.609344, 0.0),
    "degC": ("degF", 1.8, 32.0),
    "cm": ("ft", 1 / 30.48, 0.0),
    "m": ("ft", 1 / 0.3048, 0.0),
    "m/s": ("mi/hr", 1 / 0.44704, 0.0),
    "km/hr": ("mi/hr", 1 / 1.609344, 0.0),
    "kcal": ("kJ", 4.184, 0.0),
    "mg/dL": ("mmol<180.1558800000541>/L", 1 / 18.01558800000541, 0.0),
}
"""Unit -> another one, with ``times`` and ``plus``. A phone prints what it converts as the double
that came of it, up to 17 digits; older ones printed six."""
_METADATA = (
    {"key": "HKExternalUUID", "value": "B5C1-ROBIN-ACCOUNT"},
    {"key": "HKWeatherHumidity", "value": "7100 %"},
    {"key": "latitude", "value": "47.376888"},
    {"key": "Latitude", "value": "47.376888"},
    {"key": "link", "value": "https://robin.invalid/?user=robin&token=1"},
    {"key": "link", "value": "https://robin.invalid/again"},
    {"key": "HKDeviceSerialNumber", "value": "SN-4711"},
)
_DTD = """<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
<!-- Records that appear as children of a correlation also appear as top-level records. -->
]>
"""
_BROKEN_DTD = """<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary)*)>
<!ATTLIST VisionPrescription
  type CDATA #REQUIRED
  <!ELEMENT LeftEye EMPTY>
    device CDATA #IMPLIED
  <!ELEMENT MetadataEntry EMPTY>
>
>
]>
"""


@dataclass(frozen=True, slots=True)
class Printer:
    """How one export prints: its offset, its pointers, its accidents."""

    offset: int
    pointer_seed: int
    nasty: frozenset[str]

    def head(self, exported: int) -> Iterator[str]:
        """Everything before the first entry."""
        yield "\ufeff" if "bom" in self.nasty else ""
        yield '<?xml version="1.0" encoding="UTF-8"?>\n'
        if "no-dtd" not in self.nasty:
            yield _BROKEN_DTD if "ios16-dtd" in self.nasty else _DTD
        yield '<HealthData locale="de_CH">\n'
        yield f' <ExportDate value="{self.date(exported)}"/>\n'
        yield (
            ' <Me HKCharacteristicTypeIdentifierDateOfBirth="1969-07-21"'
            ' HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexOther"/>\n'
        )

    def record(self, sample: Sample, count: int, indent: str = " ") -> str:
        """One `Record`; ``count`` is its place in the file."""
        unit, value = sample.unit, _number(sample.value, sample.digits)
        us = self.nasty & {"us-units", "us-units-rounded"}
        if us and unit in _US and isinstance(sample.value, float | int):
            unit, times, plus = _US[unit]
            digits = 17 if "us-units" in us else 6
            value = _significant(sample.value * times + plus, digits)
        fields = {
            "type": sample.type,
            "sourceName": self._source(sample.by, count),
            "sourceVersion": "26.2",
            "device": self._device(sample.by, count),
            "unit": unit,
            "creationDate": self.date(sample.created),
            "startDate": self.date(sample.start),
            "endDate": self.date(sample.end),
            "value": value,
        }
        start = f"{indent}<Record{self._attributes(fields, count)}"
        if "entities" in self.nasty:
            start = start.replace("\u2019", "&#8217;").replace("\u00a0", "&#xA0;")
        inside = "".join(self._inside(sample, count, indent + " "))
        return f"{start}>\n{inside}{indent}</Record>\n" if inside else f"{start}/>\n"

    def correlation(self, pressure: Pressure, halves: list[str], by: int) -> str:
        """A `Correlation` with its two records inside."""
        fields = {
            "type": "HKCorrelationTypeIdentifierBloodPressure",
            "sourceName": SOURCES[by],
            "device": self._device(by, pressure.at),
            "creationDate": self.date(pressure.created),
            "startDate": self.date(pressure.at),
            "endDate": self.date(pressure.at),
        }
        return f" <Correlation{attributes(fields)}>\n{''.join(halves)} </Correlation>\n"

    def workout(self, bout: Bout, by: int, count: int, inside: str) -> str:
        """A `Workout`; ``inside`` is all that it holds."""
        fields = {
            "workoutActivityType": f"HKWorkoutActivityType{bout.sport}",
            "duration": f"{(bout.end - bout.start) / 60:.4f}",
            "durationUnit": "min",
            "sourceName": SOURCES[by],
            "device": self._device(by, count),
            "creationDate": self.date(bout.end),
            "startDate": self.date(bout.start),
            "endDate": self.date(bout.end),
        }
        return (
            f" <Workout{attributes(fields)}>\n"
            '  <MetadataEntry key="HKTimeZone" value="Europe/Zurich"/>\n'
            '  <MetadataEntry key="HKWeatherTemperature" value="61 degF"/>\n'
            f"{inside} </Workout>\n"
        )

    def date(self, at: int) -> str:
        """A date as this export prints it."""
        offset = self.offset
        if "two-offsets" in self.nasty and 3 < (at // DAY % 365) / 30.4 < 10:
            offset += 60
        day, second = divmod(at + offset * 60, DAY)
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        sign = "-" if offset < 0 else "+"
        return f"{_day(day)} {clock} {sign}{abs(offset) // 60:02}{abs(offset) % 60:02}"

    def between(self, count: int) -> str:
        """What may stand between two entries and means nothing."""
        if "cdata" not in self.nasty or count % 7:
            return ""
        fake = '<Record type="HKQuantityTypeIdentifierStepCount" value="1"/>'
        return f" <!--\n {fake}\n -->\n <?xml-note {fake}?>\n <![CDATA[\n {fake}\n]]>\n"

    def _inside(self, sample: Sample, count: int, indent: str) -> Iterator[str]:
        if sample.by == PENCIL:
            yield f'{indent}<MetadataEntry key="HKWasUserEntered" value="1"/>\n'
        if sample.type.endswith("SleepAnalysis"):
            yield f'{indent}<MetadataEntry key="HKTimeZone" value="Europe/Zurich"/>\n'
        if "metadata" in self.nasty and count % 4 == 0:
            yield from (f"{indent}<MetadataEntry{attributes(each)}/>\n" for each in _METADATA)
        if "long-attribute" in self.nasty and count == 5:
            note = {"key": "note", "value": "x" * 2**21}
            yield f"{indent}<MetadataEntry{attributes(note)}/>\n"
        if "spaced-attribute" in self.nasty and count == 3:
            yield f'{indent}<MetadataEntry key="note" Health Mate App Version="2.6.0"/>\n'
        if sample.beats:
            yield f"{indent}<HeartRateVariabilityMetadataList>\n"
            for beat in range(sample.beats):
                at = f"7:24:{beat:02}.19 AM"
                yield f'{indent} <InstantaneousBeatsPerMinute bpm="{60 + beat}" time="{at}"/>\n'
            yield f"{indent}</HeartRateVariabilityMetadataList>\n"

    def _source(self, by: int, count: int) -> str:
        if "control-bytes" in self.nasty and count % 5 == 0:
            return SOURCES[by] + "\x0b"
        if "invalid-utf8" in self.nasty and count % 5 == 0 and by == WATCH:
            return SOURCES[by] + "\udcff"  # a byte 0xFF, once it is written
        return SOURCES[by]

    def _device(self, by: int, count: int) -> str:
        if not _DEVICES[by]:
            return ""
        made = "creation date:2026-01-15 22:56:09 +0000"
        pointer = _pointer(self.pointer_seed, by, count // 40)
        return f"<<HKDevice: 0x{pointer:x}>, {_DEVICES[by]}, {made}>"

    def _attributes(self, fields: dict[str, str], count: int) -> str:
        if "attribute-order" not in self.nasty or count % 3:
            return attributes(fields)
        turned = dict(reversed(fields.items()))
        return attributes(turned, quote="'")


def attributes(fields: dict[str, str], quote: str = '"') -> str:
    """Attributes as Apple writes them; one without text is left out."""
    return "".join(f" {name}={_quoted(text, quote)}" for name, text in fields.items() if text)


def _quoted(text: str, quote: str) -> str:
    return quote + (_escaped(text, quote) if _MARKED.search(text) else text) + quote


@lru_cache(maxsize=1024)
def _escaped(text: str, quote: str) -> str:
    return escape(text, {quote: "&quot;" if quote == '"' else "&apos;"})


@lru_cache(maxsize=64)
def _day(day: int) -> str:
    return f"{date.fromordinal(_EPOCH + day)}"


@lru_cache(maxsize=64)
def _pointer(seed: int, by: int, run: int) -> int:
    return Random(f"{seed}/{by}/{run}").getrandbits(32) | 1 << 32  # noqa: S311  # play


def _number(value: float | str, digits: int) -> str:
    if isinstance(value, str):
        return value
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def _significant(value: float, digits: int) -> str:
    """As few digits as tell the double, or fewer; never with an exponent."""
    text = repr(value) if digits == 17 else f"{value:.{digits}g}"
    return f"{Decimal(text):f}"
